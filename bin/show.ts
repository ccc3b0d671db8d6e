import { requireKnown } from '#bin/known.ts'
import type { Reader } from '#db/connection.ts'
import { findLastScoringRun } from '#db/scoring-runs.ts'
import { COMMAND } from '#lib/command.ts'
import { type Config, isCatalog } from '#lib/config.ts'
import { ConfigError } from '#lib/errors.ts'
import { dayStart, daysBefore, type Period } from '#lib/period.ts'
import { listDeliveryEvidence, measureDelivery } from '#lib/queries/delivery.ts'
import { teamNames } from '#lib/queries/teams.ts'
import { definitions } from '#scorecards/catalogue.ts'
import { DELIVERY_METRICS, ownDaysOf } from '#scorecards/delivery/results.ts'
import type { MetricDefinition, MetricResult } from '#scorecards/result.ts'
import { measureCellsOn, type Question } from '#scorecards/run.ts'

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
  if (isOfDelivery(id)) return listDeliverers(path, team, goldenPaths)
  return choose('golden path', path, goldenPaths).map((pathId) => ({
    pathId,
    ...(team !== undefined && { teamId: team }),
  }))
}

/** Whether a metric is computed from the samples that scoring sets down. */
const isOfDelivery = (metricId: string) => DELIVERY_METRICS.includes(metricId)

/** A team delivers whatever path it takes; without any filter everybody does together. */
function listDeliverers(
  path: string | undefined,
  team: string | undefined,
  goldenPaths: Config['goldenPaths'],
): Subject[] {
  if (team !== undefined) return [{ teamId: team }]
  return path === undefined
    ? [{}]
    : choose('golden path', path, goldenPaths).map((pathId) => ({ pathId }))
}

/**
 * Results with the rows behind them: one, or one for each cell of a metric that is a table; over `period`,
 * where that is given, else over the metric's own days. None where the metric does not exist in the
 * scope.
 *
 * @throws {ConfigError} when it is of delivery and nothing was ever scored
 */
export const measureSubject = (
  db: Reader,
  question: Question,
  period?: Period,
): Promise<MetricResult[]> =>
  isOfDelivery(question.metricId)
    ? measureDelivered(db, question, period)
    : measureCellsOn(db, { ...question, ...(period && { window: period }) })

async function measureDelivered(
  db: Reader,
  { metricId, asOf, now, ...scope }: Question,
  period: Period | undefined,
): Promise<MetricResult[]> {
  if ((await findLastScoringRun(db)) === undefined) {
    throw new ConfigError(`nothing was scored yet: run \`${COMMAND} score\``)
  }
  const end = dayStart(asOf)
  // What has ended is told by all that is known by now.
  const known = period === undefined ? end : dayStart(now)
  const window = period ?? { from: daysBefore(end, ownDaysOf(metricId) ?? 0), to: end }
  const [result] = await measureDelivery(db, {
    scopes: [scope],
    window,
    asOf: known,
    metricIds: [metricId],
    now,
  })
  const evidence = await listDeliveryEvidence(db, {
    ...scope,
    ...window,
    metricId,
    asOf: known,
  })
  return result ? [{ ...result, ...(evidence && { evidence }) }] : []
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

/** The refusal of a metric that is about none of the scopes asked for. */
export const nowhere = ({ id }: MetricDefinition, subjects: readonly Subject[]) =>
  new ConfigError(`${id}: does not exist for ${toScopes(subjects)}`)

function toScopes(subjects: readonly Subject[]): string {
  if (subjects.some(({ teamId }) => teamId !== undefined)) return 'one team; leave out --team'
  const paths = subjects.flatMap(({ pathId }) => pathId ?? []).join(', ')
  return `${paths}; METRICS.md says what it is about`
}

/** What was asked of one scope is one record. */
export const single = <T>(results: readonly T[]) => (results.length === 1 ? results[0] : results)
