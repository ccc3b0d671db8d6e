import type { EvidenceKind, Metric } from '#scorecards/measure.ts'
import {
  setOutside,
  TEAM_INTERVAL,
  type TeamState,
  UNKNOWN_TEAMS,
} from '#scorecards/metrics/team-states.ts'
import { proportionOf } from '#scorecards/proportion.ts'

export interface FreeChoiceAdoption {
  readonly teams: readonly TeamState[]
}

export const freeChoiceAdoptionRate: Metric<FreeChoiceAdoption> = {
  definition: {
    id: 'ADO-03',
    key: 'free_choice_adoption_rate',
    name: 'Adoption where the choice was free',
    area: 'adoption',
    unit: 'fraction of teams',
    direction: 'higher',
    toldOf: 'moment',
    definition:
      'The share of adopters among eligible teams that no interface mandate for this path ever covered.',
    formula: 'adopted teams among them / eligible teams of known state never under such a mandate',
    eligibleSet:
      'As ADO-01, without the teams that an interface mandate for the path ever covered.',
    window: 'The state at the as-of.',
    minimumSample: 'Five teams for value and band.',
    missingData: `Without a register of mandates nobody knows who was free: no value. ${UNKNOWN_TEAMS}`,
    interval: TEAM_INTERVAL,
    bands: 'Good from 60 %, bad below 30 %.',
    misleadsWhen:
      'If the mandate first went to reluctant teams, or to keen ones, those left over are not like them.',
    guardrails: ['ADO-01', 'ADO-02'],
    version: '1.0.0',
  },
  windowDays: 0,

  compute({ teams }) {
    const rows = teams.map((team) => ({ id: team.team, kind: setOf(team) }))
    const requirements = { cutPoints: { good: 0.6, bad: 0.3 }, valueFrom: 5, bandFrom: 5 }
    const result = proportionOf(rows, requirements)
    const hasRegister = teams.every((team) => team.everUnderInterfaceMandate !== null)
    return hasRegister ? result : { ...result, absence: 'source_missing' }
  },
}

function setOf(team: TeamState): EvidenceKind {
  const outside = setOutside(team)
  if (outside !== null && outside !== 'unknown') return outside
  if (team.everUnderInterfaceMandate) return 'excluded:under_interface_mandate'
  return outside ?? (team.state === 'adopted' ? 'counted' : 'not_counted')
}
