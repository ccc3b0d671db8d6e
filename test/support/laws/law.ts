import fc from 'fast-check'
import { expect } from 'vitest'
import {
  type Computed,
  type MeasureContext,
  type Metric,
  measureCells,
  type TableMetric,
} from '#scorecards/measure.ts'
import { aContext } from '#test/support/metrics.ts'

interface Lawful<Input, Row> {
  readonly metric: Metric<Input> | TableMetric<Input>
  readonly rows: fc.Arbitrary<readonly Row[]>
  readonly toInput: (rows: readonly Row[]) => NoInfer<Input>
  /** A row that is left out; null where nothing ever is. */
  readonly leftOut: NoInfer<Row> | null
  /** Parts that say how many were left out. */
  readonly leftOutParts?: readonly string[]
  /** The same input as if nothing had been read, where the metric itself looks at what was. */
  readonly unread?: (input: NoInfer<Input>) => NoInfer<Input>
  /** Expects that the rows behind a number add up to it. */
  readonly addsUp: (computed: Computed, rows: readonly NoInfer<Row>[]) => void
}

export interface Law {
  /** Runs the property test of the metric. */
  readonly expect: () => void
  /** Of each of its cells, without any row. */
  readonly cutPoints: readonly Computed['cutPoints'][]
}

/**
 * What holds for every metric: the order of facts is no matter, a fact that is left out changes no
 * more than how many of those there are, what was not read is never 0 (but for how much was read), no
 * row is in two sets, and the sets add up to the number.
 */
export const law = <Input, Row>(terms: Lawful<Input, Row>): Law => ({
  expect: () => expectLaws(terms),
  cutPoints: cellsOf(terms.metric)(terms.toInput([])).map(({ cutPoints }) => cutPoints),
})

function expectLaws<Input, Row>(terms: Lawful<Input, Row>): void {
  const { rows, toInput, leftOut, unread, addsUp } = terms
  const compute = cellsOf(terms.metric)
  fc.assert(
    fc.property(rows, (some) => {
      const cells = compute(toInput(some))
      expect(rounded(compute(toInput(some.toReversed())))).toEqual(rounded(cells))
      for (const cell of cells) {
        expectDisjoint(cell)
        addsUp(cell, some)
      }
      if (leftOut !== null) {
        const more = compute(toInput([...some, leftOut]))
        const { leftOutParts = [] } = terms
        expect(rounded(more).map(without(leftOutParts))).toEqual(
          rounded(cells).map(without(leftOutParts)),
        )
        expect(more.map(countRows)).toEqual(cells.map((cell) => countRows(cell) + 1))
      }
      if (!cells.some((cell) => cell.isCoverage)) expectNeverZero(terms.metric, toInput(some))
      if (unread !== undefined) {
        expect(compute(unread(toInput(some))).map(({ value }) => value)).toEqual(
          cells.map(() => null),
        )
      }
    }),
  )
}

const cellsOf =
  <Input>(metric: Metric<Input> | TableMetric<Input>) =>
  (input: Input): readonly Computed[] =>
    'compute' in metric ? [metric.compute(input)] : metric.computeCells(input)

const countRows = ({ evidence }: Computed) => evidence.flatMap(({ ids }) => ids).length

/** Without the rows, which are more by the one. */
const without =
  (parts: readonly string[]) =>
  (cell: Computed): Computed => ({
    ...cell,
    evidence: [],
    parts: Object.fromEntries(Object.entries(cell.parts).filter(([part]) => !parts.includes(part))),
  })

/** But for the last digits, in which sums differ by their order. */
const rounded = (cells: readonly Computed[]): Computed[] =>
  JSON.parse(JSON.stringify(cells), (_, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(9)) : value,
  )

function expectDisjoint({ evidence }: Computed): void {
  const ids = evidence.flatMap((set) => set.ids)
  expect(new Set(ids).size).toBe(ids.length)
}

const UNREAD: readonly Partial<MeasureContext>[] = [{ coverage: 0 }, { absence: 'source_missing' }]

function expectNeverZero<Input>(metric: Metric<Input> | TableMetric<Input>, input: Input): void {
  const { definition, windowDays } = metric
  const table = { definition, windowDays, computeCells: cellsOf(metric) }
  for (const terms of UNREAD) {
    for (const { value, ci, bounds } of measureCells(table, input, aContext(terms))) {
      expect({ value, ci, bounds }).toEqual({ value: null, ci: null, bounds: null })
    }
  }
}

/** How many rows are in the sets of that kind. */
const sizeOf = ({ evidence }: Computed, kind: string) =>
  evidence
    .filter((set) => set.kind === kind || set.kind.startsWith(`${kind}:`))
    .reduce((sum, { ids }) => sum + ids.length, 0)

/** Rows that nobody can judge are those reported, and those that wait are those that wait. */
function othersAddUp(computed: Computed): void {
  expect(sizeOf(computed, 'unknown')).toBe(computed.nUnknown)
  expect(sizeOf(computed, 'not_matured')).toBe(computed.notMatured)
}

/** Counted rows over counted and not counted ones. */
export function shareAddsUp(computed: Computed): void {
  const counted = sizeOf(computed, 'counted')
  const all = counted + sizeOf(computed, 'not_counted')
  expect([computed.numerator, computed.denominator, computed.n]).toEqual([counted, all, all])
  expect(computed.value).toBe(all === 0 ? null : counted / all)
  othersAddUp(computed)
}

/** As many cases as there are counted and not counted rows, whatever is made of them. */
export function casesAddUp(computed: Computed): void {
  expect(sizeOf(computed, 'counted') + sizeOf(computed, 'not_counted')).toBe(computed.n)
  expect(computed.value !== null && computed.n === 0).toBe(false)
  othersAddUp(computed)
}

/** Counted rows by something else. */
export function countAddsUp(computed: Computed): void {
  expect(sizeOf(computed, 'counted')).toBe(computed.numerator)
  othersAddUp(computed)
}

/** Of the set of that very name. */
export const setSize = ({ evidence }: Computed, kind: string) =>
  evidence.find((set) => set.kind === kind)?.ids.length ?? 0

/** Rows with the ids 0, 1, 2 …, so that none is named twice. */
export const numbered = <Row, Named>(
  row: fc.Arbitrary<Row>,
  toNamed: (row: Row, id: string) => Named,
  maxLength = 15,
): fc.Arbitrary<readonly Named[]> =>
  fc.array(row, { maxLength }).map((rows) => rows.map((one, index) => toNamed(one, `${index}`)))
