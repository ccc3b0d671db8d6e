import { type ComputedState, publishStates } from '#db/adoption-states.ts'
import type { Database } from '#db/connection.ts'
import { type ComputedMeasurement, type Horizon, publishMeasurements } from '#db/measurements.ts'
import { day } from '#test/support/adoption.ts'

/** A team that does not use a path, at the end of the week before 2 March 2026. */
export const aState = (state: Partial<ComputedState> = {}): ComputedState => ({
  team_id: 'payments',
  path_id: 'http-service',
  week_end: day('2026-03-02'),
  state: 'eligible',
  origin: null,
  currently_mandated: 0,
  ever_under_interface_mandate: 0,
  inactive_weeks: 0,
  flags: '[]',
  rule: 'R5-none',
  inputs: '{}',
  first_adopted_week: null,
  ...state,
})

/** The total adoption of a path on 2 March 2026: one team of two. Its record repeats what matters here. */
export function aMeasurement(row: Partial<ComputedMeasurement> = {}): ComputedMeasurement {
  const columns = {
    metric_id: 'ADO-02',
    path_id: 'http-service',
    team_id: '',
    source_id: '',
    as_of: day('2026-03-02'),
    value: 0.5,
    numerator: 1,
    denominator: 2,
    n: 2,
    status: 'ok',
    band: 'none',
    ...row,
  }
  const { metric_id: metricId, as_of: asOf, value } = columns
  const computedAt = day('2026-03-02')
  return { ...columns, result: row.result ?? JSON.stringify({ metricId, asOf, computedAt, value }) }
}

/** Makes `states` all that stand, as a run does. */
export const publish = (db: Database, states: readonly ComputedState[], runId = 'run-1') =>
  publishStates(db, runId, states)

/** Adds `measurements` to those that stand, or withdraws the others within `horizons`. */
export const publishResults = (
  db: Database,
  measurements: readonly ComputedMeasurement[],
  { runId = 'run-1', horizons = [] }: { runId?: string; horizons?: readonly Horizon[] } = {},
) => publishMeasurements(db, runId, measurements, horizons)
