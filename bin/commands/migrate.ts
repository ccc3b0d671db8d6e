import type { Command } from 'commander'
import { withProject } from '#bin/context.ts'

export function registerMigrate(program: Command): void {
  program
    .command('migrate')
    .description('bring the database to the newest schema; the other commands do so by themselves')
    .addHelpText('after', '\nExample:\n  desirepath migrate')
    .action(() =>
      withProject(async ({ config }) => {
        process.stdout.write(`${config.database}: at the newest schema\n`)
      }),
    )
}
