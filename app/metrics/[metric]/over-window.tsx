import { CsvLink } from '#app/data-table-view.tsx'
import { FigureLink } from '#app/figure.tsx'
import { formatDay } from '#app/format.ts'
import { partLines } from '#app/parts.ts'
import { Scroll } from '#app/scroll.tsx'
import { readResult } from '#app/status.ts'
import { hereWith, type View } from '#app/view.ts'
import { differenceSentence } from '#app/window-words.ts'
import { compareOver, windowName } from '#app/windows.ts'
import { comparedOf } from '#app/yardstick.ts'
import type { Window } from '#lib/windows.ts'
import type { MetricDefinition, MetricResult, Scope } from '#scorecards/result.ts'

/** A figure over the range of the view, which may be another than the metric's own days, and beside it. */
export async function OverWindow({
  definition,
  scope,
  view,
}: {
  definition: MetricDefinition
  scope: Scope
  view: View
}) {
  const [compared] = await compareOver(view, { metricId: definition.id, scope })
  if (compared === undefined) return null
  const { window, result, referenceWindow, reference, comparison, yardstick } = compared
  const held = yardstick === undefined ? null : comparedOf({ result, before: undefined, yardstick })
  return (
    <section className="section" aria-labelledby="over-window">
      <h2 id="over-window">Over the time shown</h2>
      <CsvLink id="comparison" view={view} file={{ ev: { metricId: definition.id, scope } }} />
      {definition.toldOf === 'moment' && (
        <p className="note">It is a state at a moment: each is told as it stood at its end.</p>
      )}
      {comparison !== null && <p>{differenceSentence(comparison, result, definition)}</p>}
      {held !== null && <p>{held.words}.</p>}
      {view.comparison.text === 'median' && yardstick?.kind !== 'median' && (
        <p className="note">{noMedianSentence(scope)}</p>
      )}
      <Scroll label="Figures over the time shown">
        <table>
          <caption>{definition.name}, over the time shown and what it is compared with</caption>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col" className="number">
                Value
              </th>
              <th scope="col">Counts</th>
              <th scope="col">Interval</th>
            </tr>
          </thead>
          <tbody>
            <Row window={window} result={result} view={view} />
            {referenceWindow !== null && (
              <Row window={referenceWindow} result={reference} view={view} />
            )}
          </tbody>
        </table>
      </Scroll>
    </section>
  )
}

/** Why a figure stands beside no median. */
const noMedianSentence = ({ teamId }: Scope) =>
  teamId === undefined
    ? 'There is no median of the other teams: this figure is of no single team.'
    : 'There is no median: fewer than five other teams have a value over this time.'

function Row({
  window,
  result,
  view,
}: {
  window: Window
  result: MetricResult | undefined
  view: View
}) {
  if (result === undefined) {
    return (
      <tr>
        <th scope="row">{windowName(window)}</th>
        <td className="number">not measured</td>
        <td />
        <td />
      </tr>
    )
  }
  const { figure, counts, interval } = readResult(result)
  const { metricId, scope } = result
  const isOver = new Date(result.asOf) >= window.period.to
  return (
    <tr>
      <th scope="row">
        {windowName(window)}
        {!isOver && <span className="note"> up to {formatDay(new Date(result.asOf))}</span>}
      </th>
      <td className="number">
        <FigureLink href={hereWith(view, { ev: { metricId, scope, window: window.name } })}>
          {figure}
        </FigureLink>
      </td>
      <td>{counts ?? partLines(result).join('; ')}</td>
      <td>{interval}</td>
    </tr>
  )
}
