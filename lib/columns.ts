/** Numbers of one kind, side by side. */
export type Column = Float64Array | Int32Array | Uint8Array

export type Columns = Readonly<Record<string, Column>>

const TYPES = { f64: Float64Array, i32: Int32Array, u8: Uint8Array } as const

type TypeName = keyof typeof TYPES

interface Head {
  readonly about: unknown
  readonly columns: readonly (readonly [name: string, type: TypeName, length: number])[]
}

/** Every column begins at a multiple of it, as a view of 64-bit numbers must. */
const ALIGNMENT = 8

const aligned = (length: number) => Math.ceil(length / ALIGNMENT) * ALIGNMENT

/**
 * Columns in one piece of bytes, with `about`, which is stored as JSON: four bytes of length, a JSON
 * head, then the columns as the machine keeps them. To be read where it was written.
 */
export function packColumns(about: unknown, columns: Columns): Uint8Array {
  const entries = Object.entries(columns)
  const head: Head = {
    about,
    columns: entries.map(([name, column]) => [name, typeOf(column), column.length]),
  }
  const text = new TextEncoder().encode(JSON.stringify(head))
  const start = aligned(4 + text.length)
  const size = entries.reduce((sum, [, { byteLength }]) => sum + aligned(byteLength), start)
  const bytes = new Uint8Array(size)
  new DataView(bytes.buffer).setUint32(0, text.length, true)
  bytes.set(text, 4)
  let offset = start
  for (const [, column] of entries) {
    bytes.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), offset)
    offset += aligned(column.byteLength)
  }
  return bytes
}

function typeOf(column: Column): TypeName {
  if (column instanceof Float64Array) return 'f64'
  return column instanceof Int32Array ? 'i32' : 'u8'
}

/** What `packColumns` packed. */
export function unpackColumns(packed: Uint8Array): { about: unknown; columns: Columns } {
  // What a database gives may begin anywhere in a larger buffer.
  const bytes = packed.byteOffset % ALIGNMENT === 0 ? packed : packed.slice()
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const length = view.getUint32(0, true)
  const text = new TextDecoder().decode(bytes.subarray(4, 4 + length))
  // Only `packColumns` writes it.
  const head = JSON.parse(text) as Head
  const columns: Record<string, Column> = {}
  let offset = bytes.byteOffset + aligned(4 + length)
  for (const [name, type, count] of head.columns) {
    const column = new TYPES[type](bytes.buffer as ArrayBuffer, offset, count)
    columns[name] = column
    offset += aligned(column.byteLength)
  }
  return { about: head.about, columns }
}

/** Places from `head` on and before `length - tail` of each table: there two tables of so many rows differ. */
export interface CommonEnds {
  readonly head: number
  readonly tail: number
}

/** How many rows two tables share at the beginning, and of the rest at the end. */
export function commonEnds(
  was: number,
  is: number,
  isSame: (old: number, now: number) => boolean,
): CommonEnds {
  const shorter = Math.min(was, is)
  let head = 0
  while (head < shorter && isSame(head, head)) head += 1
  let tail = 0
  while (tail < shorter - head && isSame(was - 1 - tail, is - 1 - tail)) tail += 1
  return { head, tail }
}
