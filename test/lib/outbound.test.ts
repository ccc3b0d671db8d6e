import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { OutboundError, type OutboundOptions, openOutbound } from '#lib/outbound.ts'
import { countSigns } from '#test/support/collector.ts'
import { aFolder } from '#test/support/git.ts'
import { type Answer, aServer, json } from '#test/support/http.ts'

const NOW = new Date('2026-10-05T12:00:00Z')
const DATE = NOW.toUTCString()
const IMPATIENT = { firstWaitMs: 1, longestWaitMs: 50 }

/** A client that may ask `url`, in whatever network it lies. */
function aClient(url: string, options: Partial<OutboundOptions> = {}) {
  const client = openOutbound({
    allow: [{ url, privateNetwork: true }],
    secrets: [],
    signal: new AbortController().signal,
    now: () => NOW,
    patience: IMPATIENT,
    ...options,
  })
  onTestFinished(() => client.close())
  return client
}

/** The failure of asking, as its kind and message. */
async function failureOf(asked: Promise<Response>): Promise<{ kind: string; message: string }> {
  const error = await asked.then(
    () => new Error('answered'),
    (reason: unknown) => reason,
  )
  if (!(error instanceof OutboundError)) throw error
  return { kind: error.kind, message: error.message }
}

test('an answer comes back whole, with its status and headers', async () => {
  const { url, requests } = await aServer(json({ name: 'shop' }, 200, { link: '<next>' }))
  const response = await aClient(url).fetch(`${url}/repos?page=1`, {
    headers: { authorization: 'token t' },
  })
  expect([response.status, response.headers.get('link'), await response.json()]).toEqual([
    200,
    '<next>',
    { name: 'shop' },
  ])
  expect(requests[0]).toMatchObject({
    path: '/repos?page=1',
    headers: { authorization: 'token t' },
  })
})

test('an answer is a sign of life, also one that is asked for again', async () => {
  const { url } = await aServer(json({}, 503), json({}))
  expect(await countSigns(() => aClient(url).fetch(url))).toBe(2)
})

test('a server that the configuration does not name is not asked', async () => {
  const { url, requests } = await aServer()
  const client = aClient('https://api.example.com')
  expect(await failureOf(client.fetch(`${url}/x`))).toEqual({
    kind: 'refused',
    message: `GET ${url}/x: the configuration does not name this server`,
  })
  expect(requests).toEqual([])
})

test('the same host on another port or by another scheme is another server', async () => {
  const { url } = await aServer()
  const { hostname, port } = new URL(url)
  const client = aClient(url)
  for (const other of [`https://${hostname}:${port}`, `http://${hostname}:1`]) {
    expect((await failureOf(client.fetch(other))).kind).toBe('refused')
  }
})

// Each is a way to write, or a name for, an address inside a network.
test.each([
  '127.0.0.1',
  '2130706433',
  '0x7f000001',
  '0177.0.0.1',
  '127.1',
  '[::1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[fd00::1]',
  '[64:ff9b::7f00:1]',
  '[2002:7f00:1::]',
  '10.1.2.3',
  '172.16.0.1',
  '192.168.1.1',
  '100.64.0.1',
  '192.0.2.1',
  '198.18.0.1',
  'localhost',
])('%s is refused unless the configuration says that it is private', async (host) => {
  const url = `https://${host}:59999`
  const client = aClient(url, { allow: [{ url, privateNetwork: false }] })
  expect(await failureOf(client.fetch(url))).toMatchObject({
    kind: 'refused',
    message: expect.stringMatching(/lies in a private network/),
  })
})

test.each(['169.254.169.254', '[fe80::1]', '0.0.0.0', '[::]', '224.0.0.1', '255.255.255.255'])(
  '%s is never asked',
  async (host) => {
    const url = `http://${host}:59999`
    expect((await failureOf(aClient(url).fetch(url))).kind).toBe('refused')
  },
)

