import type { z } from 'zod'
import type { Database } from '#db/connection.ts'
import type { FactTable } from '#db/natural-keys.ts'
import type { Period } from '#lib/period.ts'

/** What a run may use. `now` is the clock; nothing else tells the time. */
export interface CollectorContext {
  readonly now: () => Date
  /** Aborted when the run is cut short. */
  readonly signal: AbortSignal
  /** Tells a person how far long work has come: `done` of `total` (null when unknown). */
  readonly progress: (what: string, done: number, total: number | null) => void
}

/** A part of what a source holds. Its rows, cursor and coverage are stored in one transaction. */
export interface Page {
  /** What the cursor and the coverage belong to: `repository:<id>`, `entity:<table>`. */
  readonly scope: string
  /** As they came. The position names a record for a person: a line of a file, a commit. */
  readonly records: readonly SourceRecord[]
  /** Where the next run of this scope goes on; JSON. */
  readonly cursor: unknown
  /** The time that this scope has now been fully read for; null while more pages follow. */
  readonly covers: Period | null
  /** True on the first page of a full reading: what an earlier one could not read is forgotten. */
  readonly begins?: boolean
  /** True when what is stored of this scope must go first: its history was rewritten. */
  readonly replaces?: boolean
}

export interface SourceRecord {
  readonly position: string
  readonly value: unknown
}

/** One source. Transactions, quarantine, coverage, run records and resuming are the runner's. */
export interface Collector<Fact> {
  readonly sourceId: string
  /** JSON of everything that decides what is read. Another configuration starts without cursors. */
  readonly configuration: unknown

  /**
   * Reads the source from where `cursors` (by scope) left off, oldest first within a scope. An
   * unchanged scope yields no page. Throws `SourceError`; one scope that fails may instead be
   * yielded as a `ScopeFailure` so that the others go on.
   */
  fetch(
    cursors: ReadonlyMap<string, unknown>,
    context: CollectorContext,
  ): AsyncIterable<Page | ScopeFailure>

  /** Reads one record. What it refuses is quarantined with the reason, not lost. */
  readonly record: z.ZodType<Fact>

  /** Writes a page's facts; when it `replaces`, removes the scope's old rows first. Returns rows changed. */
  save(
    tx: Database,
    facts: readonly Fact[],
    page: Pick<Page, 'scope' | 'replaces' | 'records'>,
    observedAt: Date,
  ): Promise<number>
}

/** One scope could not be read; its rows, cursor and coverage stay as they were. */
export interface ScopeFailure {
  readonly scope: string
  readonly failure: Error
}

/** One thing that a source was asked for on trial. */
export interface Examination {
  /** In the source's own words. */
  readonly what: string
  /** Tables that it fills. */
  readonly fills: readonly FactTable[]
  /** What was found: how many, or of what. */
  readonly says: string
  /** Why it cannot be read, and what would help; null when it can. */
  readonly problem: { readonly why: string; readonly todo: string } | null
}
