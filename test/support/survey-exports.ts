import { type RunOutcome, runCollector } from '#collectors/run.ts'
import { surveysCollector } from '#collectors/surveys/collector.ts'
import type { Database } from '#db/connection.ts'
import { SurveyProfiles } from '#lib/survey-profile.ts'
import { RUN_AT } from '#test/collectors/acceptance.ts'

interface CollectOptions {
  readonly now?: Date
  readonly signal?: AbortSignal
  readonly guard?: (tx: Database) => Promise<void>
}

/** Collects a folder of exports as the source `survey`, by profiles as the configuration has them. */
export function collectSurveys(
  db: Database,
  folder: string,
  profiles: readonly object[],
  { now = RUN_AT, signal = new AbortController().signal, guard }: CollectOptions = {},
): Promise<RunOutcome> {
  const surveys = SurveyProfiles.parse(profiles)
  const collector = surveysCollector({ sourceId: 'survey', folder, surveys })
  return runCollector(db, collector, { now: () => now, signal, progress: () => {} }, guard)
}

/** A profile of `pulse.csv` that asks for a recommendation by team, in a wave of February 2026. */
export const aProfile = (rest: object = {}) => ({
  id: 'pulse',
  name: 'Pulse',
  file: 'pulse.csv',
  opened: '2026-02-02',
  closed: '2026-02-16',
  questions: [{ column: 'How likely are you to recommend it?', is: 'nps' }],
  ...rest,
})

/** Words of a five-point scale, from its lower end up. */
export const SATISFACTION = [
  'Very dissatisfied',
  'Dissatisfied',
  'Neither satisfied nor dissatisfied',
  'Satisfied',
  'Very satisfied',
]

/** Rows as a product writes them: every cell in quotes where it needs them. */
export const toCsv = (rows: readonly (readonly string[])[], delimiter = ',') =>
  rows.map((row) => `${row.map((cell) => quote(cell, delimiter)).join(delimiter)}\n`).join('')

const quote = (cell: string, delimiter: string) =>
  cell.includes(delimiter) || /["\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell

/** The answers that are stored, without what every row has alike. */
export async function storedAnswers(db: Database) {
  const rows = await db.selectFrom('survey_responses').selectAll().orderBy('native_id').execute()
  return rows.map(({ source_id: _source, observed_at: _seen, ...row }) => row)
}
