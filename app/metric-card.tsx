import { CsvLink } from '#app/data-table-view.tsx'
import { DefinitionPopover } from '#app/definition-popover.tsx'
import { definitionOf } from '#app/definitions.ts'
import { Figure } from '#app/figure.tsx'
import { formatValue } from '#app/format.ts'
import { Guardrails } from '#app/guardrails.tsx'
import type { MeasuredMetric } from '#app/measured.ts'
import { partLines } from '#app/parts.ts'
import { Sparkline } from '#app/sparkline.tsx'
import { trendSentence } from '#app/trend.ts'
import type { View } from '#app/view.ts'
import { comparedOf } from '#app/yardstick.ts'

/** One metric of one scope, rendered from its results alone. */
export function MetricCard({
  metricId,
  measured,
  href,
  guardrails,
  view,
}: {
  metricId: string
  measured: MeasuredMetric | undefined
  href: string
  /** Results of the same scope that stand beside it. */
  guardrails: ReadonlyMap<string, MeasuredMetric>
  view: View
}) {
  const definition = definitionOf(metricId)
  const heading = `metric-${definition.id}`
  const { result, before, yardstick, series = [] } = measured ?? {}
  const parts = result === undefined ? [] : partLines(result)
  const change = measured && comparedOf(measured)
  return (
    <article className="card" aria-labelledby={heading} id={definition.id}>
      <div className="card-name">
        <h3 id={heading}>{definition.name}</h3>
        <DefinitionPopover definition={definition} place="card" />
      </div>
      <div className="head">
        <Figure result={result} href={href} change={change ?? null} />
      </div>
      {series.filter(({ value }) => value !== null).length > 1 && (
        <div>
          <Sparkline
            values={series.map(({ value }) => value)}
            compared={yardstick?.value ?? before?.value ?? null}
            label={`${definition.name}: ${trendSentence(series, (value) =>
              formatValue(value, definition.unit, null),
            )}`}
          />
          <CsvLink
            id="series"
            view={view}
            file={{ ev: { metricId, scope: result?.scope ?? {} } }}
            of={`${definition.name}, over time`}
          />
        </div>
      )}
      {parts.length > 0 && (
        <ul className="details">
          {parts.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      <Guardrails ids={result?.guardrails ?? definition.guardrails} results={guardrails} />
    </article>
  )
}
