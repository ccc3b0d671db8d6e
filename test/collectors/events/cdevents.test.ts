import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import { deleteFactsWhere, markGone } from '#db/facts.ts'
import { addService } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'
import { listOutcomes, readSent, sendCloudEvents, sendRows } from '#test/support/received.ts'
import { aCloudEvent } from '#test/support/receiving.ts'

interface EventOptions {
  readonly id?: string
  readonly at?: string
  readonly subject?: string
  readonly content?: object
}

/** A CDEvent of version 0.5 in its envelope. */
function anEvent(
  name: string,
  { id = name, at = '2026-05-30T10:00:00Z', subject = 'basket', content = {} }: EventOptions = {},
) {
  const type = `dev.cdevents.${name}.0.3.0`
  const context = { specversion: '0.5.1', id, source: '/ci', type, timestamp: at }
  return aCloudEvent(id, {
    type,
    source: '/ci',
    data: { context, subject: { id: subject, source: '/ops', content } },
  })
}

const PRODUCTION = { environment: { id: 'prod-eu', source: '/iaas' } }
const ARTIFACT = { artifactId: 'pkg:oci/acme/basket@sha256%3A0b31b1c02ff458ad?tag=5.12.0' }

test('a service that was deployed is a deployment that succeeded then', async () => {
  const db = await testDatabase()
  await sendCloudEvents(db, [
    anEvent('service.deployed', { content: { ...PRODUCTION, ...ARTIFACT } }),
  ])
  expect(await readSent(db)).toMatchObject({ status: 'ok', read: 1, changed: 1 })
  expect(await db.selectFrom('deployments').selectAll().execute()).toEqual([
    {
      source_id: 'ci',
      native_id: '/ci#service.deployed',
      service_id: 'basket',
      environment: 'prod-eu',
      environment_tier: 'production',
      sha: null,
      version: 'sha256:0b31b1c02ff458ad',
      created_at: '2026-05-30T10:00:00.000Z',
      started_at: null,
      finished_at: '2026-05-30T10:00:00.000Z',
      outcome: 'success',
      kind: null,
      superseded_at: null,
      redeploy_of: null,
      rollback_of: null,
      initiator_kind: 'unknown',
      path_id: null,
      path_version: null,
      mechanism: null,
      url: null,
      gone_at: null,
      observed_at: '2026-06-01T12:00:00.000Z',
    },
  ])
})

test('an upgrade is a deployment, a rollback is one of that kind', async () => {
  const db = await testDatabase()
  await sendCloudEvents(db, [
    anEvent('service.upgraded', { content: PRODUCTION }),
    anEvent('service.rolledback', { content: { environment: { id: 'eu-west' } } }),
  ])
  await readSent(db)
  const rows = await db
    .selectFrom('deployments')
    .select(['kind', 'environment_tier', 'version'])
    .orderBy('native_id', 'desc')
    .execute()
  expect(rows).toEqual([
    { kind: null, environment_tier: 'production', version: null },
    // Of no rule's tier: unknown, never production.
    { kind: 'rollback', environment_tier: null, version: null },
  ])
})

const READS = {
  detected: anEvent('incident.detected', {
    at: '2026-05-30T11:00:00Z',
    subject: 'incident-7',
    content: { ...PRODUCTION, ...ARTIFACT, service: { id: 'basket' } },
  }),
  resolved: anEvent('incident.resolved', {
    at: '2026-05-30T12:30:00Z',
    subject: 'incident-7',
    content: { ...PRODUCTION, service: { id: 'basket' } },
  }),
  reported: anEvent('incident.reported', {
    at: '2026-05-30T11:05:00Z',
    subject: 'incident-7',
    content: PRODUCTION,
  }),
}

test.each([
  ['in order', [READS.detected, READS.reported, READS.resolved]],
  ['backwards', [READS.resolved, READS.reported, READS.detected]],
])('an incident is put together of its events, %s', async (_, events) => {
  const db = await testDatabase()
  for (const event of events) {
    await sendCloudEvents(db, [event])
    await readSent(db)
  }
  expect(await db.selectFrom('incidents').selectAll().execute()).toMatchObject([
    {
      native_id: '/ops#incident-7',
      service_id: 'basket',
      started_at: null,
      detected_at: '2026-05-30T11:00:00.000Z',
      restored_at: '2026-05-30T12:30:00.000Z',
      caused_by_deployment_id: null,
      link_kind: null,
    },
  ])
})

