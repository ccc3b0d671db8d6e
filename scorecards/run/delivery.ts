import { listTeamsIn } from '#db/adoption-states.ts'
import type { ChangeToScore } from '#db/changes-to-score.ts'
import type { Database } from '#db/connection.ts'
import { type Region, withdrawOtherWindows, writeMeasurements } from '#db/measurements.ts'
import { daysBefore, hoursBefore, weekNumber, weekStart } from '#lib/period.ts'
import type { Landscape } from '#scorecards/adoption/landscape.ts'
import { USAGE_STAGES } from '#scorecards/adoption/state-machine.ts'
import type { DeliveryLedger } from '#scorecards/delivery/ledger.ts'
import { type DeliveryModel, toDeliveryModel } from '#scorecards/delivery/model.ts'
import { DELIVERY_METRICS, deliveryResults, ownDaysOf } from '#scorecards/delivery/results.ts'
import { type DeliveryTally, mergeTallies, type TallyWindow } from '#scorecards/delivery/tally.ts'
import { listOwnWindows, listWindows } from '#scorecards/delivery/windows.ts'
import { toMeasurementRow, type WindowKind } from '#scorecards/measurement-row.ts'
import type { Scope } from '#scorecards/result.ts'
import {
  type Difference,
  RECENT_DAYS,
  readLedgers,
  updateLedgers,
  updateSourcesOf,
} from '#scorecards/run/delivery-ledgers.ts'
import { listWeekEnds, STANDING_WEEKS, TEAM_WEEKS } from '#scorecards/run/horizons.ts'
import type { Plan } from '#scorecards/run/plan.ts'
import type { Session } from '#scorecards/run/session.ts'

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

/** Delivery is measured for so long back, if it was read. */
const WEEKS = 156

/** Written in one transaction: each has to wait for the disk. */
const TEAMS_AT_ONCE = 16

export interface DeliveryOutcome {
  /** Rows. */
  readonly changed: number
  /** Whether what stands of paths may be another for what was delivered. */
  readonly hasNewWork: boolean
}

/** Scores what changed of the delivery of teams, of paths and of all. */
export async function updateDelivery(
  session: Session,
  terms: DeliveryTerms,
): Promise<DeliveryOutcome> {
  const { landscape, plan, changes, weekEnd } = terms
  const { differences, hasNewRows } = await updateLedgers(session, landscape, plan, changes)
  const hasNewWork = hasNewRows || differences.some((one) => isRecent(session, one))
  const known: Difference[] = [
    ...differences,
    ...[...plan.teamsSince].map(([team, since]) => sinceThen(team, since)),
  ]
  if (known.length === 0 && terms.changedStates.size === 0 && !plan.isFull) {
    return { changed: 0, hasNewWork }
  }
  const ledgers = await readLedgers(session.db)
  const isRetold = await updateSourcesOf(session, ledgers)
  const first = weekStart(weekNumber(session.until) - WEEKS)
  const model = toDeliveryModel(landscape, ledgers, { since: first, until: session.until })
  const changed = await measure(session, terms, model, [
    ...known,
    ...(isRetold ? [everything(landscape)] : []),
    ...(weekEnd === null ? [] : listRipening(landscape, ledgers, weekEnd)),
  ])
  return { changed, hasNewWork }
}

const isRecent = ({ until }: Session, { from, to }: Difference) =>
  to >= daysBefore(until, RECENT_DAYS).getTime() && from < until.getTime()

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
  ledgers: ReadonlyMap<string, DeliveryLedger>,
  weekEnd: string,
): Difference[] {
  const from = hoursBefore(new Date(weekEnd), RIPE_HOURS).getTime()
  const open = [...ledgers.values()].flatMap(({ teams, deployments, outages }) =>
    [...outages.restoredAt].flatMap((restored, row) => {
      const at = deployments.at[outages.deployment[row] ?? 0] ?? 0
      const isOpen = Number.isNaN(restored) || restored >= Date.parse(weekEnd)
      return isOpen ? [{ teams: new Set(teams), from: at, to: at }] : []
    }),
  )
  return [{ ...everything(landscape), from }, ...open]
}

interface Slot {
  readonly kind: WindowKind
  readonly window: TallyWindow
  /** Of the whole window, also what is still to come. */
  readonly end: number
  readonly metricIds: readonly string[]
}

