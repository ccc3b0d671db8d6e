import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DeliveryLedger, DeliveryRows } from '#scorecards/delivery/ledger.ts'
import {
  decodeQuarters,
  encodeQuarters,
  listQuarters,
  nameQuarters,
  toUnitLedgers,
  unitDifferences,
} from '#scorecards/delivery/quarters.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const START = Date.UTC(2025, 0, 1)
const instants = fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 30 }).map((days) =>
  Float64Array.from(
    days.toSorted((a, b) => a - b),
    (day) => START + day * DAY_MS,
  ),
)

const column = (length: number, value: number) => Float64Array.from({ length }, () => value)

/** Every column says which row it is of, so that a row that went astray is seen. */
function toRows(
  deployed: Float64Array,
  changed: Float64Array,
  failing: readonly number[],
  unlinked: Float64Array,
): DeliveryRows {
  const outages = failing
    .map((place) => place % Math.max(1, deployed.length))
    .filter((place) => place < deployed.length)
    .toSorted((a, b) => a - b)
  const places = (at: Float64Array) => Int32Array.from(at, (_, place) => place)
  const bytes = (at: Float64Array) => Uint8Array.from(at, (_, place) => place % 200)
  const at = (of: Float64Array) => Float64Array.from(of, (one, place) => one + place)
  return {
    deployments: {
      at: deployed,
      team: places(deployed),
      service: places(deployed),
      set: bytes(deployed),
      kind: bytes(deployed),
      isRemedy: bytes(deployed),
      rollback: bytes(deployed),
      failedFrom: at(deployed),
      inferredFrom: column(deployed.length, Number.POSITIVE_INFINITY),
      batch: places(deployed),
    },
    changes: {
      at: changed,
      team: places(changed),
      set: bytes(changed),
      hours: at(changed),
      commitToOpen: column(changed.length, Number.NaN),
      openToReview: at(changed),
      reviewToMerge: at(changed),
      mergeToDeploy: at(changed),
      isReversed: bytes(changed),
    },
    outages: {
      deployment: Int32Array.from(outages),
      startedAt: Float64Array.from(outages, (place) => (deployed[place] ?? 0) + 1),
      detectedAt: Float64Array.from(outages, (place) => (deployed[place] ?? 0) + 2),
      restoredAt: Float64Array.from(outages, (_, place) => place),
    },
    unlinked: { at: unlinked, team: places(unlinked) },
  }
}

const NAMES: Pick<DeliveryLedger, 'teams' | 'services' | 'sources'> = {
  teams: ['payments', 'search'],
  services: ['checkout'],
  sources: [['checkout', 'ci']],
}

/** With ids that say which row they are of. */
function toLedger(...parts: Parameters<typeof toRows>): DeliveryLedger {
  const rows = toRows(...parts)
  const idsOf = (at: Float64Array) => Array.from(at, (one, place) => `ci:${one + place}`)
  const ids = { deployments: idsOf(rows.deployments.at), changes: idsOf(rows.changes.at) }
  return { ...NAMES, ids, ...rows }
}

const ledgers: fc.Arbitrary<DeliveryLedger> = fc
  .tuple(instants, instants, fc.array(fc.nat({ max: 30 }), { maxLength: 10 }), instants)
  .map((parts) => toLedger(...parts))

/** Every row of a table, as the values of its columns. */
const listRows = (columns: object) => {
  const entries = Object.entries(columns) as [string, ArrayLike<number>][]
  const length = entries[0]?.[1].length ?? 0
  return Array.from({ length }, (_, row) => entries.map(([, values]) => values[row]))
}

/** All rows of a ledger by the time of what they are of: places in it do not matter. */
function contentOf(all: readonly DeliveryRows[]) {
  const rows = (table: 'deployments' | 'changes' | 'unlinked') =>
    all.flatMap((one) => listRows(one[table]))
  const outages = all.flatMap(({ deployments, outages }) =>
    listRows(outages).map(([place, ...rest]) => [deployments.at[place ?? -1], ...rest]),
  )
  return {
    ...NAMES,
    ...Object.fromEntries(
      (['deployments', 'changes', 'unlinked'] as const).map((table) => [table, rows(table)]),
    ),
    outages,
  }
}

test('the quarters of a ledger hold all of its rows, each those of its own time', () => {
  fc.assert(
    fc.property(ledgers, (ledger) => {
      const unit = decodeQuarters(encodeQuarters(ledger))
      expect(contentOf(unit.quarters.map(({ rows }) => rows))).toEqual(contentOf([ledger]))
      for (const { from, to, rows } of unit.quarters) {
        for (const at of [...rows.deployments.at, ...rows.changes.at, ...rows.unlinked.at]) {
          expect(at).toBeGreaterThanOrEqual(from)
          expect(at).toBeLessThan(to)
        }
      }
    }),
  )
})

