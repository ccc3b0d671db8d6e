import type { Database } from '#db/connection.ts'
import { insertCoverage } from '#db/coverage.ts'
import { upsertFacts } from '#db/facts.ts'
import type { NewRow } from '#db/schema.ts'
import { day } from '#test/support/adoption.ts'

/** A fortnight after the wave has closed. */
export const NOW = new Date('2026-03-02T00:00:00Z')
export const OPENED = day('2026-02-02')
export const CLOSED = day('2026-02-16')

export function addWave(db: Database, row: Partial<NewRow<'survey_waves'>> = {}): Promise<number> {
  return upsertFacts(db, 'survey_waves', [
    {
      source_id: 'survey',
      native_id: '2026-q1',
      observed_at: CLOSED,
      name: 'First quarter',
      opened_at: OPENED,
      closed_at: CLOSED,
      invited_by_group: '{"payments":20,"search":30}',
      k: 5,
      ...row,
    },
  ])
}

export function addAnswers(
  db: Database,
  group: string,
  scores: readonly number[],
  row: Partial<NewRow<'survey_responses'>> = {},
): Promise<number> {
  return upsertFacts(
    db,
    'survey_responses',
    scores.map((score, index) => ({
      source_id: 'survey',
      native_id: `${group} ${index}`,
      observed_at: CLOSED,
      wave_id: '2026-q1',
      group_id: group,
      group_state: 'adopted',
      path_id: 'deploy',
      submitted_on: '2026-02-05',
      nps_score: score,
      csat: null,
      umux1: null,
      umux2: null,
      comment: null,
      quotable: 0,
      ...row,
    })),
  )
}

/** The answers were read in [from, to). */
export const addReading = (db: Database, to = NOW, from = new Date(OPENED)) =>
  insertCoverage(db, { sourceId: 'survey', scope: 'entity:survey_responses', from, to }, NOW)
