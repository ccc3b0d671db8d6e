import type { BackstageFact } from '#collectors/backstage/entities.ts'
import type { Database } from '#db/connection.ts'
import { listFacts, markGone, upsertFacts } from '#db/facts.ts'
import type { Row } from '#db/schema.ts'
import type { StoredRow } from '#db/statements.ts'

interface Saving {
  readonly sourceId: string
  /** Sources whose teams and services stay as they tell them. */
  readonly believedFirst: readonly string[]
  readonly observedAt: Date
}

type Fact<Kind extends BackstageFact['kind']> = Extract<BackstageFact, { kind: Kind }>

/** Stores a page of the catalogue; what it no longer lists ends. Returns rows changed. */
export async function saveBackstage(
  tx: Database,
  saving: Saving,
  facts: readonly BackstageFact[],
): Promise<number> {
  const seen = { source_id: saving.sourceId, observed_at: saving.observedAt.toISOString() }
  const services = facts.filter((fact) => fact.kind === 'service')
  const serviceRows = services.map(({ row }) => ({ ...row, ...seen }))
  const teamRows = facts.flatMap((fact) => (fact.kind === 'team' ? { ...fact.row, ...seen } : []))
  const otherTeams = await listOthers(tx, saving, 'teams')
  const otherServices = await listOthers(tx, saving, 'services')
  const changed = [
    await upsertFacts(
      tx,
      'teams',
      teamRows.filter(({ id }) => !otherTeams.has(id)),
    ),
    await upsertFacts(
      tx,
      'services',
      serviceRows.filter(({ id }) => !otherServices.has(id)),
    ),
    await saveOwners(tx, saving, services),
  ]
  const listing = facts.find((fact) => fact.kind === 'listing')
  if (listing !== undefined) changed.push(await endGone(tx, saving, listing))
  return changed.reduce((sum, count) => sum + count, 0)
}

/** Ids of the teams, services, or services with an owner, that sources which are believed first tell of. */
async function listOthers(
  tx: Database,
  { believedFirst }: Saving,
  table: 'teams' | 'services' | 'service_owners',
): Promise<Set<unknown>> {
  const told = await Promise.all(believedFirst.map((source) => listFacts(tx, table, source)))
  const rows: StoredRow[] = told.flat()
  const standing = rows.filter((row) => (row['gone_at'] ?? null) === null)
  return new Set(standing.map((row) => row['service_id'] ?? row['id']))
}

/** A new owner ends the time of the former; nobody knows who owned it before the first reading. */
async function saveOwners(
  tx: Database,
  saving: Saving,
  services: readonly Fact<'service'>[],
): Promise<number> {
  if (services.length === 0) return 0
  const [standing, others] = [
    await listStanding(tx, saving),
    await listOthers(tx, saving, 'service_owners'),
  ]
  const from = saving.observedAt.toISOString()
  const rows = services.flatMap(({ row: { id }, owner }) => {
    const former = standing.get(id)
    if (others.has(id)) return []
    if (owner === (former === undefined ? undefined : former.team_id)) return []
    const closed = former === undefined ? [] : [{ ...former, owned_to: from, observed_at: from }]
    if (owner === undefined) return closed
    return [...closed, toOwner(saving, id, owner)]
  })
  return upsertFacts(tx, 'service_owners', rows)
}

const toOwner = ({ sourceId, observedAt }: Saving, service: string, team: string | null) => ({
  source_id: sourceId,
  service_id: service,
  team_id: team,
  owned_from: observedAt.toISOString(),
  owned_to: null,
  decided_by: 'Backstage',
  observed_at: observedAt.toISOString(),
})

/** Owners that have not ended, by service. */
async function listStanding(
  tx: Database,
  { sourceId }: Saving,
): Promise<Map<string, Row<'service_owners'>>> {
  const owners = await listFacts(tx, 'service_owners', sourceId)
  const standing = owners.filter((row) => row.owned_to === null)
  return new Map(standing.map((row) => [row.service_id, row]))
}

async function endGone(
  tx: Database,
  saving: Saving,
  { services, teams }: Fact<'listing'>,
): Promise<number> {
  const { sourceId, observedAt } = saving
  const at = observedAt.toISOString()
  const [listed, listedTeams] = [new Set<unknown>(services), new Set(teams)]
  const gone = await markGone(tx, 'services', sourceId, observedAt, ({ id }) => !listed.has(id))
  const standing = [...(await listStanding(tx, saving)).values()]
  const ended = standing
    .filter((row) => !listed.has(row.service_id))
    .map((row) => ({ ...row, owned_to: at, observed_at: at }))
  const known = await listFacts(tx, 'teams', sourceId)
  const left = known
    .filter(({ id, active_to: to }) => to === null && !listedTeams.has(id))
    .map((row) => ({ ...row, active_to: at, observed_at: at }))
  return (
    gone + (await upsertFacts(tx, 'service_owners', ended)) + (await upsertFacts(tx, 'teams', left))
  )
}
