import type { EvidenceKind, Metric } from '#scorecards/measure.ts'
import {
  ELIGIBLE_SET,
  isEligible,
  setOutside,
  TEAM_INTERVAL,
  type TeamState,
  UNKNOWN_TEAMS,
} from '#scorecards/metrics/team-states.ts'
import { proportionOf } from '#scorecards/proportion.ts'

export interface TotalAdoption {
  readonly teams: readonly TeamState[]
}

export const totalAdoptionRate: Metric<TotalAdoption> = {
  definition: {
    id: 'ADO-02',
    key: 'total_adoption_rate',
    name: 'Total adoption rate',
    area: 'adoption',
    unit: 'fraction of teams',
    direction: 'higher',
    toldOf: 'moment',
    definition:
      'The share of eligible teams that have adopted the path, for whatever reason, with the part ' +
      'of them that was told to.',
    formula:
      'adopted teams / eligible teams of known state; beside it mandatedShareOfAdopters = adopted ' +
      'teams of origin mandated / adopted teams of known origin',
    eligibleSet: ELIGIBLE_SET,
    window: 'The state at the as-of.',
    minimumSample: 'One team for the value, five for a band.',
    missingData: `${UNKNOWN_TEAMS} Without a register of mandates mandatedShareOfAdopters has no value.`,
    interval: TEAM_INTERVAL,
    bands: 'Good from 70 %, bad below 40 %; never shown without mandatedShareOfAdopters.',
    misleadsWhen: 'A mandate raises it without any value for the teams.',
    guardrails: ['ADO-01', 'SAT-01', 'ADO-09'],
    version: '1.0.0',
  },
  windowDays: 0,

  compute({ teams }) {
    const rows = teams.map((team) => ({ id: team.team, kind: setOf(team) }))
    const requirements = { cutPoints: { good: 0.7, bad: 0.4 }, valueFrom: 1, bandFrom: 5 }
    return { ...proportionOf(rows, requirements), parts: originParts(teams) }
  },
}

const setOf = (team: TeamState): EvidenceKind =>
  setOutside(team) ?? (team.state === 'adopted' ? 'counted' : 'not_counted')

function originParts(teams: readonly TeamState[]) {
  const adopters = teams.filter((team) => isEligible(team) && team.state === 'adopted')
  const voluntary = adopters.filter(({ origin }) => origin === 'voluntary').length
  const mandated = adopters.filter(({ origin }) => origin === 'mandated').length
  const known = voluntary + mandated
  return {
    mandatedShareOfAdopters: known === 0 ? null : mandated / known,
    nVoluntary: voluntary,
    nMandated: mandated,
    nOriginUnknown: adopters.length - known,
  }
}
