import type {
  IncomingMessage,
  OutgoingHttpHeaders,
  RequestListener,
  ServerResponse,
} from 'node:http'
import type { Answer } from '#lib/page-cache/answer.ts'
import { insideOf, type Question } from '#lib/page-cache/inside.ts'
import { type Found, keptValues } from '#lib/page-cache/kept.ts'
import { type Reusable, toReusable } from '#lib/page-cache/nonce.ts'

export interface FrontOptions {
  /** Answers everything, page or not. */
  readonly handle: RequestListener
  /** Another text after every change of what pages show; null: nothing may be kept. */
  readonly state: () => Promise<string | null>
  /** In ms. */
  readonly now?: () => number
  /** What kept answers weigh at most. */
  readonly mostBytes?: number
}

const MINUTE_MS = 60_000

/**
 * Answers pages from memory while what they show is the same, and within the minute they were
 * rendered in: days, weeks and quarters begin with a minute, and how long ago something was is told in
 * minutes. No two answers share a nonce. All else goes to `handle` as it came.
 */
export function frontOf({
  handle,
  state,
  now = Date.now,
  mostBytes,
}: FrontOptions): RequestListener {
  const ask = insideOf(handle)
  const render = async (question: Question) => toRendered(await ask(question))
  const find = keptValues<Rendered>({ isKept, ...(mostBytes !== undefined && { mostBytes }) })

  const answer = async (question: Question, request: IncomingMessage, response: ServerResponse) => {
    const facts = await state()
    if (facts === null) return handle(request, response)
    const stamp = `${Math.floor(now() / MINUTE_MS)} ${facts}`
    const { found, value } = find(stamp, keyOf(question), () => render(question))
    const { plain, reusable } = await value
    if (reusable !== null) {
      const given = await reusable.give(String(request.headers['accept-encoding'] ?? ''))
      return send(given, found, response)
    }
    // Nobody else may get this one: its nonce is taken.
    send(found === 'miss' ? plain : await ask(question), 'miss', response)
  }

  return (request, response) => {
    const question = readQuestion(request)
    if (question === null) return handle(request, response)
    answer(question, request, response).catch((error: unknown) => {
      console.error(`${new Date().toISOString()} warn web: ${request.url}: ${error}`)
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  }
}

interface Rendered {
  readonly plain: Answer
  /** Null when it can be given once only. */
  readonly reusable: Reusable | null
  readonly bytes: number
}

const toRendered = (plain: Answer): Rendered => ({
  plain,
  reusable: plain.headers['set-cookie'] === undefined ? toReusable(plain) : null,
  bytes: plain.body.length,
})

/** What begins an error in React's data, which comes with status 200 where Next asks for that only. */
const FAILED_PART = ':E{'

const isKept = ({ plain: { status, headers, body }, reusable }: Rendered) =>
  status === 200 &&
  reusable !== null &&
  !body.includes(FAILED_PART) &&
  /^text\/(html|x-component)\b/.test(String(headers['content-type']))

/** What answers are of no page: files, and what machines read. `/metrics` is theirs as plain text. */
const NO_PAGE =
  /^\/(_next|api|badge|export|livez|readyz|prometheus|search\/entries|icon\.svg)(\/|\?|$)/
const PLAIN_TEXT = /text\/plain|openmetrics-text/

/** What Next varies a page by, as its `Vary` says, and by where the reader comes from. */
const VARIED_BY = [
  'host',
  'rsc',
  'next-router-state-tree',
  'next-router-prefetch',
  'next-router-segment-prefetch',
  'next-url',
]

/**
 * All that the answer to a request may depend on; null for what is no request of a page. Nothing else
 * of the request is told to the pages, so that no reader gets what was made for another. Once there is
 * sign-in, what a reader may see belongs here.
 */
function readQuestion({ method, url, headers }: IncomingMessage): Question | null {
  const hasBody = headers['content-length'] !== undefined || 'transfer-encoding' in headers
  if (method !== 'GET' || hasBody || !url?.startsWith('/') || NO_PAGE.test(url)) return null
  if (PLAIN_TEXT.test(headers.accept ?? '')) return null
  const told: OutgoingHttpHeaders = {}
  for (const name of VARIED_BY) if (headers[name] !== undefined) told[name] = headers[name]
  const [, theme] = /(?:^|;\s*)theme=(light|dark)(?:;|$)/.exec(headers.cookie ?? '') ?? []
  if (theme !== undefined) told['cookie'] = `theme=${theme}`
  return { path: url, headers: told }
}

const keyOf = ({ path, headers }: Question) => JSON.stringify([path, headers])

/** Whether it was kept is said as of RFC 9211. */
const STATUS: Readonly<Record<Found, string>> = {
  hit: 'desirepath; hit',
  collapsed: 'desirepath; fwd=miss; collapsed',
  miss: 'desirepath; fwd=miss',
}

function send({ status, headers, body }: Answer, found: Found, response: ServerResponse): void {
  response
    .writeHead(status, { ...headers, 'content-length': body.length, 'cache-status': STATUS[found] })
    .end(body)
}
