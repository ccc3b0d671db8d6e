import { expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import { deleteFacts } from '#db/facts.ts'
import { publishSurveys } from '#lib/commands/publish-surveys.ts'
import { listSurveyResults } from '#lib/queries/survey-results.ts'
import { addTeam, day } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'
import { addAnswers, addReading, addWave, CLOSED, NOW, OPENED } from '#test/support/wave.ts'

const SCORES = [10, 9, 8, 7, 6, 5, 3, 9]

const publish = (db: Database, now = NOW) => publishSurveys(db, { now })

/** Group → answers to the question whether one would recommend the path; `path` for all. */
async function countsOf(db: Database) {
  const [wave] = await listSurveyResults(db, NOW)
  const own = (wave?.results ?? []).filter(({ metricId }) => metricId === 'SAT-01')
  return Object.fromEntries(own.map(({ parameters, n }) => [parameters['group'] ?? 'path', n]))
}

test('a closed wave that was read is published with its groups', async () => {
  const db = await testDatabase()
  await addWave(db)
  await addAnswers(db, 'payments', SCORES)
  await addAnswers(db, 'search', SCORES)
  await addReading(db)
  expect(await publish(db)).toBe(1)
  const [wave] = await listSurveyResults(db, NOW)
  expect(wave).toMatchObject({
    sourceId: 'survey',
    waveId: '2026-q1',
    name: 'First quarter',
    openedAt: new Date(OPENED),
    closedAt: new Date(CLOSED),
    publishedAt: NOW,
    quotes: [],
  })
  expect(wave?.results[0]).toMatchObject({
    metricId: 'SAT-01',
    scope: { pathId: 'deploy' },
    window: { start: OPENED, end: CLOSED },
    asOf: CLOSED,
    watermarks: { survey: CLOSED },
    coverage: 1,
    value: 0,
    n: 16,
  })
  expect(await countsOf(db)).toEqual({ path: 16, payments: 8, search: 8 })
})

test('a wave waits for its closing, and for its answers to be read until then', async () => {
  const db = await testDatabase()
  await addWave(db)
  await addAnswers(db, 'payments', SCORES)
  await addReading(db, new Date('2026-02-15T00:00:00Z'))
  expect(await publish(db, new Date('2026-02-15T00:00:00Z'))).toBe(0)
  expect(await publish(db)).toBe(0)
  await addReading(db)
  expect(await publish(db)).toBe(1)
  expect(await listSurveyResults(db, new Date('2026-02-15T00:00:00Z'))).toEqual([])
})

test('a wave that is open, or without an end, is not published', async () => {
  const db = await testDatabase()
  await addWave(db, { closed_at: null })
  await addAnswers(db, 'payments', SCORES)
  await addReading(db)
  expect(await publish(db)).toBe(0)
})

test('what comes, changes or goes after the publication changes nothing that is seen', async () => {
  const db = await testDatabase()
  await addWave(db)
  await addAnswers(db, 'payments', SCORES)
  await addAnswers(db, 'search', SCORES)
  await addReading(db)
  await publish(db)
  const before = await listSurveyResults(db, NOW)
  await addAnswers(db, 'late', [10])
  expect(await publish(db)).toBe(0)
  await addAnswers(db, 'payments', [0, 0, 0])
  await publish(db)
  await deleteFacts(db, 'survey_responses', 'survey', (row) => row['native_id'] === 'search 0')
  await addWave(db, { closed_at: day('2026-02-20'), name: 'Again' })
  await publish(db)
  expect(await listSurveyResults(db, NOW)).toEqual(before)
})

test('an answer of a day after the closing is not of the wave', async () => {
  const db = await testDatabase()
  await addWave(db)
  await addAnswers(db, 'payments', SCORES)
  await addAnswers(db, 'search', SCORES, { submitted_on: '2026-02-16' })
  await addReading(db)
  await publish(db)
  expect(await countsOf(db)).toEqual({ path: 8, payments: 8, search: 0 })
})

test('a group that was asked and did not answer is among the groups', async () => {
  const db = await testDatabase()
  await addWave(db)
  await addAnswers(db, 'payments', SCORES)
  await addReading(db)
  await publish(db)
  const [wave] = await listSurveyResults(db, NOW)
  const rates = wave?.results.filter(({ metricId }) => metricId === 'SAT-05')
  expect(rates?.map(({ parameters, value }) => [parameters['group'], value])).toEqual([
    [undefined, 8 / 50],
    ['payments', 8 / 20],
    ['search', 0],
  ])
})

test('a wave that only partly was read says so', async () => {
  const db = await testDatabase()
  await addWave(db)
  await addAnswers(db, 'payments', SCORES)
  await addReading(db, NOW, new Date('2026-02-13T00:00:00Z'))
  await publish(db)
  const [wave] = await listSurveyResults(db, NOW)
  expect(wave?.results[0]).toMatchObject({ status: 'no_data', value: null, coverage: 3 / 14 })
})

test('quotes are without the names of teams', async () => {
  const db = await testDatabase()
  await addWave(db)
  await addTeam(db, 'payments', { name: 'the payers' })
  await addAnswers(db, 'search', [...SCORES, 5], {
    comment: 'ask payments or the payers',
    quotable: 1,
  })
  await addReading(db)
  await publish(db)
  const [wave] = await listSurveyResults(db, NOW)
  expect(wave?.quotes[0]?.texts[0]).toBe('ask [removed] or [removed]')
})

test('a runner that lost its lease publishes nothing', async () => {
  const db = await testDatabase()
  await addWave(db)
  await addReading(db)
  const guard = () => Promise.reject(new Error('lost'))
  await expect(publishSurveys(db, { now: NOW, guard })).rejects.toThrow('lost')
  expect(await listSurveyResults(db, NOW)).toEqual([])
})
