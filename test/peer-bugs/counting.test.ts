import { expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import { upsertFacts } from '#db/facts.ts'
import { GoldenPathRules } from '#lib/golden-path.ts'
import { listActivities } from '#lib/queries/activities.ts'
import { type EvidenceRow, usageStateAt } from '#scorecards/adoption/usage-state.ts'
import type { MetricResult } from '#scorecards/result.ts'
import { measureOn } from '#scorecards/run.ts'
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
import { testDatabase } from '#test/support/database.ts'

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

async function measured(
  db: Database,
  metricId: string,
  { at = day(END), ...scope }: { at?: string; teamId?: string } = {},
): Promise<MetricResult> {
  const asOf = new Date(at)
  const question = { metricId, pathId: 'http-service', asOf, now: new Date('2026-06-01'), ...scope }
  const result = await measureOn(db, question)
  if (result === undefined) throw new TypeError(`there is no ${metricId}`)
  return result
}

/** A team that works on a service of its own name, on the path or not. */
async function addWorkingTeam(db: Database, team: string, isOnPath: boolean): Promise<void> {
  await addTeam(db, team)
  await addService(db, team, { team })
  await addEvidence(db, team, { from: '2025-10-06', presence: isOnPath ? 'present' : 'absent' })
  await addChanges(db, team, tuesdays(START, 13))
}

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
  const db = await testDatabase()
  await addPath(db)
  for (const team of ['payments', 'search']) await addTeam(db, team)
  await addService(db, 'checkout', { team: 'payments' })
  await addEvidence(db, 'checkout', { from: '2025-10-06', presence: 'absent' })
  await addService(db, 'index', { team: 'search', covered: null })
  const { numerator, denominator, nUnknown } = await measured(db, 'ADO-02', {
    at: day('2026-02-02'),
  })
  expect({ numerator, denominator, nUnknown }).toEqual({
    numerator: 0,
    denominator: 1,
    nUnknown: 1,
  })
})

test('T-B13 an exception leaves both sides, shows apart, is overdue when it expires, and ends', async () => {
  const db = await testDatabase()
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
    const { numerator, denominator, evidence } = await measured(db, 'ADO-02', { at: day(at) })
    const apart = evidence.find(({ kind }) => kind === 'excluded:excepted')?.ids ?? []
    return { share: `${numerator}/${denominator}`, apart }
  }
  const overdueAt = async (at: string) => (await measured(db, 'GOV-06', { at: day(at) })).numerator

  expect(await shareAt('2026-03-16')).toEqual({ share: '6/7', apart: ['excepted'] })
  expect([await overdueAt('2026-03-15'), await overdueAt('2026-03-16')]).toEqual([0, 1])
  expect(await shareAt('2026-04-06')).toEqual({ share: '6/8', apart: [] })
})

test('T-B15 services outside the scope and deployments elsewhere than to production change nothing', async () => {
  const db = await testDatabase()
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
      await measured(db, 'ADO-02'),
      await measured(db, 'ADO-04', { teamId: 'payments' }),
      await measured(db, 'ADO-09', { teamId: 'payments' }),
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
  const figures = async (db: Database) =>
    Promise.all(
      [await measured(db, 'ADO-02'), await measured(db, 'ADO-04', { teamId: 'payments' })].map(
        async ({ value, status, band, parameters }) => ({ value, status, band, parameters }),
      ),
    )
  const db = await testDatabase()
  await addPath(db)
  await addWorkingTeam(db, 'payments', false)
  const before = await figures(db)

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
  expect(await figures(db)).toEqual(before)
})

test('T-B18 a closed quarter has the same values, whatever time was collected around it', async () => {
  const valuesOf = async (from: string, to: string) => {
    const db = await testDatabase()
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
    for (const [metricId, scope] of questions) results.push(await measured(db, metricId, scope))
    return results.map(({ watermarks: _, ...result }) => result)
  }
  const quarter = await valuesOf(START, END)
  expect(quarter[1]).toMatchObject({ value: 1, status: 'ok' })
  expect(await valuesOf('2025-04-07', END)).toEqual(quarter)
  expect(await valuesOf('2025-12-19', '2026-04-23')).toEqual(quarter)
})
