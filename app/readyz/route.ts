import { isReady } from '#app/database.ts'

/** Whether pages can be served: the database is there, migrated, and answers. */
export async function GET(): Promise<Response> {
  return (await isReady())
    ? new Response('ready\n')
    : new Response('not ready: no migrated database\n', { status: 503 })
}
