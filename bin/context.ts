import { toOrganisation } from '#bin/organisation.ts'
import { type Database, withDatabase } from '#db/connection.ts'
import { migrateToLatest } from '#db/migrate.ts'
import { saveOrganisation } from '#db/organisation.ts'
import { type Config, loadConfig } from '#lib/config.ts'

/** What a command works with. */
export interface Project {
  readonly config: Config
  /** At the newest schema, and holding what the configuration says. */
  readonly db: Database
}

/**
 * Opens the project that `--config`, `DESIREPATH_CONFIG` or the working directory names, and closes
 * it whatever happens.
 *
 * @throws {ConfigError} naming every fault of the configuration
 * @throws {DatabaseError} when the database cannot be used
 */
export async function withProject<T>(
  work: (project: Project) => Promise<T>,
  config: Config = loadConfig(),
): Promise<T> {
  return withDatabase(config.database, async (db) => {
    await migrateToLatest(db)
    await saveOrganisation(db, toOrganisation(config), new Date())
    return work({ config, db })
  })
}
