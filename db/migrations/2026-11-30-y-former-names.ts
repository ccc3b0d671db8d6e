import { type Kysely, sql } from 'kysely'

interface Before {
  incidents: {
    source_id: string
    native_id: string
    service_id: string | null
    caused_by_deployment_id: string | null
    cause_key: string | null
  }
  deployments: {
    native_id: string
    service_id: string
    environment_tier: string | null
    sha: string | null
    url: string | null
    gone_at: string | null
  }
  changes: {
    repository_id: string
    number: number | null
    merge_sha: string | null
    gone_at: string | null
  }
  repositories: { id: string; source_id: string; former_names: string; gone_at: string | null }
  changes_to_score: { subject_kind: string; subject_id: string; since: string; stamp: string }
}

type Db = Kysely<Before>

/** Renaming a repository took incidents that name its pull requests off their deployments. */
export async function up(db: Db): Promise<void> {
  await db.schema
    .createIndex('repositories_by_former_names')
    .on('repositories')
    .column('former_names')
    .where(sql<boolean>`former_names != '[]'`)
    .execute()
  const renamed = await listRenamed(db)
  let linked = false
  for (const [name, ids] of renamed) {
    const lost = await db
      .selectFrom('incidents')
      .select(['source_id', 'native_id', 'service_id', 'cause_key'])
      .where('cause_key', '>=', `https://${name}/pull/`)
      .where('cause_key', '<', `https://${name}/pull/:`)
      .whereRef('caused_by_deployment_id', '=', 'cause_key')
      .execute()
    for (const { source_id, native_id, service_id, cause_key: told } of lost) {
      const found = told === null ? null : await findDeployment(db, told, { name, ids, service_id })
      if (found === null) continue
      await db
        .updateTable('incidents')
        .set({ caused_by_deployment_id: found })
        .where('source_id', '=', source_id)
        .where('native_id', '=', native_id)
        .execute()
      linked = true
    }
  }
  if (!linked) return
  await db
    .insertInto('changes_to_score')
    .values({ subject_kind: 'all', subject_id: '', since: '', stamp: crypto.randomUUID() })
    .onConflict((conflict) =>
      conflict.columns(['subject_kind', 'subject_id']).doUpdateSet({ since: '' }),
    )
    .execute()
}

/** By former name, the repositories that had it; without those whose source calls another one so now. */
async function listRenamed(db: Db): Promise<Map<string, string[]>> {
  const rows = await db.selectFrom('repositories').selectAll().execute()
  const takers = new Map(
    rows.filter((row) => row.gone_at === null).map((row) => [row.id, row.source_id]),
  )
  const byName = new Map<string, string[]>()
  for (const { id, source_id, former_names } of rows) {
    for (const name of JSON.parse(former_names) as string[]) {
      if (takers.get(name) !== source_id) byName.set(name, [...(byName.get(name) ?? []), id])
    }
  }
  return byName
}

interface Wanted {
  readonly name: string
  readonly ids: readonly string[]
  readonly service_id: string | null
}

/**
 * The one that brought the pull request to production, of the service if any. Null: none, or nobody
 * knows which.
 */
async function findDeployment(
  db: Db,
  told: string,
  { name, ids, service_id: service }: Wanted,
): Promise<string | null> {
  const number = Number(told.slice(`https://${name}/pull/`.length))
  const changes = await db
    .selectFrom('changes')
    .select(['repository_id', 'merge_sha'])
    .where('repository_id', 'in', [name, ...ids])
    .where('number', '=', number)
    .where('gone_at', 'is', null)
    .execute()
  const [sha, ...otherShas] = new Set(changes.map((change) => change.merge_sha))
  const isOwn = changes.some((change) => change.repository_id === name)
  if (isOwn || sha === undefined || sha === null || otherShas.length > 0) return null
  const standing = db
    .selectFrom('deployments')
    .select(['native_id', 'service_id', 'environment_tier'])
    .where('gone_at', 'is', null)
  const [called, addressed, brought] = await Promise.all([
    standing.where('native_id', '=', told).executeTakeFirst(),
    standing.where('url', '=', told).execute(),
    standing.where('sha', '>=', sha).where('sha', '<', `${sha}g`).execute(),
  ])
  if (called !== undefined) return null
  const live = [...addressed, ...brought].filter((one) => one.environment_tier === 'production')
  const own = live.filter((one) => one.service_id === service)
  const [only, ...others] = own.length > 0 ? own : live
  return only !== undefined && others.length === 0 ? only.native_id : null
}
