import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import { insertCoverage } from '#db/coverage.ts'
import { linkEnvironments } from '#db/environment-events.ts'
import { deleteFacts, markGone, upsertFacts } from '#db/facts.ts'
import type { FactTable, RemovableTable } from '#db/natural-keys.ts'
import type { NewRow } from '#db/schema.ts'
import { listMeasurements } from '#lib/queries/measurements.ts'
import { measureWindow, measureWindows } from '#lib/queries/windows.ts'
import { REMOVABLE } from '#lib/removable.ts'
import { DELIVERY_METRICS } from '#scorecards/delivery/results.ts'
import { cellOf } from '#scorecards/measurement-row.ts'
import { PATH_METRICS } from '#scorecards/path-results.ts'
import { STANDING_METRICS } from '#scorecards/path-standing.ts'
import type { MetricResult } from '#scorecards/result.ts'
import { measureCellsOn, scoreAll } from '#scorecards/run.ts'
import { addPath, addService, addTeam, cover } from '#test/support/adoption.ts'
import { addRequirement, addTicket } from '#test/support/cases.ts'
import { testDatabase } from '#test/support/database.ts'
import { withCounts } from '#test/support/evidence.ts'
import { differencesFromRebuild } from '#test/support/rebuild.ts'

/** The last of nine weeks that are scored has ended on the Monday before. */
const NOW = new Date('2026-03-11T10:00:00Z')
const FIRST = Date.parse('2025-12-01T00:00:00Z')
const HOUR_MS = 3_600_000
const HOURS = 100 * 24

/** So many hours after everything began; fifteen weeks in all. */
const at = (hours: number) => new Date(FIRST + hours * HOUR_MS).toISOString()

const TEAMS = ['payments', 'search', 'quiet'] as const
const SERVICES = ['shop', 'index', 'mail'] as const
const PATHS = ['merges', 'deploys', 'environments', 'acts'] as const

/** Two teams with work, one without; one service is read later than the others. */
async function anOrganisation(): Promise<Database> {
  const db = await testDatabase()
  await addPath(db, { id: 'merges' })
  await addPath(db, { id: 'deploys', rules: { work: 'deployments' } })
  await addPath(db, { id: 'environments', rules: { work: 'provisioning', evidence: [] } })
  await addPath(db, { id: 'acts', rules: { work: 'activities', evidence: [] } })
  for (const team of TEAMS) await addTeam(db, team)
  const covered = { from: '2025-10-06', to: '2026-03-04' }
  await addService(db, 'shop', { team: 'payments', covered })
  await addService(db, 'index', { team: 'search', covered })
  await addService(db, 'mail', {
    team: 'search',
    covered: { from: '2026-01-05', to: '2026-03-04' },
  })
  await cover(db, 'entity:deployments', covered)
  await cover(db, 'entity:incidents', covered)
  await cover(db, 'entity:provisioning_requests', covered)
  await cover(db, 'entity:tickets', covered)
  await cover(db, 'entity:policy_evidence', covered)
  await cover(db, 'entity:steps', covered)
  await addTicket(db, { native_id: 'first', opened_at: at(2200), path_id: null })
  await addRequirement(db, { native_id: 'signed' })
  return db
}

type Step = (db: Database) => Promise<unknown>

/** So that a failing sequence tells what it did. */
const named = (text: string, step: Step): Step =>
  Object.assign(step, { [fc.toStringMethod]: () => text })

const OBSERVED = { source_id: 'made', observed_at: at(HOURS) }
const hours = fc.integer({ min: 0, max: HOURS })
const nativeId = fc.constantFrom('1', '2', '3', '4')
const service = fc.constantFrom(...SERVICES)
const team = fc.constantFrom(...TEAMS)
const path = fc.constantFrom(...PATHS)
const repository = service.map((id) => `local/${id}`)

function storing<T extends FactTable>(table: T, one: object): Step {
  const stored = { ...OBSERVED, ...one } as unknown as NewRow<T>
  return named(`${table} ${JSON.stringify(one)}`, (db) => upsertFacts(db, table, [stored]))
}

const upsert = (table: FactTable, row: fc.Arbitrary<object>): fc.Arbitrary<Step> =>
  row.map((one) => storing(table, one))

