import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import { deleteFacts, upsertFacts } from '#db/facts.ts'
import type { NewRow } from '#db/schema.ts'
import { findMeasurement, listMeasurements } from '#lib/queries/measurements.ts'
import { listAdoptionStates } from '#lib/queries/states.ts'
import { ENGINE_VERSION } from '#scorecards/engine-version.ts'
import { STANDING_METRICS } from '#scorecards/path-standing.ts'
import { measureCellsOn, measureOn, scoreAll } from '#scorecards/run.ts'
import {
  addChanges,
  addDeployments,
  addEvidence,
  addException,
  addMandate,
  addOwner,
  addPath,
  addRequest,
  addService,
  addTeam,
  cover,
  day,
} from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'
import { withCounts } from '#test/support/evidence.ts'

/** A Wednesday: the last week that is complete ended on 2 March, the eighth of the path. */
const NOW = new Date('2026-03-04T10:00:00Z')
const LAST_WEEK_END = new Date(day('2026-03-02'))
/** The Monday from which the path of `addPath` is available. */
const START = '2026-01-05'

/** Read from a quarter before the path on, beyond the last week. */
const SPAN = { from: '2025-10-06', to: '2026-06-01' }

const DAY_MS = 86_400_000

/** Tuesday and Wednesday of each of `count` weeks, the first of which begins on `monday`. */
function twiceAWeek(monday: string, count: number): string[] {
  return Array.from({ length: count }, (_, week) => [week * 7 + 1, week * 7 + 2])
    .flat()
    .map((days) => new Date(Date.parse(monday) + days * DAY_MS).toISOString().slice(0, 10))
}

/** A team with one service of its own name, whose two changes a week are on the path or not. */
async function addWorkingTeam(
  db: Database,
  team: string,
  {
    presence = 'present',
    weeks = 8,
    ...service
  }: {
    presence?: NewRow<'usage_evidence'>['presence']
    weeks?: number
    covered?: { from: string; to: string } | null
  } = {},
): Promise<void> {
  await addTeam(db, team)
  await addService(db, team, { team, ...service })
  await addEvidence(db, team, { from: '2025-10-06', presence })
  await addChanges(db, team, twiceAWeek(START, weeks))
}

/** The database of one team that has been on the path since it is available. */
async function withAdopter(): Promise<Database> {
  const db = await testDatabase()
  await addPath(db)
  await addWorkingTeam(db, 'payments')
  return db
}

/** What stands of a team, week by week. */
async function listStates(db: Database, team = 'payments') {
  const rows = await db
    .selectFrom('adoption_states')
    .selectAll()
    .where('team_id', '=', team)
    .where('to_run', 'is', null)
    .orderBy('week_end')
    .execute()
  return rows.map((row) => ({ ...row, week: row.week_end.slice(5, 10) }))
}

/** `02-16 adopted R4-recover`. */
const listSteps = async (db: Database, team?: string) =>
  (await listStates(db, team)).map(({ week, state, rule }) => `${week} ${state} ${rule}`)

const findLast = (db: Database, metricId: string, scope: object = { pathId: 'http-service' }) =>
  findMeasurement(db, { metricId, ...scope }, LAST_WEEK_END)

/** Everything ever published. */
async function dump(db: Database) {
  return {
    states: await db.selectFrom('adoption_states').selectAll().execute(),
    measurements: await db.selectFrom('measurements').selectAll().execute(),
  }
}

