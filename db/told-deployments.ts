import type { ExpressionBuilder } from 'kysely'
import { noteChanges, type Touched } from '#db/changes-to-score.ts'
import { forEachChunk } from '#db/chunks.ts'
import type { Database } from '#db/connection.ts'
import { relinkIncidents } from '#db/incident-causes.ts'
import type { Link } from '#db/link.ts'
import type { FactTable } from '#db/natural-keys.ts'
import type { NewRow, Row, Schema } from '#db/schema.ts'
import { insertRows, type StoredRow } from '#db/statements.ts'
import { touchedBy } from '#db/touched.ts'
import { repositoryNames } from '#lib/repository.ts'

/** Where a deployment went. */
export interface Place {
  readonly service: string
  /** As it was told; null when nothing tells. */
  readonly environment: string | null
  readonly tier: string | null
}

/** What the names that a tool uses may mean, whichever services there are. */
export interface ToldPlaces {
  /** The whole name, which may be a service's own; null when the service is said outright. */
  readonly name: string | null
  /** Ways to take the name apart. Null: the environment is none of a service's own. */
  readonly parts: readonly { readonly service: string; readonly place: Place | null }[]
  /** Where none of them is meant. */
  readonly otherwise: Place | null
}

/** What a source told of a deployment from which its service, environment and commit follow. */
export interface ToldLinks {
  readonly places: ToldPlaces
  /** Commits that were deployed: often of a repository that holds the configuration only. */
  readonly commits: readonly { readonly repository: string | null; readonly sha: string }[]
  /** Abbreviated commits that images are tagged with. */
  readonly tags: readonly string[]
}

/** What stays known of a deployment when a later reading no longer tells. */
export type Remembered = Pick<Row<'deployments'>, 'kind' | 'rollback_of' | 'sha'>

/** All of a deployment but where it went; `sha` as far as nothing tells of a commit. */
type ToldRow = Remembered &
  Omit<
    NewRow<'deployments'>,
    'service_id' | 'environment' | 'environment_tier' | 'gone_at' | keyof Remembered
  >

/** As it is kept. */
interface Told extends ToldLinks {
  /** The rest of it, while it is stored as no deployment: it went where no service of its own is. */
  readonly left: ToldRow | null
}

/**
 * The service and environment that were meant. A name is taken apart only where exactly one service
 * that is known comes out; else it is the service's. Null: the environment is none of a service's own.
 */
export function choosePlace(
  { name, parts, otherwise }: ToldPlaces,
  known: { readonly has: (service: string) => boolean },
): Place | null {
  const isWhole = name === null || known.has(name)
  const found = isWhole ? [] : parts.filter((part) => known.has(part.service))
  const [only] = found
  return only !== undefined && found.length === 1 ? only.place : otherwise
}

/** Services that stand, by id: the repository of each; null where nobody knows it. */
export type KnownServices = ReadonlyMap<string, string | null>

export const listKnownServices = async (db: Database): Promise<KnownServices> =>
  toKnown(await standingServices(db).execute())

const standingServices = (db: Database) =>
  db.selectFrom('services').select(['id', 'repository_id']).where('gone_at', 'is', null)

const toKnown = (services: readonly { id: string; repository_id: string | null }[]) =>
  new Map(services.map(({ id, repository_id: repository }) => [id, repository]))

/** Where a deployment went, and what. */
export interface Placed extends Place {
  readonly sha: string | null
}

/**
 * What `told` means now; null: nothing of a service's own. Where nothing tells of a commit, or did as
 * far as it was kept, `sha`, which is stored, stands.
 */
export async function placeTold(
  db: Database,
  told: ToldLinks,
  known: KnownServices,
  sha: string | null,
): Promise<Placed | null> {
  const place = choosePlace(told.places, known)
  if (place === null) return null
  if (isSilent(told)) return { ...place, sha }
  return { ...place, sha: await findCommit(db, told, known.get(place.service) ?? null) }
}

const isSilent = ({ commits, tags }: ToldLinks) => commits.length === 0 && tags.length === 0

/** What stays known of the commit, which is stored as `sha`, while it is stored as no deployment. */
export const toLeftSha = (told: ToldLinks, sha: string | null) => (isSilent(told) ? sha : null)

export const toColumns = ({ service, environment, tier, sha }: Placed) => ({
  service_id: service,
  environment,
  environment_tier: tier,
  sha,
})

