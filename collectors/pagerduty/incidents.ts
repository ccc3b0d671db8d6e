import { z } from 'zod'
import { findReference, type ToldIncident } from '#collectors/incidents.ts'
import { applyIncidentRules, type IncidentRule, type IncidentSaying } from '#lib/incident-rules.ts'
import { Instant } from '#lib/instant.ts'
import { PlainText } from '#lib/plain-text.ts'

/** How incidents are understood. */
export interface IncidentReading {
  /** Our service by the id or name that PagerDuty gives it. */
  readonly services: Readonly<Record<string, string>>
  readonly rules: readonly IncidentRule[]
}

/** An incident with what has to be asked for apart. */
export interface WholeIncident {
  readonly incident: unknown
  readonly entries: readonly unknown[]
  readonly notes: readonly unknown[]
}

const Loose = z.looseObject({})
const Summary = z.looseObject({ summary: z.string() })
const Typed = z.looseObject({ type: z.string() })
const Note = z.looseObject({ content: z.string() })

/**
 * An incident as it may be stored, even where it cannot be read: without its people, its notes and
 * its title.
 */
export function reduceIncident(whole: WholeIncident, reading: IncidentReading): object {
  const given = Loose.safeParse(whole.incident).data ?? {}
  const title = typeof given['title'] === 'string' ? given['title'] : ''
  const service = Loose.safeParse(given['service']).data
  const { id, summary: name } = service ?? {}
  const names = [id, name].filter((one) => typeof one === 'string')
  const priority = Summary.safeParse(given['priority']).data?.summary ?? null
  const urgency = typeof given['urgency'] === 'string' ? given['urgency'] : null
  const notes = whole.notes.flatMap((note) => Note.safeParse(note).data?.content ?? [])
  return {
    id: given['id'],
    created_at: given['created_at'],
    status: given['status'],
    service: service && { id, name, is: findMapped(reading.services, names) },
    severity: priority ?? urgency,
    is_merged: Typed.safeParse(given['resolve_reason']).data?.type === MERGED,
    resolved_at: given['resolved_at'] ?? null,
    log_entries: whole.entries.map(reduceEntry),
    said: applyIncidentRules(reading.rules, { title, services: names, priority, urgency }),
    deployment: findReference([title, ...notes]),
  }
}

/** Its parts go on as another incident. */
const MERGED = 'merge_resolve_reason'

/** Whatever is written in capitals. */
function findMapped(services: IncidentReading['services'], names: readonly string[]) {
  const wanted = new Set(names.map((name) => name.toLowerCase()))
  const [, is = null] =
    Object.entries(services).find(([name]) => wanted.has(name.toLowerCase())) ?? []
  return is
}

function reduceEntry(entry: unknown): object {
  const { type, created_at, agent } = Loose.safeParse(entry).data ?? {}
  return { type, created_at, by_user: Typed.safeParse(agent).data?.type === 'user_reference' }
}

const Entry = z.object({ type: PlainText, created_at: Instant, by_user: z.boolean() })
type Entry = z.output<typeof Entry>

const Reduced = z
  .object({
    id: z.string().regex(/^\w+$/, 'expected letters and digits'),
    created_at: Instant,
    status: z.enum(['triggered', 'acknowledged', 'resolved']),
    service: z.object({ id: PlainText, name: PlainText, is: z.string().nullable() }),
    severity: PlainText.nullable(),
    is_merged: z.boolean(),
    resolved_at: Instant.nullable(),
    log_entries: z.array(Entry),
    said: z.custom<IncidentSaying>(),
    deployment: PlainText.nullable(),
  })
  .superRefine((incident, context) => {
    if (incident.status !== 'resolved' || findEnd(incident) !== null) return
    context.addIssue({
      code: 'custom',
      path: ['log_entries'],
      message: 'expected an entry that tells when it was resolved',
    })
  })

/** Reads what `reduceIncident` left of an incident. */
export const incidentRecord = Reduced.transform((incident): ToldIncident => {
  const { service, said, deployment, log_entries: entries } = incident
  return {
    service: service.is ?? service.name,
    deployment,
    ignored: incident.is_merged || said.ignore === true,
    row: {
      native_id: incident.id,
      severity: said.severity ?? incident.severity,
      // PagerDuty knows when it was told, not since when anybody suffered.
      started_at: null,
      detected_at: incident.created_at,
      acknowledged_at: listTimes(entries, 'acknowledge_log_entry')[0] ?? null,
      mitigated_at: null,
      restored_at: findEnd(incident),
      cause_class: said.cause ?? null,
      reassignment_count: countReassignments(entries),
      owner_found_at: null,
    },
  }
})

const listTimes = (entries: readonly Entry[], type: string) =>
  entries
    .filter((entry) => entry.type === type)
    .map(({ created_at: at }) => at)
    .toSorted()

interface Ended {
  readonly status: string
  readonly resolved_at: string | null
  readonly log_entries: readonly Entry[]
}

/** The last time that it was resolved; null while it is not. */
const findEnd = ({ status, resolved_at: at, log_entries: entries }: Ended): string | null =>
  status === 'resolved' ? (listTimes(entries, 'resolve_log_entry').at(-1) ?? at) : null

const HANDED_ON = new Set(['escalate_log_entry', 'delegate_log_entry'])

/**
 * How often it was handed on: escalated, delegated, or assigned by a person. Several may be told at
 * once; whoever acknowledges gets it without being handed anything.
 */
function countReassignments(entries: readonly Entry[]): number {
  const isHandedOn = ({ type, by_user: byUser }: Entry) =>
    HANDED_ON.has(type) || (type === 'assign_log_entry' && byUser)
  const taken = new Set(listTimes(entries, 'acknowledge_log_entry'))
  const times = entries.filter(isHandedOn).map(({ created_at: at }) => at)
  return new Set(times.filter((at) => !taken.has(at))).size
}
