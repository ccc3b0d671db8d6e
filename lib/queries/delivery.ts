import { listLandscapeFacts } from '#db/adoption-facts.ts'
import { listStandingStates } from '#db/adoption-states.ts'
import type { Reader } from '#db/connection.ts'
import { listRemovedDelivery } from '#db/delivery-facts.ts'
import { listPieces } from '#db/ledgers.ts'
import { findPublishedRun } from '#db/published.ts'
import type { Period } from '#lib/period.ts'
import { type Landscape, toLandscape } from '#scorecards/adoption/landscape.ts'
import { valueAt } from '#scorecards/adoption/spans.ts'
import { isUsageStage } from '#scorecards/adoption/state-machine.ts'
import { deliveryEvidence } from '#scorecards/delivery/cases.ts'
import { type DeliveryModel, toDeliveryModel } from '#scorecards/delivery/model.ts'
import {
  listQuarters,
  type NamedQuarter,
  nameQuarters,
  toUnitLedgers,
  type UnitLedger,
} from '#scorecards/delivery/quarters.ts'
import { DELIVERY_METRICS, deliveryResults, factsOf, partOf } from '#scorecards/delivery/results.ts'
import { type DeliveryTally, hoursOf, mergeTallies } from '#scorecards/delivery/tally.ts'
import { toEvidence } from '#scorecards/measure.ts'
import { REMOVED } from '#scorecards/path-cases.ts'
import type { EvidenceSet, MetricResult, Scope } from '#scorecards/result.ts'

/** Of one team, of the teams that could use a path, or of all. */
export type DeliveryScope = Pick<Scope, 'teamId' | 'pathId'>

export interface DeliveryQuestion {
  /** One result of every metric for each. */
  readonly scopes: readonly DeliveryScope[]
  /** Whole days in UTC. */
  readonly window: Period
  /** What is known by then counts. */
  readonly asOf: Date
  readonly metricIds?: readonly string[]
  readonly now: Date
}

/**
 * Metrics of delivery over any ranges of whole days, computed from the published samples: of each window
 * one result of every metric for each scope; those of weeks, months and quarters are published and need no
 * computing (`listWindows`).
 */
export async function measureDeliveries(
  db: Reader,
  {
    scopes,
    windows,
    asOf,
    metricIds = DELIVERY_METRICS,
    now,
  }: Omit<DeliveryQuestion, 'window'> & { readonly windows: readonly Period[] },
): Promise<MetricResult[][]> {
  const landscape = toLandscape(await listLandscapeFacts(db))
  const model = await loadModel(db, landscape, windows, teamsIn(scopes))
  const parts = new Set(metricIds.map(partOf))
  const measured: MetricResult[][] = []
  for (const window of windows) {
    const span = { from: window.from.getTime(), to: window.to.getTime(), asOf: asOf.getTime() }
    const results: MetricResult[] = []
    for (const scope of scopes) {
      const ids = await listTeams(db, landscape, scope, window.to)
      const teams = ids.map((id) => model.tally(id, span, parts))
      const subject = { scope, teams, all: mergeTallies(teams), window: span, end: span.to }
      results.push(...deliveryResults(subject, model.sources, now, metricIds))
    }
    measured.push(results)
  }
  return measured
}

/** The same over one window. */
export const measureDelivery = async (
  db: Reader,
  { window, ...question }: DeliveryQuestion,
): Promise<MetricResult[]> =>
  (await measureDeliveries(db, { ...question, windows: [window] }))[0] ?? []

/** The teams that scopes name; null where one of them is of others. */
function teamsIn(scopes: readonly DeliveryScope[]): ReadonlySet<string> | null {
  const teams = scopes.flatMap(({ teamId }) => teamId ?? [])
  return teams.length === scopes.length ? new Set(teams) : null
}

/** What a metric of delivery says of all of a scope, and of each of its teams. */
export interface TeamDeliveries {
  readonly whole: MetricResult | undefined
  readonly teams: ReadonlyMap<string, TeamDelivery>
}

export interface TeamDelivery {
  readonly result: MetricResult
  /** Hours of each change from its first commit to production. */
  readonly hours: readonly number[]
}

/** The same metric of a scope and of its teams alone; the teams are those of the window's end. */
export async function measureTeamDeliveries(
  db: Reader,
  question: DeliveryScope &
    Pick<DeliveryQuestion, 'window' | 'now'> & { readonly metricId: string },
): Promise<TeamDeliveries> {
  const { window, metricId, now, teamId, pathId } = question
  const scope = { ...(pathId !== undefined && { pathId }), ...(teamId !== undefined && { teamId }) }
  const landscape = toLandscape(await listLandscapeFacts(db))
  const ids = await listTeams(db, landscape, scope, window.to)
  const model = await loadModel(db, landscape, [window], new Set(ids))
  const [from, to] = [window.from.getTime(), window.to.getTime()]
  const span = { from, to, asOf: to }
  const tallies = ids.map((id) => [id, model.tally(id, span)] as const)
  const resultOf = (own: Scope, teams: readonly DeliveryTally[]) =>
    deliveryResults(
      { scope: own, teams, all: mergeTallies(teams), window: span, end: to },
      model.sources,
      now,
      [metricId],
    )
  const [whole] = resultOf(
    scope,
    tallies.map(([, tally]) => tally),
  )
  const teams = tallies.flatMap(([id, tally]) =>
    resultOf({ teamId: id }, [tally]).map(
      (result) => [id, { result, hours: hoursOf(tally.counted, 'hours') }] as const,
    ),
  )
  return { whole, teams: new Map(teams) }
}

