import { z } from 'zod'
import type { CollectorContext } from '#collectors/collector.ts'
import type { SortedPage } from '#collectors/keyset-walk.ts'
import { openRest, orNull, type RestClient, type RestClientOptions } from '#collectors/rest.ts'
import { SourceError } from '#lib/errors.ts'

/** Reads of one account of PagerDuty. Failures are `SourceError`s without a secret. */
export interface PagerDutyClient {
  /** Incidents that were triggered in [since, until), oldest first, from number `offset` on. */
  readonly listIncidents: (
    period: { readonly since: Date; readonly until: Date },
    offset: number | null,
  ) => Promise<SortedPage<number>>
  /** Null when it is gone. */
  readonly readIncident: (id: string) => Promise<unknown>
  readonly listLogEntries: (id: string) => Promise<readonly unknown[]>
  readonly listNotes: (id: string) => Promise<readonly unknown[]>
  /** Whether the key sees a service, by its id. */
  readonly seesService: (id: string) => Promise<boolean>
  readonly time: RestClient['time']
  readonly close: RestClient['close']
}

const Refusal = z.looseObject({
  error: z.looseObject({ message: z.string(), errors: z.array(z.string()).default([]) }),
})

function explain(body: unknown): string | null {
  const { data } = Refusal.safeParse(body)
  return data === undefined ? null : [data.error.message, ...data.error.errors].join('; ')
}

const LIMIT = 100

/** Pages of one incident's log; more are a list without an end. */
const MOST_PAGES = 100

// https://developer.pagerduty.com/api-reference/
/** The caller closes it. */
export function openPagerDuty(
  options: RestClientOptions,
  context: Pick<CollectorContext, 'now' | 'signal' | 'progress'>,
): PagerDutyClient {
  const rest = openRest(options, { name: 'PagerDuty', explain }, context)
  return {
    listIncidents: async ({ since, until }, offset) => {
      const page = await rest.get(IncidentPage, '/incidents', {
        since: since.toISOString(),
        until: until.toISOString(),
        sort_by: 'created_at:asc',
        limit: LIMIT,
        offset: offset ?? 0,
      })
      const next = page.more ? page.offset + page.incidents.length : null
      return { items: page.incidents, next }
    },
    readIncident: (id) =>
      orNull(rest.get(OneIncident, `/incidents/${encodeURIComponent(id)}`)).then(
        (found) => found?.incident ?? null,
      ),
    seesService: async (id) =>
      (await orNull(rest.get(z.looseObject({}), `/services/${encodeURIComponent(id)}`))) !== null,
    listLogEntries: (id) => listLogEntries(rest, options.sourceId, id),
    listNotes: async (id) => (await rest.get(Notes, `/incidents/${id}/notes`)).notes,
    time: rest.time,
    close: rest.close,
  }
}

const Paged = { offset: z.int(), more: z.boolean() }
const IncidentPage = z.looseObject({ ...Paged, incidents: z.array(z.unknown()) })
const LogPage = z.looseObject({ ...Paged, log_entries: z.array(z.unknown()) })
const OneIncident = z.looseObject({ incident: z.unknown() })
const Notes = z.looseObject({ notes: z.array(z.unknown()) })

async function listLogEntries(
  rest: RestClient,
  sourceId: string,
  id: string,
): Promise<readonly unknown[]> {
  const entries: unknown[] = []
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const asked = { limit: LIMIT, offset: entries.length }
    const { log_entries: told, more } = await rest.get(
      LogPage,
      `/incidents/${id}/log_entries`,
      asked,
    )
    entries.push(...told)
    if (!more) return entries
    if (told.length === 0) break
  }
  throw new SourceError(sourceId, `PagerDuty gives log entries of ${id} without an end`)
}
