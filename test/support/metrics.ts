import type { MeasureContext } from '#scorecards/measure.ts'
import type { TeamState } from '#scorecards/metrics/team-states.ts'
import type { WorkCounts } from '#scorecards/metrics/work-counts.ts'

/** A fully covered path at some moment. */
export function aContext(context: Partial<MeasureContext> = {}): MeasureContext {
  return {
    scope: { pathId: 'deploy' },
    asOf: new Date('2026-03-02T00:00:00Z'),
    computedAt: new Date('2026-03-02T06:00:00Z'),
    engineVersion: '0.1.0',
    parameters: {},
    watermarks: {},
    coverage: 1,
    ...context,
  }
}

/** An eligible team that nobody told to use the path and that does not. */
export function aTeam(team: Partial<TeamState> = {}): TeamState {
  return {
    team: 'payments',
    state: 'eligible',
    origin: null,
    everUnderInterfaceMandate: false,
    inactiveWeeks: 0,
    ...team,
  }
}

/** Counts of work; none of what is not named. */
export function aWork(counts: Partial<WorkCounts> = {}): WorkCounts {
  return {
    path: 0,
    parallel_pipeline: 0,
    manual_change: 0,
    off_path: 0,
    break_glass: 0,
    unknown: 0,
    exempt: 0,
    ...counts,
  }
}
