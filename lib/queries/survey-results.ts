import type { Reader } from '#db/connection.ts'
import { listSurveyPublications } from '#db/survey-publications.ts'
import type { PublishedWave } from '#scorecards/survey/publish.ts'

export interface SurveyResults extends PublishedWave {
  readonly sourceId: string
  /** As people call the wave. */
  readonly name: string
  readonly openedAt: Date
  readonly closedAt: Date
  readonly publishedAt: Date
}

/**
 * What was published of the waves that had closed by `asOf`, the newest first. There is no other way
 * to anything that people answered.
 */
export async function listSurveyResults(db: Reader, asOf: Date): Promise<SurveyResults[]> {
  const rows = await listSurveyPublications(db, asOf)
  return rows.map((row) => ({
    ...toPublishedWave(row.body),
    sourceId: row.source_id,
    name: row.name,
    openedAt: new Date(row.opened_at),
    closedAt: new Date(row.closed_at),
    publishedAt: new Date(row.published_at),
  }))
}

/** The same of every wave that ever closed: a publication never changes, so it may be kept. */
export const listEverySurveyResult = (db: Reader) => listSurveyResults(db, LAST_DAY)

const LAST_DAY = new Date('9999-12-31T00:00:00Z')

/** Written by publishing in this shape; nobody else writes it. */
const toPublishedWave = (json: string) => JSON.parse(json) as PublishedWave
