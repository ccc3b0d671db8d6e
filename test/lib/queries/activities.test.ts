import { describe, expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import type { NewRow } from '#db/schema.ts'
import { listActivities } from '#lib/queries/activities.ts'
import {
  addActivity,
  addChanges,
  addDeployments,
  addEvidence,
  addException,
  addOwner,
  addPath,
  addRequest,
  addService,
  addTeam,
  day,
} from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'

const FEBRUARY = {
  pathId: 'http-service',
  from: new Date(day('2026-02-01')),
  to: new Date(day('2026-03-01')),
}

/** A path of some kind of work, and the service `checkout` of the team `payments`. */
async function withService(rules: object = {}): Promise<Database> {
  const db = await testDatabase()
  await addPath(db, { rules })
  await addTeam(db, 'payments')
  await addService(db, 'checkout', { team: 'payments' })
  return db
}

const summary = async (db: Database, question: object = {}) =>
  (await listActivities(db, { ...FEBRUARY, ...question })).map(
    ({ id, mechanism, rule, set }) => `${id}: ${mechanism} by ${rule}, ${set}`,
  )

const listIds = async (db: Database, question: object = {}) =>
  (await listActivities(db, { ...FEBRUARY, ...question })).map(({ id }) => id)

test('work is told with who did it for what, how, and where it counts', async () => {
  const db = await withService()
  await addEvidence(db, 'checkout', { from: '2025-10-06' })
  await addChanges(db, 'checkout', ['2026-02-03'])
  expect(await listActivities(db, FEBRUARY)).toEqual([
    {
      id: 'clones:checkout/2026-02-03',
      service: 'checkout',
      team: 'payments',
      at: new Date('2026-02-03T12:00:00Z'),
      kind: 'pipeline_run',
      result: 'success',
      mechanism: 'path',
      rule: 'evidence',
      set: 'counted',
    },
  ])
})

test('work at the beginning is in, work at the end is not, and the oldest comes first', async () => {
  const db = await withService()
  const at = (native_id: string, merged_at: string) =>
    addChanges(db, 'checkout', ['2026-02-03'], { native_id, merged_at })
  await at('end', day('2026-03-01'))
  await at('last', '2026-02-28T23:59:59.999Z')
  await at('b', day('2026-02-10'))
  await at('a', day('2026-02-10'))
  await at('first', day('2026-02-01'))
  await at('before', '2026-01-31T23:59:59.999Z')
  expect(await listIds(db)).toEqual(['clones:first', 'clones:a', 'clones:b', 'clones:last'])
})

test('work of a team is that of the services which it owned then', async () => {
  const db = await withService()
  await addOwner(db, 'checkout', 'search', '2026-02-10')
  await addChanges(db, 'checkout', ['2026-02-09', '2026-02-10'])
  expect(await listIds(db, { teamId: 'payments' })).toEqual(['clones:checkout/2026-02-09'])
  expect(await listIds(db, { teamId: 'search' })).toEqual(['clones:checkout/2026-02-10'])
})

test('of a path that nobody knows, and of no work, nothing is listed', async () => {
  const db = await withService()
  expect(await listActivities(db, FEBRUARY)).toEqual([])
  await addChanges(db, 'checkout', ['2026-02-03'])
  expect(await listActivities(db, { ...FEBRUARY, pathId: 'no-such-path' })).toEqual([])
})

describe('changes', () => {
  test('are done as the evidence of their moment says, and unknown before any', async () => {
    const offPath = [{ kind: 'workflow-file', glob: 'deploy*.yml' }]
    const db = await withService({ offPath })
    const around = { ruleId: 'off-path:deploy*.yml' }
    await addEvidence(db, 'checkout', { from: '2026-02-03', presence: 'absent' })
    await addEvidence(db, 'checkout', { from: '2026-02-03', presence: 'present', ...around })
    await addEvidence(db, 'checkout', { from: '2026-02-05', presence: 'absent', ...around })
    await addEvidence(db, 'checkout', { from: '2026-02-07', presence: 'present' })
    const days = ['2026-02-02', '2026-02-04', '2026-02-06', '2026-02-08']
    await addChanges(db, 'checkout', days)
    expect(await summary(db)).toEqual([
      'clones:checkout/2026-02-02: null by nothing_known, unknown',
      'clones:checkout/2026-02-04: parallel_pipeline by off_path_evidence, not_counted',
      'clones:checkout/2026-02-06: off_path by evidence_absent, not_counted',
      'clones:checkout/2026-02-08: path by evidence, counted',
    ])
  })

  test('of bots, and those that wait, are no work', async () => {
    const db = await withService()
    await addChanges(db, 'checkout', ['2026-02-03'], { author_kind: 'bot' })
    await addChanges(db, 'checkout', ['2026-02-04'], { merged_at: null })
    await addChanges(db, 'checkout', ['2026-02-05'], { author_kind: 'unknown' })
    expect(await listIds(db)).toEqual(['clones:checkout/2026-02-05'])
  })

  test('to what several services share count once for each team', async () => {
    const db = await withService()
    await addService(db, 'basket', { team: 'payments', repository_id: 'checkout', covered: null })
    await addService(db, 'catalogue', { team: 'search', repository_id: 'checkout', covered: null })
    await addChanges(db, 'checkout', ['2026-02-03'])
    const activities = await listActivities(db, FEBRUARY)
    expect(activities.map(({ service, team }) => [service, team])).toEqual([
      ['basket', 'payments'],
      ['catalogue', 'search'],
    ])
  })

  test('that name their service are of that one alone', async () => {
    const db = await withService()
    await addService(db, 'basket', { team: 'payments', repository_id: 'checkout', covered: null })
    await addChanges(db, 'checkout', ['2026-02-03'], { service_id: 'checkout' })
    const activities = await listActivities(db, FEBRUARY)
    expect(activities.map(({ service }) => service)).toEqual(['checkout'])
  })

  test('are left out, with the reason, where they are in no share', async () => {
    const db = await withService({ eligible: { tier: '1' } })
    await addService(db, 'orphan', { team: null, tier: '1' })
    await addService(db, 'other', { team: 'payments', tier: '2' })
    await addService(db, 'spared', { team: 'payments', tier: '1' })
    await addException(db, {
      team_id: 'payments',
      scope: 'partial',
      service_ids: '["spared"]',
      decided_at: day('2026-02-03'),
      closed_at: day('2026-02-05'),
    })
    for (const service of ['checkout', 'orphan', 'other']) {
      await addChanges(db, service, ['2026-02-03'])
    }
    const at = (native_id: string, merged_at: string) =>
      addChanges(db, 'spared', ['2026-02-03'], { native_id, merged_at })
    await at('spared/before', '2026-02-02T23:59:59.999Z')
    await at('spared/first', day('2026-02-03'))
    await at('spared/after', day('2026-02-05'))

    const sets = (await listActivities(db, FEBRUARY)).map(({ id, set }) => [id.slice(7), set])
    expect(Object.fromEntries(sets)).toEqual({
      'checkout/2026-02-03': 'excluded:eligibility_unknown',
      'orphan/2026-02-03': 'excluded:unowned',
      'other/2026-02-03': 'excluded:not_eligible',
      'spared/before': 'unknown',
      'spared/first': 'excluded:exempt',
      'spared/after': 'unknown',
    })
  })

  test('are not spared by an exception of another team, another path, or one that was refused', async () => {
    const db = await withService()
    const spare: Partial<NewRow<'exceptions'>> = {
      scope: 'partial',
      service_ids: '["checkout"]',
      decided_at: day('2026-01-05'),
    }
    await addException(db, { native_id: '1', ...spare, team_id: 'search' })
    await addException(db, { native_id: '2', ...spare, team_id: 'payments', path_id: 'batch' })
    await addException(db, { native_id: '3', ...spare, team_id: 'payments', decision: 'rejected' })
    await addChanges(db, 'checkout', ['2026-02-03'])
    expect((await listActivities(db, FEBRUARY)).map(({ set }) => set)).toEqual(['unknown'])
  })
})

describe('deployments', () => {
  const RULES = { work: 'deployments' }

  test('are done as their source says, before what the repository shows', async () => {
    const db = await withService(RULES)
    await addEvidence(db, 'checkout', { from: '2025-10-06' })
    const deploy = (native_id: string, row: Partial<NewRow<'deployments'>>) =>
      addDeployments(db, 'checkout', ['2026-02-03'], { native_id, ...row })
    await deploy('1', { mechanism: 'manual_change', path_id: 'http-service' })
    await deploy('2', { mechanism: 'break_glass' })
    await deploy('3', { mechanism: 'path', path_id: 'batch' })
    await deploy('4', { path_id: 'http-service' })
    await deploy('5', {})
    expect(await summary(db)).toEqual([
      'pipelines:1: manual_change by source, not_counted',
      'pipelines:2: break_glass by source, excluded:break_glass',
      'pipelines:3: off_path by other_path, not_counted',
      'pipelines:4: path by path_id, counted',
      'pipelines:5: path by evidence, counted',
    ])
  })

  test('count when they succeeded; what was cancelled or goes on is no work', async () => {
    const db = await withService(RULES)
    const outcomes = ['success', 'failure', 'unknown', 'cancelled', 'open'] as const
    for (const outcome of outcomes) {
      const row = { native_id: outcome, outcome, mechanism: 'path' } as const
      await addDeployments(db, 'checkout', ['2026-02-03'], row)
    }
    const activities = await listActivities(db, FEBRUARY)
    expect(activities.map(({ id, result, set }) => [id, result, set])).toEqual([
      ['pipelines:failure', 'failure', 'excluded:not_successful'],
      ['pipelines:success', 'success', 'counted'],
      ['pipelines:unknown', 'unknown', 'excluded:not_successful'],
    ])
  })

  test('count in production only, an environment that nobody mapped is not taken for it', async () => {
    const db = await withService(RULES)
    for (const tier of ['production', 'staging', null]) {
      const row = { native_id: String(tier), environment_tier: tier }
      await addDeployments(db, 'checkout', ['2026-02-03'], row)
    }
    expect(await listIds(db)).toEqual(['pipelines:production'])
  })

  test('of a service that nobody knows are no work of a path', async () => {
    const db = await withService(RULES)
    await addDeployments(db, 'no-such-service', ['2026-02-03'])
    expect(await listIds(db)).toEqual([])
  })
})

describe('requests for environments', () => {
  const RULES = { work: 'provisioning', evidence: [] }

  test('that did not ask the path were served by hand, at the moment that they were usable or ended', async () => {
    const db = await withService(RULES)
    const request = (native_id: string, row: Partial<NewRow<'provisioning_requests'>>) =>
      addRequest(db, { native_id, requested_at: day('2026-01-31'), ...row })
    await request('by-path', { usable_at: day('2026-02-03'), result: 'usable' })
    await request('by-hand', {
      usable_at: day('2026-02-04'),
      ended_at: day('2026-03-01'),
      result: 'usable',
      path_id: null,
    })
    await request('failed', { ended_at: day('2026-02-05'), result: 'failed' })
    await request('timeout', { ended_at: day('2026-02-06'), result: 'timeout' })
    await request('rejected', { ended_at: day('2026-02-07'), result: 'rejected' })
    await request('cancelled', { ended_at: day('2026-02-07'), result: 'cancelled' })
    await request('open', {})
    expect(await summary(db)).toEqual([
      'portal:by-path: path by request, counted',
      'portal:by-hand: manual_change by request, not_counted',
      'portal:failed: path by request, excluded:not_successful',
      'portal:timeout: path by request, excluded:not_successful',
    ])
  })

  test('of a team that the path is not meant for are left out', async () => {
    const db = await withService(RULES)
    await addRequest(db, {
      native_id: 'R-1',
      team_id: 'guild',
      requested_at: day('2026-02-01'),
      usable_at: day('2026-02-03'),
      result: 'usable',
    })
    expect(await summary(db)).toEqual(['portal:R-1: path by request, excluded:not_eligible'])
  })
})

describe('activities that a source classifies', () => {
  const RULES = { work: 'activities' }
  const at = day('2026-02-03')

  test('are taken at its word, and unknown where it says nothing', async () => {
    const db = await withService(RULES)
    const run = (native_id: string, row: Partial<NewRow<'activities'>>) =>
      addActivity(db, { native_id, occurred_at: at, service_id: 'checkout', ...row })
    await run('1', { mechanism_rule: 'pipeline id' })
    await run('2', { mechanism: 'parallel_pipeline' })
    await run('3', { mechanism: null })
    await run('4', { mechanism: 'manual_change', exception_id: 'E-1' })
    await run('5', { result: 'failure' })
    await run('6', { path_id: 'batch' })
    expect(await summary(db)).toEqual([
      'runs:1: path by pipeline id, counted',
      'runs:2: parallel_pipeline by source, not_counted',
      'runs:3: null by nothing_known, unknown',
      'runs:4: manual_change by source, excluded:exempt',
      'runs:5: path by source, excluded:not_successful',
    ])
  })

  test('belong to the team that they name, else to the owner of their service', async () => {
    const db = await withService(RULES)
    await addTeam(db, 'search')
    await addService(db, 'index', { team: 'search' })
    const run = (native_id: string, row: Partial<NewRow<'activities'>>) =>
      addActivity(db, { native_id, occurred_at: at, ...row })
    await run('named', { service_id: 'checkout', team_id: 'search' })
    await run('of-service', { service_id: 'checkout' })
    await run('of-team', { team_id: 'search' })
    await run('of-nobody', {})
    const activities = await listActivities(db, FEBRUARY)
    expect(activities.map(({ id, service, team, set }) => [id, service, team, set])).toEqual([
      ['runs:named', 'checkout', 'search', 'counted'],
      ['runs:of-nobody', null, null, 'excluded:unowned'],
      ['runs:of-service', 'checkout', 'payments', 'counted'],
      ['runs:of-team', null, 'search', 'counted'],
    ])
  })
})
