import type { Command } from 'commander'
import { withProject } from '#bin/context.ts'
import { withLease } from '#bin/lease.ts'
import { scoreAll } from '#scorecards/run.ts'

export function registerScore(program: Command): void {
  program
    .command('score')
    .description('compute adoption states and measurements from the facts collected')
    .option('--wait', 'wait for another collection or scoring to end')
    .addHelpText(
      'after',
      '\nEvery week of the history is scored, so that pages and `show --as-of` can tell of any day.\n\nExample:\n  desirepath collect && desirepath score',
    )
    .action(score)
}

async function score({ wait = false }: { wait?: boolean }): Promise<void> {
  await withProject(({ db }) =>
    withLease(db, { job: 'score', wait }, async (guard) => {
      const started = performance.now()
      const { weeks, changed } = await scoreAll(db, { now: new Date(), guard })
      const seconds = ((performance.now() - started) / 1000).toFixed(1)
      console.error(`scored ${weeks} weeks, ${changed} rows changed, ${seconds} s`)
    }),
  )
}
