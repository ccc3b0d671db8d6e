import { AREAS, headlineOf } from '#app/areas.ts'
import { currentView } from '#app/current-view.ts'
import { database, untilWritten } from '#app/database.ts'
import { toExposition } from '#app/prometheus/exposition.ts'
import { toFamilies } from '#app/prometheus/families.ts'
import { surveyResults } from '#app/surveys/load.ts'
import { newestOfPaths } from '#app/surveys/waves.ts'
import { listSourceHealth } from '#lib/queries/data-health.ts'
import { listMeasurements } from '#lib/queries/measurements.ts'
import { findPublishedScoring } from '#lib/queries/published-scoring.ts'

/** Also what `/metrics` answers whoever asks for plain text, as Prometheus does. */
export async function GET(): Promise<Response> {
  const now = new Date()
  const db = await database()
  const metricIds = AREAS.map(({ area }) => headlineOf(area).id)
  const [results, waves, sources, scored] = await Promise.all([
    listMeasurements(db, now, { metricIds }),
    surveyResults(now),
    untilWritten(listSourceHealth),
    findPublishedScoring(db),
  ])
  const said = newestOfPaths(waves, currentView({}, '/', now)).map(({ result }) => result)
  const headlines = said.filter(({ metricId }) => metricIds.includes(metricId))
  const families = toFamilies({ results: [...results, ...headlines], sources, scored, now })
  return new Response(toExposition(families), {
    headers: {
      'Content-Type': 'text/plain; version=0.0.4; charset=utf-8',
      'Cache-Control': 'private, no-store',
      Vary: 'Accept',
    },
  })
}
