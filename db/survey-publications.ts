import type { Database, Reader } from '#db/connection.ts'
import type { NewRow, Row } from '#db/schema.ts'

/** The first publication of a wave stands for good. Returns whether this was it. */
export async function insertSurveyPublication(
  db: Database,
  publication: NewRow<'survey_publications'>,
): Promise<boolean> {
  const result = await db
    .insertInto('survey_publications')
    .values(publication)
    .onConflict((conflict) => conflict.columns(['source_id', 'wave_id']).doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

/** Publications of waves that had closed by `asOf`, the newest wave first. */
export function listSurveyPublications(
  db: Reader,
  asOf: Date,
): Promise<Row<'survey_publications'>[]> {
  return db
    .selectFrom('survey_publications')
    .selectAll()
    .where('closed_at', '<=', asOf.toISOString())
    .orderBy('closed_at', 'desc')
    .orderBy('source_id')
    .orderBy('wave_id')
    .execute()
}
