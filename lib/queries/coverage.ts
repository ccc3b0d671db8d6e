import type { Reader } from '#db/connection.ts'
import type { Period } from '#lib/period.ts'

export interface CoveredScope {
  readonly sourceId: string
  /** `repository:<id>`, `entity:<table>`. */
  readonly scope: string
  /** Oldest first; what lies between two is a gap. */
  readonly intervals: readonly Period[]
}

/** What was fully read, by source and scope. */
export async function listCoveredScopes(db: Reader): Promise<CoveredScope[]> {
  const rows = await db
    .selectFrom('coverage')
    .selectAll()
    .orderBy('source_id')
    .orderBy('scope')
    .orderBy('covered_from')
    .execute()
  const scopes = Map.groupBy(rows, ({ source_id, scope }) => JSON.stringify([source_id, scope]))
  return [...scopes.values()].flatMap((own) => {
    const [first] = own
    if (first === undefined) return []
    const intervals = own.map((row) => ({
      from: new Date(row.covered_from),
      to: new Date(row.covered_to),
    }))
    return [{ sourceId: first.source_id, scope: first.scope, intervals }]
  })
}
