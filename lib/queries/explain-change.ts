import { listLandscapeFacts } from '#db/adoption-facts.ts'
import type { Reader } from '#db/connection.ts'
import { daysBefore, type Period, weekOf } from '#lib/period.ts'
import {
  type DeliveryScope,
  measureTeamDeliveries,
  type TeamDeliveries,
} from '#lib/queries/delivery.ts'
import { listExceptions } from '#lib/queries/exceptions.ts'
import { findMeasurement, listWindows } from '#lib/queries/measurements.ts'
import { measureTeamsOver, measureWindow } from '#lib/queries/windows.ts'
import { toLandscape } from '#scorecards/adoption/landscape.ts'
import { valueAt } from '#scorecards/adoption/spans.ts'
import type { ChangedUnit, ChangeExplanation, Published } from '#scorecards/change/explanation.ts'
import { explainMedianChange } from '#scorecards/change/median-change.ts'
import { listParts, type TellingPart } from '#scorecards/change/parts.ts'
import { explainRatioChange, type RatioSeen } from '#scorecards/change/ratio-change.ts'
import { joinUnits, seenInEvidence, seenInResult } from '#scorecards/change/seen.ts'
import { ownDaysOf } from '#scorecards/delivery/results.ts'
import { changeLeadTime } from '#scorecards/metrics/change-lead-time.ts'
import { type MetricResult, openedSets, type Scope } from '#scorecards/result.ts'

export interface ChangeQuestion {
  readonly metricId: string
  readonly scope: Pick<Scope, 'pathId' | 'teamId'>
  /** The newest figures at or before these moments are held against each other. */
  readonly before: Date
  readonly after: Date
  /** In place of the figures of moments those over these windows. */
  readonly windows?: { readonly before: Period; readonly after: Period }
  readonly now: Date
}

/** Why a figure changed between two moments. */
export interface ChangeStory {
  readonly metricId: string
  readonly scope: ChangeQuestion['scope']
  /** Null: there is no figure of that moment at all. */
  readonly before: MetricResult | null
  readonly after: MetricResult | null
  /** `after` less `before`, in the unit of the metric; null where one of them has no value. */
  readonly difference: number | null
  /** What the parts are told of. */
  readonly unitKind: 'team' | 'service'
  /** They add up to the difference; none where it cannot be told apart. */
  readonly parts: readonly TellingPart[]
  /** Why there are no parts; null when there are. */
  readonly untold: Untold | null
}

/** The first that holds. */
export type Untold =
  /** There is no value at one of the moments, or at both. */
  | 'no_value_before'
  | 'no_value_after'
  | 'no_value'
  /** No other figure was published between the two. */
  | 'same_figure'
  /** It is no sum over teams, or is nobody's business but theirs, as answers are. */
  | 'not_divisible'
  /** It is of one team alone. */
  | 'one_team'
  /** What teams were measured is kept for half a year. */
  | 'teams_not_kept'
  /** Nobody was counted in both: nothing tells one part from another. */
  | 'nobody_in_both'

/** Explains the change of one figure; what cannot be explained says why. */
export async function explainChange(db: Reader, question: ChangeQuestion): Promise<ChangeStory> {
  const { metricId, scope } = question
  const days = ownDaysOf(metricId)
  const sides =
    days === undefined ? await findSides(db, question) : await measureSides(db, question, days)
  const { before, after } = sides
  const unitKind = scope.teamId === undefined ? 'team' : 'service'
  const story = { metricId, scope, before, after, unitKind } as const
  const difference = differenceOf(before, after)
  const untold = untoldBy(before, after)
  if (untold !== null || difference === null) {
    return { ...story, difference, parts: [], untold: untold ?? 'no_value' }
  }
  const explained = await explain(db, question, sides)
  return typeof explained === 'string'
    ? { ...story, difference, parts: [], untold: explained }
    : { ...story, difference, parts: listParts(explained, difference), untold: null }
}

