import {
  type EligibilityRule,
  type EvidenceRule,
  type GoldenPathRules,
  toRuleId,
} from '#lib/golden-path.ts'
import { compareText } from '#lib/order.ts'
import { isWithin, type Span, toSpans, valueAt } from '#scorecards/adoption/spans.ts'

export interface Eligibility {
  readonly result: 'eligible' | 'not_eligible' | 'unknown'
  /** Why not, or which attribute is not known. Null when eligible by the path's rule. */
  readonly reason: string | null
}

/** What decides whether a path exists for anybody. */
export interface PathTerms {
  readonly id: string
  readonly available_since: string
  readonly deprecated_on: string | null
  readonly rules: GoldenPathRules
  /** First publication of what the rule compares with; undefined when none is known. */
  readonly firstPublication: (rule: EvidenceRule) => string | undefined
}

/** A service with what an eligibility rule may ask about. Null is not known. */
export interface ServiceTerms {
  readonly id: string
  /** Null: since before we knew it. */
  readonly createdAt: string | null
  /** Null while it lasts. */
  readonly goneAt: string | null
  readonly workloadClass: string | null
  readonly lifecycle: string | null
  readonly tier: string | null
  readonly language: string | null
  readonly owners: readonly Span<string | null>[]
  readonly attributes: readonly AttributeRow[]
}

/** A row of `repository_attributes` of the service's repository. */
export interface AttributeRow {
  readonly attribute: string
  readonly valid_from: string
  readonly value: string
}

/** A row of `eligibility` of one path. */
export interface ExplicitRow {
  readonly native_id: string
  readonly team_id: string
  readonly service_id: string | null
  readonly eligible: number
  readonly eligible_from: string
  readonly eligible_to: string | null
  readonly reason: string | null
}

const ELIGIBLE: Eligibility = { result: 'eligible', reason: null }
const not = (reason: string): Eligibility => ({ result: 'not_eligible', reason })
const unknown = (attribute: string): Eligibility => ({
  result: 'unknown',
  reason: `${attribute} is not known`,
})

/**
 * Whether `path` was meant for `service`, from the beginning of time on. The path must exist and have
 * published something; then an explicit row for the service decides, then one for its team, then
 * the path's rule. `firstProof` is when the service's repository first showed a rule's evidence: a
 * reference proves use even before the first published version.
 */
export function eligibilityTimeline(
  path: PathTerms,
  service: ServiceTerms,
  explicit: readonly ExplicitRow[],
  firstProof: (rule: EvidenceRule) => string | undefined = () => undefined,
): Span<Eligibility>[] {
  const file = fileAttribute(path.rules.eligible)
  const files = service.attributes
    .filter(({ attribute }) => attribute === file)
    .toSorted((a, b) => compareText(a.valid_from, b.valid_from))
  const instants = [
    ...existence(path, service),
    ...path.rules.evidence.flatMap((rule) => {
      const start = publishedFrom(path, rule, firstProof)
      return [rule.since, rule.until, start]
    }),
    ...service.owners.map(({ from }) => from),
    ...files.map(({ valid_from }) => valid_from),
    ...explicit.flatMap((row) => [row.eligible_from, row.eligible_to]),
  ]
  const at = (instant: string) =>
    outsideLife(path, service, instant) ??
    unpublished(path, firstProof, instant) ??
    explicitly(explicit, service, instant) ??
    byRule(path.rules.eligible, service, files, instant)
  return toSpans(instants, at, keyOf)
}

/**
 * Whether `path` was meant for a team at `instant`: an explicit row for the whole team decides, else
 * one eligible service suffices. `services` are those it owns then.
 */
export function teamEligibilityAt(
  path: PathTerms,
  team: {
    readonly id: string
    readonly active_from: string | null
    readonly active_to: string | null
  },
  services: readonly Eligibility[],
  explicit: readonly ExplicitRow[],
  instant: string,
): Eligibility {
  if (!isWithin(team.active_from ?? '', team.active_to, instant)) return not('team is not active')
  const life = outsidePath(path, instant)
  if (life !== null) return life
  const row = newestRow(
    explicit,
    instant,
    (one) => one.service_id === null && one.team_id === team.id,
  )
  if (row !== undefined) return toEligibility(row)
  if (services.length === 0) return not('no services')
  return (
    services.find(({ result }) => result === 'eligible') ??
    services.find(({ result }) => result === 'unknown') ??
    not(mostFrequent(services.map(({ reason }) => reason ?? '')))
  )
}

const keyOf = ({ result, reason }: Eligibility) => `${result} ${reason}`

const existence = (path: PathTerms, service: ServiceTerms) => [
  path.available_since,
  path.deprecated_on,
  service.createdAt,
  service.goneAt,
]

function outsidePath(path: PathTerms, instant: string): Eligibility | null {
  if (instant < path.available_since) return not('path not available yet')
  if (path.deprecated_on !== null && instant >= path.deprecated_on) return not('path deprecated')
  return null
}

function outsideLife(path: PathTerms, service: ServiceTerms, instant: string): Eligibility | null {
  if (service.createdAt !== null && instant < service.createdAt)
    return not('service not created yet')
  if (service.goneAt !== null && instant >= service.goneAt) return not('service gone')
  return outsidePath(path, instant)
}

