import { expect, test } from 'vitest'
import { testDatabase } from '#test/support/database.ts'
import { testFolder, writeIn } from '#test/support/files.ts'
import {
  aProfile,
  collectSurveys,
  SATISFACTION,
  storedAnswers,
  toCsv,
} from '#test/support/survey-exports.ts'

// Exports made by hand as the products write them: no real one of Typeform or Microsoft Forms is at
// hand.

const RECOMMEND = 'How likely are you to recommend it?'
const TEAM = 'Which team are you in?'
const GROUP = { column: TEAM, answers: { 'Team Clay': 'clay', 'The bakers': 'bakery' } }
const INVITED = { clay: 9, bakery: 7 }

async function collected(file: string | Buffer, profile: object) {
  const folder = testFolder()
  writeIn(folder, 'pulse.csv', file)
  const db = await testDatabase()
  const outcome = await collectSurveys(db, folder, [aProfile({ invited: INVITED, ...profile })])
  expect(outcome.error).toBe(null)
  return { db, outcome, answers: await storedAnswers(db) }
}

const PEOPLE = /ada|lovelace|example|203\.0|555/i

/** Nothing of who answered is anywhere in the database. */
async function expectNobody(db: Awaited<ReturnType<typeof testDatabase>>) {
  for (const table of ['survey_responses', 'survey_waves', 'quarantine', 'cursors'] as const) {
    const rows = await db
      .selectFrom(table as 'quarantine')
      .selectAll()
      .execute()
    // A hash may spell a name by chance.
    expect(JSON.stringify(rows).replaceAll(/[0-9a-f]{64}/g, '')).not.toMatch(PEOPLE)
  }
}

test('Google Forms: grids, words with numbers, a comment, and no address', async () => {
  const csv = toCsv([
    [
      'Timestamp',
      'Email Address',
      TEAM,
      RECOMMEND,
      'How do you rate … [It does what I need]',
      'How do you rate … [It is easy to use]',
      'Anything else?\nBe frank ',
    ],
    [
      '2026/02/03 9:12:35 AM GMT+13',
      'ada@example.com',
      'Team Clay',
      '9',
      '7 (strongly agree)',
      '1 (strongly disagree)',
      'Ask ada@example.com or +49 555 0100 200, 203.0.113.9',
    ],
    [
      '2026/02/04 11:59:00 PM GMT+1',
      'b@example.com',
      'the  Bakers ',
      '10 - certainly',
      '',
      'n/a',
      '--',
    ],
  ])
  const { db, answers } = await collected(csv, {
    group: GROUP,
    questions: [
      { column: RECOMMEND, is: 'nps' },
      { column: 'How do you rate … [It does what I need]', is: 'umux1' },
      { column: 'How do you rate … [It is easy to use]', is: 'umux2' },
      { column: 'Anything else? Be frank', is: 'comment' },
    ],
  })
  const common = { wave_id: 'pulse', group_state: null, path_id: null, csat: null, quotable: 0 }
  expect(answers.toSorted((a, b) => a.group_id.localeCompare(b.group_id))).toMatchObject([
    {
      ...common,
      group_id: 'bakery',
      submitted_on: '2026-02-04',
      nps_score: 10,
      umux1: null,
      umux2: null,
      comment: null,
    },
    {
      ...common,
      group_id: 'clay',
      submitted_on: '2026-02-02',
      nps_score: 9,
      umux1: 7,
      umux2: 1,
      comment: 'Ask [removed] or [removed], [removed]',
    },
  ])
  await expectNobody(db)
})

