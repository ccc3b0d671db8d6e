import { parseConfig } from '#lib/config.ts'
import { ConfigError } from '#lib/errors.ts'

/** The faults of a configuration, each without the file's folder. */
export function listFaults(yaml: string): string[] {
  try {
    parseConfig(yaml, 'desirepath.yaml')
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n')
    throw error
  }
  return []
}