type FirstProof = (rule: EvidenceRule) => string | undefined

/** From when a rule has something to compare with; undefined when that is not known. */
function publishedFrom(path: PathTerms, rule: EvidenceRule, firstProof: FirstProof) {
  const published = path.firstPublication(rule)
  if (rule.kind === 'file-equals') return published
  if (rule.kind !== 'workflow-pin' || published === undefined) return ''
  const proven = firstProof(rule)
  return proven !== undefined && proven < published ? proven : published
}

/** Null when a rule of the path is in force and published: there is something to be on. */
function unpublished(path: PathTerms, firstProof: FirstProof, instant: string): Eligibility | null {
  const { evidence } = path.rules
  if (evidence.length === 0) return null
  const inForce = evidence.filter((rule) => isWithin(rule.since ?? '', rule.until ?? null, instant))
  const starts = inForce.map((rule) => publishedFrom(path, rule, firstProof))
  if (starts.some((start) => start !== undefined && start <= instant)) return null
  const silent = inForce.find((_, index) => starts[index] === undefined)
  if (silent !== undefined) return unknown(`publication of ${toRuleId(silent)}`)
  const ended = evidence.every((rule) => rule.until !== undefined && rule.until <= instant)
  return not(ended ? 'no longer part of the path' : 'not published yet')
}

function explicitly(
  rows: readonly ExplicitRow[],
  service: ServiceTerms,
  instant: string,
): Eligibility | null {
  const team = valueAt(service.owners, instant)
  const row =
    newestRow(rows, instant, (one) => one.service_id === service.id) ??
    newestRow(rows, instant, (one) => one.service_id === null && one.team_id === team)
  return row === undefined ? null : toEligibility(row)
}

const toEligibility = (row: ExplicitRow): Eligibility =>
  row.eligible === 1
    ? { result: 'eligible', reason: row.reason }
    : not(row.reason ?? 'listed as not eligible')

function newestRow(
  rows: readonly ExplicitRow[],
  instant: string,
  concerns: (row: ExplicitRow) => boolean,
): ExplicitRow | undefined {
  return rows
    .filter((row) => concerns(row) && isWithin(row.eligible_from, row.eligible_to, instant))
    .toSorted(
      (a, b) =>
        compareText(b.eligible_from, a.eligible_from) || compareText(a.native_id, b.native_id),
    )[0]
}

type Condition = (
  rule: EligibilityRule,
  service: ServiceTerms,
  moment: { readonly instant: string; readonly files: readonly AttributeRow[] },
) => Eligibility | null

const oneOf =
  (condition: 'workload' | 'lifecycle' | 'tier' | 'language', name: string) =>
  (rule: EligibilityRule, value: string | null): Eligibility | null => {
    const allowed = rule[condition]
    if (allowed === undefined) return null
    if (value === null) return unknown(name)
    return allowed.includes(value) ? null : not(`${name} is ${value}`)
  }

const workload = oneOf('workload', 'workload class')
const lifecycle = oneOf('lifecycle', 'lifecycle')
const tier = oneOf('tier', 'tier')
const language = oneOf('language', 'language')

/** Null from a condition means that it holds. */
const CONDITIONS: readonly Condition[] = [
  ({ services }, { id }) =>
    services === undefined || services.includes(id) ? null : not('not on the list of services'),
  ({ exceptServices }, { id }) =>
    exceptServices?.includes(id) ? not('on the list of services left out') : null,
  ({ teams }, { owners }, { instant }) => {
    if (teams === undefined) return null
    const owner = valueAt(owners, instant) ?? null
    if (owner === null) return unknown('owner')
    return teams.includes(owner) ? null : not(`team is ${owner}`)
  },
  (rule, service) => workload(rule, service.workloadClass),
  (rule, service) => lifecycle(rule, service.lifecycle),
  (rule, service) => tier(rule, service.tier),
  (rule, service) => language(rule, service.language),
  ({ file }, _, { instant, files }) => {
    if (file === undefined) return null
    const row = files.findLast(({ valid_from }) => valid_from <= instant)
    if (row === undefined) return unknown(`presence of ${file}`)
    return row.value === 'present' ? null : not(`no ${file}`)
  },
]

/** One condition that fails decides; what is not known matters only when none fails. */
function byRule(
  rule: EligibilityRule,
  service: ServiceTerms,
  files: readonly AttributeRow[],
  instant: string,
): Eligibility {
  const failed = CONDITIONS.flatMap(
    (condition) => condition(rule, service, { instant, files }) ?? [],
  )
  return failed.find(({ result }) => result === 'not_eligible') ?? failed[0] ?? ELIGIBLE
}

const fileAttribute = ({ file }: EligibilityRule) =>
  file === undefined ? undefined : `file:${file}`

function mostFrequent(reasons: readonly string[]): string {
  const counts = [...Map.groupBy(reasons, (reason) => reason)]
  const [most] = counts.toSorted((a, b) => b[1].length - a[1].length || compareText(a[0], b[0]))
  return most?.[0] ?? ''
}
