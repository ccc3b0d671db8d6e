import type { Command } from 'commander'
import { collectSources } from '#bin/collect.ts'
import { withProject } from '#bin/context.ts'
import { withLease } from '#bin/lease.ts'
import { progressLine } from '#bin/progress.ts'
import { readApart } from '#bin/read-apart.ts'
import { stopSignal } from '#bin/stop-signal.ts'

export function registerCollect(program: Command): void {
  program
    .command('collect')
    .description('read the sources, from where their last run ended')
    .argument('[source...]', 'source ids; all when left out')
    .option('--anew', 'forget where the last run ended, and read everything again')
    .option('--wait', 'wait for another collection or scoring to end')
    .addHelpText(
      'after',
      '\nA source that fails keeps its old rows and does not stop the others; the exit status is then 1. Each is read by a process of its own, which is ended after 10 minutes without a sign of life.\n\nExamples:\n  desirepath collect\n  desirepath collect clones helpdesk',
    )
    .action(collect)
}

interface CollectCommand {
  readonly wait?: boolean
  readonly anew?: boolean
}

async function collect(
  only: string[],
  { wait = false, anew = false }: CollectCommand,
): Promise<void> {
  const signal = stopSignal()
  await withProject(({ config, db }) =>
    withLease(db, { job: 'collect', wait, signal }, async (guard, lease) => {
      const { progress, done } = progressLine()
      const read = readApart(db, config, { anew, signal, progress, guard, lease })
      const outcomes = await collectSources(config, read, { only, signal, done })
      if (signal.aborted) console.error('stopped; the next run goes on from here')
      else if (outcomes.length === 0) console.error('no source is configured')
      const failed = signal.aborted || outcomes.some(({ status }) => status === 'failed')
      if (failed) process.exitCode = 1
    }),
  )
}
