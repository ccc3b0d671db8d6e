import { CompiledQuery, type KyselyPlugin } from 'kysely'
import type { Database } from '#db/connection.ts'

interface Watch {
  /** Through which everything is watched. */
  readonly watched: Database
  /** How many rows with a column were read. */
  readonly countRead: (column: string) => number
  /** How SQLite finds the rows of the statements that were carried out. */
  readonly listSteps: () => Promise<string[]>
}

/** Watches what is asked of a database. */
export function watch(db: Database): Watch {
  const statements: CompiledQuery[] = []
  const rows: object[] = []
  const plugin: KyselyPlugin = {
    transformQuery: ({ node, queryId }) => {
      statements.push(db.getExecutor().compileQuery(node, queryId))
      return node
    },
    transformResult: async ({ result }) => {
      rows.push(...result.rows)
      return result
    },
  }
  return {
    watched: db.withPlugin(plugin),
    countRead: (column) => rows.filter((row) => column in row).length,
    listSteps: async () => {
      const plans = statements.map(({ sql, parameters }) =>
        db.executeQuery<{ detail: string }>(
          CompiledQuery.raw(`explain query plan ${sql}`, [...parameters]),
        ),
      )
      return (await Promise.all(plans)).flatMap((plan) => plan.rows.map(({ detail }) => detail))
    },
  }
}
