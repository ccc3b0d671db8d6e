import type { Reader } from '#db/connection.ts'
import { findLastScoringRun } from '#db/scoring-runs.ts'

export interface PublishedScoring {
  /** The moment that its figures speak for. */
  readonly asOf: Date
  readonly finishedAt: Date
}

/** The scoring run that readers see; undefined before the first. */
export async function findPublishedScoring(db: Reader): Promise<PublishedScoring | undefined> {
  const run = await findLastScoringRun(db)
  if (run === undefined || run.finished_at === null) return undefined
  return { asOf: new Date(run.as_of), finishedAt: new Date(run.finished_at) }
}
