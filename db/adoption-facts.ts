import { among } from '#db/chunks.ts'
import type { Reader } from '#db/connection.ts'
import { withEvents } from '#db/environment-events.ts'
import { GoldenPathRules } from '#lib/golden-path.ts'

/** Every row of the small tables that say who could use a path, who owns what and what proves use. */
export async function listLandscapeFacts(db: Reader) {
  return {
    teams: await listTeams(db),
    paths: await listPaths(db),
    services: await listServices(db),
    repositories: await listRepositories(db),
    attributes: await listRepositoryAttributes(db),
    owners: await listServiceOwners(db),
    versions: await listPathVersions(db),
    eligibility: await listExplicitEligibility(db),
    evidence: await listUsageEvidence(db),
    coverage: await listCoveredIntervals(db),
  }
}

const listTeams = (db: Reader) =>
  db.selectFrom('teams').select(['id', 'name', 'active_from', 'active_to']).execute()

/** With their rules read; also those that the configuration no longer names. */
async function listPaths(db: Reader) {
  const rows = await db
    .selectFrom('golden_paths')
    .select([
      'id',
      'name',
      'available_since',
      'deprecated_on',
      'gone_at',
      'rules',
      'has_mandate_register',
    ])
    .execute()
  return rows.map((row) => ({ ...row, rules: GoldenPathRules.parse(JSON.parse(row.rules)) }))
}

const listServices = (db: Reader) =>
  db
    .selectFrom('services')
    .select([
      'id',
      'source_id',
      'repository_id',
      'workload_class',
      'lifecycle',
      'tier',
      'data_classification',
      'created_at',
      'gone_at',
    ])
    .execute()

const listRepositories = (db: Reader) =>
  db
    .selectFrom('repositories')
    .select(['id', 'source_id', 'native_id', 'created_at', 'gone_at', 'language'])
    .execute()

const listRepositoryAttributes = (db: Reader) =>
  db
    .selectFrom('repository_attributes')
    .select(['repository_id', 'attribute', 'valid_from', 'value'])
    .execute()

const listServiceOwners = (db: Reader) =>
  db
    .selectFrom('service_owners')
    .select(['source_id', 'service_id', 'team_id', 'owned_from', 'owned_to', 'decided_by'])
    .execute()

const listPathVersions = (db: Reader) =>
  db
    .selectFrom('path_versions')
    .select([
      'path_id',
      'rule_id',
      'sequence',
      'version',
      'published_at',
      'blob',
      'commit_sha',
      'end_of_support_on',
    ])
    .execute()

const listExplicitEligibility = (db: Reader) =>
  db
    .selectFrom('eligibility')
    .select([
      'native_id',
      'path_id',
      'team_id',
      'service_id',
      'eligible',
      'eligible_from',
      'eligible_to',
      'reason',
    ])
    .execute()

const listUsageEvidence = (db: Reader) =>
  db
    .selectFrom('usage_evidence')
    .select([
      'path_id',
      'rule_id',
      'repository_id',
      'valid_from',
      'presence',
      'blob',
      'pins',
      'proof',
      'observed_at',
    ])
    .execute()

const listCoveredIntervals = (db: Reader) =>
  db
    .selectFrom('coverage')
    .select(['source_id', 'scope', 'covered_from', 'covered_to'])
    .orderBy('source_id')
    .orderBy('scope')
    .orderBy('covered_from')
    .execute()

/** What golden paths count as work; see `GoldenPathRules`. */
type Work = GoldenPathRules['work']

/** Whose work: that of services and of the repositories that they share, and what teams did themselves. */
export interface Workers {
  readonly services: readonly string[]
  readonly repositories: readonly string[]
  readonly teams: readonly string[]
}

/** ISO instants, the second of which is no part of it. */
interface WorkPeriod {
  readonly since: string
  readonly until: string
}

const ALWAYS: WorkPeriod = { since: '', until: '9999' }

/**
 * Rows of the work that `kinds` count, of `workers` or of all. Of changes, deployments and activities,
 * which are many, only those of a period, if one is given.
 */
export async function listWorkFacts(
  db: Reader,
  kinds: ReadonlySet<Work>,
  workers?: Workers,
  period = ALWAYS,
) {
  const terms = { workers, ...period }
  return {
    changes: kinds.has('changes') ? await listMergedChanges(db, terms) : [],
    deployments: kinds.has('deployments') ? await listProductionDeployments(db, terms) : [],
    requests: await listProvisioningRequests(db, workers),
    activities: kinds.has('activities') ? await listActivityRows(db, terms) : [],
    attempts: kinds.has('activities') ? await listPathAttempts(db, workers) : [],
  }
}

