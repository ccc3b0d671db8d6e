import { metricName } from '#app/definitions.ts'
import { Link } from '#app/link.tsx'
import { withPlainNames } from '#lib/plain-names.ts'
import type { MetricDefinition } from '#scorecards/result.ts'

/** What a number means, one press away; `place` tells several popovers of one metric apart. */
export function DefinitionPopover({
  definition,
  place,
}: {
  definition: MetricDefinition
  place: string
}) {
  const id = `definition-${definition.id}-${place}`
  const facts = [
    ['Formula', withPlainNames(definition.formula)],
    ['Who is counted', withPlainNames(definition.eligibleSet)],
    ['Misleads when', withPlainNames(definition.misleadsWhen)],
    ['Read beside', definition.guardrails.map(metricName).join(', ')],
  ] as const
  return (
    <>
      <button
        type="button"
        className="about"
        popoverTarget={id}
        aria-label={`What “${definition.name}” means`}
        data-key="i"
      >
        i
      </button>
      <div id={id} popover="auto" className="panel">
        <p>{definition.definition}</p>
        <dl className="mt-3 grid gap-2">
          {facts
            .filter(([, text]) => text !== '')
            .map(([term, text]) => (
              <div key={term}>
                <dt className="eyebrow">{term}</dt>
                <dd>{text}</dd>
              </div>
            ))}
        </dl>
        <p className="note mt-3">
          {definition.id}, version {definition.version}.{' '}
          <Link href={`/metrics/${definition.id}`}>All of the definition</Link>
        </p>
      </div>
    </>
  )
}