/** On the first day, never restored. */
const anIncident = (serviceId: string | null) => ({
  native_id: '3',
  service_id: serviceId,
  caused_by_deployment_id: null,
  severity: null,
  started_at: at(0),
  detected_at: null,
  acknowledged_at: null,
  mitigated_at: null,
  restored_at: null,
  link_kind: null,
  cause_class: null,
  reassignment_count: null,
  owner_found_at: null,
})

const deployment = upsert(
  'deployments',
  fc
    .record({
      native_id: nativeId,
      service_id: service,
      hours,
      outcome: fc.constantFrom('success', 'success', 'failure', 'unknown'),
      environment_tier: fc.constantFrom('production', 'production', 'staging', null),
      kind: fc.constantFrom('planned', 'hotfix', 'rollback', null),
      sha: fc.constantFrom('sha-1', 'sha-2', 'sha-3', null),
      path_id: fc.constantFrom('deploys', null),
      mechanism: fc.constantFrom('path', 'manual_change', null),
      initiator_kind: fc.constantFrom('human', 'human', 'bot', 'unknown'),
    })
    .map(({ hours: finished, ...row }) => ({
      ...row,
      environment: null,
      version: null,
      created_at: at(finished),
      started_at: null,
      finished_at: at(finished),
      superseded_at: null,
      redeploy_of: null,
      rollback_of: null,
      path_version: null,
      url: null,
    })),
)

const change = upsert(
  'changes',
  fc
    .record({
      native_id: nativeId,
      repository_id: fc.oneof({ weight: 3, arbitrary: repository }, fc.constant('local/unknown')),
      merged: fc.option(hours),
      author_kind: fc.constantFrom('human', 'human', 'bot'),
      service_id: fc.option(service),
    })
    .map(({ merged, ...row }) => ({
      ...row,
      number: null,
      first_commit_at: at((merged ?? 50) - 30),
      opened_at: null,
      ready_at: null,
      first_review_at: null,
      approved_at: null,
      merged_at: merged === null ? null : at(merged),
      merge_sha: `sha-${row.native_id}`,
      size_lines: null,
      reverts: null,
    })),
)

const incident = upsert(
  'incidents',
  fc
    .record({
      native_id: nativeId,
      service_id: fc.option(service),
      started: hours,
      lasts: fc.option(fc.integer({ min: 1, max: 400 })),
      caused_by_deployment_id: fc.option(nativeId),
      cause_class: fc.constantFrom('platform', 'policy', null),
    })
    .map(({ started, lasts, ...row }) => ({
      ...row,
      severity: null,
      started_at: at(started),
      detected_at: null,
      acknowledged_at: null,
      mitigated_at: null,
      restored_at: lasts === null ? null : at(started + lasts),
      link_kind: null,
      reassignment_count: null,
      owner_found_at: null,
    })),
)

const evidence = upsert(
  'usage_evidence',
  fc
    .record({
      path_id: fc.constantFrom('merges', 'deploys'),
      repository_id: repository,
      week: fc.integer({ min: 0, max: 14 }),
      presence: fc.constantFrom('present', 'present', 'absent', 'unknown'),
    })
    .map(({ week, ...row }) => ({
      ...row,
      rule_id: 'file-present:deploy.yml',
      valid_from: at(week * 168),
      blob: null,
      pins: null,
      proof: 'deploy.yml',
      commit_sha: 'made',
    })),
)

const owner = upsert(
  'service_owners',
  fc.record({ service_id: service, team_id: fc.option(team), hours }).map((row) => ({
    service_id: row.service_id,
    team_id: row.team_id,
    owned_from: at(row.hours),
    owned_to: null,
    decided_by: 'made',
  })),
)

const request = upsert(
  'provisioning_requests',
  fc
    .record({
      native_id: nativeId,
      team_id: team,
      path_id: fc.constantFrom('environments', null),
      requested: hours,
      waits: fc.option(fc.integer({ min: 1, max: 200 })),
      failed: fc.boolean(),
      cause_code: fc.constantFrom('platform:quota', 'policy', 'bad luck', null),
    })
    .map(({ requested, waits, failed, ...row }) => ({
      ...row,
      workload_class: null,
      target_key: 'environment/database',
      chain_key: null,
      requested_at: at(requested),
      approved_at: null,
      first_human_step_at: null,
      expires_at: null,
      expired_at: null,
      usable_at: waits === null || failed ? null : at(requested + waits),
      ended_at: waits === null ? null : at(requested + waits),
      result: waits === null ? 'open' : failed ? 'failed' : 'usable',
    })),
)

