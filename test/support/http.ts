import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** Answers one request. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void

export interface LocalServer {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string
  readonly requests: readonly {
    readonly path: string
    readonly headers: IncomingMessage['headers']
  }[]
}

/** A server on this machine that answers in turn, and refuses one request too many; gone after the test. */
export async function aServer(...answers: readonly Answer[]): Promise<LocalServer> {
  const requests: { path: string; headers: IncomingMessage['headers'] }[] = []
  const server = createServer((request, response) => {
    const answer = answers[requests.length]
    requests.push({ path: request.url ?? '', headers: request.headers })
    if (answer) answer(request, response)
    else request.socket.destroy()
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
}

/** An answer of JSON. */
export const json =
  (value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Answer =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(value))
  }
