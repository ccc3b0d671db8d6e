import { Link } from '#app/link.tsx'
import { VerdictWord } from '#app/state-word.tsx'
import { caveats, readResult } from '#app/status.ts'
import type { MetricResult } from '#scorecards/result.ts'

interface FigureProps {
  /** Undefined: never computed. */
  readonly result: MetricResult | undefined
  /** Where its rows are listed. */
  readonly href: string
}

/** A number with all that it needs to be trusted: counts, interval, status, what was left out. */
export function Figure({ result, href }: FigureProps) {
  if (result === undefined) return <p className="figure words">not computed yet</p>
  const { figure, hasFigure, verdict } = readResult(result)
  return (
    <>
      <p className={hasFigure ? 'figure' : 'figure words'} data-metric={result.metricId}>
        <Link href={href}>{figure}</Link>
      </p>
      <Support result={result} />
      {verdict !== null && (
        <p>
          <VerdictWord verdict={verdict} />
        </p>
      )}
      <Caveats result={result} />
    </>
  )
}

/** The same in a line of a list. */
export function SmallFigure({ label, result, href }: FigureProps & { label: string }) {
  const reading = result && readResult(result)
  return (
    <div className="small-figure">
      <span className="label">{label}</span>
      <span
        className={reading?.hasFigure ? 'value' : 'value words'}
        data-metric={result?.metricId ?? ''}
      >
        {reading === undefined ? 'not computed yet' : <Link href={href}>{reading.figure}</Link>}
      </span>
      {reading?.counts && <span className="small">{reading.counts}</span>}
    </div>
  )
}

function Support({ result }: { result: MetricResult }) {
  const { counts, interval, bounds } = readResult(result)
  return (
    <div className="small">
      {counts !== null && <p>{counts}</p>}
      {interval !== null && <p>95% interval {interval}</p>}
      {bounds !== null && <p>{bounds} at worst, if the unknown were known</p>}
    </div>
  )
}

function Caveats({ result }: { result: MetricResult }) {
  const lines = caveats(result)
  if (lines.length === 0) return null
  return (
    <ul className="plain note">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  )
}
