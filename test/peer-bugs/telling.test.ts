import { expect, test } from 'vitest'
import { z } from 'zod'
import { readResult } from '#app/status.ts'
import { publishSurveys } from '#lib/commands/publish-surveys.ts'
import { listSurveyResults } from '#lib/queries/survey-results.ts'
import { definitions } from '#scorecards/catalogue.ts'
import { compareResults } from '#scorecards/comparison.ts'
import { type Computed, measure } from '#scorecards/measure.ts'
import { totalAdoptionRate } from '#scorecards/metrics/total-adoption-rate.ts'
import { progressOf } from '#scorecards/target.ts'
import { aContext, aTeam } from '#test/support/metrics.ts'
import { servedDatabase } from '#test/support/served.ts'
import { addAnswers, addReading, addWave, NOW } from '#test/support/wave.ts'

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

test('T-B14 one answer of a group of twelve reaches no page, interface or file', async () => {
  const { db, get } = await servedDatabase()
  await addWave(db, { invited_by_group: '{"payments":12,"search":30}' })
  await addAnswers(db, 'payments', [3])
  await addAnswers(db, 'search', [10, 9, 8, 7, 6, 9])
  await addReading(db)
  expect(await publishSurveys(db, { now: NOW })).toBe(1)

  const [wave] = await listSurveyResults(db, NOW)
  const own = wave?.results.filter(({ parameters }) => parameters['group'] === 'payments') ?? []
  expect(own.length).toBeGreaterThan(0)
  for (const result of own) {
    expect(result).toMatchObject({
      status: 'suppressed_privacy',
      value: null,
      n: null,
      evidence: [],
    })
    expect(readResult(result)).toMatchObject({ figure: 'fewer than 5 answers', counts: null })
  }
  // The path less the other group would tell it: that one is hidden, too, and the path is of seven.
  const shown = wave?.results.filter(
    ({ metricId, value }) => metricId === 'SAT-01' && value !== null,
  )
  expect(shown?.map(({ parameters, n }) => [parameters['group'] ?? 'path', n])).toEqual([
    ['path', 7],
  ])
  for (const address of [
    '/api/v1/measurements?asof=2026-03-02',
    '/export/measurements.csv?asof=2026-03-02',
  ]) {
    expect(await (await get(address)).text()).not.toMatch(/"SAT-|\nSAT-|payments/)
  }
  // A figure by its name is what was published, of the path as of the group.
  for (const [scope, group] of [
    ['path:deploy', undefined],
    ['path:deploy,team:payments', 'payments'],
  ]) {
    const answer = await get(`/api/v1/figures?ev=SAT-01@${scope}&asof=2026-03-02`)
    const { items } = await answer.json()
    expect(items).toEqual(
      wave?.results.filter(
        ({ metricId, parameters }) => metricId === 'SAT-01' && parameters['group'] === group,
      ),
    )
    expect(items[0]).toMatchObject(group === undefined ? { n: 7 } : { n: null, value: null })
  }
})

test('T-B19 a wave of 0 to 10 answers has the score of the worked example', async () => {
  const { db } = await servedDatabase()
  await addWave(db)
  // Six promoters, three passives and three detractors of twelve: 100 (6 - 3) / 12.
  await addAnswers(db, 'payments', [10, 9, 9, 10, 9, 8, 7, 8, 6, 5, 3, 9])
  await addReading(db)
  await publishSurveys(db, { now: NOW })
  const [wave] = await listSurveyResults(db, NOW)
  expect(wave?.results.find(({ metricId }) => metricId === 'SAT-01')).toMatchObject({
    unit: 'points, -100 to 100',
    value: 25,
    n: 12,
  })
})

test('T-B19 no field, file or document calls anything else NPS', async () => {
  const { get } = await servedDatabase()
  const answer = await (await get('/api/v1/metrics')).json()
  const { items } = z.object({ items: z.array(z.looseObject({ id: z.string() })) }).parse(answer)
  expect(
    items
      .filter((one) => IS_NPS.test(JSON.stringify([one['key'], one['name'], one['unit']])))
      .map(({ id }) => id),
  ).toEqual(['SAT-01'])
  const file = await (await get('/export/metrics.csv')).text()
  expect(
    file.split(/\r?\n/).filter((line) => IS_NPS.test(line.split(',').slice(0, 4).join())),
  ).toEqual([expect.stringMatching(/^SAT-01,/)])
  const document = JSON.stringify(await (await get('/api/v1/openapi.json')).json())
  expect(document).not.toMatch(IS_NPS)
})

const IS_NPS = /(?:\b|_)nps(?:\b|_)|net promoter/i
