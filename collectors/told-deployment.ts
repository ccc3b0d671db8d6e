import type { Known } from '#collectors/repository.ts'
import { forEachChunk } from '#db/chunks.ts'
import type { Database } from '#db/connection.ts'
import { upsertFacts } from '#db/facts.ts'
import type { Row } from '#db/schema.ts'
import { type TierRule, tierOf } from '#lib/environment-tier.ts'
import { splitName } from '#lib/name-template.ts'
import { repositoryNames } from '#lib/repository.ts'

/** A deployment by a tool that knows names of its own, and not which service that is. */
export interface ToldDeployment {
  readonly row: Omit<Known<'deployments'>, 'environment' | 'environment_tier' | 'sha'>
  readonly place: ToldPlace
  /** Commits that were deployed: often of a repository that holds the configuration only. */
  readonly commits: readonly { readonly repository: string | null; readonly sha: string }[]
  /** Tags of the images that ran then; empty when nobody knows. */
  readonly imageTags: readonly string[]
  /** Where one of these ids is stored already, it is a repetition, and stays out. */
  readonly unless: readonly string[]
}

/** What such a tool does not tell, unless it does. */
export const UNTOLD = {
  started_at: null,
  kind: null,
  superseded_at: null,
  redeploy_of: null,
  rollback_of: null,
  path_id: null,
  path_version: null,
  mechanism: null,
  url: null,
} as const

/** Where it went, as the tool tells. */
export interface ToldPlace {
  /** What the tool calls it, such as `shop-prod`. */
  readonly name: string
  /** Said outright; null: look at the names. */
  readonly service: string | null
  readonly environment: string | null
  /** Names of what is around it that may tell the environment: a cluster, a namespace. */
  readonly around: readonly string[]
}

export interface Naming {
  /** How names are made: `{service}-{environment}`. */
  readonly names: string
  readonly environments: readonly TierRule[]
}

interface Place {
  readonly service: string
  /** As it was told; null when nothing tells. */
  readonly environment: string | null
  readonly tier: string | null
}

/**
 * The service and environment that were meant. A name is taken apart only where exactly one service
 * that is known comes out; else it is the service's. Null: the environment is none of a service's own.
 */
export function placeDeployment(
  { name, service, environment, around }: ToldPlace,
  { names, environments }: Naming,
  known: ReadonlySet<string>,
): Place | null {
  const tierOfName = (text: string) => tierOf(text, environments)
  const isMapped = (text: string) => tierOfName(text) !== 'unmapped'
  const parts = splitName(name, names).filter((part) => isMapped(part.environment))
  const found = parts.filter((part) => known.has(part.service))
  const isWhole = service !== null || known.has(name)
  const [part] = isWhole || found.length !== 1 ? [] : found
  const inName = part?.environment ?? agreedEnvironment(parts, tierOfName)
  const told = environment ?? [inName, ...around].find((one) => one !== null && isMapped(one))
  const mapped = told ? tierOfName(told) : 'unmapped'
  if (mapped !== 'unmapped' && mapped.tier === null) return null
  return {
    service: service ?? part?.service ?? name,
    environment: told ?? null,
    tier: mapped === 'unmapped' ? null : mapped.tier,
  }
}

/** The shortest of several endings, when all of them mean the same tier. */
function agreedEnvironment(
  parts: readonly { readonly environment: string }[],
  tierOfName: (text: string) => ReturnType<typeof tierOf>,
): string | null {
  const all = parts.map((part) => part.environment)
  const tiers = new Set(all.map((one) => JSON.stringify(tierOfName(one))))
  const [shortest = null] = all.toSorted((a, b) => a.length - b.length)
  return tiers.size === 1 ? shortest : null
}

export interface SavedDeployments {
  readonly changed: number
  /** For each deployment in turn why it was not stored; null: it was. */
  readonly ignored: readonly (string | null)[]
}

/** What stays known of a deployment when a later reading no longer tells. */
type Stored = Pick<Row<'deployments'>, 'sha' | 'kind' | 'rollback_of'>

const NEW: Stored = { sha: null, kind: null, rollback_of: null }

const keepKnown = (told: Partial<Stored>, former: Stored): Stored => ({
  sha: told.sha ?? former.sha,
  kind: told.kind ?? former.kind,
  rollback_of: told.rollback_of ?? former.rollback_of,
})

