import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mulberry32 } from '#lib/stats/random.ts'
import {
  type AdoptionEffectQuestion,
  adoptionEffect,
  toComputed,
} from '#scorecards/impact/adoption-effect.ts'
import { DEFAULT_STUDY } from '#scorecards/impact/study.ts'
import type { TeamHistory } from '#scorecards/impact/team-panel.ts'
import { aHistory, EIGHT_PERIODS, type HistoryTerms, weeksLater } from '#test/support/impact.ts'

/** 40 teams in eight periods of which 22 adopt: section 11.7 (2) of the metric reference. */
function syntheticTeams(): TeamHistory[] {
  const rows: Record<string, string>[] = parse(
    readFileSync('test/vectors/impact/cs_synth.csv', 'utf8'),
    { columns: true },
  )
  return [...Map.groupBy(rows, (row) => row['team'] ?? '')].map(([team, own]) =>
    aHistory({
      team,
      adoptedIn: Number(own[0]?.['first_adopted']),
      medians: own.map((row) => Math.exp(Number(row['log_lead_time']))),
    }),
  )
}

const ask = (teams: readonly TeamHistory[], terms: Partial<AdoptionEffectQuestion> = {}) =>
  adoptionEffect({
    span: EIGHT_PERIODS,
    statistic: 'log_median',
    origins: null,
    teams,
    replicates: 99,
    ...terms,
  })

/** Teams whose lead times move at random around 10 hours, a tenth less from adoption on. */
function aFleet(adopters: number, others: number, terms: HistoryTerms = {}): TeamHistory[] {
  const random = mulberry32(adopters * 100 + others)
  const medians = (from: number) =>
    Array.from({ length: 8 }, (_, index) => (index + 1 >= from ? 9 : 10) + random())
  const adopting = Array.from({ length: adopters }, (_, index) => {
    const adoptedIn = terms.adoptedIn ?? 4 + (index % 2)
    return aHistory({ team: `a${index}`, medians: medians(adoptedIn), ...terms, adoptedIn })
  })
  const never = Array.from({ length: others }, (_, index) =>
    aHistory({ team: `c${index}`, medians: medians(99) }),
  )
  return [...adopting, ...never]
}

const change = (
  teams: readonly TeamHistory[],
  isThat: (team: TeamHistory) => boolean,
  to: object,
) => teams.map((team) => (isThat(team) ? { ...team, ...to } : team))

const isAdopter = ({ team }: TeamHistory) => team.startsWith('a')

test('the synthetic panel comes out as the reference says', () => {
  const effect = ask(syntheticTeams(), { seed: 7, replicates: 999 })
  const { estimate, adopters, others, cohorts, refusals, dropped, flags, periods } = effect
  expect({ adopters, others, cohorts, refusals, dropped, flags, periods }).toEqual({
    adopters: 22,
    others: 18,
    cohorts: 3,
    refusals: [],
    dropped: {},
    // The first cohort adopts in period 3: two periods before it.
    flags: ['few_pre_periods'],
    periods: 8,
  })
  expect(effect.window).toEqual(EIGHT_PERIODS)
  expect(estimate?.att).toBeCloseTo(-0.353, 4)
  expect(estimate?.ci.low).toBeCloseTo(-0.478, 3)
  expect(estimate?.ci.high).toBeCloseTo(-0.228, 3)
  expect(estimate).toMatchObject({ coversZero: false, randomisationP: 0.001 })
  expect(estimate?.pretrendP).toBeGreaterThan(0.1)
  // 30 % less: e^-.353 = .7026; e^-.4782 = .6199; e^-.2279 = .7962.
  expect(estimate?.asShare).toEqual({
    value: expect.closeTo(-0.2974, 4),
    low: expect.closeTo(-0.3801, 4),
    high: expect.closeTo(-0.2038, 4),
  })
  expect(estimate?.byCohort.map(({ e }) => e)).toEqual([3, 5, 6])
  expect(estimate?.eventStudy.map(({ e }) => e)).toEqual([-4, -3, -2, -1, 0, 1, 2, 3, 4, 5])
  for (const { att, band } of estimate?.eventStudy ?? []) {
    expect(band?.low).toBeLessThan(att)
    expect(band?.high).toBeGreaterThan(att)
  }
})

