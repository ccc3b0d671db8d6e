import type { Kysely } from 'kysely'

interface Before {
  incidents: {
    source_id: string
    native_id: string
    service_id: string | null
    caused_by_deployment_id: string | null
    cause_told: string | null
    cause_key: string | null
  }
  deployments: {
    native_id: string
    service_id: string
    environment_tier: string | null
    sha: string | null
    gone_at: string | null
  }
  changes_to_score: { subject_kind: string; subject_id: string; since: string; stamp: string }
}

/** Longer than a commit of SHA-1, and none so far: it was its own key, and no deployment was found by it. */
const LONG = /^[0-9a-f]{41,64}$/i

export async function up(db: Kysely<Before>): Promise<void> {
  const told = await db
    .selectFrom('incidents')
    .select(['source_id', 'native_id', 'service_id', 'caused_by_deployment_id', 'cause_key'])
    .where('cause_key', 'is not', null)
    .execute()
  let linked = false
  for (const { source_id, native_id, service_id, ...incident } of told) {
    const { cause_key: key, caused_by_deployment_id: cause } = incident
    if (key === null || !LONG.test(key)) continue
    const found = cause === key ? await findDeployment(db, key, service_id) : null
    await db
      .updateTable('incidents')
      .set({ cause_key: key.slice(0, 7).toLowerCase() })
      .$if(found !== null, (update) => update.set({ caused_by_deployment_id: found }))
      .where('source_id', '=', source_id)
      .where('native_id', '=', native_id)
      .execute()
    linked ||= found !== null
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

/**
 * The one that brought the commit to production, of the service if any. Null: none, nobody knows which,
 * or one has the commit as its id, which is the link already.
 */
async function findDeployment(
  db: Kysely<Before>,
  commit: string,
  service: string | null,
): Promise<string | null> {
  const sha = commit.toLowerCase()
  const live = await db
    .selectFrom('deployments')
    .select(['native_id', 'service_id'])
    .where('sha', '>=', sha)
    .where('sha', '<', `${sha}g`)
    .where('environment_tier', '=', 'production')
    .where('gone_at', 'is', null)
    .execute()
  const called = await db
    .selectFrom('deployments')
    .select('native_id')
    .where('native_id', '=', commit)
    .where('gone_at', 'is', null)
    .executeTakeFirst()
  if (called !== undefined) return null
  const own = live.filter((deployment) => deployment.service_id === service)
  const [only, ...others] = own.length > 0 ? own : live
  return only !== undefined && others.length === 0 ? only.native_id : null
}
