import { metricName } from '#app/definitions.ts'
import { FactList } from '#app/fact-list.tsx'
import { withPlainNames } from '#lib/plain-names.ts'
import type { MetricDefinition } from '#scorecards/result.ts'
import { OVER_WINDOW_WORDS } from '#scorecards/words.ts'

/** All that a metric says about itself. */
export function Definition({ definition }: { definition: MetricDefinition }) {
  const facts = [
    { term: 'Formula', text: definition.formula },
    { term: 'Who is counted', text: definition.eligibleSet },
    { term: 'Window', text: definition.window },
    { term: 'Over another window', text: OVER_WINDOW_WORDS[definition.toldOf ?? 'window'] },
    { term: 'Least cases', text: definition.minimumSample },
    { term: 'What is missing', text: definition.missingData },
    { term: 'Interval', text: definition.interval },
    { term: 'Good and bad', text: definition.bands },
    { term: 'Misleads when', text: definition.misleadsWhen },
    { term: 'Read beside', text: definition.guardrails.map(metricName).join(', ') },
  ]
  return (
    <section className="section" aria-labelledby="definition">
      <h2 id="definition">What it means</h2>
      <FactList facts={facts.map(({ term, text }) => ({ term, text: withPlainNames(text) }))} />
      <p className="note">
        {definition.id}, <code>{definition.key}</code>, version {definition.version}
      </p>
    </section>
  )
}
