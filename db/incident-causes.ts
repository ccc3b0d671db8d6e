import { noteChanges, type Touched } from '#db/changes-to-score.ts'
import { among, forEachChunk } from '#db/chunks.ts'
import type { Database } from '#db/connection.ts'
import { listSources } from '#db/delivery-facts.ts'
import { listRenamed, listRepositoriesOnceCalled, toFormerNames } from '#db/former-names.ts'
import type { Link } from '#db/link.ts'
import type { FactTable } from '#db/natural-keys.ts'
import type { Row } from '#db/schema.ts'
import type { StoredRow } from '#db/statements.ts'
import { touchedBy } from '#db/touched.ts'

/** What a source tells of the deployment that caused an incident. */
export type ToldCause =
  /** An id, an address, a commit, or the address of a pull request. */
  | { readonly reference: string }
  /** The version of the artifact that was at fault, and when that was said. */
  | { readonly version: string; readonly toldAt: string }

type Told = Pick<Row<'incidents'>, 'source_id' | 'service_id' | 'detected_at' | 'cause_told'>

export const toCauseText = (told: ToldCause): string => JSON.stringify(told)
export const readCause = (text: string): ToldCause => JSON.parse(text) as ToldCause

/**
 * The columns of an incident that link it with the deployment that its source means, as far as
 * deployments and changes are stored. Whenever one of those comes, changes or goes,
 * they are looked up again, so that the order in which they are told is no matter.
 */
export async function linkCause(db: Database, incident: Told) {
  const { cause_told: told } = incident
  const cause = told === null ? null : await findCause(db, incident, readCause(told))
  return {
    cause_told: told,
    cause_key: told === null ? null : toCauseKey(readCause(told)),
    caused_by_deployment_id: cause,
    link_kind: cause === null ? null : ('explicit' as const),
  }
}

const findCause = (db: Database, incident: Told, told: ToldCause) =>
  'reference' in told
    ? findReferred(db, incident, told.reference)
    : findOfVersion(db, incident, told.version)

/** Of SHA-1 or SHA-256. */
const SHA = /^[0-9a-f]{7,64}$/i
/** The least of a commit that names it. */
const SHORT_SHA = 7

/** What commits that may be the same have in common; any other text is itself. */
const toKey = (text: string) => (SHA.test(text) ? text.slice(0, SHORT_SHA).toLowerCase() : text)

const toCauseKey = (told: ToldCause) => toKey('reference' in told ? told.reference : told.version)

/**
 * The deployment that goes by its id or address, or that brought a commit or pull request to
 * production. One that is not stored, or not the only one, stays as it is told: then the link is
 * shown as unknown.
 */
async function findReferred(db: Database, incident: Told, told: string): Promise<string> {
  const sha = SHA.test(told) ? told.toLowerCase() : await findMerge(db, told)
  const standing = db
    .selectFrom('deployments')
    .select(['native_id', 'service_id', 'environment_tier'])
    .where('gone_at', 'is', null)
  const sources = among(await listSources(db, 'deployments'))
  const called = standing.where('source_id', 'in', sources).where('native_id', '=', told)
  if ((await called.executeTakeFirst()) !== undefined) return told
  const found = await standing.where('url', '=', told).execute()
  if (sha !== null) {
    // After every hexadecimal digit.
    const brought = standing.where('sha', '>=', sha).where('sha', '<', `${sha}g`)
    found.push(...(await brought.execute()))
  }
  const live = found.filter(({ environment_tier: tier }) => tier === 'production')
  const own = live.filter((one) => one.service_id === incident.service_id)
  const [only, ...others] = own.length > 0 ? own : live
  return only !== undefined && others.length === 0 ? only.native_id : told
}

const PULL_REQUEST = /^https:\/\/([^/]+\/[^/]+\/[^/]+)\/pull\/(\d{1,9})$/

