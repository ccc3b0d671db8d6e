import { z } from 'zod'
import type {
  Collector,
  CollectorContext,
  Page,
  ScopeFailure,
  SourceRecord,
} from '#collectors/collector.ts'
import { saveToldOrInventory, type ToldIncident } from '#collectors/incidents.ts'
import {
  type ExportFile,
  findOutdated,
  listExports,
  readExport,
} from '#collectors/opsgenie/exports.ts'
import {
  type IncidentReading,
  incidentRecord,
  reduceIncident,
} from '#collectors/opsgenie/incidents.ts'
import { type Inventory, orInventory, toInventoryPage } from '#collectors/removed.ts'
import { COMMAND } from '#lib/command.ts'
import { SourceError } from '#lib/errors.ts'

/** Raised when the same files would be read differently: then everything is read again. */
const READING = 2
const PAGE = 1000

export interface OpsgenieCollectorOptions extends IncidentReading {
  readonly sourceId: string
  readonly folder: string
  /** The time for which the files are complete; null: nobody says. */
  readonly covers: { readonly from: string; readonly to: string | null } | null
  /** Whether the files hold all there is: then an incident that is in none of them was removed. */
  readonly complete: boolean
}

const Cursor = z.object({
  size: z.number(),
  mtimeMs: z.number(),
  read: z.int(),
  isDone: z.boolean(),
})
type Cursor = z.output<typeof Cursor>

const scopeOf = ({ name }: Pick<ExportFile, 'name'>) => `file:${name}`

/** Reads the incidents that were exported from Opsgenie to a folder. */
export function opsgenieCollector(
  options: OpsgenieCollectorOptions,
): Collector<ToldIncident | Inventory> {
  const { sourceId, folder, covers, complete, services, rules } = options
  return {
    sourceId,
    configuration: { reading: READING, folder, covers, complete, services, rules },
    record: orInventory(incidentRecord),
    fetch: (cursors, context) => readFolder(options, cursors, context),
    save: (tx, told, _page, observedAt) => saveToldOrInventory(tx, { sourceId, observedAt }, told),
  }
}

async function* readFolder(
  options: OpsgenieCollectorOptions,
  cursors: ReadonlyMap<string, unknown>,
  context: CollectorContext,
): AsyncGenerator<Page | ScopeFailure> {
  const { sourceId, folder, covers, complete } = options
  const { files, faults } = await listExports(sourceId, folder)
  yield* faults.map(({ name, failure }) => ({ scope: scopeOf({ name }), failure }))
  const unread = files.filter((file) => !formerOf(file, cursors)?.isDone)
  const isOutdated = await findOutdated(sourceId, unread.length === 0 ? [] : files)
  let failed = faults.length
  for (const file of unread) {
    try {
      yield* readFile({ options, isOutdated }, file, formerOf(file, cursors)?.read ?? 0)
    } catch (failure) {
      if (!(failure instanceof SourceError)) throw failure
      failed += 1
      yield { scope: scopeOf(file), failure }
    }
  }
  if (files.length === 0 || failed > 0) return
  if (covers !== null) yield toCoverage(covers, files, context)
  if (complete) yield* readInventory(options, files, cursors)
}

const REMOVED = 'removed:incidents'
const Inventoried = z.object({ files: z.string() })
const Identified = z.looseObject({ id: z.string().regex(/^[\w-]+$/) })

/** All incidents of all files, when these are others than the last time, and none of them is missing. */
async function* readInventory(
  { sourceId, folder }: OpsgenieCollectorOptions,
  files: readonly ExportFile[],
  cursors: ReadonlyMap<string, unknown>,
): AsyncGenerator<Page | ScopeFailure> {
  const stamp = JSON.stringify(files.map(({ name, size, mtimeMs }) => [name, size, mtimeMs]))
  if (Inventoried.safeParse(cursors.get(REMOVED)).data?.files === stamp) return
  const there = new Set(files.map(scopeOf))
  const missing = [...cursors.keys()].filter((one) => one.startsWith('file:') && !there.has(one))
  const incidents = []
  for (const file of files) incidents.push(...(await readExport(sourceId, file)))
  const listed = incidents.flatMap((one) => Identified.safeParse(one).data?.id ?? [])
  const left = 'no incident is marked as gone'
  if (missing.length > 0) {
    const names = missing.map((one) => one.slice('file:'.length)).join(', ')
    const message = `${names}: no longer in ${folder}; what it said still counts, and ${left}. Put it back; if other files hold the same, run ${COMMAND} collect --anew ${sourceId}`
    yield { scope: REMOVED, failure: new SourceError(sourceId, message) }
  } else if (listed.length < incidents.length) {
    const message = `${incidents.length - listed.length} incidents without an id that can be read: until all have one, ${left}`
    yield { scope: REMOVED, failure: new SourceError(sourceId, message) }
  } else yield toInventoryPage(REMOVED, { listed, since: '', places: new Map() }, { files: stamp })
}

/** How far the file was read as it is; undefined for one that has changed. */
function formerOf(file: ExportFile, cursors: ReadonlyMap<string, unknown>): Cursor | undefined {
  const former = Cursor.safeParse(cursors.get(scopeOf(file))).data
  return former?.size === file.size && former.mtimeMs === file.mtimeMs ? former : undefined
}

interface Reading {
  readonly options: OpsgenieCollectorOptions
  readonly isOutdated: (incident: unknown) => boolean
}

async function* readFile(
  { options, isOutdated }: Reading,
  file: ExportFile,
  from: number,
): AsyncGenerator<Page> {
  const { name, size, mtimeMs } = file
  const incidents = await readExport(options.sourceId, file)
  let read = from
  do {
    const begins = read === 0
    const page = incidents.slice(read, read + PAGE)
    const records = page.flatMap((incident, index) =>
      isOutdated(incident) ? [] : toRecord(options, `${name}#${read + index + 1}`, incident),
    )
    read += page.length
    const cursor: Cursor = { size, mtimeMs, read, isDone: read >= incidents.length }
    yield { scope: scopeOf(file), records, cursor, covers: null, begins }
  } while (read < incidents.length)
}

const toRecord = (reading: IncidentReading, position: string, incident: unknown): SourceRecord => ({
  position,
  value: reduceIncident(incident, reading),
})

/** Up to when the newest file was written: nothing later can be in them. */
function toCoverage(
  { from, to }: NonNullable<OpsgenieCollectorOptions['covers']>,
  files: readonly ExportFile[],
  { now }: CollectorContext,
): Page {
  const newest = Math.max(...files.map(({ mtimeMs }) => mtimeMs))
  const end = Math.min(newest, now().getTime(), to === null ? Infinity : Date.parse(to))
  const covers = end > Date.parse(from) ? { from: new Date(from), to: new Date(end) } : null
  return { scope: 'entity:incidents', records: [], cursor: null, covers }
}
