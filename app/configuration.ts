import 'server-only'
import type { AppConfig } from '#lib/config.ts'
import { currentConfig } from '#lib/current-config.ts'

/**
 * What the pages need of the configuration, as it stands now.
 *
 * @throws {ConfigError} naming every fault of the file at once
 */
export const appConfig = (): AppConfig => currentConfig().config
