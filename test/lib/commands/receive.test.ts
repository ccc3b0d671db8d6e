import { request as rawRequest } from 'node:http'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import { Kysely, SqliteDialect, sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { revokeToken } from '#db/api-tokens.ts'
import { type Database, openDatabase } from '#db/connection.ts'
import { migrateToLatest } from '#db/migrate.ts'
import { type Inbox, RATE, receiveCloudEvents, type Webhook } from '#lib/commands/receive.ts'
import { toPrefix } from '#lib/token.ts'
import { TokenBuckets } from '#lib/token-bucket.ts'
import { testDatabase } from '#test/support/database.ts'
import { aFolder } from '#test/support/git.ts'
import {
  aCloudEvent,
  addToken,
  BATCH,
  SENT_AT,
  STRUCTURED,
  serveReceiver,
  sign,
  unlimited,
} from '#test/support/receiving.ts'

const GITHUB = '/api/webhooks/github'
const CLOUDEVENTS = '/api/ingest/cloudevents'
const DEPLOYMENTS = '/api/ingest/deployments'
const NDJSON = 'application/x-ndjson'

type Post = (
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers?: Readonly<Record<string, string>>,
) => Promise<{ status: number; answer: unknown; retry: string | null }>

async function aReceiver(
  webhooks: readonly Webhook[] = [],
  { rate = unlimited(), now = () => SENT_AT }: Partial<Inbox> = {},
): Promise<{
  db: Database
  url: string
  post: Post
  logged: readonly string[]
}> {
  const db = await testDatabase()
  const logged: string[] = []
  const inbox = { db, now, rate }
  const { server, url } = await serveReceiver(inbox, webhooks, (line) => void logged.push(line))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const post: Post = async (path, body, headers = {}) => {
    const response = await fetch(`${url}${path}`, { method: 'POST', body, headers })
    const retry = response.headers.get('retry-after')
    return { status: response.status, answer: await response.json(), retry }
  }
  return { db, url, post, logged }
}

const listReceived = (db: Database) =>
  db.selectFrom('received_events').selectAll().orderBy('sequence').execute()

const bearer = (token: string, type: string) => ({
  authorization: `Bearer ${token}`,
  'content-type': type,
})

const json = (value: unknown) => JSON.stringify(value)

const SECRET = "It's a Secret to Everybody"
const WEBHOOK: Webhook = { sourceId: 'gh-events', secrets: [SECRET] }

const delivery = (body: string, headers: Readonly<Record<string, string>> = {}) => ({
  'content-type': 'application/json',
  'x-github-event': 'deployment',
  'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
  'x-hub-signature-256': sign(SECRET, body),
  ...headers,
})

test('the signature is that of the example that GitHub documents', async () => {
  // https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
  const { db, post } = await aReceiver([WEBHOOK])
  const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'
  const headers = { ...delivery(''), 'x-hub-signature-256': signature }
  expect((await post(GITHUB, 'Hello, World!', headers)).status).toBe(202)
  expect(await listReceived(db)).toMatchObject([
    {
      source_id: 'gh-events',
      event_id: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
      type: 'deployment',
      body: 'Hello, World!',
    },
  ])
})

const BODY = '{ "a": "\\u00e4",  "a": 1 }\n'
const digits = sign(SECRET, BODY).slice('sha256='.length)

test.each([
  ['none', ''],
  ['nothing but its name', 'sha256='],
  ['an older kind', `sha1=${digits}`],
  ['digits without a name', digits],
  ['a digit less', `sha256=${digits.slice(1)}`],
  ['a digit more', `sha256=${digits}0`],
  ['upper case', `sha256=${digits.toUpperCase()}`],
  ['that of another secret', sign('another', BODY)],
  ['that of the same JSON, written in another way', sign(SECRET, BODY.trim())],
])('a delivery whose signature is %s is refused, and not stored', async (_, signature) => {
  const { db, post, logged } = await aReceiver([WEBHOOK])
  const headers = { ...delivery(BODY), 'x-hub-signature-256': signature }
  expect(await post(GITHUB, BODY, headers)).toMatchObject({
    status: 401,
    answer: { detail: 'the signature does not fit the body' },
  })
  expect(await listReceived(db)).toEqual([])
  expect(logged).toEqual(['refused: the signature does not fit the body'])
})

test('a body is verified and kept byte by byte', async () => {
  const { db, post } = await aReceiver([WEBHOOK])
  expect((await post(GITHUB, BODY, delivery(BODY))).status).toBe(202)
  expect((await listReceived(db))[0]?.body).toBe(BODY)
})

test('while a secret is changed both are valid', async () => {
  const { db, post } = await aReceiver([
    { sourceId: 'other', secrets: ['of another organisation'] },
    { sourceId: 'gh-events', secrets: ['new', SECRET] },
  ])
  const headers = (secret: string, id: string) =>
    delivery('{}', { 'x-hub-signature-256': sign(secret, '{}'), 'x-github-delivery': id })
  expect((await post(GITHUB, '{}', headers('new', '1'))).status).toBe(202)
  expect((await post(GITHUB, '{}', headers(SECRET, '2'))).status).toBe(202)
  expect((await post(GITHUB, '{}', headers('old', '3'))).status).toBe(401)
  expect((await listReceived(db)).map((row) => row.source_id)).toEqual(['gh-events', 'gh-events'])
})

test('a delivery that comes a hundred times at once is stored once, and each is answered', async () => {
  const { db, post } = await aReceiver([WEBHOOK])
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => post(GITHUB, '{}', delivery('{}'))),
  )
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
  const stored = answers.map(({ answer }) => (answer as { stored: number }).stored)
  expect(stored.reduce((sum, count) => sum + count, 0)).toBe(1)
  expect(await listReceived(db)).toHaveLength(1)
})

