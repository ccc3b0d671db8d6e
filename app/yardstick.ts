import { type Change, changeOf, sizeOf, usable, verdictOf } from '#app/change.ts'
import { definitionOf } from '#app/definitions.ts'
import { formatCountOf, formatDay, formatPercent, formatValue } from '#app/format.ts'
import type { GoldenPath } from '#lib/queries/golden-paths.ts'
import type { TeamValue } from '#lib/queries/team-values.ts'
import { median } from '#lib/stats/quantiles.ts'
import type { MetricResult } from '#scorecards/result.ts'
import { type Progress, progressOf, type Target, toTarget } from '#scorecards/target.ts'

/** What a figure is held against where that is no earlier figure. */
export type Yardstick =
  | { readonly kind: 'target'; readonly value: number; readonly target: Target }
  | { readonly kind: 'median'; readonly value: number; readonly teams: number }

/** A figure, and what it is compared with. */
export interface Compared {
  readonly result: MetricResult
  /** An earlier result; undefined when there is none or nothing is compared. */
  readonly before: MetricResult | undefined
  /** In its place, where a view compares with the target or with the median. */
  readonly yardstick?: Yardstick | undefined
}

/** With fewer others their median would tell of single teams. */
const LEAST_OTHER_TEAMS = 5

/** What the golden path of a figure has set out to reach with it; undefined for figures of a team. */
export function targetOf(
  { metricId, scope }: MetricResult,
  paths: readonly GoldenPath[],
): Yardstick | undefined {
  const path = paths.find(({ id }) => id === scope.pathId)
  if (path === undefined || scope.teamId !== undefined) return undefined
  const definition = definitionOf(metricId)
  const [target] = path.rules.targets.flatMap(
    (terms) => toTarget(terms, definition, path.availableSince) ?? [],
  )
  return target && { kind: 'target', value: target.target, target }
}

/** The median of the other teams; undefined below five of them, and for what is of no team. */
export function medianOf(
  { metricId, scope: { pathId = '', teamId } }: MetricResult,
  values: readonly TeamValue[],
): Yardstick | undefined {
  if (teamId === undefined) return undefined
  const others = values.filter(
    (one) => one.metricId === metricId && one.pathId === pathId && one.teamId !== teamId,
  )
  if (others.length < LEAST_OTHER_TEAMS) return undefined
  const value = median(others.map((one) => one.value))
  return value === null ? undefined : { kind: 'median', value, teams: others.length }
}

/** In the unit of the figure; null where there is nothing to compare with. */
export const comparedValue = ({ before, yardstick }: Compared): number | null =>
  yardstick?.value ?? usable(before)

/** `2026-08-24`, `target`, `median`: what that value is; null where there is none. */
export function comparedName(compared: Compared): string | null {
  if (comparedValue(compared) === null) return null
  const { before, yardstick } = compared
  return yardstick?.kind ?? before?.asOf.slice(0, 10) ?? null
}

/** How a figure stands to what it is compared with; null where there is nothing to compare. */
export function comparedOf({ result, before, yardstick }: Compared): Change | null {
  const definition = definitionOf(result.metricId)
  if (yardstick === undefined) return changeOf(result, before, definition.direction)
  return yardstick.kind === 'target'
    ? againstTarget(result, yardstick.target)
    : againstMedian(result, yardstick)
}

const OUTCOMES: Readonly<Record<Progress['outcome'], Pick<Change, 'tone' | 'arrow'>>> = {
  met: { tone: 'good', arrow: 'up' },
  met_uncertain: { tone: 'good', arrow: 'up' },
  on_track: { tone: 'good', arrow: null },
  behind: { tone: 'bad', arrow: 'down' },
  open: { tone: 'quiet', arrow: null },
  not_comparable: { tone: 'quiet', arrow: null },
}

function againstTarget(result: MetricResult, target: Target): Change | null {
  const progress = progressOf(result, definitionOf(result.metricId), target)
  const { outcome, gap } = progress
  if (outcome === 'not_comparable' || gap === null) return null
  const aim = formatValue(target.target, result.unit, result.n)
  const isMet = outcome === 'met' || outcome === 'met_uncertain'
  const short = isMet
    ? `target met${outcome === 'met_uncertain' ? ', uncertain' : ''}`
    : `${sizeOf(Math.abs(gap), result)} to go`
  const by = target.by === null ? '' : ` by ${formatDay(new Date(target.by.getTime() - 1))}`
  return { ...OUTCOMES[outcome], short, words: `${short}: ${aim}${by}${paceWords(progress)}` }
}

/** `; 40% of the way in 60% of the time`. */
function paceWords({ outcome, wayShare, timeShare }: Progress): string {
  const isOpen = outcome === 'on_track' || outcome === 'behind'
  if (!isOpen || wayShare === null || timeShare === null) return ''
  const way = formatPercent(Math.max(0, wayShare), null)
  return `; ${way} of the way in ${formatPercent(timeShare, null)} of the time`
}

function againstMedian(
  result: MetricResult,
  { value, teams }: Extract<Yardstick, { kind: 'median' }>,
): Change | null {
  const stands = result.status === 'ok' || result.status === 'source_partial'
  if (!stands || result.value === null) return null
  const text = (one: number) => formatValue(one, result.unit, result.n)
  const others = `the median of ${formatCountOf(teams, 'other team')} (${text(value)})`
  if (text(value) === text(result.value)) {
    return { words: `as ${others}`, short: 'as the median', tone: 'quiet', arrow: null }
  }
  const { word, tone, arrow } = verdictOf(
    result.value - value,
    definitionOf(result.metricId).direction,
  )
  const short = `${sizeOf(Math.abs(result.value - value), result)} ${word}`
  return { tone, arrow, short, words: `${short} than ${others}` }
}
