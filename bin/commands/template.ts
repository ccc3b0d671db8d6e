import { type Command, Option } from 'commander'
import { requireKnown } from '#bin/known.ts'
import { writeOutput } from '#bin/output.ts'
import { toEmptyMeaning, toTemplate, toVanishedSentence } from '#collectors/files/describe.ts'
import { ENTITIES, type Entity } from '#collectors/files/entities.ts'
import { ConfigError } from '#lib/errors.ts'

interface TemplateOptions {
  readonly format: 'csv' | 'ndjson'
  readonly out?: string
  readonly list?: true
  readonly explain?: true
}

export function registerTemplate(program: Command): void {
  program
    .command('template')
    .description('print a file for a folder of CSV or NDJSON: its headers and one example row')
    .argument('[entity]', 'what the file is to hold, such as deployments')
    .addOption(
      new Option('--format <format>', 'of the file').choices(['csv', 'ndjson']).default('csv'),
    )
    .option('--out <file>', 'write it there instead')
    .option('--list', 'list what a file can hold')
    .option('--explain', 'print what each header means')
    .addHelpText(
      'after',
      '\nExamples:\n  desirepath template --list\n  desirepath template deployments --explain\n  desirepath template deployments --out ./ci/deployments.csv',
    )
    .action(writeTemplate)
}

async function writeTemplate(name: string | undefined, options: TemplateOptions): Promise<void> {
  await writeOutput(toText(name, options), options.out)
}

/** @throws {ConfigError} */
function toText(name: string | undefined, { list, explain, format }: TemplateOptions): string {
  if (list) return toColumns(Object.entries(ENTITIES).map(([id, { about }]) => [id, about]))
  const entity = findEntity(name)
  return explain ? explainEntity(entity) : toTemplate(entity, format)
}

function findEntity(name: string | undefined): Entity {
  const known = Object.keys(ENTITIES)
  if (name === undefined) throw new ConfigError(`template: expected one of ${known.join(', ')}`)
  requireKnown('entity', name, known)
  const entity = ENTITIES[name]
  if (entity === undefined) throw new TypeError(`${name} is known, and was not found`)
  return entity
}

function explainEntity(entity: Entity): string {
  const rows = Object.entries(entity.columns).map(([header, column]) => [
    header,
    toEmptyMeaning(column),
    column.type.name,
    column.about,
  ])
  const table = toColumns([['HEADER', 'EMPTY', 'TYPE', 'MEANING'], ...rows])
  return `${entity.about} ${toVanishedSentence(entity)}\n\n${table}`
}

/** Lines whose cells start below one another. */
function toColumns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => {
    const lengths = rows.map((row) => row[column]?.length ?? 0)
    return Math.max(...lengths)
  })
  const lines = rows.map((row) =>
    row.map((cell, column) => cell.padEnd(widths?.[column] ?? 0)).join('  '),
  )
  return lines.map((line) => `${line.trimEnd()}\n`).join('')
}