test.each([
  [5, 5, [], ['indicative']],
  [9, 12, [], ['indicative']],
  [12, 9, [], ['indicative']],
  [10, 10, [], []],
  [4, 10, ['few_adopters'], []],
  [10, 4, ['few_comparison_teams'], []],
  [0, 0, ['few_adopters', 'few_comparison_teams'], []],
])('%i adopters and %i others: refused for %j, flagged %j', (adopters, others, refusals, flags) => {
  const effect = ask(aFleet(adopters, others))
  expect(effect.refusals).toEqual(refusals)
  expect(effect.flags.filter((flag) => flag === 'indicative')).toEqual(flags)
  expect(effect.estimate === null).toBe(refusals.length > 0)
})

test.each([
  [2, ['few_periods_before'], []],
  [3, [], ['few_pre_periods']],
  [4, [], []],
])('a first adoption in period %i: refused for %j, flagged %j', (adoptedIn, refusals, flags) => {
  const effect = ask(aFleet(10, 10, { adoptedIn }))
  expect(effect.refusals).toEqual(refusals)
  expect(effect.flags.filter((flag) => flag === 'few_pre_periods')).toEqual(flags)
})

test('half of the adopters gone is told, more than half is refused', () => {
  const isGone = (count: number) => (team: TeamHistory) =>
    isAdopter(team) && Number(team.team.slice(1)) < count
  const lapsed = (count: number) => ask(change(aFleet(10, 10), isGone(count), { hasLapsed: true }))
  expect(lapsed(0)).toMatchObject({ lapsedShare: 0, refusals: [] })
  expect(lapsed(0).flags).not.toContain('lapsed_share')
  expect(lapsed(5)).toMatchObject({ lapsedShare: 0.5, refusals: [] })
  expect(lapsed(5).flags).toContain('lapsed_share')
  expect(lapsed(6)).toMatchObject({ lapsedShare: 0.6, refusals: ['most_have_lapsed'] })
})

test('of whom it is not known counts neither as gone nor as still there', () => {
  const fleet = change(aFleet(10, 10), isAdopter, { hasLapsed: null })
  expect(ask(fleet)).toMatchObject({ lapsedShare: null, refusals: [] })
  const one = change(fleet, ({ team }) => team === 'a0', { hasLapsed: true })
  expect(ask(one)).toMatchObject({ lapsedShare: 1, refusals: ['most_have_lapsed'] })
})

/** From a period on the events of a team come from another source. */
const switched = (from: number) => (team: TeamHistory) => ({
  ...team,
  outcome: team.outcome.map((event) =>
    event.at >= weeksLater(4 * (from - 1)) ? { ...event, instrument: 'path pipeline' } : event,
  ),
})

test('an outcome that another source gives from adoption on is refused', () => {
  const fleet = aFleet(10, 10, { adoptedIn: 4 })
  const broken = fleet.map((team) => (team.team === 'a3' ? switched(4)(team) : team))
  expect(ask(broken)).toMatchObject({ estimate: null, refusals: ['instrument_break'] })
  expect(ask(broken).flags).toContain('instrument_break')
})

test('a source that changes at another time, or for everybody, is told', () => {
  const fleet = aFleet(10, 10, { adoptedIn: 4 })
  const elsewhere = fleet.map((team) => (team.team === 'a3' ? switched(6)(team) : team))
  const everywhere = fleet.map(switched(4))
  for (const teams of [elsewhere, everywhere]) {
    expect(ask(teams).refusals).toEqual([])
    expect(ask(teams).flags).toContain('instrument_break')
  }
  expect(ask(fleet).flags).not.toContain('instrument_break')
})

