import fc from 'fast-check'
import { expect } from 'vitest'
import type { ChangedUnit, ChangeExplanation, Published } from '#scorecards/change/explanation.ts'

/** Mostly read and known. */
export const aSight = fc.record({
  coverage: fc.constantFrom(1, 1, 1, 0.9, 0.5, 0),
  nUnknown: fc.constantFrom(0, 0, 0, 1, 20),
})

/** Up to eight units, some of them not there in one period or the other. */
export const aPair = <Seen>(seen: fc.Arbitrary<Seen>): fc.Arbitrary<ChangedUnit<Seen>[]> =>
  fc
    .array(
      fc.record({ before: fc.option(seen, { freq: 6 }), after: fc.option(seen, { freq: 6 }) }),
      {
        maxLength: 8,
      },
    )
    .map((all) => all.map((one, index) => ({ id: `team-${index}`, ...one })))

export const sumOf = (values: readonly number[]) =>
  values.reduce((total, value) => total + value, 0)

export const partsOf = ({ parts: { definition: _, ...parts } }: ChangeExplanation) =>
  Object.entries(parts)

/** Exchanges the periods of units and of what was published. */
export function expectMirrored<Seen>(
  explain: (units: ChangedUnit<Seen>[], published?: Published) => ChangeExplanation | null,
  units: ChangedUnit<Seen>[],
  published: Published | undefined,
): void {
  const forth = explain(units, published)
  const back = explain(units.map(exchange), published && exchange(published))
  if (forth === null || back === null) {
    expect([forth, back]).toEqual([null, null])
    return
  }
  const { rate, mix, newcomers, leavers, dataGaps, definition } = forth.parts
  const mirrored = { rate, mix, newcomers: leavers, leavers: newcomers, dataGaps, definition }
  for (const [part, amount] of Object.entries(mirrored)) {
    const other = back.parts[part as keyof typeof mirrored] // A key of the same object.
    expect(Math.abs(amount + other), part).toBeLessThan(1e-12)
  }
  expect(back.units.newcomers).toEqual(forth.units.leavers)
}

const exchange = <T extends { readonly before: unknown; readonly after: unknown }>(one: T): T => ({
  ...one,
  before: one.after,
  after: one.before,
})