test('an incident that names an artifact names the last deployment of it to production', async () => {
  const db = await testDatabase()
  const content = { ...PRODUCTION, ...ARTIFACT }
  const other = { ...PRODUCTION, artifactId: 'pkg:oci/acme/basket@sha256%3Affff' }
  await sendCloudEvents(db, [
    READS.detected,
    anEvent('service.deployed', { id: 'first', at: '2026-05-29T10:00:00Z', content }),
    anEvent('service.deployed', { id: 'again', at: '2026-05-30T10:00:00Z', content }),
    anEvent('service.deployed', { id: 'other', at: '2026-05-30T10:30:00Z', content: other }),
    anEvent('service.deployed', { id: 'after', at: '2026-05-30T11:30:00Z', content }),
  ])
  await readSent(db)
  expect(await db.selectFrom('incidents').selectAll().execute()).toMatchObject([
    { caused_by_deployment_id: '/ci#again', link_kind: 'explicit' },
  ])
})

test.each([
  ['deployment, noticed, told', [0, 1, 2]],
  ['noticed, deployment, told', [1, 0, 2]],
  ['noticed, told, deployment', [1, 2, 0]],
  ['told, noticed, deployment', [2, 1, 0]],
])('an incident names its deployment in whatever order they are read: %s', async (_, order) => {
  const db = await testDatabase()
  const content = { ...PRODUCTION, ...ARTIFACT, service: { id: 'basket' } }
  const other = { ...content, artifactId: 'pkg:oci/acme/basket@sha256%3Affff' }
  const events = [
    anEvent('service.deployed', { at: '2026-05-30T09:00:00Z', content }),
    READS.detected,
    // What is said of the artifact first stands.
    anEvent('incident.reported', {
      at: '2026-05-30T11:05:00Z',
      subject: 'incident-7',
      content: other,
    }),
  ]
  for (const index of order) {
    await sendCloudEvents(db, [events[index] ?? READS.detected])
    await readSent(db)
  }
  expect(await db.selectFrom('incidents').selectAll().execute()).toMatchObject([
    {
      caused_by_deployment_id: '/ci#service.deployed',
      link_kind: 'explicit',
      cause_told: '{"version":"sha256:0b31b1c02ff458ad","toldAt":"2026-05-30T11:00:00.000Z"}',
      cause_key: 'sha256:0b31b1c02ff458ad',
    },
  ])
})

test('an incident names no deployment that was taken back', async () => {
  const db = await testDatabase()
  const content = { ...PRODUCTION, ...ARTIFACT }
  await sendCloudEvents(db, [
    anEvent('service.deployed', { id: 'first', at: '2026-05-29T10:00:00Z', content }),
    anEvent('service.deployed', { id: 'again', at: '2026-05-30T10:00:00Z', content }),
  ])
  await readSent(db)
  const at = new Date('2026-05-31T00:00:00Z')
  await markGone(db, 'deployments', 'ci', at, ({ native_id }) => native_id === '/ci#again')
  await sendCloudEvents(db, [READS.detected])
  await readSent(db)
  expect(await db.selectFrom('incidents').selectAll().execute()).toMatchObject([
    { caused_by_deployment_id: '/ci#first', link_kind: 'explicit' },
  ])
})

test('incidents elsewhere than in production are left out with the reason', async () => {
  const db = await testDatabase()
  const incident = (id: string, environment: string) =>
    anEvent('incident.detected', { id, subject: id, content: { environment: { id: environment } } })
  await sendCloudEvents(db, [incident('a', 'staging'), incident('b', 'eu-west')])
  await readSent(db)
  expect(await listOutcomes(db)).toEqual([
    'ignored: it was not in production',
    'ignored: no rule of the source tells the tier of its environment',
  ])
})

