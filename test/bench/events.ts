import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, withDatabase } from '#db/connection.ts'
import type { Bench, Measurement } from '#test/bench/bench.ts'
import { prepareIngest, serveProduction, startWorker } from '#test/support/production.ts'
import { aCloudEvent, BATCH } from '#test/support/receiving.ts'

/**
 * Sends CloudEvents in batches to the production server while a worker reads them, then kills the
 * server in the middle of such a load, again and again. Sender, server and worker share the machine.
 *
 * Goals: nothing that was acknowledged is missing.
 */

const PORT = 3132
const SENDERS = 4
const IN_BATCH = 100
const LOAD_MS = 15_000
const KILLS = 5
const SECOND_MS = 1000

export const eventsBench: Bench = {
  name: 'events',
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'desirepath-bench-'))
    try {
      const { token } = await prepareIngest(folder)
      const load = await measureLoad(folder, token)
      const lost = await measureLoss(folder, token)
      return [...load, ...lost]
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

interface Load {
  /** Ids of events that were acknowledged. */
  readonly acknowledged: string[]
  /** Of each request, in milliseconds. */
  readonly latencies: number[]
  refused: number
}

/** Sends until `isOver`, or until nobody answers. */
async function send(token: string, name: string, isOver: () => boolean): Promise<Load> {
  const loads = await Promise.all(
    Array.from({ length: SENDERS }, (_, index) => sendAlone(token, `${name}-${index}`, isOver)),
  )
  return {
    acknowledged: loads.flatMap(({ acknowledged }) => acknowledged),
    latencies: loads.flatMap(({ latencies }) => latencies),
    refused: loads.reduce((sum, { refused }) => sum + refused, 0),
  }
}

async function sendAlone(token: string, name: string, isOver: () => boolean): Promise<Load> {
  const load: Load = { acknowledged: [], latencies: [], refused: 0 }
  for (let batch = 0; !isOver(); batch += 1) {
    const ids = Array.from({ length: IN_BATCH }, (_, index) => `${name}-${batch}-${index}`)
    const body = JSON.stringify(ids.map((id) => aCloudEvent(id)))
    const started = performance.now()
    const response = await fetch(`http://127.0.0.1:${PORT}/api/ingest/cloudevents`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': BATCH },
      body,
    }).catch(() => undefined)
    if (response === undefined) return load
    await response.arrayBuffer().catch(() => {})
    load.latencies.push(performance.now() - started)
    if (response.status === 202) load.acknowledged.push(...ids)
    else load.refused += IN_BATCH
  }
  return load
}

async function measureLoad(folder: string, token: string): Promise<Measurement[]> {
  const server = await serveProduction(folder, PORT)
  const worker = startWorker(folder)
  const warm = performance.now() + SECOND_MS
  await send(token, 'warm', () => performance.now() > warm)
  const started = performance.now()
  const { acknowledged, latencies, refused } = await send(
    token,
    'load',
    () => performance.now() > started + LOAD_MS,
  )
  const seconds = (performance.now() - started) / SECOND_MS
  const readSeconds = await waitUntilRead(folder)
  await end(server, 'SIGTERM')
  await end(worker, 'SIGTERM')
  const sorted = latencies.toSorted((a, b) => a - b)
  const quantile = (share: number) => sorted[Math.floor(share * sorted.length)] ?? 0
  return [
    { measure: 'events a second', value: acknowledged.length / seconds, unit: '1/s' },
    { measure: `median of a batch of ${IN_BATCH}`, value: quantile(0.5), unit: 'ms' },
    { measure: `p99 of a batch of ${IN_BATCH}`, value: quantile(0.99), unit: 'ms' },
    { measure: 'refused', value: refused, unit: '', goal: '0' },
    { measure: 'until the worker had read all', value: readSeconds, unit: 's' },
  ]
}

/** Seconds until nothing waits any more. */
async function waitUntilRead(folder: string): Promise<number> {
  const started = performance.now()
  while ((await inDatabase(folder, countWaiting)) > 0) await sleep(SECOND_MS)
  return (performance.now() - started) / SECOND_MS
}

async function countWaiting(db: Database): Promise<number> {
  const { count } = await db
    .selectFrom('received_events')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('settled_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(count)
}

async function measureLoss(folder: string, token: string): Promise<Measurement[]> {
  const acknowledged: string[] = []
  for (let kill = 0; kill < KILLS; kill += 1) {
    const server = await serveProduction(folder, PORT)
    const sending = send(token, `kill-${kill}`, () => false)
    await sleep(SECOND_MS + kill * 300)
    await end(server, 'SIGKILL')
    acknowledged.push(...(await sending).acknowledged)
  }
  const stored = await inDatabase(folder, async (db) => {
    const rows = await db.selectFrom('received_events').select('event_id').execute()
    return new Set(rows.map(({ event_id: id }) => (JSON.parse(id) as string[])[1]))
  })
  const lost = acknowledged.filter((id) => !stored.has(id)).length
  return [
    { measure: 'times the server was killed', value: KILLS, unit: '' },
    { measure: 'events acknowledged meanwhile', value: acknowledged.length, unit: '' },
    { measure: 'of these lost', value: lost, unit: '', goal: '0' },
  ]
}

const inDatabase = <T>(folder: string, work: (db: Database) => Promise<T>) =>
  withDatabase(join(folder, 'data/desirepath.db'), work)

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const ended = once(child, 'exit')
  child.kill(signal)
  await ended
}
