import { z } from 'zod'
import {
  type Finding,
  type Format,
  isObject,
  readPart,
  worstOfEach,
} from '#collectors/policy/finding.ts'
import { tellFaults } from '#lib/shape-faults.ts'

// https://github.com/kubernetes-sigs/wg-policy-prototypes, and its successor openreports.io.
const Resource = z.looseObject({
  kind: z.string(),
  name: z.string(),
  namespace: z.string().nullish(),
})
type Resource = z.output<typeof Resource>

const Result = z.looseObject({
  policy: z.string().min(1),
  rule: z.string().nullish(),
  result: z.enum(['pass', 'fail', 'warn', 'error', 'skip']),
  severity: z.string().nullish(),
  timestamp: z
    .looseObject({ seconds: z.int().min(0), nanos: z.int().min(0).default(0) })
    .optional(),
  resources: z.array(Resource).optional(),
  subjects: z.array(Resource).optional(),
})

const Report = z.looseObject({
  scope: Resource.optional(),
  results: z.array(z.unknown()).default([]),
})

const isReport = (value: unknown) =>
  isObject(value) && /^(?:Cluster)?(?:Policy)?Report$/.test(String(value['kind']))

const itemsOf = (value: unknown): unknown[] =>
  isObject(value) && Array.isArray(value['items']) ? value['items'] : [value]

/**
 * PolicyReport, ClusterPolicyReport, their openreports.io versions, and lists of them. Its summary
 * may count results that were cut from it, and is not read.
 */
export const kyverno: Format = {
  name: 'policy report',
  isOf: (value) => itemsOf(value).some(isReport),
  read: (value) =>
    itemsOf(value).flatMap((report, index) => {
      const where = isObject(value) && 'items' in value ? `items.${index}` : ''
      const { data, error } = Report.safeParse(report)
      if (error) return [{ where, findings: [], fault: tellFaults(error) }]
      const parts = data.results.map((result, place) => {
        const at = [where, `results.${place}`].filter(Boolean).join('.')
        return readPart(at, inScope(data.scope), result, toFindings)
      })
      const findings = worstOfEach(parts.flatMap((part) => part.findings))
      return [{ where, findings, fault: null }, ...parts.filter(({ fault }) => fault !== null)]
    }),
}

/** A result names its resources, or the report does for all of them. */
const inScope = (scope: Resource | undefined) =>
  Result.transform(({ resources = [], subjects = [], ...result }, context) => {
    const named = [...resources, ...subjects]
    const all = named.length === 0 && scope !== undefined ? [scope] : named
    if (all.length === 0) context.addIssue('expected a resource, or a scope of the report')
    return { ...result, all }
  })

function toFindings({
  policy,
  rule,
  result,
  severity,
  timestamp,
  all,
}: z.output<ReturnType<typeof inScope>>): Finding[] {
  const at =
    timestamp === undefined
      ? null
      : new Date(timestamp.seconds * 1000 + Math.trunc(timestamp.nanos / 1e6)).toISOString()
  return all.map(({ namespace, kind, name }) => ({
    tool: 'kyverno',
    rule: [policy, rule ?? ''].filter(Boolean).join('/'),
    subject: { type: 'resource', id: [namespace ?? '', kind, name].filter(Boolean).join('/') },
    result,
    severity: severity ?? null,
    at,
    verified: null,
    url: null,
  }))
}
