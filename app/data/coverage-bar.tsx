import { formatCountOf } from '#app/format.ts'
import type { Period } from '#lib/period.ts'

/** What of `bounds` was covered; gaps stay empty, and are counted in words. */
export function CoverageBar({
  intervals,
  bounds,
}: {
  /** Oldest first. */
  intervals: readonly Period[]
  bounds: Period
}) {
  const length = Math.max(1, bounds.to.getTime() - bounds.from.getTime())
  const place = (instant: Date) => (100 * (instant.getTime() - bounds.from.getTime())) / length
  const gaps = intervals.length - 1
  return (
    <>
      <svg
        className="coverage-bar"
        viewBox="0 0 100 10"
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        <rect className="whole" x="0" y="4" width="100" height="2" />
        {intervals.map(({ from, to }) => (
          <rect
            key={from.toISOString()}
            className="covered"
            x={place(from)}
            y="0"
            width={place(to) - place(from)}
            height="10"
          />
        ))}
      </svg>
      <span className="note">
        {gaps > 0 ? `with ${formatCountOf(gaps, 'gap')}` : 'without a gap'}
      </span>
    </>
  )
}
