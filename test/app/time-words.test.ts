import { expect, test } from 'vitest'
import { timesWords, timeWords } from '#app/time-words.ts'
import { aResult } from '#test/support/results.ts'

const over = (start: string, end: string) => aResult({ window: { start, end } })
const MARCH = '2026-03-02T00:00:00.000Z'
const WEEKS = over('2026-02-02T00:00:00.000Z', MARCH)

test('a figure says which days it is over, both of them in it', () => {
  expect(timeWords(WEEKS)).toBe('over 28 days, 2 Feb 2026 to 1 Mar 2026')
  expect(timeWords(over('2026-03-01T00:00:00.000Z', MARCH))).toBe(
    'over 1 day, 1 Mar 2026 to 1 Mar 2026',
  )
})

test('a state says when it stood so, and a survey when it closed', () => {
  expect(timeWords(aResult())).toBe('as it stood on 2 Mar 2026')
  expect(timeWords(aResult({ parameters: { wave: 'spring' } }))).toBe(
    'in the survey that closed on 2 Mar 2026',
  )
})

test('what cuts a day is told to the minute', () => {
  expect(timeWords(over('2026-03-01T08:30:00.000Z', MARCH))).toBe(
    'over 1 Mar 2026, 08:30 UTC to 2 Mar 2026, 00:00 UTC',
  )
})

test('several figures say it once, unless they differ', () => {
  expect(timesWords([WEEKS, WEEKS])).toBe('over 28 days, 2 Feb 2026 to 1 Mar 2026')
  expect(timesWords([WEEKS, aResult()])).toBe('each over days of its own')
})
