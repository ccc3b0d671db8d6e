import { weekNumber, weekStart } from '#lib/period.ts'
import { firstAdoption, retentionSet, type TeamTrail } from '#scorecards/adoption/cohorts.ts'
import type { Computed, SortedRow, TableMetric } from '#scorecards/measure.ts'
import { TEAM_INTERVAL } from '#scorecards/metrics/team-states.ts'
import { proportionOf } from '#scorecards/proportion.ts'

export interface Adoptions {
  readonly asOf: Date
  /** Also those that never adopted. */
  readonly teams: readonly TeamTrail[]
}

/** After which it is told who is still on the path. */
export const WEEKS = [4, 8, 12, 26]
const COHORT_WEEKS = 4
const MINIMUM = 5
/** The only week for which it is said what is good. */
const BANDED_WEEK = 12

/** A cell for each cohort, oldest first, and week; then for each week one of all cohorts. */
export const cohortRetention: TableMetric<Adoptions> = {
  definition: {
    id: 'ADO-06',
    key: 'cohort_retention',
    name: 'Retention by adoption cohort',
    area: 'adoption',
    unit: 'fraction of teams',
    direction: 'higher',
    toldOf: 'moment',
    definition:
      'Of the teams that adopted the path in the same four weeks, the share that is on it 4, 8, 12 ' +
      'and 26 weeks later.',
    formula:
      'teams in state adopted exactly so many weeks after the week in which they first were / teams ' +
      'of the cohort whose state is known then. The cohort all pools those cohorts that are old ' +
      'enough, so it has fewer of them the longer ago it asks for',
    eligibleSet:
      'Teams that ever adopted, by the four ISO weeks in which they first did. One that is on a full ' +
      'exception or for which the path is not meant any more leaves the cell.',
    window: "So many weeks after each team's own adoption.",
    minimumSample: 'Five teams in a cell for value and band; the pooled cells have more.',
    missingData:
      'A cell is empty until every team of its cohort has reached its week. A team of unknown state ' +
      'is in neither count and is reported with bounds; more than 20 % unknown: no band.',
    interval: TEAM_INTERVAL,
    bands: 'At 12 weeks good from 85 %, bad below 60 %; none at other weeks.',
    misleadsWhen: 'A cohort is young and looks perfect; a mandate makes it impossible to leave.',
    guardrails: ['ADO-01', 'ADO-12'],
    version: '1.0.0',
  },
  windowDays: 0,

  computeCells({ asOf, teams }) {
    const adopters = teams.flatMap((trail): Adopter[] => {
      const adoptedAt = firstAdoption(trail, asOf)
      return adoptedAt === null ? [] : [{ trail, adoptedAt }]
    })
    const cohorts = [...Map.groupBy(adopters, cohortOf)].toSorted(([a], [b]) => a - b)
    const own = cohorts.flatMap(([first, members]) =>
      WEEKS.map((weeks) => {
        const cohort = weekStart(first)
        return {
          ...cellOf(rowsOf(members, weeks, asOf), weeks),
          parameters: { cohort: cohort.toISOString().slice(0, 10), weeks },
          window: { from: cohort, to: asOf },
        }
      }),
    )
    const first = cohorts[0]?.[0]
    const pooled = WEEKS.map((weeks) => ({
      ...cellOf(
        cohorts.flatMap(([, members]) => rowsOf(members, weeks, asOf)),
        weeks,
      ),
      parameters: { cohort: 'all', weeks },
      window: { from: first === undefined ? asOf : weekStart(first), to: asOf },
    }))
    return [...own, ...pooled]
  },
}

interface Adopter {
  readonly trail: TeamTrail
  /** The end of the week. */
  readonly adoptedAt: Date
}

/** The number of the first week of the four that hold the week of an adoption. */
const cohortOf = ({ adoptedAt }: Adopter) =>
  Math.floor((weekNumber(adoptedAt) - 1) / COHORT_WEEKS) * COHORT_WEEKS

/** Of one cohort: of all of its teams, or of none yet. */
function rowsOf(members: readonly Adopter[], weeks: number, asOf: Date): SortedRow[] {
  const rows = members.map(({ trail, adoptedAt }) => ({
    id: trail.team,
    kind: retentionSet(trail, adoptedAt, weeks, asOf),
  }))
  const isMature = rows.every(({ kind }) => kind !== 'not_matured')
  return isMature ? rows : rows.map(({ id }) => ({ id, kind: 'not_matured' }))
}

function cellOf(rows: readonly SortedRow[], weeks: number): Computed {
  const cutPoints = weeks === BANDED_WEEK ? { good: 0.85, bad: 0.6 } : null
  return proportionOf(rows, { cutPoints, valueFrom: MINIMUM, bandFrom: MINIMUM })
}
