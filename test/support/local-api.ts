import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { type Fault, interrupt, sendJson } from '#test/support/faults.ts'

export interface Asked {
  readonly method: string
  readonly url: URL
  readonly authorization: string
  readonly body: string
}

export interface Answered {
  readonly status: number
  readonly value: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** A server of JSON on this machine that misbehaves as it is told. */
export interface LocalApi {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  /** What its clock shows; a test sets it. */
  clock: () => Date
  /** Applied to the next requests in turn; null lets one pass. */
  readonly faults: (Fault | null)[]
  /** Since it started. */
  readonly requests: readonly Asked[]
  readonly counts: { requests: number }
  close(): Promise<void>
}

/** The caller closes it. */
export async function startLocalApi(answer: (asked: Asked) => Answered): Promise<LocalApi> {
  const requests: Asked[] = []
  const api: LocalApi = {
    url: '',
    clock: () => new Date(),
    faults: [],
    requests,
    counts: { requests: 0 },
    close: async () => {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
  const server = createServer(async (request, response) => {
    const asked: Asked = {
      method: request.method ?? 'GET',
      url: new URL(request.url ?? '', api.url),
      authorization: request.headers.authorization ?? '',
      body: await readAll(request),
    }
    requests.push(asked)
    api.counts.requests += 1
    response.setHeader('date', api.clock().toUTCString())
    const fault = api.faults.shift() ?? null
    if (interrupt(fault, response)) return
    const { status, value, headers = {} } = answer(asked)
    for (const [name, text] of Object.entries(headers)) response.setHeader(name, text)
    sendJson(response, status, value, fault)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  return Object.assign(api, { url: `http://127.0.0.1:${port}` })
}

/** The same, closed after the test. */
export async function aLocalApi(answer: (asked: Asked) => Answered): Promise<LocalApi> {
  const api = await startLocalApi(answer)
  onTestFinished(() => api.close())
  return api
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer) // As streams of requests give.
  return Buffer.concat(chunks).toString()
}
