import type { Reader } from '#db/connection.ts'
import type { Row } from '#db/schema.ts'
import { GoldenPathRules } from '#lib/golden-path.ts'

export interface GoldenPath {
  readonly id: string
  readonly name: string
  readonly capability: string | null
  readonly ownerId: string | null
  /** The owner's name, or its id when no such team is known. */
  readonly ownerName: string | null
  readonly description: string | null
  readonly availableSince: Date
  readonly deprecatedOn: Date | null
  /** Since when the configuration names it no more; null while it does. */
  readonly goneAt: Date | null
  readonly rules: GoldenPathRules
  /** False: nobody keeps a list of mandates, so origins are unknown. */
  readonly hasMandateRegister: boolean
}

/** Paths that the configuration names, by name. */
export async function listGoldenPaths(db: Reader): Promise<GoldenPath[]> {
  const rows = await selectPaths(db).where('path.gone_at', 'is', null).execute()
  return rows.map(toGoldenPath)
}

/** Paths that it names no more, by name. */
export async function listFormerPaths(db: Reader): Promise<GoldenPath[]> {
  const rows = await selectPaths(db).where('path.gone_at', 'is not', null).execute()
  return rows.map(toGoldenPath)
}

/** Also one that the configuration no longer names: its history stays readable. */
export async function findGoldenPath(db: Reader, id: string): Promise<GoldenPath | undefined> {
  const row = await selectPaths(db).where('path.id', '=', id).executeTakeFirst()
  return row && toGoldenPath(row)
}

const selectPaths = (db: Reader) =>
  db
    .selectFrom('golden_paths as path')
    .leftJoin('teams as owner', 'owner.id', 'path.owner_team_id')
    .selectAll('path')
    .select('owner.name as owner_name')
    .orderBy('path.name')
    .orderBy('path.id')

function toGoldenPath(row: Row<'golden_paths'> & { owner_name: string | null }): GoldenPath {
  return {
    id: row.id,
    name: row.name,
    capability: row.capability,
    ownerId: row.owner_team_id,
    ownerName: row.owner_name ?? row.owner_team_id,
    description: row.description,
    availableSince: new Date(row.available_since),
    goneAt: row.gone_at === null ? null : new Date(row.gone_at),
    deprecatedOn: row.deprecated_on === null ? null : new Date(row.deprecated_on),
    rules: GoldenPathRules.parse(JSON.parse(row.rules)),
    hasMandateRegister: row.has_mandate_register === 1,
  }
}
