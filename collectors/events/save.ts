import type { CdEventFact } from '#collectors/events/cdevents.ts'
import { type EventTicket, saveEventTickets } from '#collectors/events/tickets.ts'
import type { Stored, ToldFact } from '#collectors/received.ts'
import { isToldByOther } from '#collectors/repository.ts'
import { linkWholeService } from '#db/change-services.ts'
import type { Database } from '#db/connection.ts'
import { linkEnvironments } from '#db/environment-events.ts'
import { findFact, upsertFacts } from '#db/facts.ts'
import { linkCause, readCause, toCauseText } from '#db/incident-causes.ts'

interface Saving {
  readonly sourceId: string
  readonly observedAt: Date
}

/**
 * Stores what CDEvents tell; the order in which the instants of an incident or a change come is no
 * matter.
 */
export async function saveCdEvents(
  tx: Database,
  told: readonly ToldFact<CdEventFact>[],
  saving: Saving,
): Promise<Stored[]> {
  const facts = told.map(({ fact }) => fact)
  // Each is an event of its own: they need not be stored one by one. Incidents look for them.
  const deployed =
    (await saveDeployments(tx, facts, saving)) + (await saveEnvironments(tx, facts, saving))
  const tickets = await saveEventTickets(tx, told.filter(isOfTicket), saving)
  const stored: Stored[] = []
  for (const fact of facts) {
    const own = fact.kind === 'ticket' ? tickets.shift() : undefined
    stored.push(own ?? (await saveRest(tx, fact, saving)))
  }
  const [first, ...others] = stored
  return first ? [{ ...first, changed: first.changed + deployed }, ...others] : []
}

const isOfTicket = (told: ToldFact<CdEventFact>): told is ToldFact<EventTicket> =>
  told.fact.kind === 'ticket'

const toSeen = ({ sourceId, observedAt }: Saving) => ({
  source_id: sourceId,
  observed_at: observedAt.toISOString(),
})

function saveDeployments(
  tx: Database,
  facts: readonly CdEventFact[],
  saving: Saving,
): Promise<number> {
  const rows = facts.flatMap((fact) => (fact.kind === 'deployment' ? [fact.row] : []))
  return upsertFacts(
    tx,
    'deployments',
    rows.map((row) => ({ ...row, ...toSeen(saving) })),
  )
}

/** An environment that nobody asked for so far is remembered: the request may be told later. */
async function saveEnvironments(
  tx: Database,
  facts: readonly CdEventFact[],
  saving: Saving,
): Promise<number> {
  const rows = facts.flatMap((fact) => (fact.kind === 'environment' ? [fact.row] : []))
  const changed = await upsertFacts(
    tx,
    'environment_events',
    rows.map((row) => ({ ...row, ...toSeen(saving) })),
  )
  const linked = await linkEnvironments(
    tx,
    rows.map(({ environment }) => environment),
  )
  return changed + linked
}

type Fact<K extends CdEventFact['kind']> = Extract<CdEventFact, { kind: K }>

async function saveRest(tx: Database, fact: CdEventFact, saving: Saving): Promise<Stored> {
  if (fact.kind === 'change') return saveChange(tx, fact, saving)
  const changed = fact.kind === 'incident' ? await saveIncident(tx, fact, saving) : 0
  return { changed, ignored: null }
}

async function saveIncident(tx: Database, fact: Fact<'incident'>, saving: Saving): Promise<number> {
  const { sourceId } = saving
  const known = await findFact(tx, 'incidents', { sourceId, nativeId: fact.key })
  const row = {
    severity: null,
    started_at: null,
    acknowledged_at: null,
    mitigated_at: null,
    cause_class: null,
    reassignment_count: null,
    owner_found_at: null,
    ...known,
    native_id: fact.key,
    service_id: fact.service ?? known?.service_id ?? null,
    detected_at: toSorted(known?.detected_at, fact.detectedAt)[0] ?? null,
    restored_at: toSorted(known?.restored_at, fact.restoredAt).at(-1) ?? null,
    cause_told: toFirstTold(known?.cause_told ?? null, fact),
    ...toSeen(saving),
  }
  return upsertFacts(tx, 'incidents', [{ ...row, ...(await linkCause(tx, row)) }])
}

/** Of all that was said of the artifact at fault what was said first. */
function toFirstTold(
  known: string | null,
  { version, detectedAt }: Fact<'incident'>,
): string | null {
  if (version === null || detectedAt === null) return known
  const told = toCauseText({ version, toldAt: detectedAt })
  if (known === null) return told
  const former = readCause(known)
  const isEarlier =
    'toldAt' in former && `${former.toldAt} ${former.version}` <= `${detectedAt} ${version}`
  return isEarlier ? known : told
}

export const TOLD_BY_OTHER = 'another source tells the changes of its repository'

async function saveChange(tx: Database, fact: Fact<'change'>, saving: Saving): Promise<Stored> {
  const { sourceId } = saving
  if (await isToldByOther(tx, { sourceId, repositoryId: fact.repository })) {
    return { changed: 0, ignored: TOLD_BY_OTHER }
  }
  const known = await findFact(tx, 'changes', { sourceId, nativeId: fact.key })
  const row = {
    number: null,
    first_commit_at: null,
    ready_at: null,
    first_review_at: null,
    approved_at: null,
    merge_sha: null,
    size_lines: null,
    author_kind: 'unknown' as const,
    reverts: null,
    ...known,
    native_id: fact.key,
    repository_id: fact.repository,
    ...(await linkWholeService(tx, fact.repository)),
    opened_at: toSorted(known?.opened_at, fact.openedAt)[0] ?? null,
    merged_at: toSorted(known?.merged_at, fact.mergedAt)[0] ?? null,
    ...toSeen(saving),
  }
  return { changed: await upsertFacts(tx, 'changes', [row]), ignored: null }
}

/** The instants that are known, the earliest first. */
const toSorted = (...instants: (string | null | undefined)[]) =>
  instants.filter((instant) => typeof instant === 'string').toSorted()