test('each row keeps its id, and rows whose ids nobody has set down are not told at all', () => {
  fc.assert(
    fc.property(ledgers, (ledger) => {
      const { ids, ...encoded } = encodeQuarters(ledger)
      const units = new Map([['checkout', decodeQuarters(encoded)]])
      const pieces = [...ids].map(([quarter, samples]) => ({
        subject: 'checkout',
        quarter,
        samples,
      }))
      for (const { rows, ids: own } of nameQuarters(units, pieces) ?? []) {
        for (const table of ['deployments', 'changes'] as const) {
          const places = rows[table].team
          expect(own[table]).toEqual(
            Array.from(rows[table].at, (at, row) => `ci:${at + (places[row] ?? 0)}`),
          )
        }
      }
      expect(nameQuarters(units, pieces)).toHaveLength(ids.size)
      fc.pre(ids.size > 0)
      expect(nameQuarters(units, pieces.slice(1))).toBeNull()
      const others = pieces.map((piece) => ({ ...piece, subject: 'other' }))
      expect(nameQuarters(units, others)).toBeNull()
    }),
  )
})

test('only the quarters that a span touches are asked for', () => {
  const span = (from: string, to: string) => ({ from: Date.parse(from), to: Date.parse(to) })
  expect(listQuarters(span('2025-04-11', '2025-07-01'))).toEqual(['2025-04-01'])
  expect(listQuarters(span('2025-03-31', '2025-07-01T00:00:00.001Z'))).toEqual([
    '2025-01-01',
    '2025-04-01',
    '2025-07-01',
  ])
  expect(listQuarters({ from: Number.POSITIVE_INFINITY, to: Number.NEGATIVE_INFINITY })).toEqual([])
})

test('pieces make units, in whatever order they come; rows of a unit without a head are none', () => {
  const days = Float64Array.from([10, 100, 200], (day) => START + day * DAY_MS)
  const ledger = toLedger(days, days, [1], days)
  const { head, quarters } = encodeQuarters(ledger)
  const pieces = [
    ...[...quarters].map(([quarter, samples]) => ({ subject: 'checkout', quarter, samples })),
    { subject: 'checkout', quarter: null, samples: head },
    { subject: 'gone', quarter: '2025-01-01', samples: quarters.get('2025-01-01') ?? head },
  ].toReversed()
  expect([...toUnitLedgers(pieces)]).toEqual([['checkout', decodeQuarters({ head, quarters })]])
})

const TABLES = [
  ['deployments', 'failedFrom', 'deployments'],
  ['changes', 'hours', 'changes'],
  ['unlinked', 'team', 'deployments'],
] as const

test('two ledgers differ where a row does, in the part that it is of, and nowhere else', () => {
  fc.assert(
    fc.property(
      ledgers,
      fc.constantFrom(...TABLES),
      fc.nat(),
      (ledger, [table, column, part], at) => {
        const before = decodeQuarters(encodeQuarters(ledger))
        expect(unitDifferences(before, before)).toEqual([])
        const rows = ledger[table]
        fc.pre(rows.at.length > 0)
        const place = at % rows.at.length
        const values = (rows as unknown as Record<string, Float64Array>)[column]?.slice()
        if (values === undefined) throw new Error(`no column ${column}`)
        values[place] = 7_777_777
        const changed = { ...ledger, [table]: { ...rows, [column]: values } }
        const instant = rows.at[place]
        expect(unitDifferences(before, decodeQuarters(encodeQuarters(changed)))).toEqual([
          { part, from: instant, to: instant },
        ])
      },
    ),
  )
})

test('a quarter that one ledger has and the other has not differs from its first row to its last', () => {
  const days = Float64Array.from([10, 100, 120], (day) => START + day * DAY_MS)
  const none = new Float64Array()
  const [unit, shorter] = [days, days.subarray(0, 1)].map((own) =>
    decodeQuarters(encodeQuarters(toLedger(own, none, [], none))),
  )
  if (unit === undefined || shorter === undefined) throw new Error('two ledgers make two units')
  const spans = (['changes', 'deployments'] as const).map((part) => ({
    part,
    from: days[1],
    to: days[2],
  }))
  expect(unitDifferences(unit, shorter)).toEqual(spans)
  expect(unitDifferences(shorter, unit)).toEqual(spans)
})

test('another source or another name changes all of a ledger', () => {
  const days = Float64Array.from([10, 300], (day) => START + day * DAY_MS)
  const ledger = toLedger(days, days, [], days)
  const unit = decodeQuarters(encodeQuarters(ledger))
  const forever = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }
  const both = ['changes', 'deployments'] as const
  expect(unitDifferences({ ...unit, sources: [] }, unit)).toEqual(
    both.map((part) => ({ part, ...forever })),
  )
  const spans = unitDifferences({ ...unit, teams: ['payments'] }, unit)
  const covers = (at: number | undefined) =>
    both.every((part) =>
      spans.some((span) => span.part === part && span.from <= (at ?? 0) && (at ?? 0) <= span.to),
    )
  expect([...days].every(covers)).toBe(true)
})
