import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import 'next/dist/server/node-environment-baseline'
import { parse } from 'csv-parse/sync'
import { workAsyncStorage } from 'next/dist/server/app-render/work-async-storage.external'
import { afterAll, expect, vi } from 'vitest'
import { z } from 'zod'
import { asShownAt } from '#app/status.ts'
import { type Database, openDatabase } from '#db/connection.ts'
import { migrateToLatest } from '#db/migrate.ts'
import { findMeasurement } from '#lib/queries/measurements.ts'

/** A database in a file, with the answers that the app's own handlers give of it. */
export interface ServedDatabase {
  readonly db: Database
  /** The answer to an address of the API or of a file. */
  readonly get: (address: string) => Promise<Response>
}

/** Loading the handlers of the app takes longer than Vitest allows a test by itself. */
vi.setConfig({ testTimeout: 60_000 })

const opened: { readonly db: Database; readonly folder: string }[] = []

/** They are kept to the end: the app tells databases apart by their file. */
afterAll(async () => {
  for (const { db, folder } of opened.splice(0)) {
    await db.destroy()
    rmSync(folder, { recursive: true, force: true })
  }
})

/** A migrated database, private to the test, and the app that reads it. */
export async function servedDatabase(organisation = 'name: Acme'): Promise<ServedDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'desirepath-served-'))
  const configuration = join(folder, 'desirepath.yaml')
  writeFileSync(configuration, `organisation: { ${organisation} }\ndatabase: ./facts.db\n`)
  const db = openDatabase(join(folder, 'facts.db'))
  opened.push({ db, folder })
  await migrateToLatest(db)
  return {
    db,
    get: (address) => {
      process.env['DESIREPATH_CONFIG'] = configuration
      const url = new URL(address, 'http://127.0.0.1')
      const handle = async () => (await findHandler(url.pathname))(new Request(url))
      // What a request of the server runs in; the handlers wait for one.
      return workAsyncStorage.run({ route: url.pathname, forceStatic: true } as never, handle)
    },
  }
}

type Handler = (request: Request) => Promise<Response>

async function findHandler(path: string): Promise<Handler> {
  if (path.startsWith('/export/')) {
    const { GET } = await import('#app/export/[table]/route.ts')
    const params = Promise.resolve({ table: path.slice('/export/'.length) })
    return (request) => GET(request, { params })
  }
  const name = path.slice('/api/v1/'.length)
  // Every route of the interface has such a file.
  const { GET } = (await import(`../../app/api/v1/${name}/route.ts`)) as { readonly GET: Handler }
  return GET
}

/**
 * What a published figure says: as pages ask for it, as the interface answers, and as the file has it.
 * These three must agree, so that it is the figure that the first of them tells.
 */
export async function figureOf(
  { db, get }: ServedDatabase,
  metricId: string,
  { pathId = '', teamId = '' }: { readonly pathId?: string; readonly teamId?: string },
  asof: string,
): Promise<ToldFigure> {
  const scope = { ...(pathId && { pathId }), ...(teamId && { teamId }) }
  const asked = await findMeasurement(db, { metricId, ...scope }, new Date(asof))
  const terms = [...(pathId ? [`path:${pathId}`] : []), ...(teamId ? [`team:${teamId}`] : [])]
  const ev = [metricId, ...(terms.length > 0 ? [terms.join(',')] : [])].join('@')
  const answer = await get(`/api/v1/figures?ev=${encodeURIComponent(ev)}&asof=${asof}`)
  const { items } = Answer.parse(await answer.json())
  const file = await get(`/export/measurements.csv?asof=${asof}`)
  const rows = z
    .array(CsvRow)
    .parse(parse(await file.text(), { columns: true, comment: '#', comment_no_infix: true }))
  const told = ToldFigure.parse(asked && asShownAt(asked, new Date(asof)))
  expect(items).toEqual([told])
  expect(
    rows
      .filter((row) => row['Metric'] === metricId && row['Golden path'] === pathId)
      .filter((row) => row['Team'] === teamId)
      .map(fromCsv),
  ).toEqual([told])
  return told
}

const ToldFigure = z.object({
  value: z.number().nullable(),
  numerator: z.number().nullable(),
  denominator: z.number().nullable(),
  n: z.number().nullable(),
  nUnknown: z.number(),
  status: z.string(),
  band: z.string(),
})
type ToldFigure = z.output<typeof ToldFigure>

const Answer = z.object({ items: z.array(ToldFigure) })

const CsvRow = z.record(z.string(), z.string())

/** An empty cell is no zero. */
const cell = (text: string | undefined) => (text ? Number(text) : null)

const fromCsv = (row: z.output<typeof CsvRow>): ToldFigure => ({
  value: cell(row['Value']),
  numerator: cell(row['Counted']),
  denominator: cell(row['Of']),
  n: cell(row['Cases']),
  nUnknown: Number(row['Unknown']),
  status: row['Status'] ?? '',
  band: row['Band'] ?? '',
})
