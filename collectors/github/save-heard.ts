import { type Actor, toLogins } from '#collectors/github/actors.ts'
import type { GitHubCollectorOptions } from '#collectors/github/collector.ts'
import { RepositoryCursor } from '#collectors/github/cursor.ts'
import { deploymentRecord } from '#collectors/github/deployments.ts'
import type { Stored, ToldFact } from '#collectors/received.ts'
import { findService, type Known } from '#collectors/repository.ts'
import type { Database } from '#db/connection.ts'
import { findCursor } from '#db/cursors.ts'
import { findFact, upsertFacts } from '#db/facts.ts'
import { isOvertaken } from '#db/received-events.ts'

/** In the shape in which GraphQL gives a deployment. */
export interface DeploymentNode {
  readonly id: string
  readonly createdAt: string
  readonly environment: string
  readonly latestEnvironment: null
  readonly commitOid: string
  readonly state: string
  readonly creator: Actor
  readonly statuses: {
    readonly nodes: readonly {
      readonly state: string
      readonly createdAt: string
      readonly logUrl: string | null
    }[]
  }
}

/** A repository as an event names it. */
interface HeardRepository {
  readonly node: string
  /** `host/owner/name`. */
  readonly id: string
}

/** What an event tells that the collection of the source would tell, too. */
export type HeardFact = { readonly repository: HeardRepository } & (
  | { readonly kind: 'deployment'; readonly node: DeploymentNode }
  | { readonly kind: 'change'; readonly row: Omit<Known<'changes'>, 'repository_id'> }
  | {
      readonly kind: 'ticket'
      readonly row: Known<'tickets'>
      readonly updatedAt: string
      readonly action: string
    }
)

export interface HeardOptions
  extends Pick<
    GitHubCollectorOptions,
    'sourceId' | 'baseUrl' | 'environments' | 'tickets' | 'incidents' | 'bots'
  > {
  /** The source that receives the deliveries; what they tell is stored under `sourceId`. */
  readonly heardBy: string
}

interface Saving {
  readonly options: HeardOptions
  readonly repositoryId: string
  readonly observedAt: Date
}

/** Stores what deliveries tell under the source that reads the same, unless it knows better. */
export async function saveHeard(
  tx: Database,
  options: HeardOptions,
  told: readonly ToldFact<HeardFact>[],
  observedAt: Date,
): Promise<Stored[]> {
  const stored: Stored[] = []
  const latest = new Map<string, string>()
  for (const one of told) {
    const repositoryId = await findRepository(tx, options.sourceId, one.fact.repository)
    if (repositoryId === null) {
      stored.push(ignored('its repository is not one that the source has read'))
    } else if (await isLate(tx, options.heardBy, latest, one)) {
      stored.push(ignored('a later event about the same was stored before'))
    } else {
      stored.push(await saveOne(tx, { options, repositoryId, observedAt }, one.fact))
    }
  }
  return stored
}

/** Whether a later event about the same was stored, or comes `latest` among those at hand. */
async function isLate(
  tx: Database,
  sourceId: string,
  latest: Map<string, string>,
  { about }: ToldFact<HeardFact>,
): Promise<boolean> {
  if (about === undefined) return false
  const { subject, occurredAt } = about
  if ((latest.get(subject) ?? '') > occurredAt) return true
  if (await isOvertaken(tx, { sourceId, subject, occurredAt })) return true
  latest.set(subject, occurredAt)
  return false
}

const ignored = (reason: string): Stored => ({ changed: 0, ignored: reason })

/** By its node id, which a new name leaves alone; old events have ids of an older form. */
async function findRepository(
  tx: Database,
  sourceId: string,
  { node, id }: HeardRepository,
): Promise<string | null> {
  const rows = await tx
    .selectFrom('repositories')
    .select(['id', 'native_id'])
    .where('source_id', '=', sourceId)
    .where('gone_at', 'is', null)
    .where((eb) => eb.or([eb('native_id', '=', node), eb('id', '=', id)]))
    .execute()
  return (rows.find((row) => row.native_id === node) ?? rows[0])?.id ?? null
}

