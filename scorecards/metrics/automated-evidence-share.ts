import { isIn, periodOf, type Span } from '#scorecards/delivery/production.ts'
import type { EvidenceKind, Metric } from '#scorecards/measure.ts'
import { proportionOf } from '#scorecards/proportion.ts'

export interface EvidenceItem {
  readonly id: string
  readonly producedAt: Date
  /** Null when its source does not say. */
  readonly collectorKind: 'automated' | 'manual' | null
}

export interface EvidenceItems extends Span {
  /** For requests and deployments in scope of the path. */
  readonly evidence: readonly EvidenceItem[]
}

const WINDOW_DAYS = 28
const MINIMUM = 20

export const automatedEvidenceShare: Metric<EvidenceItems> = {
  definition: {
    id: 'GOV-04',
    key: 'automated_evidence_share',
    name: 'Evidence collected automatically',
    area: 'governance',
    unit: 'fraction of items',
    direction: 'higher',
    definition:
      'The share of items of policy evidence that a program collected, and nobody by hand.',
    formula: 'automated items / items of which it is known how they were collected',
    eligibleSet: 'All items of evidence, whatever they say.',
    window: 'Produced in 28 days.',
    minimumSample: '20 items for value and band.',
    missingData:
      'An item of which nobody knows how it was collected is unknown, and reported with bounds; more ' +
      'than 20 %: no band.',
    interval: 'Wilson score, 95 %.',
    bands: 'Good from 90 %, bad below 50 %.',
    misleadsWhen: 'Many trivial automated items hide one gate that takes a person.',
    guardrails: ['SPD-05'],
    version: '1.0.0',
  },
  windowDays: WINDOW_DAYS,

  compute(input) {
    const period = periodOf(input, WINDOW_DAYS)
    const rows = input.evidence
      .filter(({ producedAt }) => isIn(period, producedAt))
      .map(({ id, collectorKind }) => ({ id, kind: setOf(collectorKind) }))
    return {
      ...proportionOf(rows, {
        cutPoints: { good: 0.9, bad: 0.5 },
        valueFrom: MINIMUM,
        bandFrom: MINIMUM,
      }),
      ...(input.window && { window: input.window }),
    }
  },
}

function setOf(collectorKind: EvidenceItem['collectorKind']): EvidenceKind {
  if (collectorKind === null) return 'unknown'
  return collectorKind === 'automated' ? 'counted' : 'not_counted'
}