interface Sides {
  readonly before: MetricResult | null
  readonly after: MetricResult | null
  /** Of metrics of delivery. */
  readonly deliveries?: readonly [before: TeamDeliveries, after: TeamDeliveries]
}

async function findSides(
  db: Reader,
  { metricId, scope, before, after, windows }: ChangeQuestion,
): Promise<Sides> {
  if (windows !== undefined) {
    const over = async (window: Period) =>
      (await measureWindow(db, { metricId, scope, window, isOpened: true }))[0] ?? null
    return { before: await over(windows.before), after: await over(windows.after) }
  }
  const [then, now] = await Promise.all([
    findMeasurement(db, { metricId, ...scope }, before),
    findMeasurement(db, { metricId, ...scope }, after),
  ])
  return { before: then ?? null, after: now ?? null }
}

/** Figures of delivery follow from the samples, with those of each team. */
async function measureSides(
  db: Reader,
  { metricId, scope, before, after, windows, now }: ChangeQuestion,
  days: number,
): Promise<Sides> {
  const ownOf = (moment: Date) => {
    const { from: to } = weekOf(moment)
    return { from: daysBefore(to, days), to }
  }
  const measureIn = (window: Period) =>
    measureTeamDeliveries(db, { ...(scope satisfies DeliveryScope), metricId, window, now })
  const deliveries = [
    await measureIn(windows?.before ?? ownOf(before)),
    await measureIn(windows?.after ?? ownOf(after)),
  ] as const
  const [then, later] = deliveries
  return { before: then.whole ?? null, after: later.whole ?? null, deliveries }
}

const usable = (result: MetricResult | null) =>
  result !== null && (result.status === 'ok' || result.status === 'source_partial')
    ? result.value
    : null

function differenceOf(before: MetricResult | null, after: MetricResult | null): number | null {
  const [then, now] = [usable(before), usable(after)]
  return then === null || now === null ? null : now - then
}

function untoldBy(before: MetricResult | null, after: MetricResult | null): Untold | null {
  const [then, now] = [usable(before), usable(after)]
  if (then === null) return now === null ? 'no_value' : 'no_value_before'
  if (now === null) return 'no_value_after'
  return before?.asOf === after?.asOf ? 'same_figure' : null
}

type Explained = ChangeExplanation | Untold

async function explain(db: Reader, question: ChangeQuestion, sides: Sides): Promise<Explained> {
  const { before, after, deliveries } = sides
  if (before === null || after === null) return 'no_value'
  const published = publishedOf(before, after)
  if (deliveries !== undefined) return explainDelivery(question, deliveries, published)
  const kind = unitOf(after)
  if (kind === undefined) return 'not_divisible'
  if (kind === 'activities') return explainWork(db, question, [before, after], published)
  const units = await listCases(db, question, kind, [before, after])
  return typeof units === 'string' ? units : orNobody(explainRatioChange(units, published))
}

const orNobody = (explanation: ChangeExplanation | null): Explained =>
  explanation ?? 'nobody_in_both'

/** By different definitions what was published differs beyond what units tell. */
function publishedOf(before: MetricResult, after: MetricResult): Published | undefined {
  if (before.definitionVersion === after.definitionVersion) return undefined
  return { before: before.value ?? 0, after: after.value ?? 0 }
}

function explainDelivery(
  { metricId, scope }: ChangeQuestion,
  [before, after]: readonly [TeamDeliveries, TeamDeliveries],
  published: Published | undefined,
): Explained {
  if (scope.teamId !== undefined) return 'one_team'
  if (metricId === changeLeadTime.definition.id) {
    return orNobody(explainMedianChange(joinUnits(hoursOf(before), hoursOf(after)), published))
  }
  if (![before, after].every(({ whole }) => isRatio(whole))) return 'not_divisible'
  return orNobody(explainRatioChange(joinUnits(sharesOf(before), sharesOf(after)), published))
}

/** Cases or exposure of teams add up, and so do what is counted of them. */
function isRatio(whole: MetricResult | undefined): boolean {
  const { value, numerator, denominator } = whole ?? {}
  if (typeof value !== 'number' || !denominator) return false
  return Math.abs((numerator ?? Number.NaN) / denominator - value) < ROUNDING
}

