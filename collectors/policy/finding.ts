import type { z } from 'zod'
import type { Row } from '#db/schema.ts'
import type { PolicyTool } from '#lib/policy-requirement.ts'

export type PolicyResult = Row<'policy_evidence'>['result']

/** What a tool said of one subject by one rule. */
export interface Finding {
  readonly tool: PolicyTool
  /** As the tool names it. */
  readonly rule: string
  /** What the tool looked at. */
  readonly subject: Subject
  readonly result: PolicyResult
  readonly severity: string | null
  /** When; null: the tool does not say. */
  readonly at: string | null
  readonly verified: boolean | null
  readonly url: string | null
  /** 0 to 10, of a Scorecard check that came to a score. */
  readonly score?: number
  /** Of provenance. */
  readonly built?: { readonly builder: string; readonly workflow: string | null }
}

export interface Subject {
  readonly type: string
  readonly id: string
}

/** A part of a file: what it says, or why it cannot be read. */
export interface Part {
  /** Its place in the document, such as `results.3`; empty for the whole. */
  readonly where: string
  readonly findings: readonly Finding[]
  readonly fault: string | null
}

/** What a reader knows of the document besides its content. */
export interface Origin {
  /** Its file, from the folder of results. */
  readonly file: string
  /** Whether a signature was made over these bytes with a key that is trusted. */
  readonly isSigned: (bytes: Buffer, signature: Buffer) => boolean
}

/** One kind of result file. */
export interface Format {
  readonly name: string
  /** Whether a document is of this kind, however broken. */
  readonly isOf: (value: unknown) => boolean
  readonly read: (value: unknown, origin: Origin) => readonly Part[]
}

/** Reads `value` as `schema`; what does not fit is the fault of this part only. */
export function readPart<T extends z.ZodType>(
  where: string,
  schema: T,
  value: unknown,
  toFindings: (parsed: z.output<T>) => readonly Finding[],
): Part {
  const { data, error } = schema.safeParse(value)
  if (error === undefined) return { where, findings: toFindings(data), fault: null }
  const faults = error.issues.map(({ path, message }) =>
    [[where, ...path].filter((key) => key !== '').join('.'), message].filter(Boolean).join(': '),
  )
  return { where, findings: [], fault: faults.join('; ') }
}

const WORST: readonly PolicyResult[] = [
  'fail',
  'bypass',
  'error',
  'warn',
  'inconclusive',
  'waived',
  'skip',
  'pass',
]

/** What several results of one rule come to. */
export const worstOf = (results: readonly PolicyResult[]): PolicyResult =>
  WORST.find((one) => results.includes(one)) ?? 'inconclusive'

/** Of several results of one rule on one subject at one time the worst. */
export function worstOfEach(findings: readonly Finding[]): Finding[] {
  const groups = Map.groupBy(findings, ({ rule, subject: { type, id }, at }) =>
    JSON.stringify([rule, type, id, at]),
  )
  return [...groups.values()].flatMap((own) => {
    const worst = worstOf(own.map(({ result }) => result))
    return own.find(({ result }) => result === worst) ?? []
  })
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
