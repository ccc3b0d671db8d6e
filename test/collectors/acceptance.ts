import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import type { RunOutcome } from '#collectors/run.ts'
import type { Database } from '#db/connection.ts'
import type { Schema } from '#db/schema.ts'
import { SourceError } from '#lib/errors.ts'
import { testDatabase } from '#test/support/database.ts'
import type { Fault } from '#test/support/faults.ts'
import { aServer } from '#test/support/http.ts'

/**
 * What every collector must survive, whatever its source: the tests T-C01 to T-C23. A collector
 * passes them with a harness that starts its source, full of history, on this machine.
 */

export interface CollectOptions {
  readonly now?: Date
  readonly signal?: AbortSignal
  /** Called inside every page's transaction; throws to end the run before the page is stored. */
  readonly guard?: (tx: Database) => Promise<void>
  readonly progress?: (what: string) => void
}

/** A source on this machine with a history of several pages, always the same. */
export interface Upstream {
  readonly collect: (db: Database, options?: CollectOptions) => Promise<RunOutcome>
  /** The tables that it fills. */
  readonly tables: readonly (keyof Schema)[]
  /** Of these, those whose rows begin when they were seen first: a later reading dates them differently. */
  readonly datedByReading?: readonly (keyof Schema)[]
  /** Columns that hold its address, which differs from start to start. */
  readonly addressColumns?: readonly string[]
  /** Adds or changes something; `choice` (0 to 999) says what. */
  readonly evolve: (choice: number) => void
  /** Removes something for good, where the collector looks for that, at least once a day. */
  readonly remove?: (choice: number) => void
  /** Gives what it tells of another name. */
  readonly rename?: () => void
  /** Puts a text from outside where it is stored. */
  readonly write?: (text: string) => void
  /** Takes away all that it is read from. */
  readonly lose?: () => void
  /** Makes a file of it larger than may be read. */
  readonly swell?: () => void
  readonly network?: Network
}

/** Of a source that is asked by HTTP. */
interface Network {
  /** Applied to the next requests in turn; null lets one pass. */
  readonly faults: (Fault | null)[]
  readonly requests: () => number
  readonly setClock: (now: Date) => void
  /** Every way in which it says "too often", asking for no wait. */
  readonly limits: Readonly<Record<string, Fault>>
  /** One that asks for an hour. */
  readonly longLimit: Fault
  /** The records in an answer, to be changed in place. */
  readonly records: (answer: unknown) => Record<string, unknown>[]
  /** Makes every list in an answer go on for ever. */
  readonly endless: (answer: unknown) => unknown
  /** Adds what has the same, or a slightly earlier time than the newest it told. */
  readonly addLate: (minutesEarlier: number) => void
}

/** How servers that keep to HTTP say "too often". */
export const HTTP_LIMITS: Pick<Network, 'limits' | 'longLimit'> = {
  limits: {
    seconds: { status: 429, headers: { 'retry-after': '0' } },
    date: { status: 429, headers: { 'retry-after': new Date(0).toUTCString() } },
    busy: { status: 503, headers: { 'retry-after': '0' } },
  },
  longLimit: { status: 429, headers: { 'retry-after': '3600' } },
}

const TESTS = {
  'T-C01': 'a run that ends at any page, before or after it is stored, is completed by the next',
  'T-C02': 'a second run changes nothing',
  'T-C03': 'reading in parts gives the same rows as reading at once',
  'T-C04': 'a cursor in the future is told, and does not hang',
  'T-C05':
    'a source that fails at any request fails the run with a reason, and the next completes it',
  'T-C06': 'a source that is asked too often is waited for, or left to the next run',
  'T-C07': 'a body that is cut is asked for again',
  'T-C08': 'a source that falls silent is given up',
  'T-C09': 'what moves while its list is read is neither lost nor doubled',
  'T-C10': 'what comes late or at the same time is found',
  'T-C11': 'a clock that is wrong loses nothing',
  'T-C12': 'a new name leaves the history',
  'T-C13': 'a record of another shape is put aside with a reason, and the rest is stored',
  'T-C14': 'a page that is too big is refused',
  'T-C15': 'nasty text is stored or refused by rule',
  'T-C16': 'a sign-in that is refused stops the run soon',
  'T-C17': 'pages without an end are noticed',
  'T-C18': 'a redirect is not followed',
  'T-C19': 'a certificate that nobody vouches for is refused',
  'T-C20': 'two runs never overlap',
  'T-C21': 'a collector that misbehaves harms no other',
  'T-C22': 'pages show the last good data while every source is down',
  'T-C23': 'a source that fails keeps its rows, and covers nothing',
} as const

