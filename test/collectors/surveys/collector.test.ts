import { rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { publishSurveys } from '#lib/commands/publish-surveys.ts'
import { getMappingInbox } from '#lib/queries/unattributed.ts'
import { testDatabase } from '#test/support/database.ts'
import { testFolder, writeIn } from '#test/support/files.ts'
import { aProfile, collectSurveys, storedAnswers, toCsv } from '#test/support/survey-exports.ts'

const RECOMMEND = 'How likely are you to recommend it?'
const HEADERS = ['Timestamp', 'Team', RECOMMEND]
const GROUP = { column: 'Team', answers: { Clay: 'clay' } }

const answersOf = (team: string, count: number, score = '9') =>
  Array.from({ length: count }, (_, index) => [`2026-02-03 10:0${index % 10}:00Z`, team, score])

function aFolderWith(rows: readonly (readonly string[])[], headers = HEADERS): string {
  const folder = testFolder()
  writeIn(folder, 'pulse.csv', toCsv([headers, ...rows]))
  return folder
}

const countGroups = (answers: readonly { readonly group_id: string }[]) =>
  Object.fromEntries(
    [...Map.groupBy(answers, (row) => row.group_id)].map(([group, own]) => [group, own.length]),
  )

test('a group that is too small to be told goes to the others, unless enough of it were asked', async () => {
  const rows = [
    ...answersOf('Clay', 2),
    ...answersOf('Few', 4),
    ...answersOf('Many', 5),
    ...answersOf('', 1),
  ]
  const db = await testDatabase()
  const profile = aProfile({
    invited: { clay: 6 },
    group: { ...GROUP, answers: { Clay: 'clay', Few: 'few', Many: 'many' } },
  })
  await collectSurveys(db, aFolderWith(rows), [profile])
  expect(countGroups(await storedAnswers(db))).toEqual({ clay: 2, other: 4, many: 5, unmapped: 1 })
})

/** Of answers by group: what the mapping inbox shows. */
async function inboxOf(rows: readonly (readonly string[])[], profile: object = {}) {
  const db = await testDatabase()
  await collectSurveys(db, aFolderWith(rows), [aProfile({ group: GROUP, ...profile })])
  return (await getMappingInbox(db, 10)).surveyGroups.map(({ id }) => id)
}

test('what k people answered for a group is in the mapping inbox, and other answers as their number', async () => {
  const ghosts = answersOf('Ghosts', 5)
  const jane = answersOf('Me - Jane Doe of Billing', 1)
  const address = answersOf('boo@example.com', 3)
  expect(await inboxOf([...ghosts, ...jane, ...address, ...answersOf('', 9)])).toEqual([
    'pulse: Ghosts',
  ])
  expect(await inboxOf([...answersOf('Ghosts', 4), ...jane])).toEqual([
    'pulse: answers of no known group: 5',
  ])
  expect(await inboxOf([...ghosts, ...jane, ...address, ...answersOf('Few', 2)])).toEqual([
    'pulse: Ghosts',
    'pulse: answers of no known group: 6',
  ])
  expect(await inboxOf(ghosts, { k: 6 })).toEqual([])
})

test('nothing of unknown groups is told before the wave is closed, and it is once it has', async () => {
  const folder = aFolderWith(answersOf('Ghosts', 5))
  const db = await testDatabase()
  const collect = async (closed: string | undefined, now: string) => {
    await collectSurveys(db, folder, [aProfile({ group: GROUP, closed })], { now: new Date(now) })
    return (await getMappingInbox(db, 10)).counts.surveyGroups
  }
  expect(await collect(undefined, '2026-06-01T12:00:00Z')).toBe(0)
  expect(await collect('2026-02-16T12:00:00Z', '2026-02-16T11:59:59Z')).toBe(0)
  expect(await collect('2026-02-16T12:00:00Z', '2026-02-16T12:00:00Z')).toBe(1)
  expect(await collect(undefined, '2026-06-01T12:00:00Z')).toBe(0)
})

test('a group that nobody knows leaves the mapping inbox once the profile maps it', async () => {
  const folder = aFolderWith([
    ...answersOf('clay', 1),
    ...answersOf('Ghosts', 5),
    ...answersOf('boo@example.com', 1),
  ])
  const db = await testDatabase()
  await collectSurveys(db, folder, [aProfile({ group: GROUP, invited: { clay: 6 } })])
  expect((await getMappingInbox(db, 10)).surveyGroups).toEqual([
    {
      id: 'pulse: Ghosts',
      sourceId: 'survey',
      detail: 'no group of the survey is called so',
      at: new Date('2026-06-01T12:00:00Z'),
    },
  ])
  expect(countGroups(await storedAnswers(db))).toEqual({ clay: 1, unmapped: 6 })
  const mapped = { ...GROUP, answers: { Ghosts: 'clay' } }
  await collectSurveys(db, folder, [aProfile({ group: mapped, invited: { clay: 6 } })])
  expect((await getMappingInbox(db, 10)).counts.surveyGroups).toBe(0)
  expect(countGroups(await storedAnswers(db))).toEqual({ clay: 6, unmapped: 1 })
})

test('an answer that cannot be read is put aside by column and fault, without any cell', async () => {
  const folder = aFolderWith([
    ['2026-02-03 10:00:00Z', 'Clay', '11'],
    ['2026-02-03 10:00:00', 'Clay', '9'],
    ['03/04/2026 10:00:00', 'Clay', '9'],
    ['2026-02-03 10:00:00Z', 'Clay'],
    ['2026-02-30 10:00:00Z', 'Clay', '9'],
    ['2026-02-03 10:00:00Z', 'Clay', '9'],
    ['I told Jane yesterday', 'Clay', '9'],
  ])
  const db = await testDatabase()
  const outcome = await collectSurveys(db, folder, [aProfile({ group: GROUP })])
  expect(outcome).toMatchObject({ status: 'partial', quarantined: 6 })
  const aside = await db.selectFrom('quarantine').selectAll().orderBy('position').execute()
  const told = aside.map(({ record }) => JSON.parse(record).faults)
  expect(told.map(([{ column }]) => column)).toEqual([
    RECOMMEND,
    'Timestamp',
    'Timestamp',
    '',
    'Timestamp',
    'Timestamp',
  ])
  expect(JSON.stringify(aside)).not.toMatch(/11|2026-02-[03]|03\/04|Jane/)
  const reasons = aside.map(({ reason }) => reason)
  expect(reasons[0]).toContain('expected a number from 0 to 10')
  expect(reasons[1]).toContain('has no offset; say timezone')
  expect(reasons[2]).toContain('can be read in two ways; say dates')
  expect(reasons[3]).toContain('expected 3 cells, one for each header, not 2')
  expect(reasons[4]).toContain('never was')
  expect(await storedAnswers(db)).toHaveLength(1)
})

test('a comment that cannot be read is nowhere to be seen', async () => {
  const folder = testFolder()
  const rows = [HEADERS, ['2026-02-03 10:00:00Z', 'Für Jane', '9']]
  writeIn(folder, 'pulse.csv', Buffer.from(toCsv(rows), 'latin1'))
  writeIn(folder, 'long.csv', toCsv([HEADERS, ['2026-04-03 10:00:00Z', 'Jane '.repeat(5000), '9']]))
  const questions = [{ column: 'Team', is: 'comment' }]
  const long = { id: 'long', file: 'long.csv', opened: '2026-04-01', closed: '2026-04-09' }
  const db = await testDatabase()
  await collectSurveys(db, folder, [aProfile({ questions }), aProfile({ ...long, questions })])
  const aside = await db.selectFrom('quarantine').selectAll().orderBy('position').execute()
  expect(aside.map(({ record }) => JSON.parse(record))).toEqual([
    { faults: [{ column: 'Team', fault: expect.stringMatching(/is longer than 20000/) }] },
    { faults: [{ column: 'Team', fault: expect.stringMatching(/save the export as UTF-8/) }] },
  ])
  expect(JSON.stringify(aside)).not.toContain('Jane')
})

test('an answer at the closing or later is none of the wave, whatever its day', async () => {
  const folder = aFolderWith([
    ...answersOf('Clay', 5).map(([, team = '']) => ['2026-02-16 11:59:59Z', team, '9']),
    ['2026-02-16 12:00:00Z', 'Clay', '0'],
    ['2026-02-16 16:00:00+0200', 'Clay', '0'],
    ['2026-02-17 09:00:00Z', 'Clay', 'not to be read'],
  ])
  const at = new Date('2026-02-18T00:00:00Z')
  utimesSync(join(folder, 'pulse.csv'), at, at)
  const db = await testDatabase()
  const profile = aProfile({ group: GROUP, closed: '2026-02-16T12:00:00Z', exported: '2026-02-17' })
  expect(await collectSurveys(db, folder, [profile])).toMatchObject({ quarantined: 0, error: null })
  expect((await storedAnswers(db)).map((row) => row.nps_score)).toEqual([9, 9, 9, 9, 9])
  expect(await publishSurveys(db, { now: at })).toBe(1)
})

test('an answer of which only the day is told is of the wave when its day began before the closing', async () => {
  const db = await testDatabase()
  const folder = aFolderWith([
    ['2026-02-16', 'Clay', '9'],
    ['2026-02-17', 'Clay', '9'],
  ])
  await collectSurveys(db, folder, [aProfile({ closed: '2026-02-16T12:00:00Z' })])
  expect((await storedAnswers(db)).map((row) => row.submitted_on)).toEqual(['2026-02-16'])
  await collectSurveys(db, folder, [aProfile({ closed: '2026-02-16' })])
  expect(await storedAnswers(db)).toEqual([])
})

test('an answer that is taken out of the export goes, and an unchanged one is not read', async () => {
  const rows = answersOf('Clay', 3)
  const folder = aFolderWith(rows)
  const db = await testDatabase()
  await collectSurveys(db, folder, [aProfile()])
  const again = await collectSurveys(db, folder, [aProfile()])
  expect(again).toMatchObject({ read: 0, changed: 0 })
  writeIn(folder, 'pulse.csv', toCsv([HEADERS, ...rows.slice(1)]))
  expect((await collectSurveys(db, folder, [aProfile()])).changed).toBe(1)
  expect(await storedAnswers(db)).toHaveLength(2)
})

const fault = async (headers: readonly string[], profile: object) => {
  const db = await testDatabase()
  const folder = aFolderWith([headers.map(() => '')], [...headers])
  const { error } = await collectSurveys(db, folder, [aProfile(profile)])
  return error
}

test('a profile that does not fit its file says what the file has', async () => {
  expect(await fault(['Timestamp', 'How likely are you to recomend it?'], {})).toBe(
    'survey: pulse.csv: has no column "How likely are you to recommend it?"; did you mean "How likely are you to recomend it?"?',
  )
  expect(await fault(['Timestamp', RECOMMEND, RECOMMEND], {})).toBe(
    'survey: pulse.csv: has "How likely are you to recommend it?" in the columns 2, 3; name one by its number',
  )
  expect(await fault(['Zeitstempel', RECOMMEND], {})).toMatch(/headers of no product that we know/)
  expect(await fault(['Zeitstempel', RECOMMEND], { product: 'other', submitted: 3 })).toMatch(
    /has 2 columns, and none with number 3/,
  )
  const asks = [{ column: 'Your name?', is: 'comment' }]
  expect(await fault(['Timestamp', 'Your name?'], { questions: asks })).toMatch(
    /tells in "Your name\?" who answered/,
  )
})

test('a workbook, an empty file, a missing one and one that nobody describes are told', async () => {
  const folder = testFolder()
  writeIn(folder, 'pulse.csv', Buffer.from([0x50, 0x4b, 3, 4]))
  writeIn(folder, 'second.csv', '')
  writeIn(folder, 'stranger.csv', 'Timestamp\n')
  const db = await testDatabase()
  const { error, status } = await collectSurveys(db, folder, [
    aProfile(),
    aProfile({ id: 'two', file: 'second.csv', opened: '2026-03-01', closed: '2026-03-02' }),
    aProfile({ id: 'three', file: 'third.csv', opened: '2026-04-01', closed: '2026-04-02' }),
  ])
  expect(status).toBe('partial')
  expect(error?.split('\n')).toEqual([
    'survey: stranger.csv: no survey in desirepath.yaml names it',
    'survey: pulse.csv: is a workbook or an archive; save it as CSV',
    'survey: second.csv: is empty',
    'survey: third.csv: is not in the folder',
  ])
  rmSync(folder, { recursive: true })
  expect(await collectSurveys(db, folder, [aProfile()])).toMatchObject({ status: 'failed' })
})

test('a wave is published once its export is said to be complete, and not before', async () => {
  const folder = aFolderWith(
    answersOf('Clay', 5).map(([at = '', team = ''], n) => [at, team, `${n + 5}`]),
  )
  const db = await testDatabase()
  const now = new Date('2026-06-01T12:00:00Z')
  const collect = (rest: object) => collectSurveys(db, folder, [aProfile(rest)])
  const publish = () => publishSurveys(db, { now })
  const written = (at: string) => utimesSync(join(folder, 'pulse.csv'), new Date(at), new Date(at))
  written('2026-02-10T00:00:00Z')
  await collect({})
  expect(await publish()).toBe(0)
  const early = await collect({ exported: '2026-02-17' })
  expect(early.error).toMatch(/last written at 2026-02-10T00:00:00.000Z, before it was exported/)
  expect(await publish()).toBe(0)
  written('2026-02-17T08:00:00Z')
  expect((await collect({ exported: '2026-02-10' })).error).toBe(null)
  expect(await publish()).toBe(0)
  expect((await collect({ exported: '2026-02-17' })).error).toBe(null)
  expect(await publish()).toBe(1)
  const { body } = await db
    .selectFrom('survey_publications')
    .select('body')
    .executeTakeFirstOrThrow()
  expect(JSON.parse(body)).toMatchObject({ waveId: 'pulse' })
})

test('a wave with an answer that cannot be read is not published', async () => {
  const folder = aFolderWith([...answersOf('Clay', 6), ['2026-02-03', 'Clay', 'eleven']])
  const at = new Date('2026-02-17T08:00:00Z')
  utimesSync(join(folder, 'pulse.csv'), at, at)
  const db = await testDatabase()
  const { error } = await collectSurveys(db, folder, [aProfile({ exported: '2026-02-17' })])
  expect(error).toMatch(/answers in quarantine: 1; until they are mended/)
  expect(await db.selectFrom('coverage').selectAll().execute()).toEqual([])
})
