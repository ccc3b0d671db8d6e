import type { AdoptionState } from '#scorecards/adoption/state-machine.ts'
import type { EvidenceKind, Metric } from '#scorecards/measure.ts'
import { TEAM_INTERVAL } from '#scorecards/metrics/team-states.ts'
import { proportionOf } from '#scorecards/proportion.ts'

/** A team at the two ends of a quarter, or of another window. */
export interface QuarterOfTeam {
  readonly team: string
  readonly stateAtStart: AdoptionState
  /** Whether it moved to `lapsed` within the quarter, also if it came back. */
  readonly enteredLapsed: boolean
  readonly stateAtEnd: AdoptionState
}

export interface Lapses {
  readonly teams: readonly QuarterOfTeam[]
}

export const lapseRate: Metric<Lapses> = {
  definition: {
    id: 'ADO-12',
    key: 'lapse_rate',
    name: 'Lapse rate',
    area: 'adoption',
    unit: 'fraction of teams',
    direction: 'lower',
    definition: 'The share of teams on the path at the start of a quarter that left it during it.',
    formula:
      'teams that moved to lapsed at least once in 13 weeks / teams adopted at their start and still ' +
      'at risk',
    eligibleSet:
      'Teams in state adopted 13 weeks before the as-of. One that did not lapse leaves if it ended ' +
      'on a full exception or is no longer meant to use the path.',
    window: '13 weeks. Of any other window the ISO weeks that ended in it.',
    minimumSample: 'Eight teams for value and band.',
    missingData:
      'A team that did not lapse and whose state is unknown at the end is in neither count and is ' +
      'reported with bounds. More than 20 % unknown: no band. nStartUnknown counts teams of which ' +
      'nobody knows whether they were on the path at the start.',
    interval: TEAM_INTERVAL,
    bands: 'Good up to 5 %, bad above 15 %.',
    misleadsWhen:
      'A reorganisation looks like teams leaving, unless their eligibility is ended before.',
    guardrails: ['ADO-06', 'REL-01'],
    version: '1.0.0',
  },
  windowDays: 91,

  compute({ teams }) {
    const rows = teams.map((team) => ({ id: team.team, kind: setOf(team) }))
    const requirements = { cutPoints: { good: 0.05, bad: 0.15 }, valueFrom: 8, bandFrom: 8 }
    return {
      ...proportionOf(rows, requirements),
      parts: {
        nStartUnknown: rows.filter(({ kind }) => kind === 'excluded:start_unknown').length,
      },
    }
  },
}

function setOf({ stateAtStart, enteredLapsed, stateAtEnd }: QuarterOfTeam): EvidenceKind {
  if (stateAtStart === 'unknown') return 'excluded:start_unknown'
  if (stateAtStart !== 'adopted') return 'excluded:not_adopted'
  if (enteredLapsed) return 'counted'
  if (stateAtEnd === 'unknown') return 'unknown'
  const hasLeft = stateAtEnd === 'excepted' || stateAtEnd === 'not_eligible'
  return hasLeft ? `excluded:${stateAtEnd}` : 'not_counted'
}
