import type { ChangeToScore } from '#db/changes-to-score.ts'
import type { Database, Reader } from '#db/connection.ts'
import {
  listDelivery,
  listForeignIncidents,
  listForeignIncidentsOf,
  listServicesNaming,
} from '#db/delivery-facts.ts'
import {
  type LedgerKind,
  type LedgerPiece,
  listLedgers,
  listPieces,
  listSubjects,
  withdrawLedgers,
  writeLedgers,
} from '#db/ledgers.ts'
import type { Landscape } from '#scorecards/adoption/landscape.ts'
import { toUnits, type Unit, unitIdOf, workersOf } from '#scorecards/adoption/units.ts'
import {
  decodeFailedDeployments,
  encodeFailedDeployments,
  type FailedDeployment,
  listFailedDeployments,
} from '#scorecards/delivery/failed-deployments.ts'
import {
  type LedgerPart,
  type LinkedDelivery,
  linkDelivery,
  type Span,
  toDeliveryLedger,
} from '#scorecards/delivery/ledger.ts'
import {
  decodeQuarters,
  encodeQuarters,
  listQuarters,
  toUnitLedgers,
  type UnitLedger,
  unitDifferences,
} from '#scorecards/delivery/quarters.ts'
import { type ForeignIncidentRow, toDeliveryFacts } from '#scorecards/delivery/rows.ts'
import type { Plan } from '#scorecards/run/plan.ts'
import { type Session, updateLedger } from '#scorecards/run/session.ts'

const DELIVERY = { kind: 'delivery' } as const
const IDS = { kind: 'delivery_ids' } as const
/** As many units at a time as bound the memory that their rows need. */
const UNITS_AT_ONCE = 16

/** A span of time in which what somebody delivered is another than it was; in milliseconds. */
export interface Difference {
  readonly teams: ReadonlySet<string>
  readonly from: number
  readonly to: number
  /** The only part of it that is; left out: all of it. */
  readonly part?: LedgerPart
}

export interface LedgerUpdate {
  /** Where what was delivered is another than before. */
  readonly differences: readonly Difference[]
  /** The first moment at which another deployment failed than before, in milliseconds; infinite: none. */
  readonly failuresSince: number
}

/** Sets down anew what planned units delivered. */
export async function updateLedgers(
  session: Session,
  landscape: Landscape,
  plan: Plan,
  changes: readonly ChangeToScore[],
): Promise<LedgerUpdate> {
  const units = toUnits(landscape)
  const { touched, foreign } = plan.isFull
    ? { touched: plan.units, foreign: await listForeignIncidents(session.db) }
    : await listTouched(session, landscape, plan, changes)
  const planned = [...touched].flatMap((id) => units.get(id) ?? [])
  const differences: Difference[] = []
  let failuresSince = Number.POSITIVE_INFINITY
  for (let start = 0; start < planned.length; start += UNITS_AT_ONCE) {
    const batch = planned.slice(start, start + UNITS_AT_ONCE)
    const facts = await loadBatch(session.db, batch, foreign)
    differences.push(...(await updateBatch(session, plan, facts)))
    failuresSince = Math.min(failuresSince, await updateFailures(session, facts))
  }
  if (plan.isFull) await dropUnknown(session, units)
  return { differences, failuresSince }
}

interface TouchedUnits {
  readonly touched: ReadonlySet<string>
  /** All of the touched units. */
  readonly foreign: readonly ForeignIncidentRow[]
}

