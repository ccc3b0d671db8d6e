import { expect, test } from 'vitest'
import { partLines } from '#app/parts.ts'
import { aResult } from '#test/support/results.ts'

const linesOf = (parts: Record<string, number | boolean | null>, result: object = {}) =>
  partLines(aResult({ parts, ...result }))

test('the motives of adopters are told together, the mandated share of those that are known', () => {
  expect(
    linesOf({ nOriginUnknown: 2, mandatedShareOfAdopters: 0.25, nMandated: 1, nVoluntary: 3 }),
  ).toEqual([
    '3 adopters by choice',
    '1 adopter under a mandate',
    '25% of the adopters came under a mandate',
    '2 adopters of unknown motive',
  ])
})

test('a mandated share of 100 adopters or more has a decimal', () => {
  expect(linesOf({ nVoluntary: 75, nMandated: 25, mandatedShareOfAdopters: 0.25 })).toContain(
    '25.0% of the adopters came under a mandate',
  )
})

test('a count of nothing is no line, a share of zero is', () => {
  expect(linesOf({ nVoluntary: 0, parallelPipeline: 0, parallelTeamShare: 0 })).toEqual([
    '0% of the adopters keep another pipeline alive',
  ])
})

test('what is not known, or is no secondary value for a reader, is no line', () => {
  expect(linesOf({ p90: null, unsupportedShare: null, se: 0.1, isOdd: true })).toEqual([])
})

test('nine in ten are told in the unit of the metric', () => {
  expect(linesOf({ p90: 150 }, { unit: 'minutes' })).toEqual(['nine in ten within 2.5 h'])
  expect(linesOf({ p90: 150 }, { unit: 'days' })).toEqual(['nine in ten within 150 days'])
})

test('how long changes waited for approval is told with their number', () => {
  const of = (changesWithSteps: number, approvalWaitHours: number | null) =>
    linesOf({ changesWithSteps, approvalWaitHours }, { unit: 'fraction of time' })
  expect(of(12, 30)).toEqual(['half of 12 changes waited at most 30 h for approval'])
  expect(of(1, 0.5)).toEqual(['1 change waited 30 min for approval'])
  expect(of(0, null)).toEqual([])
})

test('the share of time that half of the cases waited for a person at most is told', () => {
  expect(linesOf({ medianOfShares: 0.25 }, { n: 8 })).toEqual([
    'half of the cases waited for a person at most 25% of their time',
  ])
})

test('versions behind are counted, and those without support are a share', () => {
  expect(linesOf({ medianBehind: 1, unsupportedShare: 1 / 8 }, { n: 8 })).toEqual([
    'half are at most 1 version behind',
    '13% on a version without support',
  ])
})
