import { metricName } from '#app/definitions.ts'
import { FigureLink } from '#app/figure.tsx'
import { Scroll } from '#app/scroll.tsx'
import { VerdictMark } from '#app/state-word.tsx'
import { readResult } from '#app/status.ts'
import { evidenceHref, type View } from '#app/view.ts'
import type { GoldenPath } from '#lib/queries/golden-paths.ts'
import { definitions } from '#scorecards/catalogue.ts'
import type { MetricResult } from '#scorecards/result.ts'

/** Metrics against paths, each cell a value with the shape of its status. */
export function HeatMap({
  paths,
  results,
  view,
}: {
  paths: readonly GoldenPath[]
  results: readonly MetricResult[]
  view: View
}) {
  const rows = definitions.filter(({ id }) =>
    results.some(({ metricId, scope }) => metricId === id && scope.pathId !== undefined),
  )
  return (
    <Scroll label="Figures, path by path">
      <table className="heat">
        <caption>
          Paths by name. The shape says the status; a cell without a number says why.
        </caption>
        <thead>
          <tr>
            <th scope="col">Metric</th>
            {paths.map(({ id, name }) => (
              <th key={id} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id }) => (
            <tr key={id}>
              <th scope="row">{metricName(id)}</th>
              {paths.map((path) => (
                <Cell
                  key={path.id}
                  result={results.find(
                    ({ metricId, scope }) => metricId === id && scope.pathId === path.id,
                  )}
                  href={evidenceHref(view, id, { pathId: path.id })}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

function Cell({ result, href }: { result: MetricResult | undefined; href: string }) {
  if (result === undefined) return <td className="note">not computed</td>
  const { figure, hasFigure, verdict } = readResult(result)
  return (
    <td className={hasFigure ? '' : 'note'} data-metric={result.metricId}>
      {verdict !== null && <VerdictMark verdict={verdict} />}{' '}
      <FigureLink href={href}>{figure}</FigureLink>
    </td>
  )
}
