import { z } from 'zod'
import type { database } from '#app/database.ts'
import { findGoldenPath, type GoldenPath } from '#lib/queries/golden-paths.ts'
import { findTeam, type Team } from '#lib/queries/teams.ts'

/** Which number the address asks for; with neither path nor source, all of a metric. */
export interface OpenedScope {
  readonly path: GoldenPath | null
  readonly team: Team | null
  readonly sourceId: string | null
  /** Page of rows, from 1. */
  readonly page: number
}

const name = z.string().min(1).optional().catch(undefined)
const Filters = z.object({
  path: name,
  team: name,
  source: name,
  page: z.coerce.number().int().min(1).max(10_000).catch(1),
})

/** Undefined when the address names a path or a team that nobody knows. */
export async function findScope(
  db: Awaited<ReturnType<typeof database>>,
  search: Readonly<Record<string, string | string[] | undefined>>,
): Promise<OpenedScope | undefined> {
  const asked = Filters.parse(search)
  const path = asked.path === undefined ? null : await findGoldenPath(db, asked.path)
  const team = asked.team === undefined ? null : await findTeam(db, asked.team)
  if (path === undefined || team === undefined) return undefined
  return { path, team, sourceId: asked.source ?? null, page: asked.page }
}
