import type { z } from 'zod'
import type { Stored } from '#collectors/files/column-types.ts'
import type { Column, Entity, EntityRow, RowFault } from '#collectors/files/entities.ts'
import { NATURAL_KEYS } from '#db/natural-keys.ts'
import { closest } from '#lib/closest.ts'

/** A line that cannot be stored, with every fault of it. */
export class RefusedLine {
  /** As it came. */
  readonly raw: unknown
  /** A fault of the line as a whole has an empty column. */
  readonly faults: readonly RowFault[]

  constructor(raw: unknown, faults: readonly RowFault[]) {
    this.raw = raw
    this.faults = faults
  }

  /** What quarantine keeps. */
  toJSON(): unknown {
    return this.raw
  }

  /** What the line says under `header`, when as much can be read. */
  named(header: string): string | undefined {
    const { raw } = this
    if (typeof raw !== 'object' || raw === null) return undefined
    const value = (raw as Readonly<Record<string, unknown>>)[header]
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
  }
}

export type ReadLine = EntityRow | RefusedLine

interface Field {
  readonly header: string
  readonly column: Column
  /** Its column in the table. */
  readonly target: string
  /** Its place among the cells; -1 when the file has no such header. */
  readonly index: number
}

function toFields({ table, columns }: Entity, headers: readonly string[]): Field[] {
  const key: readonly string[] = NATURAL_KEYS[table]
  return Object.entries(columns).map(([header, column]) => ({
    header,
    column,
    target: header === 'id' && key.includes('native_id') ? 'native_id' : header,
    index: headers.indexOf(header),
  }))
}

/** Reads the cells of one line of a CSV file that has these headers. */
export function cellReader(
  entity: Entity,
  headers: readonly string[],
): (cells: readonly string[]) => ReadLine {
  const fields = toFields(entity, headers)
  const toRaw = (cells: readonly string[]) =>
    Object.fromEntries(headers.map((header, index) => [header, cells[index]]))
  return (cells) => {
    if (cells.length !== headers.length) {
      const fault = `expected ${headers.length} cells, one for each header, not ${cells.length}`
      return new RefusedLine(cells, [{ column: '', fault }])
    }
    const faults: RowFault[] = []
    const row = readFields(fields, faults, ({ index, column }) => {
      const cell = index === -1 ? '' : (cells[index] ?? '').trim()
      return cell === '' ? undefined : column.type.text.safeParse(cell)
    })
    if (faults.length === 0) faults.push(...entity.check(row))
    return faults.length === 0 ? row : new RefusedLine(toRaw(cells), faults)
  }
}

/** Reads the value of one line of an NDJSON file. */
export function objectReader(entity: Entity): (value: object) => ReadLine {
  const fields = toFields(entity, [])
  return (value) => {
    const given = value as Readonly<Record<string, unknown>>
    const faults = Object.keys(given).flatMap((key) => toUnknownKey(entity, key))
    const row = readFields(fields, faults, ({ header, column }) =>
      given[header] === undefined || given[header] === null
        ? undefined
        : column.type.json.safeParse(given[header]),
    )
    if (faults.length === 0) faults.push(...entity.check(row))
    return faults.length === 0 ? row : new RefusedLine(value, faults)
  }
}

export const ENCODING_FAULT: RowFault = {
  column: '',
  fault: 'holds bytes that are not UTF-8 text',
}

/** Whether bytes that are no UTF-8 were read as text. */
export const isOtherEncoding = (text: string) => text.includes('\uFFFD')

/** Reads one line of NDJSON. */
export function readJsonLine(text: string, read: (value: object) => ReadLine): ReadLine {
  if (isOtherEncoding(text)) return new RefusedLine(text, [ENCODING_FAULT])
  const value = parseObject(text)
  if (value !== undefined) return read(value)
  return new RefusedLine(text, [{ column: '', fault: 'is not a JSON object on one line' }])
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

function toUnknownKey({ columns }: Entity, key: string): RowFault[] {
  if (Object.hasOwn(columns, key)) return []
  return [{ column: key, fault: `is not known${didYouMean(key, Object.keys(columns))}` }]
}

/** `; did you mean finished_at?`, or nothing when no name is near. */
export function didYouMean(name: string, known: readonly string[]): string {
  const near = closest(name, known)
  return near === undefined ? '' : `; did you mean ${near}?`
}

/** `read` gives undefined where nothing was said. All rows of a file get the same columns. */
function readFields(
  fields: readonly Field[],
  faults: RowFault[],
  read: (field: Field) => z.ZodSafeParseResult<unknown> | undefined,
): EntityRow {
  const row: Record<string, Stored> = {}
  for (const field of fields) {
    const { header, column, target } = field
    const result = read(field)
    row[target] = column.otherwise
    if (result?.success)
      row[target] = column.type.toStored(result.data as never) // Its own value.
    else if (result) faults.push(...toFaults(header, result.error))
    else if (column.required) faults.push({ column: header, fault: 'is required' })
  }
  return row
}

const toFaults = (column: string, { issues }: z.ZodError): RowFault[] =>
  issues.map(({ message }) => ({ column, fault: message }))
