import type { EvidenceKind, Metric } from '#scorecards/measure.ts'
import { setOutside, TEAM_INTERVAL, type TeamState } from '#scorecards/metrics/team-states.ts'
import { proportionOf } from '#scorecards/proportion.ts'

export interface ExceptionPrevalence {
  readonly teams: readonly TeamState[]
}

export const exceptionPrevalence: Metric<ExceptionPrevalence> = {
  definition: {
    id: 'GOV-05',
    key: 'exception_prevalence',
    name: 'Teams on an exception',
    area: 'governance',
    unit: 'fraction of teams',
    direction: 'none',
    toldOf: 'moment',
    definition: 'The share of teams in scope that hold an active exception for the whole team.',
    formula: 'teams in state excepted / eligible teams of known state and excepted ones',
    eligibleSet:
      'Teams that the path is meant for, on an exception or not; teams without any in-scope work ' +
      'for 13 weeks are listed apart.',
    window: 'The state at the as-of.',
    minimumSample: 'Five teams.',
    missingData:
      'Without a register of exceptions there is no value. A team of unknown state is in neither ' +
      'count and is reported with bounds.',
    interval: TEAM_INTERVAL,
    bands: 'None: an exception tells the platform what it lacks. A rise is a reason to ask.',
    misleadsWhen: 'None at all can mean that nobody dares to ask for one.',
    guardrails: ['ADO-09', 'GOV-07'],
    version: '1.0.0',
  },
  windowDays: 0,

  compute({ teams }) {
    const rows = teams.map((team) => ({ id: team.team, kind: setOf(team) }))
    return proportionOf(rows, { cutPoints: null, valueFrom: 5, bandFrom: 5 })
  },
}

const setOf = (team: TeamState): EvidenceKind =>
  team.state === 'excepted' ? 'counted' : (setOutside(team) ?? 'not_counted')
