import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countUsedPerWeek } from '#scorecards/metrics/support-requests-per-100-uses.ts'
import type { TeamUse } from '#scorecards/support/episodes.ts'
import {
  countUsesPerWeek,
  decodeUses,
  differenceOfUses,
  encodeUses,
  readUse,
  type UseLedger,
} from '#scorecards/support/use-ledger.ts'
import { teamUses } from '#test/support/uses.ts'

const usesIn = (ledger: UseLedger, from: number, to: number) =>
  [...ledger.at].flatMap((at, row) => (at >= from && at < to ? [readUse(ledger, row)] : []))

const textOf = (use: TeamUse) => JSON.stringify(use, Object.keys(use).toSorted())
const inOrder = (all: readonly TeamUse[]) => all.map(textOf).toSorted()
const ALL = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const

test('a ledger says of every use what the use said, but for its id', () => {
  fc.assert(
    fc.property(fc.array(teamUses), (all) => {
      const read = usesIn(decodeUses(encodeUses(all)), ...ALL)
      expect(inOrder(read)).toEqual(inOrder(all))
    }),
  )
})

test('the order in which uses come makes no other ledger', () => {
  fc.assert(
    fc.property(fc.array(teamUses), (all) => {
      expect(encodeUses(all.toReversed())).toEqual(encodeUses(all))
    }),
  )
})

test('two ledgers say the same before and after the span in which they differ', () => {
  fc.assert(
    fc.property(fc.array(teamUses), teamUses, (all, added) => {
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
    fc.property(fc.array(teamUses), (all) => {
      const counted = countUsesPerWeek([decodeUses(encodeUses(all))], ...ALL)
      expect(counted).toEqual(countUsedPerWeek(all))
    }),
  )
})
