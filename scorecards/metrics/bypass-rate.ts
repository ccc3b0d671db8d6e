import { clusterRatio } from '#lib/stats/proportions.ts'
import type { WorkKind } from '#scorecards/adoption/weekly-counts.ts'
import { type Computed, type EvidenceKind, type Metric, toEvidence } from '#scorecards/measure.ts'
import {
  known,
  offPath,
  type Reach,
  sumOf,
  TEAMS_TO_POOL,
  toQueries,
  type WorkCounts,
} from '#scorecards/metrics/work-counts.ts'
import { proportion } from '#scorecards/proportion.ts'

export interface Bypass {
  /** `path`: pooled over `teams`; `team`: of the one team given. */
  readonly reach: Reach
  /** Of the window. */
  readonly days: number
  readonly teams: readonly TeamWork[]
}

export interface TeamWork {
  readonly team: string
  /** Weeks in a row in state adopted or partial; 0 for a team that is in neither now. */
  readonly adopterWeeks: number
  /** In-scope work of the window, whatever came of it. */
  readonly recent: WorkCounts
}

export const bypassRate: Metric<Bypass> = {
  definition: {
    id: 'ADO-09',
    key: 'bypass_rate',
    name: 'Bypass rate of adopters',
    area: 'adoption',
    unit: 'fraction of activities',
    direction: 'lower',
    definition:
      'How much of the in-scope work of teams that are on the path went around it although it need not.',
    formula:
      'work off the path / work of known mechanism; by type parallel pipeline, manual change, other; ' +
      'beside it parallelTeamShare = adopter teams with a run of a parallel pipeline / adopter teams',
    eligibleSet:
      'Work of teams that have been adopted or partial for at least eight weeks, the time granted ' +
      'for moving over. Work under an exception and break-glass work is left out.',
    window: '28 days.',
    minimumSample: '20 pieces of work; over teams also five teams.',
    missingData:
      'Work of unknown mechanism is in neither count and is reported with bounds. More than 20 % ' +
      'unknown: no band.',
    interval:
      'Over teams: ratio with a standard error clustered by team and Student t. For one team: ' +
      'Wilson score, 95 %.',
    bands: 'Good up to 5 %, bad above 20 %.',
    misleadsWhen: 'No bypass at all can mean that no collector looks at the other ways.',
    guardrails: ['ADO-04', 'DQ-01'],
    version: '1.0.0',
  },
  windowDays: 28,

  compute({ reach, days, teams }) {
    const adopters = teams.filter((team) => exclusionOf(team) === null)
    const result = {
      ...ofAdopters(adopters),
      evidence: toEvidence(teams.flatMap((team) => toRows(team, days))),
    }
    if (reach === 'path') return pooled(result, adopters)
    return adopters.length === 0 ? { ...result, absence: 'not_applicable' } : result
  },
}

const MIGRATION_WEEKS = 8
const MINIMUM = 20

function exclusionOf({ adopterWeeks }: TeamWork): EvidenceKind | null {
  if (adopterWeeks === 0) return 'excluded:not_adopter'
  return adopterWeeks < MIGRATION_WEEKS ? 'excluded:migration_grace' : null
}

function ofAdopters(adopters: readonly TeamWork[]): Computed {
  const counts = adopters.map(({ recent }) => recent)
  const result = proportion(
    {
      numerator: sumOf(counts, offPath),
      denominator: sumOf(counts, known),
      nUnknown: sumOf(counts, ({ unknown }) => unknown),
    },
    { cutPoints: { good: 0.05, bad: 0.2 }, valueFrom: MINIMUM, bandFrom: MINIMUM },
  )
  return { ...result, parts: partsOf(counts) }
}

function partsOf(counts: readonly WorkCounts[]) {
  const withParallel = counts.filter(({ parallel_pipeline }) => parallel_pipeline > 0).length
  return {
    parallelPipeline: sumOf(counts, ({ parallel_pipeline }) => parallel_pipeline),
    manualChange: sumOf(counts, ({ manual_change }) => manual_change),
    otherOffPath: sumOf(counts, ({ off_path }) => off_path),
    parallelTeamShare: counts.length === 0 ? null : withParallel / counts.length,
    adopterTeams: counts.length,
    excludedExempt: sumOf(counts, ({ exempt }) => exempt),
    excludedBreakGlass: sumOf(counts, ({ break_glass }) => break_glass),
  }
}

function pooled(result: Computed, adopters: readonly TeamWork[]): Computed {
  const ratio = clusterRatio(
    adopters.map(({ recent }) => ({ numerator: offPath(recent), denominator: known(recent) })),
  )
  const isTooSmall = ratio.clusters < TEAMS_TO_POOL || result.n < MINIMUM
  return {
    ...result,
    ci: ratio.ci && { ...ratio.ci, level: 0.95, method: 'clustered by team, t' },
    parts: { ...result.parts, se: ratio.se, teamsUsed: ratio.clusters },
    isTooSmall,
    isTooSmallForBand: isTooSmall,
  }
}

function toRows(team: TeamWork, days: number) {
  const exclusion = exclusionOf(team)
  const terms = { team: team.team, days: String(days) }
  return toQueries(team.recent, terms, (kind) => exclusion ?? setOf(kind))
}

function setOf(kind: WorkKind): EvidenceKind {
  if (kind === 'path') return 'not_counted'
  if (kind === 'unknown') return 'unknown'
  return kind === 'exempt' || kind === 'break_glass' ? `excluded:${kind}` : 'counted'
}
