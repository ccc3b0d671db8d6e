import type { Database } from '#db/connection.ts'

/** Ids of all that there is. */
export interface Known {
  readonly paths: readonly string[]
  readonly teams: readonly string[]
  readonly sources: readonly string[]
}

/** Closes what stands of paths, teams and sources that are no more. Returns how many rows. */
export async function withdrawGone(tx: Database, run: number, known: Known): Promise<number> {
  const { paths, teams, sources } = known
  const terms = [
    ['adoption_states', 'path_id', paths],
    ['adoption_states', 'team_id', teams],
    ['measurements', 'path_id', paths],
    ['measurements', 'team_id', teams],
    ['measurements', 'source_id', sources],
    ['ledgers', 'path_id', paths],
  ] as const
  let closed = 0
  for (const [table, column, ids] of terms) {
    const standing = await tx
      // What is typed for one table holds for all of them.
      .selectFrom(table as 'measurements')
      .select(column as 'path_id')
      .distinct()
      .where('to_run', 'is', null)
      .where(column as 'path_id', '!=', '')
      .execute()
    const there = new Set(ids)
    const gone = standing.flatMap((row) => Object.values(row)).filter((id) => !there.has(id))
    for (const id of gone) {
      const { numUpdatedRows } = await tx
        .updateTable(table as 'measurements')
        .set({ to_run: run })
        .where('to_run', 'is', null)
        .where(column as 'path_id', '=', id)
        .executeTakeFirstOrThrow()
      closed += table === 'ledgers' ? 0 : Number(numUpdatedRows)
    }
  }
  return closed
}