test('plain HTTP and a user in the address are refused, and other schemes', async () => {
  const allow = ['http://example.com', 'https://example.com', 'ftp://example.com'].map((url) => ({
    url,
    privateNetwork: false,
  }))
  const client = aClient('https://example.com', { allow })
  for (const url of ['http://example.com', 'https://me:pw@example.com', 'ftp://example.com']) {
    expect(await failureOf(client.fetch(url))).toMatchObject({
      kind: 'refused',
      message: expect.not.stringContaining('pw'),
    })
  }
})

test.each([301, 302, 303, 307, 308])('a redirect (%i) is not followed', async (status) => {
  const other = await aServer()
  const { url, requests } = await aServer(json({}, status, { location: other.url }))
  expect((await failureOf(aClient(url).fetch(url))).kind).toBe('redirect')
  expect([requests.length, other.requests.length]).toEqual([1, 0])
})

test('a server that is busy is asked again until it answers', async () => {
  const { url, requests } = await aServer(
    json({}, 502),
    json({}, 503),
    json({}, 504),
    json({}, 500),
    json('at last'),
  )
  expect(await (await aClient(url).fetch(url)).json()).toBe('at last')
  expect(requests).toHaveLength(5)
})

test('after five attempts it is left alone', async () => {
  const { url, requests } = await aServer(...Array.from({ length: 9 }, () => json({}, 502)))
  expect(await failureOf(aClient(url).fetch(url))).toEqual({
    kind: 'failing',
    message: `GET ${url}/: answers 502`,
  })
  expect(requests).toHaveLength(5)
})

test('asking once leaves what fails to the caller, and still waits as it is told', async () => {
  const { url, requests } = await aServer(json({}, 429, { 'retry-after': '0' }), json({}, 502))
  expect((await failureOf(aClient(url).fetchOnce(url))).kind).toBe('failing')
  expect(requests).toHaveLength(2)
})

test.each([400, 401, 403, 404, 410, 422])(
  '%i is an answer, not asked for twice',
  async (status) => {
    const { url, requests } = await aServer(json({ message: 'no' }, status))
    expect((await aClient(url).fetch(url)).status).toBe(status)
    expect(requests).toHaveLength(1)
  },
)

const secondsLater = (seconds: number) => new Date(NOW.getTime() + seconds * 1000)

test.each([
  ['seconds', 429, { 'retry-after': '7' }, 7],
  ['a date', 503, { 'retry-after': secondsLater(8).toUTCString() }, 8],
  ['a secondary limit', 403, { 'retry-after': '9' }, 9],
  [
    'the reset of a limit that is used up',
    403,
    { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': `${secondsLater(5).getTime() / 1000}` },
    6,
  ],
])('waits as long as %s says, and tells so', async (_, status, headers, seconds) => {
  const told: Date[] = []
  const { url, requests } = await aServer(json({}, status, { date: DATE, ...headers }))
  const stop = new AbortController()
  const client = aClient(url, {
    signal: stop.signal,
    patience: { longestWaitMs: 60_000 },
    waiting: (until) => {
      told.push(until)
      stop.abort()
    },
  })
  await failureOf(client.fetch(url))
  expect(told).toEqual([secondsLater(seconds)])
  expect(requests).toHaveLength(1)
})

test('a limit is asked about by the clock of who sets it', async () => {
  const told: Date[] = []
  const ahead = secondsLater(3600)
  const headers = {
    date: ahead.toUTCString(),
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': `${ahead.getTime() / 1000 + 4}`,
  }
  const { url } = await aServer(json({}, 403, headers))
  const stop = new AbortController()
  const waiting = (until: Date) => {
    told.push(until)
    stop.abort()
  }
  const patience = { longestWaitMs: 60_000 }
  await failureOf(aClient(url, { signal: stop.signal, patience, waiting }).fetch(url))
  expect(told).toEqual([secondsLater(5)])
})

test('a limit without a word of its length means the longest wait', async () => {
  const told: Date[] = []
  const said = { message: 'You have exceeded a secondary rate limit.' }
  const { url } = await aServer(json(said, 403, { date: DATE }), json('again'))
  const client = aClient(url, {
    waiting: (until) => told.push(until),
    saysLimited: async (response) => (await response.text()).includes('rate limit'),
  })
  expect(await (await client.fetch(url)).json()).toBe('again')
  expect(told).toEqual([new Date(NOW.getTime() + IMPATIENT.longestWaitMs)])
})

test('a longer wait than a run has is told, not waited for', async () => {
  const { url, requests } = await aServer(json({}, 429, { date: DATE, 'retry-after': '1800' }))
  expect(await failureOf(aClient(url).fetch(url))).toEqual({
    kind: 'limited',
    message: `GET ${url}/: answers 429, asked too often; not again before 2026-10-05T12:30:00.000Z`,
  })
  expect(requests).toHaveLength(1)
})

const cut: Answer = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
  response.write('{"half":')
  setTimeout(() => response.destroy(), 5)
}
const wrongEnd: Answer = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end('{"half":')
}
const cutZip: Answer = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
  response.end(gzipSync('{"whole":1}').subarray(0, 20))
}
const reset: Answer = (request) => request.socket.destroy()

