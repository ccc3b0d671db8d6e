import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { openDatabase } from '#db/connection.ts'
import { aFolder } from '#test/support/git.ts'
import { aCloudEvent, BATCH } from '#test/support/receiving.ts'

const TIMEOUT_MS = 120_000
const KILLS = 8
const SENDERS = 4
const IN_BATCH = 25

interface Serving {
  readonly child: ChildProcess
  readonly url: string
  readonly token: string
}

async function serve(database: string): Promise<Serving> {
  const child = spawn(process.execPath, ['test/support/receiving.ts', database], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [said] = await once(child.stdout, 'data')
  return { child, ...(JSON.parse(String(said)) as Pick<Serving, 'url' | 'token'>) }
}

/** Sends lists of events until the server is gone; ids of all that was acknowledged. */
async function sendUntilGone({ url, token }: Serving, name: string): Promise<string[]> {
  const acknowledged: string[] = []
  for (let batch = 0; ; batch += 1) {
    const ids = Array.from({ length: IN_BATCH }, (_, index) => `${name}-${batch}-${index}`)
    const response = await fetch(`${url}/api/ingest/cloudevents`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': BATCH },
      body: JSON.stringify(ids.map((id) => aCloudEvent(id))),
    }).catch(() => undefined)
    if (response === undefined) return acknowledged
    expect(response.status).toBe(202)
    acknowledged.push(...ids)
  }
}

test('whatever was acknowledged is there after the server was killed, and no list in part', {
  timeout: TIMEOUT_MS,
}, async () => {
  const database = join(aFolder(), 'desirepath.db')
  const acknowledged: string[] = []
  for (let kill = 0; kill < KILLS; kill += 1) {
    const serving = await serve(database)
    const senders = Array.from({ length: SENDERS }, (_, index) =>
      sendUntilGone(serving, `${kill}-${index}`),
    )
    await sleep(60 + 40 * kill)
    serving.child.kill('SIGKILL')
    acknowledged.push(...(await Promise.all(senders)).flat())
  }
  const db = openDatabase(database)
  onTestFinished(() => db.destroy())
  const rows = await db.selectFrom('received_events').select('event_id').execute()
  const stored = new Set(rows.map(({ event_id: id }) => (JSON.parse(id) as string[])[1]))
  expect(acknowledged.length).toBeGreaterThan(KILLS * IN_BATCH)
  expect(acknowledged.filter((id) => !stored.has(id))).toEqual([])
  expect(rows.length % IN_BATCH).toBe(0)
  const { rows: checks } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(
    db,
  )
  expect(checks).toEqual([{ integrity_check: 'ok' }])
})
