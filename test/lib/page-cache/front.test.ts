import { globSync } from 'node:fs'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { aFront, aPage, type Got, type PageOptions } from '#test/support/front.ts'

const LONG = 'All teams. '.repeat(500)
const GZIP = { 'accept-encoding': 'gzip, deflate, br' }

const unpacked = ({ headers, body }: Got) =>
  (headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString()

/** Every nonce that an answer names, in headers and body. */
const noncesOf = (got: Got) =>
  [...`${JSON.stringify(got.headers)} ${unpacked(got)}`.matchAll(/[0-9a-f]{32}/g)].map(([n]) => n)

const found = ({ headers }: Got) => headers['cache-status']

test('a page is rendered once while what it shows stays the same', async () => {
  const { asked, get } = await aFront()
  const answers = [await get('/teams'), await get('/teams'), await get('/teams?range=26w')]
  expect(answers.map(found)).toEqual([
    'desirepath; fwd=miss',
    'desirepath; hit',
    'desirepath; fwd=miss',
  ])
  expect(asked.map(({ url }) => url)).toEqual(['/teams', '/teams?range=26w'])
  expect(answers.map(({ body }) => body.toString().includes('ä /teams'))).toEqual([
    true,
    true,
    true,
  ])
})

test.each([{}, GZIP])(
  'no two answers share a nonce, and each has one only: %j',
  async (headers) => {
    const { get } = await aFront({ handle: (...of) => aPage(...of, { text: LONG }) })
    const answers = [await get('/', headers), await get('/', headers), await get('/', headers)]
    const nonces = answers.map(noncesOf)
    // Two in the policy, one in a link, three in the body.
    expect(nonces.map((own) => [own.length, new Set(own).size])).toEqual([
      [6, 1],
      [6, 1],
      [6, 1],
    ])
    expect(new Set(nonces.flat()).size).toBe(3)
    expect(new Set(answers.map((got) => unpacked(got).replaceAll(/[0-9a-f]{32}/g, ''))).size).toBe(
      1,
    )
    expect(new Set(answers.map((got) => got.headers['cache-control']))).toEqual(
      new Set(['private, no-cache, no-store, max-age=0, must-revalidate']),
    )
  },
)

test('it is compressed for those who take that, and told its length', async () => {
  const { get } = await aFront({ handle: (...of) => aPage(...of, { text: LONG }) })
  const coding = async (accepted: string) => {
    const { headers, body } = await get('/', { 'accept-encoding': accepted })
    expect(headers['content-length']).toBe(String(body.length))
    return headers['content-encoding']
  }
  expect(await coding('gzip')).toBe('gzip')
  expect(await coding('br;q=1.0, gzip;q=0.8, *;q=0.1')).toBe('gzip')
  expect(await coding('gzip;q=0')).toBeUndefined()
  expect(await coding('br')).toBeUndefined()
})

test('another state of the facts, or another minute, has it rendered anew', async () => {
  let facts = 'one'
  let now = Date.parse('2026-03-02T10:00:10Z')
  const { get } = await aFront({ state: async () => facts, now: () => now })
  const ask = async () => found(await get('/'))
  expect([await ask(), await ask()]).toEqual(['desirepath; fwd=miss', 'desirepath; hit'])
  facts = 'two'
  expect([await ask(), await ask()]).toEqual(['desirepath; fwd=miss', 'desirepath; hit'])
  now = Date.parse('2026-03-02T10:00:59.999Z')
  expect(await ask()).toBe('desirepath; hit')
  now = Date.parse('2026-03-02T10:01:00Z')
  expect(await ask()).toBe('desirepath; fwd=miss')
})

test('nothing is kept while the state of the facts cannot be told', async () => {
  const { asked, get } = await aFront({ state: async () => null })
  const answers = [await get('/'), await get('/')]
  expect(answers.map(found)).toEqual([undefined, undefined])
  expect(asked).toHaveLength(2)
})

test('readers who ask for the same at once wait for one rendering, also when the first leaves', async () => {
  let finish = () => {}
  const begun = new Promise<void>((hasBegun) => {
    finish = hasBegun
  })
  const { url, asked, get } = await aFront({
    handle: (message, response) => void begun.then(() => aPage(message, response)),
  })
  const first = request(`${url}/`, { agent: false }).on('error', () => {})
  first.end()
  await expect.poll(() => asked.length).toBe(1)
  const others = [get('/'), get('/')]
  first.destroy()
  await sleep(50)
  finish()
  const answers = await Promise.all(others)
  expect(answers.map(found)).toEqual([
    'desirepath; fwd=miss; collapsed',
    'desirepath; fwd=miss; collapsed',
  ])
  expect(new Set(answers.flatMap(noncesOf)).size).toBe(2)
  expect(asked).toHaveLength(1)
})

test('what was rendered before a change is not given to those who ask after it', async () => {
  let facts = 'before'
  const waiting: (() => void)[] = []
  const { get, asked } = await aFront({
    state: async () => facts,
    handle: (message, response) => {
      const text = facts
      waiting.push(() => aPage(message, response, { text }))
    },
  })
  const early = get('/')
  await expect.poll(() => asked.length).toBe(1)
  facts = 'after'
  const late = get('/')
  await expect.poll(() => asked.length).toBe(2)
  for (const answer of waiting.toReversed()) answer()
  expect((await early).body.toString()).toContain('before')
  expect((await late).body.toString()).toContain('after')
  const later = await get('/')
  expect([found(later), later.body.toString().includes('after')]).toEqual(['desirepath; hit', true])
})

test('each theme, and each way that Next asks, has an answer of its own', async () => {
  const { asked, get } = await aFront()
  const ways: Readonly<Record<string, string>>[] = [
    {},
    { cookie: 'theme=dark' },
    { cookie: 'theme=light' },
    { rsc: '1' },
    { rsc: '1', 'next-router-state-tree': '["",{}]' },
    { rsc: '1', 'next-url': '/teams' },
  ]
  for (const headers of ways) {
    expect([found(await get('/', headers)), found(await get('/', headers))]).toEqual([
      'desirepath; fwd=miss',
      'desirepath; hit',
    ])
  }
  expect(asked.map(({ headers }) => headers.cookie)).toEqual([
    undefined,
    'theme=dark',
    'theme=light',
    undefined,
    undefined,
    undefined,
  ])
})

test('pages are told nothing else of a reader, so that none gets what was made for another', async () => {
  const { asked, get } = await aFront()
  const mine = {
    authorization: 'Bearer mine',
    cookie: 'session=mine; theme=dark; x-theme=light',
    'accept-language': 'de',
    'x-forwarded-user': 'me',
  }
  await get('/', mine)
  expect(found(await get('/', { cookie: 'theme=dark; other=1' }))).toBe('desirepath; hit')
  expect(asked.map(({ headers: { host: _, connection: __, ...told } }) => told)).toEqual([
    { cookie: 'theme=dark' },
  ])
})

test.each<[string, PageOptions]>([
  ['an absent page', { status: 404 }],
  ['a failure', { status: 500 }],
  ['another address', { status: 307, headers: { location: '/' } }],
  ['a failure in the data of a page', { text: '1:I[]\n3:E{"digest":"41"}' }],
  ['an answer with a cookie', { headers: { 'set-cookie': 'a=1' } }],
  ['an answer of another type', { headers: { 'content-type': 'application/json' } }],
  ['an answer without a nonce', { headers: { 'content-security-policy': "default-src 'none'" } }],
])('%s is not kept', async (_, options) => {
  const { asked, get } = await aFront({ handle: (...of) => aPage(...of, options) })
  const answers = [await get('/'), await get('/')]
  expect(answers.map(({ status }) => status)).toEqual(Array(2).fill(options.status ?? 200))
  expect(answers.map(found)).toEqual(['desirepath; fwd=miss', 'desirepath; fwd=miss'])
  expect(asked).toHaveLength(2)
})

test('a nonce that Next cut in two is shared by nobody, even at once', async () => {
  const seen: string[] = []
  const { get } = await aFront({
    handle: (_, response) => {
      const nonce = String(seen.length + 1).repeat(32)
      seen.push(nonce)
      const piece = (data: string) =>
        `<script nonce="${nonce}">self.__next_f.push([1,"${data}"])</script>`
      response.setHeader('content-type', 'text/html')
      response.setHeader('content-security-policy', `script-src 'nonce-${nonce}'`)
      // Later, so that all three are waiting.
      setTimeout(() => response.end(piece(nonce.slice(0, 9)) + piece(nonce.slice(9))), 50)
    },
  })
  const answers = await Promise.all([get('/'), get('/'), get('/')])
  const policies = answers.map(({ headers }) => headers['content-security-policy'])
  expect(policies.toSorted()).toEqual(seen.map((nonce) => `script-src 'nonce-${nonce}'`))
  expect(seen).toHaveLength(3)
})

test('pieces of data that cut no nonce are kept', async () => {
  const { get } = await aFront({
    handle: (...of) => aPage(...of, { text: '<script>self.__next_f.push([1,"a"])</script>' }),
  })
  await get('/')
  expect(found(await get('/'))).toBe('desirepath; hit')
})

test('what was not asked for longest goes when there is no more room', async () => {
  const text = 'x'.repeat(1000)
  const { get } = await aFront({
    handle: (...of) => aPage(...of, { text }),
    mostBytes: 2600,
  })
  const ask = async (path: string) => String(found(await get(path))).replace('desirepath; ', '')
  expect([await ask('/a'), await ask('/b'), await ask('/a'), await ask('/c')]).toEqual([
    'fwd=miss',
    'fwd=miss',
    'hit',
    'fwd=miss',
  ])
  expect([await ask('/a'), await ask('/c'), await ask('/b')]).toEqual(['hit', 'hit', 'fwd=miss'])
})

test('a failure is told, and the next reader asks again', async () => {
  let isBroken = true
  const { get } = await aFront({
    handle: (message, response) => (isBroken ? response.destroy() : aPage(message, response)),
  })
  expect((await get('/')).status).toBe(500)
  isBroken = false
  expect((await get('/')).status).toBe(200)
})

const PROBE = { 'x-probe': '1' }

const routes = globSync('app/**/route.{ts,tsx}').map(
  (file) => file.replace(/^app/, '').replace(/\/route\.tsx?$/, '') || '/',
)

test.each(routes)('what machines read at %s goes on as it was asked', async (path) => {
  const { asked, get } = await aFront()
  await get(path.replaceAll(/\[\w+\]/g, 'x'), PROBE)
  expect(asked[0]?.headers).toMatchObject(PROBE)
})

test.each([
  ['/_next/static/chunks/a.js', {}],
  ['/icon.svg?icon.1.svg', {}],
  ['/metrics', { accept: 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5,*/*;q=0.1' }],
])('%s %j is no page', async (path, headers) => {
  const { asked, get } = await aFront()
  await get(path, { ...headers, ...PROBE })
  expect(asked[0]?.headers).toMatchObject(PROBE)
})

test('what begins as the name of a file is a page all the same', async () => {
  const { asked, get } = await aFront()
  await get('/exports', PROBE)
  await get('/search?q=entries', PROBE)
  expect(asked.map(({ headers }) => headers['x-probe'])).toEqual([undefined, undefined])
})

test('what is sent goes on piece by piece, as it comes', async () => {
  const pieces: string[] = []
  const { url } = await aFront({
    handle: (message, response) => {
      message.on('data', (piece: Buffer) => pieces.push(piece.toString()))
      message.on('end', () => response.end('taken'))
    },
  })
  const sent = request(`${url}/api/ingest/teams`, { method: 'POST', agent: false })
  const answer = new Promise<string>((answered, failed) => {
    sent.on('response', (message) => text(message).then(answered, failed))
  })
  sent.write('first')
  await expect.poll(() => pieces).toEqual(['first'])
  sent.end('second')
  expect([await answer, pieces]).toEqual(['taken', ['first', 'second']])
})

test.each(['POST', 'HEAD', 'PUT'])('%s of a page goes on as it was asked', async (method) => {
  const { url, asked } = await aFront()
  await (await fetch(`${url}/teams`, { method, headers: PROBE })).text()
  await (await fetch(`${url}/teams`, { method, headers: PROBE })).text()
  expect(asked.map((message) => [message.method, message.headers['x-probe']])).toEqual([
    [method, '1'],
    [method, '1'],
  ])
})
