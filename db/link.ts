import type { Database } from '#db/connection.ts'
import type { FactTable } from '#db/natural-keys.ts'
import type { Schema } from '#db/schema.ts'
import type { StoredRow } from '#db/statements.ts'

/** What is looked up among facts by what a source told, and again when those come, change or go. */
export interface Link {
  /** By table, the columns that decide what is meant, besides its key. */
  readonly reads: { readonly [T in FactTable]?: readonly (keyof Schema[T] & string)[] }
  /**
   * Looks again where one of `rows` of `table` may be meant: what was and what is now of rows that came,
   * went, or changed in one of those columns. `observed_at` of what is linked stays: its source told
   * nothing new.
   */
  readonly relink: (db: Database, rows: readonly StoredRow[], table: FactTable) => Promise<void>
}