test('a source that nobody names is no change', () => {
  const fleet = aFleet(10, 10, { adoptedIn: 4 }).map((team) => ({
    ...team,
    outcome: team.outcome.map((event) =>
      event.at >= weeksLater(12) ? { ...event, instrument: null } : event,
    ),
  }))
  expect(ask(fleet)).toMatchObject({ refusals: [] })
  expect(ask(fleet).flags).not.toContain('instrument_break')
})

test('comparison teams that work on services of adopters are told', () => {
  const fleet = aFleet(10, 10)
  const shared = change(fleet, ({ team }) => team === 'a1' || team === 'c1', { services: ['cart'] })
  const apart = change(fleet, ({ team }) => team === 'a1' || team === 'a2', { services: ['cart'] })
  expect(ask(shared).flags).toContain('spillover_risk')
  expect(ask(apart).flags).not.toContain('spillover_risk')
})

test('adopters that were on another course before are doubted', () => {
  // Before adoption in period 5 adopters fall by a tenth per period, the others stay.
  const random = mulberry32(9)
  const noise = () => 1 + random() * 0.01
  const course = (index: number, isFalling: boolean) =>
    10 * (isFalling ? 0.9 ** index : 1) * noise()
  const fleet = Array.from({ length: 20 }, (_, number) =>
    aHistory({
      team: `${number < 10 ? 'a' : 'c'}${number}`,
      adoptedIn: number < 10 ? 5 : 0,
      medians: Array.from({ length: 8 }, (_unused, index) => course(index, number < 10)),
    }),
  )
  const effect = ask(fleet)
  expect(effect.flags).toEqual(['pretrend_doubt'])
  expect(effect.estimate?.pretrendP).toBe(0.01)
})

test('from 30 adopters on the interval is normal and nothing is shuffled for it', () => {
  const large = ask(aFleet(30, 10)).estimate
  expect(large?.ci.method).toBe('influence function, normal')
  expect(large?.randomisationP).toBeNull()
  const small = ask(aFleet(29, 10)).estimate
  expect(small?.ci.method).toBe('small-sample t')
  expect(small?.randomisationP).not.toBeNull()
})

test('T-B16: a constant series, and four adopters, cannot tell yet: a reason and no number', () => {
  const constant = [
    ...Array.from({ length: 10 }, (_, index) => aHistory({ team: `a${index}`, adoptedIn: 4 })),
    ...Array.from({ length: 10 }, (_, index) => aHistory({ team: `c${index}` })),
  ]
  const never = constant.filter(({ team }) => team.startsWith('c'))
  const cases = [
    [constant, 'no_variation'],
    [[...constant.slice(0, 4), ...never], 'few_adopters'],
  ] as const
  for (const [teams, reason] of cases) {
    const effect = ask(teams)
    expect(effect).toMatchObject({ estimate: null, refusals: [reason] })
    const { value, ci, bounds, parts, isTooSmall, parameters } = toComputed(effect)
    expect({ value, ci, bounds, isTooSmall }).toEqual({
      value: null,
      ci: null,
      bounds: null,
      isTooSmall: true,
    })
    expect(parts).toMatchObject({ changeShare: null, randomisationP: null, pretrendP: null })
    expect(parameters).toMatchObject({ refusals: [reason] })
  }
})

test('a rate without a single failure cannot tell yet either', () => {
  const zero = aFleet(10, 10).map((team) => ({
    ...team,
    outcome: team.outcome.map((event) => ({ ...event, amount: 0 })),
  }))
  expect(ask(zero, { statistic: 'ratio' }).refusals).toEqual(['no_variation'])
})

test('a ratio has no share of change', () => {
  const { estimate } = ask(aFleet(10, 10), { statistic: 'ratio' })
  expect(estimate?.asShare).toBeNull()
})