/** Every window that teams are measured over. */
function listSlots(from: Date, until: Date, fiscalYearStart: number): Slot[] {
  const days = [...new Set(DELIVERY_METRICS.map((id) => ownDaysOf(id) ?? 0))]
  const own = days.flatMap((length) =>
    listOwnWindows(until, TEAM_WEEKS, length).map(
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

async function measure(
  session: Session,
  terms: DeliveryTerms,
  model: DeliveryModel,
  differences: readonly Difference[],
): Promise<number> {
  const { until } = session
  const first = weekStart(weekNumber(until) - WEEKS)
  const { readFrom } = model
  const slots =
    readFrom === null ? [] : listSlots(laterOf(readFrom, first), until, terms.fiscalYearStart)
  let changed = terms.plan.isFull ? await withdrawOtherQuarters(session, slots) : 0
  const dirty = new Set<Slot>()
  for (let start = 0; start < model.teams.length; start += TEAMS_AT_ONCE) {
    changed += await session.write(async (tx) => {
      let written = 0
      for (const team of model.teams.slice(start, start + TEAMS_AT_ONCE)) {
        const own = differences.filter(({ teams }) => teams.has(team))
        const touched = slots.filter((slot) => own.some((difference) => touches(slot, difference)))
        for (const slot of touched) dirty.add(slot)
        written += await writeSlots(tx, session, model, { teamId: team }, touched, (window) => [
          model.tally(team, window),
        ])
      }
      return written
    })
  }
  const isOfAll = ({ kind, end }: Slot) => kind !== 'own' || end === until.getTime()
  const dirtyOfAll = [...dirty].filter(isOfAll)
  const cache = new Map<string, readonly DeliveryTally[]>()
  const talliesOf = (window: TallyWindow) => {
    const key = `${window.from} ${window.to} ${window.asOf}`
    const known = cache.get(key) ?? model.teams.map((team) => model.tally(team, window))
    if (dirtyOfAll.some((slot) => slot.kind === 'own' && slot.window.from === window.from)) {
      cache.set(key, known)
    }
    return known
  }
  changed += await session.write((tx) => writeSlots(tx, session, model, {}, dirtyOfAll, talliesOf))
  changed += await writePaths(session, terms, { model, slots, dirty, talliesOf })
  return changed
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

interface PathTerms {
  readonly model: DeliveryModel
  readonly slots: readonly Slot[]
  readonly dirty: ReadonlySet<Slot>
  readonly talliesOf: (window: TallyWindow) => readonly DeliveryTally[]
}

/** A path is measured as it stands: over the teams that could use it at the last week end. */
async function writePaths(
  session: Session,
  { landscape, changedStates, plan }: DeliveryTerms,
  { model, slots, dirty, talliesOf }: PathTerms,
): Promise<number> {
  const until = session.until.toISOString()
  const now = slots.filter(({ kind, end }) => kind === 'own' && end === session.until.getTime())
  const places = new Map(model.teams.map((team, place) => [team, place]))
  let changed = 0
  // What is no longer configured does not stand in any way.
  for (const { id } of landscape.paths.filter(({ goneAt }) => goneAt === null)) {
    const isMoved = plan.isFull || changedStates.get(id)?.has(until) === true
    const touched = now.filter((slot) => isMoved || dirty.has(slot))
    if (touched.length === 0) continue
    const teams = await listTeamsIn(session.db, {
      pathId: id,
      weekEnd: until,
      states: USAGE_STAGES,
    })
    const chosen = teams.map((team) => places.get(team) ?? -1)
    const talliesOfPath = (window: TallyWindow) =>
      chosen.flatMap((place) => talliesOf(window)[place] ?? [])
    changed += await session.write((tx) =>
      writeSlots(tx, session, model, { pathId: id }, touched, talliesOfPath),
    )
  }
  return changed
}

const NO_SLOT: Pick<Slot, 'kind' | 'metricIds'> = { kind: 'own', metricIds: [] }

async function writeSlots(
  tx: Database,
  session: Session,
  { sources }: DeliveryModel,
  scope: Scope,
  slots: readonly Slot[],
  talliesOf: (window: TallyWindow) => readonly DeliveryTally[],
): Promise<number> {
  let changed = 0
  const regions = Map.groupBy(slots, ({ kind, metricIds }) => `${kind} ${metricIds.join()}`)
  for (const own of regions.values()) {
    const [{ kind, metricIds: regionMetrics } = NO_SLOT] = own
    const rows = own.flatMap(({ window, end, metricIds }) => {
      const teams = talliesOf(window)
      const subject = { scope, teams, all: mergeTallies(teams), window, end }
      return deliveryResults(subject, sources, session.now, metricIds).map((result) =>
        toMeasurementRow(result, kind),
      )
    })
    const region: Region = {
      pathId: scope.pathId ?? '',
      teamId: scope.teamId ?? '',
      sourceId: '',
      windowKind: kind,
      windowEnds: windowEndsOf(session, scope, kind, own),
      metricIds: regionMetrics,
    }
    changed += await writeMeasurements(tx, session.run, region, rows)
  }
  return changed
}

/** What is measured as it stands replaces what stood before. */
function windowEndsOf(
  { until }: Session,
  { teamId }: Scope,
  kind: WindowKind,
  slots: readonly Slot[],
): string[] {
  const isAsItStands = kind === 'own' && teamId === undefined
  if (!isAsItStands) return slots.map(({ end }) => new Date(end).toISOString())
  return listWeekEnds(until, STANDING_WEEKS)
}
