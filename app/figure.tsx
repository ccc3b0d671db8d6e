import type { Change } from '#app/change.ts'
import { Link } from '#app/link.tsx'
import { StatusShape } from '#app/shape.tsx'
import { VerdictWord } from '#app/state-word.tsx'
import { caveats, readResult } from '#app/status.ts'
import { timeWords } from '#app/time-words.ts'
import type { MetricResult } from '#scorecards/result.ts'

interface FigureProps {
  /** Undefined: never computed. */
  readonly result: MetricResult | undefined
  /** Where its rows are listed. */
  readonly href: string
}

/** A number with all that it needs to be trusted: counts, interval, status, what was left out. */
export function Figure({ result, href, change }: FigureProps & { change?: Change | null }) {
  if (result === undefined) return <p className="figure words">not computed yet</p>
  const { figure, hasFigure, verdict } = readResult(result)
  return (
    <>
      <p className={hasFigure ? 'figure' : 'figure words'} data-metric={result.metricId}>
        <FigureLink href={href} keys="e">
          {figure}
        </FigureLink>
      </p>
      <p className="small">{timeWords(result)}</p>
      {verdict !== null && (
        <p>
          <VerdictWord verdict={verdict} />
        </p>
      )}
      {change != null && <ChangeWords change={change} />}
      <Support result={result} />
      <Caveats result={result} />
    </>
  )
}

/** Opens the rows; where they open beside the page, the page stays where it is. */
export function FigureLink({
  href,
  keys,
  children,
}: {
  href: string
  keys?: string
  children: React.ReactNode
}) {
  return (
    <Link href={href} scroll={false} data-key={keys}>
      {children}
    </Link>
  )
}

/** How a figure moved, with the word for it. */
export function ChangeWords({ change, short = false }: { change: Change; short?: boolean }) {
  return (
    <p className={`change tone-${change.tone}`}>
      {change.arrow !== null && <StatusShape shape={change.arrow} />}
      {short ? change.short : change.words}
    </p>
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
        {reading === undefined ? (
          'not computed yet'
        ) : (
          <FigureLink href={href}>{reading.figure}</FigureLink>
        )}
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
    <ul className="note">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  )
}
