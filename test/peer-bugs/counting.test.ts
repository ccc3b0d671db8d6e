import { expect, test } from 'vitest'
import { asShownAt, readResult } from '#app/status.ts'
import { runCollector } from '#collectors/run.ts'
import type { Database } from '#db/connection.ts'
import { upsertFacts } from '#db/facts.ts'
import { SourceError } from '#lib/errors.ts'
import { GoldenPathRules } from '#lib/golden-path.ts'
import { listActivities } from '#lib/queries/activities.ts'
import { listServiceSubjects } from '#lib/queries/check-subjects.ts'
import { listExceptions } from '#lib/queries/exceptions.ts'
import { findMeasurement } from '#lib/queries/measurements.ts'
import { listUsage } from '#lib/queries/usage.ts'
import { type EvidenceRow, usageStateAt } from '#scorecards/adoption/usage-state.ts'
import { productionReadiness } from '#scorecards/checks/production-readiness.ts'
import { toScorecard } from '#scorecards/checks/scorecard.ts'
import { type MetricResult, openedSets } from '#scorecards/result.ts'
import { measureOn, scoreAll } from '#scorecards/run.ts'
import {
  addChanges,
  addDeployments,
  addEvidence,
  addException,
  addOwner,
  addPath,
  addService,
  addTeam,
  cover,
  day,
} from '#test/support/adoption.ts'
import { aCollector, context } from '#test/support/collector.ts'
import { testDatabase } from '#test/support/database.ts'
import { figureOf, type ServedDatabase, servedDatabase } from '#test/support/served.ts'

const DAY_MS = 86_400_000
/** The Monday from which the path of `addPath` is available. */
const START = '2026-01-05'
/** The Monday after thirteen weeks. */
const END = '2026-04-06'

/** `count` Tuesdays, the first of them in the week of `monday`. */
const tuesdays = (monday: string, count: number) =>
  Array.from({ length: count }, (_, week) =>
    new Date(Date.parse(monday) + (week * 7 + 1) * DAY_MS).toISOString().slice(0, 10),
  )

const PATH = { pathId: 'http-service' }

async function measuredAt(
  { db }: ServedDatabase,
  metricId: string,
  { at = day(END), ...scope }: { at?: string; teamId?: string } = {},
): Promise<MetricResult> {
  const asOf = new Date(at)
  const question = { metricId, ...PATH, asOf, now: new Date('2026-06-01'), ...scope }
  const result = await measureOn(db, question)
  if (result === undefined) throw new TypeError(`there is no ${metricId}`)
  return result
}

/** The same as published for the week that ended then: pages, interface and file must agree with it. */
async function measured(
  served: ServedDatabase,
  metricId: string,
  question: { at?: string; teamId?: string } = {},
): Promise<MetricResult> {
  const { at = day(END), ...scope } = question
  const result = await measuredAt(served, metricId, question)
  await scoreAll(served.db, { now: new Date(at.replace('T00', 'T10')) })
  const { value, numerator, denominator, n, nUnknown, status, band } = result
  expect(await figureOf(served, metricId, { ...PATH, ...scope }, at.slice(0, 10))).toEqual({
    value,
    numerator,
    denominator,
    n,
    nUnknown,
    status,
    band,
  })
  return result
}

/** A team that works on a service of its own name, on the path or not. */
async function addWorkingTeam(
  db: Database,
  team: string,
  isOnPath: boolean,
  covered = { from: '2025-10-06', to: '2026-06-01' },
): Promise<void> {
  await addTeam(db, team)
  await addService(db, team, { team, covered })
  await addEvidence(db, team, { from: '2025-10-06', presence: isOnPath ? 'present' : 'absent' })
  await addChanges(db, team, tuesdays(START, 13))
}

test('T-B09 ten services that are no longer read are unknown, with bounds, and the share is partial', async () => {
  const served = await servedDatabase()
  const { db, get } = served
  await addPath(db)
  // 28 of 40 are on the path; seven of these and three others are read only until February.
  const unread = { from: '2025-10-06', to: '2026-02-02' }
  for (let team = 0; team < 40; team += 1) {
    const [isOnPath, isRead] = [team < 28, team >= 7 && team < 37]
    await addWorkingTeam(db, `team-${team}`, isOnPath, isRead ? undefined : unread)
  }
  const before = await measured(served, 'ADO-02', { at: day('2026-02-02') })
  expect([before.numerator, before.denominator, before.nUnknown]).toEqual([28, 40, 0])

  const after = await measured(served, 'ADO-02')
  expect(after).toMatchObject({
    numerator: 21,
    denominator: 30,
    nUnknown: 10,
    bounds: { low: 21 / 40, high: 31 / 40 },
    status: 'source_partial',
  })
  expect(readResult(after).verdict?.word).toBe('Partial data')
  const answer = await get(`/api/v1/figures?ev=ADO-02@path:http-service&asof=${END}`)
  expect(await answer.json()).toMatchObject({
    items: [{ bounds: { low: 21 / 40, high: 31 / 40 }, nUnknown: 10 }],
  })
})

