import { type BlobContent, LARGEST_BLOB, readBlobs } from '#collectors/git/blobs.ts'
import type { GitPlace } from '#collectors/git/git.ts'

/** One way to read a file. Readers with the same key read the same. */
export interface Reader<T> {
  readonly key: string
  /** @throws {Error} when the text cannot be read so */
  readonly read: (text: string) => T
}

/** What a reader made of a blob, or why it could not. */
type Reading<T> = { readonly value: T } | { readonly problem: string }

export interface Readings {
  /** The blob must have been asked for with this reader. */
  readonly of: <T>(reader: Reader<T>, blob: string) => Reading<T>
  /** Files that are there and do not parse, each content once. */
  readonly unreadable: readonly UnreadableFile[]
}

interface UnreadableFile {
  readonly path: string
  readonly blob: string
  readonly problem: string
}

export interface WantedFile {
  readonly path: string
  readonly blob: string
  readonly readers: readonly Reader<unknown>[]
}

/** Reads each distinct content once and keeps only what the readers made of it. @throws {GitError} */
export async function readContents(
  place: GitPlace,
  files: Iterable<WantedFile>,
): Promise<Readings> {
  const wanted = new Map<string, { path: string; readers: Map<string, Reader<unknown>> }>()
  for (const { path, blob, readers } of files) {
    if (readers.length === 0) continue
    const entry = wanted.get(blob) ?? { path, readers: new Map() }
    for (const reader of readers) entry.readers.set(reader.key, reader)
    wanted.set(blob, entry)
  }
  const read = new Map<string, Reading<unknown>>()
  const unreadable: UnreadableFile[] = []
  await readBlobs(place, [...wanted.keys()], (blob, content) => {
    const { path = '', readers } = wanted.get(blob) ?? {}
    for (const reader of readers?.values() ?? []) {
      const reading = readContent(reader, content)
      read.set(readingKey(reader, blob), reading)
      if ('problem' in reading && content.text !== null) {
        unreadable.push({ path, blob, problem: reading.problem })
      }
    }
  })
  return { of: (reader, blob) => findReading(read, reader, blob), unreadable }
}

const readingKey = (reader: Reader<unknown>, blob: string) => `${blob} ${reader.key}`

function findReading<T>(
  read: ReadonlyMap<string, Reading<unknown>>,
  reader: Reader<T>,
  blob: string,
): Reading<T> {
  const reading = read.get(readingKey(reader, blob))
  if (reading === undefined) throw new Error(`${blob} was not asked for as ${reader.key}`)
  return reading as Reading<T> // Stored under the key of this reader.
}

const PROBLEMS = {
  missing: 'its content is missing from this clone',
  'too large': `larger than ${LARGEST_BLOB} bytes`,
}

function readContent(reader: Reader<unknown>, content: BlobContent): Reading<unknown> {
  if (content.text === null) return { problem: PROBLEMS[content.why] }
  try {
    return { value: reader.read(content.text) }
  } catch (error) {
    return { problem: `cannot be read: ${error instanceof Error ? error.message : error}` }
  }
}
