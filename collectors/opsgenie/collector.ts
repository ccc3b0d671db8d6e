import { z } from 'zod'
import type {
  Collector,
  CollectorContext,
  Page,
  ScopeFailure,
  SourceRecord,
} from '#collectors/collector.ts'
import { saveIncidents, type ToldIncident } from '#collectors/incidents.ts'
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
import { SourceError } from '#lib/errors.ts'

/** Raised when the same files would be read differently: then everything is read again. */
const READING = 2
const PAGE = 1000

export interface OpsgenieCollectorOptions extends IncidentReading {
  readonly sourceId: string
  readonly folder: string
  /** The time for which the files are complete; null: nobody says. */
  readonly covers: { readonly from: string; readonly to: string | null } | null
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
export function opsgenieCollector(options: OpsgenieCollectorOptions): Collector<ToldIncident> {
  const { sourceId, folder, covers, services, rules } = options
  return {
    sourceId,
    configuration: { reading: READING, folder, covers, services, rules },
    record: incidentRecord,
    fetch: (cursors, context) => readFolder(options, cursors, context),
    save: (tx, told, _page, observedAt) => saveIncidents(tx, { sourceId, observedAt }, told),
  }
}

async function* readFolder(
  options: OpsgenieCollectorOptions,
  cursors: ReadonlyMap<string, unknown>,
  context: CollectorContext,
): AsyncGenerator<Page | ScopeFailure> {
  const { sourceId, folder, covers } = options
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
  if (covers !== null && files.length > 0 && failed === 0) yield toCoverage(covers, files, context)
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
