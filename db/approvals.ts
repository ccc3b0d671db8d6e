import { forEachChunk } from '#db/chunks.ts'
import type { Reader } from '#db/connection.ts'
import type { Row } from '#db/schema.ts'
import type { Period } from '#lib/period.ts'

/**
 * The changes of which a step ended in [from, to), by the commit that merged them, with all of their
 * steps: also those before and after. Forks share commits, so that of one there may be several.
 */
export async function listApprovals(db: Reader, { from, to }: Period) {
  const ended = await db
    .selectFrom('steps')
    .select('change_sha')
    .distinct()
    .where('change_sha', 'is not', null)
    .where('ended_at', '>=', from.toISOString())
    .where('ended_at', '<', to.toISOString())
    .execute()
  const steps: Row<'steps'>[] = []
  const changes: Merged[] = []
  await forEachChunk(
    ended.flatMap(({ change_sha: sha }) => sha ?? []),
    async (shas) => {
      const own = db.selectFrom('steps').selectAll().where('change_sha', 'in', shas)
      steps.push(...(await own.execute()))
      changes.push(...(await listMerged(db, shas)))
    },
  )
  return { steps, changes }
}

type Merged = Awaited<ReturnType<typeof listMerged>>[number]

const listMerged = (db: Reader, shas: readonly string[]) =>
  db
    .selectFrom('changes')
    .select(['merge_sha', 'repository_id', 'service_id', 'merged_at'])
    .where('merge_sha', 'in', shas)
    .where('merged_at', 'is not', null)
    .where('gone_at', 'is', null)
    .execute()
