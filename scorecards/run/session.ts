import { setImmediate } from 'node:timers/promises'
import { type ChangeToScore, deleteChangesToScore } from '#db/changes-to-score.ts'
import type { Database } from '#db/connection.ts'
import { deleteClosedLedgers, type LedgerKind, listLedgers, writeLedgers } from '#db/ledgers.ts'
import { discardUnpublished, publishRun } from '#db/published.ts'
import { finishScoringRun, insertScoringRun } from '#db/scoring-runs.ts'
import { definitions } from '#scorecards/catalogue.ts'
import { ENGINE_VERSION } from '#scorecards/engine-version.ts'

/** A scoring run that writes step by step; nobody sees any of it before it is published. */
export interface Session {
  readonly run: number
  readonly db: Database
  readonly now: Date
  /** Weeks up to this instant are scored. */
  readonly until: Date
  /** A transaction that the guard may refuse, as when a lease was lost. */
  readonly write: <T>(work: (tx: Database) => Promise<T>) => Promise<T>
  /** Lets timers, such as that which renews a lease, and signals have a turn. */
  readonly giveTurn: () => Promise<void>
}

export interface SessionTerms {
  readonly now: Date
  readonly until: Date
  readonly extent: 'full' | 'changes'
  /** Month in which the fiscal year begins. */
  readonly fiscalYearStart: number
  readonly guard: (tx: Database) => Promise<void>
}

/**
 * Ids and versions of all definitions, and how quarters are cut: by others nothing that was computed
 * before stands.
 */
export const catalogueVersion = (fiscalYearStart: number) =>
  `${DEFINITIONS}, fiscal year from month ${fiscalYearStart}`

const DEFINITIONS = definitions
  .map(({ id, version }) => `${id} ${version}`)
  .toSorted()
  .join(', ')

/** Removes what a run left that died, and begins another. */
export async function beginSession(db: Database, terms: SessionTerms): Promise<Session> {
  const { now, until, extent, fiscalYearStart, guard } = terms
  const giveTurn = () => setImmediate()
  const write: Session['write'] = async (work) => {
    // SQLite answers at once.
    await giveTurn()
    return db.transaction().execute(async (tx) => {
      await guard(tx)
      return work(tx)
    })
  }
  const run = await write(async (tx) => {
    await discardUnpublished(tx)
    return insertScoringRun(tx, {
      started_at: now.toISOString(),
      as_of: until.toISOString(),
      engine_version: ENGINE_VERSION,
      catalogue_version: catalogueVersion(fiscalYearStart),
      extent,
    })
  })
  return { run, db, now, until, write, giveTurn }
}

/** Shows readers all that the session wrote, and forgets the changes that it scored. */
export async function publishSession(
  { run, now, write }: Session,
  { changed, scored }: { readonly changed: number; readonly scored: readonly ChangeToScore[] },
): Promise<void> {
  await write(async (tx) => {
    await finishScoringRun(tx, run, { finished_at: now.toISOString(), changed_count: changed })
    await deleteChangesToScore(tx, scored)
    await deleteClosedLedgers(tx)
    await publishRun(tx, run)
  })
}

/** Writes items, some in each transaction, since every one has to wait for the disk. Returns rows changed. */
export async function writeEach<Item>(
  { write }: Session,
  items: readonly Item[],
  atOnce: number,
  writeItem: (tx: Database, item: Item) => Promise<number>,
): Promise<number> {
  let changed = 0
  for (let start = 0; start < items.length; start += atOnce) {
    changed += await write(async (tx) => {
      let written = 0
      for (const item of items.slice(start, start + atOnce)) written += await writeItem(tx, item)
      return written
    })
  }
  return changed
}

/** Makes `value` what a ledger says of a subject, as JSON. Returns whether it is another than before. */
export async function updateLedger(
  session: Session,
  kind: LedgerKind,
  subject: string,
  value: unknown,
): Promise<boolean> {
  const bytes = new TextEncoder().encode(JSON.stringify(value))
  const stored = await listLedgers(session.db, kind, { subjects: [subject], isWriter: true })
  if (Buffer.compare(stored.get(subject) ?? Buffer.alloc(0), bytes) === 0) return false
  await session.write((tx) => writeLedgers(tx, session.run, kind, new Map([[subject, bytes]])))
  return true
}
