import { existsSync, writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Collector } from '#collectors/collector.ts'
import { runCollector as runAsItIs } from '#collectors/run.ts'
import { giveSignOfLife } from '#lib/sign-of-life.ts'

/**
 * Loaded before a command (`--import`), this stands in for two of its modules: for the runner, so
 * that a collector misbehaves as the id of its source says (`exits-here`; `exits-later`, once it
 * has told a page; `waits-first`, before it tells any), and for the limits, so that nobody waits for minutes.
 */
const STANDS_FOR = ['#collectors/run.ts', '#bin/limits.ts']

registerHooks({
  resolve: (specifier, context, next) =>
    STANDS_FOR.includes(specifier) && context.parentURL !== import.meta.url
      ? { url: import.meta.url, shortCircuit: true }
      : next(specifier, context),
})

// What processes of this one are run by.
process.execPath = process.env['NODE_AT'] ?? process.execPath

export const LONGEST_SILENCE_MS = 12_000
export const LONGEST_STOP_MS = 1000

export const runCollector: typeof runAsItIs = (db, collector, ...rest) =>
  runAsItIs(db, misbehave(collector), ...rest)

function misbehave<Fact>(collector: Collector<Fact>): Collector<Fact> {
  const [way = '', when] = collector.sourceId.split('-')
  const misbehaves = WAYS[way]
  if (misbehaves === undefined) return collector
  return {
    ...collector,
    async *fetch(...given) {
      if (when === 'later') {
        for await (const page of collector.fetch(...given)) {
          yield page
          break
        }
      }
      // Whoever looks for the process finds it here.
      writeFileSync('misbehaving.pid', String(process.pid))
      await misbehaves()
      if (when === 'first') yield* collector.fetch(...given)
    },
  }
}

const never = () => new Promise<void>(() => {})

const WAYS: Readonly<Record<string, () => Promise<void>>> = {
  async throws() {
    throw new TypeError('a bug of the collector')
  },
  async rejects() {
    Promise.reject(new TypeError('a promise that nobody waits for'))
    await never()
  },
  async loops() {
    for (;;);
  },
  async spins() {
    for (;;) await sleep(1)
  },
  async exits() {
    process.exit(0)
  },
  /** The id of a Backstage cannot be chosen. */
  async catalog() {
    process.exit(3)
  },
  async leaks() {
    const kept: unknown[] = []
    for (;;) kept.push(Array.from({ length: 1000 }, () => ({})))
  },
  async dies() {
    process.kill(process.pid, 'SIGKILL')
    await never()
  },
  /** Until the test has done what it wants to do meanwhile. */
  async waits() {
    while (!existsSync('go-on')) {
      await sleep(50)
      giveSignOfLife()
    }
  },
  /** Slow and sound: longer than the longest silence. */
  async plods() {
    const end = performance.now() + LONGEST_SILENCE_MS * 1.5
    while (performance.now() < end) {
      await sleep(100)
      giveSignOfLife()
    }
  },
}
