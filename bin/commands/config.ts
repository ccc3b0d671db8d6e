import type { Command } from 'commander'
import { count } from '#bin/count.ts'
import { loadConfig, toConfigJsonSchema } from '#lib/config.ts'

export function registerConfig(program: Command): void {
  const config = program.command('config').description('help with desirepath.yaml')
  config
    .command('check')
    .description('say every fault of the configuration, with file, line and column')
    .addHelpText(
      'after',
      '\nExamples:\n  desirepath config check\n  desirepath --config ~/platform/desirepath.yaml config check',
    )
    .action(() => {
      const { file, goldenPaths, sources } = loadConfig()
      const counts = `${count(goldenPaths.length, 'golden path')}, ${count(sources.length, 'source')}`
      process.stdout.write(`${file}: ok, ${counts}\n`)
    })
  config
    .command('schema')
    .description('print the JSON Schema of desirepath.yaml, so that editors complete it')
    .addHelpText(
      'after',
      '\nExample:\n  desirepath config schema > desirepath.schema.json\n  and on the first line of desirepath.yaml:\n  # yaml-language-server: $schema=./desirepath.schema.json',
    )
    .action(() => {
      process.stdout.write(`${JSON.stringify(toConfigJsonSchema(), null, 2)}\n`)
    })
}
