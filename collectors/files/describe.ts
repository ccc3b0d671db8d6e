import { stringify } from 'csv-stringify/sync'
import { type Column, ENTITIES, type Entity } from '#collectors/files/entities.ts'

/** A file with one example row. */
export function toTemplate({ columns }: Entity, format: 'csv' | 'ndjson'): string {
  const all = Object.entries(columns)
  if (format === 'csv') {
    return stringify([all.map(([header]) => header), all.map(([, { example }]) => example)])
  }
  const typed = all.map(([header, column]) => [header, toTyped(column)])
  return `${JSON.stringify(Object.fromEntries(typed))}\n`
}

const toTyped = ({ example, type }: Column) => (example === '' ? null : type.text.parse(example))

/** What an empty cell means. */
export function toEmptyMeaning({ required, otherwise }: Column): string {
  if (required) return 'required'
  return otherwise === null || otherwise === '' ? '' : `else ${otherwise}`
}

const VANISHED = {
  stay: 'Tells what happened: rows of a file that is rotated away stay.',
  go: 'Says all there is: a row that vanishes from the file goes.',
  marked:
    'Says all there is: a row that vanishes from the file is marked as gone, and its history stays.',
}

export const toVanishedSentence = ({ vanished }: Entity) => VANISHED[vanished]

/** Every entity with its headers, in Markdown. */
export const describeEntities = (): string =>
  Object.entries(ENTITIES)
    .map(([name, entity]) => describeEntity(name, entity))
    .join('\n')

function describeEntity(name: string, entity: Entity): string {
  const rows = Object.entries(entity.columns).map(([header, column]) => {
    const cells = [header, column.type.name, toEmptyMeaning(column), column.about]
    return `| ${cells.join(' | ')} |\n`
  })
  return [
    `### ${name}\n\n${entity.about} ${toVanishedSentence(entity)}\n\n`,
    '| header | type | empty | meaning |\n| --- | --- | --- | --- |\n',
    ...rows,
  ].join('')
}
