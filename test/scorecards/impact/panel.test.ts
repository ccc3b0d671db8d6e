import { expect, test } from 'vitest'
import { toPanel } from '#scorecards/impact/panel.ts'

const PERIODS = [1, 2, 3]
const aUnit = (unit: string, first: number | null, outcomes: (number | null)[] = [1, 2, 3]) => ({
  unit,
  first,
  outcomes,
})

test('units stand in the order of their ids as text', () => {
  const series = [aUnit('10', 0, [1, 1, 1]), aUnit('9', 0, [2, 2, 2]), aUnit('1', 3, [3, 3, 3])]
  const { panel } = toPanel(series, PERIODS)
  expect(panel.units).toEqual(['1', '10', '9'])
  expect(panel.firsts).toEqual([3, 0, 0])
  expect(panel.outcomes.map((values) => [...values])).toEqual([
    [3, 1, 2],
    [3, 1, 2],
    [3, 1, 2],
  ])
})

test('who cannot be compared leaves, is counted, and the first reason is told', () => {
  const series = [
    aUnit('gap', 3, [1, null, 3]),
    aUnit('short', 0, [1, 2]),
    aUnit('infinite', 0, [1, 2, Number.NEGATIVE_INFINITY]),
    aUnit('early', 1, [null, 2, 3]),
    aUnit('before', -4),
    aUnit('unclear', null, [null, null, null]),
    aUnit('stays', 2),
  ]
  const { panel, dropped } = toPanel(series, PERIODS)
  expect(panel.units).toEqual(['stays'])
  expect(Object.fromEntries(dropped.map(({ unit, why }) => [unit, why]))).toEqual({
    before: 'treated_from_start',
    early: 'treated_from_start',
    gap: 'missing_period',
    infinite: 'missing_period',
    short: 'missing_period',
    unclear: 'treatment_unknown',
  })
})

test('nothing is filled in: 0 is an outcome, a missing one is not 0', () => {
  expect(toPanel([aUnit('zero', 0, [0, 0, 0])], PERIODS).panel.units).toEqual(['zero'])
  expect(toPanel([aUnit('gap', 0, [0, null, 0])], PERIODS).panel.units).toEqual([])
})

test('a unit treated after the panel has not been treated within it', () => {
  expect(toPanel([aUnit('later', 4), aUnit('last', 3)], PERIODS).panel.firsts).toEqual([3, 0])
})

test('those never treated can be left out; one that is treated later is none of them', () => {
  const { panel, dropped } = toPanel(
    [aUnit('later', 4), aUnit('never', 0)],
    PERIODS,
    'ever_treated',
  )
  expect(panel.units).toEqual(['later'])
  expect(dropped).toEqual([{ unit: 'never', why: 'never_treated' }])
})

test('units are their own clusters unless they have one', () => {
  expect(toPanel([aUnit('a', 0)], PERIODS).panel.clusters).toBeNull()
  const series = [
    { ...aUnit('a', 0), cluster: 'x' },
    { ...aUnit('b', 0), cluster: 'x' },
    aUnit('x', 0),
  ]
  expect([...(toPanel(series, PERIODS).panel.clusters ?? [])]).toEqual([0, 0, 1])
})

test('nothing at all is an empty panel', () => {
  expect(toPanel([], PERIODS)).toMatchObject({ panel: { units: [], firsts: [] }, dropped: [] })
  expect(toPanel([aUnit('a', 0, []), aUnit('b', 2, [])], []).dropped).toEqual([
    { unit: 'a', why: 'missing_period' },
    { unit: 'b', why: 'missing_period' },
  ])
})