test('an answer that is cut off is thrown away and asked for again', async () => {
  const { url, requests } = await aServer(cut, wrongEnd, cutZip, reset, json('whole'))
  expect(await (await aClient(url).fetch(url)).json()).toBe('whole')
  expect(requests).toHaveLength(5)
})

test('a server that falls silent is given up', async () => {
  const silent: Answer = () => {}
  const drip: Answer = (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const drops = setInterval(() => response.write(' '), 10)
    response.on('close', () => clearInterval(drops))
  }
  const { url } = await aServer(silent, drip)
  const limits = { totalMs: 60 }
  const client = aClient(url, { limits, patience: { ...IMPATIENT, tries: 2 } })
  expect(await failureOf(client.fetch(url))).toEqual({
    kind: 'unreachable',
    message: `GET ${url}/: no whole answer in time`,
  })
})

test('nobody who listens is told as such', async () => {
  const url = 'http://127.0.0.1:59999'
  const { kind, message } = await failureOf(aClient(url, { patience: { tries: 1 } }).fetch(url))
  expect([kind, message]).toEqual(['unreachable', expect.stringMatching(/ECONNREFUSED/)])
})

test('more than the limit is not read, packed or not', async () => {
  const bomb: Answer = (_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' })
    response.end(gzipSync(Buffer.alloc(1_000_000)))
  }
  const { url } = await aServer(json('x'.repeat(2000)), bomb, json('x'.repeat(900)))
  const client = aClient(url, { limits: { bytes: 1000 } })
  expect((await failureOf(client.fetch(url))).kind).toBe('too large')
  expect((await failureOf(client.fetch(url))).kind).toBe('too large')
  expect((await client.fetch(url)).status).toBe(200)
})

test('no failure tells a secret', async () => {
  const { url } = await aServer()
  const client = aClient(url, { secrets: ['s3cret'], patience: { tries: 1 } })
  const { message } = await failureOf(client.fetch(`${url}/s3cret/x?key=s3cret`))
  expect(message).toMatch(/\/\[secret\]\/x: /)
  expect(message).not.toContain('s3cret')
  expect(client.redact('token s3cret refused')).toBe('token [secret] refused')
})

test('a stop ends a wait and an answer that does not come', async () => {
  const stop = new AbortController()
  const silent: Answer = () => setTimeout(() => stop.abort(), 5)
  const { url, requests } = await aServer(silent)
  const client = aClient(url, { signal: stop.signal })
  expect((await failureOf(client.fetch(url))).message).toMatch(/stopped/)
  expect(requests).toHaveLength(1)
})

test('a certificate that nobody vouches for is refused', async () => {
  const folder = aFolder()
  const subject = ['-subj', '/CN=localhost', '-days', '1', '-nodes']
  const files = ['-keyout', join(folder, 'key'), '-out', join(folder, 'cert')]
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', ...subject, ...files], {
    stdio: 'ignore',
  })
  const [key, cert] = ['key', 'cert'].map((name) => readFileSync(join(folder, name)))
  const server = createServer({ key, cert }, (_request, response) => response.end('hello'))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => void server.close())
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { kind, message } = await failureOf(aClient(url, { patience: { tries: 1 } }).fetch(url))
  expect([kind, message]).toEqual(['unreachable', expect.stringMatching(/self-signed certificate/)])
})
