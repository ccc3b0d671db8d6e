import { currentView } from '#app/current-view.ts'
import { database } from '#app/database.ts'
import { formatInstant } from '#app/format.ts'
import { findTable, TABLES_OF_TEAMS } from '#app/tables/registry.ts'
import { listRefused, readParameters } from '#app/url-state.ts'
import { withinOf } from '#app/within-load.ts'

/** A table as CSV, under the same parameters as the page that shows it, on one page. */
export async function GET(
  request: Request,
  { params }: RouteContext<'/export/[table]'>,
): Promise<Response> {
  const { table: file } = await params
  const name = /^([\w-]+)\.csv$/.exec(file)?.[1]
  const write = name === undefined ? undefined : findTable(name)
  if (name === undefined || write === undefined) return plain(404, `${file}: no such table\n`)
  const asked = Object.fromEntries(new URL(request.url).searchParams)
  const view = currentView(asked, '/')
  const within = await withinOf(view)
  const refused = [...new Set([...listRefused(asked), ...view.refused].map(({ name: of }) => of))]
  if (within === undefined) refused.push('in')
  if (refused.length > 0) return plain(400, `${refused.join(', ')}: means nothing here\n`)
  const head = [
    `as of ${formatInstant(view.at)}`,
    `asked for: ${new URLSearchParams(asked).toString() || 'nothing in particular'}`,
    ...(within !== null && !TABLES_OF_TEAMS.has(name)
      ? [`of the whole organisation, not of ${within?.name} alone`]
      : []),
  ]
  const csv = await write(await database(), view, readParameters(asked), head)
  return new Response(csv, {
    headers: {
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': `attachment; filename="${name}.csv"`,
      'Cache-Control': 'private, no-store',
    },
  })
}

const plain = (status: number, text: string) =>
  new Response(text, { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' } })
