import { listConfiguredSources } from '#db/adoption-facts.ts'
import type { Reader } from '#db/connection.ts'
import { listSources } from '#db/delivery-facts.ts'
import { listLinkFacts } from '#db/link-facts.ts'
import { listMeasuredSources, writeMeasurements } from '#db/measurements.ts'
import { weekNumber, weekStart } from '#lib/period.ts'
import type { Landscape } from '#scorecards/adoption/landscape.ts'
import type { Model } from '#scorecards/adoption/tracks.ts'
import { periodOf, type Span } from '#scorecards/delivery/production.ts'
import { HISTORY_WEEKS } from '#scorecards/horizons.ts'
import { linkRecords } from '#scorecards/linkage.ts'
import { toMeasurementRow } from '#scorecards/measurement-row.ts'
import { linkageRate } from '#scorecards/metrics/linkage-rate.ts'
import { sourceCoverage } from '#scorecards/metrics/source-coverage.ts'
import { type Session, updateLedger } from '#scorecards/run/session.ts'
import { bySource, linkageResults, sourceResult } from '#scorecards/source-results.ts'

/** Sources that are configured, or that anything was ever read by; by id. */
export async function listSourceIds({ db }: Session, { coverage }: Landscape): Promise<string[]> {
  const read = [...coverage.values()].flatMap((own) => own.map(({ sourceId }) => sourceId))
  return [...new Set([...(await listConfiguredSources(db)), ...read])].toSorted()
}

/** The records of every source that should name something, in a window or in the days before the as-of. */
export async function loadLinkRecords(db: Reader, landscape: Landscape, span: Span) {
  const period = periodOf(span, linkageRate.windowDays)
  return linkRecords(landscape, await listLinkFacts(db, period), span.asOf)
}

/**
 * Measures how far what sources tell is joined, as it stands, where anything of the last week was
 * touched or others tell than before. Returns the rows that changed.
 */
export async function updateLinkage(
  session: Session,
  { landscape }: Model,
  { isTouched }: { readonly isTouched: boolean },
): Promise<number> {
  const { db, until, now } = session
  const isToldByOthers = await updateTellers(session)
  if (!isTouched && !isToldByOthers) return 0
  const metricId = linkageRate.definition.id
  const scopes = bySource(landscape.coverage)
  const records = await loadLinkRecords(db, landscape, { asOf: until })
  const ids = new Set([...records.keys(), ...(await listMeasuredSources(db, metricId))])
  let changed = 0
  for (const id of ids) {
    const own = records.get(id)
    const terms = { asOf: until, computedAt: now }
    const results = own ? linkageResults(id, scopes.get(id) ?? new Map(), own, terms) : []
    const region = {
      pathId: '',
      teamId: '',
      sourceId: id,
      windowKind: 'own' as const,
      metricIds: [metricId],
      // What is measured as it stands replaces what stood before.
      windowEnds: listWeekEnds(until),
    }
    const rows = results.map((one) => toMeasurementRow(one))
    changed += await session.write((tx) => writeMeasurements(tx, session.run, region, rows))
  }
  return changed
}

const TELLERS = { kind: 'link_sources' } as const
const ALL = 'all'

/** Notes who ever told of deployments and incidents. Returns whether those are others than before. */
async function updateTellers(session: Session): Promise<boolean> {
  const { db } = session
  const told = [await listSources(db, 'deployments'), await listSources(db, 'incidents')]
  return updateLedger(session, TELLERS, ALL, told)
}

/** The last week ends that are kept, and those of a run before. */
function listWeekEnds(until: Date): string[] {
  const last = weekNumber(until)
  const length = HISTORY_WEEKS + 1
  return Array.from({ length }, (_, back) => weekStart(last - back).toISOString())
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
    last - HISTORY_WEEKS + 1,
    since === '' ? 0 : weekNumber(new Date(Date.parse(since) - 1)) + 1,
  )
  const ends = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) =>
    weekStart(first + index),
  )
  let changed = 0
  for (const id of ids) {
    const rows = ends.map((asOf) =>
      toMeasurementRow(
        sourceResult(id, scopes.get(id) ?? new Map(), { asOf, computedAt: session.now }),
      ),
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
