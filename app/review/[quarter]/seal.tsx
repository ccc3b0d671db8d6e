import { definitionOf } from '#app/definitions.ts'
import { formatCountOf, formatDay } from '#app/format.ts'
import type { MeasuredMetric } from '#app/measured.ts'
import { readResult } from '#app/status.ts'
import type { SealedQuarter } from '#lib/queries/sealed-quarter.ts'
import { cellOf } from '#scorecards/measurement-row.ts'
import { type Restatement, subjectKey } from '#scorecards/restatement.ts'
import type { MetricResult } from '#scorecards/result.ts'

/**
 * Each figure as it was sealed, also one that is told no more, beside what it is compared with today; what was
 * not among them is not said.
 */
export const asSealed = (
  measured: readonly MeasuredMetric[],
  { results }: Pick<SealedQuarter, 'results'>,
): MeasuredMetric[] => {
  const live = new Map(measured.map((one) => [subjectKey(one.result), one]))
  return results.filter(isOnReview).map((result) => {
    const { before, yardstick } = live.get(subjectKey(result)) ?? {}
    return { result, before, yardstick, series: [] }
  })
}

/** A review shows no cells of tables. */
const isOnReview = (result: MetricResult) => cellOf(result) === ''

export const restatedOnReview = ({ restated }: Pick<SealedQuarter, 'restated'>): Restatement[] =>
  restated.filter(({ was }) => isOnReview(was))

/** Whether the review may still change. */
export function SealNote({ seal }: { seal: SealedQuarter | undefined }) {
  if (seal === undefined) {
    return <p className="draft">Draft: figures follow their sources, and may still change.</p>
  }
  const count = restatedOnReview(seal).length
  return (
    <p className="draft">
      Sealed on {formatDay(seal.sealedAt)}: figures and definitions stay as they were then. The rows
      behind a figure, and lists of requests, teams and exceptions, follow their sources.{' '}
      {count > 0 && <a href="#restated">{formatCountOf(count, 'figure')} restated since</a>}
    </p>
  )
}

/** Each figure that says another thing today, as it was and as it is. */
export function Restatements({
  seal,
  names,
}: {
  seal: SealedQuarter
  /** Path id → name. */
  names: ReadonlyMap<string, string>
}) {
  return (
    <ul className="stack [--gap-y:.5rem]">
      {restatedOnReview(seal).map(({ was, is }) => (
        <li key={subjectKey(was)}>
          {definitionOf(was.metricId).name}, {names.get(was.scope.pathId ?? '') ?? 'all'}:{' '}
          {textOf(was)}, now {is === null ? 'told no more' : textOf(is)}
        </li>
      ))}
    </ul>
  )
}

function textOf(result: MetricResult): string {
  const { figure, counts } = readResult(result)
  return counts === null ? figure : `${figure} (${counts})`
}