const environmentEvent: fc.Arbitrary<Step> = fc
  .record({ native_id: nativeId, occurred: hours })
  .map(({ occurred, ...row }) => ({
    ...row,
    environment: 'database',
    occurred_at: at(occurred),
  }))
  .map((row) =>
    named(`environment_events ${JSON.stringify(row)}`, async (db) => {
      await storing('environment_events', row)(db)
      await linkEnvironments(db, [row.environment])
    }),
  )

const ticket = upsert(
  'tickets',
  fc
    .record({
      native_id: nativeId,
      team_id: fc.option(team),
      path_id: fc.option(path),
      type: fc.constantFrom('how_to', 'bug', null),
      opened: hours,
      opened_by_group: fc.constantFrom('requester', 'platform', null),
      linked_request_id: fc.option(nativeId),
      executed_by: fc.constantFrom('requester', 'platform', null),
    })
    .map(({ opened, ...row }) => ({
      ...row,
      category: null,
      status_category: null,
      opened_at: at(opened),
      first_response_at: null,
      resolved_at: null,
      reopened_count: null,
      channel: null,
      bot: 0,
      session_count: null,
      platform_people_count: null,
      both_sides_changed: null,
      co_design: null,
    })),
)

const humanStep = upsert(
  'steps',
  fc
    .record({
      native_id: nativeId,
      of: fc.constantFrom({ request: '1' }, { request: '2' }, { sha: 'sha-1' }, { sha: 'sha-2' }),
      lasts: fc.option(fc.integer({ min: 1, max: 400 })),
      kind: fc.constantFrom('auto', 'human_wait', 'human_work'),
      started: hours,
      actor_group: fc.constantFrom('platform', 'requester', null),
    })
    .map(({ started, lasts, of, ...row }) => ({
      ...row,
      request_id: 'request' in of ? of.request : null,
      change_sha: 'sha' in of ? of.sha : null,
      started_at: at(started),
      ended_at: lasts === null ? null : at(started + lasts),
    })),
)

const activity = upsert(
  'activities',
  fc
    .record({
      native_id: nativeId,
      service_id: fc.option(service),
      team_id: fc.option(team),
      occurred: hours,
      result: fc.constantFrom('success', 'success', 'failure', 'unknown'),
      mechanism: fc.constantFrom('path', 'path', 'manual_change', null),
      user_initiated: fc.constantFrom(1, 1, 0, null),
    })
    .map(({ occurred, ...row }) => ({
      ...row,
      path_id: 'acts',
      kind: 'pipeline_run',
      occurred_at: at(occurred),
      mechanism_rule: null,
      path_version: null,
      exception_id: null,
      incident_id: null,
    })),
)

const attempt = upsert(
  'path_attempts',
  fc
    .record({
      native_id: nativeId,
      team_id: team,
      path_id: path,
      started: hours,
      result: fc.constantFrom('success', 'failure', 'open'),
      cause_code: fc.constantFrom('platform', 'user_input:name', null),
    })
    .map(({ started, ...row }) => ({
      ...row,
      started_at: at(started),
      ended_at: row.result === 'open' ? null : at(started + 1),
    })),
)

const requirement = upsert(
  'policy_requirements',
  fc
    .record({
      native_id: fc.constantFrom('signed', 'reviewed'),
      path_id: fc.option(path),
      workload_class: fc.constantFrom('http', null),
      required: hours,
      lasts: fc.option(fc.integer({ min: 100, max: 2000 })),
    })
    .map(({ required, lasts, ...row }) => ({
      ...row,
      name: row.native_id,
      data_classification: null,
      required_from: at(required),
      required_to: lasts === null ? null : at(required + lasts),
    })),
)

const proof = upsert(
  'policy_evidence',
  fc
    .record({
      native_id: nativeId,
      subject_type: fc.constantFrom('deployment', 'request'),
      subject_id: nativeId,
      requirement_id: fc.constantFrom('signed', 'reviewed'),
      result: fc.constantFrom('pass', 'pass', 'fail', 'waived'),
      produced: hours,
      collector_kind: fc.constantFrom('automated', 'manual', null),
      waiver_id: fc.option(nativeId),
    })
    .map(({ produced, ...row }) => ({
      ...row,
      severity: null,
      produced_at: at(produced),
      ingested_at: null,
      verified: null,
      url: null,
    })),
)

