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

/** Larger files are not parsed: what they say is unknown. */
export const LARGEST_BLOB = 1024 * 1024

export type BlobContent =
  | { readonly text: string }
  | { readonly text: null; readonly why: 'missing' | 'too large' }

/** Hands each distinct content that is wanted to its readers once, and keeps what they made of it. */
export class ContentReader implements Readings {
  readonly unreadable: UnreadableFile[] = []
  readonly #wanted = new Map<string, { path: string; readers: Map<string, Reader<unknown>> }>()
  readonly #read = new Map<string, Reading<unknown>>()

  constructor(files: Iterable<WantedFile>) {
    for (const { path, blob, readers } of files) {
      if (readers.length === 0) continue
      const entry = this.#wanted.get(blob) ?? { path, readers: new Map() }
      for (const reader of readers) entry.readers.set(reader.key, reader)
      this.#wanted.set(blob, entry)
    }
  }

  /** The contents to visit, each once. */
  get blobs(): string[] {
    return [...this.#wanted.keys()]
  }

  visit(blob: string, content: BlobContent): void {
    const { path = '', readers } = this.#wanted.get(blob) ?? {}
    for (const reader of readers?.values() ?? []) {
      const reading = readContent(reader, content)
      this.#read.set(readingKey(reader, blob), reading)
      if ('problem' in reading && content.text !== null) {
        this.unreadable.push({ path, blob, problem: reading.problem })
      }
    }
  }

  of<T>(reader: Reader<T>, blob: string): Reading<T> {
    const reading = this.#read.get(readingKey(reader, blob))
    if (reading === undefined) throw new Error(`${blob} was not asked for as ${reader.key}`)
    return reading as Reading<T> // Stored under the key of this reader.
  }
}

const readingKey = (reader: Reader<unknown>, blob: string) => `${blob} ${reader.key}`

/** Why there is no text of a file. */
export const UNREAD = {
  missing: 'its content is missing',
  'too large': `larger than ${LARGEST_BLOB} bytes`,
}

function readContent(reader: Reader<unknown>, content: BlobContent): Reading<unknown> {
  if (content.text === null) return { problem: UNREAD[content.why] }
  try {
    return { value: reader.read(content.text) }
  } catch (error) {
    return { problem: `cannot be read: ${error instanceof Error ? error.message : error}` }
  }
}
