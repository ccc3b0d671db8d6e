import { listAgreements, listLandscapeFacts, listWorkFacts } from '#db/adoption-facts.ts'
import type { Reader } from '#db/connection.ts'
import { listLedgers } from '#db/ledgers.ts'
import { listTrails } from '#db/path-cases.ts'
import { pathRows } from '#db/path-facts.ts'
import { listDeliveryEvidence } from '#lib/queries/delivery.ts'
import { findMeasurement, type Subject } from '#lib/queries/measurements.ts'
import { toLandscape } from '#scorecards/adoption/landscape.ts'
import { toModel, weeksOf, workWeeksOf } from '#scorecards/adoption/tracks.ts'
import { toFirstUses } from '#scorecards/adoption/weekly-counts.ts'
import { listWork } from '#scorecards/adoption/work.ts'
import type { Feeds } from '#scorecards/adoption/work-coverage.ts'
import { toTeamWork } from '#scorecards/adoption/work-tally.ts'
import { decodeFailedDeployments } from '#scorecards/delivery/failed-deployments.ts'
import { cellOf } from '#scorecards/measurement-row.ts'
import {
  loadPathFacts,
  standingReader,
  toReadUses,
  type UsePeriods,
} from '#scorecards/path-facts.ts'
import { standingResults, toTrails } from '#scorecards/path-standing.ts'
import { type MetricResult, openedSets } from '#scorecards/result.ts'
import { toUses } from '#scorecards/support/uses.ts'

/**
 * The newest published result of one subject at or before `asOf`, with the rows behind it. Where only
 * their counts were kept, or the question that gives them, they are found again, among the facts as
 * they are now.
 */
export async function openMeasurement(
  db: Reader,
  subject: Subject,
  asOf: Date,
): Promise<MetricResult | undefined> {
  const found = await findMeasurement(db, subject, asOf)
  const question = found && openedSets(found).find(({ kind }) => kind === 'query')?.ids[0]
  if (found !== undefined && question !== undefined) {
    return { ...found, evidence: (await askDelivery(db, found, question)) ?? found.evidence }
  }
  const isKept = found === undefined || found.evidence.every((set) => 'ids' in set)
  const { pathId } = subject
  if (isKept || pathId === undefined) return found
  const again = await findAgain(db, found, pathId)
  return again === undefined ? found : { ...found, evidence: again.evidence }
}

/** Of deliveries the rows are many, so that a result keeps the question that gives them. */
function askDelivery(
  db: Reader,
  { metricId, scope: { pathId, teamId }, window, computedAt }: MetricResult,
  question: string,
) {
  const asOf = new URLSearchParams(question.slice(question.indexOf('?'))).get('asof')
  return listDeliveryEvidence(db, {
    metricId,
    ...(pathId !== undefined && { pathId }),
    ...(teamId !== undefined && { teamId }),
    from: new Date(window.start),
    to: new Date(window.end),
    asOf: new Date(asOf ?? computedAt),
  })
}

async function findAgain(
  db: Reader,
  found: MetricResult,
  pathId: string,
): Promise<MetricResult | undefined> {
  const { metricId, asOf, computedAt } = found
  const landscape = toLandscape(await listLandscapeFacts(db))
  const path = landscape.paths.find(({ id }) => id === pathId)
  if (path === undefined) return undefined
  const agreements = await listAgreements(db)
  const model = toModel(landscape, agreements, await listFeeds(db))
  const moment = new Date(asOf)
  const reader = {
    ...pathRows(db),
    uses: async ({ weeks: { from } }: UsePeriods) => {
      const kinds = new Set([path.rules.work])
      const facts = await listWorkFacts(db, kinds, undefined, from.toISOString())
      const { exceptions } = agreements
      return toReadUses(toUses(listWork(landscape, path, { ...facts, exceptions })))
    },
    failed: async () => {
      const stored = await listLedgers(db, { kind: 'failed_deployments' })
      return [...stored.values()].flatMap(decodeFailedDeployments)
    },
  }
  const trails = toTrails(await listTrails(db, pathId))
  const samples = await listLedgers(db, { kind: 'team_work', pathId })
  const work = toTeamWork(samples, workWeeksOf(weeksOf(model, path, moment)))
  const known = { model, path, trails, firstUses: toFirstUses(work) }
  const span = { first: moment, last: moment }
  const facts = await loadPathFacts(reader, known, [metricId], span)
  const context = { computedAt: new Date(computedAt), isBrief: false }
  const cells = standingResults(standingReader(facts)(moment), [metricId], context)
  return cells.find((one) => cellOf(one) === cellOf(found))
}

/** Which sources told of whose work, as scoring has it. */
async function listFeeds(db: Reader): Promise<Feeds[]> {
  const stored = await listLedgers(db, { kind: 'feeds' })
  const decoder = new TextDecoder()
  // Only scoring writes them.
  return [...stored.values()].map((bytes) => JSON.parse(decoder.decode(bytes)) as Feeds)
}
