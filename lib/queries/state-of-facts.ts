import { openMigrated, readDataVersion } from '#db/current.ts'
import { currentConfig } from '#lib/current-config.ts'

const open = openMigrated(() => currentConfig().config.database, { readonly: true }, 'measurements')

/**
 * What pages are made of, as a text that is another one after every change: of the configuration, or
 * of the database by any process. Null where that cannot be told.
 */
export async function stateOfFacts(): Promise<string | null> {
  try {
    const { modified } = currentConfig()
    const opened = await open()
    const database = opened && `${opened.file} ${await readDataVersion(opened.db)}`
    return `${modified} ${database ?? 'no database'}`
  } catch {
    // The page itself says what is the matter.
    return null
  }
}
