import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { getHeapStatistics } from 'node:v8'
import { failed, type Read, type ReadOptions } from '#bin/collect.ts'
import type { Order, Told } from '#bin/collector-process.ts'
import { LONGEST_SILENCE_MS, LONGEST_STOP_MS } from '#bin/limits.ts'
import { closeAbandonedRuns, failRun } from '#db/collector-runs.ts'
import type { Database } from '#db/connection.ts'
import { type Lease, LeaseError } from '#db/leases.ts'
import type { Config } from '#lib/config.ts'
import { count } from '#lib/count.ts'
import { ConfigError, DatabaseError } from '#lib/errors.ts'

const COLLECTOR = fileURLToPath(new URL('./collector-process.ts', import.meta.url))

export interface Apart extends Pick<ReadOptions, 'anew' | 'progress'> {
  readonly signal: AbortSignal
  /** Held while sources are read, and renewed by its holder. */
  readonly lease: Lease
  readonly guard: (tx: Database) => Promise<void>
}

/**
 * Reads each source in a process of its own, so that a collector that loops, exits, leaks or falls
 * silent ends as a failed run of its source, and nothing else. Its memory is what Node takes on this
 * machine, or `NODE_OPTIONS` says. A run that `signal` stops ends in order, or is killed.
 *
 * @throws {LeaseError} when somebody else took the lease over
 * @throws {ConfigError} or {DatabaseError} when no source can be read
 */
export function readApart(db: Database, config: Config, apart: Apart): Read {
  return async (sourceId) => {
    const startedAt = new Date()
    const { anew = false, signal, lease, progress, guard } = apart
    const order = { sourceId, anew, lease }
    const end = await runChild(config, order, signal, (...told) => progress?.(sourceId, ...told))
    if ('outcome' in end) return end.outcome
    if ('refusal' in end) throw toError(end.refusal)
    const { message, stack = message } = end.bug
    const failure = { sourceId, startedAt, now: new Date(), error: message }
    await db.transaction().execute(async (tx) => {
      await guard(tx)
      // What was stopped before it began is due as it was.
      await (signal.aborted ? closeAbandonedRuns(tx, failure) : failRun(tx, failure))
    })
    return failed(stack)
  }
}

type End =
  | Extract<Told, { outcome: unknown } | { refusal: unknown }>
  /** Without a stack: what became of the process. */
  | { readonly bug: { readonly message: string; readonly stack?: string } }

type Progress = (...told: Extract<Told, { progress: unknown }>['progress']) => void

async function runChild(
  { file }: Config,
  order: Order,
  signal: AbortSignal,
  progress: Progress,
): Promise<End> {
  const child = fork(COLLECTOR, [JSON.stringify(order)], {
    env: { ...process.env, DESIREPATH_CONFIG: file },
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  })
  const hasOverflowed = watchMemory(child)
  const watch = watchOver(child, signal)
  let end: End | undefined
  child.on('message', (told: Told) => {
    watch.hear()
    if ('progress' in told) progress(...told.progress)
    else if (!('alive' in told)) end ??= told
  })
  const how = await ended(child)
  watch.close()
  if (end) return end
  const why = signal.aborted
    ? 'stopped; the next run goes on'
    : tellEnd(how, { isSilent: watch.isSilent(), hasOverflowed: hasOverflowed() })
  return { bug: { message: `${order.sourceId}: ${why}` } }
}

/** Kills it after too long a silence, or when it is to stop and does not. */
function watchOver(child: ChildProcess, signal: AbortSignal) {
  let isSilent = false
  const kill = () => child.kill('SIGKILL')
  const silence = setTimeout(() => {
    isSilent = true
    kill()
  }, LONGEST_SILENCE_MS)
  let stopping: NodeJS.Timeout | undefined
  const stop = () => {
    child.kill('SIGTERM')
    stopping = setTimeout(kill, LONGEST_STOP_MS)
  }
  signal.addEventListener('abort', stop)
  return {
    hear: () => void silence.refresh(),
    isSilent: () => isSilent,
    close() {
      clearTimeout(silence)
      clearTimeout(stopping)
      signal.removeEventListener('abort', stop)
    },
  }
}

/** As V8 says it, on its way out. */
const OVERFLOW = 'heap out of memory'

/** Passes on what it says, and tells whether it said that its memory is full. */
function watchMemory({ stderr }: ChildProcess): () => boolean {
  let said = ''
  let isFull = false
  stderr?.setEncoding('utf8').on('data', (text: string) => {
    process.stderr.write(text)
    isFull ||= (said + text).includes(OVERFLOW)
    said = text.slice(-OVERFLOW.length)
  })
  return () => isFull
}

type Ended = { readonly status: number | null; readonly signal: string | null } | Error

/** Once it is gone, and all that it told was heard. */
async function ended(child: ChildProcess): Promise<Ended> {
  try {
    const [status, signal] = (await once(child, 'close')) as [number | null, string | null]
    if (child.connected) await once(child, 'disconnect')
    return { status, signal }
  } catch (error) {
    return error as Error // It could not be started.
  }
}

const KEPT = 'pages stored until then were kept'

function tellEnd(
  how: Ended,
  { isSilent, hasOverflowed }: { isSilent: boolean; hasOverflowed: boolean },
): string {
  if (how instanceof Error) return `its process could not be started: ${how.message}`
  if (isSilent) return `was ended after ${tellLength()} without a sign of life; ${KEPT}`
  if (hasOverflowed) {
    const mebibytes = Math.round(getHeapStatistics().heap_size_limit / 2 ** 20)
    return `ran out of memory at ${mebibytes} MiB, and NODE_OPTIONS=--max-old-space-size=<MiB> gives more; ${KEPT}`
  }
  if (how.signal !== null) return `was ended by ${how.signal}; ${KEPT}`
  return `left by itself with status ${how.status}; ${KEPT}`
}

function tellLength(): string {
  const seconds = LONGEST_SILENCE_MS / 1000
  return seconds < 60 ? count(seconds, 'second') : count(seconds / 60, 'minute')
}

/** A failure of the other process, as if it had been of this one. */
function toError({ name, message }: { name: string; message: string }): Error {
  if (name === 'LeaseError') return new LeaseError(message, null)
  return new (name === 'ConfigError' ? ConfigError : DatabaseError)(message)
}
