import type { Metadata } from 'next'
import { currentView } from '#app/current-view.ts'
import { DataTableView } from '#app/data-table-view.tsx'
import { untilWritten } from '#app/database.ts'
import { Screen } from '#app/screen.tsx'
import { surveyResults } from '#app/surveys/load.ts'
import { SurveyRule } from '#app/surveys/rule.tsx'
import { newestOfPaths } from '#app/surveys/waves.ts'
import { surveyPaths, surveyWaves } from '#app/tables/surveys.tsx'
import { listGoldenPaths } from '#lib/queries/golden-paths.ts'

export const metadata: Metadata = { title: 'Surveys' }

export default async function SurveysPage({ searchParams }: PageProps<'/surveys'>) {
  const search = await searchParams
  const view = currentView(search, '/surveys')
  const [waves, paths] = await Promise.all([surveyResults(view.at), untilWritten(listGoldenPaths)])
  const names = new Map(paths.map(({ id, name }) => [id, name]))
  const [newest] = waves
  return (
    <Screen
      view={view}
      search={search}
      title="Surveys"
      lead={<p>What people said of the golden paths, wave by wave.</p>}
      measured={newest?.closedAt ?? null}
    >
      {newest === undefined ? (
        <NoWave />
      ) : (
        <>
          <section className="section" aria-labelledby="newest">
            <h2 id="newest">What was said last</h2>
            <SurveyRule k={null} />
            <DataTableView
              table={surveyPaths(newestOfPaths(waves, view), names, view)}
              view={view}
              search={search}
            />
          </section>
          <section className="section" aria-labelledby="waves">
            <h2 id="waves">Waves</h2>
            <DataTableView table={surveyWaves(waves, view)} view={view} search={search} />
          </section>
        </>
      )}
    </Screen>
  )
}

function NoWave() {
  return (
    <div className="section stack">
      <p>
        No wave had closed by this moment. A source of kind <code>surveys</code> reads the exports
        of survey tools, one of kind <code>files</code> waves and their answers:
      </p>
      <pre>{['npx desirepath collect', 'npx desirepath score'].join('\n')}</pre>
      <p className="note">A wave that is still open shows nothing, not even how many answered.</p>
    </div>
  )
}
