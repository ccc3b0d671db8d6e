import {
  type Check,
  type CheckDefinition,
  type Finding,
  LEVELS,
  type Level,
} from '#scorecards/checks/check.ts'

/** The checks of several subjects that belong together, such as the services of a team. */
export interface Scorecard {
  /** The highest level of which nothing is missing; null below the first. */
  readonly level: Level | null
  /** The level after it; null at the top. */
  readonly next: NextLevel | null
  readonly checks: readonly CheckResult[]
}

export interface NextLevel {
  readonly level: Level
  /** Checks up to this level that pass, of those that count. */
  readonly passed: number
  readonly of: number
  /** What is left to do for it. */
  readonly missing: readonly CheckDefinition[]
}

export interface CheckResult {
  readonly definition: CheckDefinition
  /** False while it is only announced. */
  readonly counts: boolean
  /** One for each subject, in their order. */
  readonly findings: readonly (Finding & { readonly subject: string })[]
  /**
   * `fail` where any subject fails, else `unknown` where of any nothing is known, else `pass`;
   * `exempt` where no subject is left. An exempt subject leaves both sides.
   */
  readonly outcome: Finding['outcome']
}

/** The scorecard of `subjects` at `asOf`; nothing passes where there is no subject. */
export function toScorecard<Subject extends { readonly id: string }>(
  checks: readonly Check<Subject>[],
  subjects: readonly Subject[],
  asOf: Date,
): Scorecard {
  const results = checks.map((check) => toResult(check, subjects, asOf))
  const levels = LEVELS.map((level) => upTo(results, level))
  const missingAt = levels.findIndex(({ missing, of }) => missing.length > 0 || of === 0)
  const reached = missingAt < 0 ? LEVELS.length : missingAt
  return {
    level: LEVELS[reached - 1] ?? null,
    next: levels[reached] ?? null,
    checks: results,
  }
}

function toResult<Subject extends { readonly id: string }>(
  { definition, evaluate }: Check<Subject>,
  subjects: readonly Subject[],
  asOf: Date,
): CheckResult {
  const findings = subjects.map((subject) => ({ subject: subject.id, ...evaluate(subject, asOf) }))
  return {
    definition,
    counts: definition.countsFrom <= asOf.toISOString().slice(0, 10),
    findings,
    outcome: together(findings),
  }
}

function together(findings: readonly Finding[]): Finding['outcome'] {
  if (findings.length === 0) return 'unknown'
  for (const outcome of ['fail', 'unknown', 'pass'] as const) {
    if (findings.some((finding) => finding.outcome === outcome)) return outcome
  }
  return 'exempt'
}

function upTo(results: readonly CheckResult[], level: Level): NextLevel {
  const levels = LEVELS.slice(0, LEVELS.indexOf(level) + 1)
  const own = results.filter(
    ({ definition, counts, outcome }) =>
      counts && outcome !== 'exempt' && levels.includes(definition.level),
  )
  const missing = own.filter(({ outcome }) => outcome !== 'pass')
  return {
    level,
    passed: own.length - missing.length,
    of: own.length,
    missing: missing.map(({ definition }) => definition),
  }
}
