import { randomBytes } from 'node:crypto'
import type { OutgoingHttpHeaders } from 'node:http'
import type { Answer } from '#lib/page-cache/answer.ts'
import { fill, gzipOf, pack } from '#lib/page-cache/gzip.ts'

/** An answer that can be given more than once, each time with a nonce that nobody had before. */
export interface Reusable {
  /** Compressed where the reader `accepts` that and it is worth it. */
  readonly give: (accepts: string) => Promise<Answer>
}

/** Below that, it is not worth it. */
const LEAST_TO_COMPRESS = 1024

/**
 * Null when the answer has no nonce that can be exchanged wherever it stands. Nonces are compared as
 * they are spelt, so they must be of letters and digits (`proxy.ts`): nothing escapes those.
 */
export function toReusable({ status, headers, body }: Answer): Reusable | null {
  const policy = String(headers['content-security-policy'] ?? '')
  const [, nonce] = /'nonce-([A-Za-z0-9]{22,})'/.exec(policy) ?? []
  if (nonce === undefined || isCut(body, nonce)) return null
  const pieces = split(body, nonce)
  const compresses = body.length >= LEAST_TO_COMPRESS
  let packed: Promise<readonly Buffer[]> | undefined

  const give = async (accepts: string): Promise<Answer> => {
    const fresh = randomBytes(nonce.length).toString('hex').slice(0, nonce.length)
    const filling = Buffer.from(fresh)
    const own = exchangeIn(headers, nonce, fresh)
    if (!compresses || !takesGzip(accepts)) {
      return { status, headers: own, body: fill(pieces, filling) }
    }
    packed ??= pack(pieces)
    return {
      status,
      headers: { ...own, 'content-encoding': 'gzip' },
      body: gzipOf(pieces, await packed, filling),
    }
  }

  return { give }
}

/** Named, and not with a weight of 0. */
const takesGzip = (accepts: string) =>
  accepts.split(',').some((one) => {
    const [name, weight = ''] = one.split(';').map((text) => text.trim())
    return name === 'gzip' && !/^q=0(\.0*)?$/.test(weight)
  })

/** What stands before, between and after the places of `nonce`. */
function split(body: Buffer, nonce: string): Buffer[] {
  const pieces: Buffer[] = []
  let from = 0
  for (let at = body.indexOf(nonce); at >= 0; at = body.indexOf(nonce, from)) {
    pieces.push(body.subarray(from, at))
    from = at + nonce.length
  }
  return [...pieces, body.subarray(from)]
}

function exchangeIn(
  headers: OutgoingHttpHeaders,
  nonce: string,
  fresh: string,
): OutgoingHttpHeaders {
  const exchange = (text: string) => text.replaceAll(nonce, fresh)
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(exchange) : exchange(String(value)),
    ]),
  )
}

/** What opens a piece of the data that Next sends for its scripts. */
const PIECE = 'self.__next_f.push(['

/**
 * Next sends a page's data in one piece, or in several where rendering takes long. A nonce that is
 * cut in two there is found in none of them.
 */
function isCut(body: Buffer, nonce: string): boolean {
  const first = body.indexOf(PIECE)
  if (first < 0 || body.indexOf(PIECE, first + 1) < 0) return false
  const pieces = [
    ...body.toString().matchAll(/self\.__next_f\.push\(\[(\d)(?:,"((?:[^"\\]|\\.)*)")?/g),
  ]
  // Of kind 3 is what is no text.
  if (pieces.some(([, kind]) => kind === '3')) return true
  const texts = pieces.map(([, , text = '']) => text)
  const count = (text: string) => text.split(nonce).length - 1
  return count(texts.join('')) !== texts.reduce((sum, text) => sum + count(text), 0)
}
