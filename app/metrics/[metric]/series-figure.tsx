import type { ComparedSeries } from '#app/compared-series.ts'
import { CsvLink } from '#app/data-table-view.tsx'
import { formatDay, formatValue } from '#app/format.ts'
import { Link } from '#app/link.tsx'
import { SeriesChart } from '#app/metrics/[metric]/series-chart.client.tsx'
import { Scroll } from '#app/scroll.tsx'
import { trendSentence } from '#app/trend.ts'
import { hereWith, type View } from '#app/view.ts'
import { toDay } from '#lib/period.ts'
import { naturalLimits } from '#lib/stats/process-behaviour.ts'
import type { MetricDefinition, Scope } from '#scorecards/result.ts'

const EACH_ENDS = {
  week: 'Week that ended',
  month: 'Month that ended',
  quarter: 'Quarter that ended',
  wave: 'Wave that closed',
} as const

const BUCKETS = ['week', 'month', 'quarter'] as const

/** Links, so that each is an address. */
function BucketChoice({ each, view }: { each: ComparedSeries['each']; view: View }) {
  return (
    <p className="choices">
      {BUCKETS.map((bucket) => (
        <Link
          key={bucket}
          href={hereWith(view, { bucket: bucket === 'week' ? undefined : bucket })}
          aria-current={bucket === each ? 'true' : undefined}
          scroll={false}
        >
          by {bucket}
        </Link>
      ))}
    </p>
  )
}

/** A figure week by week, or over longer windows, with the limits within which it usually stays, and the same as a table. */
export function SeriesFigure({
  definition,
  scope,
  series: { each, points, comparedWith },
  view,
}: {
  definition: MetricDefinition
  scope: Scope
  series: ComparedSeries
  view: View
}) {
  const known = points.filter(({ value }) => value !== null)
  if (known.length === 0 && each === 'wave') return null
  const say = (value: number) => formatValue(value, definition.unit, null)
  const limits = each === 'wave' ? null : naturalLimits(points.map(({ value }) => value))
  const isShare = definition.unit.startsWith('fraction')
  return (
    <section className="section" aria-labelledby="over-time">
      <h2 id="over-time">Over time</h2>
      {each !== 'wave' && <BucketChoice each={each} view={view} />}
      <CsvLink id="series" view={view} file={{ ev: { metricId: definition.id, scope } }} />
      <figure className="chart">
        {known.length > 0 && (
          <SeriesChart
            title={definition.name}
            points={points.map(({ at, value, compared }) => ({
              day: formatDay(at),
              value,
              compared,
            }))}
            comparedWith={comparedWith}
            isShare={isShare}
            limits={
              limits && { upper: limits.upper, lower: limits.lower >= 0 ? limits.lower : null }
            }
          />
        )}
        <figcaption className="small">
          {trendSentence(points, say)}{' '}
          {limits !== null &&
            `It usually stays between ${say(Math.max(0, limits.lower))} and ${say(limits.upper)}.`}{' '}
          {comparedWith !== null && `Dashed: ${comparedWith.toLowerCase()}.`}
        </figcaption>
        <details className="mt-2">
          <summary>The same as a table</summary>
          <Scroll label={`${definition.name}, by ${each}`}>
            <table>
              <caption>
                {definition.name}, by {each}, newest first
              </caption>
              <thead>
                <tr>
                  <th scope="col">{EACH_ENDS[each]}</th>
                  <th scope="col" className="number">
                    Value
                  </th>
                  <th scope="col" className="number">
                    Cases
                  </th>
                  {comparedWith !== null && (
                    <th scope="col" className="number">
                      {comparedWith}
                    </th>
                  )}
                </tr>
              </thead>
              <tbody>
                {points.toReversed().map(({ at, value, n, compared }) => (
                  <tr key={toDay(at)}>
                    <th scope="row">{toDay(at)}</th>
                    <td className="number">{value === null ? 'no data' : say(value)}</td>
                    <td className="number">{n ?? ''}</td>
                    {comparedWith !== null && (
                      <td className="number">{compared === null ? 'no data' : say(compared)}</td>
                    )}
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        </details>
      </figure>
    </section>
  )
}
