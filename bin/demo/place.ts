import { join } from 'node:path'
import { COMMAND } from '#lib/command.ts'

/** Where the demonstration is written, unless somebody names another folder. */
export const DEMO_FOLDER = 'data/demo'
export const CONFIGURATION_FILE = 'desirepath.yaml'
export const DEMO_CONFIG = join(DEMO_FOLDER, CONFIGURATION_FILE)

/** What a reader of the demonstration has to add to every command. */
export const DEMO_HINT = `the demonstration is read by: ${COMMAND} --config ${DEMO_CONFIG} <command>`
