import { formatDay } from '#app/format.ts'
import { StateChart } from '#app/golden-paths/[path]/state-chart.client.tsx'
import { Scroll } from '#app/scroll.tsx'
import { ADOPTION_ORDER, adoptionWord } from '#app/words.ts'
import { toDay } from '#lib/period.ts'
import type { WeekOfStates } from '#lib/queries/state-counts.ts'

/** Teams by state, week by week: a chart, and the same as a table. */
export function StatesOverTime({
  weeks,
  title,
}: {
  weeks: readonly WeekOfStates[]
  title: string
}) {
  const states = ADOPTION_ORDER.filter(
    (state) => state !== 'not_eligible' && weeks.some(({ counts }) => (counts?.[state] ?? 0) > 0),
  )
  if (states.length === 0) return <p className="note">No week has been scored yet.</p>
  const series = states.map((state) => ({ state, name: adoptionWord(state).word }))
  return (
    <figure className="chart">
      <StateChart
        title={title}
        series={series}
        points={weeks.map(({ weekEnd, counts }) => ({ day: formatDay(weekEnd), counts }))}
      />
      <details>
        <summary>The same as a table</summary>
        <Scroll label={title}>
          <table>
            <caption>{title}</caption>
            <thead>
              <tr>
                <th scope="col">Week that ended</th>
                {series.map(({ state, name }) => (
                  <th key={state} scope="col" className="number">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {weeks.toReversed().map(({ weekEnd, counts }) => (
                <tr key={toDay(weekEnd)}>
                  <th scope="row">{toDay(weekEnd)}</th>
                  {states.map((state) => (
                    <td key={state} className="number">
                      {counts === null ? 'no data' : (counts[state] ?? 0)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      </details>
    </figure>
  )
}
