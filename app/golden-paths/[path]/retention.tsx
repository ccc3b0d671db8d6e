import { CsvLink } from '#app/data-table-view.tsx'
import { DefinitionPopover } from '#app/definition-popover.tsx'
import { definitionOf } from '#app/definitions.ts'
import { formatCountOf, formatDay, formatPercent } from '#app/format.ts'
import { Link } from '#app/link.tsx'
import { Scroll } from '#app/scroll.tsx'
import { readResult } from '#app/status.ts'
import { resultHref, type View } from '#app/view.ts'
import type { GoldenPath } from '#lib/queries/golden-paths.ts'
import { type MetricResult, sizeOf } from '#scorecards/result.ts'

/** Its cells are results of one cohort, named by its first day, so many weeks after adopting. */
export const RETENTION = 'ADO-06'

const ALL = 'all'

/** Of the teams that adopted in the same four weeks, how many are still there: a triangle, as a table. */
export function Retention({
  results,
  path,
  view,
}: {
  /** Every cell. */
  results: readonly MetricResult[]
  path: GoldenPath
  view: View
}) {
  const cohorts = [...Map.groupBy(results, ({ parameters }) => String(parameters['cohort']))]
  const weeks = [...new Set(results.map(({ parameters }) => Number(parameters['weeks'])))].toSorted(
    (a, b) => a - b,
  )
  if (cohorts.length < 2) {
    return <p className="note">No team had adopted it by the last week that was scored.</p>
  }
  const caption = `Of the teams that adopted ${path.name} in the same four weeks, the share that was on it so long after. Empty: not all of them are that far yet.`
  const rows = cohorts.toSorted(([a], [b]) => rank(a) - rank(b) || b.localeCompare(a))
  return (
    <>
      <div className="small">
        {pooledSentence(results)}{' '}
        <DefinitionPopover definition={definitionOf(RETENTION)} place="retention" />
      </div>
      <CsvLink id="retention" view={view} file={{ path: path.id }} />
      <Scroll label={`Who stays on ${path.name}`}>
        <table className="retention">
          <caption>{caption}</caption>
          <thead>
            <tr>
              <th scope="col">Adopted in four weeks from</th>
              <th scope="col" className="number">
                Teams
              </th>
              {weeks.map((count) => (
                <th key={count} scope="col" className="number">
                  {count} weeks later
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(([cohort, cells]) => (
              <tr key={cohort}>
                <th scope="row" className="nowrap">
                  {cohort === ALL ? 'All old enough' : formatDay(new Date(cohort))}
                </th>
                <td className="number">{cohort === ALL ? '' : teamsIn(cells)}</td>
                {weeks.map((count) => (
                  <Cell
                    key={count}
                    cell={cells.find(({ parameters }) => parameters['weeks'] === count)}
                    view={view}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </>
  )
}

/** The pooled row goes last. */
const rank = (cohort: string) => (cohort === ALL ? 1 : 0)

/** All that adopted then, also those that are not counted in a cell. */
function teamsIn(cells: readonly MetricResult[]): number {
  return Math.max(
    ...cells.map(({ evidence }) => evidence.reduce((sum, set) => sum + sizeOf(set), 0)),
  )
}

/** A share of too few teams is told by its counts alone. */
function Cell({ cell, view }: { cell: MetricResult | undefined; view: View }) {
  if (cell === undefined || cell.denominator === null || cell.denominator === 0) {
    return <td className="number" />
  }
  const { value, numerator, denominator, n } = cell
  const counts = `${numerator} of ${denominator}`
  return (
    <td
      className="number share"
      style={value === null ? undefined : ({ '--share': value } as React.CSSProperties)}
      data-metric={cell.metricId}
    >
      <Link href={resultHref(view, cell)} scroll={false}>
        {readResult(cell).hasFigure ? (
          <>
            {formatPercent(value ?? 0, n)}
            <div>{counts}</div>
          </>
        ) : (
          counts
        )}
      </Link>
    </td>
  )
}

/** What the pooled cohorts say of the longest time that some of them have reached. */
function pooledSentence(results: readonly MetricResult[]): string {
  const known = results.filter(
    (cell) => cell.parameters['cohort'] === ALL && readResult(cell).hasFigure,
  )
  const longest = known.toSorted(
    (a, b) => Number(b.parameters['weeks']) - Number(a.parameters['weeks']),
  )[0]
  if (longest === undefined || longest.value === null) {
    return 'Too few teams adopted it long enough ago to say a share.'
  }
  const { value, n, numerator, denominator, parameters } = longest
  return `${formatPercent(value, n)} were still on it ${formatCountOf(Number(parameters['weeks']), 'week')} after adopting (${numerator} of ${denominator} teams).`
}
