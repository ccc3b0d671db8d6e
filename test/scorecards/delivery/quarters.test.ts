import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DeliveryLedger, DeliveryRows } from '#scorecards/delivery/ledger.ts'
import {
  decodeQuarters,
  encodeQuarters,
  readUnits,
  type UnitLedger,
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

const ledgers: fc.Arbitrary<DeliveryLedger> = fc
  .tuple(instants, instants, fc.array(fc.nat({ max: 30 }), { maxLength: 10 }), instants)
  .map((parts) => ({ ...NAMES, ...toRows(...parts) }))

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

/** The ledger as `checkout` is stored. */
function stored(ledger: DeliveryLedger) {
  const { head, quarters } = encodeQuarters(ledger)
  const asked: (string | undefined)[] = []
  const list = async (quarter?: string) => {
    asked.push(quarter)
    const bytes = quarter === undefined ? head : quarters.get(quarter)
    return new Map(bytes === undefined ? [] : [['checkout', bytes]])
  }
  return { list, asked, quarters }
}

test('only the quarters that a span touches are read', async () => {
  const days = Float64Array.from([10, 100, 200, 300], (day) => START + day * DAY_MS)
  const ledger = { ...NAMES, ...toRows(days, days, [1], days) }
  const { list, asked } = stored(ledger)
  const span = { from: START + 100 * DAY_MS, to: Date.UTC(2025, 6, 1) }
  const unit = (await readUnits(list, span)).get('checkout')
  expect(asked).toEqual([undefined, '2025-04-01'])
  expect(unit?.quarters.map(({ rows }) => [...rows.deployments.at])).toEqual([[days[1]]])
  expect(unit?.teams).toEqual(NAMES.teams)
  await readUnits(list)
  expect(asked.slice(3)).toEqual(['2025-01-01', '2025-04-01', '2025-07-01', '2025-10-01'])
})

test('two ledgers differ within the quarters in which their rows do', () => {
  fc.assert(
    fc.property(ledgers, ledgers, (one, other) => {
      const [before, after] = [one, other].map((ledger) => decodeQuarters(encodeQuarters(ledger)))
      if (before === undefined || after === undefined) throw new Error('two ledgers make two units')
      expect(unitDifferences(before, before)).toEqual([])
      const spans = unitDifferences(before, after)
      const outside = ({ quarters }: UnitLedger) =>
        contentOf(quarters.map(({ rows }) => rows))
          .outages.concat(quarters.flatMap(({ rows }) => listRows(rows.changes)))
          .filter(([at]) => !spans.some(({ from, to }) => from <= (at ?? 0) && (at ?? 0) <= to))
      expect(outside(after)).toEqual(outside(before))
    }),
  )
})

test('another source or another name changes all of a ledger', () => {
  const days = Float64Array.from([10, 300], (day) => START + day * DAY_MS)
  const ledger = { ...NAMES, ...toRows(days, days, [], days) }
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
