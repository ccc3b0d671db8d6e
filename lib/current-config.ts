import { statSync } from 'node:fs'
import { type AppConfig, configFile, loadAppConfig } from '#lib/config.ts'

interface Read {
  readonly config: AppConfig
  /** When the file was last changed, in ms; 0: there is none. */
  readonly modified: number
}

let read: Read | undefined

/**
 * What the web server needs of the configuration, read again when the file has changed.
 *
 * @throws {ConfigError} naming every fault of the file at once
 */
export function currentConfig(): Read {
  const modified = statSync(configFile(), { throwIfNoEntry: false })?.mtimeMs ?? 0
  if (read?.modified !== modified) read = { config: loadAppConfig(), modified }
  return read
}
