import { formatDay } from '#app/format.ts'
import { Scroll } from '#app/scroll.tsx'
import { StateWord } from '#app/state-word.tsx'
import { adoptionWord, ruleWord } from '#app/words.ts'
import type { StateRun } from '#lib/queries/state-runs.ts'

const HEIGHT = 40
/** How far a state fills the strip, so that its shape tells it as well as its colour. */
const FILL: Readonly<Record<string, number>> = {
  adopted: 1,
  partial: 0.65,
  trying: 0.4,
  lapsed: 0.2,
  eligible: 0.08,
  not_eligible: 0.03,
  unknown: 0,
  excepted: 0.12,
}

const WEEK_MS = 7 * 24 * 60 * 60 * 1000

/** The states of a team on a path, week by week; a week never scored is a gap. */
export function StateStrip({ runs, title }: { runs: readonly StateRun[]; title: string }) {
  const first = runs[0]?.first
  const last = runs.at(-1)?.last
  if (first === undefined || last === undefined) {
    return <p className="note">No week has been scored yet.</p>
  }
  const weekOf = (instant: Date) => Math.round((instant.getTime() - first.getTime()) / WEEK_MS)
  const weeks = weekOf(last) + 1
  return (
    <figure className="strip">
      <svg
        viewBox={`0 0 ${weeks} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`States on ${title}, week by week from ${formatDay(first)} to ${formatDay(last)}`}
      >
        <rect className="ground" x="0" y={HEIGHT - 1} width={weeks} height="1" />
        {runs.map((run) => {
          const { key } = adoptionWord(run.state)
          const height = (FILL[run.state] ?? 0) * HEIGHT
          return (
            <rect
              key={run.first.toISOString()}
              className={`key-${key}`}
              x={weekOf(run.first)}
              y={HEIGHT - height}
              width={run.weeks}
              height={height}
            />
          )
        })}
      </svg>
      <figcaption>
        <span>{formatDay(first)}</span>
        <span>{formatDay(last)}</span>
      </figcaption>
      <details>
        <summary>The same as a table</summary>
        <Scroll label={`States on ${title}`}>
          <table>
            <caption>States on {title}, newest first</caption>
            <thead>
              <tr>
                <th scope="col">State</th>
                <th scope="col">From week ending</th>
                <th scope="col">To week ending</th>
                <th scope="col" className="number">
                  Weeks
                </th>
                <th scope="col">Why</th>
              </tr>
            </thead>
            <tbody>
              {runs.toReversed().map((run) => (
                <tr key={run.first.toISOString()}>
                  <td>
                    <StateWord word={adoptionWord(run.state)} />
                  </td>
                  <td className="nowrap">{formatDay(run.first)}</td>
                  <td className="nowrap">{formatDay(run.last)}</td>
                  <td className="number">{run.weeks}</td>
                  <td className="evidence">{ruleWord(run.rule)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      </details>
    </figure>
  )
}
