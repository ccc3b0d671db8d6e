import { expect, test } from 'vitest'
import type { AdoptionState } from '#scorecards/adoption/state-machine.ts'
import { measure } from '#scorecards/measure.ts'
import { type NonadopterVoice, nonadopterVoice } from '#scorecards/metrics/nonadopter-voice.ts'
import { setsOf } from '#test/support/delivery.ts'
import { aContext } from '#test/support/metrics.ts'
import { SPAN } from '#test/support/survey.ts'

type State = AdoptionState | null

const GROUPS: NonadopterVoice['groups'] = [
  { groupState: 'adopted', invited: 30 },
  { groupState: 'lapsed', invited: 30 },
]

const answers = (groupState: State, length: number) =>
  Array.from({ length }, (_, index) => ({ id: `${groupState} ${index}`, groupState }))

const of = (responses: NonadopterVoice['responses'], groups = GROUPS) =>
  measure(nonadopterVoice, { ...SPAN, responses, groups }, aContext())

test('it is one when those who have not adopted answer as others do', () => {
  expect(of([...answers('adopted', 6), ...answers('lapsed', 6)])).toMatchObject({
    status: 'ok',
    value: 1,
    band: 'good',
    flags: [],
    n: 12,
  })
})

test('below 0.8 the survivors speak', () => {
  // 5 of 15 answers are a third, of half of the people.
  const result = of([...answers('adopted', 10), ...answers('trying', 5)])
  expect(result).toMatchObject({ band: 'watch', flags: ['survivorship'] })
  expect(result.value).toBeCloseTo(2 / 3, 12)
})

test('unknown states are left out and reported, and those not meant to use it are left out', () => {
  const responses = [
    ...answers('adopted', 6),
    ...answers('eligible', 6),
    ...answers(null, 5),
    ...answers('excepted', 1),
  ]
  const groups = [
    ...GROUPS,
    { groupState: null, invited: 50 },
    { groupState: 'excepted' as const, invited: null },
  ]
  expect(of(responses, groups)).toMatchObject({ value: 1, n: 12, nUnknown: 5 })
  const sets = setsOf(nonadopterVoice.compute({ ...SPAN, responses, groups }))
  expect(Object.keys(sets)).toEqual([
    'counted',
    'excluded:not_meant_to_use_it',
    'not_counted',
    'unknown',
  ])
})

test('a side with one to four answers hides all, and ten answers are needed', () => {
  expect(of([...answers('adopted', 20), ...answers('lapsed', 4)])).toMatchObject({
    status: 'suppressed_privacy',
    value: null,
    n: null,
  })
  expect(of(answers('adopted', 20))).toMatchObject({ status: 'ok', value: 0 })
  expect(of(answers('adopted', 9))).toMatchObject({ status: 'insufficient_sample' })
})

test('without the number of people asked there is no value, and without non-adopters no question', () => {
  const twelve = [...answers('adopted', 6), ...answers('lapsed', 6)]
  expect(of(twelve, [{ groupState: 'lapsed', invited: null }])).toMatchObject({
    status: 'source_missing',
    value: null,
  })
  expect(of(answers('adopted', 12), [{ groupState: 'adopted', invited: 30 }])).toMatchObject({
    status: 'not_applicable',
    value: null,
  })
})
