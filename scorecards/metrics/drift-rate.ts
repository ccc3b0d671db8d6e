import type { EvidenceKind, Metric } from '#scorecards/measure.ts'
import { proportionOf } from '#scorecards/proportion.ts'

/** What the newest scan of a service on the path saw; null where there was none. */
export interface ScannedService {
  readonly service: string
  /** Files that the path manages there. */
  readonly managed: number | null
  /** Of those, files that differ from what the declared version renders. */
  readonly changed: number | null
  /** Of those, files that nobody may change. */
  readonly protectedChanged: number | null
  /** Age of the scan at the as-of. */
  readonly scannedDaysAgo: number | null
}

export interface Drift {
  readonly services: readonly ScannedService[]
}

export const driftRate: Metric<Drift> = {
  definition: {
    id: 'ADO-10',
    key: 'drift_rate',
    name: 'Drift rate',
    area: 'adoption',
    unit: 'fraction of services',
    direction: 'lower',
    toldOf: 'moment',
    definition:
      'The share of services on the path whose managed files differ from what their version of it ' +
      'says, beyond what is tolerated.',
    formula:
      'services with more than 20 % of their managed files changed, or a protected one / services ' +
      'with a fresh scan',
    eligibleSet: 'Services that were made by the path or moved to it.',
    window: 'The newest scan of each service, within 14 days before the as-of.',
    minimumSample: 'Five services for value and band.',
    missingData:
      'A service that was never scanned, or not within 14 days, is unknown and never clean; it is ' +
      'reported with bounds. More than 20 % unknown: no band.',
    interval: 'Wilson score, 95 %.',
    bands: 'Good up to 10 %, bad above 30 %.',
    misleadsWhen: 'Harmless edits count like dangerous ones until files are marked as protected.',
    guardrails: ['ADO-11', 'SUP-03'],
    version: '1.0.0',
  },
  windowDays: 14,

  compute({ services }) {
    const rows = services.map((scan) => ({ id: scan.service, kind: setOf(scan) }))
    const requirements = { cutPoints: { good: 0.1, bad: 0.3 }, valueFrom: 5, bandFrom: 5 }
    return proportionOf(rows, requirements)
  },
}

const FRESH_DAYS = 14
const TOLERATED_SHARE = 0.2

function setOf(scan: ScannedService): EvidenceKind {
  const isDrifted = hasDrifted(scan)
  if (isDrifted === null) return 'unknown'
  return isDrifted ? 'counted' : 'not_counted'
}

/** Null when no fresh scan tells, or it found no managed file. */
function hasDrifted(scan: ScannedService): boolean | null {
  const { managed, changed, protectedChanged, scannedDaysAgo } = scan
  if (scannedDaysAgo === null || scannedDaysAgo > FRESH_DAYS) return null
  if (protectedChanged !== null && protectedChanged >= 1) return true
  if (managed === null || changed === null || managed === 0) return null
  if (changed / managed > TOLERATED_SHARE) return true
  return protectedChanged === null ? null : false
}
