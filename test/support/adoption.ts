import type { Database } from '#db/connection.ts'
import { insertCoverage } from '#db/coverage.ts'
import { upsertFacts } from '#db/facts.ts'
import type { NewRow } from '#db/schema.ts'
import { GoldenPathRules } from '#lib/golden-path.ts'

/** When everything here was stored. */
const OBSERVED_AT = '2026-06-01T00:00:00.000Z'

/** 00:00 UTC of a day, as stored. */
export const day = (date: string) => `${date}T00:00:00.000Z`

/** What proves the use of the paths of `addPath`. */
const RULE_ID = 'file-present:deploy.yml'

/** A path that one file proves, whose work is changes, available from the start of 2026. */
export async function addPath(
  db: Database,
  {
    id = 'http-service',
    rules = {},
    ...row
  }: Partial<Omit<NewRow<'golden_paths'>, 'rules'>> & { rules?: object } = {},
): Promise<void> {
  const evidence = [{ kind: 'file-present', path: 'deploy.yml' }]
  await upsertFacts(db, 'golden_paths', [
    {
      id,
      name: id,
      capability: null,
      owner_team_id: null,
      description: null,
      available_since: day('2026-01-05'),
      deprecated_on: null,
      has_mandate_register: 1,
      gone_at: null,
      source_id: 'configuration',
      observed_at: OBSERVED_AT,
      ...row,
      rules: JSON.stringify(GoldenPathRules.parse({ evidence, ...rules })),
    },
  ])
}

export async function addTeam(
  db: Database,
  id: string,
  row: Partial<NewRow<'teams'>> = {},
): Promise<void> {
  await upsertFacts(db, 'teams', [
    {
      id,
      name: id,
      kind: null,
      parent_id: null,
      active_from: null,
      active_to: null,
      size_bucket: null,
      source_id: 'catalog',
      observed_at: OBSERVED_AT,
      ...row,
    },
  ])
}

/** A service in a repository of its own name, owned by `team` for ever, read from `since` on. */
export async function addService(
  db: Database,
  id: string,
  {
    team,
    covered = { from: '2025-10-06', to: '2026-06-01' },
    ...row
  }: Partial<NewRow<'services'>> & {
    team: string | null
    covered?: { from: string; to: string } | null
  },
): Promise<void> {
  const createdAt = day('2025-10-06')
  await upsertFacts(db, 'repositories', [
    {
      id: `local/${id}`,
      source_id: 'clones',
      native_id: id,
      name: id,
      default_branch: 'main',
      created_at: createdAt,
      archived_at: null,
      language: null,
      head_sha: null,
      former_names: '[]',
      gone_at: null,
      observed_at: OBSERVED_AT,
    },
  ])
  await upsertFacts(db, 'services', [
    {
      id,
      name: id,
      repository_id: id,
      repository_path: '',
      workload_class: 'http',
      system: null,
      lifecycle: null,
      tier: null,
      data_classification: null,
      created_at: createdAt,
      created_via: null,
      off_path_option_existed: null,
      forced: null,
      gone_at: null,
      source_id: 'catalog',
      observed_at: OBSERVED_AT,
      ...row,
    },
  ])
  if (team !== null) await addOwner(db, id, team)
  if (covered !== null) await cover(db, `repository:local/${id}`, covered)
}

export async function addOwner(
  db: Database,
  service: string,
  team: string,
  from = '0001-01-01',
): Promise<void> {
  await upsertFacts(db, 'service_owners', [
    {
      source_id: 'catalog',
      service_id: service,
      team_id: team,
      owned_from: day(from),
      owned_to: null,
      decided_by: 'services.csv',
      observed_at: OBSERVED_AT,
    },
  ])
}

/** A source had fully read `scope` for [from, to). */
export async function cover(
  db: Database,
  scope: string,
  { from, to, sourceId = 'clones' }: { from: string; to: string; sourceId?: string },
): Promise<void> {
  const period = { from: new Date(day(from)), to: new Date(day(to)) }
  await insertCoverage(db, { sourceId, scope, ...period }, new Date(OBSERVED_AT))
}

/** Whether the file of `addPath` was in the service's repository from `from` on. */
export async function addEvidence(
  db: Database,
  service: string,
  {
    from,
    presence = 'present',
    path = 'http-service',
    ruleId = RULE_ID,
  }: {
    from: string
    presence?: NewRow<'usage_evidence'>['presence']
    path?: string
    ruleId?: string
  },
): Promise<void> {
  await upsertFacts(db, 'usage_evidence', [
    {
      source_id: 'clones',
      path_id: path,
      rule_id: ruleId,
      repository_id: `local/${service}`,
      valid_from: day(from),
      presence,
      blob: null,
      pins: null,
      proof: `deploy.yml@${from}`,
      commit_sha: from,
      observed_at: OBSERVED_AT,
    },
  ])
}

