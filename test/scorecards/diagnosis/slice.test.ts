import { expect, test } from 'vitest'
import {
  type SliceReview,
  type SliceTarget,
  sliceOutcome,
  sliceStanding,
} from '#scorecards/diagnosis/slice.ts'

/** From three days to at most 30 minutes. */
const aTarget = (target: Partial<SliceTarget> = {}): SliceTarget => ({
  baseline: { value: 4320, coverage: 1 },
  current: { value: 600, ci: { low: 300, high: 900 } },
  target: 30,
  direction: 'lower',
  changeCi: { low: -4200, high: -3000 },
  ...target,
})

const current = (value: number | null, low: number | null, high: number | null) => ({
  value,
  ci: { low, high },
})

test('without a value now, or a baseline that was measured, nothing can be said', () => {
  const cases: Partial<SliceTarget>[] = [
    { current: null },
    { current: current(null, 1, 2) },
    { baseline: null },
    { baseline: { value: null, coverage: 1 } },
    { baseline: { value: 4320, coverage: 0.49 } },
  ]
  expect(cases.map((one) => sliceOutcome(aTarget(one)))).toEqual(cases.map(() => 'not_measurable'))
  // Even when the value reaches the target.
  expect(sliceOutcome(aTarget({ current: current(10, 5, 20), baseline: null }))).toBe(
    'not_measurable',
  )
})

test('a baseline that was half covered will do, and so does one of unknown coverage', () => {
  for (const coverage of [0.5, null]) {
    expect(sliceOutcome(aTarget({ baseline: { value: 4320, coverage } }))).toBe('moving')
  }
})

test.each([
  [current(22, 18, 28), 'met'],
  [current(30, 20, 30), 'met'],
  [current(30, 20, 31), 'met_uncertain'],
  [current(22, 18, null), 'met_uncertain'],
  [{ value: 22, ci: null }, 'met_uncertain'],
  [current(31, 20, 40), 'moving'],
])('lower is better, target 30, now %j: %s', (now, outcome) => {
  expect(sliceOutcome(aTarget({ current: now }))).toBe(outcome)
})

test.each([
  [current(0.6, 0.5, 0.7), 'met'],
  [current(0.5, 0.49, 0.7), 'met_uncertain'],
  [current(0.5, null, 0.7), 'met_uncertain'],
  [current(0.49, 0.4, 0.7), 'regressed'],
])('higher is better, target 0.5, now %j: %s', (now, outcome) => {
  const terms = { target: 0.5, direction: 'higher', baseline: { value: 0.6, coverage: 1 } } as const
  expect(
    sliceOutcome(aTarget({ ...terms, current: now, changeCi: { low: -0.2, high: -0.1 } })),
  ).toBe(outcome)
})

test.each([
  [{ low: -10, high: -1 }, 'moving', 'regressed'],
  [{ low: 1, high: 10 }, 'regressed', 'moving'],
  [{ low: -10, high: 0 }, 'not_moved', 'not_moved'],
  [{ low: 0, high: 10 }, 'not_moved', 'not_moved'],
  [{ low: -1, high: 1 }, 'not_moved', 'not_moved'],
  [{ low: 1, high: null }, 'regressed', 'moving'],
  [{ low: null, high: null }, 'not_moved', 'not_moved'],
  [null, 'not_moved', 'not_moved'],
])('a change of %j: %s where lower is better, %s where higher is', (changeCi, lower, higher) => {
  expect(sliceOutcome(aTarget({ changeCi }))).toBe(lower)
  expect(sliceOutcome(aTarget({ changeCi, direction: 'higher', target: 5000 }))).toBe(higher)
})

const aReview = (review: Partial<SliceReview> = {}): SliceReview => ({
  primary: 'met',
  guardrails: ['good', 'watch', 'bad_uncertain', 'insufficient'],
  killCriteria: [{ metric: 'ADO-01', op: '<', value: 0.1 }],
  atReview: { 'ADO-01': 0.4 },
  ...review,
})

test('a slice is proven when its first target is met and no guardrail is certainly bad', () => {
  expect(sliceStanding(aReview())).toBe('proven')
  expect(sliceStanding(aReview({ guardrails: ['good', 'bad'] }))).toBe('open')
  expect(sliceStanding(aReview({ primary: 'met_uncertain' }))).toBe('open')
  expect(sliceStanding(aReview({ guardrails: [] }))).toBe('proven')
})

test('it is refuted when what would show that it has no value holds at the review', () => {
  expect(sliceStanding(aReview({ atReview: { 'ADO-01': 0.05 } }))).toBe('refuted')
  expect(sliceStanding(aReview({ atReview: { 'ADO-01': 0.05 }, primary: 'moving' }))).toBe(
    'refuted',
  )
})

test('before the review, and on missing data, nothing is refuted', () => {
  expect(sliceStanding(aReview({ atReview: null }))).toBe('proven')
  expect(sliceStanding(aReview({ atReview: { 'ADO-01': null }, primary: 'moving' }))).toBe('open')
  expect(sliceStanding(aReview({ killCriteria: [], primary: 'not_measurable' }))).toBe('open')
})
