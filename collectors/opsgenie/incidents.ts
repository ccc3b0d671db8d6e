import { z } from 'zod'
import { findReference, type ToldIncident } from '#collectors/incidents.ts'
import { applyIncidentRules, type IncidentRule, type IncidentSaying } from '#lib/incident-rules.ts'
import { Instant } from '#lib/instant.ts'
import { PlainText } from '#lib/plain-text.ts'

/** How incidents are understood. */
export interface IncidentReading {
  /** Our service by the id that Opsgenie gives it. */
  readonly services: Readonly<Record<string, string>>
  readonly rules: readonly IncidentRule[]
}

const Loose = z.looseObject({})
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
const text = (value: unknown): string => (typeof value === 'string' ? value : '')

// https://docs.opsgenie.com/docs/incident-api
/** An incident as it may be stored, even where it cannot be read: without its people and its texts. */
export function reduceIncident(incident: unknown, { services, rules }: IncidentReading): object {
  const given = Loose.safeParse(incident).data ?? {}
  const { message, description, priority } = given
  const impacted = [...texts(given['impactedServices']), text(given['serviceId'])].filter(Boolean)
  const extra = Object.entries(Loose.safeParse(given['extraProperties']).data ?? {})
  const said = extra.map(([key, value]) => `${key}: ${text(value)}`)
  const [service = null] = impacted
  return {
    id: given['id'],
    status: given['status'],
    createdAt: given['createdAt'],
    impactStartDate: given['impactStartDate'],
    impactEndDate: given['impactEndDate'],
    priority,
    service: impacted.map((id) => services[id]).find((id) => id !== undefined) ?? service,
    said: applyIncidentRules(rules, {
      title: text(message),
      labels: texts(given['tags']),
      services: impacted,
      priority: text(priority) || null,
    }),
    deployment: findReference([text(message), text(description), ...said]),
  }
}

const Reduced = z
  .object({
    id: z.string().regex(/^[\w-]+$/, 'expected letters, digits and dashes'),
    status: z.enum(['open', 'resolved', 'closed']),
    createdAt: Instant,
    impactStartDate: Instant.nullish(),
    impactEndDate: Instant.nullish(),
    priority: PlainText.nullish(),
    service: PlainText.nullable(),
    said: z.custom<IncidentSaying>(),
    deployment: PlainText.nullable(),
  })
  .refine(({ status, impactEndDate }) => status === 'open' || impactEndDate, {
    path: ['impactEndDate'],
    error: 'expected when it ended, as it is not open',
  })

/** Reads what `reduceIncident` left of an incident. */
export const incidentRecord = Reduced.transform(
  ({ said, service, deployment, ...incident }): ToldIncident => ({
    service,
    deployment,
    ignored: said.ignore === true,
    row: {
      native_id: incident.id,
      severity: said.severity ?? incident.priority ?? null,
      started_at: incident.impactStartDate ?? null,
      detected_at: incident.createdAt,
      acknowledged_at: null,
      mitigated_at: null,
      restored_at: incident.status === 'open' ? null : (incident.impactEndDate ?? null),
      cause_class: said.cause ?? null,
      reassignment_count: null,
      owner_found_at: null,
    },
  }),
)
