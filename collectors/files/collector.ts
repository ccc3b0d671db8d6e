import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { z } from 'zod'
import type {
  Collector,
  CollectorContext,
  Page,
  ScopeFailure,
  SourceRecord,
} from '#collectors/collector.ts'
import { type Contents, openContents, UnreadableFile } from '#collectors/files/contents.ts'
import { ENTITIES, type Entity, type EntityRow } from '#collectors/files/entities.ts'
import { type EntityFile, listFolder } from '#collectors/files/folder.ts'
import { refuseOverlaps } from '#collectors/files/owners.ts'
import { type Batch, cutRecords, LongLine } from '#collectors/files/records.ts'
import { type ReadLine, RefusedLine } from '#collectors/files/row.ts'
import { saveRows } from '#collectors/files/save.ts'
import type { RemovableTable } from '#db/natural-keys.ts'
import { SourceError } from '#lib/errors.ts'
import type { Period } from '#lib/period.ts'

export interface FilesSource {
  readonly sourceId: string
  readonly folder: string
  /** The time that the files are said to tell everything of; instants. `to` left out: until now. */
  readonly covers?: { readonly from: string; readonly to?: string | undefined } | undefined
  /** Files of events that hold all there is, by table. */
  readonly complete?: readonly RemovableTable[] | undefined
}

/**
 * Reads a folder of `<entity>.csv` and `<entity>.ndjson` (see the README beside this file).
 *
 * An unchanged file is not read. Of a file of events that only grew, the new part is read; any
 * other change is a reading from the beginning. Its pages are small, and each cursor says how far
 * the file was read and what it held up to there, so a run that was killed goes on where it was.
 * A file of what stands (teams, mandates …), or of all events there are, is small and read as one
 * page that replaces.
 */
export function filesCollector(source: FilesSource): Collector<EntityRow> {
  const { sourceId, folder, covers, complete } = source
  return {
    sourceId,
    configuration: { kind: 'files', folder, covers: covers ?? null, complete },
    fetch: (cursors, context) => fetchFolder(source, cursors, context),
    record: FileLine,
    save: (tx, rows, page, observedAt) => saveRows(tx, { sourceId, rows, page, observedAt }),
  }
}

/** Lines were parsed while they were fetched, since what is wrong with one may lie in another. */
const FileLine = z.custom<ReadLine>().transform((line, context) => {
  if (!(line instanceof RefusedLine)) return line
  for (const { column, fault } of line.faults) {
    context.addIssue({ code: 'custom', message: fault, path: column === '' ? [] : [column] })
  }
  return z.NEVER
})

/** How far a file was read, and what it was then. */
const Cursor = z.strictObject({
  file: z.string(),
  size: z.int(),
  mtimeMs: z.number(),
  offset: z.int(),
  line: z.int(),
  /** Of the first `offset` bytes; null when these must be read again whatever they are. */
  sha256: z.string().nullable(),
  isDone: z.boolean(),
  /** Lines that could be read, and that could not. */
  accepted: z.int(),
  refused: z.int(),
  /** Of another file that this one is read with. */
  besides: z.string(),
})
type Cursor = z.output<typeof Cursor>

interface Job {
  readonly source: FilesSource
  readonly file: EntityFile
  readonly scope: string
  /** What an earlier run left; undefined when there was none. */
  readonly cursor: Cursor | undefined
  readonly besides: string
  readonly context: CollectorContext
}

async function* fetchFolder(
  source: FilesSource,
  cursors: ReadonlyMap<string, unknown>,
  context: CollectorContext,
): AsyncGenerator<Page | ScopeFailure> {
  const { files, failures } = await listFolder(source.sourceId, source.folder)
  yield* failures
  yield* listVanished(source, files, cursors)
  const owners = files.find(({ entity }) => entity.table === 'service_owners')
  for (const file of files) {
    const scope = `entity:${file.entity.table}`
    const cursor = Cursor.safeParse(cursors.get(scope)).data
    const besides = file.entity.table === 'services' && owners ? toStamp(owners) : ''
    yield* fetchFile({ source, file, scope, cursor, besides, context })
  }
}

