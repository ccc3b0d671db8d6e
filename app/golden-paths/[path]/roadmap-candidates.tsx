import { formatCountOf, formatDays, formatPercent } from '#app/format.ts'
import type { View } from '#app/view.ts'
import { wholeDaysBetween } from '#lib/period.ts'
import type { Exception } from '#lib/queries/exceptions.ts'
import type { TeamState } from '#lib/queries/states.ts'
import {
  type RoadmapCandidate,
  type RoadmapException,
  roadmapCandidates,
} from '#scorecards/adoption/exceptions.ts'

const ELIGIBLE: ReadonlySet<string> = new Set([
  'eligible',
  'trying',
  'adopted',
  'partial',
  'lapsed',
])

/** What several teams asked an exception for: work for the path, not for the teams. */
export function RoadmapCandidates({
  exceptions,
  states,
  view,
}: {
  exceptions: readonly Exception[]
  states: readonly TeamState[]
  view: View
}) {
  const candidates = roadmapCandidates(
    exceptions.map((one) => toRoadmapException(one, view.at)),
    { asOf: view.at, eligibleTeams: states.filter(({ state }) => ELIGIBLE.has(state)).length },
  )
  if (candidates.length === 0) return null
  return (
    <div className="candidates">
      <h3>For the roadmap</h3>
      <p className="small">
        Gaps that several teams asked an exception for in the last 180 days, most teams first.
      </p>
      <ul>
        {candidates.map((candidate) => (
          <li key={candidate.gap}>{candidateWords(candidate)}</li>
        ))}
      </ul>
    </div>
  )
}

function toRoadmapException(one: Exception, asOf: Date): RoadmapException {
  const { state, requestedAt, closedAt } = one
  return {
    team: one.teamId,
    gapCode: one.gapCode,
    requestedAt,
    decision: DECISIONS[state],
    renewals: one.renewals,
    openDays: requestedAt === null ? 0 : wholeDaysBetween(requestedAt, closedAt ?? asOf),
  }
}

const DECISIONS: Readonly<Record<Exception['state'], RoadmapException['decision']>> = {
  requested: null,
  active: 'approved',
  overdue: 'approved',
  closed: 'approved',
  rejected: 'rejected',
  withdrawn: 'withdrawn',
}

function candidateWords({ gap, teams, renewals, medianOpenDays, reach }: RoadmapCandidate): string {
  const share = reach === null ? '' : `, ${formatPercent(reach, null)} of the eligible`
  return `${gap}: ${formatCountOf(teams, 'team')}${share}; ${formatCountOf(renewals, 'renewal')}; open for ${formatDays(medianOpenDays)} at the median`
}
