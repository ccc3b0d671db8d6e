import type { CutPoints, EvidenceKind, Metric } from '#scorecards/measure.ts'
import {
  ELIGIBLE_SET,
  isEligible,
  setOutside,
  TEAM_INTERVAL,
  type TeamState,
  UNKNOWN_TEAMS,
} from '#scorecards/metrics/team-states.ts'
import { proportionOf } from '#scorecards/proportion.ts'

export interface VoluntaryAdoption {
  readonly teams: readonly TeamState[]
  /** Whole weeks since the path was generally available. */
  readonly pathAgeWeeks: number
}

export const voluntaryAdoptionRate: Metric<VoluntaryAdoption> = {
  definition: {
    id: 'ADO-01',
    key: 'voluntary_adoption_rate',
    name: 'Voluntary adoption rate',
    area: 'adoption',
    isHeadline: true,
    unit: 'fraction of teams',
    direction: 'higher',
    toldOf: 'moment',
    definition:
      'The share of eligible teams that have adopted the path and began to without being told to.',
    formula: 'adopted teams whose run of use began by choice / eligible teams of known state',
    eligibleSet: ELIGIBLE_SET,
    window: 'The state at the as-of, which itself looks back 28 and 91 days.',
    minimumSample: 'One team for the value, five for a band.',
    missingData: `${UNKNOWN_TEAMS} An adoption of unknown origin does not count as a choice, and is reported.`,
    interval: TEAM_INTERVAL,
    bands:
      'Good from 60 %, bad below 30 % for a path that is at least 26 weeks old; good from 30 %, ' +
      'bad below 10 % from 13 weeks on; no band for a younger path.',
    misleadsWhen:
      'Fewer eligible teams raise it; a mandate keeps it low by design; a team of three counts as ' +
      'much as a team of thirty.',
    guardrails: ['ADO-02', 'ADO-04', 'GOV-05'],
    version: '1.0.0',
  },
  windowDays: 0,

  compute({ teams, pathAgeWeeks }) {
    const rows = teams.map((team) => ({ id: team.team, kind: setOf(team) }))
    const eligible = teams.filter(isEligible)
    return {
      ...proportionOf(rows, { cutPoints: cutPoints(pathAgeWeeks), valueFrom: 1, bandFrom: 5 }),
      parts: {
        nExcepted: teams.filter(({ state }) => state === 'excepted').length,
        nInactive: rows.filter(({ kind }) => kind === 'excluded:inactive').length,
        nOriginUnknown: eligible.filter(isOfUnknownOrigin).length,
      },
      parameters: { pathAgeWeeks },
    }
  },
}

function setOf(team: TeamState): EvidenceKind {
  const isChoice = team.state === 'adopted' && team.origin === 'voluntary'
  return setOutside(team) ?? (isChoice ? 'counted' : 'not_counted')
}

const isOfUnknownOrigin = ({ state, origin }: TeamState) =>
  state === 'adopted' && (origin === null || origin === 'unknown')

/** A young path cannot have many adopters yet. */
function cutPoints(pathAgeWeeks: number): CutPoints | null {
  if (pathAgeWeeks >= 26) return { good: 0.6, bad: 0.3 }
  return pathAgeWeeks >= 13 ? { good: 0.3, bad: 0.1 } : null
}
