import { compareText } from '#lib/order.ts'
import { daysBefore } from '#lib/period.ts'
import { median } from '#lib/stats/quantiles.ts'

/** An exception as far as it tells what the path lacks. */
export interface RoadmapException {
  readonly team: string
  /** What the path lacks, by the register's own code; null when nobody said. */
  readonly gapCode: string | null
  /** Null when it is not known; then it is left out. */
  readonly requestedAt: Date | null
  readonly decision: 'approved' | 'rejected' | 'withdrawn' | null
  readonly renewals: number
  /** Days that it has been open, or was until it was closed. */
  readonly openDays: number
}

export type CandidateReason = 'distinct_teams' | 'renewals' | 'share_of_eligible'

/** A gap that several teams asked an exception for: something for the path's roadmap. */
export interface RoadmapCandidate {
  readonly gap: string
  readonly teams: number
  readonly renewals: number
  readonly medianOpenDays: number
  /** Share of the eligible teams; null when nobody is eligible. */
  readonly reach: number | null
  readonly why: readonly CandidateReason[]
}

/** Defaults of section 8 of the metric reference. */
const DEFAULTS = { windowDays: 180, minTeams: 3, shareOfEligible: 0.1 }

export interface RoadmapTerms {
  readonly asOf: Date
  readonly eligibleTeams: number
  readonly windowDays?: number
  readonly minTeams?: number
  readonly shareOfEligible?: number
}

/**
 * Gaps behind exceptions of one path requested in the window, open or closed, unless rejected or
 * withdrawn; those most teams share first.
 */
export function roadmapCandidates(
  exceptions: readonly RoadmapException[],
  terms: RoadmapTerms,
): RoadmapCandidate[] {
  const full = { ...DEFAULTS, ...terms }
  const from = daysBefore(terms.asOf, full.windowDays)
  const asked = exceptions.flatMap((one) => {
    const { gapCode, requestedAt, decision } = one
    if (decision === 'rejected' || decision === 'withdrawn') return []
    if (gapCode === null || requestedAt === null) return []
    return requestedAt >= from && requestedAt < terms.asOf ? [{ ...one, gapCode }] : []
  })
  return [...Map.groupBy(asked, ({ gapCode }) => gapCode)]
    .map(([gap, members]) => toCandidate(gap, members, full))
    .filter(({ why }) => why.length > 0)
    .toSorted(mostWantedFirst)
}

type FullTerms = Required<RoadmapTerms>

function toCandidate(
  gap: string,
  exceptions: readonly RoadmapException[],
  terms: FullTerms,
): RoadmapCandidate {
  const teams = new Set(exceptions.map(({ team }) => team)).size
  const renewals = exceptions.reduce((sum, one) => sum + one.renewals, 0)
  const { eligibleTeams } = terms
  return {
    gap,
    teams,
    renewals,
    // A gap has at least one exception.
    medianOpenDays: median(exceptions.map(({ openDays }) => openDays)) ?? 0,
    reach: eligibleTeams === 0 ? null : teams / eligibleTeams,
    why: reasons(teams, renewals, terms),
  }
}

const TEAMS_TO_SHARE = 2
const RENEWALS = 2

function reasons(teams: number, renewals: number, terms: FullTerms): CandidateReason[] {
  const isShared = teams >= TEAMS_TO_SHARE
  const { minTeams, shareOfEligible, eligibleTeams } = terms
  const why: CandidateReason[] = []
  if (teams >= minTeams) why.push('distinct_teams')
  if (isShared && renewals >= RENEWALS) why.push('renewals')
  if (isShared && eligibleTeams > 0 && teams / eligibleTeams >= shareOfEligible) {
    why.push('share_of_eligible')
  }
  return why
}

function mostWantedFirst(a: RoadmapCandidate, b: RoadmapCandidate): number {
  return (
    b.teams - a.teams ||
    b.renewals - a.renewals ||
    b.medianOpenDays - a.medianOpenDays ||
    compareText(a.gap, b.gap)
  )
}

/** What the register says of a decision; null when it does not. */
export interface DecidedException {
  readonly decision: 'approved' | 'rejected' | 'withdrawn' | null
  readonly scope: 'full' | 'partial'
  /** The services of a partial exception. */
  readonly serviceIds: readonly string[]
  readonly explanation: string | null
  readonly alternative: string | null
  readonly owner: string | null
  readonly expiresOn: Date | null
  readonly compensatingControl: string | null
}

export type MissingField =
  | 'explanation'
  | 'alternative'
  | 'scope'
  | 'owner'
  | 'expiry'
  | 'compensating control'

/**
 * What a decision ought to say and does not: a rejection what to do instead and why, an approval
 * what it covers, who answers for it, until when, and what protects meanwhile. Findings, not
 * blockers.
 */
export function missingFields(exception: DecidedException): MissingField[] {
  const { decision } = exception
  if (decision !== 'approved' && decision !== 'rejected') return []
  const stated = decision === 'rejected' ? rejectionFields(exception) : approvalFields(exception)
  return stated.filter(([, isStated]) => !isStated).map(([field]) => field)
}

type Stated = [field: MissingField, isStated: boolean]

const rejectionFields = ({ explanation, alternative }: DecidedException): Stated[] => [
  ['explanation', explanation !== null],
  ['alternative', alternative !== null],
]

const approvalFields = (exception: DecidedException): Stated[] => [
  ['scope', exception.scope === 'full' || exception.serviceIds.length > 0],
  ['owner', exception.owner !== null],
  ['expiry', exception.expiresOn !== null],
  ['compensating control', exception.compensatingControl !== null],
]
