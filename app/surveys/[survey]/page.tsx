import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { currentView } from '#app/current-view.ts'
import { CsvLink } from '#app/data-table-view.tsx'
import { untilWritten } from '#app/database.ts'
import { formatCountOf, formatDay } from '#app/format.ts'
import { Link } from '#app/link.tsx'
import { Screen } from '#app/screen.tsx'
import { SaidOfPath } from '#app/surveys/[survey]/said-of-path.tsx'
import { surveyResults } from '#app/surveys/load.ts'
import { SurveyRule } from '#app/surveys/rule.tsx'
import { findWave, measuredInWave, waveCompared } from '#app/surveys/waves.ts'
import { readParameters } from '#app/url-state.ts'
import { hereWith } from '#app/view.ts'
import { listGoldenPaths } from '#lib/queries/golden-paths.ts'
import type { SurveyResults } from '#lib/queries/survey-results.ts'
import { teamNames } from '#lib/queries/teams.ts'

type Props = PageProps<'/surveys/[survey]'>

async function loadWave({ params, searchParams }: Props) {
  const [{ survey }, search] = await Promise.all([params, searchParams])
  const view = currentView(search, `/surveys/${survey}`)
  const waves = await surveyResults(view.at)
  return { search, view, waves, wave: findWave(waves, survey, readParameters(search).source) }
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  return { title: (await loadWave(props)).wave?.name ?? 'Nothing here' }
}

export default async function SurveyPage(props: Props) {
  const { search, view, waves, wave } = await loadWave(props)
  if (wave === undefined) notFound()
  const [paths, teams] = await Promise.all([untilWritten(listGoldenPaths), untilWritten(teamNames)])
  const pathNames = new Map(paths.map(({ id, name }) => [id, name]))
  const compared = waveCompared(waves, wave, view)
  const measured = measuredInWave(waves, wave, view)
  const byPath = Map.groupBy(measured, ({ result }) => result.scope.pathId ?? null)
  const named = [...byPath]
    .map(([pathId, own]) => ({ pathId, own, name: nameOf(pathId, pathNames) }))
    .toSorted((a, b) => a.name.localeCompare(b.name, 'en'))
  const { path } = readParameters(search)
  const chosen = named.find(({ pathId }) => pathId === path) ?? named[0]
  const file = { survey: wave.waveId, source: wave.sourceId }
  return (
    <Screen
      view={view}
      search={search}
      title={wave.name}
      lead={<p>{waveSentence(wave, byPath.size, compared)}</p>}
      above={[{ href: '/surveys', name: 'Surveys' }]}
      measured={wave.closedAt}
    >
      <div className="section">
        <SurveyRule k={thresholdOf(wave)} />
        <p className="mt-3">
          Every figure of the wave as one file:{' '}
          <CsvLink id="survey-figures" view={view} file={file} />
        </p>
      </div>
      {named.length > 1 && (
        <nav className="choices mt-5" aria-label="Golden path">
          {named.map(({ pathId, name }) => (
            <Link
              key={pathId}
              href={hereWith(view, { path: pathId ?? undefined })}
              scroll={false}
              aria-current={pathId === chosen?.pathId ? 'true' : undefined}
            >
              {name}
            </Link>
          ))}
        </nav>
      )}
      {chosen !== undefined && (
        <SaidOfPath
          pathId={chosen.pathId}
          name={chosen.name}
          measured={chosen.own}
          quotes={wave.quotes.find(({ pathId }) => pathId === chosen.pathId)?.texts ?? []}
          teams={teams}
          file={{ ...file, path: chosen.pathId ?? undefined }}
          view={view}
          search={search}
        />
      )}
    </Screen>
  )
}

const nameOf = (pathId: string | null, names: ReadonlyMap<string, string>) =>
  pathId === null ? 'No path in particular' : (names.get(pathId) ?? pathId)

function waveSentence(
  { openedAt, closedAt }: SurveyResults,
  paths: number,
  compared: SurveyResults | undefined,
): string {
  const asked = `Asked from ${formatDay(openedAt)} to ${formatDay(closedAt)}`
  const about = `about ${formatCountOf(paths, 'golden path')}`
  return compared === undefined
    ? `${asked}, ${about}. No earlier wave stands beside it.`
    : `${asked}, ${about}. Beside it stands ${compared.name}, which closed on ${formatDay(compared.closedAt)}.`
}

/** How many answers a score of the wave needs; null when no figure says. */
function thresholdOf({ results }: SurveyResults): number | null {
  const k = results[0]?.parameters['k']
  return typeof k === 'number' ? k : null
}
