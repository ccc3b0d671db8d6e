import { relative } from 'node:path'
import type { Command } from 'commander'
import { type InitOptions, writeBeginning } from '#bin/init.ts'
import { COMMAND } from '#lib/command.ts'
import { count } from '#lib/count.ts'

export function registerInit(program: Command): void {
  program
    .command('init')
    .description('write a desirepath.yaml to begin with, and a catalogue of the clones found')
    .option('--clones <folders...>', 'where local clones or bare mirrors are')
    .option('--name <name>', 'of the organisation')
    .addHelpText(
      'after',
      "\nNothing that exists is overwritten.\n\nExamples:\n  desirepath init --clones '../clones/*'\n  desirepath init --name Acme --clones '/srv/mirrors/**/*.git'",
    )
    .action(init)
}

async function init(options: InitOptions): Promise<void> {
  const { files, services, refused } = await writeBeginning(options)
  for (const line of refused) console.error(`not read: ${line}`)
  const written = files.map((file) => `wrote ${relative('.', file)}\n`).join('')
  process.stdout.write(
    `${written}\n${count(services, 'service')} found. Next:\n${[
      'fill in catalog/teams.csv, and team_id and workload_class in catalog/services.csv',
      `describe a golden path in desirepath.yaml, then: ${COMMAND} config check`,
      `${COMMAND} start`,
    ]
      .map((step, index) => `  ${index + 1}. ${step}\n`)
      .join('')}`,
  )
}
