import { listTeamsIn } from '#db/adoption-states.ts'
import type { ChangeToScore } from '#db/changes-to-score.ts'
import type { Database } from '#db/connection.ts'
import { type Region, withdrawOtherWindows, writeMeasurements } from '#db/measurements.ts'
import { hoursBefore, weekNumber, weekStart } from '#lib/period.ts'
import type { Landscape } from '#scorecards/adoption/landscape.ts'
import { USAGE_STAGES } from '#scorecards/adoption/state-machine.ts'
import { weeksOf } from '#scorecards/adoption/tracks.ts'
import type { Weeks } from '#scorecards/adoption/weekly-counts.ts'
import type { LedgerPart, Span } from '#scorecards/delivery/ledger.ts'
import { type DeliveryModel, firstRead, toDeliveryModel } from '#scorecards/delivery/model.ts'
import type { UnitLedger } from '#scorecards/delivery/quarters.ts'
import {
  DELIVERY_METRICS,
  type DeliverySubject,
  deliveryResults,
  ownDaysOf,
  partOf,
} from '#scorecards/delivery/results.ts'
import { type DeliveryTally, mergeTallies, type TallyWindow } from '#scorecards/delivery/tally.ts'
import { WeekHours } from '#scorecards/delivery/week-hours.ts'
import { listOwnWindows, listWindows } from '#scorecards/delivery/windows.ts'
import { CALENDAR_WEEKS, HISTORY_WEEKS, TEAM_WEEKS } from '#scorecards/horizons.ts'
import { toMeasurementRow, type WindowKind } from '#scorecards/measurement-row.ts'
import type { Scope } from '#scorecards/result.ts'
import {
  type Difference,
  readLedgers,
  updateLedgers,
  updateSourcesOf,
} from '#scorecards/run/delivery-ledgers.ts'
import type { Plan } from '#scorecards/run/plan.ts'
import { type Session, writeEach } from '#scorecards/run/session.ts'

export interface DeliveryTerms {
  readonly landscape: Landscape
  readonly plan: Plan
  readonly changes: readonly ChangeToScore[]
  /** Month in which the fiscal year begins. */
  readonly fiscalYearStart: number
  /** The end of the last week that was scored, if weeks have ended since. */
  readonly weekEnd: string | null
  /** By path, the ends of weeks in which the state of a team is another. */
  readonly changedStates: ReadonlyMap<string, ReadonlySet<string>>
}

/** Written in one transaction. */
const TEAMS_AT_ONCE = 16

export interface DeliveryOutcome {
  /** Rows. */
  readonly changed: number
  /** The first moment at which another deployment failed than before, in milliseconds; infinite: none. */
  readonly failuresSince: number
}

/** Scores what changed of the delivery of teams, of paths and of all. */
export async function updateDelivery(
  session: Session,
  terms: DeliveryTerms,
): Promise<DeliveryOutcome> {
  const { landscape, plan, changes } = terms
  const updated = await updateLedgers(session, landscape, plan, changes)
  const known: Difference[] = [
    ...updated.differences,
    ...[...plan.teamsSince].map(([team, since]) => sinceThen(team, since)),
  ]
  const { failuresSince } = updated
  if (known.length === 0 && terms.changedStates.size === 0 && !plan.isFull) {
    return { changed: 0, failuresSince }
  }
  return { changed: await measureAnew(session, terms, known), failuresSince }
}

async function measureAnew(
  session: Session,
  terms: DeliveryTerms,
  known: readonly Difference[],
): Promise<number> {
  const { landscape, weekEnd, fiscalYearStart } = terms
  const { db, until } = session
  const heads = await readLedgers(db, NO_TIME)
  const readFrom = firstRead(landscape, heads)
  const isRetold = await updateSourcesOf(session, heads, readFrom)
  const all = weekEnd === null ? null : await readLedgers(db)
  const differences = [
    ...known,
    ...(isRetold ? [everything(landscape)] : []),
    ...(weekEnd === null || all === null ? [] : listRipening(landscape, all, weekEnd)),
  ]
  const since = weekStart(weekNumber(until) - CALENDAR_WEEKS)
  const slots = readFrom === null ? [] : listSlots(laterOf(readFrom, since), until, fiscalYearStart)
  const ledgers = all ?? (await readLedgers(db, spanToRead(terms, slots, differences)))
  const model = toDeliveryModel(landscape, ledgers, { since, until })
  return measure(session, terms, model, { slots, differences, readFrom })
}

