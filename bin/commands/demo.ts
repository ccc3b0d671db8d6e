import type { Command } from 'commander'
import { z } from 'zod'
import { ensureDemo, writeSources } from '#bin/demo/ensure.ts'
import { removeDemo } from '#bin/demo/folder.ts'
import { DEMO_FOLDER } from '#bin/demo/place.ts'
import { COMMAND } from '#lib/command.ts'
import { ConfigError } from '#lib/errors.ts'
import { weekOf } from '#lib/period.ts'

interface CreateOptions {
  readonly folder: string
  readonly until?: string
  readonly sourcesOnly?: true
}

export function registerDemo(program: Command): void {
  const demo = program
    .command('demo')
    .description('a fictional organisation with two years of history, to look at')
  demo
    .command('create')
    .description('write its repositories and files, then collect and score them')
    .option('--folder <folder>', 'where it is written', DEMO_FOLDER)
    .option('--until <monday>', 'where its history ends; otherwise last Monday')
    .option('--sources-only', 'neither collect nor score')
    .addHelpText(
      'after',
      '\nA demonstration that is whole and recent is kept.\n\nExample:\n  desirepath demo create --folder ./demo',
    )
    .action(createDemo)
  demo
    .command('remove')
    .description('delete the demonstration: its sources, configuration and database')
    .option('--folder <folder>', 'where it was written', DEMO_FOLDER)
    .action(async ({ folder }: { folder: string }) => {
      await removeDemo(folder)
      say(`removed ${folder}: sources, configuration and database of the demonstration`)
      say(`next: \`${COMMAND} init\` writes a configuration for your own clones`)
    })
}

async function createDemo({ folder, until, sourcesOnly }: CreateOptions): Promise<void> {
  const today = new Date()
  const monday = until === undefined ? weekOf(today).from : parseMonday(until, today)
  if (sourcesOnly) {
    await writeSources(folder, monday)
    return say(`${folder}: sources written`)
  }
  // A history that ends in the past is collected and scored as it was then.
  const now = until === undefined ? today : monday
  const { configFile } = await ensureDemo({ folder, now, until: monday, log: say })
  say(`next: ${COMMAND} --config ${configFile} start`)
}

/** @throws {ConfigError} */
function parseMonday(text: string, today: Date): Date {
  const day = z.iso.date().safeParse(text)
  const instant = new Date(day.success ? `${text}T00:00:00Z` : Number.NaN)
  if (day.success && instant <= today && weekOf(instant).from.getTime() === instant.getTime()) {
    return instant
  }
  throw new ConfigError(`--until: expected a Monday that has passed, not "${text}"`)
}

const say = (line: string) => {
  process.stdout.write(`${line}\n`)
}
