import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countUsedPerWeek } from '#scorecards/metrics/support-requests-per-100-uses.ts'
import type { TeamUse } from '#scorecards/support/episodes.ts'
import {
  countUsesPerWeek,
  decodeUses,
  differenceOfUses,
  encodeUses,
  usesIn,
} from '#scorecards/support/use-ledger.ts'

const uses: fc.Arbitrary<TeamUse> = fc.record({
  id: fc.constant(''),
  sourceId: fc.constantFrom('ci', 'portal'),
  teamId: fc.constantFrom('payments', 'search', null),
  occurredAt: fc
    .integer({ min: 0, max: 50 })
    .map((hours) => new Date(Date.UTC(2026, 1, 2) + hours * 3_600_000)),
  kind: fc.constantFrom('deployment', 'provisioning', 'pipeline_run'),
  result: fc.constantFrom('success', 'failure', 'unknown'),
  mechanism: fc.constantFrom(
    'path',
    'parallel_pipeline',
    'manual_change',
    'break_glass',
    'off_path',
    null,
  ),
  userInitiated: fc.constantFrom(true, false, null),
})

const textOf = (use: TeamUse) => JSON.stringify(use, Object.keys(use).toSorted())
const inOrder = (all: readonly TeamUse[]) => all.map(textOf).toSorted()
const ALL = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const

test('a ledger says of every use what the use said, but for its id', () => {
  fc.assert(
    fc.property(fc.array(uses), (all) => {
      const read = usesIn(decodeUses(encodeUses(all)), ...ALL)
      expect(inOrder(read)).toEqual(inOrder(all))
    }),
  )
})

test('the order in which uses come makes no other ledger', () => {
  fc.assert(
    fc.property(fc.array(uses), (all) => {
      expect(encodeUses(all.toReversed())).toEqual(encodeUses(all))
    }),
  )
})

test('of a period there are those from its first moment to before its last', () => {
  fc.assert(
    fc.property(fc.array(uses), fc.tuple(uses, uses), (all, [a, b]) => {
      const from = Math.min(+a.occurredAt, +b.occurredAt)
      const to = Math.max(+a.occurredAt, +b.occurredAt)
      const expected = all.filter(({ occurredAt }) => +occurredAt >= from && +occurredAt < to)
      const read = usesIn(decodeUses(encodeUses(all)), from, to)
      expect(inOrder(read)).toEqual(inOrder(expected))
    }),
  )
})

test('two ledgers say the same before and after the span in which they differ', () => {
  fc.assert(
    fc.property(fc.array(uses), uses, (all, added) => {
      const before = decodeUses(encodeUses(all))
      const after = decodeUses(encodeUses([...all, added]))
      expect(differenceOfUses(before, before)).toBeNull()
      const span = differenceOfUses(before, after)
      const { from, to } = span ?? { from: Number.NaN, to: Number.NaN }
      expect(from).toBeLessThanOrEqual(+added.occurredAt)
      expect(to).toBeGreaterThanOrEqual(+added.occurredAt)
      const outside = (ledger: typeof before) => [
        usesIn(ledger, ALL[0], from),
        usesIn(ledger, to + 1, ALL[1]),
      ]
      expect(outside(after)).toEqual(outside(before))
    }),
  )
  expect(differenceOfUses(undefined, decodeUses(encodeUses([])))).toBeNull()
})

test('uses of a week are counted alike with and without their rows', () => {
  fc.assert(
    fc.property(fc.array(uses), (all) => {
      const counted = countUsesPerWeek([decodeUses(encodeUses(all))], ...ALL)
      expect(counted).toEqual(countUsedPerWeek(all))
    }),
  )
})
