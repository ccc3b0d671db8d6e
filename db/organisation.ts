import { noteChanges } from '#db/changes-to-score.ts'
import type { Database } from '#db/connection.ts'
import { upsertFacts } from '#db/facts.ts'
import type { NewRow, Row } from '#db/schema.ts'

/** Under which source the configuration's own facts are stored. */
const CONFIGURATION = 'config'

/** What the configuration says: its golden paths, their mandates, and the sources to read. */
export interface Organisation {
  readonly paths: readonly Omit<NewRow<'golden_paths'>, 'source_id' | 'observed_at' | 'gone_at'>[]
  readonly mandates: readonly Omit<NewRow<'mandates'>, 'source_id' | 'observed_at'>[]
  readonly sources: readonly Pick<Row<'sources'>, 'id' | 'kind' | 'every'>[]
}

/**
 * Stores the configuration's model. A path or source that it no longer names is marked gone and
 * kept; a mandate that a path no longer names goes. Saying the same again changes nothing.
 */
export async function saveOrganisation(
  db: Database,
  { paths, mandates, sources }: Organisation,
  now: Date,
): Promise<void> {
  const observed_at = now.toISOString()
  const common = { source_id: CONFIGURATION, observed_at }
  await db.transaction().execute(async (tx) => {
    await upsertFacts(
      tx,
      'golden_paths',
      paths.map((path) => ({ ...path, gone_at: null, ...common })),
    )
    await markGone(tx, 'golden_paths', toIds(paths), observed_at)
    await deleteMandatesExcept(tx, toIds(paths), mandates)
    await upsertFacts(
      tx,
      'mandates',
      mandates.map((mandate) => ({ ...mandate, ...common })),
    )
    await upsertSources(tx, sources)
    await markGone(tx, 'sources', toIds(sources), observed_at)
  })
}

async function upsertSources(tx: Database, sources: Organisation['sources']): Promise<void> {
  for (const { id, kind, every } of sources) {
    const told = { kind, every, gone_at: null }
    await tx
      .insertInto('sources')
      .values({ id, ...told })
      .onConflict((conflict) =>
        conflict
          .column('id')
          .doUpdateSet(told)
          .where((eb) =>
            eb.or([
              eb('sources.kind', 'is distinct from', kind),
              eb('sources.every', 'is distinct from', every),
              eb('sources.gone_at', 'is not', null),
            ]),
          ),
      )
      .execute()
  }
}

const toIds = (named: readonly { readonly id: string }[]) => named.map(({ id }) => id)

async function markGone(
  db: Database,
  table: 'golden_paths' | 'sources',
  present: readonly string[],
  at: string,
): Promise<void> {
  const known = await db.selectFrom(table).select('id').where('gone_at', 'is', null).execute()
  const gone = toIds(known).filter((id) => !present.includes(id))
  if (gone.length === 0) return
  await db.updateTable(table).set({ gone_at: at }).where('id', 'in', gone).execute()
  await noteChanges(db, [{ kind: 'all', id: '', since: '' }])
}

/** Those of a path that is gone decide how it was adopted: they stay with its history. */
async function deleteMandatesExcept(
  db: Database,
  paths: readonly string[],
  mandates: Organisation['mandates'],
): Promise<void> {
  if (paths.length === 0) return
  const present = mandates.map(({ native_id }) => native_id)
  const stored = await db
    .selectFrom('mandates')
    .select(['native_id', 'path_id', 'announced_at'])
    .where('source_id', '=', CONFIGURATION)
    .where('path_id', 'in', paths)
    .execute()
  const lost = stored.filter(({ native_id }) => !present.includes(native_id))
  if (lost.length === 0) return
  await noteChanges(
    db,
    lost.map((row) => ({ kind: 'path', id: row.path_id, since: row.announced_at })),
  )
  await db
    .deleteFrom('mandates')
    .where('source_id', '=', CONFIGURATION)
    .where(
      'native_id',
      'in',
      lost.map(({ native_id }) => native_id),
    )
    .execute()
}
