import { AREAS } from '#app/areas.ts'
import type { MeasuredMetric } from '#app/measured.ts'
import { MetricCard } from '#app/metric-card.tsx'
import { figureHref, surveyNote } from '#app/surveys/waves.ts'
import type { View } from '#app/view.ts'
import { definitions } from '#scorecards/catalogue.ts'
import type { MetricDefinition } from '#scorecards/result.ts'

/** Every figure of one scope, area by area; an area without any says what it needs. */
export function AreaCards({
  measured,
  view,
}: {
  measured: ReadonlyMap<string, MeasuredMetric>
  view: View
}) {
  const missing: string[] = []
  const sections = AREAS.flatMap(({ area, name, question, needs }) => {
    const own = definitions.filter((one) => one.area === area && measured.has(one.id))
    if (own.length === 0) {
      missing.push(`${name} rests on ${needs}`)
      return []
    }
    const heading = `area-${area.replace(' ', '-')}`
    return [
      <section key={area} className="area-cards" aria-labelledby={heading}>
        <header>
          <h3 id={heading}>{name}</h3>
          <p className="note">{[question, noteOf(own, measured)].join(' ')}</p>
        </header>
        <div className="cards">
          {own.map(({ id }) => {
            const one = measured.get(id)
            return (
              <MetricCard
                key={id}
                metricId={id}
                measured={one}
                href={one === undefined ? '' : figureHref(view, one.result)}
                guardrails={measured}
                view={view}
              />
            )
          })}
        </div>
      </section>,
    ]
  })
  return (
    <>
      {sections}
      {missing.length > 0 && <p className="note mt-6">No figure here yet: {missing.join('; ')}.</p>}
    </>
  )
}

/** What all figures of an area rest on, where that is one survey. */
function noteOf(
  own: readonly MetricDefinition[],
  measured: ReadonlyMap<string, MeasuredMetric>,
): string {
  const first = measured.get(own[0]?.id ?? '')
  return (first && surveyNote(first.result)) ?? ''
}
