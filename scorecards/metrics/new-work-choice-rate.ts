import { isIn, periodOf, type Span } from '#scorecards/delivery/production.ts'
import type { EvidenceKind, Metric } from '#scorecards/measure.ts'
import { proportionOf } from '#scorecards/proportion.ts'

export interface NewService {
  readonly id: string
  /** Null is not known. */
  readonly createdAt: Date | null
  /** `path:<id>`, `manual` …; null when nobody knows. */
  readonly createdVia: string | null
  readonly offPathOptionExisted: boolean | null
  /** Marked so, or under a mandate in effect when it was created that names a path. */
  readonly forced: boolean | null
}

export interface NewWork extends Span {
  readonly pathId: string
  /** In the workload classes of the path, of teams for which it was meant when they began it. */
  readonly services: readonly NewService[]
}

const WINDOW_DAYS = 91
const MINIMUM = 8

export const newWorkChoiceRate: Metric<NewWork> = {
  definition: {
    id: 'ADO-13',
    key: 'new_work_choice_rate',
    name: 'Choice rate for new work',
    area: 'adoption',
    unit: 'fraction of new services',
    direction: 'higher',
    definition:
      'Of the new services that a team could really have begun without the path, the share that it ' +
      'began through the path.',
    formula:
      'new services created through the path / new services created where there was another way and ' +
      'nobody was told which to take',
    eligibleSet:
      'New services in the workload classes of the path, of teams for which it was meant. One that ' +
      'was forced, or for which there was no other way, says nothing of what a team prefers: left ' +
      'out and counted.',
    window: 'Created in 91 days.',
    minimumSample: 'Eight new services for value and band.',
    missingData:
      'A service of which it is not known how it was created, or whether the choice was free, is in ' +
      'neither count and is reported with bounds; more than 20 % of them: no band. One created at an ' +
      'unknown moment is left out and counted.',
    interval: 'Wilson score, 95 %.',
    bands: 'Good from 75 %, bad below 40 %.',
    misleadsWhen: 'A quarter has few new services; a template is used once and never again.',
    guardrails: ['ADO-06', 'ADO-10'],
    version: '1.0.0',
  },
  windowDays: WINDOW_DAYS,

  compute(input) {
    const period = periodOf(input, WINDOW_DAYS)
    const rows = input.services
      .filter(({ createdAt }) => createdAt === null || isIn(period, createdAt))
      .map((service) => ({ id: service.id, kind: setOf(service, `path:${input.pathId}`) }))
    const requirements = { cutPoints: { good: 0.75, bad: 0.4 }, valueFrom: MINIMUM }
    const count = (kind: EvidenceKind) => rows.filter((row) => row.kind === kind).length
    return {
      ...proportionOf(rows, { ...requirements, bandFrom: MINIMUM }),
      parts: {
        excludedForced: count('excluded:forced'),
        excludedNoOtherWay: count('excluded:no_other_way'),
        excludedNoCreation: count('excluded:no_creation'),
      },
      ...(input.window && { window: input.window }),
    }
  },
}

function setOf(service: NewService, viaPath: string): EvidenceKind {
  const { createdAt, createdVia, offPathOptionExisted, forced } = service
  if (createdAt === null) return 'excluded:no_creation'
  if (forced === true) return 'excluded:forced'
  if (offPathOptionExisted === false) return 'excluded:no_other_way'
  if (forced === null || offPathOptionExisted === null || createdVia === null) return 'unknown'
  return createdVia === viaPath ? 'counted' : 'not_counted'
}
