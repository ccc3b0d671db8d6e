import { database } from '#app/database.ts'
import { listEntries } from '#app/search/entry-list.ts'

/** What the palette finds. */
export async function GET(): Promise<Response> {
  const entries = await listEntries(await database())
  return Response.json(entries, { headers: { 'Cache-Control': 'private, no-store' } })
}
