import type { Command } from 'commander'
import { withProject } from '#bin/context.ts'
import { withLease } from '#bin/lease.ts'
import { publishSurveys } from '#lib/commands/publish-surveys.ts'
import { count } from '#lib/count.ts'
import { scoreAll } from '#scorecards/run.ts'

export function registerScore(program: Command): void {
  program
    .command('score')
    .description('compute adoption states and measurements from the facts collected')
    .option('--full', 'compute everything anew, not only what the changed facts touch')
    .option('--wait', 'wait for another collection or scoring to end')
    .addHelpText(
      'after',
      '\nEvery week of the history is scored, so that pages and `show --as-of` can tell of any day. What no\nchanged fact touches stays as it is; both ways lead to the same numbers.\n\nExample:\n  desirepath collect && desirepath score',
    )
    .action(score)
}

interface ScoreOptions {
  readonly full?: boolean
  readonly wait?: boolean
}

async function score({ full = false, wait = false }: ScoreOptions): Promise<void> {
  await withProject(({ config, db }) =>
    withLease(db, { job: 'score', wait }, async (guard) => {
      const started = performance.now()
      const { extent, changed } = await scoreAll(db, {
        now: new Date(),
        isFull: full,
        fiscalYearStart: config.organisation.fiscalYearStart,
        guard,
      })
      const waves = await publishSurveys(db, { now: new Date(), guard })
      const seconds = ((performance.now() - started) / 1000).toFixed(1)
      const what = extent === 'full' ? 'everything' : 'what the changed facts touch'
      console.error(`scored ${what}: ${count(changed, 'row')} changed, ${seconds} s`)
      if (waves > 0) console.error(`published ${count(waves, 'survey wave')}`)
    }),
  )
}
