import { listConfiguredSources } from '#db/adoption-facts.ts'
import { writeMeasurements } from '#db/measurements.ts'
import { weekNumber, weekStart } from '#lib/period.ts'
import type { Landscape } from '#scorecards/adoption/landscape.ts'
import type { Model } from '#scorecards/adoption/tracks.ts'
import { toMeasurementRow } from '#scorecards/measurement-row.ts'
import { sourceCoverage } from '#scorecards/metrics/source-coverage.ts'
import { SOURCE_WEEKS } from '#scorecards/run/horizons.ts'
import type { Session } from '#scorecards/run/session.ts'
import { bySource, sourceResult } from '#scorecards/source-results.ts'

/** Sources that are configured, or that anything was ever read by; by id. */
export async function listSourceIds({ db }: Session, { coverage }: Landscape): Promise<string[]> {
  const read = [...coverage.values()].flatMap((own) => own.map(({ sourceId }) => sourceId))
  return [...new Set([...(await listConfiguredSources(db)), ...read])].toSorted()
}

/** Measures how far every source was read in each week since `since`. Returns the rows that changed. */
export async function updateSources(
  session: Session,
  { landscape }: Model,
  since: string,
): Promise<number> {
  const scopes = bySource(landscape.coverage)
  const ids = await listSourceIds(session, landscape)
  const last = weekNumber(session.until)
  const first = Math.max(
    last - SOURCE_WEEKS + 1,
    since === '' ? 0 : weekNumber(new Date(Date.parse(since) - 1)) + 1,
  )
  const ends = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) =>
    weekStart(first + index),
  )
  let changed = 0
  for (const id of ids) {
    const rows = ends.map((asOf) =>
      toMeasurementRow(sourceResult(id, scopes.get(id) ?? new Map(), asOf, session.now)),
    )
    const region = {
      pathId: '',
      teamId: '',
      sourceId: id,
      windowKind: 'own' as const,
      metricIds: [sourceCoverage.definition.id],
      windowEnds: ends.map((end) => end.toISOString()),
    }
    changed += await session.write((tx) => writeMeasurements(tx, session.run, region, rows))
  }
  return changed
}