test('T-B09 figures of a source that fails stay as they were, and are marked stale', async () => {
  const served = await servedDatabase()
  const { db } = served
  await addPath(db)
  for (let team = 1; team <= 6; team += 1) await addWorkingTeam(db, `team-${team}`, team <= 4)
  const { status, value } = await measured(served, 'ADO-02')
  expect({ status, value }).toEqual({ status: 'ok', value: 4 / 6 })

  const refused = new SourceError('clones', 'answered 429 Too Many Requests')
  const { collector } = aCollector([refused])
  expect(await runCollector(db, collector, context)).toMatchObject({ status: 'failed' })
  const later = '2026-04-20'
  const kept = await figureOf(served, 'ADO-02', PATH, later)
  expect(kept).toMatchObject({ value: 4 / 6, numerator: 4, denominator: 6, status: 'stale' })
  const shown = await findMeasurement(db, { metricId: 'ADO-02', ...PATH }, new Date(later))
  const reading = shown && readResult(asShownAt(shown, new Date(later)))
  expect([reading?.figure, reading?.verdict?.word]).toEqual(['67%', 'Stale'])
})

test('T-B07 work belongs to the owner of its service on its day, once, or to nobody', async () => {
  const db = await testDatabase()
  await addPath(db)
  for (const team of ['payments', 'search']) await addTeam(db, team)
  await addService(db, 'checkout', { team: 'payments' })
  await addOwner(db, 'checkout', 'search', '2026-03-16')
  await addService(db, 'attic', { team: null })
  await addChanges(db, 'checkout', ['2026-03-10', '2026-03-17', '2026-03-24'])
  await addChanges(db, 'attic', ['2026-03-10'])

  const span = { pathId: 'http-service', from: new Date(day(START)), to: new Date(day(END)) }
  const activities = await listActivities(db, span)
  expect(activities.map(({ id, team, set }) => [id, team, set.split(':')[1] ?? null])).toEqual([
    ['clones:attic/2026-03-10', null, 'unowned'],
    ['clones:checkout/2026-03-10', 'payments', null],
    ['clones:checkout/2026-03-17', 'search', null],
    ['clones:checkout/2026-03-24', 'search', null],
  ])
})

test('T-B12 where one of two facts that are needed is missing, the answer is unknown', () => {
  const rules = GoldenPathRules.parse({
    evidence: [
      { kind: 'file-present', id: 'deploy', path: 'deploy.yml' },
      { kind: 'file-present', id: 'lint', path: 'lint.yml' },
    ],
    requires: 'all',
  })
  const row = {
    valid_from: day(START),
    blob: null,
    pins: null,
    proof: 'deploy.yml@1a2b3c4',
    observed_at: day(END),
  }
  const deploy = { ...row, rule_id: 'deploy', presence: 'present' as const }
  const lint = { ...row, rule_id: 'lint' }
  const answer = (...rows: EvidenceRow[]) => usageStateAt(rules, rows, [], new Date(day(END))).state
  expect(answer(deploy)).toBe('unknown')
  expect(answer(deploy, { ...lint, presence: 'unknown' })).toBe('unknown')
  expect(answer(deploy, { ...lint, presence: 'absent' })).toBe('absent')
  expect(answer(deploy, { ...lint, presence: 'present' })).toBe('present')
})

test('T-B12 of two teams without work the one that was read is eligible, the other unknown', async () => {
  const served = await servedDatabase()
  const { db } = served
  await addPath(db)
  for (const team of ['payments', 'search']) await addTeam(db, team)
  await addService(db, 'checkout', { team: 'payments' })
  await addEvidence(db, 'checkout', { from: '2025-10-06', presence: 'absent' })
  await addService(db, 'index', { team: 'search', covered: null })
  const { numerator, denominator, nUnknown } = await measured(served, 'ADO-02', {
    at: day('2026-02-02'),
  })
  expect({ numerator, denominator, nUnknown }).toEqual({
    numerator: 0,
    denominator: 1,
    nUnknown: 1,
  })
})

