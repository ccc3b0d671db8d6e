import { opsgenieCollector } from '#collectors/opsgenie/collector.ts'
import type { RunOutcome } from '#collectors/run.ts'
import type { Database } from '#db/connection.ts'
import { type CollectOptions, collectAt } from '#test/support/collector.ts'

type Options = Partial<Parameters<typeof opsgenieCollector>[0]>

/** Reads a folder of exports as source `genie`. */
export function collectOpsgenie(
  db: Database,
  folder: string,
  { now, context, guard, ...options }: CollectOptions & Options = {},
): Promise<RunOutcome> {
  const collector = opsgenieCollector({
    sourceId: 'genie',
    folder,
    covers: null,
    complete: false,
    services: {},
    rules: [],
    ...options,
  })
  return collectAt(db, collector, { now, context, guard })
}

/** As the documentation of the interface shows one, resolved after an hour. By hand. */
export const anExportedIncident = (id: string, incident: Record<string, unknown> = {}) => ({
  id,
  tinyId: '12',
  message: 'Checkout is slow',
  description: 'robin saw it',
  status: 'resolved',
  tags: ['eu'],
  createdAt: '2026-05-20T09:05:00.000Z',
  updatedAt: '2026-05-20T11:00:00.000Z',
  priority: 'P2',
  ownerTeam: 'team-1',
  responders: [{ type: 'user', id: 'user-robin' }],
  impactedServices: ['svc-1'],
  impactStartDate: '2026-05-20T09:00:00.000Z',
  impactEndDate: '2026-05-20T10:05:00.000Z',
  extraProperties: {},
  ...incident,
})