/** One change merged at noon of each of `days`. */
export async function addChanges(
  db: Database,
  service: string,
  days: readonly string[],
  row: Partial<NewRow<'changes'>> = {},
): Promise<void> {
  await upsertFacts(
    db,
    'changes',
    days.map((date) => ({
      source_id: 'clones',
      native_id: `${service}/${date}`,
      repository_id: `local/${service}`,
      service_id: null,
      number: null,
      first_commit_at: null,
      opened_at: null,
      ready_at: null,
      first_review_at: null,
      approved_at: null,
      merged_at: `${date}T12:00:00.000Z`,
      merge_sha: null,
      size_lines: null,
      author_kind: 'human' as const,
      reverts: null,
      observed_at: OBSERVED_AT,
      ...row,
    })),
  )
}

export async function addException(
  db: Database,
  row: Partial<NewRow<'exceptions'>> & { team_id: string },
): Promise<void> {
  await upsertFacts(db, 'exceptions', [
    {
      source_id: 'register',
      native_id: `${row.team_id}/${row.decided_at}`,
      path_id: 'http-service',
      scope: 'full',
      service_ids: '[]',
      gap_code: null,
      reason: null,
      risk_class: null,
      requested_at: null,
      decided_at: null,
      decision: 'approved',
      explanation: null,
      alternative: null,
      compensating_control: null,
      owner: null,
      expires_on: null,
      renewals: 0,
      closed_at: null,
      close_reason: null,
      roadmap_item_id: null,
      observed_at: OBSERVED_AT,
      ...row,
    },
  ])
}

export async function addMandate(
  db: Database,
  row: Partial<NewRow<'mandates'>> & { announced_at: string },
): Promise<void> {
  await upsertFacts(db, 'mandates', [
    {
      source_id: 'configuration',
      native_id: `http-service/${row.announced_at}`,
      path_id: 'http-service',
      team_scope: 'all',
      kind: 'interface',
      effective_at: row.announced_at,
      ended_at: null,
      observed_at: OBSERVED_AT,
      ...row,
    },
  ])
}

/** One successful deployment to production at noon of each of `days`; nothing tells how. */
export async function addDeployments(
  db: Database,
  service: string,
  days: readonly string[],
  row: Partial<NewRow<'deployments'>> = {},
): Promise<void> {
  await upsertFacts(
    db,
    'deployments',
    days.map((date) => ({
      source_id: 'pipelines',
      native_id: `${service}/${date}`,
      service_id: service,
      environment: 'prod',
      environment_tier: 'production',
      sha: null,
      version: null,
      created_at: `${date}T11:00:00.000Z`,
      started_at: null,
      finished_at: `${date}T12:00:00.000Z`,
      outcome: 'success' as const,
      kind: null,
      superseded_at: null,
      redeploy_of: null,
      rollback_of: null,
      initiator_kind: 'human' as const,
      path_id: null,
      path_version: null,
      mechanism: null,
      url: null,
      observed_at: OBSERVED_AT,
      ...row,
    })),
  )
}

/** An open request for an environment on the path of `addPath`. */
export async function addRequest(
  db: Database,
  row: Partial<NewRow<'provisioning_requests'>> & { native_id: string; requested_at: string },
): Promise<void> {
  await upsertFacts(db, 'provisioning_requests', [
    {
      source_id: 'portal',
      team_id: 'payments',
      path_id: 'http-service',
      workload_class: null,
      target_key: null,
      chain_key: null,
      approved_at: null,
      first_human_step_at: null,
      expires_at: null,
      expired_at: null,
      usable_at: null,
      ended_at: null,
      result: 'open',
      cause_code: null,
      observed_at: OBSERVED_AT,
      ...row,
    },
  ])
}

/** A successful run of the pipeline of `addPath`, told by its source. */
export async function addActivity(
  db: Database,
  row: Partial<NewRow<'activities'>> & { native_id: string; occurred_at: string },
): Promise<void> {
  await upsertFacts(db, 'activities', [
    {
      source_id: 'runs',
      service_id: null,
      team_id: null,
      path_id: 'http-service',
      kind: 'pipeline_run',
      result: 'success',
      mechanism: 'path',
      mechanism_rule: null,
      path_version: null,
      exception_id: null,
      incident_id: null,
      user_initiated: null,
      observed_at: OBSERVED_AT,
      ...row,
    },
  ])
}
