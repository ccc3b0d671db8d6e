import { Worker } from 'node:worker_threads'
import { readHere } from '#bin/collect.ts'
import { stopSignal } from '#bin/stop-signal.ts'
import type { RunOutcome } from '#collectors/run.ts'
import { withDatabase } from '#db/connection.ts'
import { type Lease, renewLease } from '#db/leases.ts'
import { loadConfig } from '#lib/config.ts'
import { DesirepathError } from '#lib/errors.ts'
import { hearSignsOfLife } from '#lib/sign-of-life.ts'

/** What a run of one source is told to do. It holds no secret: others see it among the processes. */
export interface Order {
  readonly sourceId: string
  readonly anew: boolean
  /** Whose holder waits for the run. */
  readonly lease: Lease
}

/** What the process of a run tells who started it. Every message is a sign of life, too. */
export type Told =
  | { readonly progress: readonly [what: string, done: number, total: number | null] }
  | { readonly alive: true }
  | { readonly outcome: RunOutcome }
  /** A failure that is no fault of the source: the others cannot be read, either. */
  | { readonly refusal: { readonly name: string; readonly message: string } }
  /** An error that nobody caught. */
  | { readonly bug: { readonly message: string; readonly stack: string } }

const SIGN_MS = 1000

const tell = (told: Told, then = () => {}) => process.send?.(told, then)
const tellLast = (told: Told) => tell(told, () => process.exit())

// Whoever started this is gone, and nobody else waits for it. A loop hears of that in another thread.
process.on('disconnect', () => process.exit())
new Worker(
  `setInterval(() => process.ppid === ${process.ppid} || process.kill(process.pid, 'SIGKILL'), 1000)`,
  { eval: true },
).unref()
process.on('uncaughtException', (error) => tellLast(toBug(error)))

const toBug = (error: unknown): Told => {
  const message = String(error)
  return { bug: { message, stack: error instanceof Error ? (error.stack ?? message) : message } }
}

await run(JSON.parse(process.argv[2] ?? '') as Order) // As `readApart` writes it.
  .then((outcome) => tellLast({ outcome }))
  .catch((error: unknown) => {
    if (!(error instanceof DesirepathError)) return tellLast(toBug(error))
    return tellLast({ refusal: { name: error.name, message: error.message } })
  })

/** Reads one source. */
async function run({ sourceId, anew, lease }: Order): Promise<RunOutcome> {
  const signal = stopSignal()
  passSignsOn()
  const config = loadConfig()
  return withDatabase(config.database, async (db) => {
    const read = readHere(db, config, {
      anew,
      now: () => new Date(),
      signal,
      progress: (_, ...progress) => tell({ progress }),
      // A long row of pages leaves others no moment to renew it.
      guard: (tx) => renewLease(tx, lease, new Date()),
    })
    return read(sourceId)
  })
}

/** At most one a second. */
function passSignsOn(): void {
  let told = 0
  hearSignsOfLife(() => {
    const now = performance.now()
    if (now - told < SIGN_MS) return
    told = now
    tell({ alive: true })
  })
}
