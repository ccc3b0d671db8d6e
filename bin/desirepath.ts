import { existsSync, readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { registerCollect } from '#bin/commands/collect.ts'
import { registerCompare } from '#bin/commands/compare.ts'
import { registerConfig } from '#bin/commands/config.ts'
import { registerDemo } from '#bin/commands/demo.ts'
import { registerDoctor } from '#bin/commands/doctor.ts'
import { registerExplain } from '#bin/commands/explain.ts'
import { registerExport } from '#bin/commands/export.ts'
import { registerInit } from '#bin/commands/init.ts'
import { registerMigrate } from '#bin/commands/migrate.ts'
import { registerScore } from '#bin/commands/score.ts'
import { registerSeal } from '#bin/commands/seal.ts'
import { registerShow } from '#bin/commands/show.ts'
import { registerSource } from '#bin/commands/source.ts'
import { registerStart } from '#bin/commands/start.ts'
import { registerTemplate } from '#bin/commands/template.ts'
import { registerToken } from '#bin/commands/token.ts'
import { registerValidateRequest } from '#bin/commands/validate-request.ts'
import { DEMO_CONFIG, DEMO_HINT } from '#bin/demo/place.ts'
import { COMMAND } from '#lib/command.ts'
import { DesirepathError, MissingConfigError } from '#lib/errors.ts'

const WRONG_USAGE = 2

const program = new Command('desirepath')
  .description('Shows whether golden paths are the paths that teams really walk.')
  .version(readVersion())
  .option('--config <file>', 'the configuration, instead of desirepath.yaml in this folder')
  .showHelpAfterError('(desirepath --help lists the commands)')
  .addHelpText(
    'afterAll',
    `\nWhere it is not on the PATH, \`desirepath\` stands for \`${COMMAND}\`, or \`npm run desirepath --\` in a checkout.`,
  )
  .exitOverride()
  .hook('preAction', (command) => {
    const { config } = command.opts<{ config?: string }>()
    if (config !== undefined) process.env['DESIREPATH_CONFIG'] = config
  })

for (const register of [
  registerStart,
  registerInit,
  registerConfig,
  registerTemplate,
  registerValidateRequest,
  registerSource,
  registerToken,
  registerCollect,
  registerScore,
  registerSeal,
  registerShow,
  registerCompare,
  registerExplain,
  registerExport,
  registerDoctor,
  registerDemo,
  registerMigrate,
]) {
  register(program)
}

function readVersion(): string {
  const file = new URL('../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version // As npm demands.
}

/** Tells an expected failure in its own words, and lets a bug through. */
function report(error: unknown): void {
  if (error instanceof CommanderError) {
    // Commander has told the user already; help and version are no failures.
    process.exitCode = error.exitCode === 0 ? 0 : WRONG_USAGE
    return
  }
  if (!(error instanceof DesirepathError)) throw error
  console.error(error.message)
  // Who named a file means that one.
  const isNamed = process.env['DESIREPATH_CONFIG'] !== undefined
  if (error instanceof MissingConfigError && !isNamed && existsSync(DEMO_CONFIG)) {
    console.error(DEMO_HINT)
  }
  process.exitCode = 1
}

// A reader such as `head` may leave before everything is told.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

await program.parseAsync().catch(report)