/**
 * The commit of the service's own repository: one that was deployed, else the one change that an
 * image is tagged with. A commit of another repository says nothing of the service.
 */
async function findCommit(
  db: Database,
  { commits, tags }: ToldLinks,
  repository: string | null,
): Promise<string | null> {
  if (repository === null) return null
  const own = commits.find((commit) => commit.repository && isSame(commit.repository, repository))
  if (own !== undefined) return own.sha
  if (tags.length === 0) return null
  const changes = await db
    .selectFrom('changes')
    .select(['merge_sha', 'repository_id'])
    .distinct()
    .where('gone_at', 'is', null)
    // After every hexadecimal digit.
    .where((eb) =>
      eb.or(
        tags.map((tag) => eb.and([eb('merge_sha', '>=', tag), eb('merge_sha', '<', `${tag}g`)])),
      ),
    )
    .execute()
  const shas = new Set(
    changes
      .filter(
        (change) => change.repository_id === repository || isSame(change.repository_id, repository),
      )
      .map((change) => change.merge_sha),
  )
  const [sha = null] = shas
  return shas.size === 1 ? sha : null
}

/** A catalogue may leave out the host, and the owner. */
const isSame = (id: string, name: string) =>
  repositoryNames(id).some((one) => one.toLowerCase() === name.toLowerCase())

interface Named {
  readonly source_id: string
  readonly native_id: string
}

const SHORT_SHA = 7
const ofService = (id: string) => `service ${id}`
const ofCommit = (sha: string) => `commit ${sha.slice(0, SHORT_SHA)}`

/** What `told` is to be looked up by when it comes or goes. */
const toKeys = ({ places: { name, parts, otherwise }, tags }: ToldLinks): string[] => {
  const services = [name, otherwise?.service ?? null, ...parts.map(({ service }) => service)]
  return [
    ...new Set([
      ...services.flatMap((id) => (id === null ? [] : ofService(id))),
      ...tags.map(ofCommit),
    ]),
  ]
}

/** By id, what a source told of `nativeIds` before. */
export async function listTold(
  db: Database,
  sourceId: string,
  nativeIds: readonly string[],
): Promise<Map<string, Told>> {
  const texts = await listTexts(db, sourceId, nativeIds)
  return new Map([...texts].map(([id, text]) => [id, readTold(text)]))
}

function readTold(text: string): Told {
  const told = JSON.parse(text) as Told // Only this file writes them.
  // Those that were kept first had none.
  return told.left === null ? told : { ...told, left: { ...told.left, sha: told.left.sha ?? null } }
}

async function listTexts(
  db: Database,
  sourceId: string,
  nativeIds: readonly string[],
): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  await forEachChunk(nativeIds, async (ids) => {
    const rows = await db
      .selectFrom('told_deployments')
      .select(['native_id', 'told'])
      .where('source_id', '=', sourceId)
      .where('native_id', 'in', ids)
      .execute()
    for (const { native_id: id, told } of rows) found.set(id, told)
  })
  return found
}

/** A deployment with what was told of where it went. */
export interface KeptDeployment {
  readonly links: ToldLinks
  readonly row: ToldRow
  /** Null: it went where no service of its own is, and is stored as no deployment. */
  readonly placed: Placed | null
}

/** Keeps what a source told, so that it is looked up again when what it may mean comes or goes. */
export async function keepTold(
  db: Database,
  sourceId: string,
  all: readonly KeptDeployment[],
): Promise<void> {
  const texts = await listTexts(
    db,
    sourceId,
    all.map(({ row }) => row.native_id),
  )
  for (const { links, row, placed } of all) {
    const named = { source_id: sourceId, native_id: row.native_id }
    const former = texts.get(row.native_id)
    const left = placed === null ? keepSeen(former, row) : null
    const text = toText(links, left)
    if (former === text || (former === undefined && left === null && !isOpen(links))) continue
    await writeTold(db, named, text)
    const keys = db.deleteFrom('told_deployment_keys').where(({ and }) => and(named))
    await keys.execute()
    await insertRows(
      db,
      'told_deployment_keys',
      toKeys(links).map((key) => ({ key, ...named })),
    )
  }
}

/** A row that says the same again keeps the moment at which it was first stored. */
function keepSeen(former: string | undefined, row: ToldRow): ToldRow {
  const left = former === undefined ? null : readTold(former).left
  if (left === null) return row
  const again = { ...row, observed_at: left.observed_at }
  return says(left, again) ? again : row
}

