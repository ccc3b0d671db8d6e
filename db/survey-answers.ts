import type { Reader } from '#db/connection.ts'
import type { Row } from '#db/schema.ts'

export type ClosedWaveRow = Row<'survey_waves'> & { readonly closed_at: string }

/** Waves that had closed by `now` and of which nothing was published, by closing and id. */
export async function listUnpublishedWaves(db: Reader, now: Date): Promise<ClosedWaveRow[]> {
  return await db
    .selectFrom('survey_waves as wave')
    .leftJoin('survey_publications as publication', (join) =>
      join
        .onRef('publication.source_id', '=', 'wave.source_id')
        .onRef('publication.wave_id', '=', 'wave.native_id'),
    )
    .selectAll('wave')
    .where('publication.wave_id', 'is', null)
    .where('wave.closed_at', '<=', now.toISOString())
    .orderBy('wave.closed_at')
    .orderBy('wave.native_id')
    .$narrowType<{ closed_at: string }>()
    .execute()
}

/** The answers of a wave, by id. Only the one that publishes waves may read them. */
export function listSurveyResponses(
  db: Reader,
  { source_id, native_id }: Pick<Row<'survey_waves'>, 'source_id' | 'native_id'>,
): Promise<Row<'survey_responses'>[]> {
  return db
    .selectFrom('survey_responses')
    .selectAll()
    .where('source_id', '=', source_id)
    .where('wave_id', '=', native_id)
    .orderBy('native_id')
    .execute()
}
