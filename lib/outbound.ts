import { lookup as resolveName } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { Agent, fetch as undiciFetch } from 'undici'
import { backoffMs, PATIENCE, type Patience, parseRetryAfter, pause } from '#lib/backoff.ts'
import { placeOf } from '#lib/network-address.ts'
import { giveSignOfLife } from '#lib/sign-of-life.ts'

/** A server that the configuration names. Only its scheme, host and port count. */
export interface AllowedServer {
  readonly url: string
  /** It lies in a private network, and may then speak plain HTTP. */
  readonly privateNetwork: boolean
}

export interface OutboundLimits {
  readonly connectMs: number
  /** From the request to the last byte of the answer. */
  readonly totalMs: number
  /** Of a decompressed answer. */
  readonly bytes: number
}

const LIMITS: OutboundLimits = { connectMs: 10_000, totalMs: 30_000, bytes: 20 * 1024 * 1024 }

export interface OutboundOptions {
  readonly allow: readonly AllowedServer[]
  /** What no message may contain. */
  readonly secrets: readonly string[]
  readonly signal: AbortSignal
  readonly now: () => Date
  /** Told before every wait, with what it waits for. */
  readonly waiting?: (until: Date, why: string) => void
  /** Recognises answers of a 2xx or 403 that mean "too often" in words of their own. */
  readonly saysLimited?: (response: Response) => Promise<boolean>
  readonly limits?: Partial<OutboundLimits> | undefined
  readonly patience?: Partial<Patience> | undefined
}

/** Requests to what the configuration names, and to nothing else. */
export interface Outbound {
  /**
   * Asks, again when the other side is busy or the answer is cut: as often and as late as it says,
   * within patience. An answer of 4xx is returned. @throws {OutboundError}
   */
  readonly fetch: Fetch
  /** The same without a second attempt at what fails: for who asks for less instead. @throws {OutboundError} */
  readonly fetchOnce: Fetch
  /** `text` without the secrets. */
  readonly redact: (text: string) => string
  readonly close: () => Promise<void>
}

export type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>

/** Why no answer could be used. The message names method and address, never a secret. */
export class OutboundError extends Error {
  override readonly name = 'OutboundError'
  readonly kind: OutboundFailure
  /** When it may be asked again, if the other side said so. */
  readonly until: Date | null

  constructor(
    kind: OutboundFailure,
    message: string,
    { until = null, ...options }: ErrorOptions & { readonly until?: Date | null } = {},
  ) {
    super(message, options)
    this.kind = kind
    this.until = until
  }
}

export type OutboundFailure =
  /** Not asked at all: the configuration does not name it, or it is not where it should be. */
  | 'refused'
  | 'redirect'
  | 'too large'
  /** No answer, too late, or cut off. */
  | 'unreachable'
  /** Answered 5xx until patience was over. */
  | 'failing'
  /** Asks for a longer wait than this run has. */
  | 'limited'

/** The one way out of this process for every source. The caller closes it. */
export function openOutbound(options: OutboundOptions): Outbound {
  const limits = { ...LIMITS, ...options.limits }
  const patience = { ...PATIENCE, ...options.patience }
  const servers = new Map(options.allow.map((server) => [new URL(server.url).origin, server]))
  const agents = new Map<boolean, Agent>()
  const redact = redacter(options.secrets)
  const agentFor = (server: AllowedServer) => {
    const known = agents.get(server.privateNetwork)
    if (known) return known
    const connect = { timeout: limits.connectMs, lookup: guardedLookup(server) }
    const agent = new Agent({ connect })
    agents.set(server.privateNetwork, agent)
    return agent
  }
  const attempt: Fetch = async (url, init = {}) => {
    const target = new URL(url)
    const what = nameRequest(url, init)
    const server = requireAllowed(target, servers, what)
    try {
      return await ask(target, init, { agent: agentFor(server), limits, signal: options.signal })
    } catch (error) {
      throw toOutboundError(error, redact(what), redact)
    }
  }
  const insistent = (tries: number): Fetch => {
    return (url, init) => {
      const what = redact(nameRequest(url, init))
      return insist(() => attempt(url, init), { ...options, patience, tries, what })
    }
  }
  return {
    fetch: insistent(patience.tries),
    fetchOnce: insistent(1),
    redact,
    close: async () => {
      for (const agent of agents.values()) await agent.destroy()
    },
  }
}

