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

type Undivided = Omit<LedgerKind, 'quarter'>

const kindText = ({ kind, quarter }: LedgerKind) =>
  quarter === undefined ? kind : `${kind} ${quarter}`

/**
 * Samples by subject, as readers see them; of `subjects` or of all. With `isWriter` as the last run
 * left them, published or not.
 */
export async function listLedgers(
  db: Reader,
  ledgers: Undivided,
  options: Omit<PiecesAsked, 'quarters'> = {},
): Promise<Map<string, Uint8Array>> {
  const pieces = await listPieces(db, ledgers, { ...options, quarters: [] })
  return new Map(pieces.map(({ subject, samples }) => [subject, samples]))
}

/** What is stored of one subject in a ledger that is divided. */
export interface LedgerPiece {
  readonly subject: string
  /** Null: what is not divided. */
  readonly quarter: string | null
  readonly samples: Uint8Array
}

interface PiecesAsked {
  /** Left out: all. */
  readonly quarters?: readonly string[] | undefined
  /** Left out: all. */
  readonly subjects?: readonly string[]
  readonly isWriter?: boolean
}

/**
 * The undivided part of a ledger of every subject, or of `subjects`, and the part of each of
 * `quarters`, or of all. Asked for at once, so that all of it is of one run.
 */
export async function listPieces(
  db: Reader,
  ledgers: Undivided,
  { quarters, subjects, isWriter = false }: PiecesAsked = {},
): Promise<LedgerPiece[]> {
  const pieces: LedgerPiece[] = []
  const read = async (chunk: readonly string[] | undefined) => {
    let query = db.selectFrom('ledgers').select(['kind', 'subject_id', 'samples'])
    query = query.where('path_id', '=', ledgers.pathId ?? '')
    query =
      quarters === undefined
        ? query.where('kind', '>=', ledgers.kind).where('kind', '<', afterAll(ledgers))
        : query.where('kind', 'in', [
            ledgers.kind,
            ...quarters.map((quarter) => kindText({ ...ledgers, quarter })),
          ])
    query = isWriter ? query.where('to_run', 'is', null) : query.where(isPublished)
    if (chunk !== undefined) query = query.where('subject_id', 'in', chunk)
    for (const { kind, subject_id: subject, samples } of await query.execute()) {
      pieces.push({ subject, quarter: kind.slice(ledgers.kind.length + 1) || null, samples })
    }
  }
  if (subjects === undefined) await read(undefined)
  else await forEachChunk(subjects, read)
  return pieces
}

/** After the undivided part and every quarter, and before any other kind: a space comes first of all. */
const afterAll = ({ kind }: LedgerKind) => `${kind}!`

/** Who has any undivided part, as the last run left it. */
export async function listSubjects(
  db: Reader,
  { kind, pathId = '' }: LedgerKind,
): Promise<string[]> {
  const rows = await db
    .selectFrom('ledgers')
    .select('subject_id')
    .where('kind', '=', kind)
    .where('path_id', '=', pathId)
    .where('to_run', 'is', null)
    .execute()
  return rows.map(({ subject_id }) => subject_id)
}

/** All of these subjects is of the past, whatever quarters it has. */
export async function withdrawLedgers(
  tx: Database,
  run: number,
  ledgers: LedgerKind,
  subjects: readonly string[],
): Promise<void> {
  await forEachChunk(subjects, async (chunk) => {
    await tx
      .updateTable('ledgers')
      .set({ to_run: run })
      .where('kind', '>=', ledgers.kind)
      .where('kind', '<', afterAll(ledgers))
      .where('path_id', '=', ledgers.pathId ?? '')
      .where('subject_id', 'in', chunk)
      .where('to_run', 'is', null)
      .execute()
  })
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