test('T-B12 of two services without a deployment the one that was read fails, the other is unknown', async () => {
  const { db } = await servedDatabase()
  await addPath(db)
  const asOf = new Date(day(END))
  await addService(db, 'read', { team: 'payments' })
  await addService(db, 'unread', { team: 'payments', covered: { from: START, to: '2026-02-02' } })
  await addService(db, 'deployed', { team: 'payments' })
  // The source of the repositories tells of deployments.
  await addDeployments(db, 'deployed', ['2026-03-31'], { source_id: 'clones' })
  const usage = await listUsage(db, { asOf })
  const subjects = await listServiceSubjects(db, {
    teamId: 'payments',
    asOf,
    usage,
    exceptions: [],
  })
  const { checks } = toScorecard(productionReadiness, subjects, asOf)
  const findings = checks.find(({ definition }) => definition.id === 'PR-03')?.findings
  expect(findings?.map(({ subject, outcome }) => [subject, outcome])).toEqual([
    ['deployed', 'pass'],
    ['read', 'fail'],
    ['unread', 'unknown'],
  ])
})

test('T-B12 facts older than a source may be are unknown, and not the last pass', async () => {
  const served = await servedDatabase()
  const { db } = served
  await addPath(db)
  await addWorkingTeam(db, 'payments', true, { from: '2025-10-06', to: '2026-02-02' })
  await addWorkingTeam(db, 'search', true)
  expect(await measured(served, 'ADO-02', { at: day('2026-02-02') })).toMatchObject({
    numerator: 2,
    denominator: 2,
    nUnknown: 0,
  })
  expect(await measured(served, 'ADO-02')).toMatchObject({
    numerator: 1,
    denominator: 1,
    nUnknown: 1,
  })
})

test('T-B13 in checks an exempt service stands apart to its last day, and then counts again', async () => {
  const { db } = await servedDatabase()
  await addPath(db)
  for (let service = 1; service <= 8; service += 1) {
    await addService(db, `service-${service}`, { team: 'payments' })
    const presence = service <= 6 ? 'present' : 'absent'
    await addEvidence(db, `service-${service}`, { from: '2025-10-06', presence })
  }
  await addException(db, {
    team_id: 'payments',
    scope: 'partial',
    service_ids: '["service-8"]',
    decided_at: day('2026-01-06'),
    expires_on: '2026-01-12',
  })
  const countOn = async (date: string) => {
    const asOf = new Date(`${date}T12:00:00Z`)
    const usage = await listUsage(db, { asOf })
    const exceptions = await listExceptions(db, { asOf, teamId: 'payments' })
    const subjects = await listServiceSubjects(db, { teamId: 'payments', asOf, usage, exceptions })
    const { checks } = toScorecard(productionReadiness, subjects, asOf)
    const findings = checks.find(({ definition }) => definition.id === 'PR-06')?.findings ?? []
    const count = (outcome: string) => findings.filter((one) => one.outcome === outcome).length
    const until = findings.flatMap(({ exemptUntil }) => exemptUntil ?? [])
    return { share: `${count('pass')}/${count('pass') + count('fail')}`, until }
  }
  expect(await countOn('2026-01-12')).toEqual({ share: '6/7', until: ['2026-01-12'] })
  expect(await countOn('2026-01-13')).toEqual({ share: '6/8', until: [] })
})

test('T-B13 an exception leaves both sides, shows apart, is overdue when it expires, and ends', async () => {
  const served = await servedDatabase()
  const { db } = served
  await addPath(db)
  for (let team = 1; team <= 6; team += 1) await addWorkingTeam(db, `adopter-${team}`, true)
  await addWorkingTeam(db, 'off-path', false)
  await addWorkingTeam(db, 'excepted', false)
  await cover(db, 'entity:exceptions', { from: START, to: '2026-06-01', sourceId: 'register' })
  await addException(db, {
    team_id: 'excepted',
    decided_at: day('2026-02-10'),
    expires_on: '2026-03-15',
    closed_at: day('2026-03-30'),
  })

  const shareAt = async (at: string) => {
    const found = await measured(served, 'ADO-02', { at: day(at) })
    const { numerator, denominator } = found
    const apart = openedSets(found).find(({ kind }) => kind === 'excluded:excepted')?.ids ?? []
    return { share: `${numerator}/${denominator}`, apart }
  }
  const overdueAt = async (at: string) =>
    (await measuredAt(served, 'GOV-06', { at: day(at) })).numerator

  expect(await shareAt('2026-03-16')).toEqual({ share: '6/7', apart: ['excepted'] })
  expect([await overdueAt('2026-03-15'), await overdueAt('2026-03-16')]).toEqual([0, 1])
  expect(await shareAt('2026-04-06')).toEqual({ share: '6/8', apart: [] })
})

