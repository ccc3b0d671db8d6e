import fc from 'fast-check'
import { expect } from 'vitest'
import { type Computed, type MeasureContext, type Metric, measure } from '#scorecards/measure.ts'
import { aContext } from '#test/support/metrics.ts'

interface Lawful<Input, Row> {
  readonly metric: Metric<Input>
  readonly rows: fc.Arbitrary<readonly Row[]>
  readonly toInput: (rows: readonly Row[]) => Input
  /** A row that is left out; none where nothing ever is. */
  readonly leftOut: Row | null
}

/**
 * What holds for every metric: the order of facts is no matter, a fact that is left out changes no
 * more than the list of those, and what was not read is never 0.
 */
export function expectLaws<Input, Row>({ metric, rows, toInput, leftOut }: Lawful<Input, Row>) {
  fc.assert(
    fc.property(rows, (some) => {
      const result = metric.compute(toInput(some))
      expectSame(metric.compute(toInput(some.toReversed())), result)
      if (leftOut !== null) {
        const more = metric.compute(toInput([...some, leftOut]))
        expect({ ...more, evidence: [] }).toEqual({ ...result, evidence: [] })
        expect(countRows(more)).toBe(countRows(result) + 1)
      }
      expectNeverZero(metric, toInput(some))
    }),
  )
}

const countRows = ({ evidence }: Computed) => evidence.flatMap(({ ids }) => ids).length

/** But for the last digits, in which sums differ by their order. */
function expectSame(a: Computed, b: Computed): void {
  const round = (computed: Computed): unknown =>
    JSON.parse(JSON.stringify(computed), (_, value: unknown) =>
      typeof value === 'number' ? Number(value.toPrecision(9)) : value,
    )
  expect(round(a)).toEqual(round(b))
}

function expectNeverZero<Input>(metric: Metric<Input>, input: Input): void {
  const unread: readonly Partial<MeasureContext>[] = [
    { coverage: 0 },
    { absence: 'source_missing' },
  ]
  for (const terms of unread) {
    const { value, ci, bounds } = measure(metric, input, aContext(terms))
    expect({ value, ci, bounds }).toEqual({ value: null, ci: null, bounds: null })
  }
}