const toStamp = ({ size, mtimeMs }: EntityFile) => `${size} ${mtimeMs}`

/** Whether a file says all there is, and what is not in it is no more. */
const isWhole = ({ complete = [] }: FilesSource, { vanished, table }: Entity) =>
  vanished !== 'stay' || complete.some((one) => one === table)

/** Files that say all there is, which an earlier run read and that are no longer there. */
function listVanished(
  source: FilesSource,
  files: readonly EntityFile[],
  cursors: ReadonlyMap<string, unknown>,
): ScopeFailure[] {
  const there = new Set<string>(files.map(({ entity }) => entity.table))
  return Object.values(ENTITIES).flatMap((entity) => {
    const scope = `entity:${entity.table}`
    const cursor = Cursor.safeParse(cursors.get(scope)).data
    if (!isWhole(source, entity) || there.has(entity.table) || cursor === undefined) return []
    const message = `${cursor.file}: no longer in ${source.folder}; what it said still counts`
    return [{ scope, failure: new SourceError(source.sourceId, message) }]
  })
}

async function* fetchFile(job: Job): AsyncGenerator<Page | ScopeFailure> {
  const { source, file, scope, cursor, besides } = job
  if (cursor?.isDone && cursor.besides === besides && isSameFile(cursor, file)) return
  try {
    const contents = await openContents(file)
    yield* isWhole(source, file.entity) ? fetchWhole(job, contents) : fetchEvents(job, contents)
  } catch (error) {
    if (!isExpected(error)) throw error
    const message = error instanceof SourceError ? error.message : `${file.name}: ${error.message}`
    yield { scope, failure: new SourceError(source.sourceId, message, { cause: error }) }
  }
}

const isSameFile = (cursor: Cursor, { name, size, mtimeMs }: EntityFile) =>
  cursor.file === name && cursor.size === size && cursor.mtimeMs === mtimeMs

/** What a file may do to us: not hold what it should, or not let itself be read. */
const isExpected = (error: unknown): error is Error =>
  error instanceof UnreadableFile ||
  error instanceof LongLine ||
  (error instanceof Error && 'syscall' in error)

async function* fetchEvents(job: Job, contents: Contents): AsyncGenerator<Page> {
  const { source, file, scope, context } = job
  const known = await findUnchangedPart(job)
  const { offset, line } = known?.cursor ?? contents
  const hash = known?.hash ?? (await hashBeginning(file.path, offset))
  let tally = known?.cursor ?? { accepted: 0, refused: 0 }
  let begins = known === undefined
  const { path, size } = file
  const { delimiter } = contents
  for await (const batch of cutRecords({ path, offset, line, size, delimiter, hash })) {
    refuseToGoOn(job)
    const lines = contents.read(batch.records)
    tally = count(tally, lines)
    const cursor = toCursor(job, { batch, tally, sha256: toLastingHash(batch, lines) })
    context.progress(file.name, batch.offset, size)
    yield {
      scope,
      records: toRecords(file, batch, lines),
      cursor,
      covers: cursor.isDone ? toCoverage(source, tally, context) : null,
      begins,
    }
    begins = false
  }
}

interface Tally {
  readonly accepted: number
  readonly refused: number
}

const isRefused = (line: ReadLine | undefined) => line instanceof RefusedLine

function count({ accepted, refused }: Tally, lines: readonly ReadLine[]): Tally {
  const more = lines.filter(isRefused).length
  return { accepted: accepted + lines.length - more, refused: refused + more }
}

const toRecords = (
  { name }: EntityFile,
  { records }: Pick<Batch, 'records'>,
  lines: readonly ReadLine[],
): SourceRecord[] =>
  lines.map((value, index) => ({ position: `${name}:${records[index]?.line}`, value }))