test('a change is put together of its events, under the name of its repository', async () => {
  const db = await testDatabase()
  const repository = { id: 'acme/basket', source: 'https://github.example' }
  const change = { subject: '118', content: { repository } }
  await sendCloudEvents(db, [
    anEvent('change.merged', { ...change, at: '2026-05-30T10:00:00Z' }),
    anEvent('change.created', { ...change, at: '2026-05-28T10:00:00Z' }),
    anEvent('change.reviewed', { ...change, at: '2026-05-29T10:00:00Z' }),
  ])
  await readSent(db)
  expect(await db.selectFrom('changes').selectAll().execute()).toMatchObject([
    {
      native_id: '/ops#118',
      repository_id: 'github.example/acme/basket',
      opened_at: '2026-05-28T10:00:00.000Z',
      merged_at: '2026-05-30T10:00:00.000Z',
      first_review_at: null,
      author_kind: 'unknown',
    },
  ])
})

test('a change is one of the service that is the whole of its repository, whichever came first', async () => {
  const db = await testDatabase()
  const merge = async (name: string) => {
    const repository = { id: name, source: 'https://github.example' }
    const at = '2026-05-30T10:00:00Z'
    await sendCloudEvents(db, [
      anEvent('change.merged', { id: name, subject: name, content: { repository }, at }),
    ])
    await readSent(db)
  }
  const has = (id: string, repository_id: string, repository_path = '') =>
    addService(db, id, { team: null, repository_id, repository_path })
  const servicesOf = async () => {
    const rows = await db.selectFrom('changes').selectAll().orderBy('native_id').execute()
    return rows.map((row) => row.service_id)
  }
  await has('mail', 'mail')
  await merge('acme/basket')
  await merge('acme/mail')
  await merge('other/basket')
  const seen = [await servicesOf()]
  for (const step of [
    () => has('basket', 'acme/basket'),
    () => has('basket-docs', 'github.example/acme/basket', 'docs'),
    () => deleteFactsWhere(db, 'services', { id: 'basket-docs' }),
    () => has('mail', 'elsewhere/mail'),
  ]) {
    await step()
    seen.push(await servicesOf())
  }
  expect(seen).toEqual([
    [null, 'mail', null],
    ['basket', 'mail', null],
    [null, 'mail', null],
    ['basket', 'mail', null],
    ['basket', null, null],
  ])
})

test('an event that lacks what it must say is put aside, without its body', async () => {
  const db = await testDatabase()
  await sendCloudEvents(db, [
    anEvent('service.deployed', { id: 'bad' }),
    anEvent('service.deployed', { id: 'good', content: PRODUCTION }),
  ])
  expect(await readSent(db)).toMatchObject({
    status: 'partial',
    read: 2,
    changed: 1,
    quarantined: 1,
  })
  expect(await db.selectFrom('quarantine').selectAll().execute()).toMatchObject([
    {
      scope: 'cloudevents',
      position: 'event 1',
      record: '{"type":"dev.cdevents.service.deployed.0.3.0","id":"[\\"/ci\\",\\"bad\\"]"}',
      reason: expect.stringContaining('data.subject.content.environment'),
    },
  ])
  expect(await listOutcomes(db)).toEqual(['refused', 'stored'])
})

test('what is no CDEvent is left out with the reason', async () => {
  const db = await testDatabase()
  await sendCloudEvents(db, [
    aCloudEvent('a', { type: 'dev.tekton.event.pipelinerun.successful.v1' }),
    aCloudEvent('b', { type: 'dev.cdevents.testsuiterun.finished.0.3.0' }),
  ])
  expect(await readSent(db)).toMatchObject({ status: 'ok', changed: 0 })
  expect(await listOutcomes(db)).toEqual([
    'ignored: it is no CDEvent',
    'ignored: no metric uses testsuiterun events',
  ])
})

const ticketEvent = (moment: string, at: string, content: object = {}) =>
  anEvent(`ticket.${moment}`, {
    at,
    subject: 'T-1',
    content: {
      summary: 'Deploy is stuck',
      group: 'platform',
      creator: 'Alice Example',
      labels: ['deploy'],
      uri: 'https://desk.example/T-1',
      ...content,
    },
  })

const TICKET = {
  created: ticketEvent('created', '2026-05-30T09:00:00Z', { labels: ['other'] }),
  updated: ticketEvent('updated', '2026-05-30T10:00:00Z', { updatedBy: 'Bob Example' }),
  closed: ticketEvent('closed', '2026-05-30T12:00:00Z', { resolution: 'completed' }),
}

