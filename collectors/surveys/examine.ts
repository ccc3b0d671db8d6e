import { join } from 'node:path'
import type { Examination } from '#collectors/collector.ts'
import { listStrangers, type SurveysSource } from '#collectors/surveys/collector.ts'
import { RefusedAnswer, readSurvey, type SurveyFact } from '#collectors/surveys/read.ts'
import { readExport, UnreadableExport } from '#collectors/surveys/table.ts'
import { count } from '#lib/count.ts'
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
      if (!(error instanceof UnreadableExport)) throw error
      const todo = 'check the file, and the profile of the survey in the configuration'
      yield { what, fills: [], says: '', problem: { why: error.message, todo } }
    }
  }
}

const FILLS = ['survey_waves', 'survey_responses'] as const

const read = async ({ folder }: SurveysSource, survey: SurveyProfile) =>
  readSurvey(survey, (await readExport(join(folder, survey.file))).bytes)

function tellOf(
  { exported }: SurveyProfile,
  { records, refused }: ReturnType<typeof readSurvey>,
): Pick<Examination, 'says' | 'problem'> {
  const groups = records.flatMap(({ value }) => {
    const fact = value as SurveyFact | RefusedAnswer
    return 'kind' in fact && fact.kind === 'responses' ? [fact.rows[0]?.group_id] : []
  })
  const strangers = groups.filter((id) => id === RESERVED_GROUPS.unmapped).length
  const says = `${count(groups.length, 'answer')}, ${strangers} of no known group`
  const until = exported === undefined ? '; not published until the profile says exported' : ''
  if (refused === 0) return { says: says + until, problem: null }
  const reasons = listReasons(records)
  const more = reasons.length - SHOWN
  const why = [
    `answers that cannot be read: ${refused}, beside ${says}`,
    ...reasons.slice(0, SHOWN),
    ...(more > 0 ? [`and ${count(more, 'more reason')}`] : []),
  ].join('\n')
  const todo = 'mend the file or the profile; after collecting, the page /data lists each answer'
  return { says, problem: { why, todo } }
}

const SHOWN = 3

/** Each once, though many answers have it. */
const listReasons = (records: ReturnType<typeof readSurvey>['records']) => [
  ...new Set(
    records.flatMap(({ value }) =>
      value instanceof RefusedAnswer
        ? value.faults.map(({ column, fault }) => [column, fault].filter(Boolean).join(': '))
        : [],
    ),
  ),
]
