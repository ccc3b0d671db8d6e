import type { Command } from 'commander'
import { start } from '#bin/start.ts'
import { stopSignal } from '#bin/stop-signal.ts'
import { runWorker } from '#bin/worker.ts'

export function registerStart(program: Command): void {
  program
    .command('start')
    .description('serve the pages on this machine, and collect and score on schedule')
    .option('--port <port>', 'of the pages', '3000')
    .option('--host <address>', 'a loopback address', '127.0.0.1')
    .option('--no-build', 'use the pages as they were built last')
    .addHelpText(
      'after',
      '\nWithout a desirepath.yaml it makes a demonstration organisation and shows that.\n\nExamples:\n  desirepath start\n  desirepath start --port 8080\n  desirepath --config ~/platform/desirepath.yaml start',
    )
    .action((options: { port: string; host: string; build: boolean }) =>
      start({ ...options, signal: stopSignal() }),
    )
  program
    .command('pages', { hidden: true })
    .description('serve the pages as they were built, without the worker; `start` runs it')
    .option('--port <port>', 'of the pages', '3000')
    .option('--host <address>', 'a loopback address', '127.0.0.1')
    .action(async (options: { port: string; host: string }) => {
      // Next and React read it as they are loaded.
      Object.assign(process.env, { NODE_ENV: 'production' })
      const { servePages } = await import('#bin/pages.ts')
      await servePages({ ...options, signal: stopSignal() })
    })
  program
    .command('worker', { hidden: true })
    .description('collect and score on schedule, without pages; `start` runs it')
    .action(() => runWorker(stopSignal()))
}
