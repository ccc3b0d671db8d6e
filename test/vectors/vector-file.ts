import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { adapters } from '#test/vectors/adapters.ts'
import { differences } from '#test/vectors/compare.ts'

/** Expected values that stand in another file: `impact/reference.json#/a/b`, relative to this one. */
const Reference = z.strictObject({ $ref: z.string() })

const VectorFile = z.object({
  vectors: z.array(
    z.object({
      id: z.string(),
      fn: z.string(),
      inputs: z.record(z.string(), z.unknown()),
      expected: z.unknown(),
      tolerance: z.number(),
      optional: z.boolean().optional(),
    }),
  ),
})

export type Vector = z.output<typeof VectorFile>['vectors'][number] & {
  /** Where the files that it names are found. */
  readonly folder: string
}

export function loadVectors(path: string): Vector[] {
  const { vectors } = VectorFile.parse(JSON.parse(readFileSync(path, 'utf8')))
  return vectors.map((vector) => ({ ...vector, folder: dirname(resolve(path)) }))
}

/** Why a vector is not run; null when it is. */
export function skipReason({ fn, inputs, expected, optional, folder }: Vector): string | null {
  if (optional && !adapters.has(fn)) return `${fn} is optional, and not offered`
  const named = [inputs['csv'], toFile(expected)].filter((file) => typeof file === 'string')
  const absent = named.find((file) => !existsSync(resolve(folder, file)))
  return absent === undefined ? null : `${absent} is not there`
}

const toFile = (expected: unknown) => Reference.safeParse(expected).data?.$ref.split('#')[0]

/** Where what we compute is not what the vector expects. */
export function check({ fn, inputs, expected, tolerance, folder }: Vector): string[] {
  const compute = adapters.get(fn)
  if (compute === undefined) return [`${fn} is not offered`]
  const { csv } = inputs
  const given = typeof csv === 'string' ? { ...inputs, csv: resolve(folder, csv) } : inputs
  return differences(compute(given), resolveReference(expected, folder), tolerance)
}

function resolveReference(expected: unknown, folder: string): unknown {
  const reference = Reference.safeParse(expected).data
  if (reference === undefined) return expected
  const [file = '', pointer = ''] = reference.$ref.split('#')
  const parts = pointer.split('/').slice(1)
  const root: unknown = JSON.parse(readFileSync(resolve(folder, file), 'utf8'))
  return parts.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined,
    root,
  )
}
