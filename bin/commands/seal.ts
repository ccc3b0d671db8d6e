import type { Command } from 'commander'
import { withProject } from '#bin/context.ts'
import { toSealText } from '#bin/seal-text.ts'
import { sealQuarter } from '#lib/commands/seal-quarter.ts'
import type { Config } from '#lib/config.ts'
import { ConfigError } from '#lib/errors.ts'
import { readSealedQuarter } from '#lib/queries/sealed-quarter.ts'
import { parseWindow } from '#lib/windows.ts'

interface SealOptions {
  readonly show?: true
  readonly json?: true
}

export function registerSeal(program: Command): void {
  program
    .command('seal')
    .description('keep the figures of a quarter as they are now, for good')
    .argument('<quarter>', 'fiscal quarter, such as 2026-Q3')
    .option('--show', 'print what was sealed, and what was restated since')
    .option('--json', 'print it with every figure and its definition')
    .addHelpText(
      'after',
      '\nAll figures of the organisation and of golden paths at the last end of a week of the quarter are kept,\nwith their definitions and a hash of it all. Nothing changes them afterwards: what late facts, corrections and new definitions\nmake of them is told beside them, as restated.\n\nExamples:\n  desirepath seal 2026-Q3\n  desirepath seal 2026-Q3 --show',
    )
    .action(seal)
}

async function seal(text: string, { show, json }: SealOptions): Promise<void> {
  await withProject(async ({ config, db }) => {
    const { name: quarter, period } = parseQuarter(text, config.organisation)
    if (!show) await sealQuarter(db, { quarter, period, now: new Date() })
    const sealed = await readSealedQuarter(db, quarter)
    if (sealed === undefined) throw new ConfigError(`${quarter}: was never sealed`)
    process.stdout.write(json ? `${JSON.stringify(sealed, null, 2)}\n` : toSealText(sealed))
  })
}

/** @throws {ConfigError} it names no quarter */
function parseQuarter(text: string, organisation: Config['organisation']) {
  const window = parseWindow(text, organisation)
  if (window?.kind === 'quarter') return window
  throw new ConfigError(`expected a fiscal quarter such as 2026-Q3, not "${text}"`)
}
