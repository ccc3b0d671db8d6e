import { z } from 'zod'
import {
  type Finding,
  type Format,
  isObject,
  type PolicyResult,
  readPart,
} from '#collectors/policy/finding.ts'
import { Instant } from '#lib/instant.ts'

// https://www.openpolicyagent.org/docs/management-decision-logs
/** Input and labels of a decision may hold secrets: neither is read. */
const Decision = z.looseObject({
  decision_id: z.string().min(1),
  path: z.string().min(1),
  timestamp: Instant,
  result: z.unknown().optional(),
  error: z.unknown().optional(),
})

const Evaluation = z.looseObject({
  result: z
    .array(
      z.looseObject({
        expressions: z.array(z.looseObject({ text: z.string(), value: z.unknown().optional() })),
      }),
    )
    .default([]),
})

const told = { tool: 'opa', severity: null, verified: null, url: null } as const

export const opaDecisions: Format = {
  name: 'OPA decision log',
  isOf: (value) => {
    const [first] = Array.isArray(value) ? value : [value]
    return isObject(first) && 'decision_id' in first
  },
  read: (value) =>
    (Array.isArray(value) ? value : [value]).map((decision: unknown, index) => {
      const where = Array.isArray(value) ? String(index) : ''
      return readPart(where, Decision, decision, ({ decision_id: id, path, timestamp, ...one }) => {
        const failed = one.error !== undefined && one.error !== null
        const result = failed ? 'error' : toResult(path, one.result)
        const rule = path.replace(/^\/+/, '')
        return [{ ...told, rule, subject: { type: 'decision', id }, result, at: timestamp }]
      })
    }),
}

/** `opa eval --format json`. */
export const opaEvaluation: Format = {
  name: 'OPA evaluation',
  isOf: (value) =>
    isObject(value) &&
    Array.isArray(value['result']) &&
    isObject(value['result'][0]) &&
    'expressions' in value['result'][0],
  read: (value, { file }) => [
    readPart('', Evaluation, value, ({ result }) =>
      result.flatMap(({ expressions }) =>
        expressions.map(({ text, value: says }): Finding => {
          const rule = text.replace(/^data\./, '').replaceAll('.', '/')
          const subject = { type: 'file', id: file }
          return { ...told, rule, subject, result: toResult(rule, says), at: null }
        }),
      ),
    ),
  ],
}

/** Rules of these names say what is wrong; any other says whether something is right. */
const NEGATIVE: Readonly<Record<string, PolicyResult>> = {
  deny: 'fail',
  violation: 'fail',
  violations: 'fail',
  warn: 'warn',
}

/** What a decision comes to; what says neither yes nor no is inconclusive. */
function toResult(path: string, result: unknown): PolicyResult {
  const bad = NEGATIVE[path.split('/').at(-1) ?? '']
  if (bad !== undefined) return toComplaint(result, bad)
  const says = isObject(result) ? (result['allow'] ?? result['allowed']) : result
  if (typeof says !== 'boolean') return 'inconclusive'
  return says ? 'pass' : 'fail'
}

function toComplaint(result: unknown, bad: PolicyResult): PolicyResult {
  if (typeof result === 'boolean') return result ? bad : 'pass'
  if (typeof result !== 'object' || result === null) return 'inconclusive'
  return Object.keys(result).length === 0 ? 'pass' : bad
}
