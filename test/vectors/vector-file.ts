import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { adapters } from '#test/vectors/adapters.ts'
import { differences } from '#test/vectors/compare.ts'

const VectorFile = z.object({
  vectors: z.array(
    z.object({
      id: z.string(),
      fn: z.string(),
      inputs: z.unknown(),
      expected: z.unknown(),
      tolerance: z.number(),
    }),
  ),
})

export type Vector = z.output<typeof VectorFile>['vectors'][number]

export function loadVectors(path: string): Vector[] {
  return VectorFile.parse(JSON.parse(readFileSync(path, 'utf8'))).vectors
}

export const isOffered = ({ fn }: Vector) => adapters.has(fn)

/** Where what we compute is not what the vector expects. */
export function check({ fn, inputs, expected, tolerance }: Vector): string[] {
  const compute = adapters.get(fn)
  if (compute === undefined) throw new Error(`${fn} is not offered`)
  return differences(compute(inputs), expected, tolerance)
}