describe('scoreAll', () => {
  test('follows a team week by week from work beside the path to adoption', async () => {
    const db = await testDatabase()
    await addPath(db)
    await addTeam(db, 'payments')
    await addService(db, 'checkout', { team: 'payments' })
    await addEvidence(db, 'checkout', { from: '2025-10-06', presence: 'absent' })
    await addEvidence(db, 'checkout', { from: '2026-01-19' })
    await addChanges(db, 'checkout', twiceAWeek(START, 8))

    await scoreAll(db, { now: NOW })

    expect(
      (await listStates(db)).map(({ week, state, rule, origin, first_adopted_week }) => [
        week,
        state,
        rule,
        origin,
        first_adopted_week?.slice(5, 10) ?? null,
      ]),
    ).toEqual([
      ['01-12', 'eligible', 'R5-none', null, null],
      ['01-19', 'eligible', 'R5-none', null, null],
      // 2 of 6 changes are on the path, in one week: not qualified.
      ['01-26', 'trying', 'R5-try', null, null],
      // 4 of 8, in two weeks.
      ['02-02', 'partial', 'R5-partial', 'voluntary', null],
      // 6 of 8 are less than the entry share.
      ['02-09', 'partial', 'R4-partial', 'voluntary', null],
      ['02-16', 'adopted', 'R4-recover', 'voluntary', '02-16'],
      ['02-23', 'adopted', 'R4-hold', 'voluntary', '02-16'],
      ['03-02', 'adopted', 'R4-hold', 'voluntary', '02-16'],
    ])
  })

  test('keeps what the rule of a week saw', async () => {
    const db = await withAdopter()
    await scoreAll(db, { now: NOW })
    const last = (await listStates(db)).at(-1)
    expect(JSON.parse(last?.inputs ?? '')).toEqual({
      eligibility: 'eligible',
      eligibilityReason: null,
      exception: 'none',
      useCoverage: 1,
      activityCoverage: 1,
      attempts28: 8,
      uses28: 8,
      uses91: 16,
      activities28: 8,
      activities91: 16,
      weeks91: 8,
    })
  })

  // The first use of the path is at noon of 6 January.
  test.each<[string, string, Partial<NewRow<'mandates'>> | null, unknown]>([
    [
      'mandated by what was announced before its first use, long before it is in force',
      'mandated',
      { announced_at: day('2026-01-06'), effective_at: day('2026-06-01') },
      [0, 1],
    ],
    [
      'voluntary when the mandate in force was announced after its first use',
      'voluntary',
      { announced_at: day('2026-01-07'), effective_at: day('2026-02-01') },
      [1, 1],
    ],
    [
      'voluntary under a mandate for an outcome',
      'voluntary',
      { announced_at: day('2025-09-01'), kind: 'outcome' },
      [0, 0],
    ],
    [
      'voluntary under a mandate for another team',
      'voluntary',
      { announced_at: day('2025-09-01'), team_scope: '["search"]' },
      [0, 0],
    ],
    ['voluntary with an empty register', 'voluntary', null, [0, 0]],
  ])('takes an adoption for %s', async (_, origin, mandate, mandated) => {
    const db = await withAdopter()
    if (mandate !== null) {
      await addMandate(db, { announced_at: day('2025-09-01'), ...mandate })
    }
    await scoreAll(db, { now: NOW })
    const last = (await listStates(db)).at(-1)
    expect([last?.state, last?.origin]).toEqual(['adopted', origin])
    expect([last?.currently_mandated, last?.ever_under_interface_mandate]).toEqual(mandated)
  })

  test('knows no origin, and no free choice, where nobody keeps a register of mandates', async () => {
    const db = await testDatabase()
    await addPath(db, { has_mandate_register: 0 })
    await addWorkingTeam(db, 'payments')
    await scoreAll(db, { now: NOW })
    expect((await listStates(db)).at(-1)).toMatchObject({ state: 'adopted', origin: 'unknown' })
    expect(await findLast(db, 'ADO-01')).toMatchObject({
      value: 0,
      denominator: 1,
      parts: { nOriginUnknown: 1 },
    })
    expect(await findLast(db, 'ADO-03')).toMatchObject({ value: null, status: 'source_missing' })
  })

  test('excepts a team until its exception is closed, also past the expiry, and then goes on', async () => {
    const db = await withAdopter()
    await addException(db, {
      team_id: 'payments',
      decided_at: day('2026-02-10'),
      expires_on: '2026-02-12',
      closed_at: day('2026-02-24'),
    })
    await scoreAll(db, { now: NOW })
    expect((await listSteps(db)).slice(3)).toEqual([
      '02-02 adopted R4-hold',
      '02-09 adopted R4-hold',
      '02-16 excepted R2',
      '02-23 excepted R2',
      '03-02 adopted R4-hold',
    ])
  })

  test('takes the services of a partial exception out of the work, and no more', async () => {
    const db = await testDatabase()
    await addPath(db)
    for (const team of ['payments', 'search']) {
      await addWorkingTeam(db, team)
      await addService(db, `${team}-legacy`, { team })
      await addEvidence(db, `${team}-legacy`, { from: '2025-10-06', presence: 'absent' })
      await addChanges(db, `${team}-legacy`, twiceAWeek(START, 8))
    }
    await addException(db, {
      team_id: 'payments',
      scope: 'partial',
      service_ids: '["payments-legacy"]',
      decided_at: day(START),
    })
    await scoreAll(db, { now: NOW })

    expect((await listSteps(db)).slice(0, 2)).toEqual([
      '01-12 trying R5-try',
      '01-19 adopted R5-adopt',
    ])
    expect((await listSteps(db, 'search')).slice(0, 2)).toEqual([
      '01-12 trying R5-try',
      '01-19 partial R5-partial',
    ])
    const shareOf = (teamId: string) => findLast(db, 'ADO-04', { pathId: 'http-service', teamId })
    expect(await shareOf('payments')).toMatchObject({
      numerator: 8,
      denominator: 8,
      parts: { excludedExempt: 8 },
    })
    expect(await shareOf('search')).toMatchObject({
      numerator: 8,
      denominator: 16,
      parts: { excludedExempt: 0 },
    })
  })

  test('needs no reading of a service that an exception takes out', async () => {
    const db = await withAdopter()
    await addService(db, 'attic', { team: 'payments', covered: null })
    const row = { team_id: 'payments', scope: 'partial', service_ids: '["attic"]' } as const
    await addException(db, { ...row, decided_at: day('2026-02-17') })
    await scoreAll(db, { now: NOW })
    // Before the exception one of two services was read.
    expect((await listSteps(db)).slice(5)).toEqual([
      '02-16 unknown R0',
      '02-23 adopted R5-adopt',
      '03-02 adopted R4-hold',
    ])
  })

  test('says unknown, and measures nothing, once too little was read', async () => {
    const db = await testDatabase()
    await addPath(db)
    await addWorkingTeam(db, 'payments', { covered: { from: '2025-10-06', to: '2026-02-04' } })
    await scoreAll(db, { now: NOW })

    // Up to 9 February 23 of 28 days were read, up to 16 February 16, up to 2 March 2.
    expect((await listSteps(db)).slice(3)).toEqual([
      '02-02 adopted R4-hold',
      '02-09 adopted R4-hold',
      '02-16 unknown R0',
      '02-23 unknown R0',
      '03-02 unknown R0',
    ])
    expect(await findLast(db, 'ADO-02')).toMatchObject({
      value: null,
      numerator: 0,
      denominator: 0,
      nUnknown: 1,
      coverage: 2 / 28,
      status: 'no_data',
      watermarks: { clones: day('2026-02-04') },
    })
  })

  test('goes on with the last stage when what was missing has been read', async () => {
    const db = await testDatabase()
    await addPath(db)
    await addWorkingTeam(db, 'payments', { covered: { from: '2025-10-06', to: '2026-02-04' } })
    await scoreAll(db, { now: NOW })
    await cover(db, 'repository:local/payments', { from: '2026-02-04', to: '2026-03-04' })
    await scoreAll(db, { now: NOW })
    expect((await listSteps(db)).slice(5)).toEqual([
      '02-16 adopted R4-hold',
      '02-23 adopted R4-hold',
      '03-02 adopted R4-hold',
    ])
  })

  test('misses the source where none was ever read, and never takes that for zero', async () => {
    const db = await testDatabase()
    await addPath(db)
    await addWorkingTeam(db, 'payments', { covered: null })
    await scoreAll(db, { now: NOW })
    expect(new Set((await listStates(db)).map(({ state }) => state))).toEqual(new Set(['unknown']))
    const metrics = await listMeasurements(db, LAST_WEEK_END)
    // Whose a service is stands in the catalogue, which is not read over time.
    const overTime = metrics.filter(({ scope }) => scope.sourceId !== 'catalog')
    expect(overTime.filter(({ value }) => value !== null)).toEqual([])
    expect(await findLast(db, 'ADO-04')).toMatchObject({ value: null, status: 'source_missing' })
  })

  test('lists a team apart after 13 weeks without work', async () => {
    const db = await testDatabase()
    await addPath(db)
    await addWorkingTeam(db, 'payments', { weeks: 13 })
    await addTeam(db, 'quiet')
    await addService(db, 'archive', { team: 'quiet' })
    await scoreAll(db, { now: new Date('2026-04-08T10:00:00Z') })

    const idle = await listStates(db, 'quiet')
    expect(idle.map(({ inactive_weeks }) => inactive_weeks)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
    ])
    expect(new Set(idle.map(({ state, rule, flags }) => `${state} ${rule} ${flags}`))).toEqual(
      new Set(['eligible R3 ["inactive"]']),
    )
    const subject = { metricId: 'ADO-02', pathId: 'http-service' }
    const twelve = await findMeasurement(db, subject, new Date(day('2026-03-30')))
    expect([twelve?.numerator, twelve?.denominator]).toEqual([1, 2])
    const thirteen = await findMeasurement(db, subject, new Date(day('2026-04-06')))
    expect([thirteen?.numerator, thirteen?.denominator]).toEqual([1, 1])
    expect(thirteen?.evidence).toEqual([
      { kind: 'counted', ids: ['payments'] },
      { kind: 'excluded:inactive', ids: ['quiet'] },
    ])
  })

  test('counts every team once: in the share, left out for a reason, or unknown', async () => {
    const db = await testDatabase()
    await addSixTeams(db)
    await scoreAll(db, { now: NOW })

    expect(await findLast(db, 'ADO-01')).toMatchObject({
      value: 1 / 3,
      numerator: 1,
      denominator: 3,
      n: 3,
      nUnknown: 1,
      bounds: { low: 1 / 4, high: 2 / 4 },
      // Of the five repositories of teams that the path is meant for one was not read.
      coverage: 4 / 5,
      status: 'source_partial',
      watermarks: { clones: day('2026-03-02') },
      // The path is 8 weeks old: too young for cut points.
      band: 'none',
      parameters: { pathAgeWeeks: 8 },
      parts: { nExcepted: 1, nInactive: 0, nOriginUnknown: 0 },
      evidence: [
        { kind: 'counted', ids: ['accounts'] },
        { kind: 'excluded:excepted', ids: ['checkout'] },
        { kind: 'excluded:not_eligible', ids: ['fraud'] },
        { kind: 'not_counted', ids: ['basket', 'elevation'] },
        { kind: 'unknown', ids: ['delivery'] },
      ],
    })
    expect(await findLast(db, 'ADO-02')).toMatchObject({
      value: 2 / 3,
      bounds: { low: 2 / 4, high: 3 / 4 },
      band: 'insufficient',
      parts: { mandatedShareOfAdopters: 1 / 2, nVoluntary: 1, nMandated: 1, nOriginUnknown: 0 },
    })
    expect(await findLast(db, 'ADO-03')).toMatchObject({
      value: 1 / 2,
      n: 2,
      status: 'insufficient_sample',
      evidence: expect.arrayContaining([
        { kind: 'excluded:under_interface_mandate', ids: ['basket'] },
      ]),
    })
    expect(await findLast(db, 'ADO-04')).toMatchObject({
      numerator: 16,
      denominator: 24,
      parts: { teamsUsed: 3, otherOffPath: 8 },
      status: 'insufficient_sample',
    })
    expect(await findLast(db, 'GOV-05')).toMatchObject({
      value: 1 / 4,
      bounds: { low: 1 / 5, high: 2 / 5 },
      coverage: 1,
      status: 'insufficient_sample',
    })
  })

  test('needs the repository of a service only where nothing else tells how it was deployed', async () => {
    const db = await testDatabase()
    await addPath(db, { rules: { work: 'deployments' } })
    await cover(db, 'entity:deployments', { ...SPAN, sourceId: 'pipelines' })
    for (const [team, covered, mechanism] of [
      ['seen', SPAN, null],
      ['unseen', null, null],
      ['telling', null, 'path'],
    ] as const) {
      await addTeam(db, team)
      await addService(db, team, { team, covered })
      await addEvidence(db, team, { from: '2025-10-06' })
      await addDeployments(db, team, twiceAWeek(START, 8), { mechanism })
    }
    await scoreAll(db, { now: NOW })
    const last = async (team: string) => (await listSteps(db, team)).at(-1)
    expect([await last('seen'), await last('unseen'), await last('telling')]).toEqual([
      '03-02 adopted R4-hold',
      '03-02 unknown R0',
      '03-02 adopted R4-hold',
    ])
  })

  test('asks of a service whether the sources were read that tell of it, of any if none does', async () => {
    const db = await testDatabase()
    await addPath(db, { rules: { work: 'deployments' } })
    await cover(db, 'entity:deployments', { ...SPAN, sourceId: 'old-pipelines' })
    for (const team of ['silent', 'telling']) {
      await addTeam(db, team)
      await addService(db, team, { team })
    }
    await addDeployments(db, 'telling', twiceAWeek(START, 8), { mechanism: 'path' })
    await scoreAll(db, { now: NOW })
    expect((await listSteps(db, 'silent')).at(-1)).toBe('03-02 eligible R3')
    expect((await listSteps(db, 'telling')).at(-1)).toBe('03-02 unknown R0')
  })

  test('measures how long requests took on a path whose work they are', async () => {
    const db = await testDatabase()
    await addPath(db, { rules: { work: 'provisioning', evidence: [] } })
    await cover(db, 'entity:provisioning_requests', { ...SPAN, sourceId: 'portal' })
    await addTeam(db, 'payments')
    await addService(db, 'checkout', { team: 'payments' })
    for (const date of twiceAWeek(START, 8)) {
      await addRequest(db, {
        native_id: date,
        requested_at: `${date}T12:00:00.000Z`,
        usable_at: `${date}T12:20:00.000Z`,
        result: 'usable',
      })
    }
    await addRequest(db, { native_id: 'open', requested_at: day('2026-02-26') })
    await addRequest(db, { native_id: 'R-1', requested_at: day('2026-02-27'), path_id: 'batch' })
    await scoreAll(db, { now: NOW })

    expect((await listSteps(db)).slice(0, 2)).toEqual([
      '01-12 trying R5-try',
      '01-19 adopted R5-adopt',
    ])
    // Nine began in 28 days, which is less than twelve: 91 days are looked at.
    expect(await findLast(db, 'SPD-01')).toMatchObject({
      value: 20,
      n: 17,
      parts: { events: 16, censored: 1 },
      window: { start: day('2025-12-01'), end: day('2026-03-02') },
    })
  })

  test('takes an attempt without success for a trial', async () => {
    const db = await testDatabase()
    await addPath(db, { rules: { work: 'activities' } })
    await cover(db, 'entity:activities', { ...SPAN, sourceId: 'runs' })
    await addTeam(db, 'payments')
    await addService(db, 'checkout', { team: 'payments' })
    await upsertFacts(db, 'path_attempts', [
      {
        source_id: 'runs',
        native_id: 'A-1',
        team_id: 'payments',
        path_id: 'http-service',
        started_at: `${START}T09:00:00.000Z`,
        ended_at: null,
        result: 'failure',
        cause_code: null,
        observed_at: day('2026-06-01'),
      },
    ])
    await scoreAll(db, { now: NOW })
    // Before 9 February the four weeks hold the attempt; a trial of four weeks is stuck.
    expect(
      (await listStates(db)).map(({ week, state, flags }) => `${week} ${state} ${flags}`),
    ).toEqual([
      '01-12 trying []',
      '01-19 trying []',
      '01-26 trying []',
      '02-02 trying ["stuck"]',
      '02-09 trying ["inactive"]',
      '02-16 trying ["inactive"]',
      '02-23 trying ["inactive"]',
      '03-02 trying ["inactive"]',
    ])
  })

  test('leaves work to the team that owned the service at its time', async () => {
    const db = await testDatabase()
    await addPath(db)
    await addWorkingTeam(db, 'payments')
    await addTeam(db, 'search')
    await addOwner(db, 'payments', 'search', '2026-02-02')
    await scoreAll(db, { now: NOW })

    expect(await listSteps(db, 'payments')).toEqual([
      '01-12 trying R5-try',
      '01-19 adopted R5-adopt',
      '01-26 adopted R4-hold',
      '02-02 not_eligible R1',
      '02-09 not_eligible R1',
      '02-16 not_eligible R1',
      '02-23 not_eligible R1',
      '03-02 not_eligible R1',
    ])
    expect(await listSteps(db, 'search')).toEqual([
      '01-12 not_eligible R1',
      '01-19 not_eligible R1',
      '01-26 not_eligible R1',
      '02-02 eligible R3',
      '02-09 trying R5-try',
      '02-16 adopted R5-adopt',
      '02-23 adopted R4-hold',
      '03-02 adopted R4-hold',
    ])
    // A team is measured as long as the path is meant for it.
    const lastOf = async (teamId: string) =>
      (await findLast(db, 'ADO-04', { pathId: 'http-service', teamId }))?.asOf
    expect([await lastOf('payments'), await lastOf('search')]).toEqual([
      day('2026-01-26'),
      day('2026-03-02'),
    ])
  })

  test('records the run, with the week end that it reached and what it changed', async () => {
    const db = await withAdopter()
    const outcome = await scoreAll(db, { now: NOW })
    const { states, measurements } = await dump(db)
    const changed = states.length + measurements.length
    expect(outcome).toEqual({ run: 1, extent: 'full', weeks: 8, changed })
    expect(await db.selectFrom('scoring_runs').selectAll().execute()).toEqual([
      {
        run: 1,
        started_at: NOW.toISOString(),
        finished_at: NOW.toISOString(),
        as_of: day('2026-03-02'),
        engine_version: ENGINE_VERSION,
        catalogue_version: expect.stringContaining('ADO-02 1.0.0'),
        extent: 'full',
        changed_count: changed,
      },
    ])
  })

  test('changes nothing when the facts are the same, whatever the hour', async () => {
    const db = await withAdopter()
    await scoreAll(db, { now: NOW })
    const before = await dump(db)
    const again = await scoreAll(db, { now: new Date('2026-03-08T23:59:59Z') })
    expect(again).toMatchObject({ weeks: 8, changed: 0 })
    expect(await dump(db)).toEqual(before)
  })

  test('adds only the week that has ended since, and drops the oldest of each source', async () => {
    const db = await withAdopter()
    await scoreAll(db, { now: NOW })
    const before = await dump(db)
    const { run } = await scoreAll(db, { now: new Date('2026-03-09T00:00:00Z') })
    const { states, measurements } = await dump(db)

    const added = [...states, ...measurements].filter(({ from_run }) => from_run === run)
    const ends = added.map((row) => ('week_end' in row ? row.week_end : row.window_end))
    expect(new Set(ends)).toEqual(new Set([day('2026-03-09')]))
    const closed = measurements.filter(({ to_run }) => to_run === run)
    const isStanding = ({ metric_id }: { metric_id: string }) =>
      [...STANDING_METRICS, 'DQ-02'].includes(metric_id)
    const ofSources = closed.filter((row) => row.source_id !== '' && !isStanding(row))
    expect(ofSources.map((row) => [row.source_id, row.window_end])).toEqual([
      ['clones', day('2024-03-11')],
    ])
    // What is measured as it stands has moved on.
    const others = closed.filter((row) => !ofSources.includes(row))
    expect(new Set(others.map(({ window_end }) => window_end))).toEqual(
      new Set([day('2026-03-02')]),
    )
    expect(others.every(isStanding)).toBe(true)
    expect({
      states: states.filter(({ from_run }) => from_run !== run),
      measurements: measurements
        .filter(({ from_run }) => from_run !== run)
        .map((row) => (row.to_run === run ? { ...row, to_run: null } : row)),
    }).toEqual(before)
  })

  test('restates history for a fact that came late, and keeps what it had said', async () => {
    const db = await withAdopter()
    const first = await scoreAll(db, { now: NOW })
    await addException(db, { team_id: 'payments', decided_at: '2026-02-25T09:00:00.000Z' })
    const second = await scoreAll(db, { now: NOW })

    const { states, measurements } = await dump(db)
    expect(
      states
        .filter(
          ({ week_end, from_run }) => week_end === day('2026-03-02') || from_run === second.run,
        )
        .map(({ state, from_run, to_run }) => ({ state, from_run, to_run })),
    ).toEqual([
      { state: 'adopted', from_run: first.run, to_run: second.run },
      { state: 'excepted', from_run: second.run, to_run: null },
    ])
    expect(
      measurements
        .filter((row) => row.metric_id === 'ADO-02' && row.window_end === day('2026-03-02'))
        .map(({ value, status, from_run, to_run }) => [value, status, from_run, to_run]),
    ).toEqual([
      [1, 'ok', first.run, second.run],
      [null, 'no_denominator', second.run, null],
    ])
  })

  test('withdraws the weeks before a path was available when that day moves', async () => {
    const db = await withAdopter()
    await scoreAll(db, { now: NOW })
    await addPath(db, { available_since: day('2026-02-02') })
    const { run } = await scoreAll(db, { now: NOW })

    // What was done before 2 February is no longer work of the path.
    expect(await listSteps(db)).toEqual([
      '02-09 trying R5-try',
      '02-16 adopted R5-adopt',
      '02-23 adopted R4-hold',
      '03-02 adopted R4-hold',
    ])
    const { states, measurements } = await dump(db)
    const withdrawn = states.filter(({ week_end }) => week_end <= day('2026-02-02'))
    expect(withdrawn.map(({ to_run }) => to_run)).toEqual(Array(4).fill(run))
    const standing = measurements.filter((row) => row.metric_id === 'ADO-02' && row.to_run === null)
    expect([...new Set(standing.map(({ window_end }) => window_end))].toSorted()).toEqual(
      ['2026-02-09', '2026-02-16', '2026-02-23', '2026-03-02'].map(day),
    )
  })

  test('keeps what stood of a path that the configuration drops, and goes on when it returns', async () => {
    const db = await withAdopter()
    await scoreAll(db, { now: NOW })
    const before = await dump(db)
    const steps = await listSteps(db)
    await addPath(db, { gone_at: day('2026-03-03') })
    expect(await scoreAll(db, { now: NOW })).toMatchObject({ changed: 0 })
    expect(await dump(db)).toEqual(before)

    // Two weeks later the path has no state; the weeks before it went stand as they were.
    const later = new Date('2026-03-18T10:00:00Z')
    await scoreAll(db, { now: later })
    expect(await listSteps(db)).toEqual(steps)
    expect((await listMeasurements(db, later)).filter(({ scope }) => scope.pathId)).toEqual([])

    await addPath(db)
    await scoreAll(db, { now: later })
    expect(await listSteps(db)).toHaveLength(steps.length + 2)
  })

  test('withdraws a team that is no more, also one that never worked', async () => {
    const db = await withAdopter()
    for (const team of ['search', 'quiet']) {
      await addTeam(db, team)
      await addService(db, team, { team })
    }
    await addChanges(db, 'search', twiceAWeek(START, 8))
    await scoreAll(db, { now: NOW })
    const listTeams = async () => {
      const { states, measurements } = await dump(db)
      const standing = [...states, ...measurements].filter(({ to_run }) => to_run === null)
      return [...new Set(standing.map(({ team_id }) => team_id))].toSorted()
    }
    expect(await listTeams()).toEqual(['', 'payments', 'quiet', 'search'])
    await deleteFacts(db, 'teams', 'catalog', ({ id }) => id !== 'payments')
    await deleteFacts(db, 'service_owners', 'catalog', ({ team_id }) => team_id !== 'payments')
    await scoreAll(db, { now: NOW })
    expect(await listTeams()).toEqual(['', 'payments'])
  })

  test('cuts quarters anew when the fiscal year begins in another month', async () => {
    const db = await withAdopter()
    await cover(db, 'entity:deployments', SPAN)
    const quarterEnds = async () => {
      const rows = await db
        .selectFrom('measurements')
        .select('window_end')
        .distinct()
        .where('to_run', 'is', null)
        .where('window_kind', '=', 'quarter')
        .orderBy('window_end')
        .execute()
      return rows.map(({ window_end }) => window_end.slice(0, 10))
    }
    await scoreAll(db, { now: NOW })
    expect(await quarterEnds()).toEqual(['2026-01-01', '2026-04-01'])
    expect(await scoreAll(db, { now: NOW, fiscalYearStart: 3 })).toMatchObject({ extent: 'full' })
    expect(await quarterEnds()).toEqual(['2025-12-01', '2026-03-01', '2026-06-01'])
  })

  test('a guard that refuses leaves what stood', async () => {
    const db = await withAdopter()
    await scoreAll(db, { now: NOW })
    const before = await dump(db)
    await addException(db, { team_id: 'payments', decided_at: day('2026-02-10') })
    const guard = async () => {
      throw new Error('another worker took over')
    }
    await expect(scoreAll(db, { now: NOW, guard })).rejects.toThrow('another worker took over')
    expect(await dump(db)).toEqual(before)
    expect(await db.selectFrom('scoring_runs').selectAll().execute()).toHaveLength(1)
  })

  test('shows readers all of a run or nothing of it, and the next run all that it missed', async () => {
    const db = await withAdopter()
    await sql`
      create trigger disk_full before insert on measurements
      when new.metric_id = 'DQ-01' begin select raise(abort, 'disk full'); end`.execute(db)
    await expect(scoreAll(db, { now: NOW })).rejects.toThrow('disk full')
    expect(await listMeasurements(db, LAST_WEEK_END)).toEqual([])
    expect(await listAdoptionStates(db, { asOf: LAST_WEEK_END })).toEqual([])

    await sql`drop trigger disk_full`.execute(db)
    const { run, changed } = await scoreAll(db, { now: NOW })
    const { states, measurements } = await dump(db)
    const rows = [...states, ...measurements]
    expect(rows).toHaveLength(changed)
    expect(rows.filter((row) => row.from_run !== run || row.to_run !== null)).toEqual([])
    expect(await findLast(db, 'ADO-02')).toMatchObject({ value: 1 })
  })

  test('readers keep what the last run published when the next one dies', async () => {
    const db = await withAdopter()
    await scoreAll(db, { now: NOW })
    const before = await listMeasurements(db, LAST_WEEK_END)
    await addException(db, { team_id: 'payments', decided_at: day('2026-02-10') })
    await sql`
      create trigger disk_full before insert on measurements
      when new.metric_id = 'ADO-02' begin select raise(abort, 'disk full'); end`.execute(db)
    await expect(scoreAll(db, { now: NOW })).rejects.toThrow('disk full')
    expect(await listMeasurements(db, LAST_WEEK_END)).toEqual(before)
    const statesOf = async () =>
      (await listAdoptionStates(db, { asOf: LAST_WEEK_END })).map(({ state }) => state)
    expect(await statesOf()).toEqual(['adopted'])

    // The change that it did not get to is still noted.
    await sql`drop trigger disk_full`.execute(db)
    await scoreAll(db, { now: NOW })
    expect(await statesOf()).toEqual(['excepted'])
  })

  test('a source whose coverage is gone covers nothing, and says so as long as it is configured', async () => {
    const db = await withAdopter()
    const configured = { every: '1d', gone_at: null }
    await db
      .insertInto('sources')
      .values([
        { id: 'clones', kind: 'git', ...configured },
        { id: 'owners', kind: 'catalog', ...configured },
      ])
      .execute()
    await scoreAll(db, { now: NOW })
    const ofClones = () => findLast(db, 'DQ-01', { sourceId: 'clones' })
    expect(await ofClones()).toMatchObject({ value: 1, status: 'ok', band: 'good' })
    // A catalogue says what stands: there is no time that it could cover.
    expect(await findLast(db, 'DQ-01', { sourceId: 'owners' })).toBeUndefined()

    await db.deleteFrom('coverage').execute()
    await scoreAll(db, { now: NOW, isFull: true })
    expect(await ofClones()).toMatchObject({ value: 0, status: 'no_data', band: 'bad' })
    expect((await listSteps(db)).at(-1)).toBe('03-02 unknown R0')
    expect(await findLast(db, 'ADO-02')).toMatchObject({ value: null, status: 'source_missing' })

    await db
      .updateTable('sources')
      .set({ gone_at: day('2026-03-03') })
      .execute()
    await scoreAll(db, { now: NOW, isFull: true })
    expect(await ofClones()).toBeUndefined()
  })

  test('measures teams at the newest 26 week ends, and withdraws what nobody keeps true any more', async () => {
    const db = await testDatabase()
    await addPath(db)
    await addWorkingTeam(db, 'payments', {
      weeks: 1,
      covered: { from: '2025-10-06', to: '2026-08-01' },
    })
    const listMoments = async (team: string) => {
      const rows = await db
        .selectFrom('measurements')
        .select('window_end')
        .where('metric_id', '=', 'ADO-04')
        .where('window_kind', '=', 'own')
        .where('team_id', '=', team)
        .where('to_run', 'is', null)
        .orderBy('window_end')
        .execute()
      return [rows.length, rows[0]?.window_end, rows.at(-1)?.window_end]
    }

    await scoreAll(db, { now: new Date(day('2026-07-13')) })
    expect(await listMoments('')).toEqual([27, day('2026-01-12'), day('2026-07-13')])
    expect(await listMoments('payments')).toEqual([26, day('2026-01-19'), day('2026-07-13')])
    await scoreAll(db, { now: new Date(day('2026-07-20')) })
    expect(await listMoments('')).toEqual([28, day('2026-01-12'), day('2026-07-20')])
    expect(await listMoments('payments')).toEqual([26, day('2026-01-26'), day('2026-07-20')])
  })

  test('lets timers have a turn between its writes, so that a lease can be renewed', async () => {
    const db = await testDatabase()
    await addPath(db)
    await addWorkingTeam(db, 'payments', { covered: SPAN })
    let turns = 0
    const timer = setInterval(() => {
      turns += 1
    })
    await scoreAll(db, { now: NOW })
    clearInterval(timer)
    expect(turns).toBeGreaterThan(0)
  })

  test('of an organisation without paths there is nothing to publish', async () => {
    const db = await testDatabase()
    expect(await scoreAll(db, { now: NOW })).toMatchObject({ weeks: 0, changed: 0 })
  })

  test('a path that is not available yet has no weeks', async () => {
    const db = await testDatabase()
    await addPath(db, { available_since: day('2026-03-02') })
    await addWorkingTeam(db, 'payments')
    expect((await scoreAll(db, { now: NOW })).weeks).toBe(0)
    expect(await listStates(db)).toEqual([])
  })
})

