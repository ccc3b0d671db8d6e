import { millisecondsInHour } from 'date-fns/constants'
import type { Duration } from '#lib/stats/survival.ts'
import type { Incident, LinkKind } from '#scorecards/delivery/facts.ts'
import {
  type DeploymentCase,
  instantOf,
  isIn,
  isUnmapped,
  periodOf,
  type Span,
  setOutside,
} from '#scorecards/delivery/production.ts'
import { type Computed, type EvidenceKind, type Metric, toEvidence } from '#scorecards/measure.ts'
import { timeToEvent } from '#scorecards/time-to-event.ts'

/** A deployment that has a link to a failure. */
export interface FailedDeployment extends DeploymentCase {
  /** The strongest of its links. */
  readonly failedBy: LinkKind
  /** Those attributed to it by a link that counts; none where only a rollback or hotfix tells. */
  readonly incidents: readonly Pick<Incident, 'startedAt' | 'detectedAt' | 'restoredAt'>[]
}

export interface Recoveries extends Span {
  readonly deployments: readonly FailedDeployment[]
}

const WINDOW_DAYS = 91
const MINIMUM = 6

export const failedDeploymentRecoveryTime: Metric<Recoveries> = {
  definition: {
    id: 'REL-04',
    key: 'failed_deployment_recovery_time',
    name: 'Failed deployment recovery time',
    area: 'reliability',
    unit: 'hours',
    direction: 'lower',
    definition:
      'How long users are without a working service after a deployment that failed; those still ' +
      'waiting count.',
    formula:
      'Kaplan-Meier median over failed deployments of (service restored - first effect); of several ' +
      'incidents of one deployment from the first effect to the last restoration. What is not ' +
      'restored is watched until the as-of',
    eligibleSet:
      'Deployments that reached production, of services that eligible teams own, with a link to a ' +
      'failure (see REL-03); inferred links are shown and not counted. Incidents that no deployment ' +
      'caused are not here.',
    window: 'Deployed in 91 days, however short ago.',
    minimumSample: 'Six failed deployments for value and band.',
    missingData:
      'An incident without a known start counts from when it was noticed: flag detected_start. A ' +
      'failed deployment without either, as one that was rolled back and no incident tells of, is ' +
      'left out and counted; so is one restored before it began. One of unknown environment or ' +
      'outcome is reported; more than 20 % of them: no band.',
    interval: 'Brookmeyer-Crowley on the log-log scale, 95 %.',
    bands:
      'Good up to one hour, bad above 24: answers to choose from in the survey of DORA, which files ' +
      'it under throughput.',
    misleadsWhen:
      'Tickets are closed before the service works again; the long ones still open are left out.',
    guardrails: ['REL-03'],
    version: '1.0.0',
  },
  windowDays: WINDOW_DAYS,

  compute(input) {
    const period = periodOf(input, WINDOW_DAYS)
    const rows = input.deployments
      .filter((deployment) => isIn(period, instantOf(deployment)))
      .map((deployment) => toRow(deployment, input.asOf))
    const count = (kind: EvidenceKind) => rows.filter((row) => row.kind === kind).length
    const watched = rows.flatMap(({ outage }) => outage ?? [])
    const result = recoveryTimeOf({
      watches: watched.map(({ watch }) => watch),
      hasDetectedStart: watched.some((outage) => outage.isDetected),
      unknown: count('unknown'),
      noStart: count('excluded:no_start'),
      reversed: count('excluded:restored_before_start'),
      inferred: count('excluded:inferred'),
      unmapped: rows.filter(({ deployment }) => isUnmapped(deployment)).length,
    })
    return { ...result, evidence: toEvidence(rows), ...(input.window && { window: input.window }) }
  },
}

/** How long failed deployments took to mend, and how many were left out and why. */
export interface RecoverySamples {
  /** In hours. */
  readonly watches: readonly Duration[]
  /** Whether of any the beginning is when it was noticed. */
  readonly hasDetectedStart: boolean
  readonly unknown: number
  readonly noStart: number
  readonly reversed: number
  readonly inferred: number
  readonly unmapped: number
}

/** The metric from samples; whoever has the rows adds their evidence. */
export function recoveryTimeOf(samples: RecoverySamples): Computed {
  const cutPoints = { good: 1, bad: 24 }
  const result = timeToEvent(samples.watches, {
    nUnknown: samples.unknown,
    cutPoints,
    valueFrom: MINIMUM,
    bandFrom: MINIMUM,
  })
  return {
    ...result,
    flags: samples.hasDetectedStart ? [...result.flags, 'detected_start'] : result.flags,
    parts: {
      ...result.parts,
      excludedNoStart: samples.noStart,
      excludedReversed: samples.reversed,
      inferred: samples.inferred,
      unmapped: samples.unmapped,
    },
    evidence: [],
  }
}

/** Where a failed deployment stands. */
export const setOfFailed = (deployment: FailedDeployment, asOf: Date) =>
  toRow(deployment, asOf).kind

interface Outage {
  /** In hours. */
  readonly watch: Duration
  /** Its start is when it was noticed. */
  readonly isDetected: boolean
}

interface Row {
  readonly id: string
  readonly deployment: FailedDeployment
  readonly kind: EvidenceKind
  /** Null unless it counts. */
  readonly outage: Outage | null
}

function toRow(deployment: FailedDeployment, asOf: Date): Row {
  const left = (kind: EvidenceKind): Row => ({ id: deployment.id, deployment, kind, outage: null })
  const outside = setOutside(deployment)
  if (outside !== null) return left(outside)
  if (deployment.failedBy === 'inferred') return left('excluded:inferred')
  const outage = outageOf(deployment.incidents, asOf)
  if (outage === null) return left('excluded:no_start')
  if (outage.watch.time < 0) return left('excluded:restored_before_start')
  return { ...left(outage.watch.ended ? 'counted' : 'not_counted:censored'), outage }
}

/** Of what had begun before `asOf`; null when no beginning is known. */
function outageOf(incidents: FailedDeployment['incidents'], asOf: Date): Outage | null {
  const begun = incidents.flatMap(({ startedAt, detectedAt, restoredAt }) => {
    const start = startedAt ?? detectedAt
    return start !== null && start < asOf ? [{ start, restoredAt, isDetected: !startedAt }] : []
  })
  const first = begun.toSorted(earliest)[0]
  if (first === undefined) return null
  const ends = begun.map(({ restoredAt }) => restoredAt ?? asOf)
  const isOver = begun.every(({ restoredAt }) => restoredAt !== null && restoredAt < asOf)
  const end = isOver ? Math.max(...ends.map((instant) => instant.getTime())) : asOf.getTime()
  const time = (end - first.start.getTime()) / millisecondsInHour
  return { watch: { time, ended: isOver }, isDetected: first.isDetected }
}

interface Beginning {
  readonly start: Date
  readonly isDetected: boolean
}

/** Of two at a time, that whose start is known. */
const earliest = (a: Beginning, b: Beginning) =>
  a.start.getTime() - b.start.getTime() || Number(a.isDetected) - Number(b.isDetected)
