import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { TeamOnset } from '#scorecards/adoption/cohorts.ts'
import type { PathAttempt } from '#scorecards/adoption/path-attempts.ts'
import type { AdoptionState } from '#scorecards/adoption/state-machine.ts'
import { measureCells } from '#scorecards/measure.ts'
import { type Funnel, funnelConversion } from '#scorecards/metrics/funnel-conversion.ts'
import { ASOF, daysAgo, plusHours, setsOf } from '#test/support/delivery.ts'
import { aContext } from '#test/support/metrics.ts'
import { anAttempt, anOnset, LONG_AGO, times } from '#test/support/trails.ts'

/** A team that could adopt 26 weeks ago, since when it was in `states`, then in the last of them. */
function aTeam(team: string, states: readonly AdoptionState[] = ['eligible']): TeamOnset {
  const rest = times(26 - states.length, states.at(-1) ?? 'eligible')
  return anOnset(team, [...states, ...rest])
}

/** Attempts of a team, so many days after it could adopt. */
const tries = (team: string, result: PathAttempt['result'], ...days: readonly number[]) =>
  days.map((day) => anAttempt({ team, result, startedAt: daysAgo(182 - day) }))

const input = (
  teams: readonly TeamOnset[],
  attempts: readonly PathAttempt[],
  more: Partial<Funnel> = {},
): Funnel => ({ ...LONG_AGO, asOf: ASOF, teams, attempts, ...more })

const cellsOf = (...terms: Parameters<typeof input>) =>
  funnelConversion.computeCells(input(...terms))

function cell(step: string, ...terms: Parameters<typeof input>) {
  const found = cellsOf(...terms).find(({ parameters }) => parameters?.['step'] === step)
  if (found === undefined) throw new Error(`no step ${step}`)
  return found
}

const ALL_THE_WAY = tries('through', 'success', 1, 2, 9)

test('a team is at every stage up to the furthest that it reached', () => {
  const teams = [
    aTeam('looks'),
    aTeam('fails'),
    aTeam('once'),
    aTeam('again', ['trying']),
    aTeam('through', ['trying', 'trying', 'adopted']),
  ]
  const attempts = [
    ...tries('fails', 'failure', 3),
    ...tries('once', 'success', 3),
    ...tries('again', 'success', 3, 10, 11),
    ...ALL_THE_WAY,
  ]
  expect(cellsOf(teams, attempts).map(({ value }) => value)).toEqual([
    4 / 5,
    3 / 4,
    2 / 3,
    1 / 2,
    1,
  ])
  expect(setsOf(cell('first_success', teams, attempts))).toEqual({
    counted: ['again', 'once', 'through'],
    'excluded:not_at_stage_before': ['looks'],
    not_counted: ['fails'],
  })
})

test('the largest loss is told, the first of equal ones, and none where nobody was lost', () => {
  const isLargest = (...terms: Parameters<typeof input>) =>
    cellsOf(...terms).map(({ parts }) => parts['isLargestLoss'])
  const attempts = tries('b', 'failure', 1)
  expect(isLargest([aTeam('a'), aTeam('b')], attempts)).toEqual([true, false, false, false, false])
  expect(isLargest([aTeam('b')], attempts)).toEqual([false, true, false, false, false])
  expect(isLargest([], [])).toEqual(Array(5).fill(false))
})

test('three successes in one week are no repeat', () => {
  const repeatOf = (...days: number[]) =>
    cell('repeat', [aTeam('a')], tries('a', 'success', ...days)).value
  expect(repeatOf(1, 2, 3)).toBe(0)
  expect(repeatOf(1, 8)).toBe(0)
  expect(repeatOf(1, 2, 8)).toBe(1)
})

test('a stage counts up to 56 days after a team could adopt', () => {
  const attempted = (startedAt: Date) =>
    cell('attempted', [aTeam('a')], [anAttempt({ team: 'a', startedAt })]).value
  const deadline = daysAgo(182 - 56)
  expect(attempted(deadline)).toBe(1)
  expect(attempted(plusHours(deadline, 0.001))).toBe(0)
  const young = anOnset('a', times(8, 'trying'))
  const now = anAttempt({ team: 'a', startedAt: ASOF })
  expect(cell('attempted', [young], [now]).value).toBe(0)
  const adopted = (weeks: number) => {
    const teams = [aTeam('through', [...times(weeks - 1, 'trying'), 'adopted'])]
    return cell('adopted', teams, ALL_THE_WAY).value
  }
  expect([8, 9].map(adopted)).toEqual([1, 0])
})

test('a success counts when it ended, and one of an unknown end when it began', () => {
  const succeeded = (endedAt: Date | null) =>
    cell(
      'first_success',
      [aTeam('a')],
      [anAttempt({ team: 'a', startedAt: daysAgo(182 - 55), endedAt })],
    ).value
  expect(succeeded(daysAgo(182 - 56))).toBe(1)
  expect(succeeded(daysAgo(182 - 57))).toBe(0)
  expect(succeeded(null)).toBe(1)
})

