import { noteChanges, type Touched } from '#db/changes-to-score.ts'
import { forEachChunk } from '#db/chunks.ts'
import type { Database } from '#db/connection.ts'
import type { Link } from '#db/link.ts'
import type { Row } from '#db/schema.ts'
import type { StoredRow } from '#db/statements.ts'
import { touchedBy } from '#db/touched.ts'
import { repositoryNames } from '#lib/repository.ts'

/**
 * The columns of a change that link it with the service that is the whole of its repository; with none
 * where the repository is divided, or nobody knows it. Whenever a service comes, moves or goes,
 * it is looked up again.
 */
export async function linkWholeService(db: Database, repository: string) {
  const services = await db
    .selectFrom('services')
    .select(['id', 'repository_path'])
    .where('repository_id', 'in', repositoryNames(repository))
    .where('gone_at', 'is', null)
    .execute()
  const [only] = services
  return {
    service_id: services.length === 1 && only?.repository_path === '' ? only.id : null,
    repository_key: toKey(repository),
  }
}

/** A catalogue may leave out the host, and the owner. */
const toKey = (repository: string) => repository.slice(repository.lastIndexOf('/') + 1)

/** The services of changes whose source tells none. */
export const changeServices: Link = {
  reads: { services: ['repository_id', 'repository_path', 'gone_at'] },
  relink: relinkChanges,
}

async function relinkChanges(db: Database, rows: readonly StoredRow[]): Promise<void> {
  const names = rows.flatMap(({ repository_id: id }) => (typeof id === 'string' ? toKey(id) : []))
  const changes: Row<'changes'>[] = []
  await forEachChunk([...new Set(names)], async (keys) => {
    const own = db.selectFrom('changes').selectAll().where('repository_key', 'in', keys)
    changes.push(...(await own.execute()))
  })
  const touched: Touched[] = []
  for (const [repository, own] of Map.groupBy(changes, (row) => row.repository_id)) {
    const { service_id } = await linkWholeService(db, repository)
    const moved = own.filter((change) => change.service_id !== service_id)
    touched.push(
      ...moved.flatMap((change) => touchedBy('changes', { ...change }, { ...change, service_id })),
    )
    if (moved.length === 0) continue
    await db
      .updateTable('changes')
      .set({ service_id })
      .where('repository_id', '=', repository)
      .where('repository_key', 'is not', null)
      .execute()
  }
  await noteChanges(db, touched)
}
