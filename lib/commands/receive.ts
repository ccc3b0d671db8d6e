import { setTimeout as sleep } from 'node:timers/promises'
import { findToken, hasValidToken } from '#db/api-tokens.ts'
import type { Database } from '#db/connection.ts'
import {
  countWaiting,
  findBodyHash,
  insertReceived,
  type SentEvent,
  toBodyHash,
} from '#db/received-events.ts'
import { type CloudEvent, parseCloudEvents, toFewer } from '#lib/cloud-event.ts'
import { COMMAND } from '#lib/command.ts'
import { ConfigError } from '#lib/errors.ts'
import { parseJson, readBody, toMediaType, toText } from '#lib/request-body.ts'
import { problem, RequestError } from '#lib/request-error.ts'
import { isSigned } from '#lib/signature.ts'
import { isToken, toPrefix } from '#lib/token.ts'
import type { Rate, TokenBuckets } from '#lib/token-bucket.ts'

/** Where what is sent is kept until the worker reads it. */
export interface Inbox {
  /** Must not wait for a lock itself: nothing else could be answered meanwhile. */
  readonly db: Database
  readonly now: () => Date
  /** How many requests each token may make. */
  readonly rate: TokenBuckets
}

/** For a release of everything at once, and for a busy organisation from then on. */
export const RATE: Rate = { burst: 1000, perSecond: 50 }

/** What was taken in. It is on the disk when this is told. */
export interface Receipt {
  readonly stored: number
  /** Sent before under the same id, and not stored again. */
  readonly known: number
}

const MOST_BYTES = 10 << 20
/** GitHub sends no more: https://docs.github.com/en/webhooks/webhook-events-and-payloads */
const MOST_GITHUB_BYTES = 25 << 20

/** A source that GitHub sends to, with the secrets that are valid now. */
export interface Webhook {
  readonly sourceId: string
  readonly secrets: readonly string[]
}

/**
 * Takes in one delivery. The source whose secret signed it is the one that it is for.
 *
 * @throws {RequestError}
 */
export async function receiveGitHub(
  inbox: Inbox,
  request: Request,
  webhooks: readonly Webhook[],
): Promise<Receipt> {
  if (webhooks.length === 0) {
    throw new RequestError(
      503,
      'no webhook of GitHub is configured here, or its secret is not set: see docs/sources/events.md',
    )
  }
  if (toMediaType(request.headers.get('content-type')) !== 'application/json') {
    throw new RequestError(415, 'expected application/json: it is a setting of the webhook')
  }
  const body = await readBody(request, { mostBytes: MOST_GITHUB_BYTES })
  const signature = request.headers.get('x-hub-signature-256')
  const webhook = webhooks.find(({ secrets }) => isSigned(body, signature, secrets))
  if (webhook === undefined) throw new RequestError(401, 'the signature does not fit the body')
  const delivery = readHeader(request, 'x-github-delivery', /^[\w-]{1,100}$/)
  const event = {
    event_id: delivery,
    kind: 'github',
    type: readHeader(request, 'x-github-event', /^[a-z_]{1,100}$/),
    body: toText(body),
  } as const
  return store(inbox, webhook.sourceId, [event])
}

function readHeader(request: Request, name: string, pattern: RegExp): string {
  const value = request.headers.get(name) ?? ''
  if (pattern.test(value)) return value
  throw new RequestError(400, `the header ${name} is missing, or not as GitHub sends it`)
}

/**
 * Takes in CloudEvents, all of a request or none.
 *
 * @throws {RequestError}
 */
export async function receiveCloudEvents(inbox: Inbox, request: Request): Promise<Receipt> {
  const sourceId = await authorise(inbox, request, 'cloudevents')
  const events = parseCloudEvents(
    request.headers,
    await readBody(request, { mostBytes: MOST_BYTES }),
  )
  return store(inbox, sourceId, events.map(toSent))
}

const toSent = (event: CloudEvent): Omit<SentEvent, 'source_id'> => ({
  // Together they are the identity of an event, wherever one ends and the other begins.
  event_id: JSON.stringify([event.source, event.id]),
  kind: 'cloudevent',
  type: event.type,
  body: toJson(event),
})

/** @throws {RequestError} 422 for what is nested so deeply that nobody could write it down again */
function toJson(event: CloudEvent): string {
  try {
    return JSON.stringify(event)
  } catch (cause) {
    throw new RequestError(422, `the event ${event.id} is nested too deeply`, { cause })
  }
}

/**
 * Takes in what a tool that deploys tells. It gives no id: the same body is the same event.
 *
 * @throws {RequestError}
 */
export async function receiveToolEvent(
  inbox: Inbox,
  request: Request,
  tool: 'flux' | 'argocd',
): Promise<Receipt> {
  const sourceId = await authorise(inbox, request, tool)
  if (toMediaType(request.headers.get('content-type')) !== 'application/json') {
    throw new RequestError(415, 'expected application/json')
  }
  const body = toText(await readBody(request, { mostBytes: MOST_BYTES }))
  parseJson(body)
  const event_id = `${tool} ${toBodyHash(body)}`
  return store(inbox, sourceId, [{ event_id, kind: tool, type: tool, body }])
}

/** What `text` holds: how many rows, and what is wrong with them, line by line. */
export type RowsCheck = (text: string) => {
  readonly rows: number
  readonly faults: readonly { readonly line: number; readonly fault: string }[]
}

/**
 * Takes in rows of one entity, one JSON object a line, all of them or none. A request that is sent
 * again with its `Idempotency-Key` is known; without one, rows that say the same again change nothing.
 *
 * @throws {RequestError}
 */
