import { Figure } from '#app/figure.tsx'
import { Link } from '#app/link.tsx'
import { partLines } from '#app/parts.ts'
import type { MetricDefinition, MetricResult } from '#scorecards/result.ts'

/** One metric of one scope, rendered from its result alone. */
export function MetricCard({
  definition,
  result,
  href,
  nameOf,
}: {
  definition: MetricDefinition
  result: MetricResult | undefined
  href: string
  /** Metric id → name, for the guardrails. */
  nameOf: (metricId: string) => string
}) {
  const heading = `metric-${definition.id}`
  const parts = result === undefined ? [] : partLines(result)
  const guardrails = result?.guardrails ?? definition.guardrails
  return (
    <article className="card" aria-labelledby={heading} id={definition.id}>
      <h3 id={heading}>{definition.name}</h3>
      <div className="head">
        <Figure result={result} href={href} />
      </div>
      <div className="details">
        {parts.length > 0 && (
          <ul className="plain">
            {parts.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        )}
        {guardrails.length > 0 && (
          <p className="note">Read beside: {guardrails.map(nameOf).join(', ')}</p>
        )}
      </div>
      <div className="rows">
        <Link href={href}>See the rows</Link>
        <details>
          <summary>Definition</summary>
          <p>{definition.definition}</p>
          <p className="note">
            {definition.id}, version {definition.version}. Misleads when: {definition.misleadsWhen}
          </p>
        </details>
      </div>
    </article>
  )
}
