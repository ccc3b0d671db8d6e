const WIDTH = 600
const HEIGHT = 96
const GAP = 2

/** Counts over time as bars, drawn on the server; null is a gap, a zero is a line on the ground. */
export function Bars({
  values,
  limit,
  label,
}: {
  /** Oldest first. */
  values: readonly (number | null)[]
  /** The upper natural limit, drawn across. */
  limit: number | null
  label: string
}) {
  const most = Math.max(1, limit ?? 0, ...values.map((value) => value ?? 0))
  const step = WIDTH / Math.max(1, values.length)
  const height = (value: number) => (value / most) * (HEIGHT - 4)
  return (
    <svg
      className="bars"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <line className="floor" x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
      {values.map((value, index) => {
        if (value === null) return null
        const tall = Math.max(1, height(value))
        const x = index * step
        return (
          <rect key={x} x={x} y={HEIGHT - tall} width={Math.max(1, step - GAP)} height={tall} />
        )
      })}
      {limit !== null && (
        <line
          className="limit"
          x1="0"
          x2={WIDTH}
          y1={HEIGHT - height(limit)}
          y2={HEIGHT - height(limit)}
        />
      )}
    </svg>
  )
}
