import { clusterRatio } from '#lib/stats/proportions.ts'
import type { WorkKind } from '#scorecards/adoption/weekly-counts.ts'
import { type Computed, type EvidenceKind, type Metric, toEvidence } from '#scorecards/measure.ts'
import {
  known,
  type Reach,
  sumOf,
  TEAMS_TO_POOL,
  toQueries,
  toQuery,
  type WorkCounts,
} from '#scorecards/metrics/work-counts.ts'
import { proportion } from '#scorecards/proportion.ts'

/** In-scope work of a team in some days before the as-of, which is the end of the window. */
export interface WorkSpan {
  readonly successful: WorkCounts
  /** Whatever way it was done. */
  readonly notSuccessful: number
}

export interface PathShare {
  /** `path`: pooled over `teams`; `team`: of the one team given. */
  readonly reach: Reach
  /** Of the window. */
  readonly days: number
  /** Eligible teams, also those without any work. */
  readonly teams: readonly {
    readonly team: string
    /** In the window. */
    readonly recent: WorkSpan
    readonly last91: WorkSpan
  }[]
}

const OWN_DAYS = 28
/** A team with too little work in those is looked at for so long. */
const LONGER_DAYS = 91

export const pathShareOfActivity: Metric<PathShare> = {
  definition: {
    id: 'ADO-04',
    key: 'path_share_of_activity',
    name: 'Share of in-scope work that runs on the path (depth)',
    area: 'adoption',
    unit: 'fraction of activities',
    direction: 'higher',
    definition:
      'How much of the work that the path could have carried (deployments, provisioning, pipeline ' +
      'runs, changes) it did carry.',
    formula:
      'successful work by mechanism path / successful in-scope work of known mechanism, both summed ' +
      'over the teams that had any',
    eligibleSet:
      'Eligible teams with in-scope work. Work under a partial exception and break-glass work is ' +
      'left out. A team without work is listed and is no zero.',
    window:
      '28 days; 91 days for a team with fewer than five pieces of work in 28. Any other window stays as ' +
      'it is asked for.',
    minimumSample:
      'Over teams: five teams and 30 pieces of work. For one team: five pieces of work.',
    missingData:
      'Work of unknown mechanism is in neither count and is reported with bounds. More than 20 % ' +
      'unknown: no band.',
    interval:
      'Over teams: ratio with a standard error clustered by team and Student t, since the work of ' +
      'one team is alike. For one team: Wilson score, 95 %.',
    bands: 'Good from 80 %, bad below 40 %.',
    misleadsWhen: 'One very busy team decides the pooled share.',
    guardrails: ['ADO-01', 'ADO-09'],
    version: '1.0.0',
  },
  windowDays: OWN_DAYS,

  compute({ reach, days, teams }) {
    const chosen = teams.map(({ team, recent, last91 }) => {
      const isTooFew = days === OWN_DAYS && known(recent.successful) < MINIMUM_OF_TEAM
      return isTooFew
        ? { team, days: LONGER_DAYS, isLonger: true, ...last91 }
        : { team, days, isLonger: false, ...recent }
    })
    const result = { ...ofCounts(chosen), evidence: toEvidence(chosen.flatMap(toRows)) }
    if (reach === 'path') return pooled(result, chosen)
    return { ...result, windowDays: chosen[0]?.days ?? days }
  },
}

const MINIMUM_OF_TEAM = 5
const MINIMUM_POOLED = 30

interface TeamSpan extends WorkSpan {
  readonly team: string
  readonly days: number
  /** Longer than the window. */
  readonly isLonger: boolean
}

function ofCounts(spans: readonly TeamSpan[]): Computed {
  const counts = spans.map(({ successful }) => successful)
  const result = proportion(
    {
      numerator: sumOf(counts, ({ path }) => path),
      denominator: sumOf(counts, known),
      nUnknown: sumOf(counts, ({ unknown }) => unknown),
    },
    {
      cutPoints: { good: 0.8, bad: 0.4 },
      valueFrom: MINIMUM_OF_TEAM,
      bandFrom: MINIMUM_OF_TEAM,
    },
  )
  return {
    ...result,
    parts: {
      teamsUsed: spans.filter(hasWork).length,
      teamsWithoutActivity: spans.filter((span) => !hasWork(span)).length,
      teamsOver91Days: spans.filter((span) => span.isLonger && hasWork(span)).length,
      parallelPipeline: sumOf(counts, ({ parallel_pipeline }) => parallel_pipeline),
      manualChange: sumOf(counts, ({ manual_change }) => manual_change),
      otherOffPath: sumOf(counts, ({ off_path }) => off_path),
      excludedExempt: sumOf(counts, ({ exempt }) => exempt),
      excludedBreakGlass: sumOf(counts, ({ break_glass }) => break_glass),
      excludedNotSuccessful: sumOf(spans, ({ notSuccessful }) => notSuccessful),
    },
  }
}

const hasWork = ({ successful }: WorkSpan) => known(successful) > 0

function pooled(result: Computed, spans: readonly TeamSpan[]): Computed {
  const ratio = clusterRatio(
    spans.map(({ successful }) => ({
      numerator: successful.path,
      denominator: known(successful),
    })),
  )
  const isTooSmall = ratio.clusters < TEAMS_TO_POOL || result.n < MINIMUM_POOLED
  return {
    ...result,
    ci: ratio.ci && { ...ratio.ci, level: 0.95, method: 'clustered by team, t' },
    parts: { ...result.parts, se: ratio.se },
    isTooSmall,
    isTooSmallForBand: isTooSmall,
  }
}

function toRows({ team, days, successful, notSuccessful }: TeamSpan) {
  const terms = { team, days: String(days) }
  const rows = toQueries(successful, { ...terms, successful: 'true' }, setOf)
  if (notSuccessful > 0) {
    const id = toQuery({ ...terms, successful: 'false' })
    rows.push({ id, kind: 'excluded:not_successful' })
  }
  if (known(successful) === 0) rows.push({ id: team, kind: 'excluded:no_activity' })
  return rows
}

function setOf(kind: WorkKind): EvidenceKind {
  if (kind === 'path') return 'counted'
  if (kind === 'unknown') return 'unknown'
  return kind === 'exempt' || kind === 'break_glass' ? `excluded:${kind}` : 'not_counted'
}
