import { type ComputedState, writeStates } from '#db/adoption-states.ts'
import type { Database } from '#db/connection.ts'
import { type ComputedMeasurement, type Region, writeMeasurements } from '#db/measurements.ts'
import { publishRun } from '#db/published.ts'
import type { NewRow } from '#db/schema.ts'
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
  user_weeks: 0,
  flags: '[]',
  rule: 'R5-none',
  inputs: '{}',
  first_adopted_week: null,
  ...state,
})

/** The total adoption of a path on 2 March 2026: one team of two. Its window ends with the as-of. */
export function aMeasurement(row: Partial<ComputedMeasurement> = {}): ComputedMeasurement {
  const { as_of = day('2026-03-02') } = row
  return {
    metric_id: 'ADO-02',
    path_id: 'http-service',
    team_id: '',
    source_id: '',
    window_kind: 'own',
    window_start: as_of,
    window_end: as_of,
    cell: '',
    as_of,
    value: 0.5,
    numerator: 1,
    denominator: 2,
    n: 2,
    unknown_count: 0,
    not_matured_count: 0,
    coverage: 1,
    ci_low: null,
    ci_high: null,
    status: 'ok',
    band: 'none',
    details: JSON.stringify(NO_DETAILS),
    definition_version: '1.0.0',
    engine_version: '1.0.0',
    computed_at: day('2026-03-02'),
    ...row,
  }
}

/** A record with nothing beside its value. */
export const NO_DETAILS = {
  parameters: {},
  watermarks: {},
  parts: {},
  flags: [],
  evidence: [],
  bounds: null,
  method: null,
}

/** What `aMeasurement` is about, over its own windows that end at `ends`. */
export const aRegion = (ends: readonly string[], region: Partial<Region> = {}): Region => ({
  pathId: 'http-service',
  teamId: '',
  sourceId: '',
  windowKind: 'own',
  windowEnds: ends,
  metricIds: ['ADO-02'],
  ...region,
})

/** A run of 3 March 2026 that scores everything up to the day before. */
export const aRun = (row: Partial<NewRow<'scoring_runs'>> = {}) => ({
  started_at: day('2026-03-03'),
  as_of: day('2026-03-02'),
  engine_version: '1.0.0',
  catalogue_version: 'ADO-02 1.0.0',
  extent: 'full' as const,
  ...row,
})

/**
 * Publishes `states` as all that stand of their teams on their paths, and of `withdrawn` none.
 * Returns how many weeks changed.
 */
export async function publish(
  db: Database,
  states: readonly ComputedState[],
  { run = 1, withdrawn = [] }: { run?: number; withdrawn?: readonly ComputedState[] } = {},
): Promise<number> {
  let changed = 0
  for (const [pathId, rows] of Map.groupBy([...states, ...withdrawn], (row) => row.path_id)) {
    const teamIds = [...new Set(rows.map((row) => row.team_id))]
    const own = states.filter((row) => row.path_id === pathId)
    changed += (await writeStates(db, run, { pathId, teamIds }, own)).length
  }
  await publishAs(db, run, [])
  return changed
}

/**
 * Publishes `measurements` beside those of other metrics, subjects and windows, and withdraws what
 * else stands in `withdrawn`. Returns how many rows changed.
 */
export async function publishResults(
  db: Database,
  measurements: readonly ComputedMeasurement[],
  { run = 1, withdrawn }: { run?: number; withdrawn?: Region } = {},
): Promise<number> {
  let changed = 0
  for (const rows of Map.groupBy(measurements, subjectOf).values()) {
    changed += await writeMeasurements(db, run, regionOf(rows), rows)
  }
  if (withdrawn !== undefined) changed += await writeMeasurements(db, run, withdrawn, [])
  await publishAs(db, run, measurements)
  return changed
}

const subjectOf = (row: ComputedMeasurement) =>
  [row.metric_id, row.path_id, row.team_id, row.source_id, row.window_kind].join('\n')

/** Nothing but the windows of `rows`, all of one metric and subject. */
function regionOf(rows: readonly ComputedMeasurement[]): Region {
  const [first = aMeasurement()] = rows
  return {
    pathId: first.path_id,
    teamId: first.team_id,
    sourceId: first.source_id,
    windowKind: first.window_kind,
    windowEnds: [...new Set(rows.map((row) => row.window_end))],
    metricIds: [first.metric_id],
  }
}

/** Lets a run end that reached the newest as-of of `measurements`. */
async function publishAs(
  db: Database,
  run: number,
  measurements: readonly ComputedMeasurement[],
): Promise<void> {
  const as_of = measurements
    .map((row) => row.as_of)
    .toSorted()
    .at(-1)
  await db
    .insertInto('scoring_runs')
    .values({
      ...aRun(as_of === undefined ? {} : { as_of }),
      run,
      finished_at: day('2026-03-03'),
      changed_count: 0,
    })
    .execute()
  await publishRun(db, run)
}
