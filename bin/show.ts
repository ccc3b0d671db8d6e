import { requireKnown } from '#bin/known.ts'
import type { Reader } from '#db/connection.ts'
import { type Config, isCatalog } from '#lib/config.ts'
import { ConfigError } from '#lib/errors.ts'
import { teamNames } from '#lib/queries/teams.ts'
import { definitions } from '#scorecards/catalogue.ts'
import type { MetricDefinition } from '#scorecards/result.ts'

export interface ShowFilter {
  readonly path?: string
  readonly team?: string
  readonly source?: string
}

export interface Subject {
  readonly pathId?: string
  readonly teamId?: string
  readonly sourceId?: string
}

/** @throws {ConfigError} when `name` is neither id nor key of a metric */
export function findDefinition(name: string): MetricDefinition {
  const found = definitions.find(({ id, key }) => id === name.toUpperCase() || key === name)
  if (found !== undefined) return found
  const isKey = name.includes('_')
  requireKnown(
    'metric',
    name,
    definitions.map(({ id, key }) => (isKey ? key : id)),
  )
  throw new TypeError(`${name} is known, and was not found`)
}

/**
 * The scopes that a question is about: one, or all paths or sources when none is named.
 *
 * @throws {ConfigError} when the filter names something that nobody knows, or that does not fit
 */
export async function listSubjects(
  db: Reader,
  { goldenPaths, sources }: Pick<Config, 'goldenPaths' | 'sources'>,
  { id, area }: MetricDefinition,
  { path, team, source }: ShowFilter,
): Promise<Subject[]> {
  if (area === 'data quality') {
    if (path ?? team) throw new ConfigError(`${id} is about sources: use --source`)
    return choose('source', source, sources).map((sourceId) => ({ sourceId }))
  }
  if (source !== undefined) throw new ConfigError(`${id} is about golden paths: use --path`)
  if (team !== undefined) requireKnown('--team', team, [...(await teamNames(db)).keys()].toSorted())
  return choose('golden path', path, goldenPaths).map((pathId) => ({
    pathId,
    ...(team !== undefined && { teamId: team }),
  }))
}

const OPTIONS = { source: '--source', 'golden path': '--path' } as const

/** The catalogue tells of what stands, not of a time: it is shown only when it is named. */
function choose(
  what: keyof typeof OPTIONS,
  chosen: string | undefined,
  configured: readonly { readonly id: string }[],
): string[] {
  const known = configured.map(({ id }) => id)
  if (chosen !== undefined) {
    requireKnown(OPTIONS[what], chosen, known)
    return [chosen]
  }
  const all = known.filter((id) => what !== 'source' || !isCatalog(id))
  if (all.length === 0) throw new ConfigError(`no ${what} is configured`)
  return all
}
