import type { Reader } from '#db/connection.ts'
import type { Row } from '#db/schema.ts'

export interface Team {
  readonly id: string
  readonly name: string
  readonly kind: string | null
  readonly parentId: string | null
  /** Null: since before we knew it. */
  readonly activeFrom: Date | null
  /** Null while it lasts. */
  readonly activeTo: Date | null
}

/** Every team that exists at `asOf`, by name: never a ranking. */
export async function listTeams(db: Reader, asOf: Date): Promise<Team[]> {
  const at = asOf.toISOString()
  const rows = await db
    .selectFrom('teams')
    .selectAll()
    .where((eb) => eb.or([eb('active_from', 'is', null), eb('active_from', '<=', at)]))
    .where((eb) => eb.or([eb('active_to', 'is', null), eb('active_to', '>', at)]))
    .orderBy('name')
    .orderBy('id')
    .execute()
  return rows.map(toTeam)
}

/** Also a team that exists no more. */
export async function findTeam(db: Reader, id: string): Promise<Team | undefined> {
  const row = await db.selectFrom('teams').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toTeam(row)
}

/** Team id → name, also of those that exist no more. */
export async function teamNames(db: Reader): Promise<Map<string, string>> {
  const rows = await db.selectFrom('teams').select(['id', 'name']).execute()
  return new Map(rows.map(({ id, name }) => [id, name]))
}

function toTeam(row: Row<'teams'>): Team {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    parentId: row.parent_id,
    activeFrom: row.active_from === null ? null : new Date(row.active_from),
    activeTo: row.active_to === null ? null : new Date(row.active_to),
  }
}
