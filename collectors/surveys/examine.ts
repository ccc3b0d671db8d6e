import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Examination } from '#collectors/collector.ts'
import { listStrangers, type SurveysSource } from '#collectors/surveys/collector.ts'
import { type RefusedAnswer, readSurvey, type SurveyFact } from '#collectors/surveys/read.ts'
import { UnreadableExport } from '#collectors/surveys/table.ts'
import { RESERVED_GROUPS, type SurveyProfile } from '#lib/survey-profile.ts'

/** Reads every export by its profile, and stores nothing. @throws {SourceError} */
export async function* examineSurveys(source: SurveysSource): AsyncGenerator<Examination> {
  for (const why of await listStrangers(source)) {
    const problem = { why, todo: 'describe it under surveys, or take it out of the folder' }
    yield { what: 'folder', fills: [], says: '', problem }
  }
  for (const survey of source.surveys) {
    const what = `${survey.id} (${survey.file})`
    try {
      yield { what, fills: FILLS, ...tellOf(survey, await read(source, survey)) }
    } catch (error) {
      const isExpected =
        error instanceof UnreadableExport || (error instanceof Error && 'syscall' in error)
      if (!isExpected) throw error
      const todo = 'check the file, and the profile of the survey in the configuration'
      yield { what, fills: [], says: '', problem: { why: error.message, todo } }
    }
  }
}

const FILLS = ['survey_waves', 'survey_responses'] as const

const read = async ({ folder }: SurveysSource, survey: SurveyProfile) =>
  readSurvey(survey, await readFile(join(folder, survey.file)))

function tellOf(
  { exported }: SurveyProfile,
  { records, refused }: ReturnType<typeof readSurvey>,
): Pick<Examination, 'says' | 'problem'> {
  const groups = records.flatMap(({ value }) => {
    const fact = value as SurveyFact | RefusedAnswer
    return 'kind' in fact && fact.kind === 'responses' ? [fact.rows[0]?.group_id] : []
  })
  const strangers = groups.filter((id) => id === RESERVED_GROUPS.unmapped).length
  const says = `${groups.length} answers, ${strangers} of no known group`
  const until = exported === undefined ? '; not published until the profile says exported' : ''
  if (refused === 0) return { says: says + until, problem: null }
  const why = `answers that cannot be read: ${refused}, beside ${says}`
  return { says, problem: { why, todo: 'desirepath collect, then see /data/quarantine for each' } }
}
