import type { OutgoingHttpHeaders } from 'node:http'

/** A whole answer to a request. */
export interface Answer {
  readonly status: number
  /** Names in small letters; none that speaks of the connection. */
  readonly headers: OutgoingHttpHeaders
  readonly body: Buffer
}
