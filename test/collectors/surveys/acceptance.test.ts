import { rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { acceptance, RUN_AT, type Upstream } from '#test/collectors/acceptance.ts'
import { localSkips } from '#test/collectors/local-skips.ts'
import { swellFile, testFolder } from '#test/support/files.ts'
import { aProfile, collectSurveys, toCsv } from '#test/support/survey-exports.ts'

// A skip says why the test does not apply to this collector, and where its matter is tested.
acceptance({
  name: 'surveys',
  start: startFolder,
  skips: {
    ...localSkips('exports are read from a folder, nobody is asked'),
    'T-C04': 'a cursor is the hash of a file, not a time',
    'T-C09': 'an export that changes is read as a whole: test/collectors/surveys/collector.test.ts',
    'T-C10': 'rows have no order in time, all of an export are read',
    'T-C11': 'no clock but that of this machine is involved',
    'T-C12': 'the id of a survey is in its profile; another one is another wave',
    'T-C13': 'a row of another shape is put aside: test/collectors/surveys/collector.test.ts',
  },
})

const HEADERS = ['Timestamp', 'Team', 'How likely are you to recommend it?', 'Why?']

const PROFILES = [1, 2, 3].map((month) =>
  aProfile({
    id: `wave-${month}`,
    file: `wave-${month}.csv`,
    opened: `2026-0${month}-02`,
    closed: `2026-0${month}-16`,
    exported: `2026-0${month}-17`,
    group: { column: 'Team', answers: { Clay: 'clay', Bakery: 'bakery' } },
    questions: [
      { column: 'How likely are you to recommend it?', is: 'nps' },
      { column: 'Why?', is: 'comment' },
    ],
  }),
)

/** Three waves of answers by teams of which one is not known. */
async function startFolder({ few } = { few: false }): Promise<Upstream> {
  const folder = testFolder()
  const waves = [1, 2, 3].map((month) =>
    Array.from({ length: few ? 8 : 40 }, (_, index) => toAnswer(month, index)),
  )
  let writings = 0
  const write = () => {
    writings += 1
    for (const [index, rows] of waves.entries()) {
      const path = join(folder, `wave-${index + 1}.csv`)
      const at = new Date(Date.UTC(2026, 4, 1) + writings * 1000)
      writeFileSync(path, toCsv([HEADERS, ...rows]))
      utimesSync(path, at, at)
    }
  }
  write()
  return {
    collect: (db, { now = RUN_AT, signal, guard } = {}) =>
      collectSurveys(db, folder, PROFILES, {
        now,
        ...(signal && { signal }),
        ...(guard && { guard }),
      }),
    tables: ['survey_waves', 'survey_responses', 'survey_unmapped_groups'],
    lose: () => rmSync(folder, { recursive: true }),
    evolve: (choice) => {
      const rows = waves[choice % 3] ?? []
      if (choice % 2 === 0) rows.push(toAnswer((choice % 3) + 1, choice))
      else rows.splice(choice % Math.max(1, rows.length), 1)
      write()
    },
    swell: () => swellFile(join(folder, 'wave-1.csv')),
    write: (text) => {
      waves[0]?.push([toTime(1, 1), 'Clay', '7', text])
      write()
    },
  }
}

const TEAMS = ['Clay', 'Bakery', 'clay', 'Ghosts', '']

const toTime = (month: number, index: number) =>
  new Date(Date.UTC(2026, month - 1, 3) + index * 60_000).toISOString()

const toAnswer = (month: number, index: number): string[] => [
  toTime(month, index),
  TEAMS[index % TEAMS.length] ?? '',
  String(index % 11),
  index % 4 === 0 ? 'n/a' : `because ${index}`,
]