/** Without what follows the path: it may hold a secret. */
function nameRequest(url: string | URL, { method = 'GET' }: RequestInit = {}): string {
  const { origin, pathname } = new URL(url)
  return `${method} ${origin}${pathname}`
}

const redacter = (secrets: readonly string[]) => (text: string) =>
  secrets.reduce((clean, secret) => (secret ? clean.replaceAll(secret, '[secret]') : clean), text)

function requireAllowed(
  target: URL,
  servers: ReadonlyMap<string, AllowedServer>,
  what: string,
): AllowedServer {
  const server = servers.get(target.origin)
  const refuse = (why: string) => new OutboundError('refused', `${what}: ${why}`)
  if (server === undefined) throw refuse('the configuration does not name this server')
  if (target.username !== '' || target.password !== '') throw refuse('holds a user or password')
  if (target.protocol !== 'https:' && !(server.privateNetwork && target.protocol === 'http:')) {
    throw refuse('expected https')
  }
  const host = target.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0 && !mayConnect(host, server)) throw refuse(PRIVATE)
  return server
}

const PRIVATE = 'lies in a private network, and the configuration does not say so'

function mayConnect(address: string, { privateNetwork }: AllowedServer): boolean {
  const place = placeOf(address)
  return place === 'public' || (place === 'private' && privateNetwork)
}

/** Checks the very addresses that the socket is going to use. */
function guardedLookup(server: AllowedServer): LookupFunction {
  return (hostname, options, callback) => {
    resolveName(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '')
      const usable = addresses.filter(({ address }) => mayConnect(address, server))
      const [first] = usable
      if (first === undefined) return callback(new OutboundError('refused', PRIVATE), '')
      if (options.all) return callback(null, usable)
      return callback(null, first.address, first.family)
    })
  }
}

interface Asking {
  readonly agent: Agent
  readonly limits: OutboundLimits
  readonly signal: AbortSignal
}

async function ask(
  target: URL,
  init: RequestInit,
  { agent, limits, signal }: Asking,
): Promise<Response> {
  const response = await undiciFetch(target, {
    method: init.method ?? 'GET',
    headers: [...new Headers(init.headers)],
    body: (init.body ?? null) as string | null, // Every source asks with text.
    redirect: 'manual',
    dispatcher: agent,
    signal: AbortSignal.any([signal, AbortSignal.timeout(limits.totalMs)]),
  })
  const { status } = response
  if (status >= 300 && status < 400 && status !== 304) {
    await response.body?.cancel()
    throw new OutboundError('redirect', `answers ${status}, a redirect, which is not followed`)
  }
  const body = await readBody(response, limits.bytes)
  giveSignOfLife()
  const headers = new Headers([...response.headers])
  // The body is decompressed by now.
  headers.delete('content-encoding')
  headers.delete('content-length')
  const isEmpty = status === 204 || status === 205 || status === 304
  if (!isEmpty && isJson(headers)) requireWhole(body)
  return new Response(isEmpty ? null : body, { status, headers })
}

