import { type Kysely, sql } from 'kysely'

interface Before {
  sources: { id: string; kind: string }
  api_tokens: { source_id: string; scopes: string }
  received_events: {
    source_id: string
    event_id: string
    kind: string
    type: string
    outcome: string | null
  }
  changes: {
    source_id: string
    native_id: string
    repository_id: string
    repository_key: string | null
    service_id: string | null
    author_kind: string
  }
  services: {
    id: string
    repository_id: string | null
    repository_path: string
    gone_at: string | null
  }
  changes_to_score: { subject_kind: string; subject_id: string; since: string; stamp: string }
}

type Change = Pick<Before['changes'], 'source_id' | 'native_id' | 'repository_id' | 'service_id'>

/**
 * Changes that CDEvents told belong to the service that is their repository; whoever sent rows of changes
 * said the service. Which of both it was nothing says, so only those get a key whose source no token let
 * send rows, or that are called as events are that are still remembered.
 */
export async function up(db: Kysely<Before>): Promise<void> {
  const scopes = Map.groupBy(
    await db.selectFrom('api_tokens').select(['source_id', 'scopes']).execute(),
    (token) => token.source_id,
  )
  const sources = await db.selectFrom('sources').select('id').where('kind', '=', 'ingest').execute()
  let moved = false
  for (const { id } of sources) {
    const isSent = (scopes.get(id) ?? []).some((token) => toList(token.scopes).includes('changes'))
    const prefixes = isSent ? await listPrefixes(db, id) : ['']
    const told = (await listLikeEvents(db, id)).filter((change) =>
      prefixes.some((prefix) => change.native_id.startsWith(prefix)),
    )
    for (const [repository, changes] of Map.groupBy(told, (change) => change.repository_id)) {
      moved = (await link(db, repository, changes)) || moved
    }
  }
  if (!moved) return
  await db
    .insertInto('changes_to_score')
    .values({ subject_kind: 'all', subject_id: '', since: '', stamp: crypto.randomUUID() })
    .onConflict((conflict) =>
      conflict.columns(['subject_kind', 'subject_id']).doUpdateSet({ since: '' }),
    )
    .execute()
}

const toList = (json: string) => JSON.parse(json) as readonly string[]

/** How changes are called that events of a source told: by whoever told them. */
async function listPrefixes(db: Kysely<Before>, sourceId: string): Promise<string[]> {
  const events = await db
    .selectFrom('received_events')
    .select('event_id')
    .where('source_id', '=', sourceId)
    .where('kind', '=', 'cloudevent')
    .where('type', 'like', 'dev.cdevents.change.%')
    .where('outcome', '=', 'stored')
    .execute()
  return [...new Set(events.map((event) => `${toList(event.event_id)[0]}#`))]
}

/** Changes of which nothing is known that no event tells. */
const listLikeEvents = (db: Kysely<Before>, sourceId: string): Promise<Change[]> =>
  db
    .selectFrom('changes')
    .select(['source_id', 'native_id', 'repository_id', 'service_id'])
    .where('source_id', '=', sourceId)
    .where('repository_key', 'is', null)
    .where('native_id', 'like', '%#%')
    .where('author_kind', '=', 'unknown')
    .where(
      sql<boolean>`coalesce(number, first_commit_at, ready_at, first_review_at, approved_at,
        merge_sha, size_lines, reverts) is null`,
    )
    .execute()

/** Returns whether one of them is of another service now. */
async function link(
  db: Kysely<Before>,
  repository: string,
  changes: readonly Change[],
): Promise<boolean> {
  const [, ...path] = repository.split('/')
  const name = repository.slice(repository.lastIndexOf('/') + 1)
  const services = await db
    .selectFrom('services')
    .select(['id', 'repository_path'])
    .where('repository_id', 'in', [repository, path.join('/') || repository, name])
    .where('gone_at', 'is', null)
    .execute()
  const [only] = services
  const whole = services.length === 1 && only?.repository_path === '' ? only.id : null
  for (const { source_id, native_id } of changes) {
    await db
      .updateTable('changes')
      .set({ repository_key: name, service_id: whole })
      .where('source_id', '=', source_id)
      .where('native_id', '=', native_id)
      .execute()
  }
  return changes.some((change) => change.service_id !== whole)
}