const toAddress = (repository: string, number: unknown) => `https://${repository}/pull/${number}`

/**
 * The commit with which a pull request was merged, also under an address from before its repository was
 * renamed; null when it is not stored.
 */
async function findMerge(db: Database, address: string): Promise<string | null> {
  const [, repository, number] = PULL_REQUEST.exec(address) ?? []
  if (repository === undefined) return null
  const [own] = await listMerges(db, [repository], Number(number))
  if (own !== undefined) return own
  const renamed = await listRepositoriesOnceCalled(db, repository)
  const [only, ...others] = await listMerges(db, renamed, Number(number))
  return only !== undefined && others.length === 0 ? only : null
}

/** The commits with which pull requests of that number were merged; null for one that was not. */
async function listMerges(
  db: Database,
  repositories: readonly string[],
  number: number,
): Promise<(string | null)[]> {
  if (repositories.length === 0) return []
  const merged = await db
    .selectFrom('changes')
    .select('merge_sha')
    .distinct()
    .where('repository_id', 'in', repositories)
    .where('number', '=', number)
    .where('gone_at', 'is', null)
    .execute()
  return merged.map(({ merge_sha: sha }) => sha)
}

/** The last deployment to production, before it was noticed, of the version that an incident names. */
async function findOfVersion(
  db: Database,
  { source_id: sourceId, service_id: service, detected_at: detectedAt }: Told,
  version: string,
): Promise<string | null> {
  if (service === null || detectedAt === null) return null
  const named = await db
    .selectFrom('deployments')
    .select('native_id')
    .where('source_id', '=', sourceId)
    .where('service_id', '=', service)
    .where('gone_at', 'is', null)
    .where('version', '=', version)
    .where('environment_tier', '=', 'production')
    .where('finished_at', '<', detectedAt)
    .orderBy('finished_at', 'desc')
    .orderBy('native_id')
    .executeTakeFirst()
  return named?.native_id ?? null
}

/** The deployments that incidents name as their cause. */
export const incidentCauses: Link = {
  reads: {
    deployments: [
      'service_id',
      'environment_tier',
      'sha',
      'version',
      'url',
      'finished_at',
      'gone_at',
    ],
    changes: ['repository_id', 'number', 'merge_sha', 'gone_at'],
    repositories: ['former_names', 'source_id', 'gone_at'],
  },
  relink: relinkIncidents,
}

/** Looks again for the deployments that incidents mean, where that may be one of `rows`. */
export async function relinkIncidents(
  db: Database,
  rows: readonly StoredRow[],
  table: FactTable,
): Promise<void> {
  if (rows.length === 0) return
  if (!(await isAnyCauseTold(db))) return
  const meant =
    table === 'repositories' ? await listNaming(db, rows) : await listMeaning(db, rows, table)
  const touched: Touched[] = []
  for (const incident of meant) touched.push(...(await relink(db, incident)))
  await noteChanges(db, touched)
}

async function relink(db: Database, incident: Row<'incidents'>): Promise<readonly Touched[]> {
  const linked = await linkCause(db, incident)
  if (linked.caused_by_deployment_id === incident.caused_by_deployment_id) return []
  return moveIncident(db, incident, linked)
}

/** Stores what an incident is linked with now. Returns what that touches. */
export async function moveIncident(
  db: Database,
  incident: Row<'incidents'>,
  linked: Partial<Row<'incidents'>>,
): Promise<readonly Touched[]> {
  await db
    .updateTable('incidents')
    .set(linked)
    .where('source_id', '=', incident.source_id)
    .where('native_id', '=', incident.native_id)
    .execute()
  return touchedBy('incidents', { ...incident }, { ...incident, ...linked })
}

const isAnyCauseTold = async (db: Database) =>
  (await db
    .selectFrom('incidents')
    .select('cause_key')
    .where('cause_key', 'is not', null)
    .limit(1)
    .executeTakeFirst()) !== undefined

