import { sourceState } from '#app/source-state.ts'
import { VerdictWord } from '#app/state-word.tsx'
import type { SourceHealth } from '#lib/queries/data-health.ts'
import type { MetricDefinition } from '#scorecards/result.ts'

/** What the figures mean, and what they rest on. */
export function Appendix({
  definitions,
  sources,
  now,
}: {
  definitions: readonly MetricDefinition[]
  sources: readonly SourceHealth[]
  now: Date
}) {
  return (
    <div className="two-figures">
      <div>
        <h3>Definitions</h3>
        <dl className="stack [--gap-y:.75rem]">
          {definitions.map(({ id, name, definition, version }) => (
            <div key={id}>
              <dt>
                {name} <span className="note">version {version}</span>
              </dt>
              <dd className="small">{definition}</dd>
            </div>
          ))}
        </dl>
      </div>
      <div>
        <h3>Sources</h3>
        <ul className="stack [--gap-y:.5rem]">
          {sources.map((source) => {
            const { verdict, sentence } = sourceState(source, now)
            return (
              <li key={source.id}>
                {source.id} <VerdictWord verdict={verdict} />{' '}
                <span className="note">{sentence}</span>
              </li>
            )
          })}
        </ul>
      </div>
    </div>
  )
}