test('a team whose days are not over is in no step', () => {
  const young = anOnset('young', times(8, 'trying'), { eligibleFrom: daysAgo(55) })
  const attempts = [anAttempt({ team: 'young', startedAt: daysAgo(50) })]
  expect(setsOf(cell('attempted', [young], attempts))).toEqual({ not_matured: ['young'] })
  const old = { ...young, eligibleFrom: daysAgo(56) }
  expect(setsOf(cell('attempted', [old], attempts))).toEqual({
    counted: ['old'].map(() => 'young'),
  })
})

test('a team that skipped a stage was at it, flagged', () => {
  const teams = [aTeam('through', ['adopted'])]
  const [attempted, , , adopted] = cellsOf(teams, [])
  expect(attempted).toMatchObject({ value: 1, parts: { skipped: 1 }, flags: ['skipped_stage'] })
  expect(adopted).toMatchObject({ value: 1, parts: { skipped: 0 }, flags: [] })
})

test('a team of unknown state at the end of its days may have adopted', () => {
  const teams = [
    aTeam('dark', [...times(7, 'trying'), 'unknown']),
    aTeam('light', [...times(6, 'unknown'), 'trying', 'trying']),
  ]
  const attempts = teams.flatMap(({ team }) => tries(team, 'success', 1, 2, 9))
  expect(setsOf(cell('adopted', teams, attempts))).toEqual({
    not_counted: ['light'],
    unknown: ['dark'],
  })
})

test('of those that attempted the share that adopted is told', () => {
  const teams = [aTeam('through', ['adopted']), aTeam('fails'), aTeam('looks')]
  const attempts = [...ALL_THE_WAY, ...tries('fails', 'failure', 1)]
  expect(cell('adopted', teams, attempts).parts['attemptToAdopted']).toBe(1 / 2)
  const dark = aTeam('dark', [...times(7, 'trying'), 'unknown'])
  const more = [...attempts, ...tries('dark', 'success', 1, 2, 9)]
  expect(cell('adopted', [...teams, dark], more).parts['attemptToAdopted']).toBe(1 / 2)
  expect(cell('adopted', [aTeam('looks')], []).parts['attemptToAdopted']).toBeNull()
})

test('retained is on the path 12 weeks after adopting it, when those have passed', () => {
  const after = (state: AdoptionState) =>
    cell('retained_12w', [aTeam('through', [...times(12, 'adopted'), state])], ALL_THE_WAY)
  expect(after('adopted').value).toBe(1)
  expect(after('lapsed').value).toBe(0)
  expect(after('unknown')).toMatchObject({ value: null, nUnknown: 1 })
  expect(setsOf(after('excepted'))).toEqual({ 'excluded:excepted': ['through'] })
  const young = anOnset('through', times(12, 'adopted'))
  expect(cell('retained_12w', [young], [])).toMatchObject({ value: null, notMatured: 1 })
})

test('a team that could adopt before anything was read is in no step', () => {
  const teams = [
    aTeam('there', ['adopted']),
    aTeam('waiting'),
    { ...aTeam('x'), eligibleFrom: null },
  ]
  const early = { firstCoveredAt: daysAgo(100) }
  expect(setsOf(cell('attempted', teams, [], early))).toEqual({
    'excluded:eligible_before_covered': ['waiting'],
    'excluded:not_eligible': ['x'],
    'excluded:prevalent': ['there'],
  })
})

test('one team is enough for the value, ten for a band', () => {
  const of = (length: number) => {
    const teams = Array.from({ length }, (_, id) => aTeam(`${id}`))
    return measureCells(funnelConversion, input(teams, []), aContext())[0]
  }
  // None of ten: the upper Wilson limit is z² / (10 + z²) = .278.
  expect([0, 1, 9, 10].map((n) => [of(n)?.status, of(n)?.band])).toEqual([
    ['no_denominator', 'insufficient'],
    ['ok', 'insufficient'],
    ['ok', 'insufficient'],
    ['ok', 'bad'],
  ])
})

test('order does not matter, sets hold every team once, one left out changes nothing', () => {
  const anyTeam = fc.record({
    states: fc.array(fc.constantFrom<AdoptionState>('trying', 'adopted', 'unknown'), {
      maxLength: 20,
    }),
    days: fc.array(fc.nat(70), { maxLength: 5 }),
    result: fc.constantFrom<PathAttempt['result']>('success', 'failure'),
  })
  fc.assert(
    fc.property(fc.array(anyTeam, { maxLength: 8 }), (all) => {
      const teams = all.map(({ states }, id) => aTeam(`${id}`, states))
      const attempts = all.flatMap(({ result, days }, id) => tries(`${id}`, result, ...days))
      const cells = cellsOf(teams, attempts)
      expect(cellsOf(teams.toReversed(), attempts.toReversed())).toEqual(cells)
      for (const { evidence } of cells) {
        const ids = evidence.flatMap((set) => set.ids)
        expect(ids.toSorted()).toEqual(teams.map(({ team }) => team).toSorted())
      }
      const left = { ...aTeam('left', ['adopted']), eligibleFrom: null }
      const bare = (of: typeof cells) => of.map(({ evidence, ...rest }) => rest)
      expect(bare(cellsOf([...teams, left], attempts))).toEqual(bare(cells))
    }),
  )
})
