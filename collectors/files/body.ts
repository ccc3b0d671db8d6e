import { ENTITIES, type Entity, type EntityRow } from '#collectors/files/entities.ts'
import { objectReader, RefusedLine, readJsonLine } from '#collectors/files/row.ts'

/** Rows as they were sent in one request. */
export interface BodyRows {
  readonly rows: readonly EntityRow[]
  /** What is wrong with lines, counted from 1. */
  readonly faults: readonly { readonly line: number; readonly fault: string }[]
}

/**
 * The entities of which rows may be sent one by one: those that tell what happened. Undefined for
 * another; a file of what stands says all there is, so a row of it means nothing by itself.
 */
export function findSentEntity(name: string): Entity | undefined {
  const entity = Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : undefined
  return entity?.vanished === 'stay' ? entity : undefined
}

/** Their names. */
export const SENT_ENTITIES = Object.keys(ENTITIES).filter((name) => findSentEntity(name))

/** Reads NDJSON as a file of the entity is read. Empty lines are left out, but counted. */
export function readBodyRows(entity: Entity, text: string): BodyRows {
  const read = objectReader(entity)
  const rows: EntityRow[] = []
  const faults: BodyRows['faults'][number][] = []
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    if (line.trim() === '') continue
    const row = readJsonLine(line, read)
    if (row instanceof RefusedLine) faults.push({ line: index + 1, fault: toWords(row) })
    else rows.push(row)
  }
  return { rows, faults }
}

const toWords = ({ faults }: RefusedLine) =>
  faults.map(({ column, fault }) => (column === '' ? fault : `${column} ${fault}`)).join(', ')