/** Those that name a pull request by a former name of the repositories, or by one that they take from others. */
async function listNaming(
  db: Database,
  rows: readonly StoredRow[],
): Promise<readonly Row<'incidents'>[]> {
  const given = rows.flatMap(toFormerNames)
  const former = new Set([...given, ...(await listRenamed(db)).flatMap(toFormerNames)])
  const taken = rows.map(({ id }) => String(id)).filter((id) => former.has(id))
  const found: Row<'incidents'>[] = []
  for (const name of new Set([...given, ...taken])) {
    const telling = db
      .selectFrom('incidents')
      .selectAll()
      .where('cause_key', '>=', toAddress(name, ''))
      .where('cause_key', '<', toAddress(name, ':')) // After every digit.
    found.push(...(await telling.execute()))
  }
  return found
}

async function listMeaning(
  db: Database,
  rows: readonly StoredRow[],
  table: FactTable,
): Promise<readonly Row<'incidents'>[]> {
  const { keys, means } = await toMeaning(db, rows, table)
  const telling = await listTelling(db, keys)
  return telling.filter(({ cause_told: told }) => told !== null && means(readCause(told)))
}

async function listTelling(db: Database, keys: readonly string[]): Promise<Row<'incidents'>[]> {
  const found: Row<'incidents'>[] = []
  await forEachChunk(keys, async (chunk) => {
    const telling = db.selectFrom('incidents').selectAll().where('cause_key', 'in', chunk)
    found.push(...(await telling.execute()))
  })
  return found
}

interface Meaning {
  /** Whatever may mean one of the rows has one of these keys. */
  readonly keys: readonly string[]
  readonly means: (told: ToldCause) => boolean
}

/** Tells whether what is told may mean one of `rows`. */
async function toMeaning(
  db: Database,
  rows: readonly StoredRow[],
  table: FactTable,
): Promise<Meaning> {
  if (table === 'changes') {
    const addresses = new Set(await listAddresses(db, rows))
    return {
      keys: [...addresses],
      means: (told) => 'reference' in told && addresses.has(told.reference),
    }
  }
  const textsOf = (...columns: readonly string[]) => [
    ...new Set(rows.flatMap((row) => columns.map((column) => row[column]))),
  ]
  const isText = (value: unknown) => typeof value === 'string'
  const shas = textsOf('sha').filter(isText)
  const names = new Set([
    ...textsOf('native_id', 'url').filter(isText),
    ...(await listMergedBy(db, shas)),
  ])
  const versions = new Set(textsOf('version').filter(isText))
  return {
    keys: [...new Set([...shas, ...names, ...versions].map(toKey))],
    means: (told) => {
      if ('version' in told) return versions.has(told.version)
      const { reference } = told
      if (names.has(reference)) return true
      const commit = reference.toLowerCase()
      return SHA.test(commit) && shas.some((sha) => sha.startsWith(commit))
    },
  }
}

/** Addresses of the pull requests that were merged as one of `shas`, those of before included. */
async function listMergedBy(db: Database, shas: readonly string[]): Promise<string[]> {
  const found: string[] = []
  await forEachChunk(shas, async (chunk) => {
    const merged = await db
      .selectFrom('changes')
      .select(['repository_id', 'number'])
      .where('merge_sha', 'in', chunk)
      .where('number', 'is not', null)
      .execute()
    found.push(...(await listAddresses(db, merged)))
  })
  return found
}

/** Addresses of pull requests under every name that their repositories have and had. */
async function listAddresses(
  db: Database,
  changes: readonly StoredRow[],
): Promise<readonly string[]> {
  const renamed = new Map((await listRenamed(db)).map((row) => [row.id, toFormerNames(row)]))
  return changes.flatMap(({ repository_id: id, number }) => {
    const repository = String(id)
    return [repository, ...(renamed.get(repository) ?? [])].map((name) => toAddress(name, number))
  })
}