/** Units with work, and those that an incident ties to one of them. */
async function listTouched(
  { db }: Session,
  landscape: Landscape,
  plan: Plan,
  changes: readonly ChangeToScore[],
): Promise<TouchedUnits> {
  const named = changes
    .filter(({ subject_kind }) => subject_kind === 'deployment')
    .map(({ subject_id }) => subject_id)
  const services = named.length === 0 ? [] : await listServicesNaming(db, named)
  const unitOf = (serviceId: string | null) => {
    const service = landscape.serviceById.get(serviceId ?? '')
    return service === undefined ? [] : [unitIdOf(service)]
  }
  const units = toUnits(landscape)
  const servicesOf = (ids: Iterable<string>) =>
    workersOf([...ids].flatMap((id) => units.get(id) ?? [])).services
  const own = new Set([...plan.units, ...services.flatMap(unitOf)])
  const foreign = await listForeignIncidentsOf(db, servicesOf(own))
  const touched = new Set([
    ...own,
    ...foreign.flatMap((row) => [...unitOf(row.service_id), ...unitOf(row.named_service_id)]),
  ])
  if (touched.size === own.size) return { touched, foreign }
  return { touched, foreign: await listForeignIncidentsOf(db, servicesOf(touched)) }
}

/** By unit. */
type BatchFacts = ReadonlyMap<string, LinkedDelivery>

async function loadBatch(
  db: Reader,
  batch: readonly Unit[],
  foreign: readonly ForeignIncidentRow[],
): Promise<BatchFacts> {
  const facts = toDeliveryFacts(batch, await listDelivery(db, workersOf(batch)), foreign)
  return new Map([...facts].map(([unit, own]) => [unit, linkDelivery(own)]))
}

const readStored = ({ db }: Session, kind: LedgerKind, facts: BatchFacts) =>
  listLedgers(db, kind, { subjects: [...facts.keys()], isWriter: true })

async function updateBatch(session: Session, plan: Plan, facts: BatchFacts): Promise<Difference[]> {
  const units = [...facts.keys()]
  const stored = await listStored(session, DELIVERY, units)
  const storedIds = await listStored(session, IDS, units)
  const changed: ChangedPieces = new Map()
  const changedIds: ChangedPieces = new Map()
  const differences: Difference[] = []
  for (const [unit, delivered] of facts) {
    const own = stored.get(unit) ?? []
    const encoded = encodeQuarters(toDeliveryLedger(delivered))
    replace(changedIds, unit, storedIds.get(unit) ?? [], encoded.ids)
    const pieces = new Map([[null, encoded.head], ...encoded.quarters])
    if (!replace(changed, unit, own, pieces)) continue
    // In a full run everything is measured anew, wherever it differs.
    if (plan.isFull) continue
    const [was, is] = [toUnitLedgers(own).get(unit), decodeQuarters(encoded)]
    const teams = new Set([...(was?.teams ?? []), ...is.teams])
    differences.push(...unitDifferences(was, is).map((one) => ({ teams, ...one })))
  }
  if (changed.size > 0 || changedIds.size > 0) {
    await session.write(async (tx) => {
      await writePieces(tx, session.run, DELIVERY, changed)
      await writePieces(tx, session.run, IDS, changedIds)
    })
  }
  return differences
}

async function listStored({ db }: Session, kind: LedgerKind, units: readonly string[]) {
  const pieces = await listPieces(db, kind, { subjects: units, isWriter: true })
  return Map.groupBy(pieces, ({ subject }) => subject)
}

/** By quarter, or null of what is not divided, what is to stand of units; null: nothing. */
type ChangedPieces = Map<string | null, Map<string, Uint8Array | null>>

/** Notes what of a unit is another than before. Returns whether anything is. */
function replace(
  changed: ChangedPieces,
  unit: string,
  stored: readonly LedgerPiece[],
  after: ReadonlyMap<string | null, Uint8Array>,
): boolean {
  const before = new Map(stored.map(({ quarter, samples }) => [quarter, samples]))
  let isChanged = false
  for (const quarter of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(quarter), after.get(quarter)]
    if (was && is && Buffer.compare(was, is) === 0) continue
    isChanged = true
    const own = changed.get(quarter) ?? new Map<string, Uint8Array | null>()
    changed.set(quarter, own.set(unit, is ?? null))
  }
  return isChanged
}

async function writePieces(
  tx: Database,
  run: number,
  kind: LedgerKind,
  changed: ChangedPieces,
): Promise<void> {
  for (const [quarter, samples] of changed) {
    await writeLedgers(tx, run, { ...kind, quarter: quarter ?? undefined }, samples)
  }
}