test('SurveyMonkey: two header rows, empty headers, an id and a scale of words', async () => {
  const csv = toCsv([
    [
      'Respondent ID',
      'Collector ID',
      'Start Date',
      'End Date',
      'IP Address',
      'Email Address',
      'First Name',
      'Please rate:',
      '',
      'How satisfied are you?',
      'Which tools do you use?',
      '',
      'May we quote you?',
    ],
    ['', '', '', '', '', '', '', 'Docs', 'Support', 'Response', 'CLI', 'Portal', 'Response'],
    [
      '11441563642',
      '254609041',
      '02/03/2026 11:40:53 PM',
      '02/03/2026 11:44:13 PM',
      '203.0.113.9',
      'ada@example.com',
      'Ada',
      '2',
      '5',
      'Very satisfied',
      'CLI',
      '',
      'Yes',
    ],
  ])
  const { db, answers } = await collected(csv, {
    dates: 'month-first',
    timezone: 'America/New_York',
    questions: [
      { column: 'Please rate: [Support]', is: 'csat', path: 'support' },
      {
        column: 'How satisfied are you?',
        is: 'csat',
        labels: SATISFACTION,
        path: 'deploy',
      },
      { column: 'May we quote you?', is: 'quotable', yes: ['yes'] },
    ],
  })
  expect(answers.map((row) => [row.path_id, row.csat, row.quotable, row.submitted_on])).toEqual([
    ['deploy', 5, 1, '2026-02-04'],
    ['support', 5, 1, '2026-02-04'],
  ])
  expect(answers.every(({ group_id }) => group_id === 'all')).toBe(true)
  await expectNobody(db)
})

test('Typeform: equal questions are told apart by number, and times are UTC', async () => {
  const csv = toCsv([
    [
      '#',
      RECOMMEND,
      'Why?',
      RECOMMEND,
      'Why?',
      'Start Date (UTC)',
      'Submit Date (UTC)',
      'Network ID',
    ],
    [
      'a1b2',
      '3',
      'slow',
      '8',
      'quick',
      '2026-02-05 23:58:00',
      '2026-02-06 00:01:02',
      '203.0.113.9',
    ],
  ])
  const { answers } = await collected(csv, {
    questions: [
      { column: 2, is: 'nps', path: 'build' },
      { column: 3, is: 'comment', path: 'build' },
      { column: 4, is: 'nps', path: 'deploy' },
      { column: 5, is: 'comment', path: 'deploy' },
    ],
  })
  const told = answers.map((row) => [row.path_id, row.nps_score, row.comment, row.submitted_on])
  expect(told).toEqual([
    ['build', 3, 'slow', '2026-02-06'],
    ['deploy', 8, 'quick', '2026-02-06'],
  ])
})

test('Microsoft Forms: a byte order mark, semicolons, commas in headers, a scale upside down', async () => {
  const rows = [
    ['ID', 'Start time', 'Completion time', 'Email', 'Name', 'Hard, or easy (1 = easy)?', 'Tools'],
    ['1', '3.2.26 9:00:00', '3.2.26 9:05:00', 'anonymous', 'Ada Lovelace', '1', 'CLI;Portal;'],
    ['2', '13.2.26 9:00:00', '13.2.26 23:30:00', 'anonymous', '', '7', ''],
  ]
  const profile = {
    timezone: 'Europe/Berlin',
    questions: [{ column: 'Hard, or easy (1 = easy)?', is: 'umux2', best: 'low' }],
  }
  const text = toCsv(rows, ';')
  const utf8 = await collected(`\uFEFF${text}`, profile)
  expect(utf8.answers.map((row) => [row.umux2, row.submitted_on]).toSorted()).toEqual([
    [1, '2026-02-13'],
    [7, '2026-02-03'],
  ])
  await expectNobody(utf8.db)
  const utf16 = Buffer.from(`\uFEFF${toCsv(rows, '\t')}`, 'utf16le')
  expect((await collected(utf16, profile)).answers.map(({ umux2 }) => umux2).toSorted()).toEqual([
    1, 7,
  ])
})

test('two equal answers without an id are two answers, and one with an id is one', async () => {
  const google = toCsv([
    ['Timestamp', RECOMMEND],
    ['2026-02-03', '9'],
    ['2026-02-03', '9'],
  ])
  expect((await collected(google, {})).answers).toHaveLength(2)
  const typeform = toCsv([
    ['#', RECOMMEND, 'Submit Date (UTC)', 'Network ID'],
    ['x', '9', '2026-02-03 10:00:00', 'n'],
  ])
  expect((await collected(typeform, {})).answers).toHaveLength(1)
})