const NOT_OWN = "its environment is none of a service's own"
const REPEATED = 'it was told before'

/** Stores what was told, with the service, the environment and the commit that were meant. */
export async function saveToldDeployments(
  tx: Database,
  { sourceId, naming, observedAt }: { sourceId: string; naming: Naming; observedAt: Date },
  told: readonly ToldDeployment[],
): Promise<SavedDeployments> {
  const repositories = await listServices(tx)
  const services = new Set(repositories.keys())
  const stored = await listStored(tx, sourceId, told)
  const rows: (ToldDeployment['row'] & Place & Stored)[] = []
  const ignored: (string | null)[] = []
  for (const deployment of told) {
    const { row, place, unless } = deployment
    const former = stored.get(row.native_id) ?? NEW
    const placed = placeDeployment(place, naming, services)
    const why = placed === null ? NOT_OWN : unless.some((id) => stored.has(id)) ? REPEATED : null
    ignored.push(why)
    if (placed === null || why !== null) continue
    const sha = await findCommit(tx, deployment, repositories.get(placed.service) ?? null)
    const known = keepKnown({ ...row, sha }, former)
    stored.set(row.native_id, known)
    rows.push({ ...row, ...placed, ...known })
  }
  const seen = { source_id: sourceId, observed_at: observedAt.toISOString() }
  const changed = await upsertFacts(
    tx,
    'deployments',
    rows.map(({ service, environment, tier, ...row }) => ({
      ...row,
      service_id: service,
      environment,
      environment_tier: tier,
      ...seen,
    })),
  )
  return { changed, ignored }
}

/** By id, the repository of every service that stands; null where nobody knows it. */
async function listServices(tx: Database): Promise<Map<string, string | null>> {
  const services = await tx
    .selectFrom('services')
    .select(['id', 'repository_id'])
    .where('gone_at', 'is', null)
    .execute()
  return new Map(services.map(({ id, repository_id: repository }) => [id, repository]))
}

/** By id, what is stored of `told` already. */
async function listStored(
  tx: Database,
  sourceId: string,
  told: readonly ToldDeployment[],
): Promise<Map<string, Stored>> {
  const stored = new Map<string, Stored>()
  const ids = told.flatMap(({ row, unless }) => [row.native_id, ...unless])
  await forEachChunk(ids, async (chunk) => {
    const rows = await tx
      .selectFrom('deployments')
      .select(['native_id', 'sha', 'kind', 'rollback_of'])
      .where('source_id', '=', sourceId)
      .where('native_id', 'in', chunk)
      .execute()
    for (const { native_id: id, ...known } of rows) stored.set(id, known)
  })
  return stored
}

/**
 * The commit of the service's own repository: one that was deployed, else the one change that an
 * image is tagged with. A commit of another repository says nothing of the service.
 */
async function findCommit(
  tx: Database,
  { commits, imageTags }: ToldDeployment,
  repository: string | null,
): Promise<string | null> {
  if (repository === null) return null
  const own = commits.find((commit) => commit.repository && isSame(commit.repository, repository))
  if (own !== undefined) return own.sha
  const abbreviated = imageTags.flatMap(
    (tag) => /(?:^|[-_.])([0-9a-f]{7,40})$/.exec(tag)?.[1] ?? [],
  )
  if (abbreviated.length === 0) return null
  const changes = await tx
    .selectFrom('changes')
    .select('merge_sha')
    .distinct()
    .where('repository_id', 'in', await listNames(tx, repository))
    .where('gone_at', 'is', null)
    .where((eb) => eb.or(abbreviated.map((text) => eb('merge_sha', 'like', `${text}%`))))
    .execute()
  const [change] = changes
  return changes.length === 1 && change ? change.merge_sha : null
}

/** A catalogue may leave out the host, and the owner. */
const isSame = (id: string, name: string) =>
  repositoryNames(id).some((one) => one.toLowerCase() === name.toLowerCase())

/** Ids of the repositories that are called so. */
async function listNames(tx: Database, name: string): Promise<string[]> {
  const known = await tx.selectFrom('repositories').select('id').execute()
  return [name, ...known.map(({ id }) => id).filter((id) => isSame(id, name))]
}
