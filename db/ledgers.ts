import { forEachChunk } from '#db/chunks.ts'
import type { Database, Reader } from '#db/connection.ts'
import { isPublished } from '#db/published.ts'
import { insertRows } from '#db/statements.ts'

/** Which ledgers: of one kind, and of one path where they are of paths. */
export interface LedgerKind {
  readonly kind: string
  readonly pathId?: string
  /** The first day of the quarter that they hold, such as 2026-04-01; left out: not divided. */
  readonly quarter?: string | undefined
}

const kindText = ({ kind, quarter }: LedgerKind) =>
  quarter === undefined ? kind : `${kind} ${quarter}`

/**
 * Samples by subject, as readers see them; of `subjects` or of all. With `isWriter` as the last run
 * left them, published or not.
 */
export async function listLedgers(
  db: Reader,
  ledgers: LedgerKind,
  { subjects, isWriter = false }: { subjects?: readonly string[]; isWriter?: boolean } = {},
): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>()
  const read = async (chunk: readonly string[] | undefined) => {
    let query = db
      .selectFrom('ledgers')
      .select(['subject_id', 'samples'])
      .where('kind', '=', kindText(ledgers))
      .where('path_id', '=', ledgers.pathId ?? '')
    query = isWriter ? query.where('to_run', 'is', null) : query.where(isPublished)
    if (chunk !== undefined) query = query.where('subject_id', 'in', chunk)
    for (const row of await query.execute()) found.set(row.subject_id, row.samples)
  }
  if (subjects === undefined) await read(undefined)
  else await forEachChunk(subjects, read)
  return found
}

/** Who has any, as the last run left them. */
export async function listSubjects(db: Reader, ledgers: LedgerKind): Promise<string[]> {
  const rows = await db
    .selectFrom('ledgers')
    .select('subject_id')
    .where('kind', '=', kindText(ledgers))
    .where('path_id', '=', ledgers.pathId ?? '')
    .where('to_run', 'is', null)
    .execute()
  return rows.map(({ subject_id }) => subject_id)
}

/** Makes `samples` the ones that stand; null: the subject has none any more. */
export async function writeLedgers(
  tx: Database,
  run: number,
  { pathId = '', ...ledgers }: LedgerKind,
  samples: ReadonlyMap<string, Uint8Array | null>,
): Promise<void> {
  const kind = kindText(ledgers)
  await forEachChunk([...samples], async (chunk) => {
    await tx
      .updateTable('ledgers')
      .set({ to_run: run })
      .where('kind', '=', kind)
      .where('path_id', '=', pathId)
      .where(
        'subject_id',
        'in',
        chunk.map(([id]) => id),
      )
      .where('to_run', 'is', null)
      .execute()
    const rows = chunk.flatMap(([subject_id, bytes]) =>
      bytes === null
        ? []
        : [{ kind, path_id: pathId, subject_id, samples: bytes, from_run: run, to_run: null }],
    )
    await insertRows(tx, 'ledgers', rows)
  })
}

/** Samples are rebuilt from facts: of those that were replaced nobody needs any. */
export async function deleteClosedLedgers(tx: Database): Promise<void> {
  await tx.deleteFrom('ledgers').where('to_run', 'is not', null).execute()
}
