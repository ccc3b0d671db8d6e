import { check, isOffered, loadVectors, type Vector } from '#test/vectors/vector-file.ts'

/** `npm run -s vectors -- <file>`: what our functions make of the vectors of a file. */
function main(path = 'test/vectors/metrics.json'): void {
  const vectors = loadVectors(path)
  const offered = vectors.filter(isOffered)
  const failures = offered.flatMap(failureOf)
  const skipped = vectors.filter((vector) => !isOffered(vector))
  const lines = [
    ...failures,
    ...skipped.map(({ id, fn }) => `skipped ${id}: ${fn} is not offered by this release`),
    `${offered.length - failures.length} passed, ${failures.length} failed, ${skipped.length} skipped`,
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
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
