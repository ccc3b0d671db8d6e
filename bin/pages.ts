import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'
import next from 'next'
import { parseHost, parsePort } from '#bin/port.ts'
import { frontOf } from '#lib/page-cache/front.ts'
import { stateOfFacts } from '#lib/queries/state-of-facts.ts'

const PROJECT = fileURLToPath(new URL('..', import.meta.url))

/** Shorter than whoever started this waits before it kills. */
const LONGEST_ANSWER_MS = 5000

export interface PagesOptions {
  readonly port: string
  readonly host: string
  readonly signal: AbortSignal
}

/**
 * Serves the pages as they were built, until `signal`: Next, and in front of it what it answered last.
 *
 * @throws {ConfigError} for an address that others could reach
 */
export async function servePages({ port: portText, host, signal }: PagesOptions): Promise<void> {
  const port = parsePort(portText)
  const hostname = parseHost(host)
  const server = createServer()
  const app = next({ dev: false, dir: PROJECT, hostname, port, httpServer: server })
  await app.prepare()
  const handleByNext = app.getRequestHandler()
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    handleByNext(request, response).catch((error: unknown) => {
      console.error(`${new Date().toISOString()} warn web: ${request.url}:`, error)
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  }
  server.on('request', (_, response) => {
    // Nobody goes on asking on a connection of a server that ends.
    if (signal.aborted) response.setHeader('Connection', 'close')
  })
  server.on('request', frontOf({ handle, state: stateOfFacts }))
  server.listen(port, hostname)
  await once(server, 'listening')
  if (!signal.aborted) await once(signal, 'abort')
  server.close()
  setTimeout(() => server.closeAllConnections(), LONGEST_ANSWER_MS).unref()
  await once(server, 'close')
  await app.close()
}
