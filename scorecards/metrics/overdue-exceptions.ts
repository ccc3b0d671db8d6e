import { wholeDaysBetween } from '#lib/period.ts'
import type { EvidenceKind, Metric } from '#scorecards/measure.ts'
import { proportionOf } from '#scorecards/proportion.ts'

export interface HeldException {
  readonly id: string
  /** Approved and not closed at the as-of, also past its expiry. */
  readonly isOpen: boolean
  /** 00:00 UTC of its last day. Null when nobody set one. */
  readonly expiresOn: Date | null
}

export interface OverdueExceptions {
  readonly asOf: Date
  readonly exceptions: readonly HeldException[]
}

export const overdueExceptions: Metric<OverdueExceptions> = {
  definition: {
    id: 'GOV-06',
    key: 'overdue_exceptions',
    name: 'Exceptions past expiry',
    area: 'governance',
    unit: 'fraction of exceptions',
    direction: 'lower',
    toldOf: 'moment',
    definition: 'The share of open exceptions whose day of expiry has passed.',
    formula:
      'open exceptions past their expiry / open exceptions; noExpiry counts those without one',
    eligibleSet: 'Exceptions that were approved and not closed, for a whole team or for services.',
    window: 'The register at the as-of.',
    minimumSample: 'One exception; they are listed.',
    missingData:
      'An exception without an expiry is a finding of its own and not overdue. Without a register ' +
      'of exceptions there is no value.',
    interval: 'None: it is a full count.',
    bands: 'Good at 0 %, bad above 20 %, by the value.',
    misleadsWhen: 'Renewing all of them at once clears it.',
    guardrails: ['EXC.candidates'],
    version: '1.0.0',
  },
  windowDays: 0,

  compute({ asOf, exceptions }) {
    const rows = exceptions.map((one) => ({ id: one.id, kind: setOf(one, asOf) }))
    const requirements = { cutPoints: { good: 0, bad: 0.2 }, valueFrom: 1, bandFrom: 1 }
    return {
      ...proportionOf(rows, requirements),
      ci: null,
      isCensus: true,
      parts: { noExpiry: rows.filter(({ kind }) => kind === WITHOUT_EXPIRY).length },
    }
  },
}

const WITHOUT_EXPIRY = 'not_counted:no_expiry'

function setOf({ isOpen, expiresOn }: HeldException, asOf: Date): EvidenceKind {
  if (!isOpen) return 'excluded:not_open'
  if (expiresOn === null) return WITHOUT_EXPIRY
  return wholeDaysBetween(expiresOn, asOf) > 0 ? 'counted' : 'not_counted'
}
