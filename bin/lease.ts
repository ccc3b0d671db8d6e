import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '#db/connection.ts'
import {
  acquireLease,
  checkFence,
  type Lease,
  LeaseError,
  releaseLease,
  renewLease,
} from '#db/leases.ts'
import { isProcessRunning } from '#lib/process.ts'

const RENEW_MS = 20_000
const RETRY_MS = 500

/** Everything that writes facts or measurements runs under this one. */
const JOBS = 'jobs'

export interface LeaseOptions {
  /** What others are told is at work: `collect`. */
  readonly job: string
  /** Waits for another holder to end, instead of failing. */
  readonly wait?: boolean
  /** Ends the waiting. */
  readonly signal?: AbortSignal
}

/**
 * Runs `work` as the only one that runs jobs. Its `guard` belongs into every transaction: a holder
 * that was paused for too long cannot write any more.
 *
 * @throws {LeaseError} when another holds the lease, and `wait` is not set
 */
export async function withLease<T>(
  db: Database,
  options: LeaseOptions,
  work: (guard: (tx: Database) => Promise<void>, lease: Lease) => Promise<T>,
): Promise<T> {
  const lease = await takeLease(db, options)
  const renewal = setInterval(() => {
    // A lost lease shows at the next guard.
    renewLease(db, lease, new Date()).catch(() => {})
  }, RENEW_MS)
  try {
    return await work((tx) => checkFence(tx, lease), lease)
  } finally {
    clearInterval(renewal)
    await releaseLease(db, lease, new Date())
  }
}

async function takeLease(
  db: Database,
  { job, wait = false, signal = new AbortController().signal }: LeaseOptions,
): Promise<Lease> {
  const owner = `${job}, process ${process.pid} on ${hostname()}`
  let answer = await askForLease(db, owner)
  while (answer instanceof LeaseError) {
    const dead = findDeadFence(answer)
    if (dead === 0) {
      if (!wait || signal.aborted) throw answer
      await sleep(RETRY_MS, undefined, { signal }).catch(() => {})
    }
    answer = await askForLease(db, owner, dead)
  }
  return answer
}

function askForLease(db: Database, owner: string, dead = 0): Promise<Lease | LeaseError> {
  return acquireLease(db, { name: JOBS, owner, now: new Date(), dead }).catch((error: unknown) => {
    if (error instanceof LeaseError) return error
    throw error
  })
}

/** The fence of a holder whose process is gone; 0 when it is at work, or nobody can tell. */
function findDeadFence({ holder }: LeaseError): number {
  return holder !== null && isDead(holder) ? holder.fence : 0
}

/** A holder on this machine whose process is gone, as after a kill. Its fence stops what is left. */
function isDead({ owner }: Lease): boolean {
  const [, pid, host] = /, process (\d+) on (.+)$/.exec(owner) ?? []
  return pid !== undefined && host === hostname() && !isProcessRunning(Number(pid))
}
