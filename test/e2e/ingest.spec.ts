import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from '@playwright/test'
import { type Database, withDatabase } from '#db/connection.ts'
import { prepareIngest, serveProduction, WEBHOOK_SECRET } from '#test/support/production.ts'
import { aCloudEvent, BATCH, sign } from '#test/support/receiving.ts'

const PORT = 3103
const BASE = `http://127.0.0.1:${PORT}`
const MIB = 1 << 20

// One server that takes in what is sent, and is killed and started again.
test.describe.configure({ mode: 'serial' })

let folder: string
let token: string
let server: ChildProcess

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'desirepath-ingest-'))
  token = (await prepareIngest(folder)).token
  server = await serveProduction(folder, PORT)
})

test.afterAll(async () => {
  server.kill('SIGKILL')
  await once(server, 'exit').catch(() => {})
  rmSync(folder, { recursive: true, force: true })
})

const inDatabase = <T>(work: (db: Database) => Promise<T>) =>
  withDatabase(join(folder, 'data/desirepath.db'), work)

const findBody = (id: string) =>
  inDatabase((db) =>
    db.selectFrom('received_events').select('body').where('event_id', '=', id).executeTakeFirst(),
  )

function deliver(body: string, id: string): Promise<Response> {
  const headers = {
    'content-type': 'application/json',
    'x-github-event': 'push',
    'x-github-delivery': id,
    'x-hub-signature-256': sign(WEBHOOK_SECRET, body),
  }
  return fetch(`${BASE}/api/webhooks/github`, { method: 'POST', headers, body })
}

const sendEvents = (ids: readonly string[]) =>
  fetch(`${BASE}/api/ingest/cloudevents`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': BATCH },
    body: JSON.stringify(ids.map((id) => aCloudEvent(id))),
  })

function sendRows(body: string | ReadableStream): Promise<Response> {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/x-ndjson',
    'idempotency-key': 'rows',
  }
  const init: RequestInit & { duplex: 'half' } = { method: 'POST', headers, body, duplex: 'half' }
  return fetch(`${BASE}/api/ingest/deployments`, init)
}

const ROW = '{"id":"a","service_id":"basket","created_at":"2026-05-30T10:00:00Z"}\n'

test('what is taken in is answered with 202, and other ways to ask are refused', async () => {
  const response = await sendEvents(['first'])
  expect(response.status).toBe(202)
  expect(await response.json()).toEqual({ stored: 1, known: 0 })
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect((await fetch(`${BASE}/api/ingest/cloudevents`)).status).toBe(405)
  const unknown = await fetch(`${BASE}/api/ingest/teams`, { method: 'POST' })
  expect(unknown.status).toBe(404)
  expect(await unknown.text()).toMatch(/not taken, but of .*deployments.*tickets.*cloudevents/)
})

test('a delivery is kept whole up to 25 MiB, which no proxy cuts, and refused above', async () => {
  for (const size of [11 * MIB, 25 * MIB]) {
    const body = JSON.stringify({ text: 'x'.repeat(size - '{"text":""}'.length) })
    expect((await deliver(body, `size-${size}`)).status).toBe(202)
    expect((await findBody(`size-${size}`))?.body?.length).toBe(size)
  }
  expect((await deliver('x'.repeat(25 * MIB + 1), 'larger')).status).toBe(413)
  expect(await findBody('larger')).toBeUndefined()
})

test('rows are refused above 10 MiB, also when their length is not told', async () => {
  expect((await sendRows(ROW.padEnd(10 * MIB + 1, '\n'))).status).toBe(413)
  const chunks = ROW.padEnd(10 * MIB + 1, '\n')
  expect((await sendRows(new Blob([chunks]).stream())).status).toBe(413)
  expect((await sendRows(ROW.padEnd(10 * MIB, '\n'))).status).toBe(202)
  expect((await findBody('key deployments rows'))?.body?.length).toBe(10 * MIB)
})

test('whatever was acknowledged is there after the server was killed', async () => {
  const acknowledged: string[] = []
  for (let kill = 0; kill < 3; kill += 1) {
    const senders = Array.from({ length: 4 }, async (_, sender) => {
      for (let batch = 0; ; batch += 1) {
        const ids = Array.from(
          { length: 50 },
          (_one, index) => `${kill} ${sender} ${batch} ${index}`,
        )
        const response = await sendEvents(ids).catch(() => undefined)
        if (response?.status !== 202) return
        acknowledged.push(...ids)
      }
    })
    await sleep(300 + 200 * kill)
    server.kill('SIGKILL')
    await once(server, 'exit')
    await Promise.all(senders)
    server = await serveProduction(folder, PORT)
  }
  const rows = await inDatabase((db) =>
    db.selectFrom('received_events').select('event_id').where('kind', '=', 'cloudevent').execute(),
  )
  const stored = new Set(rows.map(({ event_id: id }) => (JSON.parse(id) as string[])[1]))
  expect(acknowledged.length).toBeGreaterThan(0)
  expect(acknowledged.filter((id) => !stored.has(id))).toEqual([])
})
