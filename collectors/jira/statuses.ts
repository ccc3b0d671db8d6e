import { z } from 'zod'

export type StatusCategory = 'open' | 'in_progress' | 'done'

/** Statuses by name or id, where their category in Jira says something else. */
export interface StatusMap {
  readonly open: readonly string[]
  readonly inProgress: readonly string[]
  readonly done: readonly string[]
}

// https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-workflow-statuses/
export const Status = z.looseObject({
  id: z.string(),
  name: z.string(),
  statusCategory: z.looseObject({ key: z.string() }).nullish(),
})
export type Status = z.output<typeof Status>

const CATEGORIES: Readonly<Record<string, StatusCategory>> = {
  new: 'open',
  indeterminate: 'in_progress',
  done: 'done',
}

export interface Statuses {
  /** Null: nobody says where such a ticket stands. */
  readonly of: (status: Status) => StatusCategory | null
  /** Of what a change names: an id, and the name that it had then. */
  readonly named: (id: string | null, name: string | null) => StatusCategory | null
}

/** Names are translated, and may contradict the category: the category decides, unless `map` does. */
export function toStatuses(map: StatusMap, known: readonly Status[]): Statuses {
  const told = new Map<string, StatusCategory>([
    ...toEntries(map.open, 'open'),
    ...toEntries(map.inProgress, 'in_progress'),
    ...toEntries(map.done, 'done'),
  ])
  const byId = new Map(known.map((status) => [status.id, status]))
  const mapped = (id: string | null, name: string | null) =>
    told.get(id ?? '') ?? told.get((name ?? '').toLowerCase()) ?? null
  const of = (status: Status) =>
    mapped(status.id, status.name) ?? CATEGORIES[status.statusCategory?.key ?? ''] ?? null
  return {
    of,
    named: (id, name) => {
      const status = byId.get(id ?? '')
      return status ? of(status) : mapped(id, name)
    },
  }
}

const toEntries = (names: readonly string[], category: StatusCategory) =>
  names.map((name) => [name.toLowerCase(), category] as const)
