import { expect, test } from 'vitest'
import {
  causesSentence,
  changeSentence,
  formatAmount,
  unitsText,
  untoldSentence,
} from '#app/explanation-words.ts'
import type { ChangeStory, Untold } from '#lib/queries/explain-change.ts'
import type { TellingPart } from '#scorecards/change/parts.ts'
import { aResult } from '#test/support/results.ts'

test('shares differ by points, other figures in their own unit, and what rounds to nothing is 0', () => {
  expect(formatAmount(1 / 6, 'fraction of teams')).toBe('+16.7')
  expect(formatAmount(-0.02, 'fraction of teams')).toBe('−2.0')
  expect(formatAmount(-1e-12, 'fraction of teams')).toBe('0')
  expect(formatAmount(-90, 'minutes')).toBe('−90 min')
  expect(formatAmount(0.0004, 'per week')).toBe('0')
})

const story = (one: Partial<ChangeStory> = {}): ChangeStory => ({
  metricId: 'ADO-02',
  scope: { pathId: 'http-service' },
  before: aResult({ value: 6 / 7, n: 7, asOf: '2026-02-02T00:00:00.000Z' }),
  after: aResult({ value: 5 / 6, n: 6, asOf: '2026-05-11T00:00:00.000Z' }),
  difference: 5 / 6 - 6 / 7,
  unitKind: 'team',
  parts: [],
  untold: null,
  ...one,
})

test('a sentence says from what to what a figure went', () => {
  expect(changeSentence(story())).toBe(
    'From 86% on 2 Feb 2026 to 83% on 11 May 2026: 2.4 points less.',
  )
  expect(changeSentence(story({ difference: 0 }))).toBe(
    'From 86% on 2 Feb 2026 to 83% on 11 May 2026: as much as before.',
  )
  const over = (start: string, end: string) => ({
    window: { start: `${start}T00:00:00.000Z`, end: `${end}T00:00:00.000Z` },
  })
  const before = aResult({ value: 6 / 7, n: 7, ...over('2026-01-05', '2026-02-02') })
  const after = aResult({ value: 5 / 6, n: 6, ...over('2026-04-13', '2026-05-11') })
  expect(changeSentence(story({ before, after }))).toBe(
    'From 86% over 28 days, 5 Jan 2026 to 1 Feb 2026 to 83% over 28 days, 13 Apr 2026 to 10 May 2026: 2.4 points less.',
  )
  expect(changeSentence(story({ before: null, difference: null }))).toBeNull()
})

test('a second sentence says where it is from, the largest first', () => {
  const part = (key: TellingPart['part'], amount: number) => ({ part: key, amount, units: [] })
  const causes = (...parts: TellingPart[]) => causesSentence(story({ parts }))
  expect(causes(part('newcomers', -1 / 6), part('rate', 1 / 5), part('mix', 0))).toBe(
    'It is +20.0 from other results of those counted both times and −16.7 from newcomers.',
  )
  expect(causes(part('leavers', -0.1), part('rate', 0))).toBe('All of it is from leavers.')
  expect(causes(part('rate', 0))).toBeNull()
  const units = [
    { id: 'a', amount: 0.1 },
    { id: 'b', amount: -0.1 },
  ]
  expect(causes({ part: 'rate', amount: 0, units })).toBe(
    'What raised it and what lowered it cancel out.',
  )
})

test('units are counted', () => {
  expect(unitsText(1, 'team', 'not counted before')).toBe('1 team, not counted before')
  expect(unitsText(2, 'service', 'no longer counted')).toBe('2 services, no longer counted')
})

test.each<[Untold, RegExp]>([
  ['no_value_before', /^There is no figure of 2 Feb 2026 /],
  ['no_value_after', /^The figure has no value/],
  ['no_value', /^The figure has no value/],
  ['same_figure', /^No other figure was published since 2 Feb 2026\.$/],
  ['not_divisible', /no sum over teams/],
  ['one_team', /figure of one team/],
  ['teams_not_kept', /until 2 Feb 2026 is no longer kept/],
  ['nobody_in_both', /both on 2 Feb 2026 and now/],
])('why nothing is told apart is said in words: %s', (untold, words) => {
  expect(untoldSentence(story({ untold }), new Date('2026-02-02'))).toMatch(words)
})