const DELIVERY = { kind: 'delivery' } as const
const IDS = { kind: 'delivery_ids' } as const

/** Of what was delivered in windows, by `teams` or by all. */
const loadModel = async (
  db: Reader,
  landscape: Landscape,
  windows: readonly Period[],
  teams: ReadonlySet<string> | null,
): Promise<DeliveryModel> =>
  modelOf(landscape, windows, await loadLedgers(db, quartersIn(windows), teams))

const quartersIn = (windows: readonly Period[]) => [
  ...new Set(
    windows.flatMap(({ from, to }) => listQuarters({ from: from.getTime(), to: to.getTime() })),
  ),
]

const modelOf = (
  landscape: Landscape,
  windows: readonly Period[],
  ledgers: ReadonlyMap<string, UnitLedger>,
) =>
  toDeliveryModel(landscape, ledgers, {
    since: new Date(Math.min(...windows.map(({ from }) => from.getTime()))),
    until: new Date(Math.max(...windows.map(({ to }) => to.getTime()))),
  })

const loadLedgers = async (
  db: Reader,
  quarters: readonly string[],
  teams: ReadonlySet<string> | null,
): Promise<Map<string, UnitLedger>> =>
  teams === null
    ? toUnitLedgers(await listPieces(db, DELIVERY, { quarters }))
    : await loadLedgersOf(db, teams, quarters)

/** Of other teams only who told of what they delivered. */
async function loadLedgersOf(
  db: Reader,
  teams: ReadonlySet<string>,
  quarters: readonly string[],
): Promise<Map<string, UnitLedger>> {
  const heads = toUnitLedgers(await listPieces(db, DELIVERY, { quarters: [] }))
  const subjects = [...heads].flatMap(([unit, head]) =>
    head.teams.some((team) => teams.has(team)) ? [unit] : [],
  )
  const own = toUnitLedgers(await listPieces(db, DELIVERY, { quarters, subjects }))
  return new Map([...heads, ...own])
}

async function listTeams(
  db: Reader,
  landscape: Landscape,
  { teamId, pathId }: DeliveryScope,
  asOf: Date,
): Promise<string[]> {
  if (teamId !== undefined) return [teamId]
  if (pathId === undefined) return landscape.teams.map(({ id }) => id)
  const states = await listStandingStates(db, { asOf, pathId })
  return states.filter(({ state }) => isUsageStage(state)).map(({ team_id }) => team_id)
}

/**
 * The rows behind a metric of delivery by what became of them: counted, left out and why, not
 * matured, unknown. Undefined for a metric that is none of delivery, and while no run has said yet what the
 * rows are called, as after an upgrade.
 */
export async function listDeliveryEvidence(
  db: Reader,
  question: DeliveryScope & Period & { readonly metricId: string; readonly asOf: Date },
): Promise<readonly EvidenceSet[] | undefined> {
  const { metricId, from, to, asOf } = question
  const window = { from, to }
  const landscape = toLandscape(await listLandscapeFacts(db))
  const teams = new Set(await listTeams(db, landscape, question, to))
  const { ledgers, quarters } = await loadNamed(db, window, teams)
  if (quarters === null) return undefined
  const model = modelOf(landscape, [window], ledgers)
  const span = { from: from.getTime(), to: to.getTime(), asOf: asOf.getTime() }
  const isRead = model.readIn(span)
  const evidence = deliveryEvidence(metricId, quarters, {
    teams,
    window,
    asOf,
    isRead: (team, serviceId, at) => isRead(team, serviceId, at.getTime()),
    isTold: (at) => model.isTold(at.getTime()),
  })
  return evidence && [...evidence, ...(await listRemoved(db, landscape, question, [...teams]))]
}

/** What was delivered, with what its rows are called: both as one run published them. */
async function loadNamed(
  db: Reader,
  window: Period,
  teams: ReadonlySet<string>,
): Promise<{ ledgers: ReadonlyMap<string, UnitLedger>; quarters: NamedQuarter[] | null }> {
  const quarters = quartersIn([window])
  for (;;) {
    const run = await findPublishedRun(db)
    const ledgers = await loadLedgers(db, quarters, teams)
    const subjects = [...ledgers].flatMap(([unit, own]) => (own.quarters.length > 0 ? [unit] : []))
    const pieces = await listPieces(db, IDS, { quarters, subjects })
    if (run === (await findPublishedRun(db))) {
      return { ledgers, quarters: nameQuarters(ledgers, pieces) }
    }
  }
}

/** What would be among the rows if its source had not taken it back, as the set that it makes. */
async function listRemoved(
  db: Reader,
  { serviceById, servicesByOwner }: Landscape,
  { metricId, from, to }: Period & { readonly metricId: string },
  teams: readonly string[],
): Promise<EvidenceSet[]> {
  const services = teams.flatMap((id) => servicesByOwner.get(id) ?? []).map(({ id }) => id)
  const [start, end] = [from.toISOString(), to.toISOString()]
  const owners = new Set(teams)
  const removed = []
  for (const fact of factsOf(metricId)) {
    removed.push(...(await listRemovedDelivery(db, fact, [...new Set(services)])))
  }
  const own = removed.filter(({ at, service_id: serviceId }) => {
    if (at === null || at < start || at >= end) return false
    const owner = valueAt(serviceById.get(serviceId ?? '')?.owners ?? [], at)
    return owner !== undefined && owner !== null && owners.has(owner)
  })
  return toEvidence(own.map((row) => ({ id: `${row.source_id}:${row.native_id}`, kind: REMOVED })))
}
