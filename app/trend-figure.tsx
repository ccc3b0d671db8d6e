import { formatPercent } from '#app/format.ts'
import { Scroll } from '#app/scroll.tsx'
import { runsOf, type TrendPoint, trendSentence } from '#app/trend.ts'
import { toDay } from '#lib/period.ts'
import type { AdoptionPoint } from '#lib/queries/adoption-trend.ts'

const WIDTH = 400
const HEIGHT = 120
const LEFT = 30
const BOTTOM = 18
const TOP = 6

/** Total and voluntary adoption over time, drawn on the server, with the same as a table. */
export function AdoptionTrend({
  points,
  title,
}: {
  /** Oldest first, one for every moment asked for. */
  points: readonly AdoptionPoint[]
  title: string
}) {
  const total = points.map(({ at, total: value }) => ({ at, value }))
  const voluntary = points.map(({ at, voluntary: value }) => ({ at, value }))
  const sentence = trendSentence(total)
  return (
    <figure className="trend">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${title}. ${sentence}`}>
        <Grid />
        <Years points={points} />
        <Area points={voluntary} />
        <Line points={total} className="total" />
        <Line points={voluntary} className="by-choice" />
      </svg>
      <figcaption>
        <span className="line-key" />
        all adopters <span className="line-key by-choice" />
        by choice. {sentence}
      </figcaption>
      <AdoptionTrendTable points={points} title={title} />
    </figure>
  )
}

const yOf = (value: number) => TOP + (1 - value) * (HEIGHT - TOP - BOTTOM)
const xOf = (index: number, count: number) =>
  LEFT + (count < 2 ? 0 : (index / (count - 1)) * (WIDTH - LEFT - 4))

function Grid() {
  return [0, 0.5, 1].map((value) => (
    <g key={value}>
      <line className="grid" x1={LEFT} x2={WIDTH} y1={yOf(value)} y2={yOf(value)} />
      <text x={LEFT - 6} y={yOf(value) + 4} textAnchor="end">
        {formatPercent(value, null)}
      </text>
    </g>
  ))
}

function Years({ points }: { points: readonly AdoptionPoint[] }) {
  const starts = points.flatMap(({ at }, index) => {
    const before = points[index - 1]
    const begins = before !== undefined && before.at.getUTCFullYear() !== at.getUTCFullYear()
    return begins ? [{ index, year: at.getUTCFullYear() }] : []
  })
  return starts.map(({ index, year }) => {
    const x = xOf(index, points.length)
    return (
      <g key={year}>
        <line className="grid" x1={x} x2={x} y1={TOP} y2={HEIGHT - BOTTOM + 4} />
        <text x={x} y={HEIGHT - 2} textAnchor={index < points.length * 0.9 ? 'start' : 'end'}>
          {year}
        </text>
      </g>
    )
  })
}

function Line({ points, className }: { points: readonly TrendPoint[]; className: string }) {
  return runsOf(points).map((run) => {
    const [first] = run
    if (first === undefined) return null
    const x = xOf(first.index, points.length)
    if (run.length === 1) {
      return <circle key={x} className={className} cx={x} cy={yOf(first.value)} r="1.5" />
    }
    return <path key={x} className={className} d={`M${corners(run, points.length)}`} />
  })
}

function Area({ points }: { points: readonly TrendPoint[] }) {
  return runsOf(points).map((run) => {
    const ends = [run[0], run.at(-1)].map((end) => xOf(end?.index ?? 0, points.length).toFixed(1))
    const [from, to] = ends
    return (
      <path
        key={from}
        className="area"
        d={`M${from},${yOf(0)}L${corners(run, points.length)}L${to},${yOf(0)}Z`}
      />
    )
  })
}

const corners = (run: readonly { index: number; value: number }[], count: number) =>
  run
    .map(({ index, value }) => `${xOf(index, count).toFixed(1)},${yOf(value).toFixed(1)}`)
    .join('L')

/** Newest first, as a reader looks for the latest. */
function AdoptionTrendTable({
  points,
  title,
}: {
  points: readonly AdoptionPoint[]
  title: string
}) {
  return (
    <details>
      <summary>The same as a table</summary>
      <Scroll label={title}>
        <table>
          <caption>{title}</caption>
          <thead>
            <tr>
              <th scope="col">As of</th>
              <th scope="col" className="number">
                Adopted
              </th>
              <th scope="col" className="number">
                By choice
              </th>
              <th scope="col" className="number">
                Teams
              </th>
            </tr>
          </thead>
          <tbody>
            {points.toReversed().map((point) => (
              <tr key={toDay(point.at)}>
                <th scope="row">{toDay(point.at)}</th>
                <td className="number">{shareOf(point.total, point.eligible)}</td>
                <td className="number">{shareOf(point.voluntary, point.eligible)}</td>
                <td className="number">
                  {point.adopted === null || point.eligible === null
                    ? 'no data'
                    : `${point.adopted} of ${point.eligible}`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </details>
  )
}

const shareOf = (value: number | null, cases: number | null) =>
  value === null ? 'no data' : formatPercent(value, cases)