const ROUNDING = 1e-9

const hoursOf = ({ teams }: TeamDeliveries) =>
  new Map(
    [...teams].map(([id, { hours, result }]) => [
      id,
      { values: hours, coverage: result.coverage, nUnknown: result.nUnknown },
    ]),
  )

const sharesOf = ({ teams }: TeamDeliveries) =>
  new Map([...teams].map(([id, { result }]) => [id, seenInResult(result)]))

/** Cases whose rows name themselves, and whose they are. */
const DIVISIBLE = ['teams', 'services', 'exceptions', 'activities'] as const
type Divisible = (typeof DIVISIBLE)[number]

const unitOf = ({ unit }: MetricResult): Divisible | undefined =>
  DIVISIBLE.find((cases) => unit === `fraction of ${cases}`)

type Pair = readonly [before: MetricResult, after: MetricResult]

/** A team's own share of the work was measured at the same moments. */
async function explainWork(
  db: Reader,
  { metricId, scope, windows }: ChangeQuestion,
  pair: Pair,
  published: Published | undefined,
): Promise<Explained> {
  const { pathId, teamId } = scope
  if (teamId !== undefined || pathId === undefined) return 'one_team'
  const sides: Map<string, RatioSeen>[] = []
  for (const [index, result] of pair.entries()) {
    const window = index === 0 ? windows?.before : windows?.after
    const measured =
      window === undefined
        ? await listWindows(db, {
            windowKind: 'own',
            windowEnds: [result.asOf],
            metricIds: [metricId],
            pathId,
          })
        : await measureTeamsOver(db, { metricId, pathId, teamIds: teamsIn(result), window })
    const byTeam = new Map(measured.map((one) => [one.scope.teamId, one]))
    const seen = teamsIn(result).map((team) => [team, byTeam.get(team)] as const)
    const found = seen.flatMap(([team, own]) => (own ? [[team, seenInResult(own)] as const] : []))
    if (found.length < seen.length) return 'teams_not_kept'
    sides.push(new Map(found))
  }
  const [before = new Map(), after = new Map()] = sides
  return orNobody(explainRatioChange(joinUnits(before, after), published))
}

/** Teams whose work is among the rows: `activities?team=payments&days=28` or `payments`. */
function teamsIn(result: MetricResult): string[] {
  const ids = openedSets(result).flatMap((set) => set.ids)
  const teams = ids.map((id) => new URLSearchParams(id.split('?')[1]).get('team') ?? id)
  return [...new Set(teams)]
}

const NOBODY = 'nobody'

async function listCases(
  db: Reader,
  { scope }: ChangeQuestion,
  kind: Exclude<Divisible, 'activities'>,
  pair: Pair,
): Promise<readonly ChangedUnit<RatioSeen>[] | Untold> {
  if (scope.teamId !== undefined && kind !== 'services') return 'one_team'
  const [before, after] = await Promise.all(
    pair.map(async (result) =>
      seenInEvidence(openedSets(result), await ownersAt(db, kind, result)),
    ),
  )
  return joinUnits(before ?? new Map(), after ?? new Map())
}

/** Whose a case was at the moment of a result; of one team, each service stands for itself. */
async function ownersAt(
  db: Reader,
  kind: Exclude<Divisible, 'activities'>,
  { asOf, scope }: MetricResult,
): Promise<(caseId: string) => string> {
  if (kind === 'teams' || scope.teamId !== undefined) return (id) => id
  if (kind === 'services') {
    const { serviceById } = toLandscape(await listLandscapeFacts(db))
    return (id) => valueAt(serviceById.get(id)?.owners ?? [], asOf) ?? NOBODY
  }
  const exceptions = await listExceptions(db, { asOf: new Date(asOf) })
  const owners = new Map(exceptions.map((one) => [`${one.sourceId}:${one.id}`, one.teamId]))
  return (id) => owners.get(id) ?? NOBODY
}
