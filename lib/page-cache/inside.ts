import {
  createServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type RequestListener,
  request,
} from 'node:http'
import type { Socket } from 'node:net'
import { duplexPair } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { Answer } from '#lib/page-cache/answer.ts'

/** What is asked of a page: an address, and what else its answer may depend on. */
export interface Question {
  readonly path: string
  readonly headers: OutgoingHttpHeaders
}

/**
 * Asks `handle` over HTTP that never leaves this process, so that no reader who goes away ends what
 * others wait for. The answer is read as a whole.
 */
export function insideOf(handle: RequestListener): (question: Question) => Promise<Answer> {
  const server = createServer(handle)
  return async ({ path, headers }) => {
    const [near, far] = duplexPair()
    server.emit('connection', far)
    return new Promise((answered, failed) => {
      // Node asks nothing of it that a pair has not.
      const createConnection = () => near as Socket
      request({ path, headers, createConnection }, (message) => {
        buffer(message).then(
          (body) =>
            answered({ status: message.statusCode ?? 0, headers: endToEnd(message.headers), body }),
          failed,
        )
      })
        .on('error', failed)
        .end()
    })
  }
}

/** Of the connection, or told anew by each answer. */
const OWN = new Set(['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding'])

const endToEnd = (headers: IncomingHttpHeaders): OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN.has(name)))
