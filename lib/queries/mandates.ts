import { z } from 'zod'
import type { Reader } from '#db/connection.ts'

export interface Mandate {
  readonly id: string
  /** An interface mandate names the tool; an outcome mandate asks for evidence. */
  readonly kind: 'interface' | 'outcome'
  readonly announcedAt: Date
  readonly effectiveAt: Date
  readonly endedAt: Date | null
  /** Team ids, or `all`. */
  readonly scope: 'all' | readonly string[]
}

const Scope = z.union([
  z.literal('all'),
  z.string().transform((text) => z.array(z.string()).parse(JSON.parse(text))),
])

/** Every mandate of a path, in the order of their announcement. */
export async function listMandates(db: Reader, pathId: string): Promise<Mandate[]> {
  const rows = await db
    .selectFrom('mandates')
    .selectAll()
    .where('path_id', '=', pathId)
    .orderBy('announced_at')
    .orderBy('native_id')
    .execute()
  return rows.map((row) => ({
    id: row.native_id,
    kind: row.kind,
    announcedAt: new Date(row.announced_at),
    effectiveAt: new Date(row.effective_at),
    endedAt: row.ended_at === null ? null : new Date(row.ended_at),
    scope: Scope.parse(row.team_scope),
  }))
}