const TICKETS = {
  groups: ['Platform'],
  labels: [],
  rules: [{ label: 'deploy', category: 'deployment', type: 'how_to' as const, team: 'basket' }],
}

test.each([
  ['in order', [TICKET.created, TICKET.updated, TICKET.closed]],
  ['the end first', [TICKET.closed, TICKET.created, TICKET.updated]],
  ['the beginning at last', [TICKET.updated, TICKET.closed, TICKET.created]],
])('a ticket is put together of its events, %s, one by one or at once', async (_, events) => {
  const stored = []
  for (const batches of [events.map((event) => [event]), [events]]) {
    const db = await testDatabase()
    for (const batch of batches) {
      await sendCloudEvents(db, batch)
      expect(await readSent(db, { tickets: TICKETS })).toMatchObject({ status: 'ok' })
    }
    stored.push(...(await db.selectFrom('tickets').selectAll().execute()))
    expect(
      JSON.stringify(await db.selectFrom('received_events').selectAll().execute()),
    ).not.toMatch(/Alice|Bob|stuck/)
  }
  const ticket = {
    source_id: 'ci',
    native_id: '/ops#T-1',
    status_category: 'done',
    opened_at: '2026-05-30T09:00:00.000Z',
    resolved_at: '2026-05-30T12:00:00.000Z',
    first_response_at: null,
    reopened_count: null,
    opened_by_group: null,
    channel: 'cdevents',
    bot: 0,
  }
  expect(stored).toMatchObject([ticket, ticket])
  expect(JSON.stringify(stored)).not.toMatch(/Alice|Bob|stuck|desk/)
})

test('what a ticket is about is what its latest event says, and older ones change nothing', async () => {
  const db = await testDatabase()
  const older = anEvent('ticket.updated', {
    id: 'older',
    at: '2026-05-30T09:30:00Z',
    subject: 'T-1',
    content: { group: 'platform', labels: [] },
  })
  for (const event of [TICKET.created, TICKET.updated, older]) {
    await sendCloudEvents(db, [event])
    await readSent(db, { tickets: TICKETS })
  }
  expect(await db.selectFrom('tickets').selectAll().execute()).toMatchObject([
    { category: 'deployment', type: 'how_to', team_id: 'basket', status_category: 'open' },
  ])
})

test('how severe a ticket is follows from its priority or a label, where a rule says so', async () => {
  const db = await testDatabase()
  const rules = [
    { priority: 'high', severity: 'sev2' },
    { label: 'outage', severity: 'sev1' },
  ]
  const told = { high: { priority: 'High' }, outage: { labels: ['outage'] }, other: {} }
  await sendCloudEvents(
    db,
    Object.entries(told).map(([id, content]) =>
      anEvent('ticket.created', { id, subject: id, content: { summary: 'x', ...content } }),
    ),
  )
  await readSent(db, { tickets: { groups: [], labels: [], rules } })
  const rows = await db.selectFrom('tickets').select(['native_id', 'severity']).execute()
  expect(Object.fromEntries(rows.map((row) => [row.native_id, row.severity]))).toEqual({
    '/ops#high': 'sev2',
    '/ops#outage': 'sev1',
    '/ops#other': null,
  })
})

test('a ticket that was closed before anybody told when it was opened is none yet', async () => {
  const db = await testDatabase()
  await sendCloudEvents(db, [TICKET.closed])
  expect(await readSent(db, { tickets: TICKETS })).toMatchObject({ status: 'ok', changed: 0 })
  expect(await db.selectFrom('tickets').selectAll().execute()).toEqual([])
})

