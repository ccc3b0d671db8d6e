import { forEachChunk } from '#db/chunks.ts'
import type { Database, Reader } from '#db/connection.ts'
import type { Row, SubjectKind } from '#db/schema.ts'

/** What a change of facts touches. */
export interface Touched {
  readonly kind: SubjectKind
  /** Empty text where the kind has one subject only. */
  readonly id: string
  /** Nothing before this instant is touched. Empty text: everything is. */
  readonly since: string
}

export type ChangeToScore = Row<'changes_to_score'>

/** Notes what a change of facts touches, in the transaction of the change. */
export async function noteChanges(tx: Database, touched: Iterable<Touched>): Promise<void> {
  const stamp = crypto.randomUUID()
  const rows = [...earliest(touched)].map(({ kind, id, since }) => ({
    subject_kind: kind,
    subject_id: id,
    since,
    stamp,
  }))
  await forEachChunk(rows, (chunk) =>
    tx
      .insertInto('changes_to_score')
      .values([...chunk])
      .onConflict((conflict) =>
        conflict.columns(['subject_kind', 'subject_id']).doUpdateSet((eb) => ({
          since: eb
            .case()
            .when(eb.ref('excluded.since'), '<', eb.ref('changes_to_score.since'))
            .then(eb.ref('excluded.since'))
            .else(eb.ref('changes_to_score.since'))
            .end(),
          stamp: eb.ref('excluded.stamp'),
        })),
      )
      .execute(),
  )
}

/** Of every subject the earliest. */
function earliest(touched: Iterable<Touched>): Iterable<Touched> {
  const known = new Map<string, Touched>()
  for (const one of touched) {
    const key = `${one.kind}\n${one.id}`
    const before = known.get(key)
    if (before === undefined || one.since < before.since) known.set(key, one)
  }
  return known.values()
}

export const listChangesToScore = (db: Reader): Promise<ChangeToScore[]> =>
  db.selectFrom('changes_to_score').selectAll().execute()

/** Removes changes that were scored; one that came again in the meantime stays. */
export async function deleteChangesToScore(
  tx: Database,
  scored: readonly ChangeToScore[],
): Promise<void> {
  await forEachChunk([...new Set(scored.map(({ stamp }) => stamp))], (stamps) =>
    tx.deleteFrom('changes_to_score').where('stamp', 'in', stamps).execute(),
  )
}
