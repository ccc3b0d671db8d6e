import { z } from 'zod'
import type {
  Collector,
  CollectorContext,
  Page,
  ScopeFailure,
  SourceRecord,
} from '#collectors/collector.ts'
import { saveIncidents, type ToldIncident } from '#collectors/incidents.ts'
import { type ExportFile, listExports, readExport } from '#collectors/opsgenie/exports.ts'
import {
  type IncidentReading,
  incidentRecord,
  reduceIncident,
} from '#collectors/opsgenie/incidents.ts'
import { SourceError } from '#lib/errors.ts'

/** Raised when the same files would be read differently: then everything is read again. */
const READING = 1
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

const scopeOf = ({ name }: ExportFile) => `file:${name}`

/** Reads the incidents that were exported from Opsgenie to a folder. */
export function opsgenieCollector(options: OpsgenieCollectorOptions): Collector<ToldIncident> {
  const { sourceId, folder, covers, services, rules } = options
  return {
    sourceId,
    configuration: { reading: READING, folder, covers, services, rules },
    record: incidentRecord,
    async *fetch(cursors, context) {
      const files = await listExports(sourceId, folder)
      let failed = 0
      for (const file of files) {
        try {
          yield* readFile(options, file, Cursor.safeParse(cursors.get(scopeOf(file))).data)
        } catch (failure) {
          if (!(failure instanceof SourceError)) throw failure
          failed += 1
          yield { scope: scopeOf(file), failure }
        }
      }
      if (covers !== null && files.length > 0 && failed === 0)
        yield toCoverage(covers, files, context)
    },
    save: (tx, told, _page, observedAt) => saveIncidents(tx, { sourceId, observedAt }, told),
  }
}

/** From where an earlier run of the same file left off; one that was read is not read again. */
async function* readFile(
  options: OpsgenieCollectorOptions,
  file: ExportFile,
  former: Cursor | undefined,
): AsyncGenerator<Page | ScopeFailure> {
  const { size, mtimeMs } = file
  const isSame = former?.size === size && former.mtimeMs === mtimeMs
  if (isSame && former.isDone) return
  const incidents = await readExport(options.sourceId, file)
  let read = isSame ? former.read : 0
  do {
    const begins = read === 0
    const records = incidents
      .slice(read, read + PAGE)
      .map((incident, index) => toRecord(options, `${file.name}#${read + index + 1}`, incident))
    read += records.length
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
