import { measureSubject, type Subject } from '#bin/show.ts'
import type { Reader } from '#db/connection.ts'
import type { Config, GoldenPathConfig } from '#lib/config.ts'
import { ConfigError } from '#lib/errors.ts'
import { parseWindow, previousWindow, type Window, yearEarlier } from '#lib/windows.ts'
import { type Comparison, compareResults } from '#scorecards/comparison.ts'
import type { MetricDefinition, MetricResult } from '#scorecards/result.ts'
import { type Progress, progressOf, type Target, toAmount, toTarget } from '#scorecards/target.ts'

/** A result over a period, beside that over another. */
export interface PeriodComparison extends Comparison {
  readonly period: Window
  readonly current: MetricResult
  readonly referencePeriod: Window
  readonly reference: MetricResult
}

/** A result over a period, beside what its golden path has set out to reach. */
export interface TargetComparison extends Progress {
  readonly period: Window
  readonly current: MetricResult
  readonly target: Target
}

type Organisation = Config['organisation']

/**
 * The period that `--period` names.
 *
 * @throws {ConfigError} when it names none, or one that is not over at `now`
 */
export function parsePeriod(text: string, organisation: Organisation, now: Date): Window {
  const window = parseWindow(text, organisation)
  if (window === null) {
    throw new ConfigError(
      `--period: expected a week such as 2026-W34, a month such as 2026-08, a fiscal quarter such as 2026-Q3 or year such as 2026, or days such as 2026-07-01..2026-09-30, both of them in it, not "${text}"`,
    )
  }
  if (window.period.to <= now) return window
  throw new ConfigError(
    `--period: ${window.name} goes on until ${window.period.to.toISOString()}; name a period that is over`,
  )
}

/** @throws {ConfigError} where the year before had no such period */
export function referenceOf(
  window: Window,
  to: 'previous' | 'year-ago',
  organisation: Organisation,
): Window {
  if (to === 'previous') return previousWindow(window, organisation)
  const earlier = yearEarlier(window, organisation)
  if (earlier !== null) return earlier
  throw new ConfigError(`--period: ${window.name} has no counterpart a year earlier`)
}

export interface Asked {
  readonly definition: MetricDefinition
  readonly subject: Subject
  readonly window: Window
  readonly now: Date
}

/** Undefined where the metric does not exist in that scope. */
export async function compareWithPeriod(
  db: Reader,
  asked: Asked,
  reference: Window,
): Promise<PeriodComparison | undefined> {
  const own = await measureOver(db, asked)
  const other = await measureOver(db, { ...asked, window: reference })
  return (
    own &&
    other && {
      period: asked.window,
      current: own,
      referencePeriod: reference,
      reference: other,
      ...compareResults(own, other),
    }
  )
}

/** One for each target of the golden path that is about the metric. */
export async function compareWithTargets(
  db: Reader,
  asked: Asked,
  paths: readonly GoldenPathConfig[],
): Promise<TargetComparison[]> {
  const { definition, subject, window } = asked
  const targets = paths
    .filter(({ id }) => id === subject.pathId)
    .flatMap((path) => listTargets(path, definition))
  const current = targets.length === 0 ? undefined : await measureOver(db, asked)
  if (current === undefined) return []
  return targets.map((target) => ({
    period: window,
    current,
    target,
    ...progressOf(current, definition, target),
  }))
}

/** Of a metric that is a table its first cell. */
async function measureOver(
  db: Reader,
  { definition, subject, window, now }: Asked,
): Promise<MetricResult | undefined> {
  const question = { metricId: definition.id, ...subject, asOf: window.period.to, now }
  const [result] = await measureSubject(db, question, window.period)
  return result
}

/** @throws {ConfigError} when a target is written in what its metric is not measured in */
function listTargets(path: GoldenPathConfig, definition: MetricDefinition): Target[] {
  const { id, key, unit } = definition
  return path.targets
    .filter(({ metric }) => metric.toUpperCase() === id || metric === key)
    .map((terms) => {
      const target = toTarget(terms, definition, new Date(path.availableSince))
      if (target !== null) return target
      const text = toAmount(terms.target, unit) === null ? terms.target : terms.baseline
      throw new ConfigError(`goldenPaths.${path.id}.targets: ${id} is in ${unit}, not "${text}"`)
    })
}