test('T-B15 services outside the scope and deployments elsewhere than to production change nothing', async () => {
  const served = await servedDatabase()
  const { db } = served
  await addPath(db, { rules: { work: 'deployments', eligible: { workload: 'http' } } })
  await addTeam(db, 'payments')
  await addService(db, 'checkout', { team: 'payments' })
  await addEvidence(db, 'checkout', { from: '2025-10-06' })
  await addDeployments(db, 'checkout', tuesdays(START, 13), { mechanism: 'path' })
  await cover(db, 'entity:deployments', {
    from: '2025-10-06',
    to: '2026-06-01',
    sourceId: 'pipelines',
  })
  const panel = async () => {
    const results = [
      await measured(served, 'ADO-02'),
      await measured(served, 'ADO-04', { teamId: 'payments' }),
      await measured(served, 'ADO-09', { teamId: 'payments' }),
    ]
    return results.map(({ value, numerator, denominator, nUnknown, status }) => ({
      value,
      numerator,
      denominator,
      nUnknown,
      status,
    }))
  }
  const before = await panel()
  expect(before[1]).toMatchObject({ value: 1, numerator: 13, denominator: 13 })

  const outcome = () => figureOf(served, 'SPD-03', PATH, END)
  const outcomeBefore = await outcome()
  expect(outcomeBefore.status).toBe('ok')
  await addTeam(db, 'search')
  await addService(db, 'index', { team: 'search', workload_class: 'batch' })
  await addEvidence(db, 'index', { from: '2025-10-06', presence: 'absent' })
  await addDeployments(db, 'index', tuesdays(START, 13), { mechanism: 'manual_change' })
  await addDeployments(db, 'checkout', tuesdays('2026-01-07', 13), {
    environment: 'staging',
    environment_tier: 'staging',
  })
  await scoreAll(db, { now: new Date('2026-04-06T10:00:00Z') })
  expect(await outcome()).toEqual(outcomeBefore)

  await addService(db, 'nightly', { team: 'payments', workload_class: 'batch' })
  await addEvidence(db, 'nightly', { from: '2025-10-06', presence: 'absent' })
  await addDeployments(db, 'nightly', tuesdays(START, 13), { mechanism: 'manual_change' })
  const wednesdays = tuesdays('2026-01-06', 13)
  await addDeployments(db, 'checkout', wednesdays, {
    environment: 'staging',
    environment_tier: 'staging',
    mechanism: 'manual_change',
  })
  expect(await panel()).toEqual(before)
})

test('T-B17 an easier target or an annotation of its own changes no status', async () => {
  const figures = async (served: ServedDatabase) =>
    Promise.all(
      [
        await measured(served, 'ADO-02'),
        await measured(served, 'ADO-04', { teamId: 'payments' }),
      ].map(async ({ value, status, band, parameters }) => ({ value, status, band, parameters })),
    )
  const served = await servedDatabase()
  const { db } = served
  await addPath(db)
  await addWorkingTeam(db, 'payments', false)
  const before = await figures(served)

  await addPath(db, { rules: { targets: [{ metric: 'ADO-04', target: '1%' }] } })
  await upsertFacts(db, 'repository_attributes', [
    {
      source_id: 'clones',
      repository_id: 'local/payments',
      attribute: 'annotation:desirepath/threshold',
      valid_from: day(START),
      value: '0.01',
      proof: 'catalog-info.yaml@1a2b3c4',
      observed_at: day(END),
    },
  ])
  expect(await figures(served)).toEqual(before)
})

test('T-B18 a closed quarter has the same values, whatever time was collected around it', async () => {
  const valuesOf = async (from: string, to: string) => {
    const served = await servedDatabase()
    const { db } = served
    await addPath(db)
    for (const [team, isOnPath] of [
      ['payments', true],
      ['search', false],
    ] as const) {
      await addTeam(db, team)
      await addService(db, team, { team, covered: { from, to } })
      await addEvidence(db, team, {
        from: '2025-10-06',
        presence: isOnPath ? 'present' : 'absent',
      })
      const days = tuesdays('2025-04-07', 60).filter((date) => date >= from && date < to)
      await addChanges(db, team, days)
    }
    const questions = [
      ['ADO-02', {}],
      ['ADO-04', { teamId: 'payments' }],
      ['ADO-04', { teamId: 'search' }],
      ['ADO-09', { teamId: 'search' }],
      ['ADO-12', {}],
    ] as const
    const results = []
    for (const [metricId, scope] of questions) results.push(await measured(served, metricId, scope))
    return results.map(({ watermarks: _, ...result }) => result)
  }
  const quarter = await valuesOf(START, END)
  expect(quarter[1]).toMatchObject({ value: 1, status: 'ok' })
  expect(await valuesOf('2025-04-07', END)).toEqual(quarter)
  expect(await valuesOf('2025-12-19', '2026-04-23')).toEqual(quarter)
})
