import { check, loadVectors, skipReason, type Vector } from '#test/vectors/vector-file.ts'

/** `npm run -s vectors -- <file>`: what our functions make of the vectors of a file. */
function main(path = 'test/vectors/metrics.json'): void {
  const vectors = loadVectors(path)
  const skipped = vectors.flatMap((vector) => {
    const reason = skipReason(vector)
    return reason === null ? [] : [`skipped ${vector.id}: ${reason}`]
  })
  const run = vectors.filter((vector) => skipReason(vector) === null)
  const failures = run.flatMap(failureOf)
  const sum = `${run.length - failures.length} passed, ${failures.length} failed`
  process.stdout.write([...failures, ...skipped, sum, ''].join('\n'))
  process.exitCode = failures.length === 0 ? 0 : 1
}

function failureOf(vector: Vector): string[] {
  const found = findingsOf(vector)
  return found.length === 0 ? [] : [`failed ${vector.id}: ${found.join('; ')}`]
}

/** A vector whose inputs cannot be read is a failure like any other, and the rest still runs. */
function findingsOf(vector: Vector): string[] {
  try {
    return check(vector)
  } catch (error) {
    return [String(error).replaceAll(/\s+/g, ' ')]
  }
}

main(process.argv[2])
