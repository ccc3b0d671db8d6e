import { type Answered, type Asked, aLocalApi, type LocalApi } from '#test/support/local-api.ts'
import type { PagerDutyWorld, StoredEntry, StoredIncident } from '#test/support/pagerduty/world.ts'

export interface LocalPagerDuty extends LocalApi {
  readonly world: PagerDutyWorld
}

export const PAGERDUTY_TOKEN = 'local-pagerduty-token'

/** A PagerDuty on this machine that answers as documented; gone after the test. */
export async function aPagerDuty(world: PagerDutyWorld): Promise<LocalPagerDuty> {
  const api = await aLocalApi((asked) => answer(world, asked))
  return Object.assign(api, { world })
}

const refuse = (status: number, message: string, errors: string[] = []): Answered => ({
  status,
  value: { error: { code: 2000 + status, message, errors } },
})

const isSeen =
  ({ hidden }: PagerDutyWorld) =>
  ({ service }: StoredIncident) =>
    !hidden.includes(service)

function answer(world: PagerDutyWorld, { url, authorization }: Asked): Answered {
  if (authorization !== `Token token=${PAGERDUTY_TOKEN}`) return refuse(401, 'Invalid API key')
  if (url.pathname === '/incidents') return listIncidents(world, url)
  const [, service] = /^\/services\/(\w+)$/.exec(url.pathname) ?? []
  if (service !== undefined) {
    const isKnown = service in world.services && !world.hidden.includes(service)
    return isKnown ? { status: 200, value: { service: { id: service } } } : refuse(404, 'Not Found')
  }
  const [, id, part] = /^\/incidents\/(\w+)(?:\/(\w+))?$/.exec(url.pathname) ?? []
  const incident = world.incidents.filter(isSeen(world)).find((one) => one.id === id)
  if (incident === undefined) return refuse(404, 'Not Found')
  if (part === undefined) return { status: 200, value: { incident: toJson(world, incident) } }
  if (part === 'notes') return { status: 200, value: { notes: incident.notes.map(toNote) } }
  // The newest first.
  const entries = incident.entries.map(toEntry).toReversed()
  return part === 'log_entries' ? toPage('log_entries', entries, url) : refuse(404, 'Not Found')
}

const HALF_A_YEAR_MS = 184 * 24 * 60 * 60_000

function listIncidents(world: PagerDutyWorld, url: URL): Answered {
  const [since, until] = ['since', 'until'].map((name) =>
    Date.parse(url.searchParams.get(name) ?? ''),
  )
  if (since === undefined || until === undefined || !(until - since <= HALF_A_YEAR_MS)) {
    return refuse(400, 'Invalid Input Provided', ['The date range is too large.'])
  }
  const found = world.incidents
    .filter(isSeen(world))
    .filter(({ createdAt }) => Date.parse(createdAt) >= since && Date.parse(createdAt) < until)
    .toSorted((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt))
  return toPage(
    'incidents',
    found.map((incident) => toJson(world, incident)),
    url,
  )
}

function toPage(name: string, all: readonly object[], url: URL): Answered {
  const limit = Math.min(Number(url.searchParams.get('limit')), 100)
  const offset = Number(url.searchParams.get('offset'))
  if (offset + limit > 10_000) return refuse(400, 'Offset must be less than 10000')
  const page = all.slice(offset, offset + limit)
  const more = offset + limit < all.length
  return { status: 200, value: { [name]: page, limit, offset, total: null, more } }
}

const USER = { id: 'PROBIN', type: 'user_reference', summary: 'robin' }

const toTime = (instant: string) => new Date(instant).toISOString().replace('.000Z', 'Z')

function toJson({ services }: PagerDutyWorld, incident: StoredIncident) {
  const { id, number, title, status, service, priority, urgency, entries, mergedInto } = incident
  const changes = entries.filter(({ type }) => /^(?:trigger|ack|resolve|escalate)/.test(type))
  return {
    id,
    created_at: toTime(incident.createdAt),
    status,
    service: { id: service, type: 'service_reference', summary: services[service] },
    incident_number: number,
    title,
    priority: priority && { id: `P-${priority}`, type: 'priority_reference', summary: priority },
    urgency,
    assignments: status === 'resolved' ? [] : [{ at: incident.createdAt, assignee: USER }],
    last_status_change_at: toTime(changes.at(-1)?.at ?? incident.createdAt),
    last_status_change_by: USER,
    ...(mergedInto && {
      resolve_reason: { type: 'merge_resolve_reason', incident: { id: mergedInto } },
    }),
  }
}

const toEntry = ({ type, at, by }: StoredEntry, index: number) => ({
  id: `R${index}`,
  type,
  created_at: toTime(at),
  agent: by === 'user' ? USER : { id: 'PSHOP', type: 'service_reference', summary: 'Shop' },
  summary: 'by robin',
})

const toNote = (content: string, index: number) => ({ id: `N${index}`, content, user: USER })