const says = (row: object, told: object) =>
  Object.entries(told).every(([column, value]) => Reflect.get(row, column) === value)

/** Whether what it means depends on what is stored. */
const isOpen = ({ places: { name, parts }, commits, tags }: ToldLinks): boolean =>
  (name !== null && parts.length > 0) || commits.length > 0 || tags.length > 0

const toText = ({ places, commits, tags }: ToldLinks, left: ToldRow | null): string =>
  JSON.stringify({ places, commits, tags, left } satisfies Told)

async function writeTold(db: Database, named: Named, told: string): Promise<void> {
  await db
    .insertInto('told_deployments')
    .values({ ...named, told })
    .onConflict((conflict) => conflict.columns(['source_id', 'native_id']).doUpdateSet({ told }))
    .execute()
}

/** The services, environments and commits that tools meant. */
export const deploymentPlaces: Link = {
  reads: {
    services: ['repository_id', 'gone_at'],
    changes: ['repository_id', 'merge_sha', 'gone_at'],
  },
  relink: relinkDeployments,
}

async function relinkDeployments(
  db: Database,
  rows: readonly StoredRow[],
  table: FactTable,
): Promise<void> {
  const keys = toKeysOf(rows, table)
  const named = await listNaming(db, keys)
  if (named.length === 0) return
  const known = await listKnownServices(db)
  const touched: Touched[] = []
  const versions: StoredRow[] = []
  for (const one of named) {
    const moved = await place(db, one, known)
    if (moved === null) continue
    touched.push(...touchedBy('deployments', moved.before, moved.after))
    versions.push(...[moved.before, moved.after].filter((version) => version !== undefined))
  }
  await noteChanges(db, touched)
  await relinkIncidents(db, versions, 'deployments')
}

function toKeysOf(rows: readonly StoredRow[], table: FactTable): string[] {
  if (table === 'services') return [...new Set(rows.map(({ id }) => ofService(String(id))))]
  const shas = rows.flatMap(({ merge_sha: sha }) => (typeof sha === 'string' ? sha : []))
  return [...new Set(shas.map(ofCommit))]
}

async function listNaming(
  db: Database,
  keys: readonly string[],
): Promise<Row<'told_deployments'>[]> {
  const found = new Map<string, Row<'told_deployments'>>()
  await forEachChunk(keys, async (chunk) => {
    const rows = await db
      .selectFrom('told_deployment_keys as keys')
      .innerJoin('told_deployments as told', (join) =>
        join
          .onRef('told.source_id', '=', 'keys.source_id')
          .onRef('told.native_id', '=', 'keys.native_id'),
      )
      .selectAll('told')
      .where('keys.key', 'in', chunk)
      .execute()
    for (const row of rows) found.set(JSON.stringify([row.source_id, row.native_id]), row)
  })
  return [...found.values()]
}

interface Moved {
  readonly before: StoredRow | undefined
  readonly after: StoredRow | undefined
}

/** Stores a deployment where it went as far as is known now. Null: as before. */
async function place(
  db: Database,
  { source_id, native_id, told: text }: Row<'told_deployments'>,
  known: KnownServices,
): Promise<Moved | null> {
  const named = { source_id, native_id }
  const told = readTold(text)
  const isIt = (eb: ExpressionBuilder<Schema, 'deployments'>) => eb.and(named)
  const before = await db.selectFrom('deployments').selectAll().where(isIt).executeTakeFirst()
  const rest = before ?? told.left
  // One that was deleted since does not come back.
  if (rest === null) return null
  const placed = await placeTold(db, told, known, rest.sha)
  if (placed === null) {
    // One that its source took back counts nowhere anyway.
    if (before === undefined || before.gone_at !== null) return null
    await db.deleteFrom('deployments').where(isIt).execute()
    const { service_id: _, environment, environment_tier, gone_at, ...left } = before
    await writeTold(db, named, toText(told, { ...left, sha: toLeftSha(told, left.sha) }))
    return { before: { ...before }, after: undefined }
  }
  const linked = toColumns(placed)
  const after = { gone_at: null, ...rest, ...linked }
  if (before === undefined) {
    await insertRows(db, 'deployments', [after])
    await writeTold(db, named, toText(told, null))
    return { before, after }
  }
  if (says(before, linked)) return null
  await db.updateTable('deployments').set(linked).where(isIt).execute()
  return { before: { ...before }, after }
}
