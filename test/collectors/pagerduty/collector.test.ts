import { expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import { addDeployments, addService } from '#test/support/adoption.ts'
import { NOW } from '#test/support/collector.ts'
import { testDatabase } from '#test/support/database.ts'
import { collectPagerDuty } from '#test/support/pagerduty/collect.ts'
import { aPagerDuty, PAGERDUTY_TOKEN } from '#test/support/pagerduty/server.ts'
import {
  acknowledge,
  anIncident,
  aPagerDutyWorld,
  escalate,
  note,
  resolve,
  type StoredIncident,
} from '#test/support/pagerduty/world.ts'

const at = (time: string) => `2026-05-20T${time}:00Z`
const stored = (time: string) => `2026-05-20T${time}:00.000Z`

const hoursLater = (hours: number) => new Date(NOW.getTime() + hours * 3_600_000)

type Options = Parameters<typeof collectPagerDuty>[2]

const listIncidents = (db: Database) =>
  db.selectFrom('incidents').selectAll().orderBy('native_id').execute()

async function collect(incidents: StoredIncident[], options: Options = {}) {
  const pagerDuty = await aPagerDuty(aPagerDutyWorld({ incidents }))
  const db = await testDatabase()
  const outcome = await collectPagerDuty(db, pagerDuty, options)
  return { pagerDuty, db, outcome, rows: await listIncidents(db) }
}

test('an incident has the times that its log tells, and the priority as severity', async () => {
  const incident = anIncident(1, at('09:00'))
  acknowledge(incident, at('09:05'))
  escalate(incident, at('09:30'))
  acknowledge(incident, at('09:35'))
  resolve(incident, at('10:00'))
  const { rows, outcome } = await collect([incident], { services: { Shop: 'shop' } })
  expect(outcome).toMatchObject({ status: 'ok', error: null })
  expect(rows).toEqual([
    {
      source_id: 'pager',
      native_id: 'Q0001',
      observed_at: NOW.toISOString(),
      gone_at: null,
      service_id: 'shop',
      service_told: 'shop',
      service_key: 'shop',
      severity: 'P1',
      started_at: null,
      detected_at: stored('09:00'),
      acknowledged_at: stored('09:05'),
      mitigated_at: null,
      restored_at: stored('10:00'),
      caused_by_deployment_id: null,
      cause_told: null,
      cause_key: null,
      link_kind: null,
      cause_class: null,
      reassignment_count: 1,
      owner_found_at: null,
      repository_native_id: null,
    },
  ])
})

test('an incident that was escalated again is not over', async () => {
  const incident = anIncident(1, at('09:00'), { priority: null })
  acknowledge(incident, at('09:05'))
  escalate(incident, at('09:30'))
  const { rows } = await collect([incident])
  expect(rows).toMatchObject([
    { acknowledged_at: stored('09:05'), restored_at: null, severity: 'high' },
  ])
})

const deploy = (db: Database, id: string, service: string, sha: string, tier = 'production') =>
  addDeployments(db, service, ['2026-05-20'], {
    native_id: id,
    environment_tier: tier,
    sha,
    url: `https://ci.example/runs/${id}`,
  })

test('a service is found by the configuration, else by id or name, else stays as it is called', async () => {
  const pagerDuty = await aPagerDuty(
    aPagerDutyWorld({
      incidents: [
        anIncident(1, at('09:00'), { service: 'PBASKET' }),
        anIncident(2, at('09:00')),
        anIncident(3, at('09:00'), { service: 'PNEW' }),
      ],
      services: { PSHOP: 'Web Shop', PBASKET: 'Basket', PNEW: 'Brand new' },
    }),
  )
  const db = await testDatabase()
  await addService(db, 'service-7', { name: 'web shop', team: null, covered: null })
  await collectPagerDuty(db, pagerDuty, { services: { pbasket: 'basket-api' } })
  const rows = await listIncidents(db)
  expect(rows.map((row) => row.service_id)).toEqual(['basket-api', 'service-7', 'Brand new'])
})

test.each([
  ['its id', 'deployment: deploy-2', 'deploy-2'],
  ['its address', 'Caused by: https://ci.example/runs/deploy-2.', 'deploy-2'],
  ['its commit', 'deploy=1a2b3c4d', 'deploy-2'],
  ['the commit of two', 'deploy=99999999', '99999999'],
  ['what nobody knows', 'deployment: deploy-77', 'deploy-77'],
  ['nothing', 'we deployed a lot that day', null],
])('a note that names a deployment by %s is an explicit link', async (_, text, expected) => {
  const incident = anIncident(1, at('09:00'))
  note(incident, text, at('09:10'))
  const pagerDuty = await aPagerDuty(aPagerDutyWorld({ incidents: [incident] }))
  const db = await testDatabase()
  const sha = `1a2b3c4d${'0'.repeat(32)}`
  await deploy(db, 'deploy-1', 'shop', sha, 'staging')
  await deploy(db, 'deploy-2', 'shop', sha)
  await deploy(db, 'deploy-3', 'basket', sha)
  const twice = '9'.repeat(40)
  await deploy(db, 'deploy-4', 'shop', twice)
  await deploy(db, 'deploy-5', 'shop', twice)
  await collectPagerDuty(db, pagerDuty, { services: { PSHOP: 'shop' } })
  expect(await listIncidents(db)).toMatchObject([
    { caused_by_deployment_id: expected, link_kind: expected && 'explicit' },
  ])
})

test('a note that comes after the end is read a day later', async () => {
  const incident = anIncident(1, at('09:00'))
  resolve(incident, at('10:00'))
  const { db, pagerDuty } = await collect([incident])
  note(incident, 'deployment: deploy-2', '2026-06-01T13:00:00Z')
  await collectPagerDuty(db, pagerDuty, { now: hoursLater(2) })
  expect(await listIncidents(db)).toMatchObject([{ link_kind: null }])
  await collectPagerDuty(db, pagerDuty, { now: hoursLater(25) })
  expect(await listIncidents(db)).toMatchObject([{ caused_by_deployment_id: 'deploy-2' }])
})

test('rules tell severity and cause, and what is none; the first that speaks of a matter decides', async () => {
  const incidents = [
    anIncident(1, at('09:00'), { title: 'Disk full' }),
    anIncident(2, at('09:00'), { title: 'GameDay: database is gone' }),
    anIncident(3, at('09:00'), { urgency: 'low' }),
    anIncident(4, at('09:00'), { service: 'PBASKET', priority: 'P2' }),
  ]
  const { rows } = await collect(incidents, {
    rules: [
      { text: 'gameday', ignore: true },
      { urgency: 'low', ignore: true },
      { service: 'basket', cause: 'platform' },
      { priority: 'p1', severity: 'sev1' },
      { service: 'PBASKET', severity: 'sev3', cause: 'policy' },
    ],
  })
  expect(rows.map((row) => [row.native_id, row.severity, row.cause_class])).toEqual([
    ['Q0001', 'sev1', null],
    ['Q0004', 'sev3', 'platform'],
  ])
})

test('what was an incident and is merged into another is none', async () => {
  const incident = anIncident(1, at('09:00'))
  const { db, pagerDuty, rows } = await collect([incident, anIncident(2, at('09:01'))])
  expect(rows).toHaveLength(2)
  resolve(incident, at('09:20'))
  incident.mergedInto = 'Q0002'
  await collectPagerDuty(db, pagerDuty, { now: hoursLater(1) })
  expect((await listIncidents(db)).map((row) => row.native_id)).toEqual(['Q0002'])
})

test('one that is open for months is asked for by its id, until it is resolved', async () => {
  const old = anIncident(1, '2026-01-20T09:00:00Z')
  const { db, pagerDuty } = await collect([old, anIncident(2, at('09:00'))])
  resolve(old, '2026-06-01T12:30:00Z')
  await collectPagerDuty(db, pagerDuty, { now: hoursLater(1) })
  const [row] = await listIncidents(db)
  expect(row).toMatchObject({ restored_at: '2026-06-01T12:30:00.000Z' })
  const asked = () => pagerDuty.requests.filter(({ url }) => url.pathname === '/incidents/Q0001')
  expect(asked()).toHaveLength(1)
  await collectPagerDuty(db, pagerDuty, { now: hoursLater(24 * 10) })
  expect(asked()).toHaveLength(2)
  // Two weeks after its end nothing more is expected.
  await collectPagerDuty(db, pagerDuty, { now: hoursLater(24 * 15) })
  expect(asked()).toHaveLength(2)
})

test('a resolved incident without an entry that tells its end is put aside', async () => {
  const { db, outcome } = await collect([anIncident(1, at('09:00'), { status: 'resolved' })])
  expect(outcome).toMatchObject({ status: 'partial', quarantined: 1 })
  const [row] = await db.selectFrom('quarantine').select(['position', 'reason']).execute()
  expect(row).toEqual({
    position: 'incident Q0001',
    reason: 'log_entries: expected an entry that tells when it was resolved',
  })
})

test('a second run with nothing new asks once, and covers the time since', async () => {
  const incident = anIncident(1, at('09:00'))
  resolve(incident, at('10:00'))
  const { db, pagerDuty } = await collect([incident])
  const before = pagerDuty.counts.requests
  pagerDuty.clock = () => hoursLater(6)
  const outcome = await collectPagerDuty(db, pagerDuty, { now: hoursLater(6) })
  expect(outcome).toMatchObject({ status: 'ok', read: 0, changed: 0 })
  expect(pagerDuty.counts.requests - before).toBe(1)
  const coverage = await db.selectFrom('coverage').selectAll().execute()
  expect(coverage).toMatchObject([
    {
      scope: 'entity:incidents',
      covered_from: '2025-06-01T12:00:00.000Z',
      covered_to: hoursLater(6).toISOString(),
    },
  ])
})

test('nothing that is stored names a person or repeats a text, not even what cannot be read', async () => {
  const readable = anIncident(1, at('09:00'), { title: 'robin asks for help' })
  acknowledge(readable, at('09:05'))
  note(readable, 'robin: rolled back', at('09:10'))
  const broken = anIncident(2, at('09:00'), { title: 'robin again', status: 'resolved' })
  const { db, outcome } = await collect([readable, broken])
  expect(outcome.quarantined).toBe(1)
  for (const { name } of await db.introspection.getTables()) {
    const rows = await db
      .selectFrom(name as 'incidents')
      .selectAll()
      .execute()
    expect(JSON.stringify(rows), name).not.toMatch(/robin/i)
  }
})

test('a refusal ends the run in the words of PagerDuty, without the secret', async () => {
  const pagerDuty = await aPagerDuty(aPagerDutyWorld())
  const error = { code: 2010, message: `${PAGERDUTY_TOKEN} may not`, errors: ['read incidents'] }
  pagerDuty.faults.push({ status: 403, body: { error } })
  const outcome = await collectPagerDuty(await testDatabase(), pagerDuty)
  expect(outcome.error).toBe('pager: GET /incidents: answers 403: [secret] may not; read incidents')
})

const listStanding = async (db: Database) =>
  (await listIncidents(db)).filter((row) => row.gone_at === null).map((row) => row.native_id)

test('an incident that was removed is gone within a day, and comes back when it does', async () => {
  const incidents = [1, 2].map((number) => anIncident(number, `2025-12-0${number}T09:00:00Z`))
  for (const incident of incidents) resolve(incident, '2025-12-03T09:00:00Z')
  const { db, pagerDuty } = await collect(incidents)
  const [removed] = incidents.splice(0, 1)
  await collectPagerDuty(db, pagerDuty, { now: hoursLater(23) })
  expect(await listStanding(db)).toEqual(['Q0001', 'Q0002'])
  await collectPagerDuty(db, pagerDuty, { now: hoursLater(24) })
  expect(await listStanding(db)).toEqual(['Q0002'])
  if (removed) incidents.push(removed)
  await collectPagerDuty(db, pagerDuty, { now: hoursLater(48) })
  expect(await listStanding(db)).toEqual(['Q0001', 'Q0002'])
})

test('incidents of a service that is taken out of the configuration stand', async () => {
  const incidents = [
    anIncident(1, '2025-12-01T09:00:00Z'),
    anIncident(2, '2025-12-02T09:00:00Z', { service: 'PBASKET' }),
  ]
  const { db, pagerDuty } = await collect(incidents, {
    services: { PSHOP: 'checkout', PBASKET: 'basket' },
    rules: [{ service: 'PBASKET', severity: 'sev1' }],
  })
  const shopOnly = { services: { PSHOP: 'checkout' } }
  for (const hours of [24, 48, 72]) {
    await collectPagerDuty(db, pagerDuty, { now: hoursLater(hours), ...shopOnly })
  }
  expect(await listStanding(db)).toEqual(['Q0001', 'Q0002'])
})

test('incidents of a service that may no longer be seen are not gone, and the run says so', async () => {
  const incidents = [
    anIncident(1, '2025-12-01T09:00:00Z'),
    anIncident(2, '2025-12-02T09:00:00Z', { service: 'PBASKET' }),
    anIncident(3, '2025-12-03T09:00:00Z'),
  ]
  const { db, pagerDuty } = await collect(incidents)
  pagerDuty.world.hidden.push('PBASKET')
  incidents.splice(0, 1)
  const hidden = await collectPagerDuty(db, pagerDuty, { now: hoursLater(24) })
  expect(hidden).toMatchObject({
    status: 'partial',
    error: expect.stringMatching(/^pager: service PBASKET: gone, or hidden from this sign-in; /),
  })
  expect(await listStanding(db)).toEqual(['Q0001', 'Q0002', 'Q0003'])
  pagerDuty.world.hidden.length = 0
  await collectPagerDuty(db, pagerDuty, { now: hoursLater(25) })
  expect(await listStanding(db)).toEqual(['Q0002', 'Q0003'])
})
