import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { type FrontOptions, frontOf } from '#lib/page-cache/front.ts'

/** What stands in for Next: a page with a nonce of its own wherever Next puts it. */
export function aPage(
  { url }: IncomingMessage,
  response: ServerResponse,
  { status = 200, text = '', headers = {} }: PageOptions = {},
): void {
  const nonce = randomBytes(16).toString('hex')
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'private, no-cache, no-store, max-age=0, must-revalidate',
    'content-security-policy': `script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'`,
    link: `</a.woff2>; rel=preload; nonce="${nonce}"`,
    ...headers,
  })
  response.end(
    `<script nonce="${nonce}"></script><p>ä ${url} ${text}</p><script nonce="${nonce}">self.__next_f.push([1,"{\\"nonce\\":\\"${nonce}\\"}"])</script>`,
  )
}

export interface PageOptions {
  readonly status?: number
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Front {
  readonly url: string
  /** Every request that went on to the pages. */
  readonly asked: readonly IncomingMessage[]
  readonly get: (path: string, headers?: Readonly<Record<string, string>>) => Promise<Got>
}

export interface Got {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** The front on a port of its own, until the test is over. */
export async function aFront({
  handle = aPage,
  state = async () => 'as ever',
  ...options
}: Partial<FrontOptions> = {}): Promise<Front> {
  const asked: IncomingMessage[] = []
  const noted = (message: IncomingMessage, response: ServerResponse) => {
    asked.push(message)
    handle(message, response as never)
  }
  const server = createServer(frontOf({ handle: noted, state, ...options }))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, asked, get: (path, headers = {}) => get(url, path, headers) }
}

/** As `fetch`, but nothing is asked for or unpacked that the test does not name. */
function get(base: string, path: string, headers: Readonly<Record<string, string>>): Promise<Got> {
  return new Promise((got, failed) => {
    request(`${base}${path}`, { headers, agent: false }, (message) => {
      const chunks: Buffer[] = []
      message.on('data', (chunk: Buffer) => chunks.push(chunk))
      message.on('end', () =>
        got({
          status: message.statusCode ?? 0,
          headers: message.headers,
          body: Buffer.concat(chunks),
        }),
      )
    })
      .on('error', failed)
      .end()
  })
}
