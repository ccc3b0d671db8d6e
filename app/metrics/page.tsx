import type { Metadata } from 'next'
import { AREAS } from '#app/areas.ts'
import { currentView } from '#app/current-view.ts'
import { metricName } from '#app/definitions.ts'
import { Link } from '#app/link.tsx'
import { Screen } from '#app/screen.tsx'
import { hrefOf, type View } from '#app/view.ts'
import { withPlainNames } from '#lib/plain-names.ts'
import { definitions } from '#scorecards/catalogue.ts'
import type { MetricDefinition } from '#scorecards/result.ts'

export const metadata: Metadata = { title: 'Metrics' }

const DATA_QUALITY = {
  area: 'data quality',
  name: 'Data quality',
  question: 'How much of it can be seen?',
} as const

export default async function MetricsPage({ searchParams }: PageProps<'/metrics'>) {
  const search = await searchParams
  const view = currentView(search, '/metrics')
  return (
    <Screen
      view={view}
      search={search}
      title="What every number means"
      lead={
        <p>
          {definitions.length} metrics in {AREAS.length + 1} areas. None is about a person, and
          there is no score that adds areas up: they contradict each other, and saying so is the
          point.
        </p>
      }
    >
      {[...AREAS, DATA_QUALITY].map(({ area, name, question }) => {
        const own = definitions.filter((one) => one.area === area)
        const id = area.replace(' ', '-')
        return (
          <section key={area} id={id} className="section" aria-labelledby={`${id}-name`}>
            <div className="flex flex-wrap items-baseline gap-x-4">
              <h2 id={`${id}-name`}>{name}</h2>
              <p className="note">{question}</p>
            </div>
            {own.length === 0 && (
              <p className="note mt-2">No metric of this area is defined yet.</p>
            )}
            <div className="dictionary">
              {own.map((definition) => (
                <Entry key={definition.id} definition={definition} view={view} />
              ))}
            </div>
          </section>
        )
      })}
    </Screen>
  )
}

const DIRECTIONS = {
  higher: 'more is better',
  lower: 'less is better',
  none: 'neither way is better',
} as const

function Entry({ definition, view }: { definition: MetricDefinition; view: View }) {
  return (
    <article aria-labelledby={`name-${definition.id}`}>
      <div>
        <h3 id={`name-${definition.id}`}>
          <Link href={hrefOf(view, `/metrics/${definition.id}`)}>{definition.name}</Link>
        </h3>
        <p className="note">
          {definition.id}, version {definition.version}, in {definition.unit};{' '}
          {DIRECTIONS[definition.direction]}
        </p>
      </div>
      <div>
        <p>{definition.definition}</p>
        <p className="note mt-1">Misleads when: {withPlainNames(definition.misleadsWhen)}</p>
        {definition.guardrails.length > 0 && (
          <p className="note">Read beside: {definition.guardrails.map(metricName).join(', ')}</p>
        )}
      </div>
    </article>
  )
}
