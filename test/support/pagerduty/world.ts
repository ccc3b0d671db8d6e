/** What a local PagerDuty holds. Tests change it as they like. */
export interface PagerDutyWorld {
  readonly incidents: StoredIncident[]
  /** Names by id. */
  readonly services: Record<string, string>
  /** Ids of services that the key does not see, nor their incidents. */
  readonly hidden: string[]
}

export interface StoredIncident {
  readonly id: string
  readonly number: number
  title: string
  readonly createdAt: string
  status: 'triggered' | 'acknowledged' | 'resolved'
  readonly service: string
  priority: string | null
  urgency: 'high' | 'low'
  /** The incident that it was merged into. */
  mergedInto: string | null
  /** Oldest first. */
  readonly entries: StoredEntry[]
  readonly notes: string[]
}

export interface StoredEntry {
  readonly type: string
  readonly at: string
  /** By a person, or by a service. */
  readonly by: 'user' | 'service'
}

export const aPagerDutyWorld = (world: Partial<PagerDutyWorld> = {}): PagerDutyWorld => ({
  incidents: [],
  services: { PSHOP: 'Shop', PBASKET: 'Basket' },
  hidden: [],
  ...world,
})

/** Of the shop, triggered and assigned, and nobody took it yet. */
export function anIncident(
  number: number,
  createdAt: string,
  incident: Partial<StoredIncident> = {},
): StoredIncident {
  return {
    id: `Q${String(number).padStart(4, '0')}`,
    number,
    title: 'Checkout is slow',
    createdAt,
    status: 'triggered',
    service: 'PSHOP',
    priority: 'P1',
    urgency: 'high',
    mergedInto: null,
    entries: [
      { type: 'trigger_log_entry', at: createdAt, by: 'service' },
      { type: 'assign_log_entry', at: createdAt, by: 'service' },
      { type: 'notify_log_entry', at: createdAt, by: 'service' },
    ],
    notes: [],
    ...incident,
  }
}

/** Who takes it is assigned by that. */
export function acknowledge(incident: StoredIncident, at: string): void {
  incident.status = 'acknowledged'
  incident.entries.push(
    { type: 'acknowledge_log_entry', at, by: 'user' },
    { type: 'assign_log_entry', at, by: 'service' },
  )
}

export function resolve(incident: StoredIncident, at: string): void {
  incident.status = 'resolved'
  incident.entries.push({ type: 'resolve_log_entry', at, by: 'user' })
}

export function escalate(incident: StoredIncident, at: string): void {
  incident.status = 'triggered'
  // One for each who is called.
  incident.entries.push(
    { type: 'escalate_log_entry', at, by: 'user' },
    { type: 'escalate_log_entry', at, by: 'user' },
  )
}

export function note(incident: StoredIncident, text: string, at: string): void {
  incident.notes.push(text)
  incident.entries.push({ type: 'annotate_log_entry', at, by: 'user' })
}