test('only tickets that ask the platform are taken, and none where nobody says which do', async () => {
  const db = await testDatabase()
  const other = ticketEvent('created', '2026-05-30T09:00:00Z', { group: 'security' })
  await sendCloudEvents(db, [other])
  await readSent(db, { tickets: TICKETS })
  await sendCloudEvents(db, [TICKET.closed])
  await readSent(db)
  expect(await listOutcomes(db)).toEqual([
    'ignored: by tickets of the source it does not ask the platform team',
    expect.stringMatching(/^ignored: .*set tickets of the source, or send rows of tickets$/),
  ])
  const labelled = { groups: [], labels: ['DEPLOY'], rules: [] }
  await sendCloudEvents(db, [
    anEvent('ticket.created', {
      id: 'bot',
      subject: 'T-2',
      content: { labels: ['deploy'], creator: 'renovate[bot]' },
    }),
  ])
  await readSent(db, { tickets: labelled })
  expect(await db.selectFrom('tickets').selectAll().execute()).toMatchObject([
    { native_id: '/ops#T-2', bot: 1, team_id: null, category: null },
  ])
})

test('that an environment was created is told of the request for it, in whatever order they come', async () => {
  const sent = {
    requests: (db: Database) =>
      sendRows(db, 'provisioning_requests', [
        {
          id: 'req-1',
          team_id: 'checkout',
          target_key: 'environment/basket-test',
          requested_at: '2026-05-30T08:00:00Z',
          result: 'open',
        },
      ]),
    created: (db: Database) =>
      sendCloudEvents(db, [
        anEvent('environment.created', { subject: 'basket-test', content: { name: 'test' } }),
      ]),
  }
  for (const order of [
    [sent.requests, sent.created],
    [sent.created, sent.requests],
  ]) {
    const db = await testDatabase()
    for (const send of order) {
      await send(db)
      expect(await readSent(db)).toMatchObject({ status: 'ok', error: null })
    }
    const rows = await db.selectFrom('provisioning_requests').selectAll().execute()
    expect(rows).toMatchObject([
      {
        native_id: 'req-1',
        usable_at: null,
        created_event_at: '2026-05-30T10:00:00.000Z',
      },
    ])
    expect(await listOutcomes(db)).toEqual(['stored', 'stored'])
  }
})

test('an environment that was modified or deleted is left out with a reason', async () => {
  const db = await testDatabase()
  await sendCloudEvents(db, [
    anEvent('environment.modified', { content: { name: 'test' } }),
    anEvent('environment.deleted', { content: { name: 'test' } }),
  ])
  await readSent(db)
  expect(await listOutcomes(db)).toEqual([
    'ignored: it does not say what was modified: neither that the environment can be used, nor that it went',
    'ignored: no metric uses that an environment was deleted',
  ])
  expect(await db.selectFrom('environment_events').selectAll().execute()).toEqual([])
})

// The examples of the specification. They are not part of this repository.
const FIXTURES = '../shared/fixtures/cdevents'
const STORED = [
  'change_created',
  'change_merged',
  'environment_created',
  'incident_detected',
  'incident_reported',
  'incident_resolved',
  'service_deployed',
  'service_rolledback',
  'service_upgraded',
]

const ALL_TICKETS = { groups: [], labels: [], rules: [] }
const OF_TICKETS = ['ticket_closed', 'ticket_created', 'ticket_updated']

test.skipIf(!existsSync(FIXTURES)).each([
  ['v0.4.1', null],
  ['v0.5.1', null],
  ['v0.5.1', ALL_TICKETS],
])(
  'every conformance example of %s is stored, or left out with a reason, with tickets %j (skipped without them)',
  async (version, tickets) => {
    const db = await testDatabase()
    const folder = join(FIXTURES, version, 'conformance')
    const names = readdirSync(folder).toSorted()
    expect(names).toHaveLength(45)
    // They share their ids: each gets one of its own.
    const events = names.map((name) => {
      const data = JSON.parse(readFileSync(join(folder, name), 'utf8'))
      data.context.id = name
      return aCloudEvent(name, { source: data.context.source, type: data.context.type, data })
    })
    await sendCloudEvents(db, events)
    expect(await readSent(db, { tickets })).toMatchObject({
      status: 'ok',
      read: 45,
      quarantined: 0,
      error: null,
    })
    const outcomes = await listOutcomes(db)
    const stored = names.filter((_, index) => outcomes[index] === 'stored')
    expect(stored.map((name) => name.replace('.json', ''))).toEqual([
      ...STORED,
      ...(tickets ? OF_TICKETS : []),
    ])
    expect(outcomes.filter((outcome) => !/^(stored|ignored: .{10,})$/.test(outcome))).toEqual([])
  },
)