const NO_TIME: Span = { from: Number.POSITIVE_INFINITY, to: Number.NEGATIVE_INFINITY }

/** From the beginning of the first to the end of the last window that may have to be measured. */
function spanToRead(
  { plan, changedStates }: DeliveryTerms,
  slots: readonly Slot[],
  differences: readonly Difference[],
): Span | undefined {
  if (plan.isFull) return undefined
  const moved = new Set([...changedStates.values()].flatMap((ends) => [...ends].map(Date.parse)))
  const windows = slots
    .filter((slot) => moved.has(slot.end) || differences.some((one) => touches(slot, one)))
    .map(({ window }) => window)
  return windows.reduce(
    (span, { from, to }) => ({ from: Math.min(span.from, from), to: Math.max(span.to, to) }),
    NO_TIME,
  )
}

const everything = ({ teams }: Landscape): Difference => ({
  teams: new Set(teams.map(({ id }) => id)),
  from: Number.NEGATIVE_INFINITY,
  to: Number.POSITIVE_INFINITY,
})

const sinceThen = (team: string, since: string): Difference => ({
  teams: new Set([team]),
  from: since === '' ? Number.NEGATIVE_INFINITY : Date.parse(since),
  to: Number.POSITIVE_INFINITY,
})

const RIPE_HOURS = 72

/** What time alone has changed since `weekEnd`: failures show after days, and outages go on. */
function listRipening(
  landscape: Landscape,
  ledgers: ReadonlyMap<string, UnitLedger>,
  weekEnd: string,
): Difference[] {
  const from = hoursBefore(new Date(weekEnd), RIPE_HOURS).getTime()
  const open = listRows(ledgers).flatMap(({ teams, deployments, outages }) =>
    [...outages.restoredAt].flatMap((restored, row) => {
      const at = deployments.at[outages.deployment[row] ?? 0] ?? 0
      const isOpen = Number.isNaN(restored) || restored >= Date.parse(weekEnd)
      return isOpen ? [{ teams: new Set(teams), from: at, to: at }] : []
    }),
  )
  return [{ ...everything(landscape), from }, ...open, ...listFailingLater(ledgers, weekEnd)]
}

const listRows = (ledgers: ReadonlyMap<string, UnitLedger>) =>
  [...ledgers.values()].flatMap(({ teams, quarters }) =>
    quarters.map(({ rows }) => ({ teams, ...rows })),
  )

/** What was delivered of which a failure showed after `weekEnd`, however long after. */
function listFailingLater(ledgers: ReadonlyMap<string, UnitLedger>, weekEnd: string): Difference[] {
  const end = Date.parse(weekEnd)
  const isLater = (at: number | undefined) => at !== undefined && at >= end && Number.isFinite(at)
  return listRows(ledgers).flatMap(({ teams, deployments }) =>
    [...deployments.at].flatMap((at, row) =>
      isLater(deployments.failedFrom[row]) || isLater(deployments.inferredFrom[row])
        ? [{ teams: new Set(teams), from: at, to: at }]
        : [],
    ),
  )
}

interface Slot {
  readonly kind: WindowKind
  readonly window: TallyWindow
  /** Of the whole window, also what is still to come. */
  readonly end: number
  readonly metricIds: readonly string[]
}

/** Every window that anything is measured over. */
function listSlots(from: Date, until: Date, fiscalYearStart: number): Slot[] {
  const days = [...new Set(DELIVERY_METRICS.map((id) => ownDaysOf(id) ?? 0))]
  const own = days.flatMap((length) =>
    listOwnWindows(until, HISTORY_WEEKS, length).map(
      (window): Slot => ({
        kind: 'own',
        window,
        end: window.to,
        metricIds: DELIVERY_METRICS.filter((id) => ownDaysOf(id) === length),
      }),
    ),
  )
  const others = listWindows(from, until, fiscalYearStart).map(
    ({ kind, end, ...window }): Slot => ({ kind, window, end, metricIds: DELIVERY_METRICS }),
  )
  return [...own, ...others]
}

