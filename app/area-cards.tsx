import { AREAS } from '#app/areas.ts'
import type { MeasuredMetric } from '#app/measured.ts'
import { MetricCard } from '#app/metric-card.tsx'
import { evidenceHref, type View } from '#app/view.ts'
import { definitions } from '#scorecards/catalogue.ts'
import type { Scope } from '#scorecards/result.ts'

/** Every figure of one scope, area by area; an area without any says what it needs. */
export function AreaCards({
  measured,
  scope,
  view,
}: {
  measured: ReadonlyMap<string, MeasuredMetric>
  scope: Scope
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
          <p className="note">{question}</p>
        </header>
        <div className="cards">
          {own.map(({ id }) => (
            <MetricCard
              key={id}
              metricId={id}
              measured={measured.get(id)}
              href={evidenceHref(view, id, scope)}
              guardrails={measured}
            />
          ))}
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
