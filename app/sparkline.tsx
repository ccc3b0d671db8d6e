import { area, line } from 'd3-shape'

const WIDTH = 160
const HEIGHT = 36
const PAD = 3

/**
 * A series as a line without axes, drawn on the server; where nothing was measured it has a gap.
 * Shares stand on a scale from 0 to 1 unless they stay in a small part of it.
 */
export function Sparkline({
  values,
  compared,
  label,
}: {
  /** Oldest first; null draws a gap. */
  values: readonly (number | null)[]
  /** What it is compared with: a dashed line across. */
  compared?: number | null
  label: string
}) {
  const known = values.filter((value) => value !== null)
  if (known.length < 2) return null
  const all = compared == null ? known : [...known, compared]
  const [low, high] = spread(Math.min(...all), Math.max(...all))
  const x = (index: number) => PAD + (index / (values.length - 1)) * (WIDTH - 2 * PAD)
  const y = (value: number) => HEIGHT - PAD - ((value - low) / (high - low)) * (HEIGHT - 2 * PAD)
  const points = values.map((value, index) => ({ value, index }))
  const isKnown = ({ value }: Point) => value !== null
  const across = (point: Point) => x(point.index)
  const up = ({ value }: Point) => y(value ?? 0)
  const last = points.findLast(isKnown)
  return (
    <svg
      className="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {compared != null && (
        <line className="compared" x1="0" x2={WIDTH} y1={y(compared)} y2={y(compared)} />
      )}
      <path
        className="under"
        d={area<Point>().defined(isKnown).x(across).y0(HEIGHT).y1(up)(points) ?? ''}
      />
      <path className="over" d={line<Point>().defined(isKnown).x(across).y(up)(points) ?? ''} />
      {last && <path className="end" d={`M${x(last.index)},${up(last)}h.01`} />}
    </svg>
  )
}

interface Point {
  readonly value: number | null
  readonly index: number
}

/** A flat series is drawn in the middle, not on the floor. */
function spread(low: number, high: number): [number, number] {
  if (high > low) return [low, high]
  const margin = Math.abs(high) || 1
  return [low - margin, high + margin]
}
