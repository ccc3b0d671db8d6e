import 'server-only'
import { statSync } from 'node:fs'
import { configFile, loadAppConfig } from '#lib/config.ts'

type AppConfig = ReturnType<typeof loadAppConfig>

let read: { readonly config: AppConfig; readonly modified: number } | undefined

/**
 * What the pages need of the configuration, read again when the file has changed.
 *
 * @throws {ConfigError} naming every fault of the file at once
 */
export function appConfig(): AppConfig {
  const modified = statSync(configFile(), { throwIfNoEntry: false })?.mtimeMs ?? 0
  if (read?.modified !== modified) read = { config: loadAppConfig(), modified }
  return read.config
}
