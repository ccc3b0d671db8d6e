import { noteChanges } from '#db/changes-to-score.ts'
import type { Database, Reader } from '#db/connection.ts'
import type { Period } from '#lib/period.ts'

export interface Coverage extends Period {
  readonly sourceId: string
  readonly scope: string
}

/**
 * Records that a scope was fully read for [from, to), as one interval with those it touches or
 * overlaps. An empty period covers nothing.
 */
export async function insertCoverage(
  db: Database,
  { sourceId, scope, from, to }: Coverage,
  observedAt: Date,
): Promise<void> {
  if (from >= to) return
  const known = await db
    .selectFrom('coverage')
    .select('scope')
    .where('source_id', '=', sourceId)
    .where('scope', '=', scope)
    .executeTakeFirst()
  const touching = await db
    .selectFrom('coverage')
    .select(['covered_from', 'covered_to'])
    .where('source_id', '=', sourceId)
    .where('scope', '=', scope)
    .where('covered_from', '<=', to.toISOString())
    .where('covered_to', '>=', from.toISOString())
    .execute()
  const starts = [from.toISOString(), ...touching.map((row) => row.covered_from)].toSorted()
  const ends = [to.toISOString(), ...touching.map((row) => row.covered_to)].toSorted()
  await db
    .deleteFrom('coverage')
    .where('source_id', '=', sourceId)
    .where('scope', '=', scope)
    .where('covered_from', '<=', to.toISOString())
    .where('covered_to', '>=', from.toISOString())
    .execute()
  await db
    .insertInto('coverage')
    .values({
      source_id: sourceId,
      scope,
      covered_from: starts[0] ?? from.toISOString(),
      covered_to: ends.at(-1) ?? to.toISOString(),
      observed_at: observedAt.toISOString(),
    })
    .execute()
  const isNew = known === undefined
  const since = isNew ? '' : firstUncovered(touching, from.toISOString(), to.toISOString())
  if (since !== null) await noteChanges(db, [{ kind: 'scope', id: scope, since }])
  if (isNew && (await namesAService(db, sourceId, scope))) {
    await noteChanges(db, [{ kind: 'all', id: '', since: '' }])
  }
}

const REPOSITORY = 'repository:'

/** Whoever reads a repository may have named a service after it, which stands in for those described. */
async function namesAService(db: Database, sourceId: string, scope: string): Promise<boolean> {
  if (!scope.startsWith(REPOSITORY)) return false
  const found = await db
    .selectFrom('services')
    .select('id')
    .where('source_id', '=', sourceId)
    .where('repository_id', '=', scope.slice(REPOSITORY.length))
    .executeTakeFirst()
  return found !== undefined
}

/** Where in [from, to) that begins which `intervals` do not cover; null: nowhere. */
function firstUncovered(
  intervals: readonly { readonly covered_from: string; readonly covered_to: string }[],
  from: string,
  to: string,
): string | null {
  let reached = from
  for (const one of intervals.toSorted((a, b) => (a.covered_from < b.covered_from ? -1 : 1))) {
    if (one.covered_from > reached) break
    if (one.covered_to > reached) reached = one.covered_to
  }
  return reached < to ? reached : null
}

/** Every covered interval, by source, scope and time. */
export async function listCoverage(db: Reader): Promise<Coverage[]> {
  const rows = await db
    .selectFrom('coverage')
    .selectAll()
    .orderBy('source_id')
    .orderBy('scope')
    .orderBy('covered_from')
    .execute()
  return rows.map((row) => ({
    sourceId: row.source_id,
    scope: row.scope,
    from: new Date(row.covered_from),
    to: new Date(row.covered_to),
  }))
}