export async function receiveRows(
  inbox: Inbox,
  request: Request,
  entity: { readonly name: string; readonly check: RowsCheck },
): Promise<Receipt> {
  const sourceId = await authorise(inbox, request, entity.name)
  const type = toMediaType(request.headers.get('content-type'))
  if (!/^application\/(x-)?(ndjson|jsonl|jsonlines)$/.test(type)) {
    throw new RequestError(415, 'expected application/x-ndjson: one JSON object a line')
  }
  const body = toText(await readBody(request, { mostBytes: MOST_BYTES }))
  const { rows, faults } = entity.check(body)
  if (faults.length > 0) {
    throw new RequestError(422, toFewer(faults.map(({ line, fault }) => `line ${line}: ${fault}`)))
  }
  if (rows === 0) return { stored: 0, known: 0 }
  const key = request.headers.get('idempotency-key')
  const event_id = key === null ? `request ${crypto.randomUUID()}` : `key ${entity.name} ${key}`
  const { stored } = await store(inbox, sourceId, [
    { event_id, kind: 'rows', type: entity.name, body },
  ])
  if (stored === 1) return { stored: rows, known: 0 }
  const hash = await patiently(() => findBodyHash(inbox.db, sourceId, event_id))
  if (hash === toBodyHash(body)) {
    return { stored: 0, known: rows }
  }
  throw new RequestError(409, 'another body was sent with this Idempotency-Key before')
}

const BEARER = /^Bearer +(\S+)$/i

/**
 * The source that the token of a request sends for. Who asks too often is told before anything of the
 * request is read, so that nothing is stored of what was refused.
 */
async function authorise(inbox: Inbox, request: Request, scope: string): Promise<string> {
  const { prefix, sourceId } = await patiently(() => findSource(inbox, request, scope))
  const wait = inbox.rate.take(prefix, inbox.now())
  if (wait === 0) return sourceId
  const { burst, perSecond } = inbox.rate.rate
  throw new RequestError(
    429,
    `the token sends too often: ${burst} requests at once, and ${perSecond} a second from then on; send several events or rows in one`,
    { retrySeconds: wait },
  )
}

async function findSource({ db, now }: Inbox, request: Request, scope: string) {
  if (!(await hasValidToken(db, now()))) {
    throw new RequestError(503, `there is no valid token yet: ${COMMAND} token create makes one`)
  }
  const text = BEARER.exec(request.headers.get('authorization') ?? '')?.[1] ?? ''
  const token = await findToken(db, toPrefix(text) ?? '')
  const isValid =
    token !== undefined &&
    isToken(text, token.hash) &&
    token.revoked_at === null &&
    token.expires_at > now().toISOString()
  if (!isValid) {
    throw new RequestError(401, 'expected Authorization: Bearer with a token that is valid')
  }
  if (!token.scopes.includes(scope)) {
    throw new RequestError(403, `the token is not for ${scope}, but for ${token.scopes.join(', ')}`)
  }
  const source = await db
    .selectFrom('sources')
    .select('id')
    .where('id', '=', token.source_id)
    .where('kind', '=', 'ingest')
    .where('gone_at', 'is', null)
    .executeTakeFirst()
  if (source !== undefined) return { prefix: token.prefix, sourceId: source.id }
  throw new RequestError(
    403,
    `the source ${token.source_id} is no longer configured, or not of kind ingest`,
  )
}

/** Of one source; more than this is not read in a while: something is wrong, and the disk is not endless. */
const MOST_WAITING = 500_000

/** @throws {RequestError} 429 while too much of the source waits; all of `sent` is of one */
async function store(
  { db, now }: Inbox,
  sourceId: string,
  sent: readonly Omit<SentEvent, 'source_id'>[],
): Promise<Receipt> {
  return patiently(async () => {
    if ((await countWaiting(db, sourceId)) >= MOST_WAITING) {
      throw new RequestError(
        429,
        `too much of ${sourceId} waits to be read; is the worker running?`,
      )
    }
    const rows = sent.map((event) => ({ ...event, source_id: sourceId }))
    const stored = await db.transaction().execute((tx) => insertReceived(tx, rows, now()))
    return { stored, known: sent.length - stored }
  })
}

const LONGEST_WAIT_MS = 5000
const PAUSE_MS = 10

/** Tries again while another process locks the database, without keeping this one from its other work. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const end = performance.now() + LONGEST_WAIT_MS
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!isBusy(error) || performance.now() > end) throw error
      await sleep(PAUSE_MS)
    }
  }
}

const codeOf = (error: unknown) =>
  error instanceof Error && 'code' in error ? String(error.code) : ''

const isBusy = (error: unknown) => codeOf(error).startsWith('SQLITE_BUSY')

/** The disk, the database or the configuration is at fault, not the request; anything else is a bug. */
const toRefusal = (cause: unknown) =>
  codeOf(cause).startsWith('SQLITE_') || cause instanceof ConfigError
    ? new RequestError(503, 'it cannot be stored now, and was not; send it again', { cause })
    : cause

/** 202 with the receipt, or why there is none; `log` is told what is not for whom sent it. */
export async function toAnswer(
  work: () => Promise<Receipt>,
  log: (line: string) => void,
): Promise<Response> {
  try {
    const receipt = await work()
    return Response.json(receipt, { status: 202, headers: { 'Cache-Control': 'no-store' } })
  } catch (cause) {
    const error = toRefusal(cause)
    if (!(error instanceof RequestError)) throw error
    if (error.status === 401) log(`refused: ${error.message}`)
    if (error.cause instanceof Error && error.status === 503) log(error.cause.message)
    return problem(error.status, error.message, error.retrySeconds)
  }
}