async function readBody(
  response: Awaited<ReturnType<typeof undiciFetch>>,
  most: number,
): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > most) {
      throw new OutboundError('too large', `answers more than ${most} bytes`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const isJson = (headers: Headers) => /\bjson\b/i.test(headers.get('content-type') ?? '')

/** A body may be cut where its frame is not. */
function requireWhole(body: Buffer): void {
  try {
    JSON.parse(body.toString())
  } catch (cause) {
    throw new OutboundError('unreachable', 'the answer is cut off, or no JSON', { cause })
  }
}

function toOutboundError(
  error: unknown,
  what: string,
  redact: (text: string) => string,
): OutboundError {
  const own = findOwn(error)
  if (own) return new OutboundError(own.kind, `${what}: ${redact(own.message)}`, { cause: error })
  return new OutboundError('unreachable', `${what}: ${redact(tellWhy(error))}`, { cause: error })
}

/** The lookup's refusal comes wrapped in what fetch makes of it. */
function findOwn(error: unknown): OutboundError | null {
  if (error instanceof OutboundError) return error
  return error instanceof Error && error.cause !== undefined ? findOwn(error.cause) : null
}

function tellWhy(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return 'no whole answer in time'
  if (error.name === 'AbortError') return 'stopped'
  const inner = error.cause instanceof Error ? error.cause : error
  const isTold = !('code' in inner) || inner.message.includes(String(inner.code))
  const code = isTold ? '' : ` (${inner.code})`
  return `${inner.message}${code}`
}

interface Insisting extends Pick<OutboundOptions, 'signal' | 'now' | 'waiting' | 'saysLimited'> {
  readonly patience: Patience
  /** Attempts at what fails; waiting as asked is no failure. */
  readonly tries: number
  readonly what: string
}

/** Asks until an answer can be used. */
async function insist(ask: () => Promise<Response>, options: Insisting): Promise<Response> {
  const { patience, tries, signal } = options
  const attempts = { failed: 0, limited: 0 }
  for (;;) {
    const result = await ask().catch((error: OutboundError) => error)
    const obstacle = await findObstacle(result, options, attempts.failed + 1)
    if (obstacle === null) return result as Response // An error always is an obstacle.
    attempts[obstacle.kind] += 1
    const most = obstacle.kind === 'failed' ? tries : patience.tries
    if (obstacle.waitMs === null || attempts[obstacle.kind] >= most) throw obstacle.error
    await wait(obstacle, options)
    if (signal.aborted) throw obstacle.error
  }
}

async function wait({ waitMs, error }: Obstacle, options: Insisting): Promise<void> {
  if (waitMs === null) return
  const until = new Date(options.now().getTime() + waitMs)
  if (waitMs > options.patience.longestWaitMs) {
    const message = `${error.message}; not again before ${until.toISOString()}`
    throw new OutboundError('limited', message, { until })
  }
  options.waiting?.(until, error.message)
  await pause(waitMs, options.signal)
}

interface Obstacle {
  readonly kind: 'failed' | 'limited'
  readonly error: OutboundError
  /** Null: asking again is of no use. */
  readonly waitMs: number | null
}

async function findObstacle(
  result: Response | OutboundError,
  { patience, now, what, saysLimited }: Insisting,
  attempt: number,
): Promise<Obstacle | null> {
  const waitMs = backoffMs(patience, attempt, Math.random())
  if (result instanceof OutboundError) {
    const isWorthIt = result.kind === 'unreachable'
    return { kind: 'failed', error: result, waitMs: isWorthIt ? waitMs : null }
  }
  const answers = `${what}: answers ${result.status}`
  if (isLimited(result) || (await saysLimited?.(result.clone()))) {
    const error = new OutboundError('limited', `${answers}, asked too often`)
    // Whoever limits without saying for how long means a minute or more.
    const told = readWaitMs(result, now()) ?? patience.longestWaitMs
    return { kind: 'limited', error, waitMs: told }
  }
  if (result.status < 500) return null
  return { kind: 'failed', error: new OutboundError('failing', answers), waitMs }
}

function isLimited({ status, headers }: Response): boolean {
  if (status === 429) return true
  if (status !== 403 && status !== 503) return false
  return headers.has('retry-after') || headers.get('x-ratelimit-remaining') === '0'
}

/** How long an answer says to wait, by the clock of who says it; null when it does not. */
function readWaitMs({ headers }: Response, now: Date): number | null {
  const date = Date.parse(headers.get('date') ?? '')
  const told = Number.isNaN(date) ? now : new Date(date)
  const after = parseRetryAfter(headers.get('retry-after'), told)
  if (after !== null) return after
  const reset = Number(headers.get('x-ratelimit-reset'))
  if (reset === 0 || headers.get('x-ratelimit-remaining') !== '0') return null
  // A second more: both clocks tell whole seconds.
  return Math.max(0, reset * 1000 - told.getTime()) + 1000
}
