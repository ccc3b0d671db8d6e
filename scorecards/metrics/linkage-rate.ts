import { isIn, periodOf, type Span } from '#scorecards/delivery/production.ts'
import type { Computed, EvidenceKind, TableMetric } from '#scorecards/measure.ts'
import { proportionOf } from '#scorecards/proportion.ts'

/** What records of a kind should name. */
export const LINK_TYPES = [
  'deployment_team',
  'deployment_changes',
  'deployment_path',
  'incident_deployment',
  'service_owner',
] as const
export type LinkType = (typeof LINK_TYPES)[number]

export interface LinkRecord {
  readonly id: string
  /** When it happened. Null for what lasts, such as a service: it counts as it is at the as-of. */
  readonly at: Date | null
  readonly isLinked: boolean
}

export interface Linkage extends Span {
  /** Null when no source tells of such records. */
  readonly records: Readonly<Record<LinkType, readonly LinkRecord[] | null>>
}

const WINDOW_DAYS = 28
const MINIMUM = 20

export const linkageRate: TableMetric<Linkage> = {
  definition: {
    id: 'DQ-02',
    key: 'linkage_rate',
    name: 'Linkage rate',
    area: 'data quality',
    unit: 'fraction of records',
    direction: 'higher',
    definition:
      'The share of records that could be joined to what they belong to: deployments to their team, ' +
      'to their changes and to a path, incidents to the deployment that caused them, services to ' +
      'their owner.',
    formula: `records with the link / records, one result for each link type: ${LINK_TYPES.join(', ')}`,
    eligibleSet: 'All records of the kind.',
    window: 'What happened in 28 days; services as they are at the as-of.',
    minimumSample: '20 records of a kind for value and band.',
    missingData:
      'A link type of which there are no records has no value, and neither has one that no source ' +
      'tells of.',
    interval: 'Wilson score, 95 %.',
    bands: 'Good from 95 %, bad below 80 %.',
    misleadsWhen: 'A wrong link is a link: look at 20 of them each quarter.',
    guardrails: ['DQ-01'],
    version: '1.0.0',
  },
  windowDays: WINDOW_DAYS,

  computeCells: (input) => LINK_TYPES.map((linkType) => ofLinkType(linkType, input)),
}

function ofLinkType(linkType: LinkType, input: Linkage): Computed {
  const period = periodOf(input, WINDOW_DAYS)
  const records = input.records[linkType]
  const rows = (records ?? [])
    .filter(({ at }) => at === null || isIn(period, at))
    .map(({ id, isLinked }) => ({ id, kind: setOf(isLinked) }))
  return {
    ...proportionOf(rows, {
      cutPoints: { good: 0.95, bad: 0.8 },
      valueFrom: MINIMUM,
      bandFrom: MINIMUM,
    }),
    ...(records === null && { absence: 'source_missing' }),
    ...(input.window && { window: input.window }),
    parameters: { linkType },
  }
}

const setOf = (isLinked: boolean): EvidenceKind => (isLinked ? 'counted' : 'not_counted')