export type AcceptanceTest = keyof typeof TESTS

export interface Harness {
  readonly name: string
  /** `few`: with a page of each list at most. */
  readonly start: (options?: { readonly few: boolean }) => Promise<Upstream>
  /** Tests that do not apply, each with the reason. */
  readonly skips: Partial<Record<AcceptanceTest, string>>
  /**
   * Histories that T-C03 makes, 100 unless each is slow: it starts a source and reads it up to six
   * times. `SEQUENCES` sets another number for all collectors, `SEED` draws others: see
   * CONTRIBUTING.md. After a change of a collector 500 of them are due.
   */
  readonly histories?: number
}

/** Why T-C21 is skipped here. */
export const RUNS_APART =
  'belongs to the process that each run has: test/bin/read-apart.test.ts, with a source of every kind'

/** The clock of every run that does not say otherwise. */
export const RUN_AT = new Date('2026-06-01T12:00:00Z')
const LATER = new Date('2026-06-01T18:00:00Z')
const TIMEOUT_MS = 300_000

const toHistories = ({ histories = 100 }: Harness) => Number(process.env['SEQUENCES'] ?? histories)

/** Registers every test for a collector, and prints what came of it. */
export function acceptance(harness: Harness): void {
  const tally = { passed: 0, faults: 0 }
  for (const [id, title] of Object.entries(TESTS) as [AcceptanceTest, string][]) {
    const reason = harness.skips[id]
    if (reason !== undefined) test.skip(`${id} ${title}: ${reason}`, () => {})
    else {
      const timeout = TIMEOUT_MS + toHistories(harness) * 2_000
      test(`${id} ${title}`, { timeout }, async () => {
        tally.faults += await PROCEDURES[id](harness)
        tally.passed += 1
      })
    }
  }
  afterAll(() => {
    const all = Object.keys(TESTS).length
    const skipped = Object.keys(harness.skips).length
    const failed = all - skipped - tally.passed
    // Each of them compares what is stored with what an undisturbed run stores.
    const rows = failed === 0 ? 'no row lost, none doubled' : `${failed} failed`
    process.stderr.write(
      `${harness.name}: ${tally.passed} of ${all} passed, ${skipped} skipped with a reason; ${tally.faults} faults injected, ${rows}\n`,
    )
  })
}

/** Returns how many faults were injected. */
type Procedure = (harness: Harness) => Promise<number>

type Rows = Record<string, string[]>

/** Everything that is stored of a source, in an order of its own. */
async function snapshot(
  db: Database,
  { tables }: Upstream,
  { besides = [], without = [] }: { besides?: (keyof Schema)[]; without?: string[] } = {},
): Promise<Rows> {
  const rows: Rows = {}
  for (const table of [...tables, ...besides]) {
    const stored = await db
      .selectFrom(table as 'teams')
      .selectAll()
      .execute()
    rows[table] = stored
      .map((row) => JSON.stringify(row, (key, value) => (without.includes(key) ? '' : value)))
      .toSorted()
  }
  return rows
}

/** With what belongs to the runs, for runs at the same time. */
const wholeSnapshot = (db: Database, upstream: Upstream) =>
  snapshot(db, upstream, {
    besides: ['coverage', 'cursors', 'quarantine'],
    // Of a server on this machine the address differs.
    without: ['configuration_hash', ...(upstream.addressColumns ?? [])],
  })

/** What was told, whenever that was. */
const toldSnapshot = (db: Database, upstream: Upstream) =>
  snapshot(db, upstream, { without: ['observed_at'] })

/** What an undisturbed run stores, with its number of pages and requests. */
async function cleanRun({ start }: Harness) {
  const upstream = await start()
  const db = await testDatabase()
  let pages = 0
  const outcome = await upstream.collect(db, {
    guard: async () => {
      pages += 1
    },
  })
  expect(outcome.status).toBe('ok')
  const requests = upstream.network?.requests() ?? 0
  return { rows: await wholeSnapshot(db, upstream), pages, requests }
}

