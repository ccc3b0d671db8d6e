import { type Browser, chromium, type Page } from '@playwright/test'
import autocannon from 'autocannon'
import { withDatabase } from '#db/connection.ts'
import { acquireLease, releaseLease, renewLease } from '#db/leases.ts'
import { loadConfig } from '#lib/config.ts'
import type { Bench, Measurement } from '#test/bench/bench.ts'
import { BROWSER_ARGUMENTS, findBrowser } from '#test/support/find-browser.ts'
import { servePages } from '#test/support/production.ts'

const PORT = 3130
const BASE = `http://127.0.0.1:${PORT}`
const READERS = 8
const SECONDS = 4
const KIB = 1024
const CONFIGURATION = 'data/demo/desirepath.yaml'

/** Every screen of the demonstration, and whether it has a chart. */
const PAGES = [
  { address: '/', hasChart: false },
  { address: '/golden-paths', hasChart: false },
  { address: '/golden-paths/deploy', hasChart: true },
  { address: '/teams', hasChart: false },
  { address: '/teams/journey-planner', hasChart: false },
  { address: '/metrics', hasChart: false },
  { address: '/metrics/ADO-02?path=deploy', hasChart: true },
  { address: '/review/2026-Q3', hasChart: false },
  { address: '/surveys', hasChart: false },
  { address: '/support', hasChart: false },
  { address: '/governance', hasChart: false },
  { address: '/data', hasChart: false },
  { address: '/data/mapping', hasChart: false },
  { address: '/search?q=payments', hasChart: false },
  { address: '/?ev=ADO-02@path:deploy', hasChart: false },
] as const

/** How fast, how light and how steady each screen is, of the production build on the demonstration. */
export const webBench: Bench = {
  name: 'web',

  async run() {
    const server = await servePages({ ...process.env, DESIREPATH_CONFIG: CONFIGURATION }, PORT)
    const browser = await launch()
    try {
      const measurements: Measurement[] = []
      for (const page of PAGES) measurements.push(...(await measure(browser, page)))
      return measurements
    } finally {
      await browser.close()
      server.kill('SIGTERM')
    }
  },
}

function launch(): Promise<Browser> {
  const executablePath = findBrowser()
  return chromium.launch({
    args: BROWSER_ARGUMENTS,
    ...(executablePath !== undefined && { executablePath }),
  })
}

async function measure(
  browser: Browser,
  { address, hasChart }: (typeof PAGES)[number],
): Promise<Measurement[]> {
  await fetch(`${BASE}${address}`)
  const warm = await readBy8(() => address)
  const fed = await whileWritten(() => readBy8(() => address))
  const cold = await readBy8(anew(address))
  const { scriptBytes, shift } = await load(browser, address)
  return [
    { measure: `${address} p95, read again`, value: warm.p95, unit: 'ms', goal: '<= 100' },
    { measure: `${address} kept, read again`, value: warm.kept, unit: '%' },
    { measure: `${address} p95, written each second`, value: fed.p95, unit: 'ms', goal: '<= 100' },
    { measure: `${address} kept, written each second`, value: fed.kept, unit: '%' },
    { measure: `${address} p95, each time anew`, value: cold.p95, unit: 'ms' },
    {
      measure: `${address} script`,
      value: scriptBytes / KIB,
      unit: 'KiB',
      goal: hasChart ? '<= 290' : '<= 170',
    },
    { measure: `${address} shift`, value: shift, unit: '', goal: '<= 0.05' },
  ]
}

/** Another address each time, for the same page: nobody has read it before. */
function anew(address: string): () => string {
  let times = 0
  return () => {
    times += 1
    return `${address}${address.includes('?') ? '&' : '?'}anew=${times}`
  }
}

/** Readers who each ask again as soon as they have the answer, compressed as for a browser. */
async function readBy8(nextAddress: () => string) {
  const durations: number[] = []
  let kept = 0
  const { non2xx } = await autocannon({
    url: BASE,
    connections: READERS,
    duration: SECONDS,
    headers: { 'accept-encoding': 'gzip' },
    requests: [{ setupRequest: (request) => ({ ...request, path: nextAddress() }) }],
    setupClient: (client) => {
      // Its types are wrong: it gets the parser's message, of which the headers are a part.
      client.on('headers', (message: unknown) => {
        if (JSON.stringify(message).includes('desirepath; hit')) kept += 1
      })
      client.on('response', (_status, _bytes, duration) => durations.push(duration))
    },
  })
  if (non2xx > 0) throw new Error(`${nextAddress()}: ${non2xx} answers are no page`)
  return { p95: percentile(durations, 0.95), kept: (100 * kept) / durations.length }
}

const percentile = (values: readonly number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN

/** As while sources are collected: each second there is a write, and all that was kept is made anew. */
async function whileWritten<T>(work: () => Promise<T>): Promise<T> {
  const { database } = loadConfig({ DESIREPATH_CONFIG: CONFIGURATION })
  return withDatabase(database, async (db) => {
    const lease = await acquireLease(db, { name: 'bench', owner: 'bench', now: new Date() })
    const writing = setInterval(() => void renewLease(db, lease, new Date()), 1000)
    try {
      return await work()
    } finally {
      clearInterval(writing)
      await releaseLease(db, lease, new Date())
    }
  })
}

/** Bytes of script on the wire, and the cumulative layout shift, of a first visit. */
async function load(browser: Browser, address: string) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  const sizes: Promise<number>[] = []
  page.on('response', (response) => {
    if (response.request().resourceType() !== 'script') return
    sizes.push(
      response
        .request()
        .sizes()
        .then(({ responseBodySize }) => responseBodySize),
    )
  })
  await page.addInitScript(observeShift)
  await page.goto(`${BASE}${address}`)
  await page.waitForLoadState('networkidle')
  const scriptBytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
  const shift = await readShift(page)
  await context.close()
  return { scriptBytes, shift }
}

/** Runs in the page, before anything else. */
function observeShift(): void {
  const seen = { shift: 0 }
  Object.assign(window, { seen })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if ('value' in entry && typeof entry.value === 'number') seen.shift += entry.value
    }
  }).observe({ type: 'layout-shift', buffered: true })
}

const readShift = (page: Page) =>
  page.evaluate(() => ('seen' in window ? (window.seen as { shift: number }).shift : 0))
