import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toCsv } from '#app/csv.ts'
import type { DataTable } from '#app/data-table.ts'

interface Row {
  readonly name: string
  readonly count: number | null
}
const table = (rows: readonly Row[]): DataTable<Row> => ({
  id: 'things',
  caption: 'Things by name',
  rows,
  keyOf: ({ name }) => name,
  metricIds: ['ADO-02'],
  columns: [
    { key: 'name', name: 'Name', value: ({ name }) => name },
    { key: 'count', name: 'Count', value: ({ count }) => count },
  ],
})
const csvOf = (rows: readonly Row[], head: readonly string[] = []) => toCsv(table(rows), rows, head)
const cellsOf = (csv: string): string[][] => parse(csv, { comment: '#', comment_no_infix: true })

test('the first lines say what it is, for when, and by which definition', () => {
  const lines = csvOf([{ name: 'a', count: 1 }], ['as of today']).split('\n')
  expect(lines.slice(0, 2)).toEqual(['# Things by name', '# as of today'])
  expect(lines[2]).toMatch(/^# ADO-02 Total adoption rate, version \d/)
  expect(lines.slice(3)).toEqual(['Name,Count', 'a,1', ''])
})

test('what is not known is empty, and a zero is a zero', () => {
  const csv = csvOf([
    { name: 'a', count: null },
    { name: 'b', count: 0 },
  ])
  expect(csv.split('\n').slice(-3, -1)).toEqual(['a,', 'b,0'])
})

test.each(['=1+1', '+1', '-1', '@A1', '\tx', '\rx', '\0x', '＝1', '＋1', '－1', '＠A'])(
  'the text %j is no formula any more',
  (name) => {
    const [, cells] = cellsOf(csvOf([{ name, count: 1 }]))
    expect(cells).toEqual([`'${name}`, '1'])
  },
)

test('a negative number stays one', () => {
  expect(csvOf([{ name: 'a', count: -3 }])).toContain('a,-3')
})

test('whatever a cell holds, it comes back, or with an apostrophe before it', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (name) => {
      const [, cells] = cellsOf(csvOf([{ name: `x${name}`, count: 1 }]))
      return cells?.[0] === `x${name}`
    }),
  )
})