function networkOf({ network }: Upstream): Network {
  if (network === undefined) throw new TypeError('without a network this test must be skipped')
  return network
}

/** The requests of a run, thinned out to at most `most`, first and last among them. */
function spread(count: number, most: number): number[] {
  const step = Math.max(1, (count - 1) / Math.max(1, most - 1))
  const places = Array.from({ length: Math.min(count, most) }, (_, index) => index * step)
  return [...new Set(places.map((place) => Math.round(place) + 1))]
}

/** A run with `faults` from request `place` on, then runs without, up to what an undisturbed one stores. */
async function disturb(
  harness: Harness,
  place: number,
  faults: readonly Fault[],
  expected: { readonly rows: Rows; readonly status?: 'ok' },
): Promise<RunOutcome> {
  const upstream = await harness.start()
  const network = networkOf(upstream)
  const db = await testDatabase()
  network.faults.push(...Array.from({ length: place - 1 }, () => null), ...faults)
  const outcome = await upstream.collect(db)
  network.faults.length = 0
  if (expected.status === 'ok') expect(outcome).toMatchObject({ status: 'ok', error: null })
  else await upstream.collect(db)
  expect(await wholeSnapshot(db, upstream)).toEqual(expected.rows)
  return outcome
}

/** A fault at each of several requests, one run each. */
async function disturbEach(
  harness: Harness,
  kinds: readonly Fault[],
  { most, status }: { most: number; status: 'ok' },
): Promise<number> {
  const { rows, requests } = await cleanRun(harness)
  let injected = 0
  for (const place of spread(requests, most)) {
    for (const fault of kinds) {
      await disturb(harness, place, [fault], { rows, status })
      injected += 1
    }
  }
  return injected
}

const STATUSES = [500, 502, 503, 504]

