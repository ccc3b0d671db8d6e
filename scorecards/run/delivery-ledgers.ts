import { hash } from 'node:crypto'
import type { ChangeToScore } from '#db/changes-to-score.ts'
import type { Reader } from '#db/connection.ts'
import {
  listDelivery,
  listForeignIncidents,
  listForeignIncidentsOf,
  listServicesNaming,
} from '#db/delivery-facts.ts'
import { type LedgerKind, listLedgers, writeLedgers } from '#db/ledgers.ts'
import { daysBefore, type Period } from '#lib/period.ts'
import type { Landscape } from '#scorecards/adoption/landscape.ts'
import { toUnits, type Unit, unitIdOf, workersOf } from '#scorecards/adoption/units.ts'
import {
  decodeFailedDeployments,
  encodeFailedDeployments,
  type FailedDeployment,
  listFailedDeployments,
} from '#scorecards/delivery/failed-deployments.ts'
import {
  type DeliveryFacts,
  type DeliveryLedger,
  decodeLedger,
  decodeLedgers,
  encodeLedger,
  type LinkedDelivery,
  ledgerDifference,
  linkDelivery,
  toDeliveryLedger,
} from '#scorecards/delivery/ledger.ts'
import { isIn } from '#scorecards/delivery/production.ts'
import { type ForeignIncidentRow, toDeliveryFacts } from '#scorecards/delivery/rows.ts'
import { platformCausedFailureShare } from '#scorecards/metrics/platform-caused-failure-share.ts'
import type { Plan } from '#scorecards/run/plan.ts'
import type { Session } from '#scorecards/run/session.ts'

const DELIVERY = { kind: 'delivery' } as const
/** As many units at a time as bound the memory that their rows need. */
const UNITS_AT_ONCE = 16

/** A span of time in which what somebody delivered is another than it was; in milliseconds. */
export interface Difference {
  readonly teams: ReadonlySet<string>
  readonly from: number
  readonly to: number
}

export interface LedgerUpdate {
  /** Where what was delivered is another than before. */
  readonly differences: readonly Difference[]
  /** Whether any row of the last half year is another, also in what no ledger holds of it. */
  readonly hasNewRows: boolean
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
  let hasNewRows = false
  for (let start = 0; start < planned.length; start += UNITS_AT_ONCE) {
    const batch = planned.slice(start, start + UNITS_AT_ONCE)
    const facts = await loadBatch(session.db, batch, foreign)
    differences.push(...(await updateBatch(session, plan, facts)))
    await updateFailures(session, facts)
    if (await updateRecent(session, facts)) hasNewRows = true
  }
  if (plan.isFull) {
    for (const kind of [DELIVERY, FAILED, RECENT]) await dropUnknown(session, kind, units)
  }
  return { differences, hasNewRows }
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
  const before = await readStored(session, DELIVERY, facts)
  const samples = new Map<string, Uint8Array>()
  const differences: Difference[] = []
  for (const [id, delivered] of facts) {
    const after = toDeliveryLedger(delivered)
    const bytes = encodeLedger(after)
    const stored = before.get(id)
    if (stored !== undefined && Buffer.compare(stored, bytes) === 0) continue
    samples.set(id, bytes)
    // In a full run everything is measured anew, wherever it differs.
    if (plan.isFull) continue
    const was = stored && decodeLedger(stored)
    const span = ledgerDifference(was, after)
    if (span === null) continue
    differences.push({ teams: new Set([...(was?.teams ?? []), ...after.teams]), ...span })
  }
  if (samples.size > 0) {
    await session.write((tx) => writeLedgers(tx, session.run, DELIVERY, samples))
  }
  return differences
}

const FAILED = { kind: 'failed_deployments' } as const

/** From when on failures are kept for a moment, and for those after it. */
const failedSince = (until: Date) => daysBefore(until, platformCausedFailureShare.windowDays)

/** Sets down which deployments failed lately. */
async function updateFailures(session: Session, facts: BatchFacts): Promise<void> {
  const since = failedSince(session.until)
  const before = await readStored(session, FAILED, facts)
  const changed = new Map<string, Uint8Array | null>()
  for (const [unit, own] of facts) {
    const failed = listFailedDeployments(own, since)
    const bytes = failed.length === 0 ? null : encodeFailedDeployments(failed)
    if (Buffer.compare(before.get(unit) ?? Buffer.alloc(0), bytes ?? Buffer.alloc(0)) === 0)
      continue
    changed.set(unit, bytes)
  }
  if (changed.size > 0) await session.write((tx) => writeLedgers(tx, session.run, FAILED, changed))
}

