import type { Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'

/** A line of a file, or several where a quoted cell holds line breaks. */
export interface TextRecord {
  /** Line on which it starts, from 1. */
  readonly line: number
  /** Without the line break that ends it. */
  readonly text: string
}

export interface Batch {
  /** At most `RECORDS_IN_BATCH`, oldest first. */
  readonly records: readonly TextRecord[]
  /** Where the next batch starts: bytes from the beginning of the file, and the line there. */
  readonly offset: number
  readonly line: number
  /** SHA-256 of the file up to `offset`, in hexadecimal. */
  readonly sha256: string
  readonly isLast: boolean
  /** The last record lacks its line break: more of it may follow, so `offset` is before it. */
  readonly isOpenEnded: boolean
}

export interface Stretch {
  readonly path: string
  readonly offset: number
  /** Line at `offset`, from 1. */
  readonly line: number
  /** Where to stop: the size of the file when it was looked at. */
  readonly size: number
  /** Delimiter of the cells, whose quotes may hold line breaks; null: a record is a line. */
  readonly delimiter: string | null
  /** Of everything before `offset`. It goes on with what is read. */
  readonly hash: Hash
}

const RECORDS_IN_BATCH = 5_000
/** A quote that is not closed within so many bytes is taken for a slip of one line. */
const LONGEST_RECORD = 1 << 20
const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const QUOTE = 34

/** What no record should be: most likely the file is something else. */
export class LongLine extends Error {
  constructor(line: number) {
    super(`line ${line} is longer than ${LONGEST_RECORD} bytes`)
  }
}

/**
 * Cuts a file into records, without ever holding more than a few megabytes. Empty lines are left
 * out, but counted. There is always one last batch, which may be empty.
 *
 * @throws {LongLine}
 */
export async function* cutRecords(stretch: Stretch): AsyncGenerator<Batch> {
  const cutter = new Cutter(stretch)
  const { path, offset, size } = stretch
  if (offset < size) {
    const options = { start: offset, end: size - 1, highWaterMark: LONGEST_RECORD }
    const chunks: AsyncIterable<Buffer> = createReadStream(path, options)
    for await (const chunk of chunks) yield* cutter.cut(chunk)
  }
  yield* cutter.end()
}

class Cutter {
  readonly #stretch: Stretch
  readonly #delimiter: number | undefined
  #offset: number
  #line: number
  #records: TextRecord[] = []
  #isEnded = false
  #isAllRead = false
  /** What was read and is not yet a whole record. */
  #rest: Buffer = Buffer.alloc(0)
  /** The first quote from where we look, in what is being cut; -1: not looked for yet. */
  #quote = -1

  constructor(stretch: Stretch) {
    this.#stretch = stretch
    this.#delimiter = stretch.delimiter?.charCodeAt(0)
    this.#offset = stretch.offset
    this.#line = stretch.line
  }

  *cut(chunk: Buffer): Generator<Batch> {
    const bytes = Buffer.concat([this.#rest, chunk])
    this.#isAllRead = this.#offset + bytes.length >= this.#stretch.size
    this.#quote = -1
    let start = 0
    let batchStart = 0
    for (let end = this.#findEnd(bytes, 0); end !== -1; end = this.#findEnd(bytes, start)) {
      this.#add(bytes, start, end)
      start = end + 1
      if (this.#records.length < RECORDS_IN_BATCH) continue
      this.#pass(bytes.subarray(batchStart, start))
      batchStart = start
      yield this.#take()
    }
    this.#pass(bytes.subarray(batchStart, start))
    this.#rest = bytes.subarray(start)
    if (this.#rest.length > LONGEST_RECORD) throw new LongLine(this.#line)
  }

  *end(): Generator<Batch> {
    if (this.#isEnded) return
    const { offset, line } = { offset: this.#offset, line: this.#line }
    const isOpenEnded = this.#rest.length > 0
    if (isOpenEnded) this.#add(this.#rest, 0, this.#rest.length)
    yield { ...this.#take(), offset, line, isLast: true, isOpenEnded }
  }

  #add(bytes: Buffer, start: number, end: number): void {
    const textEnd = end > start && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end
    const text = bytes.toString('utf8', start, textEnd)
    if (text !== '') this.#records.push({ line: this.#line, text })
    this.#line += text.includes('\n') ? text.split('\n').length : 1
  }

  #pass(bytes: Buffer): void {
    this.#stretch.hash.update(bytes)
    this.#offset += bytes.length
  }

  #take(): Batch {
    const records = this.#records
    this.#records = []
    this.#isEnded = this.#offset === this.#stretch.size
    return {
      records,
      offset: this.#offset,
      line: this.#line,
      sha256: this.#stretch.hash.copy().digest('hex'),
      isLast: this.#isEnded,
      isOpenEnded: false,
    }
  }

  /** The line break that ends the record at `start`; -1 when it has not been read yet. */
  #findEnd(bytes: Buffer, start: number): number {
    let from = start
    for (;;) {
      const end = bytes.indexOf(LINE_FEED, from)
      if (end === -1) return -1
      const opening = this.#findOpening(bytes, start, from, end)
      if (opening === -1) return end
      const closing = findClosing(bytes, opening)
      if (closing === -1) return this.#isHopeless(bytes, start) ? end : -1
      from = closing + 1
    }
  }

  /** A quote that opens a cell, in [from, end) of the record at `start`; -1 when there is none. */
  #findOpening(bytes: Buffer, start: number, from: number, end: number): number {
    if (this.#delimiter === undefined) return -1
    for (let at = this.#nextQuote(bytes, from); at < end; at = this.#nextQuote(bytes, at + 1)) {
      if (at === start || bytes[at - 1] === this.#delimiter) return at
    }
    return -1
  }

  /** Its place, or the length of `bytes`. Remembered, as most files have none for megabytes. */
  #nextQuote(bytes: Buffer, from: number): number {
    if (this.#quote >= from) return this.#quote
    const at = bytes.indexOf(QUOTE, from)
    this.#quote = at === -1 ? bytes.length : at
    return this.#quote
  }

  /** Whether a quote that is open at the end of `bytes` will stay so. */
  #isHopeless(bytes: Buffer, start: number): boolean {
    return this.#isAllRead || bytes.length - start > LONGEST_RECORD
  }
}

/** The quote that closes the one at `opening`; two in a row stand for one in the cell. */
function findClosing(bytes: Buffer, opening: number): number {
  let at = bytes.indexOf(QUOTE, opening + 1)
  while (at !== -1 && bytes[at + 1] === QUOTE) at = bytes.indexOf(QUOTE, at + 2)
  return at
}