const exception = upsert(
  'exceptions',
  fc
    .record({
      native_id: nativeId,
      team_id: team,
      path_id: path,
      decided: hours,
      isWhole: fc.boolean(),
      service,
    })
    .map(({ decided, isWhole, service: id, ...row }) => ({
      ...row,
      scope: isWhole ? 'full' : 'partial',
      service_ids: JSON.stringify([id]),
      gap_code: null,
      reason: null,
      risk_class: null,
      requested_at: at(decided),
      decided_at: at(decided),
      decision: 'approved',
      explanation: null,
      alternative: null,
      compensating_control: null,
      owner: null,
      expires_on: null,
      renewals: 0,
      closed_at: null,
      close_reason: null,
      roadmap_item_id: null,
    })),
)

const mandate = upsert(
  'mandates',
  fc.record({ native_id: nativeId, path_id: path, announced: hours }).map((row) => ({
    native_id: row.native_id,
    path_id: row.path_id,
    team_scope: 'all',
    kind: 'interface',
    announced_at: at(row.announced),
    effective_at: at(row.announced + 100),
    ended_at: null,
  })),
)

function readingOf(of: { sourceId: string; scope: string; from: number; to: number }): Step {
  const coverage = { ...of, from: new Date(at(of.from)), to: new Date(at(of.to)) }
  return named(`read ${JSON.stringify(coverage)}`, (db) => insertCoverage(db, coverage, NOW))
}

const reading: fc.Arbitrary<Step> = fc
  .record({
    sourceId: fc.constantFrom('clones', 'made'),
    scope: fc.constantFrom(
      'repository:local/shop',
      'repository:local/mail',
      'entity:deployments',
      'entity:incidents',
      'entity:provisioning_requests',
      'entity:activities',
      'entity:tickets',
      'entity:policy_requirements',
      'entity:policy_evidence',
      'entity:policy_evidence:signed',
      'entity:policy_evidence:github-approval',
      'entity:steps',
      'entity:path_attempts:merges',
    ),
    from: hours,
    length: fc.integer({ min: 1, max: 1000 }),
  })
  .map(({ from, length, ...of }) => readingOf({ ...of, from, to: from + length }))

const isCalled =
  (id: string) =>
  ({ native_id }: { readonly native_id?: unknown }) =>
    native_id === id

const deletion: fc.Arbitrary<Step> = fc
  .record({
    table: fc.constantFrom<FactTable>(
      'deployments',
      'changes',
      'incidents',
      'usage_evidence',
      'service_owners',
      'provisioning_requests',
      'exceptions',
      'mandates',
      'tickets',
      'steps',
      'activities',
      'path_attempts',
      'policy_requirements',
      'policy_evidence',
    ),
    nativeId,
  })
  .map(({ table, nativeId: id }) =>
    named(`delete ${table} ${id}`, (db) =>
      deleteFacts(
        db,
        table,
        'made',
        ({ native_id }) => native_id === undefined || native_id === id,
      ),
    ),
  )

/** A row that is stored again after that is there again. */
const removal: fc.Arbitrary<Step> = fc
  .record({
    table: fc.constantFrom<RemovableTable>(
      'deployments',
      'changes',
      'incidents',
      'provisioning_requests',
    ),
    nativeId,
  })
  .map(({ table, nativeId: id }) =>
    named(`remove ${table} ${id}`, (db) => markGone(db, table, 'made', NOW, isCalled(id))),
  )

const rare = fc.oneof(
  upsert(
    'teams',
    team.map((id) => ({
      id,
      name: id,
      kind: null,
      parent_id: null,
      active_from: at(500),
      active_to: null,
      size_bucket: null,
    })),
  ),
)

const delivery = fc.oneof(
  { weight: 4, arbitrary: deployment },
  { weight: 3, arbitrary: change },
  { weight: 3, arbitrary: incident },
)

