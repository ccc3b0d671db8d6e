import { expect, test } from 'vitest'
import { check, isOffered, loadVectors } from '#test/vectors/vector-file.ts'

const vectors = loadVectors('test/vectors/metrics.json')

test.each(vectors.filter(isOffered).map((vector) => [vector.id, vector] as const))(
  'vector %s comes out',
  (_, vector) => {
    expect(check(vector)).toEqual([])
  },
)
