import type { Known } from '#collectors/repository.ts'
import { forEachChunk } from '#db/chunks.ts'
import type { Database } from '#db/connection.ts'
import { deleteFactsWhere, upsertFacts } from '#db/facts.ts'
import {
  type KeptDeployment,
  keepTold,
  listKnownServices,
  listTold,
  type Place,
  placeTold,
  type Remembered,
  type ToldLinks,
  type ToldPlaces,
  toColumns,
  toLeftSha,
} from '#db/told-deployments.ts'
import { type TierRule, tierOf } from '#lib/environment-tier.ts'
import { splitName } from '#lib/name-template.ts'

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

/** What the tool's names may mean, whichever services there are. */
export function toPlaces(
  { name, service, environment, around }: ToldPlace,
  { names, environments }: Naming,
): ToldPlaces {
  const tierOfName = (text: string) => tierOf(text, environments)
  const isMapped = (text: string) => tierOfName(text) !== 'unmapped'
  const parts = splitName(name, names).filter((part) => isMapped(part.environment))
  const place = (meant: string, inName: string | null): Place | null => {
    const told = environment ?? [inName, ...around].find((one) => one !== null && isMapped(one))
    const mapped = told ? tierOfName(told) : 'unmapped'
    if (mapped !== 'unmapped' && mapped.tier === null) return null
    const tier = mapped === 'unmapped' ? null : mapped.tier
    return { service: meant, environment: told ?? null, tier }
  }
  return {
    name: service === null ? name : null,
    parts: parts.map((part) => ({
      service: part.service,
      place: place(service ?? part.service, part.environment),
    })),
    otherwise: place(service ?? name, agreedEnvironment(parts, tierOfName)),
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

const NEW: Remembered = { kind: null, rollback_of: null, sha: null }

const keepKnown = (
  told: Pick<ToldDeployment['row'], 'kind' | 'rollback_of'>,
  former: Remembered,
) => ({
  kind: told.kind ?? former.kind,
  rollback_of: told.rollback_of ?? former.rollback_of,
})

/** The same of its commits. */
function toLinks(
  { place, commits, imageTags }: ToldDeployment,
  naming: Naming,
  former: ToldLinks | undefined,
): ToldLinks {
  const tags = imageTags.flatMap((tag) => /(?:^|[-_.])([0-9a-f]{7,64})$/.exec(tag)?.[1] ?? [])
  return {
    places: toPlaces(place, naming),
    commits: commits.length > 0 ? commits : (former?.commits ?? []),
    tags: tags.length > 0 ? tags : (former?.tags ?? []),
  }
}

const NOT_OWN = "its environment is none of a service's own"
const REPEATED = 'it was told before'

/** Stores what was told, with the service, the environment and the commit that were meant. */
export async function saveToldDeployments(
  tx: Database,
  { sourceId, naming, observedAt }: { sourceId: string; naming: Naming; observedAt: Date },
  told: readonly ToldDeployment[],
): Promise<SavedDeployments> {
  const services = await listKnownServices(tx)
  const ids = told.flatMap(({ row, unless }) => [row.native_id, ...unless])
  const before = await listTold(tx, sourceId, ids)
  const links = new Map<string, ToldLinks>(before)
  const known = await listStored(tx, sourceId, ids)
  for (const [id, { left }] of before) if (left !== null && !known.has(id)) known.set(id, left)
  const seen = { source_id: sourceId, observed_at: observedAt.toISOString() }
  const kept = new Map<string, KeptDeployment>()
  const ignored: (string | null)[] = []
  for (const deployment of told) {
    const { row, unless } = deployment
    const { native_id: id } = row
    if (unless.some((other) => known.has(other))) {
      ignored.push(REPEATED)
      continue
    }
    const own = toLinks(deployment, naming, links.get(id))
    const former = known.get(id) ?? NEW
    const placed = await placeTold(tx, own, services, former.sha)
    ignored.push(placed === null ? NOT_OWN : null)
    const all = { ...row, ...keepKnown(row, former), ...seen, sha: toLeftSha(own, former.sha) }
    links.set(id, own)
    known.set(id, all)
    kept.set(id, { links: own, row: all, placed })
  }
  const changed = await storePlaced(tx, sourceId, [...kept.values()])
  await keepTold(tx, sourceId, [...kept.values()])
  return { changed, ignored }
}

/** Stores what went to a service's own; what is told now to have gone elsewhere is a deployment no more. */
async function storePlaced(
  tx: Database,
  sourceId: string,
  kept: readonly KeptDeployment[],
): Promise<number> {
  const elsewhere = kept.filter(({ placed }) => placed === null).map(({ row }) => row.native_id)
  const rows = kept.flatMap(({ row, placed }) => (placed ? { ...row, ...toColumns(placed) } : []))
  let changed = await upsertFacts(tx, 'deployments', rows)
  await forEachChunk(elsewhere, async (nativeIds) => {
    const left = { source_id: sourceId, native_id: nativeIds }
    changed += await deleteFactsWhere(tx, 'deployments', left)
  })
  return changed
}

/** By id, what is stored already. */
async function listStored(
  tx: Database,
  sourceId: string,
  nativeIds: readonly string[],
): Promise<Map<string, Remembered>> {
  const stored = new Map<string, Remembered>()
  await forEachChunk(nativeIds, async (chunk) => {
    const rows = await tx
      .selectFrom('deployments')
      .select(['native_id', 'kind', 'rollback_of', 'sha'])
      .where('source_id', '=', sourceId)
      .where('native_id', 'in', chunk)
      .execute()
    for (const { native_id: id, ...known } of rows) stored.set(id, known)
  })
  return stored
}
