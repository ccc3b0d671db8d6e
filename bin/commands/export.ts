import { Argument, type Command, Option } from 'commander'
import { stringify } from 'csv-stringify/sync'
import { parseMoment } from '#bin/as-of.ts'
import { withProject } from '#bin/context.ts'
import { type ExportFilter, listExport, TABLES, type Table } from '#bin/export.ts'
import { writeOutput } from '#bin/output.ts'
import { COMMAND } from '#lib/command.ts'

interface ExportOptions {
  readonly asOf?: string
  readonly path?: string
  readonly format: 'csv' | 'json'
  readonly out?: string
}

export function registerExport(program: Command): void {
  program
    .command('export')
    .description('print usage, states or measurements, as of any day')
    .addArgument(new Argument('<table>', 'what is printed').choices(TABLES))
    .option('--as-of <day>', 'a day (00:00 UTC) or an instant; now when left out')
    .option('--path <id>', 'one golden path only')
    .addOption(
      new Option('--format <format>', 'of the output').choices(['csv', 'json']).default('csv'),
    )
    .option('--out <file>', 'write it there instead')
    .addHelpText('after', HELP)
    .action(exportTable)
}

const HELP = `
usage          a row for each service and golden path, from the collected facts alone:
               service,path,state,version,lag_versions,lag_days,evidence,observed_at
states         a row for each team and golden path at the last scored week end by then
measurements   a row for each metric and scope at the last scored moment by then; as JSON
               the whole record with the rows behind it

An empty cell is not known or does not apply, and never zero.

Examples:
  desirepath export usage --as-of 2025-01-01
  desirepath export measurements --format json --out measurements.json`

async function exportTable(table: Table, options: ExportOptions): Promise<void> {
  const now = new Date()
  const filter: ExportFilter = {
    asOf: options.asOf === undefined ? now : parseMoment('--as-of', options.asOf, now),
    pathId: options.path,
  }
  await withProject(async ({ config, db }) => {
    const rows = await listExport(db, config, table, filter)
    const text =
      options.format === 'json'
        ? `${JSON.stringify(rows.json, null, 2)}\n`
        : stringify([...rows.cells], { columns: [...rows.columns], header: true, ...SAFE })
    await writeOutput(text, options.out)
    if (rows.cells.length === 0) console.error(`no rows: ${EMPTY[table]}`)
  })
}

const UNSCORED = `nothing was scored for a moment up to then; ${COMMAND} score does it`
const EMPTY: Readonly<Record<Table, string>> = {
  usage: `no service or golden path was there then; ${COMMAND} collect reads the sources`,
  states: UNSCORED,
  measurements: UNSCORED,
}

/** A cell that a spreadsheet would take for a formula is text. */
const SAFE = { escape_formulas: true }
