import {
  columnFilteringFeature,
  constructTable,
  createColumnHelper,
  createFilteredRowModel,
  createPaginatedRowModel,
  createSortedRowModel,
  filterFn_includesString,
  globalFilteringFeature,
  rowPaginationFeature,
  rowSortingFeature,
  sortFn_alphanumeric,
  sortFn_basic,
  tableFeatures,
} from '@tanstack/table-core'
import { storeReactivityBindings } from '@tanstack/table-core/store-reactivity-bindings'

/** A table as a page shows it and as a file holds it. */
export interface DataTable<Row> {
  /** Its name in addresses. */
  readonly id: string
  readonly caption: string
  readonly columns: readonly Column<Row>[]
  /** In the order in which it stands unless a reader sorts it. */
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string
  /** Metrics whose definitions belong to it. */
  readonly metricIds?: readonly string[]
}

export interface Column<Row> {
  readonly key: string
  readonly name: string
  /** What it is sorted and filtered by, and what a file holds. Null: nothing is known. */
  readonly value: (row: Row) => string | number | null
  /** What a page shows instead. */
  readonly cell?: (row: Row) => React.ReactNode
  readonly isNumber?: true
  readonly className?: string
}

export interface TableState {
  /** `table.column` to sort by, `-` before it for the other way round; null leaves the order. */
  readonly sort: string | null
  /** Text that some column must hold. */
  readonly q: string | null
  /** From 1. */
  readonly page: number
  readonly pageSize: number
}

export interface ShownRows<Row> {
  readonly rows: readonly Row[]
  /** How many there are on all pages. */
  readonly count: number
  readonly page: number
  readonly pages: number
}

const features = tableFeatures({
  coreReactivityFeature: storeReactivityBindings(),
  columnFilteringFeature,
  globalFilteringFeature,
  filteredRowModel: createFilteredRowModel(),
  filterFns: { includesString: filterFn_includesString },
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { basic: sortFn_basic, alphanumeric: sortFn_alphanumeric },
  rowPaginationFeature,
  paginatedRowModel: createPaginatedRowModel(),
})

/** The rows of one page, filtered and sorted; what is not known comes last either way. */
export function showRows<Row>(table: DataTable<Row>, state: TableState): ShownRows<Row> {
  const helper = createColumnHelper<typeof features, { readonly row: Row }>()
  const instance = constructTable({
    features,
    data: table.rows.map((row) => ({ row })),
    columns: table.columns.map(({ key, value, isNumber }) =>
      helper.accessor(({ row }): unknown => value(row) ?? undefined, {
        id: key,
        sortFn: isNumber ? 'basic' : 'alphanumeric',
        sortUndefined: 'last',
      }),
    ),
    globalFilterFn: 'includesString',
    getColumnCanGlobalFilter: () => true,
    initialState: {
      globalFilter: state.q ?? '',
      sorting: toSorting(table, state.sort),
      pagination: { pageIndex: 0, pageSize: state.pageSize },
    },
  })
  const pages = Math.max(1, instance.getPageCount())
  const page = Math.min(state.page, pages)
  instance.setPageIndex(page - 1)
  return {
    rows: instance.getRowModel().rows.map(({ original }) => original.row),
    count: instance.getRowCount(),
    page,
    pages,
  }
}

/** Of several tables on a page an address sorts one. */
function toSorting<Row>({ id, columns }: DataTable<Row>, sort: string | null) {
  const sorted = columns.find(({ key }) => sort === `${id}.${key}` || sort === `-${id}.${key}`)
  return sorted === undefined ? [] : [{ id: sorted.key, desc: sort?.startsWith('-') ?? false }]
}
