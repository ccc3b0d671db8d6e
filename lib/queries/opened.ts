import type { Reader } from '#db/connection.ts'
import { listDeliveryEvidence } from '#lib/queries/delivery.ts'
import { measurePath } from '#lib/queries/measured-path.ts'
import { findMeasurement, type Subject } from '#lib/queries/measurements.ts'
import { cellOf } from '#scorecards/measurement-row.ts'
import { type MetricResult, openedSets } from '#scorecards/result.ts'

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
  const [cells = []] = await measurePath(db, {
    metricId,
    pathId,
    spans: [{ asOf: new Date(asOf) }],
    computedAt: new Date(computedAt),
    isBrief: false,
  })
  return cells.find((one) => cellOf(one) === cellOf(found))
}