/** Of every unit, as the last run left it, published or not; those before the window may be there. */
export async function readFailedDeployments(db: Session['db']): Promise<FailedDeployment[]> {
  const stored = await listLedgers(db, FAILED, { isWriter: true })
  return [...stored.values()].flatMap(decodeFailedDeployments)
}

/** The same from the facts, for any moment. */
export async function loadFailedDeployments(
  db: Reader,
  landscape: Landscape,
  asOf: Date,
): Promise<FailedDeployment[]> {
  const since = failedSince(asOf)
  const foreign = await listForeignIncidents(db)
  const units = [...toUnits(landscape).values()]
  const failed: FailedDeployment[] = []
  for (let start = 0; start < units.length; start += UNITS_AT_ONCE) {
    const facts = await loadBatch(db, units.slice(start, start + UNITS_AT_ONCE), foreign)
    failed.push(...[...facts.values()].flatMap((own) => listFailedDeployments(own, since)))
  }
  return failed
}

const RECENT = { kind: 'recent_rows' } as const

/** Nothing that stands looks further back on single rows. */
export const RECENT_DAYS = 182

/** Notes what the rows of the last half year say. Returns whether that is another than before. */
async function updateRecent(session: Session, facts: BatchFacts): Promise<boolean> {
  const { until } = session
  const period = { from: daysBefore(until, RECENT_DAYS), to: until }
  const before = await readStored(session, RECENT, facts)
  const changed = new Map(
    [...facts]
      .map(([unit, own]) => [unit, hash('sha256', textOf(own, period), 'buffer')] as const)
      .filter(([unit, bytes]) => !bytes.equals(before.get(unit) ?? Buffer.alloc(0))),
  )
  if (changed.size === 0) return false
  await session.write((tx) => writeLedgers(tx, session.run, RECENT, changed))
  return true
}

/** The rows of a period, in an order of their own. */
function textOf({ changes, deployments, incidents }: DeliveryFacts, period: Period): string {
  const recent = deployments.filter((one) => isIn(period, one.finishedAt ?? one.createdAt))
  const named = new Set(recent.map(({ nativeId }) => nativeId))
  const rows = [
    ...recent,
    ...changes.filter(({ mergedAt }) => mergedAt !== null && isIn(period, mergedAt)),
    ...incidents.filter(
      ({ causedByDeploymentId, startedAt, detectedAt }) =>
        named.has(causedByDeploymentId ?? '') || isIn(period, startedAt ?? detectedAt ?? period.to),
    ),
  ]
  return rows
    .map((row) => JSON.stringify(row))
    .toSorted()
    .join('\n')
}

async function dropUnknown(
  session: Session,
  kind: LedgerKind,
  units: ReadonlyMap<string, Unit>,
): Promise<void> {
  const stored = await listLedgers(session.db, kind, { isWriter: true })
  const gone = [...stored].filter(([id]) => !units.has(id))
  if (gone.length === 0) return
  await session.write((tx) =>
    writeLedgers(tx, session.run, kind, new Map(gone.map(([id]) => [id, null]))),
  )
}

const SOURCES = { kind: 'delivery_sources' } as const
const ALL = 'all'

/**
 * Whether other sources than in the last run tell of deployments: then what was read is another for
 * everybody. Notes those of `ledgers`.
 */
export async function updateSourcesOf(
  session: Session,
  ledgers: ReadonlyMap<string, DeliveryLedger>,
): Promise<boolean> {
  const ids = new Set([...ledgers.values()].flatMap(({ sources }) => sources.map(([, id]) => id)))
  const bytes = new TextEncoder().encode(JSON.stringify([...ids].toSorted()))
  const stored = await listLedgers(session.db, SOURCES, { isWriter: true })
  if (Buffer.compare(stored.get(ALL) ?? Buffer.alloc(0), bytes) === 0) return false
  await session.write((tx) => writeLedgers(tx, session.run, SOURCES, new Map([[ALL, bytes]])))
  return true
}

/** What every unit delivered, as the last run left it, published or not. */
export const readLedgers = async (db: Session['db']) =>
  decodeLedgers(await listLedgers(db, DELIVERY, { isWriter: true }))
