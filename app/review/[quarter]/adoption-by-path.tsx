import { ChangeWords, FigureLink } from '#app/figure.tsx'
import { formatValue } from '#app/format.ts'
import type { MeasuredMetric } from '#app/measured.ts'
import { Scroll } from '#app/scroll.tsx'
import { VerdictWord } from '#app/state-word.tsx'
import { readResult } from '#app/status.ts'
import { evidenceHref, type View } from '#app/view.ts'
import { comparedOf } from '#app/yardstick.ts'
import type { GoldenPath } from '#lib/queries/golden-paths.ts'
import type { MetricResult } from '#scorecards/result.ts'

/** Adoption of each path by name: all of it, by choice, and where it stood before. */
export function AdoptionByPath({
  paths,
  measured,
  yearAgo,
  view,
}: {
  paths: readonly GoldenPath[]
  measured: readonly MeasuredMetric[]
  yearAgo: readonly MetricResult[]
  view: View
}) {
  return (
    <Scroll label="Adoption, path by path">
      <table>
        <caption>Shares of the teams that are eligible; paths by name</caption>
        <thead>
          <tr>
            <th scope="col">Golden path</th>
            <th scope="col" className="number">
              Adopted
            </th>
            <th scope="col">Teams</th>
            <th scope="col">Status</th>
            <th scope="col">Against the quarter before</th>
            <th scope="col" className="number">
              A year ago
            </th>
            <th scope="col" className="number">
              By choice
            </th>
          </tr>
        </thead>
        <tbody>
          {paths.map((path) => {
            const find = (metricId: string) =>
              measured.find(
                ({ result }) => result.metricId === metricId && result.scope.pathId === path.id,
              )
            return (
              <Row
                key={path.id}
                path={path}
                total={find('ADO-02')}
                voluntary={find('ADO-01')}
                then={yearAgo.find(
                  ({ metricId, scope }) => metricId === 'ADO-02' && scope.pathId === path.id,
                )}
                view={view}
              />
            )
          })}
        </tbody>
      </table>
    </Scroll>
  )
}

function Row({
  path,
  total,
  voluntary,
  then,
  view,
}: {
  path: GoldenPath
  total: MeasuredMetric | undefined
  voluntary: MeasuredMetric | undefined
  then: MetricResult | undefined
  view: View
}) {
  const reading = total && readResult(total.result)
  const change = total && comparedOf(total)
  const link = (metricId: string, text: string | undefined) =>
    text === undefined ? (
      'not computed yet'
    ) : (
      <FigureLink href={evidenceHref(view, metricId, { pathId: path.id })}>{text}</FigureLink>
    )
  return (
    <tr>
      <th scope="row">{path.name}</th>
      <td className="number" data-metric="ADO-02">
        {link('ADO-02', reading?.figure)}
      </td>
      <td>{reading?.counts ?? ''}</td>
      <td>{reading?.verdict != null && <VerdictWord verdict={reading.verdict} />}</td>
      <td>{change != null && <ChangeWords change={change} short />}</td>
      <td className="number">
        {then === undefined ? 'no data' : formatValue(then.value, then.unit, then.n)}
      </td>
      <td className="number" data-metric="ADO-01">
        {link('ADO-01', voluntary && readResult(voluntary.result).figure)}
      </td>
    </tr>
  )
}