const touches = ({ window }: Slot, { from, to }: Difference) =>
  from < window.to && to >= window.from

/** The slot with those of its metrics that differ by any of `differences`; none where none does. */
function touchedBy(slot: Slot, differences: readonly Difference[]): Slot[] {
  const own = differences.filter((difference) => touches(slot, difference))
  if (own.length === 0) return []
  if (own.some(({ part }) => part === undefined)) return [slot]
  const parts = new Set(own.map(({ part }) => part))
  return withMetrics(slot, (id) => parts.has(partOf(id)))
}

function withMetrics(slot: Slot, isMeant: (metricId: string) => boolean): Slot[] {
  const metricIds = slot.metricIds.filter(isMeant)
  return metricIds.length === 0 ? [] : [{ ...slot, metricIds }]
}

/** What of each slot anybody's difference touches. */
class DirtySlots {
  readonly #metrics = new Map<string, Set<string>>()

  add(slot: Slot): void {
    const key = keyOf(slot)
    const known = this.#metrics.get(key) ?? new Set()
    for (const id of slot.metricIds) known.add(id)
    this.#metrics.set(key, known)
  }

  of(slot: Slot): Slot[] {
    const known = this.#metrics.get(keyOf(slot))
    return known === undefined ? [] : withMetrics(slot, (id) => known.has(id))
  }
}

const keyOf = ({ kind, window }: Slot) => `${kind} ${window.from} ${window.to}`

interface Anew {
  readonly slots: readonly Slot[]
  readonly differences: readonly Difference[]
  /** From when on anything was read; null: never. */
  readonly readFrom: Date | null
}

async function measure(
  session: Session,
  terms: DeliveryTerms,
  model: DeliveryModel,
  { slots, differences, readFrom }: Anew,
): Promise<number> {
  const teamHorizon = weekStart(weekNumber(session.until) - TEAM_WEEKS).getTime()
  const isOfTeams = ({ kind, end }: Slot) => kind !== 'own' || end > teamHorizon
  let changed = terms.plan.isFull ? await withdrawOtherQuarters(session, slots) : 0
  const dirty = new DirtySlots()
  changed += await writeEach(session, model.teams, TEAMS_AT_ONCE, (tx, team) => {
    const own = differences.filter(({ teams }) => teams.has(team))
    const touched = slots.flatMap((slot) => touchedBy(slot, own))
    for (const slot of touched) dirty.add(slot)
    const deliveredIn: Delivered = (window, parts) => ({
      teams: [model.tally(team, window, parts)],
    })
    return writeSlots(tx, session, model, { teamId: team }, touched.filter(isOfTeams), deliveredIn)
  })
  const calendar = slots.filter(({ kind }) => kind !== 'own').flatMap((slot) => dirty.of(slot))
  const talliesOf = tallier(model)
  const ofAll: Delivered = (window, parts) => ({ teams: talliesOf(window, parts) })
  changed += await session.write((tx) => writeSlots(tx, session, model, {}, calendar, ofAll))
  return (
    changed + (await measureWholes(session, terms, model, { slots, readFrom, dirty, talliesOf }))
  )
}

/** What a scope delivered over a window. */
type Delivered = (
  window: TallyWindow,
  parts: ReadonlySet<LedgerPart>,
) => Pick<DeliverySubject, 'teams' | 'hours'>

/** The same team by team. */
type TalliesOf = (window: TallyWindow, parts: ReadonlySet<LedgerPart>) => readonly DeliveryTally[]

/** Of every team; the last few windows are remembered. */
function tallier(model: DeliveryModel): TalliesOf {
  const known = new Map<string, readonly DeliveryTally[]>()
  return (window, parts) => {
    const key = `${window.from} ${window.to} ${window.asOf} ${[...parts].join()}`
    const tallies = known.get(key) ?? model.teams.map((team) => model.tally(team, window, parts))
    known.delete(key)
    known.set(key, tallies)
    const [oldest] = known.keys()
    if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest)
    return tallies
  }
}

/** Windows of as many lengths as end at one moment. */
const REMEMBERED = 4

interface Wholes extends Pick<Anew, 'slots' | 'readFrom'> {
  readonly dirty: DirtySlots
  readonly talliesOf: TalliesOf
}

