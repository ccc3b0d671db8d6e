import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testDatabase } from '#test/support/database.ts'
import { testFolder } from '#test/support/files.ts'
import {
  aProfile,
  collectSurveys,
  SATISFACTION,
  storedAnswers,
} from '#test/support/survey-exports.ts'

// Excerpts of real, public exports. They are not part of this repository.
const FIXTURES = '../shared/fixtures/surveys'
const isThere = existsSync(FIXTURES)

async function collected(name: string, profile: object) {
  const folder = testFolder()
  copyFileSync(join(FIXTURES, name), join(folder, 'pulse.csv'))
  const db = await testDatabase()
  const outcome = await collectSurveys(db, folder, [aProfile(profile)])
  expect(outcome).toMatchObject({ status: 'ok', error: null, quarantined: 0 })
  return storedAnswers(db)
}

const sorted = (numbers: readonly (number | null)[]) =>
  numbers.toSorted((a, b) => (a ?? 0) - (b ?? 0))

test.skipIf(!isThere)('a real export of SurveyMonkey keeps its columns and its words', async () => {
  const path = 'ambassadors'
  const answers = await collected('cncf-ambassadors-2020h1-surveymonkey.excerpt.csv', {
    opened: '2020-02-01',
    closed: '2020-04-01',
    dates: 'month-first',
    timezone: 'America/Los_Angeles',
    path,
    group: { column: 'Where are you based (part of the world)?', answers: { Europe: 'europe' } },
    questions: [
      {
        column: 'How satisfied are you with the ambassador program?',
        is: 'csat',
        labels: SATISFACTION,
      },
      {
        column:
          'What is your feeling with respect to your overall experience with CNCF staff, where 10 is completely met expectations and 1 - did not meet expectations? *',
        is: 'nps',
      },
      {
        column:
          'Any other feedback that you wish to share, from what CNCF can do more or what we should do less?',
        is: 'comment',
      },
    ],
  })
  expect(sorted(answers.map(({ csat }) => csat))).toEqual([3, 3, 4, 4, 4, 4, 4, 4, 5, 5, 5])
  expect(sorted(answers.map((row) => row.nps_score))).toEqual([4, 5, 7, 7, 8, 9, 9, 10, 10, 10, 10])
  // "N/A" and "--" say nothing; "none" is a word.
  expect(answers.filter(({ comment }) => comment === null)).toHaveLength(2)
  expect(answers.filter((row) => row.group_id === 'europe')).toHaveLength(6)
  expect(answers.find((row) => row.comment === 'doing great')?.submitted_on).toBe('2020-02-26')
})

test.skipIf(!isThere)(
  'a real export of Google Forms has a scale upside down, with words',
  async () => {
    const answers = await collected('otel-developer-experience-survey.excerpt.csv', {
      opened: '2024-12-01',
      closed: '2025-01-01',
      dates: 'month-first',
      timezone: 'America/New_York',
      group: { column: 'What type of team do you work on?', answers: { DevOps: 'devops' } },
      questions: [
        {
          column: 'How complex was it to get started operating the OpenTelemetry Collector?',
          is: 'csat',
          best: 'low',
        },
      ],
    })
    // 2, 3, 3, 1 (very easy), 3, 2, 4, 4, skipped, 5 (very difficult): low is good.
    expect(sorted(answers.map(({ csat }) => csat))).toEqual([null, 1, 2, 2, 3, 3, 3, 4, 4, 5])
    expect(answers.every((row) => row.submitted_on === '2024-12-13')).toBe(true)
  },
)

test.skipIf(!isThere)(
  'a real grid has neither times nor ids, and its equal rows stay',
  async () => {
    const question = 'When trying to contribute to a SIG... [I know how to contribute what I want]'
    const answers = await collected('otel-contributor-experience.excerpt.csv', {
      product: 'other',
      questions: [
        {
          column: question,
          is: 'csat',
          labels: ['Strongly disagree', 'Disagree', 'Neutral', 'Agree', 'Strongly agree'],
        },
      ],
    })
    const [, , , , , , , ...answered] = sorted(answers.map(({ csat }) => csat))
    expect(answers).toHaveLength(9)
    expect(answered.at(-1)).toBe(5)
    expect(answers.filter(({ csat }) => csat === null)).toHaveLength(2)
    expect(answers.every((row) => row.submitted_on === null && row.group_id === 'all')).toBe(true)
  },
)
