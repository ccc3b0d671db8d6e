import { expect, test } from 'vitest'
import { markGone } from '#db/facts.ts'
import { getPathSubject, listServiceSubjects } from '#lib/queries/check-subjects.ts'
import { listExceptions } from '#lib/queries/exceptions.ts'
import { findGoldenPath } from '#lib/queries/golden-paths.ts'
import { listUsage } from '#lib/queries/usage.ts'
import {
  addException,
  addPath,
  addRequest,
  addService,
  cover,
  day,
} from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'
import { addDeployment, addTicket } from '#test/support/web.ts'

const NOW = new Date('2026-03-04T10:00:00Z')

async function subjectsOf(db: Awaited<ReturnType<typeof testDatabase>>) {
  const usage = await listUsage(db, { asOf: NOW })
  const exceptions = await listExceptions(db, { asOf: NOW, teamId: 'checkout' })
  return listServiceSubjects(db, { teamId: 'checkout', asOf: NOW, usage, exceptions })
}

test('a service brings its last success in production and what was done by hand of late', async () => {
  const db = await testDatabase()
  await addPath(db)
  await addService(db, 'checkout-api', { team: 'checkout', tier: '1' })
  await addDeployment(db, 'checkout-api', { finished_at: '2026-03-01T12:00:00.000Z' })
  await addDeployment(db, 'checkout-api', {
    finished_at: '2026-03-03T12:00:00.000Z',
    outcome: 'failure',
  })
  await addDeployment(db, 'checkout-api', { mechanism: 'manual_change' })
  await addDeployment(db, 'checkout-api', {
    mechanism: 'manual_change',
    created_at: day('2026-01-01'),
    finished_at: day('2026-01-01'),
  })
  const [subject] = await subjectsOf(db)
  expect(subject).toMatchObject({
    id: 'checkout-api',
    tier: '1',
    lastDeployedAt: new Date('2026-03-01T12:00:00Z'),
    manualChanges: 1,
    isDeploymentCovered: false,
  })
  await cover(db, 'entity:deployments', { from: '2025-10-06', to: '2026-03-04', sourceId: 'log' })
  expect((await subjectsOf(db))[0]?.isDeploymentCovered).toBe(true)
})

test('a source that took back every deployment tells of none of its repositories', async () => {
  const db = await testDatabase()
  await addPath(db)
  await addService(db, 'checkout-api', { team: 'checkout' })
  const covered = async () => (await subjectsOf(db))[0]?.isDeploymentCovered
  await addDeployment(db, 'checkout-api', { source_id: 'clones' })
  expect(await covered()).toBe(true)
  await markGone(db, 'deployments', 'clones', NOW, () => true)
  expect(await covered()).toBe(false)
})

test('an exception that is approved covers its path until it is over', async () => {
  const db = await testDatabase()
  await addPath(db)
  await addService(db, 'checkout-api', { team: 'checkout' })
  const exceptionOf = async () => (await subjectsOf(db))[0]?.usage[0]?.exception
  expect(await exceptionOf()).toBeNull()
  await addException(db, {
    team_id: 'checkout',
    decided_at: day('2026-02-02'),
    expires_on: '2026-06-30',
  })
  expect(await exceptionOf()).toEqual({ expiresOn: '2026-06-30' })
})

test('a path brings its tickets of 91 days, and no failures where nobody records attempts', async () => {
  const db = await testDatabase()
  await addPath(db)
  const path = await findGoldenPath(db, 'http-service')
  if (path === undefined) throw new Error('no path')
  await addTicket(db, { channel: 'chat', opened_at: day('2026-02-24') })
  await addTicket(db, { opened_at: day('2025-11-01') })
  await addTicket(db, { bot: 1 })
  const subject = await getPathSubject(db, path, NOW)
  expect(subject.tickets).toEqual([
    { channel: 'chat', openedAt: new Date(day('2026-02-24')), firstResponseAt: null },
  ])
  expect([subject.failures, subject.incidents]).toEqual([null, null])
})

test('of the requests of a path that provisions, those that failed are failures, with their cause', async () => {
  const db = await testDatabase()
  await addPath(db, { rules: { work: 'provisioning' } })
  const path = await findGoldenPath(db, 'http-service')
  if (path === undefined) throw new Error('no path')
  const ask = (native_id: string, row: Partial<Parameters<typeof addRequest>[1]>) =>
    addRequest(db, { native_id, requested_at: day('2026-02-24'), ...row })
  await ask('open', {})
  await ask('usable', { result: 'usable', usable_at: day('2026-02-25') })
  await ask('failed', { result: 'failed', cause_code: 'platform:quota' })
  await ask('too old', { result: 'failed', requested_at: day('2025-11-01') })
  expect((await getPathSubject(db, path, NOW)).failures).toEqual([{ causeCode: 'platform:quota' }])
})