const step = fc.oneof(
  { weight: 10, arbitrary: delivery },
  { weight: 3, arbitrary: evidence },
  { weight: 2, arbitrary: owner },
  { weight: 2, arbitrary: request },
  { weight: 1, arbitrary: environmentEvent },
  { weight: 3, arbitrary: ticket },
  { weight: 4, arbitrary: humanStep },
  { weight: 2, arbitrary: activity },
  { weight: 1, arbitrary: attempt },
  { weight: 2, arbitrary: requirement },
  { weight: 3, arbitrary: proof },
  { weight: 2, arbitrary: exception },
  { weight: 1, arbitrary: mandate },
  { weight: 2, arbitrary: reading },
  { weight: 3, arbitrary: deletion },
  { weight: 3, arbitrary: removal },
  { weight: 1, arbitrary: rare },
)

const batch = <Of>(of: fc.Arbitrary<Of>) => fc.array(of, { minLength: 1, maxLength: 4 })

/** What was delivered touches little when nothing else comes with it. */
const batches = fc.array(fc.oneof(batch(step), batch(delivery)), { minLength: 1, maxLength: 3 })

/** Scores after each batch, and then everything anew, which must say the same. */
async function expectSameAsRebuild(batches: readonly (readonly Step[])[]): Promise<void> {
  const db = await anOrganisation()
  await scoreAll(db, { now: NOW })
  for (const batch of batches) {
    for (const change of batch) await change(db)
    await scoreAll(db, { now: NOW })
  }
  expect(await differencesFromRebuild(db, NOW)).toEqual([])
  await db.destroy()
}

const SEQUENCES = Number(process.env['SEQUENCES'] ?? 500)

test(
  `what changed facts touch, scored alone, gives the rows of a full rebuild (${SEQUENCES} sequences)`,
  async () => {
    await fc.assert(fc.asyncProperty(batches, expectSameAsRebuild), { numRuns: SEQUENCES })
  },
  SEQUENCES * 5_000,
)

/** What every measurement says, by its subject and window. */
async function listValues(db: Database) {
  const rows = await db
    .selectFrom('measurements')
    .select(['metric_id', 'path_id', 'team_id', 'window_kind', 'window_end', 'cell'])
    .select(['value', 'numerator', 'denominator', 'n', 'unknown_count', 'status'])
    .where('to_run', 'is', null)
    .execute()
  return rows.map((row) => JSON.stringify(row)).toSorted()
}

/** What is measured after `steps`, when of every kind of event those of one id are removed at their source. */
async function valuesWithout(
  steps: readonly Step[],
  remove: (db: Database, table: RemovableTable) => Promise<unknown>,
): Promise<string[]> {
  const db = await anOrganisation()
  for (const one of steps) await one(db)
  for (const table of REMOVABLE) await remove(db, table)
  await scoreAll(db, { now: NOW })
  const values = await listValues(db)
  await db.destroy()
  return values
}

test('what was removed at its source counts as little as what was never told', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 12 }), nativeId, async (all, id) => {
      const removed = await valuesWithout(all, (db, table) =>
        markGone(db, table, 'made', NOW, isCalled(id)),
      )
      const untold = await valuesWithout(all, (db, table) =>
        deleteFacts(db, table, 'made', isCalled(id)),
      )
      expect(removed).toEqual(untold)
    }),
    { numRuns: 12 },
  )
}, 120_000)

test('an incident that leaves its service is taken out of the weeks from before a new owner came', async () => {
  await expectSameAsRebuild([
    [storing('incidents', anIncident('index'))],
    [
      storing('service_owners', {
        service_id: 'index',
        team_id: 'payments',
        owned_from: at(7 * 24),
        owned_to: null,
        decided_by: 'made',
      }),
      storing('incidents', anIncident(null)),
    ],
  ])
})

test('what was read of a service says nothing of a team before it came to own it', async () => {
  await expectSameAsRebuild([
    [readingOf({ sourceId: 'clones', scope: 'repository:local/shop', from: 1_397, to: 2_233 })],
    [
      storing('service_owners', {
        service_id: 'shop',
        team_id: 'quiet',
        owned_from: at(98 * 24),
        owned_to: null,
        decided_by: 'made',
      }),
    ],
  ])
})

