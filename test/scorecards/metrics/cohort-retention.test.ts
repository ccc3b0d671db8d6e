import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { TeamTrail } from '#scorecards/adoption/cohorts.ts'
import type { AdoptionState } from '#scorecards/adoption/state-machine.ts'
import { measureCells } from '#scorecards/measure.ts'
import { cohortRetention } from '#scorecards/metrics/cohort-retention.ts'
import { ASOF, daysAgo, setsOf } from '#test/support/delivery.ts'
import { aContext } from '#test/support/metrics.ts'
import { aTrail, times } from '#test/support/trails.ts'

/** Was eligible, adopted so many weeks ago, and then went through `later`, the rest adopted. */
const anAdopter = (
  team: string,
  weeksAgo: number,
  later: Readonly<Record<number, AdoptionState>> = {},
): TeamTrail => ({
  team,
  weeks: aTrail([
    'eligible',
    ...Array.from({ length: weeksAgo + 1 }, (_, week) => later[week] ?? 'adopted'),
  ]),
})

const cellsOf = (teams: readonly TeamTrail[], asOf = ASOF) =>
  cohortRetention.computeCells({ asOf, teams })

const cell = (teams: readonly TeamTrail[], cohort: string, weeks: number) => {
  const found = cellsOf(teams).find(
    ({ parameters }) => parameters?.['cohort'] === cohort && parameters['weeks'] === weeks,
  )
  if (found === undefined) throw new Error(`no cell ${cohort}, ${weeks}`)
  return found
}

test('a team counts by its state exactly so many weeks after it adopted', () => {
  const teams = [
    anAdopter('stays', 12),
    anAdopter('left and came back', 12, { 4: 'lapsed', 5: 'lapsed' }),
    anAdopter('half', 12, { 4: 'partial' }),
    anAdopter('dark', 12, { 4: 'unknown' }),
    anAdopter('excused', 12, { 4: 'excepted' }),
    anAdopter('not meant', 12, { 4: 'not_eligible' }),
  ]
  const after4 = cell(teams, 'all', 4)
  expect(setsOf(after4)).toEqual({
    counted: ['stays'],
    'excluded:excepted': ['excused'],
    'excluded:not_eligible': ['not meant'],
    not_counted: ['half', 'left and came back'],
    unknown: ['dark'],
  })
  expect(after4).toMatchObject({
    value: 1 / 3,
    nUnknown: 1,
    bounds: { low: 1 / 4, high: 2 / 4 },
  })
  expect(cell(teams, 'all', 8)).toMatchObject({ numerator: 6, denominator: 6 })
})

test('only the first adoption makes a cohort, and a team that never adopted is in none', () => {
  const twice = anAdopter('twice', 12, { 1: 'lapsed', 2: 'adopted' })
  const never = { team: 'never', weeks: aTrail(times(20, 'partial')) }
  const cells = cellsOf([twice, never])
  expect(cells.map(({ parameters }) => parameters?.['cohort'])).toEqual([
    ...Array(4).fill('2025-11-24'),
    ...Array(4).fill('all'),
  ])
  expect(cells.map(({ parameters }) => parameters?.['weeks'])).toEqual([4, 8, 12, 26, 4, 8, 12, 26])
})

// Weeks are counted by fours from 1970-01-05 on, of which 2025-11-24 is the 729th.
test('a cohort is four successive ISO weeks, by the week in which a team adopted', () => {
  const cohortOf = (weeksAgo: number) => cellsOf([anAdopter('a', weeksAgo)])[0]?.parameters
  expect([14, 13, 12, 10, 9].map((weeks) => cohortOf(weeks)?.['cohort'])).toEqual([
    '2025-10-27',
    '2025-11-24',
    '2025-11-24',
    '2025-11-24',
    '2025-12-22',
  ])
})

test('a cell is empty until its last team has reached the week', () => {
  const teams = [anAdopter('first', 13), anAdopter('last', 12)]
  expect(cell(teams, '2025-11-24', 12)).toMatchObject({ numerator: 2, notMatured: 0 })
  const before = cellsOf(teams, daysAgo(1)).find(({ parameters }) => parameters?.['weeks'] === 12)
  expect(before).toMatchObject({ value: null, n: 0, notMatured: 2 })
})

test('the pooled cell takes only cohorts that are old enough', () => {
  const teams = [anAdopter('old', 13), anAdopter('also', 12), anAdopter('young', 9)]
  expect(setsOf(cell(teams, 'all', 12))).toEqual({
    counted: ['also', 'old'],
    not_matured: ['young'],
  })
  expect(cell(teams, 'all', 8)).toMatchObject({ numerator: 3, denominator: 3 })
})

test('a week without a state is not known', () => {
  const [first, adopted] = anAdopter('a', 4).weeks
  const gap = { team: 'a', weeks: [first, adopted].flatMap((week) => week ?? []) }
  expect(setsOf(cell([gap], 'all', 4))).toEqual({ unknown: ['a'] })
})

test('nobody adopted: four pooled cells without a case', () => {
  const results = measureCells(cohortRetention, { asOf: ASOF, teams: [] }, aContext())
  expect(results.map(({ status }) => status)).toEqual(Array(4).fill('no_denominator'))
})

test('five teams are enough, and only 12 weeks have a band', () => {
  const bandsOf = (length: number) => {
    const teams = Array.from({ length }, (_, id) => anAdopter(`${id}`, 26, { 12: 'lapsed' }))
    return measureCells(cohortRetention, { asOf: ASOF, teams }, aContext())
      .filter(({ parameters }) => parameters['cohort'] === 'all')
      .map(({ status, band }) => `${status}, ${band}`)
  }
  expect(bandsOf(4)[2]).toBe('insufficient_sample, insufficient')
  // None of five: the upper Wilson limit is z² / (5 + z²) = .434.
  expect(bandsOf(5)).toEqual(['ok, none', 'ok, none', 'ok, bad', 'ok, none'])
})

test('a cell names its cohort and looks from its first day on', () => {
  const [first] = measureCells(
    cohortRetention,
    { asOf: ASOF, teams: [anAdopter('a', 12)] },
    aContext({ parameters: { of: 'path' } }),
  )
  expect(first?.parameters).toEqual({ of: 'path', cohort: '2025-11-24', weeks: 4 })
  expect(first?.window.start).toBe('2025-11-24T00:00:00.000Z')
})

test('the order of teams and weeks does not matter, and an excused team changes nothing else', () => {
  const anyState = fc.constantFrom<AdoptionState>('adopted', 'lapsed', 'unknown', 'excepted')
  const anyTeam = fc.tuple(fc.nat(30), fc.dictionary(fc.constantFrom('4', '8', '12'), anyState))
  fc.assert(
    fc.property(fc.array(anyTeam, { maxLength: 10 }), (all) => {
      const teams = all.map(([weeksAgo, later], id) => anAdopter(`${id}`, weeksAgo, later))
      const cells = cellsOf(teams)
      const turned = teams.toReversed().map((team) => ({ ...team, weeks: team.weeks.toReversed() }))
      expect(cellsOf(turned)).toEqual(cells)
      const excused = anAdopter(
        'excused',
        30,
        Object.fromEntries([4, 8, 12, 26].map((week) => [week, 'excepted'])),
      )
      const bare = (of: typeof cells) =>
        of
          .filter(({ parameters }) => parameters?.['cohort'] === 'all')
          .map(({ evidence, window, ...rest }) => rest)
      expect(bare(cellsOf([...teams, excused]))).toEqual(bare(cells))
    }),
  )
})