test.each([
  ['x-github-event', 'Deployment; drop'],
  ['x-github-delivery', ''],
])('a delivery without a proper %s is refused', async (header, value) => {
  const { post } = await aReceiver([WEBHOOK])
  expect(await post(GITHUB, '{}', delivery('{}', { [header]: value }))).toMatchObject({
    status: 400,
    answer: { detail: `the header ${header} is missing, or not as GitHub sends it` },
  })
})

test('without a secret nothing is taken, and without a token neither', async () => {
  const { post } = await aReceiver()
  expect(await post(GITHUB, '{}', delivery('{}'))).toMatchObject({
    status: 503,
    answer: { detail: expect.stringContaining('no webhook of GitHub is configured here') },
  })
  expect(await post(CLOUDEVENTS, '[]', { 'content-type': BATCH })).toMatchObject({
    status: 503,
    answer: { detail: 'there is no valid token yet: npx desirepath token create makes one' },
  })
})

test('a token is taken from its header only, while it is valid, for what it is for', async () => {
  const { db, post } = await aReceiver()
  const token = await addToken(db, { scopes: ['deployments'] })
  const expired = await addToken(db, { expiresAt: SENT_AT })
  const revoked = await addToken(db)
  await revokeToken(db, toPrefix(revoked) ?? '', SENT_AT)
  const another = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`
  for (const text of ['', expired, revoked, another, `${token}=`, 'dp_00000000_x']) {
    expect((await post(DEPLOYMENTS, '', bearer(text, NDJSON))).status, text).toBe(401)
  }
  const inAddress = `${DEPLOYMENTS}?access_token=${token}`
  expect((await post(inAddress, '', { 'content-type': NDJSON })).status).toBe(401)
  expect((await post(DEPLOYMENTS, '', bearer(token, NDJSON))).status).toBe(202)
  expect(await post(CLOUDEVENTS, '[]', bearer(token, BATCH))).toMatchObject({
    status: 403,
    answer: { detail: 'the token is not for cloudevents, but for deployments' },
  })
})

test('the token itself is not stored', async () => {
  const { db } = await aReceiver()
  const token = await addToken(db)
  const row = await db.selectFrom('api_tokens').selectAll().executeTakeFirstOrThrow()
  expect(row.hash).toMatch(/^[0-9a-f]{64}$/)
  expect(JSON.stringify(row)).not.toContain(token.slice('dp_00000000_'.length))
})

test('what is sent for a source that is no longer configured is refused', async () => {
  const { db, post } = await aReceiver()
  const token = await addToken(db)
  await db.updateTable('sources').set({ gone_at: SENT_AT.toISOString() }).execute()
  expect(await post(CLOUDEVENTS, '[]', bearer(token, BATCH))).toMatchObject({
    status: 403,
    answer: { detail: 'the source ci is no longer configured, or not of kind ingest' },
  })
})

test('an event comes as a whole, in headers, or in a list; one source and id is one event', async () => {
  const { db, post } = await aReceiver()
  const token = await addToken(db)
  const { data, ...attributes } = aCloudEvent('a%20b')
  const headers = Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [`ce-${name}`, String(value)]),
  )
  const inHeaders = { ...bearer(token, 'application/json'), ...headers }
  expect(await post(CLOUDEVENTS, json(data), inHeaders)).toMatchObject({
    status: 202,
    answer: { stored: 1, known: 0 },
  })
  const whole = bearer(token, `${STRUCTURED}; charset=UTF-8`)
  expect(await post(CLOUDEVENTS, json(aCloudEvent('a b')), whole)).toMatchObject({
    answer: { stored: 0, known: 1 },
  })
  const list = [
    aCloudEvent('a b'),
    aCloudEvent('c'),
    aCloudEvent('c'),
    aCloudEvent('a b', { source: '/b' }),
  ]
  expect(await post(CLOUDEVENTS, json(list), bearer(token, BATCH))).toMatchObject({
    answer: { stored: 2, known: 2 },
  })
  const ids = (await listReceived(db)).map((row) => JSON.parse(row.event_id))
  expect(ids).toEqual([
    ['/ci/pipelines', 'a b'],
    ['/ci/pipelines', 'c'],
    ['/b', 'a b'],
  ])
})

test('of a list with faulty events none is stored, and each fault is told by its place', async () => {
  const { db, post } = await aReceiver()
  const token = await addToken(db)
  const list = [
    aCloudEvent('a'),
    aCloudEvent('b', { specversion: '0.3' }),
    { specversion: '1.0', id: '', type: 'x' },
  ]
  expect(await post(CLOUDEVENTS, json(list), bearer(token, BATCH))).toMatchObject({
    status: 422,
    answer: {
      title: 'Unprocessable content',
      detail: 'event 1: specversion expected "1.0"; event 2: id is empty, source is missing',
    },
  })
  expect(await listReceived(db)).toEqual([])
})

test.each([
  ['no JSON', '{', STRUCTURED, 400, 'the body is not JSON'],
  ['no list', '{}', BATCH, 400, 'a batch is a JSON list of events'],
  ['a CDEvent without an envelope', '{}', 'application/json', 400, 'no CloudEvent'],
  ['a form', 'a=b', 'application/x-www-form-urlencoded', 415, 'expected application/cloudevents'],
  ['XML', '<a/>', 'application/xml', 415, 'expected application/cloudevents'],
])('%s is refused', async (_, body, type, status, detail) => {
  const { db, post } = await aReceiver()
  const token = await addToken(db)
  expect(await post(CLOUDEVENTS, body, bearer(token, type))).toMatchObject({
    status,
    answer: { detail: expect.stringContaining(detail) },
  })
})

test('bytes that are not UTF-8 are refused', async () => {
  const { db, post } = await aReceiver()
  const token = await addToken(db)
  const body = new Uint8Array(Buffer.from([0x22, 0xff, 0x22]))
  expect((await post(CLOUDEVENTS, body, bearer(token, STRUCTURED))).status).toBe(400)
})

test('what is nested too deeply is refused', async () => {
  const { db, post } = await aReceiver()
  const token = await addToken(db)
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
  const event = json(aCloudEvent('deep', { data: 'HERE' })).replace('"HERE"', deep)
  expect((await post(CLOUDEVENTS, event, bearer(token, STRUCTURED))).status).toBe(422)
})

const aRow = (id: string) => ({
  id,
  service_id: 'basket',
  environment: 'prod',
  created_at: '2026-05-30T10:00:00Z',
})

test('rows are taken all or none, and every faulty line is named', async () => {
  const { db, post } = await aReceiver()
  const token = await addToken(db)
  const lines = [json(aRow('a')), '', json({ ...aRow('b'), outcom: 'success' }), '[]']
  expect(await post(DEPLOYMENTS, lines.join('\n'), bearer(token, NDJSON))).toMatchObject({
    status: 422,
    answer: {
      detail:
        'line 3: outcom is not known; did you mean outcome?; line 4: is not a JSON object on one line',
    },
  })
  expect(await listReceived(db)).toEqual([])
  const good = [json(aRow('a')), json(aRow('b'))].join('\r\n')
  expect(await post(DEPLOYMENTS, good, bearer(token, NDJSON))).toMatchObject({
    status: 202,
    answer: { stored: 2, known: 0 },
  })
})

test('rows that come again under their key are known, and other rows under it are refused', async () => {
  const { db, post } = await aReceiver()
  const token = await addToken(db)
  const headers = { ...bearer(token, NDJSON), 'idempotency-key': 'run 17' }
  expect((await post(DEPLOYMENTS, json(aRow('a')), headers)).answer).toEqual({
    stored: 1,
    known: 0,
  })
  expect((await post(DEPLOYMENTS, json(aRow('a')), headers)).answer).toEqual({
    stored: 0,
    known: 1,
  })
  expect((await post(DEPLOYMENTS, json(aRow('b')), headers)).status).toBe(409)
  expect(await listReceived(db)).toHaveLength(1)
})

const MOST = 10 << 20

/** A row of so many bytes, by its URL. */
function toBytes(size: number): string {
  const row = { ...aRow('a'), url: '' }
  return json({ ...row, url: 'x'.repeat(size - json(row).length) })
}

test('a body may be as long as the limit and no longer, whether or not it says its length', async () => {
  const { db, url, post } = await aReceiver()
  const token = await addToken(db)
  const headers = bearer(token, NDJSON)
  expect((await post(DEPLOYMENTS, `${json(aRow('a'))}${' '.repeat(10)}`, headers)).status).toBe(202)
  const full = `${json(aRow('b'))}\n`.padEnd(MOST, '\n')
  expect((await post(DEPLOYMENTS, full, headers)).status).toBe(202)
  const { body } = await db
    .selectFrom('received_events')
    .select('body')
    .where('sequence', '=', 2)
    .executeTakeFirstOrThrow()
  expect(body).toHaveLength(MOST)
  expect(await post(DEPLOYMENTS, `${full}\n`, headers)).toMatchObject({
    status: 413,
    answer: { detail: 'the body is larger than 10485760 bytes' },
  })
  expect(await sendChunked(`${url}${DEPLOYMENTS}`, headers, `${full}\n`)).toBe(413)
  expect(await sendChunked(`${url}${DEPLOYMENTS}`, headers, toBytes(3 * MOST))).toBe(413)
  expect(await listReceived(db)).toHaveLength(2)
})

/** Sends without telling a length; the status of the answer. */
const sendChunked = (url: string, headers: Readonly<Record<string, string>>, body: string) =>
  new Promise<number | undefined>((answered, failed) => {
    const request = rawRequest(url, { method: 'POST', headers }, (response) => {
      response.resume()
      answered(response.statusCode)
      request.destroy()
    })
    request.on('error', failed)
    for (let start = 0; start < body.length; start += 1 << 16) {
      request.write(body.slice(start, start + (1 << 16)))
    }
    request.end()
  })

test('a compressed body is refused, whatever it would become', async () => {
  const { db, post } = await aReceiver()
  const token = await addToken(db)
  const headers = { ...bearer(token, BATCH), 'content-encoding': 'gzip' }
  expect(await post(CLOUDEVENTS, '[]', headers)).toMatchObject({
    status: 415,
    answer: { detail: 'the body is compressed; send it as it is' },
  })
})

/** Events that wait for a source, each of another sequence. */
const addWaiting = (db: Database, sourceId: string, count: number) =>
  sql`
    with recursive event (n) as (select 1 union all select n + 1 from event where n < ${count})
    insert into received_events
      (source_id, event_id, sequence, kind, type, body, body_hash, received_at)
    select ${sourceId}, n, n, 'cloudevent', 'x', '{}', '', ${SENT_AT.toISOString()} from event
  `.execute(db)

test('while too much waits for a source it takes nothing more, and the answer says when to come again', async () => {
  const { db, post } = await aReceiver()
  const token = await addToken(db)
  const another = await addToken(db, { source: 'cd' })
  await addWaiting(db, 'ci', 500_000)
  const body = json([aCloudEvent('c')])
  expect(await post(CLOUDEVENTS, body, bearer(token, BATCH))).toMatchObject({
    status: 429,
    retry: '60',
  })
  expect(await post(CLOUDEVENTS, body, bearer(another, BATCH))).toMatchObject({ status: 202 })
})

test('an event that waits keeps nobody out, however many were read after it', async () => {
  const { db, post } = await aReceiver()
  const token = await addToken(db)
  await addWaiting(db, 'ci', 1)
  await db.updateTable('received_events').set({ event_id: 'old', sequence: -500_000 }).execute()
  expect(await post(CLOUDEVENTS, json([aCloudEvent('c')]), bearer(token, BATCH))).toMatchObject({
    status: 202,
  })
})

test('what is sent for a source that became one of another kind is refused', async () => {
  const { db, post } = await aReceiver()
  const token = await addToken(db)
  await db.updateTable('sources').set({ kind: 'files' }).execute()
  expect(await post(CLOUDEVENTS, '[]', bearer(token, BATCH))).toMatchObject({ status: 403 })
})

test('while another process writes it is waited for, and others are answered meanwhile', async () => {
  const path = join(aFolder(), 'desirepath.db')
  const writer = openDatabase(path)
  const db = openDatabase(path, { busyMs: 0 })
  onTestFinished(() => Promise.all([writer.destroy(), db.destroy()]).then(() => {}))
  await migrateToLatest(writer)
  const token = await addToken(writer)
  const send = receiveCloudEvents(
    { db, now: () => SENT_AT, rate: unlimited() },
    new Request('http://127.0.0.1', {
      method: 'POST',
      headers: bearer(token, STRUCTURED),
      body: json(aCloudEvent('a')),
    }),
  )
  let turns = 0
  await writer.transaction().execute(async () => {
    const end = performance.now() + 300
    while (performance.now() < end) {
      await new Promise((next) => setTimeout(next, 1))
      turns += 1
    }
  })
  expect(await send).toEqual({ stored: 1, known: 0 })
  expect(turns).toBeGreaterThan(20)
})

test('while another process keeps even readers out it is waited for', async () => {
  const path = join(aFolder(), 'desirepath.db')
  const first = openDatabase(path)
  await migrateToLatest(first)
  const token = await addToken(first)
  // With a log of its own nobody keeps readers out for long.
  await sql`pragma journal_mode = delete`.execute(first)
  await first.destroy()
  const holder = new SQLite(path)
  const database = new SQLite(path, { timeout: 0 })
  const db: Database = new Kysely({ dialect: new SqliteDialect({ database }) })
  onTestFinished(() => db.destroy())
  holder.exec('begin exclusive')
  setTimeout(() => holder.close(), 100)
  const request = new Request('http://127.0.0.1', {
    method: 'POST',
    headers: bearer(token, STRUCTURED),
    body: json(aCloudEvent('a')),
  })
  const send = receiveCloudEvents({ db, now: () => SENT_AT, rate: unlimited() }, request)
  expect(await send).toEqual({ stored: 1, known: 0 })
})

test('what Flux and Argo CD tell is taken with a token for it; the same body is the same event', async () => {
  const { db, post } = await aReceiver()
  const headers = bearer(await addToken(db, { scopes: ['flux'] }), 'application/json')
  const body = json({ reason: 'ReconciliationSucceeded' })
  expect((await post('/api/ingest/flux', body, headers)).answer).toEqual({ stored: 1, known: 0 })
  expect((await post('/api/ingest/flux', body, headers)).answer).toEqual({ stored: 0, known: 1 })
  expect((await post('/api/ingest/argocd', body, headers)).status).toBe(403)
  expect((await post('/api/ingest/flux', '{', headers)).status).toBe(400)
  const asText = { ...headers, 'content-type': 'text/plain' }
  expect((await post('/api/ingest/flux', body, asText)).status).toBe(415)
  expect(await listReceived(db)).toMatchObject([{ source_id: 'ci', kind: 'flux', body }])
})

test('a token that sends too often is told when to come again, and keeps no other out', async () => {
  const rate = new TokenBuckets({ burst: 2, perSecond: 0.1 })
  const { db, post } = await aReceiver([], { rate })
  const hasty = bearer(await addToken(db), STRUCTURED)
  const other = bearer(await addToken(db), STRUCTURED)
  const send = (id: string, headers: Record<string, string>) =>
    post(CLOUDEVENTS, json(aCloudEvent(id)), headers)
  expect([(await send('a', hasty)).status, (await send('b', hasty)).status]).toEqual([202, 202])
  expect(await send('c', hasty)).toMatchObject({
    status: 429,
    retry: '10',
    answer: { detail: expect.stringMatching(/2 requests at once, and 0\.1 a second/) },
  })
  expect((await send('d', other)).status).toBe(202)
  // Nobody is kept out by who only knows the visible part of a token.
  const forged = { ...other, authorization: `${other.authorization.slice(0, -1)}?` }
  expect((await send('e', forged)).status).toBe(401)
  expect(await listReceived(db)).toHaveLength(3)
})

// T-W14
test('of a burst of 5,000 events each is either on the disk or refused with when to come again', async () => {
  const { db, post } = await aReceiver([], {
    rate: new TokenBuckets(RATE),
    now: () => new Date(),
  })
  const headers = bearer(await addToken(db), STRUCTURED)
  const answers: { id: string; status: number; retry: string | null }[] = []
  const ids = Array.from({ length: 5000 }, (_, index) => `event-${index}`)
  const send = async () => {
    for (let id = ids.pop(); id !== undefined; id = ids.pop()) {
      const { status, retry } = await post(CLOUDEVENTS, json(aCloudEvent(id)), headers)
      answers.push({ id, status, retry })
    }
  }
  await Promise.all(Array.from({ length: 50 }, send))
  const stored = answers.filter(({ status }) => status === 202).map(({ id }) => id)
  const refused = answers.filter(({ status }) => status === 429)
  expect(stored.length + refused.length).toBe(5000)
  expect(stored.length).toBeGreaterThanOrEqual(RATE.burst)
  expect(refused.length).toBeGreaterThan(0)
  expect(refused.every(({ retry }) => Number(retry) >= 1)).toBe(true)
  const kept = (await listReceived(db)).map(({ body }) => JSON.parse(body ?? '').id)
  expect(kept.toSorted()).toEqual(stored.toSorted())
}, 120_000)

// T-W13. That they are given up after 30 s: test/lib/request-body.test.ts.
test('two hundred that send a byte a second keep nobody else waiting', async () => {
  const { db, url, post } = await aReceiver()
  const headers = bearer(await addToken(db), STRUCTURED)
  const length = String(json(aCloudEvent('slow')).length)
  const slow = Array.from({ length: 200 }, () => {
    const sender = rawRequest(`${url}${CLOUDEVENTS}`, {
      method: 'POST',
      headers: { ...headers, 'content-length': length },
    })
    sender.on('error', () => {})
    sender.write('{')
    return sender
  })
  const drip = setInterval(() => {
    for (const sender of slow) sender.write(' ')
  }, 1000)
  onTestFinished(() => {
    clearInterval(drip)
    for (const sender of slow) sender.destroy()
  })
  const waits: number[] = []
  for (const index of Array.from({ length: 40 }).keys()) {
    const started = performance.now()
    const answer = await post(CLOUDEVENTS, json(aCloudEvent(`quick-${index}`)), headers)
    expect(answer.status).toBe(202)
    waits.push(performance.now() - started)
  }
  const late = waits.toSorted((a, b) => a - b).at(37) ?? Infinity
  expect(late).toBeLessThan(1000)
  expect(await listReceived(db)).toHaveLength(40)
})
