import { expect, test } from 'vitest'
import { check, loadVectors, skipReason } from '#test/vectors/vector-file.ts'

for (const vector of loadVectors('test/vectors/metrics.json')) {
  const reason = skipReason(vector)
  const name = `vector ${vector.id} comes out`
  if (reason === null) test(name, () => expect(check(vector)).toEqual([]))
  else test.skip(`${name} (${reason})`, () => {})
}
