/** Of `known`, the name that `name` is most likely a misspelling of; undefined when none is near. */
export function closest(name: string, known: Iterable<string>): string | undefined {
  let best: { name: string; distance: number } | undefined
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (best === undefined || distance < best.distance) best = { name: candidate, distance }
  }
  return best && best.distance <= Math.max(1, name.length / 3) ? best.name : undefined
}

/** How many characters must be added, removed or replaced (Levenshtein). */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (const [index, character] of [...a].entries()) {
    const row = [index + 1]
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = at(previous, column - 1) + (character === b[column - 1] ? 0 : 1)
      row.push(Math.min(replaced, at(previous, column) + 1, at(row, column - 1) + 1))
    }
    previous = row
  }
  return at(previous, b.length)
}

const at = (row: readonly number[], column: number) => row[column] ?? Number.POSITIVE_INFINITY

/** What is wrong with a name that is none of `known`: `no "startr"; did you mean starter?`. */
export function unknownText(name: string, known: readonly string[]): string {
  const near = closest(name, known)
  const all = known.length === 0 ? 'none is known' : `known are ${known.join(', ')}`
  return `no "${name}"; ${near === undefined ? all : `did you mean ${near}?`}`
}
