import type { Command } from 'commander'
import { describeShared } from '#bin/shared-clones.ts'
import { loadConfig, toConfigJsonSchema } from '#lib/config.ts'
import { count } from '#lib/count.ts'
import { ConfigError } from '#lib/errors.ts'

export function registerConfig(program: Command): void {
  const config = program.command('config').description('help with desirepath.yaml')
  config
    .command('check')
    .description('say every fault of the configuration, with file, line and column')
    .addHelpText(
      'after',
      '\nExamples:\n  desirepath config check\n  desirepath --config ~/platform/desirepath.yaml config check',
    )
    .action(async () => {
      const config = loadConfig()
      const { file, goldenPaths, sources } = config
      const shared = await describeShared(config)
      if (shared.length > 0) {
        throw new ConfigError(shared.map((one) => `${file}: sources: ${one}`).join('\n'))
      }
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
