import type { Database } from '#db/connection.ts'
import { upsertFacts } from '#db/facts.ts'
import type { NewRow } from '#db/schema.ts'
import { day } from '#test/support/adoption.ts'

const OBSERVED_AT = day('2026-03-02')

/** A request of checkout about the path, opened on a day and open still. */
export const addTicket = (db: Database, row: Partial<NewRow<'tickets'>> = {}) =>
  upsertFacts(db, 'tickets', [
    {
      source_id: 'helpdesk',
      native_id: crypto.randomUUID(),
      observed_at: OBSERVED_AT,
      team_id: 'checkout',
      path_id: 'http-service',
      type: 'question',
      category: null,
      status_category: 'open',
      opened_at: day('2026-02-24'),
      first_response_at: null,
      resolved_at: null,
      reopened_count: null,
      channel: null,
      opened_by_group: null,
      bot: 0,
      linked_request_id: null,
      session_count: null,
      platform_people_count: null,
      executed_by: null,
      both_sides_changed: null,
      co_design: null,
      ...row,
    },
  ])

/** A successful deployment of a service to production on 1 March 2026. */
export const addDeployment = (
  db: Database,
  service: string,
  row: Partial<NewRow<'deployments'>> = {},
) =>
  upsertFacts(db, 'deployments', [
    {
      source_id: 'log',
      native_id: crypto.randomUUID(),
      observed_at: OBSERVED_AT,
      service_id: service,
      environment: 'prod-1',
      environment_tier: 'production',
      sha: null,
      version: null,
      created_at: day('2026-03-01'),
      started_at: null,
      finished_at: day('2026-03-01'),
      outcome: 'success',
      kind: null,
      superseded_at: null,
      redeploy_of: null,
      rollback_of: null,
      initiator_kind: 'unknown',
      path_id: null,
      path_version: null,
      mechanism: null,
      url: null,
      ...row,
    },
  ])
