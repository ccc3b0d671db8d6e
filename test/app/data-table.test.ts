import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type DataTable, showRows } from '#app/data-table.ts'

interface Row {
  readonly name: string
  readonly lag: number | null
}
const ROWS: readonly Row[] = [
  { name: 'basket', lag: 10 },
  { name: 'checkout', lag: null },
  { name: 'accounts', lag: 2 },
]
const table = (rows: readonly Row[] = ROWS): DataTable<Row> => ({
  id: 'services',
  caption: 'Services',
  rows,
  keyOf: ({ name }) => name,
  columns: [
    { key: 'name', name: 'Service', value: ({ name }) => name },
    { key: 'lag', name: 'Behind', isNumber: true, value: ({ lag }) => lag },
  ],
})
const shown = (state: Partial<Parameters<typeof showRows>[1]>) =>
  showRows(table(), { sort: null, q: null, page: 1, pageSize: 10, ...state })
const names = (state: Partial<Parameters<typeof showRows>[1]>) =>
  shown(state).rows.map(({ name }) => name)

test('rows stand in their own order until a reader sorts them', () => {
  expect(names({})).toEqual(['basket', 'checkout', 'accounts'])
  expect(names({ sort: 'services.name' })).toEqual(['accounts', 'basket', 'checkout'])
  expect(names({ sort: '-services.name' })).toEqual(['checkout', 'basket', 'accounts'])
})

test('what is not known comes last, whichever way is sorted', () => {
  expect(names({ sort: 'services.lag' })).toEqual(['accounts', 'basket', 'checkout'])
  expect(names({ sort: '-services.lag' })).toEqual(['basket', 'accounts', 'checkout'])
})

test('a column of another table, or of none, sorts nothing', () => {
  expect(names({ sort: 'teams.name' })).toEqual(names({}))
  expect(names({ sort: 'services.gone' })).toEqual(names({}))
})

test('a filter looks into every column', () => {
  expect(names({ q: 'CHECK' })).toEqual(['checkout'])
  expect(names({ q: '10' })).toEqual(['basket'])
  expect(shown({ q: 'nothing' })).toEqual({ rows: [], count: 0, page: 1, pages: 1 })
})

test('a page beyond the last is the last', () => {
  expect(shown({ page: 9, pageSize: 2 })).toMatchObject({
    rows: [{ name: 'accounts' }],
    count: 3,
    page: 2,
    pages: 2,
  })
})

test('sorting and paging lose no row and double none', () => {
  const row = fc.record({ name: fc.string({ minLength: 1 }), lag: fc.option(fc.integer()) })
  fc.assert(
    fc.property(fc.array(row), fc.integer({ min: 1, max: 5 }), (rows, pageSize) => {
      const state = { sort: 'services.lag', q: null, pageSize }
      const { pages } = showRows(table(rows), { ...state, page: 1 })
      const all = Array.from(
        { length: pages },
        (_, index) => showRows(table(rows), { ...state, page: index + 1 }).rows,
      ).flat()
      return all.length === rows.length && rows.every((one) => all.includes(one))
    }),
  )
})
