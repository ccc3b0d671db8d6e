import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'

/** Something that goes wrong with one request to a local server, instead of its answer or around it. */
export type Fault =
  | {
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: unknown
    }
  | { readonly says: 'reset' | 'cut' | 'cut json' | 'cut gzip' | 'slow' | 'silence' }
  /** The answer after it was changed. */
  | { readonly change: (answer: unknown) => unknown }
  /** The answer after what the server holds was changed. */
  | { readonly before: () => void }

/** Whether the fault itself is the answer; otherwise the server answers, and sends with it. */
export function interrupt(fault: Fault | null, response: ServerResponse): boolean {
  if (fault === null) return false
  if ('status' in fault) {
    const { status, headers = {}, body = { message: `answer ${status}` } } = fault
    for (const [name, text] of Object.entries(headers)) response.setHeader(name, text)
    sendJson(response, status, body, null)
    return true
  }
  if ('before' in fault) fault.before()
  const says = 'says' in fault ? fault.says : null
  if (says === 'reset') response.destroy()
  return says === 'reset' || says === 'silence'
}

/** Sends `value` as the fault has it. */
export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  fault: Fault | null,
): void {
  const text = JSON.stringify(fault && 'change' in fault ? fault.change(value) : value)
  const says = fault && 'says' in fault ? fault.says : null
  response.statusCode = status
  response.setHeader('content-type', 'application/json; charset=utf-8')
  const half = text.slice(0, text.length / 2)
  if (says === 'cut') {
    response.setHeader('content-length', Buffer.byteLength(text))
    response.write(half)
    setTimeout(() => response.destroy(), 5)
  } else if (says === 'cut json') response.end(half)
  else if (says === 'cut gzip') {
    response.setHeader('content-encoding', 'gzip')
    const packed = gzipSync(text)
    response.end(packed.subarray(0, packed.length / 2))
  } else if (says === 'slow') response.write(text.slice(0, 1))
  else response.end(text)
}
