import { readRequest } from '#app/api/answers.ts'
import { database } from '#app/database.ts'
import { formatInstant } from '#app/format.ts'
import { findTable, TABLES_OF_TEAMS } from '#app/tables/registry.ts'
import { ALL_PARAMETERS } from '#app/url-state.ts'
import { problem } from '#lib/request-error.ts'

/** A table as CSV, under the same parameters as the page that shows it, on one page. */
export async function GET(
  request: Request,
  { params }: RouteContext<'/export/[table]'>,
): Promise<Response> {
  const { table: file } = await params
  const name = /^([\w-]+)\.csv$/.exec(file)?.[1]
  const write = name === undefined ? undefined : findTable(name)
  if (name === undefined || write === undefined) return problem(404, `${file}: no such table`)
  // A page links its files with all of its view, also where a table does not heed it.
  const asked = await readRequest(request, ALL_PARAMETERS)
  if ('refusal' in asked) return asked.refusal
  const { view, parameters, within } = asked
  const head = [
    `as of ${formatInstant(view.at)}`,
    `asked for: ${new URL(request.url).searchParams.toString() || 'nothing in particular'}`,
    ...(within !== null && !TABLES_OF_TEAMS.has(name)
      ? [`of the whole organisation, not of ${within.name} alone`]
      : []),
  ]
  const csv = await write(await database(), view, parameters, head)
  return new Response(csv, {
    headers: {
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': `attachment; filename="${name}.csv"`,
      'Cache-Control': 'private, no-store',
    },
  })
}
