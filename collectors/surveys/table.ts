import { readFile, stat } from 'node:fs/promises'
import { CsvError, parse } from 'csv-parse/sync'
import { toQuoteFault } from '#collectors/quote-fault.ts'

/** An export cannot be read as a whole, and why. */
export class UnreadableExport extends Error {}

/** Is held in memory as a whole. */
const LARGEST = 64 << 20

/** The file of an export, and when it was written. @throws {UnreadableExport} */
export async function readExport(path: string): Promise<{ bytes: Buffer; writtenAt: Date }> {
  try {
    const { size, mtime } = await stat(path)
    if (size > LARGEST) throw new UnreadableExport(`is larger than ${LARGEST} bytes`)
    return { bytes: await readFile(path), writtenAt: mtime }
  } catch (cause) {
    if (!(cause instanceof Error) || !('code' in cause)) throw cause
    const why = cause.code === 'ENOENT' ? 'is not in the folder' : `cannot be read (${cause.code})`
    throw new UnreadableExport(why, { cause })
  }
}

export interface Row {
  /** Line of the file on which it starts, from 1. */
  readonly line: number
  readonly cells: readonly string[]
}

const DELIMITERS = [',', ';', '\t']

/**
 * The rows of a CSV file, headers among them, as they stand: equal and empty headers are columns
 * of their own.
 *
 * @throws {UnreadableExport}
 */
export function readRows(bytes: Uint8Array): Row[] {
  const text = decode(bytes)
  if (text.trim() === '') throw new UnreadableExport('is empty')
  const readings = DELIMITERS.map((delimiter) => parseRows(text, delimiter))
  const whole = readings.filter((reading) => Array.isArray(reading))
  const [best] = whole.toSorted((a, b) => rank(b) - rank(a))
  if (best !== undefined) return best
  const [fault] = readings.filter((reading) => reading instanceof CsvError)
  throw new UnreadableExport(fault ? toQuoteFault(fault) : 'holds no rows')
}

/** UTF-8, or what its byte order mark says. Bytes that are no text become U+FFFD. */
function decode(bytes: Uint8Array): string {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  if (first === 0x50 && second === 0x4b) {
    throw new UnreadableExport('is a workbook or an archive; save it as CSV')
  }
  return new TextDecoder().decode(bytes)
}

function parseRows(text: string, delimiter: string): Row[] | CsvError {
  try {
    const parsed = parse(text, {
      delimiter,
      relax_column_count: true,
      skip_empty_lines: true,
      info: true,
    })
    let end = 0
    // With `info` each record comes with where it ended.
    return (parsed as unknown as { record: string[]; info: { lines: number } }[]).map(
      ({ record, info }) => {
        const line = end + 1
        end = info.lines
        return { line, cells: record }
      },
    )
  } catch (error) {
    if (error instanceof CsvError) return error
    throw error
  }
}

/** The delimiter that gives every row as many cells as the first, and of such the most. */
function rank(rows: readonly Row[]): number {
  const width = rows[0]?.cells.length ?? 0
  const isEven = rows.every(({ cells }) => cells.length === width)
  return width === 1 ? 0 : width + (isEven ? 1_000_000 : 0)
}
