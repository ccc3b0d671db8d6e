import { z } from 'zod'
import {
  type Finding,
  type Format,
  isObject,
  type PolicyResult,
  readPart,
  worstOf,
} from '#collectors/policy/finding.ts'
import { Instant } from '#lib/instant.ts'
import { toRepositoryId } from '#lib/repository.ts'
import { tellFaults } from '#lib/shape-faults.ts'

// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
const Level = z.enum(['none', 'note', 'warning', 'error'])

const Rule = z.looseObject({
  id: z.string().min(1),
  helpUri: z.string().nullish(),
  defaultConfiguration: z
    .looseObject({ level: Level.optional(), enabled: z.boolean().default(true) })
    .optional(),
})
type Rule = z.output<typeof Rule>

const Run = z.looseObject({
  tool: z.looseObject({
    driver: z.looseObject({ name: z.string().min(1), rules: z.array(Rule).default([]) }),
    extensions: z.array(z.looseObject({ rules: z.array(Rule).default([]) })).default([]),
  }),
  invocations: z
    .array(z.looseObject({ executionSuccessful: z.boolean(), endTimeUtc: Instant.optional() }))
    .default([]),
  versionControlProvenance: z.array(z.looseObject({ repositoryUri: z.string() })).default([]),
  results: z.array(z.unknown()).nullish(),
})
type Run = z.output<typeof Run>

const Result = z.looseObject({
  ruleId: z.string().optional(),
  ruleIndex: z.int().optional(),
  rule: z.looseObject({ id: z.string().optional() }).optional(),
  kind: z
    .enum(['notApplicable', 'pass', 'fail', 'review', 'open', 'informational'])
    .default('fail'),
  level: Level.optional(),
  baselineState: z.string().optional(),
  suppressions: z
    .array(z.looseObject({ status: z.enum(['accepted', 'underReview', 'rejected']).optional() }))
    .nullish(),
})

/** SARIF 2.1.0. A rule that is listed, was enabled and found nothing has passed. */
export const sarif: Format = {
  name: 'SARIF',
  isOf: (value) => isObject(value) && Array.isArray(value['runs']),
  read: (value, { file }) =>
    (value as { runs: unknown[] }).runs.flatMap((run, index) => {
      const where = `runs.${index}`
      const { data, error } = Run.safeParse(run)
      if (error) return [{ where, findings: [], fault: tellFaults(error) }]
      return readRun(where, data, file)
    }),
}

interface Told {
  readonly rule: string
  readonly result: PolicyResult
  readonly level: string
}

function readRun(where: string, run: Run, file: string) {
  const { driver, extensions } = run.tool
  const rules = [...driver.rules, ...extensions.flatMap((extension) => extension.rules)]
  const told: Told[] = []
  const faulty = (run.results ?? []).flatMap((result, index) => {
    const part = readPart(`${where}.results.${index}`, Result, result, (one) => {
      const rule = one.ruleId ?? one.rule?.id ?? driver.rules[one.ruleIndex ?? -1]?.id
      const level = one.level ?? levelOf(rules, rule)
      // What is gone since the baseline is not there any more.
      if (rule !== undefined && one.baselineState !== 'absent') {
        told.push({ rule, level, result: isSuppressed(one) ? 'waived' : toResult(one.kind, level) })
      }
      return []
    })
    return part.fault === null ? [] : [part]
  })
  return [{ where, findings: toFindings(run, { told, rules, file }), fault: null }, ...faulty]
}

const levelOf = (rules: readonly Rule[], id: string | undefined) =>
  rules.find((rule) => rule.id === id)?.defaultConfiguration?.level ?? 'warning'

/** A result is suppressed when it was said so, and nobody has yet to agree or did not. */
const isSuppressed = ({ suppressions }: z.output<typeof Result>) =>
  (suppressions ?? []).length > 0 &&
  (suppressions ?? []).every(({ status = 'accepted' }) => status === 'accepted')

const KINDS: Readonly<Record<string, PolicyResult>> = {
  pass: 'pass',
  notApplicable: 'skip',
  informational: 'skip',
  review: 'inconclusive',
  open: 'inconclusive',
}

function toResult(kind: string, level: string): PolicyResult {
  const said = KINDS[kind]
  if (said !== undefined) return said
  if (level === 'none') return 'inconclusive'
  return level === 'error' ? 'fail' : 'warn'
}

function toFindings(
  run: Run,
  { told, rules, file }: { told: readonly Told[]; rules: readonly Rule[]; file: string },
): Finding[] {
  const { name } = run.tool.driver
  const at = run.invocations.flatMap(({ endTimeUtc }) => endTimeUtc ?? []).at(-1) ?? null
  const isWhole = run.invocations.every((one) => one.executionSuccessful)
  const subject = toSubject(run, file)
  const byRule = Map.groupBy(told, ({ rule }) => rule)
  const ids = new Set([...rules.map(({ id }) => id), ...byRule.keys()])
  return [...ids].map((id) => {
    const rule = rules.find((one) => one.id === id)
    const results = byRule.get(id) ?? []
    const silent = rule?.defaultConfiguration?.enabled === false ? 'skip' : 'pass'
    const nothing = isWhole ? silent : 'error'
    return {
      tool: 'sarif',
      rule: `${name}/${id}`,
      subject,
      result: results.length === 0 ? nothing : worstOf(results.map(({ result }) => result)),
      severity: results[0]?.level ?? null,
      at,
      verified: null,
      url: rule?.helpUri ?? null,
    }
  })
}

/** The repository as `host/owner/name`, where the run names one. */
function toSubject({ versionControlProvenance: [first] }: Run, file: string) {
  const id = toRepositoryId(first?.repositoryUri ?? '')
  return id === null ? { type: 'file', id: file } : { type: 'repository', id }
}