test('what a team asked for is judged anew when its last service goes to another team', async () => {
  await expectSameAsRebuild([
    [
      storing('provisioning_requests', {
        native_id: '3',
        team_id: 'payments',
        path_id: 'environments',
        workload_class: null,
        target_key: 'database',
        chain_key: null,
        requested_at: at(51 * 24),
        first_human_step_at: null,
        usable_at: at(52 * 24),
        ended_at: at(52 * 24),
        result: 'usable',
        cause_code: null,
      }),
    ],
    [
      storing('service_owners', {
        service_id: 'shop',
        team_id: 'search',
        owned_from: at(33 * 24),
        owned_to: null,
        decided_by: 'made',
      }),
    ],
  ])
})

const LAST_WEEK_END = new Date('2026-03-09T00:00:00Z')
const DAY_MS = 24 * HOUR_MS
/** Where there is little, these look back on 91 days of their own accord. */
const OWN_DAYS: Readonly<Record<string, number>> = { 'ADO-04': 28, 'SPD-01': 28 }

const windowOf = ({ metricId, window: { start, end } }: MetricResult) => {
  const days = OWN_DAYS[metricId]
  const to = new Date(end)
  // A state at a moment is asked for of any window that ends then.
  const isMoment = start === end
  const from = isMoment ? new Date(to.getTime() - DAY_MS) : new Date(start)
  return { from: days === undefined ? from : new Date(to.getTime() - days * DAY_MS), to }
}

const toldBy = (results: readonly MetricResult[]) =>
  results.map((one) => ({ ...withCounts(one), computedAt: '' }))

test('over its own window every metric says what was published of it', async () => {
  const isOfNow = (metricId: string) => DELIVERY_METRICS.includes(metricId)
  await fc.assert(
    fc.asyncProperty(batches, fc.constantFrom(0, 2, 5), async (all, weeksBack) => {
      const db = await anOrganisation()
      for (const change of all.flat()) await change(db)
      await scoreAll(db, { now: NOW })
      const asOf = new Date(LAST_WEEK_END.getTime() - weeksBack * 7 * DAY_MS)
      const published = (await listMeasurements(db, asOf)).filter((one) => !isOfNow(one.metricId))
      const subjects = Map.groupBy(published, ({ metricId, scope }) =>
        JSON.stringify([metricId, scope]),
      )
      for (const cells of subjects.values()) {
        const [first] = cells
        if (first === undefined) continue
        const { metricId, scope } = first
        const question = { metricId, scope, isOpened: false }
        // Each cohort has a window of its own, and all have the same end.
        const measured = await measureWindow(db, { ...question, window: windowOf(first) })
        expect(toldBy(measured).toSorted(byCell)).toEqual(toldBy(cells).toSorted(byCell))
      }
      expect(published.map(({ metricId }) => metricId)).toEqual(
        expect.arrayContaining([...STANDING_METRICS, ...PATH_METRICS, 'DQ-01']),
      )
      await db.destroy()
    }),
    { numRuns: 6 },
  )
}, 240_000)

const byCell = (a: MetricResult, b: MetricResult) => (cellOf(a) < cellOf(b) ? -1 : 1)

/** Another that is asked for with it. */
const JANUARY = { from: new Date('2026-01-01'), to: new Date('2026-02-01') }

test('over any window samples and facts say the same', async () => {
  const window = fc
    .record({ first: fc.integer({ min: 0, max: 90 }), days: fc.integer({ min: 1, max: 100 }) })
    .map(({ first, days }) => ({
      from: new Date(FIRST + first * DAY_MS),
      to: new Date(Math.min(FIRST + (first + days) * DAY_MS, LAST_WEEK_END.getTime())),
    }))
  const metricIds = [...STANDING_METRICS, ...PATH_METRICS]
  await fc.assert(
    fc.asyncProperty(batches, window, fc.constantFrom(...PATHS), async (all, asked, pathId) => {
      const db = await anOrganisation()
      for (const change of all.flat()) await change(db)
      await scoreAll(db, { now: NOW })
      for (const metricId of metricIds) {
        const scope = { pathId }
        const windows = [asked, JANUARY]
        const [sampled = []] = await measureWindows(db, {
          metricId,
          scope,
          windows,
          isOpened: true,
        })
        const question = { metricId, pathId, asOf: asked.to, window: asked, now: NOW }
        expect(toldBy(sampled)).toEqual(toldBy(await measureCellsOn(db, question)))
      }
      await db.destroy()
    }),
    { numRuns: 25 },
  )
}, 240_000)
