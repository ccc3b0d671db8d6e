import type { Database } from '#db/connection.ts'
import { upsertFacts } from '#db/facts.ts'
import type { NewRow } from '#db/schema.ts'
import { addTicket as addOpenTicket } from '#test/support/web.ts'

/** When everything here was stored. */
const OBSERVED_AT = '2026-06-01T00:00:00.000Z'

/** A question that `payments` asks about the path of `addPath`, and answers itself. */
export const addTicket = (
  db: Database,
  row: Partial<NewRow<'tickets'>> & { native_id: string; opened_at: string },
) =>
  addOpenTicket(db, {
    source_id: 'desk',
    team_id: 'payments',
    type: 'how_to',
    status_category: null,
    executed_by: 'requester',
    observed_at: OBSERVED_AT,
    ...row,
  })

/** A failed attempt of `payments` on the path of `addPath`, over in the same moment. */
export async function addAttempt(
  db: Database,
  row: Partial<NewRow<'path_attempts'>> & { native_id: string; started_at: string },
): Promise<void> {
  await upsertFacts(db, 'path_attempts', [
    {
      source_id: 'runs',
      team_id: 'payments',
      path_id: 'http-service',
      ended_at: row.started_at,
      result: 'failure',
      cause_code: null,
      observed_at: OBSERVED_AT,
      ...row,
    },
  ])
}

/** An incident of `payments`, a service, over after an hour; nothing says what caused it. */
export async function addIncident(
  db: Database,
  row: Partial<NewRow<'incidents'>> & { native_id: string; started_at: string },
): Promise<void> {
  await upsertFacts(db, 'incidents', [
    {
      source_id: 'pager',
      service_id: 'payments',
      severity: null,
      detected_at: null,
      acknowledged_at: null,
      mitigated_at: null,
      restored_at: new Date(Date.parse(row.started_at) + 3_600_000).toISOString(),
      caused_by_deployment_id: null,
      link_kind: null,
      cause_class: null,
      reassignment_count: null,
      owner_found_at: null,
      observed_at: OBSERVED_AT,
      ...row,
    },
  ])
}

/** Asked of everything since the start of 2026. */
export async function addRequirement(
  db: Database,
  row: Partial<NewRow<'policy_requirements'>> & { native_id: string },
): Promise<void> {
  await upsertFacts(db, 'policy_requirements', [
    {
      source_id: 'policies',
      name: row.native_id,
      path_id: null,
      workload_class: null,
      data_classification: null,
      required_from: '2026-01-01T00:00:00.000Z',
      required_to: null,
      observed_at: OBSERVED_AT,
      ...row,
    },
  ])
}

/** A pass of `signed` for a deployment, which a program collected. */
export async function addProof(
  db: Database,
  row: Partial<NewRow<'policy_evidence'>> & { subject_id: string; produced_at: string },
): Promise<void> {
  await upsertFacts(db, 'policy_evidence', [
    {
      source_id: 'policies',
      native_id: `proof of ${row.subject_id}`,
      subject_type: 'deployment',
      requirement_id: 'signed',
      result: 'pass',
      severity: null,
      ingested_at: null,
      collector_kind: 'automated',
      verified: null,
      waiver_id: null,
      url: null,
      observed_at: OBSERVED_AT,
      ...row,
    },
  ])
}