/**
 * A last line that had not been written to its end stands in quarantine. Only a reading from the
 * beginning takes it out again.
 */
const toLastingHash = ({ isOpenEnded, sha256 }: Batch, lines: readonly ReadLine[]) =>
  isOpenEnded && isRefused(lines.at(-1)) ? null : sha256

const toCursor = (
  { file, besides }: Job,
  { batch, tally, sha256 }: { batch: Omit<Batch, 'records'>; tally: Tally; sha256: string | null },
): Cursor => ({
  file: file.name,
  size: file.size,
  mtimeMs: file.mtimeMs,
  offset: batch.offset,
  line: batch.line,
  sha256,
  isDone: batch.isLast,
  accepted: tally.accepted,
  refused: tally.refused,
  besides,
})

/**
 * Nothing is said to be covered without `covers`, nor by a file in which no line could be read:
 * that would turn a wrong format into a time without events.
 */
function toCoverage(
  { covers }: FilesSource,
  { accepted, refused }: Tally,
  { now }: CollectorContext,
): Period | null {
  if (covers === undefined || (accepted === 0 && refused > 0)) return null
  const end = covers.to === undefined ? Number.POSITIVE_INFINITY : Date.parse(covers.to)
  return { from: new Date(covers.from), to: new Date(Math.min(end, now().getTime())) }
}

function refuseToGoOn({ source, context }: Job): void {
  if (!context.signal.aborted) return
  throw new SourceError(source.sourceId, 'was cut short; what was stored until then was kept')
}

/** The part of the file that the cursor stands for, if it still begins with it. */
async function findUnchangedPart({
  cursor,
  file,
}: Job): Promise<{ cursor: Cursor; hash: Hash } | undefined> {
  if (cursor === undefined || cursor.file !== file.name || cursor.offset > file.size) {
    return undefined
  }
  const hash = await hashBeginning(file.path, cursor.offset)
  return hash.copy().digest('hex') === cursor.sha256 ? { cursor, hash } : undefined
}

async function hashBeginning(path: string, length: number): Promise<Hash> {
  const hash = createHash('sha256')
  if (length === 0) return hash
  const chunks: AsyncIterable<Buffer> = createReadStream(path, { end: length - 1 })
  for await (const chunk of chunks) hash.update(chunk)
  return hash
}

/** Is held in memory as a whole. */
const LARGEST_WHOLE = 64 << 20

async function* fetchWhole(job: Job, contents: Contents): AsyncGenerator<Page> {
  const { source, file, scope, context } = job
  const { path, size, name } = file
  if (size > LARGEST_WHOLE) {
    throw new UnreadableFile(`is larger than ${LARGEST_WHOLE} bytes`)
  }
  refuseToGoOn(job)
  const { offset, line, delimiter } = contents
  const hash = await hashBeginning(path, offset)
  const records: Batch['records'][number][] = []
  let last: Batch | undefined
  for await (const batch of cutRecords({ path, offset, line, size, delimiter, hash })) {
    records.push(...batch.records)
    last = batch
  }
  if (last === undefined) return
  const isSame = isSameAsBefore(job, last)
  const read = isSame ? [] : contents.read(records)
  const lines = file.entity.table === 'service_owners' ? refuseOverlaps(name, records, read) : read
  const tally = isSame && job.cursor ? job.cursor : count({ accepted: 0, refused: 0 }, lines)
  context.progress(name, size, size)
  yield {
    scope,
    records: toRecords(file, { records }, lines),
    cursor: toCursor(job, { batch: last, tally, sha256: last.sha256 }),
    covers: toCoverage(source, tally, context),
    begins: !isSame,
    replaces: !isSame,
  }
}

/** The file was written again with what it said before. */
const isSameAsBefore = ({ cursor, besides, file }: Job, { sha256, isOpenEnded }: Batch) =>
  cursor?.sha256 === sha256 &&
  cursor.besides === besides &&
  cursor.size === file.size &&
  !isOpenEnded