/** Six teams, each at another place of the count. */
async function addSixTeams(db: Database): Promise<void> {
  await addPath(db)
  await addWorkingTeam(db, 'accounts')
  await addWorkingTeam(db, 'basket')
  await addMandate(db, { announced_at: day(START), team_scope: '["basket"]' })
  await addWorkingTeam(db, 'checkout')
  await addException(db, { team_id: 'checkout', decided_at: day('2026-02-10') })
  await cover(db, 'entity:exceptions', { ...SPAN, sourceId: 'register' })
  await addWorkingTeam(db, 'delivery', { covered: null })
  await addWorkingTeam(db, 'elevation', { presence: 'absent' })
  await addTeam(db, 'fraud')
}

describe('measureOn', () => {
  test('computes any moment from the facts, its window half-open, without publishing', async () => {
    const db = await testDatabase()
    await addPath(db)
    await addTeam(db, 'payments')
    await addService(db, 'checkout', { team: 'payments' })
    await addEvidence(db, 'checkout', { from: '2025-10-06', presence: 'absent' })
    await addEvidence(db, 'checkout', { from: '2026-01-19' })
    await addChanges(db, 'checkout', twiceAWeek(START, 8))

    // The change of 7 January at noon is in, that of 4 February at noon is not.
    const asOf = new Date('2026-02-04T12:00:00Z')
    const question = { pathId: 'http-service', asOf, now: NOW }
    const share = { ...question, metricId: 'ADO-04', teamId: 'payments' }
    expect(await measureOn(db, share)).toMatchObject({
      scope: { pathId: 'http-service', teamId: 'payments' },
      numerator: 5,
      denominator: 8,
      window: { start: '2026-01-07T12:00:00.000Z', end: '2026-02-04T12:00:00.000Z' },
      computedAt: NOW.toISOString(),
    })
    // The state is that of the last complete week, which ended on 2 February: partial.
    expect(await measureOn(db, { ...question, metricId: 'ADO-02' })).toMatchObject({
      value: 0,
      numerator: 0,
      denominator: 1,
      asOf: asOf.toISOString(),
    })
    expect(await dump(db)).toEqual({ states: [], measurements: [] })
  })

  test('a source that had read nothing by then has no watermark', async () => {
    const db = await withAdopter()
    await addService(db, 'attic', { team: 'payments', covered: null })
    await cover(db, 'repository:local/attic', { ...SPAN, from: '2026-02-09', sourceId: 'attic' })
    const question = { metricId: 'ADO-04', pathId: 'http-service', now: NOW }
    const on = (asOf: string) => measureOn(db, { ...question, asOf: new Date(day(asOf)) })
    expect((await on('2026-02-09'))?.watermarks).toEqual({ clones: day('2026-02-09') })
    expect((await on('2026-02-16'))?.watermarks).toEqual({
      attic: day('2026-02-16'),
      clones: day('2026-02-16'),
    })
  })

  test('an exception lasts through the day on which it expires', async () => {
    const db = await withAdopter()
    await cover(db, 'entity:exceptions', { ...SPAN, sourceId: 'register' })
    const decided_at = day('2026-02-10')
    await addException(db, { team_id: 'payments', decided_at, expires_on: '2026-03-01' })
    const overdueOn = async (instant: string) => {
      const question = { metricId: 'GOV-06', pathId: 'http-service', now: NOW }
      const result = await measureOn(db, { ...question, asOf: new Date(instant) })
      return [result?.numerator, result?.denominator, result?.status]
    }
    expect(await overdueOn('2026-03-01T23:59:59.999Z')).toEqual([0, 1, 'ok'])
    expect(await overdueOn(day('2026-03-02'))).toEqual([1, 1, 'ok'])
  })

  test('says at a week end what was published for it', async () => {
    const db = await testDatabase()
    await addSixTeams(db)
    await scoreAll(db, { now: NOW })
    const published = await listMeasurements(db, LAST_WEEK_END)
    expect(published.length).toBeGreaterThan(20)
    for (const result of published) {
      const { metricId, scope } = result
      const question = { metricId, ...scope, asOf: LAST_WEEK_END, now: NOW }
      const found = await measureCellsOn(db, question)
      expect(found.map(withCounts)).toContainEqual(withCounts(result))
    }
  })

  test('tells of a path as it stands how long exceptions waited for a decision', async () => {
    const db = await withAdopter()
    await cover(db, 'entity:exceptions', SPAN)
    for (const [index, decided] of ['2026-02-03', '2026-02-05', '2026-02-12'].entries()) {
      await addException(db, {
        native_id: `${index}`,
        team_id: 'payments',
        requested_at: day('2026-02-02'),
        decided_at: day(decided),
        decision: 'rejected',
      })
    }
    await scoreAll(db, { now: NOW })
    const waited = { value: 3, n: 3, unit: 'days', status: 'insufficient_sample' }
    expect(await findLast(db, 'GOV-07')).toMatchObject(waited)
  })

  test('before a path was available the question does not arise', async () => {
    const db = await withAdopter()
    const asOf = new Date('2025-12-31T00:00:00Z')
    const question = { metricId: 'ADO-02', pathId: 'http-service', asOf, now: NOW }
    expect(await measureOn(db, question)).toMatchObject({ value: null, status: 'not_applicable' })
  })

  test('a source covers the share of 28 days that it has read, of one it never read nothing', async () => {
    const db = await testDatabase()
    await cover(db, 'entity:tickets', { from: '2026-01-05', to: '2026-02-16', sourceId: 'desk' })
    const ofSource = (sourceId: string) =>
      measureOn(db, { metricId: 'DQ-01', sourceId, asOf: LAST_WEEK_END, now: NOW })
    // From 2 to 16 February: 14 of 28 days.
    expect(await ofSource('desk')).toMatchObject({
      value: 0.5,
      status: 'source_partial',
      watermarks: { desk: day('2026-02-16') },
    })
    expect(await ofSource('fax')).toMatchObject({ value: 0, status: 'no_data', watermarks: {} })
  })

  test('what was read later says nothing of a moment, and a repository exists since its first commit', async () => {
    const db = await testDatabase()
    await cover(db, 'repository:local/new', { from: '2026-02-16', to: '2026-06-01' })
    const on = (asOf: string) =>
      measureOn(db, { metricId: 'DQ-01', sourceId: 'clones', asOf: new Date(day(asOf)), now: NOW })
    expect(await on('2026-02-16')).toMatchObject({ value: 0, status: 'no_data', watermarks: {} })
    expect(await on('2026-03-02')).toMatchObject({
      value: 1,
      status: 'ok',
      watermarks: { clones: day('2026-03-02') },
    })
  })

  test.each([
    ['a metric that does not exist', { metricId: 'ADO-99', pathId: 'http-service' }],
    ['a path that nobody knows', { metricId: 'ADO-02', pathId: 'no-such-path' }],
    [
      'a metric of paths for one team',
      { metricId: 'ADO-02', pathId: 'http-service', teamId: 'payments' },
    ],
    ['a metric of sources without a source', { metricId: 'DQ-01', pathId: 'http-service' }],
  ])('has no answer for %s', async (_, question) => {
    const db = await withAdopter()
    expect(await measureOn(db, { ...question, asOf: LAST_WEEK_END, now: NOW })).toBeUndefined()
  })
})
