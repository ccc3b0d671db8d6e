import { definitionOf } from '#app/definitions.ts'
import { formatCountOf, formatDay } from '#app/format.ts'
import type { MeasuredMetric } from '#app/measured.ts'
import { readResult } from '#app/status.ts'
import type { SealedQuarter } from '#lib/queries/sealed-quarter.ts'
import { cellOf } from '#scorecards/measurement-row.ts'
import { type Restatement, subjectKey } from '#scorecards/restatement.ts'
import type { MetricResult } from '#scorecards/result.ts'

/** Each figure as it was sealed; what was not among them is not said. */
export function asSealed(
  measured: readonly MeasuredMetric[],
  { results }: Pick<SealedQuarter, 'results'>,
): MeasuredMetric[] {
  const sealed = new Map(results.map((result) => [subjectKey(result), result]))
  return measured.flatMap((one) => {
    const result = sealed.get(subjectKey(one.result))
    return result === undefined ? [] : [{ ...one, result }]
  })
}

/** Of what a review shows: figures of the organisation and of paths. */
export const restatedOnReview = ({ restated }: Pick<SealedQuarter, 'restated'>): Restatement[] =>
  restated.filter(
    ({ was }) =>
      was.scope.teamId === undefined && was.scope.sourceId === undefined && cellOf(was) === '',
  )

/** Whether the review may still change. */
export function SealNote({ seal }: { seal: SealedQuarter | undefined }) {
  if (seal === undefined) {
    return <p className="draft">Draft: figures follow their sources, and may still change.</p>
  }
  const count = restatedOnReview(seal).length
  return (
    <p className="draft">
      Sealed on {formatDay(seal.sealedAt)}: figures and definitions stay as they were then. Lists of
      requests, teams and exceptions follow their sources.{' '}
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
