import { expect, test } from 'vitest'
import { definitions } from '#scorecards/catalogue.ts'
import { compareResults } from '#scorecards/comparison.ts'
import { type Computed, measure } from '#scorecards/measure.ts'
import { totalAdoptionRate } from '#scorecards/metrics/total-adoption-rate.ts'
import { progressOf } from '#scorecards/target.ts'
import { aContext, aTeam } from '#test/support/metrics.ts'

/** One answer of twelve people: fewer than five, so nothing of it may be told. */
const ONE_ANSWER = {
  ...totalAdoptionRate,
  compute: (): Computed => ({
    ...totalAdoptionRate.compute({ teams: [aTeam({ state: 'adopted' })] }),
    isSuppressed: true,
  }),
}

test('T-B14 one answer of twelve leaves no value, count, interval or row', () => {
  const result = measure(ONE_ANSWER, { teams: [] }, aContext())
  expect(result).toMatchObject({
    status: 'suppressed_privacy',
    value: null,
    numerator: null,
    denominator: null,
    n: null,
    ci: null,
    bounds: null,
    parts: {},
    evidence: [],
  })
})

test('T-B14 what is hidden is neither compared with another period nor with a target', () => {
  const hidden = measure(ONE_ANSWER, { teams: [] }, aContext())
  const shown = measure(totalAdoptionRate, { teams: [aTeam()] }, aContext())
  for (const comparison of [compareResults(hidden, shown), compareResults(shown, hidden)]) {
    expect(comparison).toMatchObject({ difference: null, ci: null, incomparable: 'suppressed' })
  }
  const target = { target: 0.5, baseline: 0, since: new Date('2026-01-01'), by: null }
  expect(progressOf(hidden, totalAdoptionRate.definition, target)).toEqual({
    outcome: 'not_comparable',
    gap: null,
    wayShare: null,
    timeShare: null,
  })
})

test('T-B19 only a score from 0 to 10 answers is called NPS', () => {
  const others = definitions.filter(({ id }) => id !== 'SAT-01')
  for (const { id, key, name, unit } of others) {
    expect(`${id} ${key} ${name}`).not.toMatch(/\bnps\b|net promoter/i)
    expect(unit).not.toBe('points, -100 to 100')
  }
})
