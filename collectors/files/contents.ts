import { open } from 'node:fs/promises'
import { CsvError } from 'csv-parse/sync'
import { toCells, toDelimiter } from '#collectors/files/csv.ts'
import type { Entity } from '#collectors/files/entities.ts'
import type { EntityFile } from '#collectors/files/folder.ts'
import type { TextRecord } from '#collectors/files/records.ts'
import {
  cellReader,
  didYouMean,
  ENCODING_FAULT,
  isOtherEncoding,
  objectReader,
  type ReadLine,
  RefusedLine,
  readJsonLine,
} from '#collectors/files/row.ts'
import { toQuoteFault } from '#collectors/quote-fault.ts'

/** How a file is to be read, known from its beginning. */
export interface Contents {
  /** Where its records start. */
  readonly offset: number
  readonly line: number
  /** Null when each line is a record. */
  readonly delimiter: string | null
  readonly read: (records: readonly TextRecord[]) => ReadLine[]
}

/** A file as a whole cannot be read; every reason at once. */
export class UnreadableFile extends Error {}

const LONGEST_HEADER = 1 << 16

/** @throws {UnreadableFile} */
export async function openContents(file: EntityFile): Promise<Contents> {
  const beginning = await readBeginning(file.path)
  refuseOtherEncodings(beginning)
  const bom = beginning.subarray(0, 3).equals(UTF8_BOM) ? UTF8_BOM.length : 0
  if (file.format === 'ndjson') {
    const read = objectReader(file.entity)
    return {
      offset: bom,
      line: 1,
      delimiter: null,
      read: (records) => records.map(({ text }) => readJsonLine(text, read)),
    }
  }
  return openCsv(file, beginning, bom)
}

const UTF8_BOM = Buffer.from([0xef, 0xbb, 0xbf])
const UTF16_BOMS = [Buffer.from([0xff, 0xfe]), Buffer.from([0xfe, 0xff])]

function refuseOtherEncodings(beginning: Buffer): void {
  const isUtf16 = UTF16_BOMS.some((bom) => beginning.subarray(0, 2).equals(bom))
  if (isUtf16) throw new UnreadableFile('is UTF-16; save it as UTF-8')
}

async function readBeginning(path: string): Promise<Buffer> {
  const handle = await open(path)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(LONGEST_HEADER))
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

function openCsv({ entity, size }: EntityFile, beginning: Buffer, bom: number): Contents {
  const lineBreak = beginning.indexOf('\n')
  if (lineBreak === -1 && size > beginning.length) {
    throw new UnreadableFile(`no line break in its first ${LONGEST_HEADER} bytes`)
  }
  const end = lineBreak === -1 ? beginning.length : lineBreak
  const text = beginning.toString('utf8', bom, end).trimEnd()
  const delimiter = toDelimiter(text)
  const headers = toHeaders(entity, text, delimiter)
  const read = cellReader(entity, headers)
  return {
    offset: Math.min(end + 1, size),
    line: 2,
    delimiter,
    read: (records) => {
      const cells = toCells(records, delimiter)
      return records.map((record) => readCells(record, cells.next().value ?? [], read))
    },
  }
}

function toHeaders(entity: Entity, text: string, delimiter: string): string[] {
  const [cells = []] = text === '' ? [] : [...toCells([{ line: 1, text }], delimiter)]
  if (cells instanceof CsvError) throw new UnreadableFile(`its headers: ${toQuoteFault(cells)}`)
  const headers = cells.map((cell) => cell.trim())
  const known = Object.keys(entity.columns)
  const faults = [
    ...headers.filter((header) => !known.includes(header)).map((name) => toUnknown(name, known)),
    ...headers.filter((header, index) => headers.indexOf(header) < index).map(toDouble),
    ...Object.entries(entity.columns).flatMap(([header, { required }]) =>
      required && !headers.includes(header) ? [`needs the header ${header}`] : [],
    ),
  ]
  if (faults.length === 0) return headers
  throw new UnreadableFile([...faults, `known headers are ${known.join(', ')}`].join('; '))
}

const toUnknown = (header: string, known: readonly string[]) =>
  `unknown header "${header}"${didYouMean(header, known)}`

const toDouble = (header: string) => `header ${header} more than once`

function readCells(
  { text }: TextRecord,
  cells: readonly string[] | CsvError,
  read: (cells: readonly string[]) => ReadLine,
): ReadLine {
  if (isOtherEncoding(text)) return new RefusedLine(text, [ENCODING_FAULT])
  if (!(cells instanceof CsvError)) return read(cells)
  return new RefusedLine(text, [{ column: '', fault: toQuoteFault(cells) }])
}