function saveOne(tx: Database, saving: Saving, fact: HeardFact): Promise<Stored> {
  if (fact.kind === 'deployment') return saveDeployment(tx, saving, fact)
  return fact.kind === 'change' ? saveChange(tx, saving, fact) : saveTicket(tx, saving, fact)
}

type Fact<K extends HeardFact['kind']> = Extract<HeardFact, { kind: K }>

const toSeen = ({ options, observedAt }: Saving) => ({
  source_id: options.sourceId,
  observed_at: observedAt.toISOString(),
})

/** Statuses are collected, in whatever order they come; what follows from all of them is stored. */
async function saveDeployment(
  tx: Database,
  saving: Saving,
  { node }: Fact<'deployment'>,
): Promise<Stored> {
  const { options, repositoryId } = saving
  const { sourceId } = options
  const known = await findFact(tx, 'deployments', { sourceId, nativeId: node.id })
  const statuses = await tx
    .selectFrom('deployment_statuses')
    .select(['state', 'occurred_at'])
    .where('source_id', '=', sourceId)
    .where('deployment_id', '=', node.id)
    .execute()
  const stored = statuses.map(({ state, occurred_at: createdAt }) => ({ state, createdAt }))
  const record = deploymentRecord({ bots: toLogins(options.bots), tiers: options.environments })
  const fact = record.parse({ ...node, statuses: { nodes: [...stored, ...node.statuses.nodes] } })
  if (fact.kind === 'ignored') return ignored('its environment is none of a service')
  const { row } = fact
  const seen = toSeen(saving)
  const service_id = await findService(tx, { sourceId, repositoryId })
  const { started_at, finished_at, outcome, superseded_at, url } = row
  const isUnended = finished_at === null && known !== undefined && known.outcome !== 'open'
  const deployment = {
    ...(known ?? { ...row, service_id: service_id ?? repositoryId }),
    started_at: started_at ?? null,
    finished_at: finished_at ?? known?.finished_at ?? null,
    outcome: isUnended ? known.outcome : outcome,
    superseded_at: superseded_at ?? known?.superseded_at ?? null,
    url: known?.url ?? url ?? null,
    ...seen,
  }
  const changed = await upsertFacts(tx, 'deployments', [deployment])
  const told = fact.statuses.map(({ state, at }) => ({
    deployment_id: node.id,
    occurred_at: at,
    state,
    ...seen,
  }))
  return { changed: changed + (await upsertFacts(tx, 'deployment_statuses', told)), ignored: null }
}

/** An event tells less of a change than the collection, so it only announces one. */
async function saveChange(tx: Database, saving: Saving, { row }: Fact<'change'>): Promise<Stored> {
  const { options, repositoryId } = saving
  const { sourceId } = options
  const known = await tx
    .selectFrom('changes')
    .select('native_id')
    .where('source_id', '=', sourceId)
    .where('repository_id', '=', repositoryId)
    .where((eb) =>
      eb.or([eb('native_id', '=', row.native_id), eb('number', '=', row.number ?? null)]),
    )
    .executeTakeFirst()
  if (known !== undefined) return ignored('the source has read it already')
  const service_id = await findService(tx, { sourceId, repositoryId })
  const change = { ...row, repository_id: repositoryId, service_id, ...toSeen(saving) }
  return { changed: await upsertFacts(tx, 'changes', [change]), ignored: null }
}

/** What an event does not tell of an issue stays as the collection read it. */
async function saveTicket(
  tx: Database,
  saving: Saving,
  { row, updatedAt, action }: Fact<'ticket'>,
): Promise<Stored> {
  const { options, repositoryId } = saving
  const { sourceId } = options
  const cursor = await findCursor(tx, sourceId, `repository:${repositoryId}`)
  const readUntil = RepositoryCursor.safeParse(cursor).data?.tickets ?? null
  if (readUntil !== null && updatedAt <= readUntil) {
    return ignored('the source has read how it stood then, or later')
  }
  const known = await findFact(tx, 'tickets', { sourceId, nativeId: row.native_id })
  const ticket = {
    ...row,
    first_response_at: known?.first_response_at ?? null,
    reopened_count: known ? known.reopened_count : action === 'opened' ? 0 : null,
    ...toSeen(saving),
  }
  return { changed: await upsertFacts(tx, 'tickets', [ticket]), ignored: null }
}