/** All together, and paths over the teams that could use them then, at the end of each week. */
async function measureWholes(
  session: Session,
  { landscape, changedStates, plan }: DeliveryTerms,
  model: DeliveryModel,
  { slots, readFrom, dirty, talliesOf }: Wholes,
): Promise<number> {
  const places = new Map(model.teams.map((team, place) => [team, place]))
  const weekHours = new WeekHours(model)
  const byEnd = Map.groupBy(
    slots.filter(({ kind, end }) => kind === 'own' && readFrom !== null && end > +readFrom),
    ({ end }) => end,
  )
  const paths = landscape.paths.map((path) => ({
    id: path.id,
    weeks: weeksOf({ landscape }, path, session.until),
  }))
  const measureEnd = async (tx: Database, end: number, own: readonly Slot[]) => {
    const weekEnd = new Date(end).toISOString()
    const dirtyOwn = own.flatMap((slot) => dirty.of(slot))
    let written = await writeSlots(tx, session, model, {}, dirtyOwn, (window, parts) => ({
      teams: talliesOf(window, parts),
      hours: weekHours.of('', model.teams, window),
    }))
    for (const { id } of paths.filter(({ weeks }) => hasStateAt(weeks, end))) {
      const isMoved = plan.isFull || changedStates.get(id)?.has(weekEnd) === true
      const touched = isMoved ? own : dirtyOwn
      if (touched.length === 0) continue
      const teams = await listTeamsIn(tx, { pathId: id, weekEnd, states: USAGE_STAGES })
      const chosen = teams.filter((team) => places.has(team))
      const subject = { pathId: id }
      written += await writeSlots(tx, session, model, subject, touched, (window, parts) => {
        const tallies = talliesOf(window, parts)
        const own = chosen.flatMap((team) => tallies[places.get(team) ?? -1] ?? [])
        const isAll = own.length === tallies.length
        return {
          teams: isAll ? tallies : own,
          hours: weekHours.of(isAll ? '' : id, isAll ? model.teams : chosen, window),
        }
      })
    }
    return written
  }
  return writeEach(session, [...byEnd], ENDS_AT_ONCE, (tx, [end, own]) => measureEnd(tx, end, own))
}

/** Written in one transaction. */
const ENDS_AT_ONCE = 13

/** Whether one of the weeks with a state ended then. */
function hasStateAt({ first, count }: Weeks, end: number): boolean {
  const index = weekNumber(new Date(end)) - first
  return index > 0 && index <= count
}

/** The fiscal year may begin in another month than before. */
const withdrawOtherQuarters = (session: Session, slots: readonly Slot[]) =>
  session.write((tx) =>
    withdrawOtherWindows(tx, session.run, {
      windowKind: 'quarter',
      ends: slots
        .filter(({ kind }) => kind === 'quarter')
        .map(({ end }) => new Date(end).toISOString()),
    }),
  )

const laterOf = (a: Date, b: Date) => new Date(Math.max(a.getTime(), b.getTime()))

const NO_SLOT: Pick<Slot, 'kind' | 'metricIds'> = { kind: 'own', metricIds: [] }

async function writeSlots(
  tx: Database,
  session: Session,
  { sources }: DeliveryModel,
  scope: Scope,
  slots: readonly Slot[],
  deliveredIn: Delivered,
): Promise<number> {
  let changed = 0
  const regions = Map.groupBy(slots, ({ kind, metricIds }) => `${kind} ${metricIds.join()}`)
  for (const own of regions.values()) {
    const [{ kind, metricIds: regionMetrics } = NO_SLOT] = own
    const rows = own.flatMap(({ window, end, metricIds }) => {
      const { teams, hours } = deliveredIn(window, new Set(metricIds.map(partOf)))
      const subject = { scope, teams, hours, all: mergeTallies(teams), window, end }
      return deliveryResults(subject, sources, session.now, metricIds).map((result) =>
        toMeasurementRow(result, kind),
      )
    })
    const region: Region = {
      pathId: scope.pathId ?? '',
      teamId: scope.teamId ?? '',
      sourceId: '',
      windowKind: kind,
      windowEnds: own.map(({ end }) => new Date(end).toISOString()),
      metricIds: regionMetrics,
    }
    changed += await writeMeasurements(tx, session.run, region, rows)
  }
  return changed
}
