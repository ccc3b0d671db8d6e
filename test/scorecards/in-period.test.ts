import { expect, test } from 'vitest'
import { byTime, within } from '#scorecards/in-period.ts'

interface Row {
  readonly opened: Date
  readonly closed: Date
}

const openedOf = ({ opened }: Row) => opened
const closedOf = ({ closed }: Row) => closed
const on = (day: number) => new Date(Date.UTC(2026, 0, day))
const days = (from: number, to: number) => ({ from: on(from), to: on(to) })

const first: Row = { opened: on(1), closed: on(9) }
const second: Row = { opened: on(3), closed: on(4) }
const third: Row = { opened: on(5), closed: on(6) }

test('rows are found in the order of time, from the first moment to before the last', () => {
  const found = byTime([third, first, second], openedOf)(days(1, 5))
  expect(found).toEqual([first, second])
  expect(within(found, openedOf, days(2, 9))).toEqual([second])
})

test('rows that were sorted by one instant are found by another', () => {
  const found = byTime([third, first, second], openedOf)(days(1, 6))
  expect(within(found, closedOf, days(6, 10))).toEqual([first, third])
})
