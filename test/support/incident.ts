import { saveIncidents } from '#collectors/incidents.ts'
import type { Database } from '#db/connection.ts'

const AT = new Date('2026-06-01T12:00:00Z')

/** Stores an incident of a service that its source calls `id`, and that names `deployment`. */
export function addToldIncident(
  db: Database,
  id: string,
  deployment: string | null,
  service = 'shop',
): Promise<number> {
  const row = {
    native_id: id,
    severity: null,
    started_at: null,
    detected_at: AT.toISOString(),
    acknowledged_at: null,
    mitigated_at: null,
    restored_at: null,
    cause_class: null,
    reassignment_count: null,
    owner_found_at: null,
  }
  return saveIncidents(db, { sourceId: 'pager', observedAt: AT }, [
    { row, service, deployment, ignored: false },
  ])
}