test('cohorts of one team each are refused', () => {
  const fleet = aFleet(5, 10).map((team, index) =>
    isAdopter(team) ? { ...team, firstAdoptedWeek: weeksLater(4 * (index + 2)) } : team,
  )
  expect(ask(fleet)).toMatchObject({ cohorts: 5, refusals: ['single_team_cohorts'] })
})

test('only teams that never adopt may be compared with, and there are none', () => {
  const effect = ask(aFleet(12, 0), { study: { ...DEFAULT_STUDY, control: 'never' } })
  expect(effect).toMatchObject({
    adopters: 12,
    others: 0,
    refusals: ['few_comparison_teams', 'no_never_adopters'],
  })
})

test('without teams that never adopt the last cohort stands for them until it adopts', () => {
  // Twelve adopt in period 4, twelve in period 5, which ends the panel.
  const effect = ask(aFleet(24, 0))
  expect(effect).toMatchObject({ adopters: 12, others: 12, cohorts: 1, periods: 4, refusals: [] })
  expect(effect.window).toEqual({ from: EIGHT_PERIODS.from, to: weeksLater(16) })
})

test('every team is in exactly one set, and left out for one reason', () => {
  const extra = [
    aHistory({ team: 'early', adoptedIn: 1 }),
    aHistory({ team: 'thin', medians: [10, null, 10, 10, 10, 10, 10, 10] }),
    aHistory({ team: 'unclear', adoptedIn: null }),
    aHistory({ team: 'told', adoptedIn: 5, origin: 'mandated' }),
  ]
  const effect = ask([...aFleet(10, 10), ...extra], { origins: ['voluntary'] })
  expect(effect.evidence.map(({ kind, ids }) => [kind, ids.length])).toEqual([
    ['counted', 10],
    ['excluded:missing_period', 1],
    ['excluded:other_origin', 1],
    ['excluded:treated_from_start', 1],
    ['not_counted:comparison', 10],
    ['unknown', 1],
  ])
  expect(effect.dropped).toEqual({
    missing_period: 1,
    other_origin: 1,
    treated_from_start: 1,
    treatment_unknown: 1,
  })
  expect(toComputed(effect)).toMatchObject({
    numerator: 10,
    denominator: 20,
    n: 20,
    nUnknown: 1,
    parts: { droppedMissingPeriod: 1, droppedOtherOrigin: 1, droppedTreatedFromStart: 1 },
  })
})

test('a team left out changes nothing but its count', () => {
  const fleet = aFleet(10, 10)
  const more = ask([...fleet, aHistory({ team: 'early', adoptedIn: 1 })])
  const { dropped, evidence, ...rest } = ask(fleet)
  expect(more).toMatchObject(rest)
  expect(more.dropped).toEqual({ treated_from_start: 1 })
})

test('the order of teams and of events does not matter', () => {
  const fleet = aFleet(8, 8)
  const expected = ask(fleet)
  fc.assert(
    fc.property(
      fc.shuffledSubarray(fleet, { minLength: fleet.length, maxLength: fleet.length }),
      (shuffled) => {
        const turned = shuffled.map((one) => ({ ...one, outcome: one.outcome.toReversed() }))
        expect(ask(turned)).toEqual(expected)
      },
    ),
    { numRuns: 20 },
  )
})

test('the estimate as figures of a record', () => {
  const effect = ask(aFleet(10, 10))
  const { estimate } = effect
  expect(toComputed(effect)).toMatchObject({
    value: estimate?.att,
    ci: estimate?.ci,
    isTooSmall: false,
    cutPoints: null,
    window: EIGHT_PERIODS,
    parts: {
      adopters: 10,
      others: 10,
      cohorts: 2,
      periods: 8,
      changeShare: estimate?.asShare?.value,
      pretrendP: estimate?.pretrendP,
    },
    parameters: { refusals: [], periodWeeks: 4, seed: 1, replicates: 99 },
  })
})