interface WorkTerms extends WorkPeriod {
  readonly workers: Workers | undefined
}

/** Every row of the small tables that say what was agreed about paths. */
export async function listAgreements(db: Reader) {
  return { exceptions: await listExceptionRows(db), mandates: await listMandateRows(db) }
}

/** Without those of bots. */
function listMergedChanges(db: Reader, { workers, since, until }: WorkTerms) {
  let query = db
    .selectFrom('changes')
    .select(['source_id', 'native_id', 'repository_id', 'service_id', 'merged_at', 'author_kind'])
    .where('gone_at', 'is', null)
    .where('merged_at', '>=', since)
    .where('merged_at', '<', until)
    .where('author_kind', '!=', 'bot')
  if (workers) query = query.where('repository_id', 'in', among(workers.repositories))
  return query.$narrowType<{ merged_at: string }>().execute()
}

function listProductionDeployments(db: Reader, { workers, since, until }: WorkTerms) {
  let query = db
    .selectFrom('deployments')
    .select([
      'source_id',
      'native_id',
      'service_id',
      'finished_at',
      'outcome',
      'path_id',
      'mechanism',
      'initiator_kind',
    ])
    .where('gone_at', 'is', null)
    .where('environment_tier', '=', 'production')
    .where('finished_at', '>=', since)
    .where('finished_at', '<', until)
  if (workers) query = query.where('service_id', 'in', among(workers.services))
  return query.$narrowType<{ finished_at: string }>().execute()
}

async function listProvisioningRequests(db: Reader, workers: Workers | undefined) {
  let query = db
    .selectFrom('provisioning_requests')
    .select([
      'source_id',
      'native_id',
      'team_id',
      'path_id',
      'target_key',
      'chain_key',
      'requested_at',
      'first_human_step_at',
      'usable_at',
      'ended_at',
      'result',
      'created_event_at',
    ])
    .where('gone_at', 'is', null)
  if (workers) query = query.where('team_id', 'in', among(workers.teams))
  return (await query.execute()).map(withEvents)
}

function listActivityRows(db: Reader, { workers, since, until }: WorkTerms) {
  let query = db
    .selectFrom('activities')
    .select([
      'source_id',
      'native_id',
      'service_id',
      'team_id',
      'path_id',
      'kind',
      'occurred_at',
      'result',
      'mechanism',
      'mechanism_rule',
      'exception_id',
      'user_initiated',
    ])
    .where('occurred_at', '>=', since)
    .where('occurred_at', '<', until)
    .where('gone_at', 'is', null)
  if (workers) {
    const { services, teams } = workers
    query = query.where((eb) =>
      eb.or([eb('service_id', 'in', among(services)), eb('team_id', 'in', among(teams))]),
    )
  }
  return query.execute()
}

function listPathAttempts(db: Reader, workers: Workers | undefined) {
  let query = db
    .selectFrom('path_attempts')
    .select(['source_id', 'native_id', 'team_id', 'path_id', 'started_at'])
    .where('gone_at', 'is', null)
  if (workers) query = query.where('team_id', 'in', among(workers.teams))
  return query.execute()
}

const listExceptionRows = (db: Reader) =>
  db
    .selectFrom('exceptions')
    .select([
      'source_id',
      'native_id',
      'team_id',
      'path_id',
      'scope',
      'service_ids',
      'requested_at',
      'decided_at',
      'decision',
      'expires_on',
      'closed_at',
    ])
    .execute()

const listMandateRows = (db: Reader) =>
  db
    .selectFrom('mandates')
    .select(['path_id', 'team_scope', 'kind', 'announced_at', 'effective_at', 'ended_at'])
    .execute()

/**
 * Sources that the configuration names and that tell what happened. A catalogue says what stands, and
 * a webhook only what another source reads as well: there is no time that they could cover.
 */
export async function listConfiguredSources(db: Reader): Promise<string[]> {
  const rows = await db
    .selectFrom('sources')
    .select('id')
    .where('kind', 'not in', ['catalog', 'github-webhook'])
    .where('gone_at', 'is', null)
    .orderBy('id')
    .execute()
  return rows.map(({ id }) => id)
}
