import { type Column, type DataTable, showRows } from '#app/data-table.ts'
import { formatCount } from '#app/format.ts'
import { HiddenFields } from '#app/hidden-fields.tsx'
import { Link } from '#app/link.tsx'
import { Scroll } from '#app/scroll.tsx'
import { type Parameters, readParameters, type Search, toAddress } from '#app/url-state.ts'
import { hereWith, type View, viewParameters } from '#app/view.ts'

const PAGE = 50
/** From so many rows on a filter is worth its room. */
const FILTER_FROM = 12

/** A table that its address sorts, filters and pages; it needs no script. */
export function DataTableView<Row>({
  table,
  view,
  search,
  file = {},
  pageSize = PAGE,
}: {
  table: DataTable<Row>
  view: View
  search: Search
  /** What its file is asked for by, beside the view. */
  file?: Parameters
  pageSize?: number
}) {
  const { sort, q, page } = readParameters(search)
  const shown = showRows(table, { sort, q, page: page ?? 1, pageSize })
  return (
    <>
      <TableTools table={table} view={view} file={file} q={q} count={shown.count} />
      <Scroll label={table.caption}>
        <table>
          <caption>{table.caption}</caption>
          <thead>
            <tr>
              {table.columns.map((column) => (
                <Heading
                  key={column.key}
                  name={column.name}
                  isNumber={column.isNumber ?? false}
                  by={`${table.id}.${column.key}`}
                  view={view}
                  sort={sort}
                />
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.rows.map((row) => (
              <tr key={table.keyOf(row)}>
                {table.columns.map((column, index) => (
                  <Cell key={column.key} column={column} row={row} isFirst={index === 0} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {shown.count === 0 && <p className="note mt-2">No row holds “{q}”.</p>}
      {shown.pages > 1 && <Pages view={view} page={shown.page} pages={shown.pages} />}
    </>
  )
}

function TableTools<Row>({
  table,
  view,
  file,
  q,
  count,
}: {
  table: DataTable<Row>
  view: View
  file: Parameters
  q: string | null
  count: number
}) {
  return (
    <div className="table-tools">
      {table.rows.length >= FILTER_FROM && (
        <form action={view.address}>
          <HiddenFields view={view} asks="q" />
          <input
            className="field"
            type="search"
            name="q"
            aria-label={`Filter: ${table.caption}`}
            placeholder="Filter"
            defaultValue={q ?? ''}
            data-key="/"
          />
        </form>
      )}
      {q !== null && (
        <span className="note">
          {formatCount(count)} of {formatCount(table.rows.length)}
        </span>
      )}
      <CsvLink id={table.id} view={view} file={file} />
    </div>
  )
}

/** The same rows as a file, with the same filters. */
export function CsvLink({
  id,
  view,
  file = {},
  of,
}: {
  id: string
  view: View
  file?: Parameters
  /** What it holds, where several stand side by side. */
  of?: string
}) {
  const address = toAddress(`/export/${id}.csv`, {
    ...viewParameters(view),
    ...view.kept,
    ...file,
  })
  return (
    <a className="csv" href={address} download aria-label={of && `CSV: ${of}`}>
      CSV
    </a>
  )
}

function Heading({
  name,
  isNumber,
  by,
  view,
  sort,
}: {
  name: string
  isNumber: boolean
  /** As an address names the column. */
  by: string
  view: View
  sort: string | null
}) {
  const isUp = sort === by
  const isDown = sort === `-${by}`
  return (
    <th
      scope="col"
      className={isNumber ? 'number' : undefined}
      aria-sort={isUp ? 'ascending' : isDown ? 'descending' : undefined}
    >
      <Link className="sorter" href={hereWith(view, { sort: isUp ? `-${by}` : by })} scroll={false}>
        {name}
        {(isUp || isDown) && <span aria-hidden="true">{isUp ? ' ↑' : ' ↓'}</span>}
      </Link>
    </th>
  )
}

function Cell<Row>({
  column: { value, cell, isNumber, className },
  row,
  isFirst,
}: {
  column: Column<Row>
  row: Row
  isFirst: boolean
}) {
  const content = cell === undefined ? value(row) : cell(row)
  if (isFirst) return <th scope="row">{content}</th>
  return <td className={isNumber ? 'number' : className}>{content}</td>
}

function Pages({ view, page, pages }: { view: View; page: number; pages: number }) {
  return (
    <nav aria-label="Pages of rows" className="pages">
      {page > 1 && (
        <Link href={hereWith(view, { page: page - 1 })} scroll={false}>
          Previous rows
        </Link>
      )}
      <span>
        Page {page} of {pages}
      </span>
      {page < pages && (
        <Link href={hereWith(view, { page: page + 1 })} scroll={false}>
          Next rows
        </Link>
      )}
    </nav>
  )
}
