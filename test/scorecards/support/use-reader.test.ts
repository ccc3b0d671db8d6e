import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { TeamUse } from '#scorecards/support/episodes.ts'
import { decodeUses, encodeUses } from '#scorecards/support/use-ledger.ts'
import { ledgerReader, rowReader } from '#scorecards/support/use-reader.ts'
import { teamUses } from '#test/support/uses.ts'

const FIELDS = ['sourceId', 'kind', 'result', 'mechanism', 'userInitiated'] as const

const hourOf = ({ occurredAt }: TeamUse) => occurredAt.getUTCHours()

/** How many uses there are of each kind that readers tell apart. */
function countAlike(uses: readonly TeamUse[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const use of uses) {
    const kind = JSON.stringify([...FIELDS.map((name) => use[name]), use.teamId === null])
    const key = `${kind} ${hourOf(use)}`
    counts.set(key, (counts.get(key) ?? 0) + (use.times ?? 1))
  }
  return new Map([...counts].toSorted())
}

test('uses that are alike stand for as many as there are in the period, and no other', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(teamUses, { maxLength: 20 }), { maxLength: 4 }),
      fc.array(fc.tuple(teamUses, teamUses), { minLength: 1, maxLength: 3 }),
      (ledgers, periods) => {
        const all = ledgers.flat()
        const together = ledgerReader(ledgers.map((own) => decodeUses(encodeUses(own))))
        const alone = rowReader(all)
        for (const [a, b] of periods) {
          const [from, to] = +a.occurredAt < +b.occurredAt ? [a, b] : [b, a]
          const period = { from: from.occurredAt, to: to.occurredAt }
          const read = together(period, hourOf)
          expect(countAlike(read)).toEqual(countAlike(alone(period)))
          expect(read.length).toBe(countAlike(read).size)
        }
      },
    ),
  )
})

test('what is told of a use is asked once, however many periods hold it', () => {
  const use: TeamUse = {
    id: '',
    sourceId: 'ci',
    teamId: 'payments',
    occurredAt: new Date('2026-02-02T10:00:00Z'),
    kind: 'deployment',
    result: 'success',
    mechanism: 'path',
    userInitiated: true,
  }
  const read = ledgerReader([decodeUses(encodeUses([use, use]))])
  let asked = 0
  const tell = () => {
    asked += 1
    return 0
  }
  const day = { from: new Date('2026-02-02T00:00:00Z'), to: new Date('2026-02-03T00:00:00Z') }
  expect(read(day, tell)).toEqual([{ ...use, times: 2 }])
  expect(read(day, tell)).toHaveLength(1)
  expect(asked).toBe(2)
})
