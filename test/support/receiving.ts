import { createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { findSentEntity, readBodyRows } from '#collectors/files/body.ts'
import { insertToken } from '#db/api-tokens.ts'
import { type Database, openDatabase } from '#db/connection.ts'
import { migrateToLatest } from '#db/migrate.ts'
import {
  type Inbox,
  receiveCloudEvents,
  receiveGitHub,
  receiveRows,
  receiveToolEvent,
  toAnswer,
  type Webhook,
} from '#lib/commands/receive.ts'
import { createToken } from '#lib/token.ts'
import { TokenBuckets } from '#lib/token-bucket.ts'

/** Serves the routes that take in events by the functions that they call, on a port of its own. */
export async function serveReceiver(
  inbox: Inbox,
  webhooks: readonly Webhook[] = [],
  log: (line: string) => void = () => {},
): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer(async (message, response) => {
    const taken = toAnswer(() => route(inbox, webhooks, toRequest(message)), log)
    const answer = await taken.catch((error: unknown) => {
      if (!message.destroyed) throw error
    })
    // Who sent it has gone.
    if (answer === undefined) return
    response.writeHead(answer.status, Object.fromEntries(answer.headers))
    response.end(await answer.text())
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

function toRequest(message: IncomingMessage): Request {
  const init = {
    method: 'POST',
    headers: message.headers as Record<string, string>,
    body: Readable.toWeb(message) as ReadableStream,
    duplex: 'half',
  }
  return new Request(`http://127.0.0.1${message.url}`, init)
}

function route(inbox: Inbox, webhooks: readonly Webhook[], request: Request) {
  const path = new URL(request.url).pathname
  if (path === '/api/webhooks/github') return receiveGitHub(inbox, request, webhooks)
  if (path === '/api/ingest/cloudevents') return receiveCloudEvents(inbox, request)
  const name = path.replace('/api/ingest/', '')
  if (name === 'flux' || name === 'argocd') return receiveToolEvent(inbox, request, name)
  const entity = findSentEntity(name)
  if (entity === undefined) throw new TypeError(`${path} is not served`)
  const check = (text: string) => {
    const { rows, faults } = readBodyRows(entity, text)
    return { rows: rows.length, faults }
  }
  return receiveRows(inbox, request, { name, check })
}

/** Lets everything through. */
export const unlimited = () => new TokenBuckets({ burst: Infinity, perSecond: 1 })

export const SENT_AT = new Date('2026-06-01T12:00:00Z')

interface TokenOptions {
  readonly scopes?: readonly string[]
  readonly source?: string
  readonly expiresAt?: Date
}

/** A source of kind ingest, and a token that may send for it. */
export async function addToken(
  db: Database,
  {
    scopes = ['cloudevents', 'deployments'],
    source = 'ci',
    expiresAt = new Date('2999-01-01T00:00:00Z'),
  }: TokenOptions = {},
): Promise<string> {
  await db
    .insertInto('sources')
    .values({ id: source, kind: 'ingest', every: '1h', gone_at: null })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const { text, prefix, hash } = createToken()
  await insertToken(db, {
    prefix,
    hash,
    source_id: source,
    scopes,
    created_at: SENT_AT.toISOString(),
    expires_at: expiresAt.toISOString(),
  })
  return text
}

export const BATCH = 'application/cloudevents-batch+json'
export const STRUCTURED = 'application/cloudevents+json'

/** A CDEvent of version 0.5 in its envelope: a service was deployed to production. */
export function aCloudEvent(id: string, overrides: Readonly<Record<string, unknown>> = {}) {
  const type = 'dev.cdevents.service.deployed.0.3.0'
  const source = '/ci/pipelines'
  const context = { specversion: '0.5.1', id, source, type, timestamp: '2026-05-30T10:00:00.000Z' }
  const content = {
    environment: { id: 'prod-eu' },
    artifactId: 'pkg:oci/basket@sha256%3A0b31b1c02ff458ad?tag=5.12.0',
  }
  return {
    specversion: '1.0',
    id,
    source,
    type,
    datacontenttype: 'application/json',
    data: { context, subject: { id: 'basket', content } },
    ...overrides,
  }
}

export const sign = (secret: string, body: string) =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`

/** Serves in a process of its own until it is killed, and says where. */
async function main(database: string): Promise<void> {
  const db = openDatabase(database, { busyMs: 0 })
  await migrateToLatest(db)
  const token = await addToken(db)
  const { url } = await serveReceiver({ db, now: () => new Date(), rate: unlimited() })
  process.stdout.write(`${JSON.stringify({ url, token })}\n`)
}

if (import.meta.main) await main(process.argv[2] ?? '')
