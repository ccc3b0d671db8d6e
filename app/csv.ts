import { stringify } from 'csv-stringify/sync'
import type { DataTable } from '#app/data-table.ts'
import { findDefinition } from '#app/definitions.ts'

/**
 * A table as CSV. The first lines, each after `#`, say what it is, for which moment and under which
 * filters, and by which definitions. Text that a spreadsheet would run as a formula begins with an
 * apostrophe; numbers stay numbers.
 */
export function toCsv<Row>(
  table: DataTable<Row>,
  rows: readonly Row[],
  head: readonly string[],
): string {
  const definitions = (table.metricIds ?? []).flatMap((id) => {
    const found = findDefinition(id)
    return found === undefined
      ? []
      : [`${id} ${found.name}, version ${found.version}: ${found.definition}`]
  })
  const comments = [table.caption, ...head, ...definitions].map(
    (line) => `# ${line.replaceAll(/[\r\n]+/g, ' ')}\n`,
  )
  const body = stringify(
    rows.map((row) => table.columns.map(({ value }) => neutral(value(row)))),
    { header: true, columns: table.columns.map(({ name }) => name), escape_formulas: true },
  )
  return `${comments.join('')}${body}`
}

/** Signs that begin a formula and that csv-stringify leaves alone: NUL, and the full-width ones. */
const FORMULA = /^[\0＝＋－＠]/

const neutral = (value: string | number | null) =>
  typeof value === 'string' && FORMULA.test(value) ? `'${value}` : (value ?? '')