const FAILED = { kind: 'failed_deployments' } as const

/** Sets down which deployments failed. Returns the first moment at which others did than before. */
async function updateFailures(session: Session, facts: BatchFacts): Promise<number> {
  const before = await readStored(session, FAILED, facts)
  const changed = new Map<string, Uint8Array | null>()
  let since = Number.POSITIVE_INFINITY
  for (const [unit, own] of facts) {
    const failed = listFailedDeployments(own)
    const bytes = failed.length === 0 ? null : encodeFailedDeployments(failed)
    const stored = before.get(unit)
    if (Buffer.compare(stored ?? Buffer.alloc(0), bytes ?? Buffer.alloc(0)) === 0) continue
    changed.set(unit, bytes)
    const was = stored === undefined ? [] : decodeFailedDeployments(stored)
    since = Math.min(since, ...differingAt(was, failed))
  }
  if (changed.size > 0) await session.write((tx) => writeLedgers(tx, session.run, FAILED, changed))
  return since
}

/** When those finished that are in one list only, or otherwise in each. */
function differingAt(
  before: readonly FailedDeployment[],
  after: readonly FailedDeployment[],
): number[] {
  const [was, is] = [before, after].map((list) => new Map(list.map((one) => [textOf(one), one])))
  const only = (list: typeof was, other: typeof is) =>
    [...(list ?? [])].filter(([text]) => !other?.has(text)).map(([, one]) => +one.finishedAt)
  return [...only(was, is), ...only(is, was)]
}

const textOf = (failed: FailedDeployment) => JSON.stringify(failed)

/** Of every unit, as the last run left it, published or not. */
export async function readFailedDeployments(db: Session['db']): Promise<FailedDeployment[]> {
  const stored = await listLedgers(db, FAILED, { isWriter: true })
  return [...stored.values()].flatMap(decodeFailedDeployments)
}

/** The same from the facts. */
export async function loadFailedDeployments(
  db: Reader,
  landscape: Landscape,
): Promise<FailedDeployment[]> {
  const foreign = await listForeignIncidents(db)
  const units = [...toUnits(landscape).values()]
  const failed: FailedDeployment[] = []
  for (let start = 0; start < units.length; start += UNITS_AT_ONCE) {
    const facts = await loadBatch(db, units.slice(start, start + UNITS_AT_ONCE), foreign)
    failed.push(...[...facts.values()].flatMap(listFailedDeployments))
  }
  return failed
}

async function dropUnknown(session: Session, units: ReadonlyMap<string, Unit>): Promise<void> {
  for (const [head, ...others] of [[DELIVERY, IDS], [FAILED]] as const) {
    const gone = (await listSubjects(session.db, head)).filter((id) => !units.has(id))
    if (gone.length === 0) continue
    await session.write(async (tx) => {
      for (const kind of [head, ...others]) await withdrawLedgers(tx, session.run, kind, gone)
    })
  }
}

const SOURCES = { kind: 'delivery_sources' } as const
const ALL = 'all'

/**
 * Whether other sources than in the last run tell of deployments, or anything was read since another
 * moment: then what was read is another for everybody. Notes both.
 */
export async function updateSourcesOf(
  session: Session,
  ledgers: ReadonlyMap<string, UnitLedger>,
  readFrom: Date | null,
): Promise<boolean> {
  const ids = new Set([...ledgers.values()].flatMap(({ sources }) => sources.map(([, id]) => id)))
  return updateLedger(session, SOURCES, ALL, { sources: [...ids].toSorted(), readFrom })
}

/** What every unit delivered, as the last run left it, published or not; in quarters that a span touches. */
export async function readLedgers(db: Reader, span?: Span): Promise<Map<string, UnitLedger>> {
  const quarters = span && listQuarters(span)
  return toUnitLedgers(await listPieces(db, DELIVERY, { quarters, isWriter: true }))
}