const PROCEDURES: Record<AcceptanceTest, Procedure> = {
  async 'T-C01'(harness) {
    const { rows, pages } = await cleanRun(harness)
    for (let page = 1; page <= pages; page += 1) {
      for (const when of ['before', 'after'] as const) {
        const upstream = await harness.start()
        const db = await testDatabase()
        await upstream.collect(db, endAt(page, when))
        await upstream.collect(db)
        expect(await wholeSnapshot(db, upstream), `${when} page ${page}`).toEqual(rows)
      }
    }
    return pages * 2
  },

  async 'T-C02'({ start }) {
    const upstream = await start()
    const db = await testDatabase()
    await upstream.collect(db)
    const before = await toldSnapshot(db, upstream)
    const outcome = await upstream.collect(db, { now: LATER })
    expect(outcome).toMatchObject({ status: 'ok', changed: 0 })
    expect(await toldSnapshot(db, upstream)).toEqual(before)
    return 0
  },

  async 'T-C03'(harness) {
    const history = fc.array(fc.array(fc.nat(999), { minLength: 1, maxLength: 6 }), {
      minLength: 1,
      maxLength: 4,
    })
    // What many records do to pages is the same in every history, and takes most of the time.
    const few = fc.oneof(
      { weight: 19, arbitrary: fc.constant(true) },
      { weight: 1, arbitrary: fc.constant(false) },
    )
    await fc.assert(
      fc.asyncProperty(history, few, async (parts, few) => {
        const upstream = await harness.start({ few })
        const db = await testDatabase()
        await upstream.collect(db)
        for (const [index, part] of parts.entries()) {
          for (const choice of part) move(upstream, choice)
          await upstream.collect(db, { now: hoursAfter(LATER, index) })
        }
        // What was removed is found within a day.
        const end = hoursAfter(LATER, parts.length + (upstream.remove ? 48 : 0))
        if (upstream.remove) await upstream.collect(db, { now: end })
        await expectLikeFull(db, upstream, end)
        await db.destroy()
      }),
      { numRuns: toHistories(harness) },
    )
    return 0
  },

  async 'T-C04'({ start }) {
    const upstream = await start()
    const db = await testDatabase()
    await upstream.collect(db)
    const before = await toldSnapshot(db, upstream)
    const cursors = await db.selectFrom('cursors').selectAll().execute()
    for (const { scope, value } of cursors) {
      const future = value.replaceAll(/"\d{4}(-\d\d-\d\dT)/g, '"2999$1')
      await db.updateTable('cursors').set({ value: future }).where('scope', '=', scope).execute()
    }
    upstream.evolve(0)
    const outcome = await upstream.collect(db, { now: LATER })
    expect(outcome).toMatchObject({ changed: 0, error: expect.stringMatching(/future.*--anew/) })
    expect(await toldSnapshot(db, upstream)).toEqual(before)
    return 1
  },

  async 'T-C05'(harness) {
    const { rows, requests } = await cleanRun(harness)
    let injected = 0
    for (const place of spread(requests, 6)) {
      for (const status of STATUSES) {
        const faults = Array.from({ length: 60 }, () => ({ status }))
        const outcome = await disturb(harness, place, faults, { rows })
        expect(outcome.status, `${status} at ${place}`).not.toBe('ok')
        expect(outcome.error).toMatch(new RegExp(`answers ${status}`))
        injected += 1
      }
    }
    // One of them alone is not even noticed.
    return (
      injected +
      (await disturbEach(
        harness,
        STATUSES.map((status) => ({ status })),
        { most: 6, status: 'ok' },
      ))
    )
  },

  async 'T-C06'(harness) {
    const upstream = await harness.start()
    const { limits, longLimit } = networkOf(upstream)
    const injected = await disturbEach(harness, Object.values(limits), { most: 4, status: 'ok' })
    const { rows, requests } = await cleanRun(harness)
    for (const place of spread(requests, 4)) {
      const outcome = await disturb(harness, place, [longLimit], { rows })
      expect(outcome).toMatchObject({
        status: 'failed',
        error: expect.stringMatching(/not again before \d{4}-/),
      })
    }
    return injected + 4
  },

  'T-C07': (harness) =>
    disturbEach(
      harness,
      [{ says: 'reset' }, { says: 'cut' }, { says: 'cut json' }, { says: 'cut gzip' }],
      { most: 6, status: 'ok' },
    ),

  async 'T-C08'(harness) {
    const kinds: Fault[] = [{ says: 'slow' }, { says: 'silence' }]
    const injected = await disturbEach(harness, kinds, { most: 2, status: 'ok' })
    const { rows, requests } = await cleanRun(harness)
    const silence = Array.from({ length: 60 }, (): Fault => ({ says: 'silence' }))
    const outcome = await disturb(harness, Math.min(2, requests), silence, { rows })
    expect(outcome.error).toMatch(/no whole answer in time/)
    return injected + 1
  },

  async 'T-C09'(harness) {
    const { requests } = await cleanRun(harness)
    for (const place of spread(requests, 8)) {
      for (const choice of [1, 2, 3]) {
        const upstream = await harness.start()
        const db = await testDatabase()
        const before = () => upstream.evolve(choice)
        const passing = Array.from({ length: place - 1 }, () => null)
        networkOf(upstream).faults.push(...passing, { before })
        await upstream.collect(db)
        await upstream.collect(db, { now: LATER })
        await expectLikeFull(db, upstream, LATER)
      }
    }
    return 24
  },

  async 'T-C10'({ start }) {
    const minutes = [0, 0, 1, 5, 9]
    for (const minutesEarlier of minutes) {
      const upstream = await start()
      const db = await testDatabase()
      await upstream.collect(db)
      networkOf(upstream).addLate(minutesEarlier)
      await upstream.collect(db, { now: LATER })
      await expectLikeFull(db, upstream, LATER)
    }
    return minutes.length
  },

  async 'T-C11'({ start }) {
    const skews = [-60, -10, 10, 60]
    for (const minutes of skews) {
      const upstream = await start()
      const { setClock } = networkOf(upstream)
      const db = await testDatabase()
      setClock(new Date(RUN_AT.getTime() + minutes * 60_000))
      await upstream.collect(db)
      for (const choice of [1, 2, 3, 4]) upstream.evolve(choice)
      setClock(new Date(LATER.getTime() + minutes * 60_000))
      await upstream.collect(db, { now: LATER })
      await expectLikeFull(db, upstream, LATER)
      const reached = await db.selectFrom('coverage').select('covered_to').execute()
      const latest = new Date(LATER.getTime() + Math.min(0, minutes) * 60_000).toISOString()
      for (const { covered_to: to } of reached) expect(to <= latest).toBe(true)
    }
    return skews.length
  },

  async 'T-C12'({ start }) {
    const upstream = await start()
    const db = await testDatabase()
    await upstream.collect(db)
    upstream.rename?.()
    await upstream.collect(db, { now: LATER })
    // A service keeps the id that it got, and what was told of it before had its former name.
    const tables = upstream.tables.filter((table) => !table.startsWith('service'))
    const named = ['former_names', 'service_id', 'service_told', 'service_key']
    await expectLikeFull(db, { ...upstream, tables }, LATER, named)
    return 1
  },

  async 'T-C13'(harness) {
    const { requests, rows } = await cleanRun(harness)
    const stored = Object.values(rows).flat().length
    let injected = 0
    for (const place of spread(requests, 6)) {
      for (const damage of DAMAGES) {
        const upstream = await harness.start()
        const { faults, records } = networkOf(upstream)
        const db = await testDatabase()
        const change = (answer: unknown) => {
          const [record] = records(answer)
          if (record) damage(record)
          return answer
        }
        faults.push(...Array.from({ length: place - 1 }, () => null), { change })
        const { status, quarantined, error } = await upstream.collect(db)
        expect(status).not.toBe('failed')
        if (error !== null) {
          // What names other records is refused as a whole, and read by the next run.
          expect(error).toMatch(/unknown shape/)
          await upstream.collect(db)
        }
        const aside = await db.selectFrom('quarantine').select('reason').execute()
        expect(aside).toHaveLength(quarantined)
        for (const { reason } of aside) expect(reason).toMatch(/^[\w.[\]]+: /)
        const kept = Object.values(await wholeSnapshot(db, upstream)).flat().length
        expect(kept).toBeGreaterThan(stored * 0.95)
        injected += 1
      }
    }
    return injected
  },

  async 'T-C14'(harness) {
    const upstream = await harness.start()
    if (upstream.swell) return refuseSwollen(upstream, upstream.swell)
    const padding = 'x'.repeat(25 * 1024 * 1024)
    const change = (answer: unknown) => ({ ...(answer as object), padding })
    const { rows, requests } = await cleanRun(harness)
    const places = spread(requests, 4)
    for (const place of places) {
      const outcome = await disturb(harness, place, [{ change }], { rows })
      expect(outcome.error ?? 'answers more than').toMatch(/answers more than/)
    }
    return places.length
  },

  async 'T-C15'({ start }) {
    for (const text of NASTY) {
      const upstream = await start()
      const db = await testDatabase()
      upstream.write?.(text)
      const outcome = await upstream.collect(db)
      expect(outcome.status).not.toBe('failed')
      const again = await upstream.collect(db, { now: LATER })
      expect(again.changed).toBe(0)
    }
    return NASTY.length
  },

  async 'T-C16'(harness) {
    const { rows, requests } = await cleanRun(harness)
    for (const place of spread(requests, 4)) {
      const faults = Array.from({ length: 200 }, () => ({ status: 401 }))
      const upstream = await harness.start()
      const network = networkOf(upstream)
      const db = await testDatabase()
      network.faults.push(...Array.from({ length: place - 1 }, () => null), ...faults)
      const outcome = await upstream.collect(db)
      expect(outcome).toMatchObject({ status: 'failed', error: expect.stringMatching(/sign-in/) })
      expect(network.requests() - place + 1).toBeLessThanOrEqual(3)
      network.faults.length = 0
      await upstream.collect(db)
      expect(await wholeSnapshot(db, upstream)).toEqual(rows)
    }
    return 4
  },

  async 'T-C17'(harness) {
    const upstream = await harness.start()
    const { faults, endless } = networkOf(upstream)
    const db = await testDatabase()
    faults.push(...Array.from({ length: 500 }, () => ({ change: endless })))
    const outcome = await upstream.collect(db)
    expect(outcome.error).toMatch(/without an end|in circles/)
    expect(faults.length).toBeGreaterThan(300)
    return 1
  },

  async 'T-C18'(harness) {
    const other = await aServer()
    const { rows, requests } = await cleanRun(harness)
    const places = spread(requests, 2)
    for (const place of places) {
      for (const status of [301, 302, 307]) {
        const fault = { status, headers: { location: other.url } }
        const outcome = await disturb(harness, place, [fault], { rows })
        expect(outcome.error).toMatch(/redirect/)
      }
    }
    expect(other.requests).toEqual([])
    return places.length * 3
  },

  'T-C19': notHere,
  'T-C20': notHere,
  'T-C21': notHere,
  'T-C22': notHere,

  async 'T-C23'({ start }) {
    const upstream = await start()
    const db = await testDatabase()
    await upstream.collect(db)
    const before = await wholeSnapshot(db, upstream)
    const faults = Array.from({ length: 60 }, () => ({ status: 500 }))
    if (upstream.lose) upstream.lose()
    else networkOf(upstream).faults.push(...faults)
    const outcome = await upstream.collect(db, { now: LATER })
    expect(outcome).toMatchObject({ status: 'failed', changed: 0 })
    expect(await wholeSnapshot(db, upstream)).toEqual(before)
    return 1
  },
}

/** A file that is too large is told, and what it said before stays. */
async function refuseSwollen(upstream: Upstream, swell: () => void): Promise<number> {
  const db = await testDatabase()
  await upstream.collect(db)
  const before = await toldSnapshot(db, upstream)
  swell()
  const { status, error } = await upstream.collect(db, { now: LATER })
  const aside = await db.selectFrom('quarantine').select('reason').execute()
  expect(status).not.toBe('ok')
  const told = [error, ...aside.map(({ reason }) => reason)].join('\n')
  expect(told).toMatch(/more than \d+ bytes|larger than \d+ bytes/)
  expect(await toldSnapshot(db, upstream)).toEqual(before)
  return 1
}

function notHere(): Promise<number> {
  throw new TypeError('no collector decides this: skip it, and say where it is tested')
}

/** Something comes or changes, or goes. */
function move({ evolve, remove }: Upstream, choice: number): void {
  if (remove !== undefined && choice % 7 === 3) remove(choice)
  else evolve(choice)
}

const hoursAfter = (instant: Date, hours: number) => new Date(instant.getTime() + hours * 3_600_000)

/** What is stored and not gone is what one reading of the source as it is now stores. */
async function expectLikeFull(
  db: Database,
  upstream: Upstream,
  now: Date,
  without: readonly string[] = [],
): Promise<void> {
  const full = await testDatabase()
  await upstream.collect(full, { now })
  const options = { without: ['observed_at', ...without] }
  const standing = async (of: Database) => {
    const rows = await snapshot(of, told, options)
    return Object.entries(rows).map(([table, all]) => [
      table,
      all.filter((row) => (JSON.parse(row) as { gone_at?: string | null }).gone_at == null),
    ])
  }
  const { datedByReading = [] } = upstream
  const told = {
    ...upstream,
    tables: upstream.tables.filter((one) => !datedByReading.includes(one)),
  }
  expect(await standing(db)).toEqual(await standing(full))
  await full.destroy()
}

/** Ends a run at its page `page`: inside the transaction, or once that is stored. */
function endAt(page: number, when: 'before' | 'after'): CollectOptions {
  const stop = new AbortController()
  let pages = 0
  const guard = async () => {
    pages += 1
    if (when === 'before' && pages === page) throw new SourceError('test', 'killed')
    if (when === 'after' && pages === page) stop.abort()
  }
  return { guard, signal: stop.signal }
}

/** What may happen to a record when its source changes. */
const DAMAGES: readonly ((record: Record<string, unknown>) => void)[] = [
  (record) => Object.assign(record, { brandNew: { deep: [1] } }),
  ...[0, 1, 2, 3].flatMap((place) => [
    (record: Record<string, unknown>) => delete record[keyAt(record, place)],
    (record: Record<string, unknown>) => Object.assign(record, { [keyAt(record, place)]: null }),
    (record: Record<string, unknown>) =>
      Object.assign(record, { [keyAt(record, place)]: { now: 'an object' } }),
    (record: Record<string, unknown>) =>
      Object.assign(record, { [keyAt(record, place)]: 'BRAND_NEW' }),
  ]),
]

const keyAt = (record: object, place: number) =>
  Object.keys(record)[place % Object.keys(record).length] ?? ''

const NASTY = [
  '\u0000',
  'a\u0000b',
  '\ud800',
  'x\udfff',
  '\u202eevil\u202c',
  'zero\u200bwidth\ufeff',
  '😀👩‍👩‍👧',
  "'; drop table changes; --",
  '<script>alert(1)</script>',
  '=cmd()',
  '__proto__',
  'line\nfeed\r\ttab',
  '\u001b[31mred',
  'a'.repeat(1_000_000),
  'ﷺ'.repeat(1000),
  `é${'\u0301'.repeat(500)}`,
]
