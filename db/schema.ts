import type { Insertable, Selectable } from 'kysely'

/**
 * Tables as they are stored. Instants (`_at`) are ISO 8601 UTC text with milliseconds and days
 * (`_on`) are `YYYY-MM-DD`, so that text order is time order; flags are 0 or 1; lists and objects
 * are JSON text. Null means unknown unless a column says otherwise.
 *
 * Facts are keyed by (source_id, native_id): what the source calls them. `observed_at` is when
 * we first stored this version of the row; reading the same row again does not move it.
 */
export interface Schema {
  teams: TeamTable
  repositories: RepositoryTable
  repository_attributes: RepositoryAttributeTable
  services: ServiceTable
  service_owners: ServiceOwnerTable
  golden_paths: GoldenPathTable
  path_versions: PathVersionTable
  eligibility: EligibilityTable
  mandates: MandateTable
  exceptions: ExceptionTable
  usage_evidence: UsageEvidenceTable
  activities: ActivityTable
  path_attempts: PathAttemptTable
  provisioning_requests: ProvisioningRequestTable
  environment_events: EnvironmentEventTable
  steps: StepTable
  changes: ChangeTable
  deployments: DeploymentTable
  deployment_statuses: DeploymentStatusTable
  told_deployments: ToldDeploymentTable
  told_deployment_keys: ToldDeploymentKeyTable
  incidents: IncidentTable
  tickets: TicketTable
  survey_waves: SurveyWaveTable
  survey_responses: SurveyResponseTable
  survey_unmapped_groups: SurveyUnmappedGroupTable
  survey_publications: SurveyPublicationTable
  policy_requirements: PolicyRequirementTable
  policy_evidence: PolicyEvidenceTable
  sources: SourceTable
  collector_runs: CollectorRunTable
  cursors: CursorTable
  coverage: CoverageTable
  quarantine: QuarantineTable
  leases: LeaseTable
  received_events: ReceivedEventTable
  api_tokens: ApiTokenTable
  changes_to_score: ChangeToScoreTable
  ledgers: LedgerTable
  scoring_runs: ScoringRunTable
  published_run: PublishedRunTable
  sealed_quarters: SealedQuarterTable
  adoption_states: AdoptionStateTable
  measurements: MeasurementTable
}

/** What every fact carries. */
interface Fact {
  source_id: string
  /** The source's own id. */
  native_id: string
  observed_at: string
}

/** Keyed by `id`, the team's slug everywhere; the source that described it last is kept. */
export interface TeamTable {
  id: string
  name: string
  /** stream, platform, enabling or complicated-subsystem. */
  kind: string | null
  parent_id: string | null
  /** Null: since before we knew it. */
  active_from: string | null
  /** Null while it lasts. */
  active_to: string | null
  /** A bucket such as `6-9`, never a head count. */
  size_bucket: string | null
  source_id: string
  observed_at: string
}

/** Keyed by `id`: `host/owner/name`, or `local/name` for a clone without a remote. */
export interface RepositoryTable {
  id: string
  source_id: string
  native_id: string
  name: string
  default_branch: string | null
  /** First commit of the main line, or what the host says. */
  created_at: string | null
  archived_at: string | null
  language: string | null
  /** Newest commit read; null when history was never read. */
  head_sha: string | null
  /** JSON list of earlier names. */
  former_names: string
  /** When the source no longer had it; null while it does. */
  gone_at: string | null
  observed_at: string
}

/** A fact that may be removed at its source. */
interface RemovableFact extends Fact {
  /**
   * When the source no longer had it; null while it does. A row that is gone counts nowhere and is
   * kept; it counts again as soon as the source tells it again.
   */
  gone_at: string | null
}

/** A repository had (value) from `valid_from` until the next row of the same attribute. */
export interface RepositoryAttributeTable {
  source_id: string
  repository_id: string
  /** `file:<path>` (value `present` or `absent`), or a property such as `lifecycle`. */
  attribute: string
  valid_from: string
  value: string
  proof: string
  observed_at: string
}

/** Keyed by `id`, the service's reference everywhere. */
export interface ServiceTable {
  id: string
  name: string
  repository_id: string | null
  /** Folder inside the repository; empty for the whole of it. */
  repository_path: string
  workload_class: string | null
  system: string | null
  lifecycle: string | null
  tier: string | null
  data_classification: string | null
  created_at: string | null
  /** `path:<id>`, `manual` …; null when nobody knows. */
  created_via: string | null
  off_path_option_existed: number | null
  forced: number | null
  gone_at: string | null
  source_id: string
  observed_at: string
}

/** Who owned a service in [owned_from, owned_to): a fact keeps the owner of its time. */
export interface ServiceOwnerTable {
  source_id: string
  service_id: string
  /** Null: known to have no owner in this interval. */
  team_id: string | null
  /** `0001-01-01T00:00:00.000Z` when the beginning is unknown. */
  owned_from: string
  /** Null while it lasts. */
  owned_to: string | null
  /** What decided: `catalog-info.yaml`, `services.csv` … */
  decided_by: string
  observed_at: string
}

/** A golden path, with its rules as the configuration states them (JSON, see lib/golden-path.ts). */
export interface GoldenPathTable {
  id: string
  name: string
  capability: string | null
  owner_team_id: string | null
  description: string | null
  /** General availability. */
  available_since: string
  deprecated_on: string | null
  /** JSON `GoldenPathRules`. */
  rules: string
  /** 1 when somebody keeps a list of mandates for it, even an empty one; else origins are unknown. */
  has_mandate_register: number
  /** When the configuration stopped naming it; null while it does. */
  gone_at: string | null
  source_id: string
  observed_at: string
}

/** One publication. A revert is a new publication with an old blob. */
export interface PathVersionTable {
  source_id: string
  path_id: string
  /** The evidence rule that these versions belong to; `*` for the path as a whole. */
  rule_id: string
  /** Publications of a rule in order: 1, 2, 3 … */
  sequence: number
  version: string
  published_at: string
  /** Content of a file version. Null for others. */
  blob: string | null
  /** Commit that published it, or that its tag names. */
  commit_sha: string | null
  /** 1 breaking, 0 not. */
  breaking: number | null
  migration_guide: string | null
  end_of_support_on: string | null
  observed_at: string
}

/** Explicit eligibility of a team or one service; it wins over the path's rule. */
export interface EligibilityTable extends Fact {
  path_id: string
  team_id: string
  /** Null: the whole team. */
  service_id: string | null
  eligible: number
  eligible_from: string
  eligible_to: string | null
  workload_class: string | null
  reason: string | null
  onboarded_at: string | null
}

export interface MandateTable extends Fact {
  path_id: string
  /** `all`, or a JSON list of team ids. */
  team_scope: string
  /** An interface mandate names the tool; an outcome mandate asks for evidence. */
  kind: 'interface' | 'outcome'
  announced_at: string
  effective_at: string
  ended_at: string | null
}

export interface ExceptionTable extends Fact {
  team_id: string
  path_id: string
  scope: 'full' | 'partial'
  /** JSON list; the services of a partial exception. */
  service_ids: string
  gap_code: string | null
  reason: string | null
  risk_class: string | null
  requested_at: string | null
  decided_at: string | null
  decision: 'approved' | 'rejected' | 'withdrawn' | null
  explanation: string | null
  alternative: string | null
  compensating_control: string | null
  /** A team or role, never a person. */
  owner: string | null
  expires_on: string | null
  renewals: number
  closed_at: string | null
  close_reason: string | null
  roadmap_item_id: string | null
}

/**
 * What one evidence rule saw in one repository from `valid_from` until its next row. States
 * (current, outdated …) follow from these and the publications: see scorecards/adoption.
 */
export interface UsageEvidenceTable {
  source_id: string
  path_id: string
  rule_id: string
  repository_id: string
  valid_from: string
  /** `unknown`: there is something that could not be read, such as a missing blob. */
  presence: 'present' | 'absent' | 'opted_out' | 'unknown'
  /** Content of the watched file, for rules that compare content. */
  blob: string | null
  /** JSON list of `Pin` (lib/golden-path.ts), for rules that read references. */
  pins: string | null
  /** What a reader can open: `Makefile.common@1a2b3c4`. */
  proof: string
  commit_sha: string
  observed_at: string
}

/** A piece of work that a golden path could have carried, with how it was done. */
export interface ActivityTable extends RemovableFact {
  service_id: string | null
  /** Null: the owner of the service at that time. */
  team_id: string | null
  path_id: string
  kind: 'deployment' | 'provisioning' | 'pipeline_run'
  occurred_at: string
  result: 'success' | 'failure' | 'unknown'
  /** Null: nothing is known of how. */
  mechanism: 'path' | 'parallel_pipeline' | 'manual_change' | 'break_glass' | 'off_path' | null
  mechanism_rule: string | null
  path_version: string | null
  exception_id: string | null
  incident_id: string | null
  user_initiated: number | null
}

export interface PathAttemptTable extends RemovableFact {
  team_id: string
  path_id: string
  started_at: string
  ended_at: string | null
  result: 'success' | 'failure' | 'cancelled' | 'open'
  cause_code: string | null
}

export interface ProvisioningRequestTable extends RemovableFact {
  /** Empty: the request names an owner of whom nobody knows whether it is a team. */
  team_id: string
  path_id: string | null
  workload_class: string | null
  /** What is asked for. */
  target_key: string | null
  chain_key: string | null
  requested_at: string
  /** When it was merged or approved; null: nothing tells. */
  approved_at: string | null
  first_human_step_at: string | null
  usable_at: string | null
  /** When it is due to end, as it was asked for. */
  expires_at: string | null
  /** When it was taken away; null while it is there. */
  expired_at: string | null
  ended_at: string | null
  result: 'usable' | 'failed' | 'timeout' | 'rejected' | 'cancelled' | 'open'
  cause_code: string | null
  /** When it was created, as `environment_events` of any source say; null: none does. */
  created_event_at: string | null
}

/** That an environment was created, whoever asked for it. */
export interface EnvironmentEventTable extends Fact {
  /** Its id: what `environment/<id>` of a request asks for. */
  environment: string
  occurred_at: string
}

export interface StepTable extends Fact {
  request_id: string | null
  change_sha: string | null
  kind: 'auto' | 'human_wait' | 'human_work'
  started_at: string
  ended_at: string | null
  /** platform, infra, security, requester …; never a person. */
  actor_group: string | null
}

/** Something merged into a repository's main line. */
export interface ChangeTable extends RemovableFact {
  repository_id: string
  /** Its bare name, where the service is looked up by the repository; null when a source tells it. */
  repository_key: string | null
  service_id: string | null
  number: number | null
  first_commit_at: string | null
  opened_at: string | null
  ready_at: string | null
  first_review_at: string | null
  approved_at: string | null
  /** Null while open. */
  merged_at: string | null
  merge_sha: string | null
  size_lines: number | null
  author_kind: 'human' | 'bot' | 'platform' | 'unknown'
  reverts: string | null
}

export interface DeploymentTable extends RemovableFact {
  service_id: string
  /** As the source spells it. */
  environment: string | null
  /** production, staging …; null is unmapped, never production. */
  environment_tier: string | null
  sha: string | null
  version: string | null
  created_at: string
  started_at: string | null
  finished_at: string | null
  outcome: 'success' | 'failure' | 'cancelled' | 'open' | 'unknown'
  /** planned, hotfix or rollback. */
  kind: 'planned' | 'hotfix' | 'rollback' | null
  superseded_at: string | null
  redeploy_of: string | null
  rollback_of: string | null
  initiator_kind: 'human' | 'bot' | 'platform' | 'unknown'
  path_id: string | null
  path_version: string | null
  mechanism: ActivityTable['mechanism']
  url: string | null
}

export interface DeploymentStatusTable {
  source_id: string
  deployment_id: string
  occurred_at: string
  state: string
  observed_at: string
}

/** What a tool with names of its own told of a deployment: where it went follows from it. */
export interface ToldDeploymentTable {
  source_id: string
  /** Of the deployment. */
  native_id: string
  /** JSON: see db/told-deployments.ts. */
  told: string
}

/** What such a deployment is looked up by when it comes or goes: `service <id>`, `commit <seven digits>`. */
export interface ToldDeploymentKeyTable {
  key: string
  source_id: string
  native_id: string
}

export interface IncidentTable extends RemovableFact {
  service_id: string | null
  severity: string | null
  started_at: string | null
  detected_at: string | null
  acknowledged_at: string | null
  mitigated_at: string | null
  restored_at: string | null
  /** What its source calls the service; null when it names none, or names it by its id. */
  service_told: string | null
  /** The same in lower case: what it is looked up by. */
  service_key: string | null
  /** As its source tells it outright, or as it follows from `cause_told`. */
  caused_by_deployment_id: string | null
  /** JSON `ToldCause` (db/incident-causes.ts); null when its source names a deployment by its id, or none. */
  cause_told: string | null
  /** What it is looked up by: the first seven digits where the cause is named by a commit, else its name or version. */
  cause_key: string | null
  link_kind: 'explicit' | 'rollback' | 'hotfix' | 'inferred' | null
  cause_class: 'platform' | 'user_input' | 'policy' | 'dependency' | null
  reassignment_count: number | null
  owner_found_at: string | null
  /** Its source's own id of the repository whose issue it is; null: of none, or nothing tells. */
  repository_native_id: string | null
}

export interface TicketTable extends RemovableFact {
  team_id: string | null
  path_id: string | null
  type: string | null
  category: string | null
  /** As the source or the configuration spells it; null: nothing tells. */
  severity: string | null
  status_category: 'open' | 'in_progress' | 'done' | null
  opened_at: string
  first_response_at: string | null
  resolved_at: string | null
  reopened_count: number | null
  channel: string | null
  /** A group, never a person. */
  opened_by_group: string | null
  bot: number
  linked_request_id: string | null
  session_count: number | null
  platform_people_count: number | null
  executed_by: 'requester' | 'platform' | null
  both_sides_changed: number | null
  co_design: number | null
  /** Its source's own id of the repository, or the project of Jira, whose issue it is; null: of none, or nothing tells. */
  repository_native_id: string | null
}

export interface SurveyWaveTable extends Fact {
  name: string
  opened_at: string
  closed_at: string | null
  /** JSON object: group id → people invited. */
  invited_by_group: string
  k: number
}

/**
 * Holds no person and no team below the wave's threshold: groups are k-safe. Only what was published
 * of a wave may be shown: see `survey_publications`.
 */
export interface SurveyResponseTable extends Fact {
  wave_id: string
  group_id: string
  group_state: string | null
  path_id: string | null
  /** Day in UTC, of an answer that was given before the wave closed as far as its source knows. */
  submitted_on: string | null
  nps_score: number | null
  csat: number | null
  umux1: number | null
  umux2: number | null
  comment: string | null
  quotable: number
}

/** What people answered for their group in a wave, where nobody says which group that is. */
export interface SurveyUnmappedGroupTable {
  source_id: string
  wave_id: string
  answer: string
  observed_at: string
}

/** What was published of a fiscal quarter when somebody sealed it. Rows are never changed. */
export interface SealedQuarterTable {
  /** `2026-Q3`. */
  quarter: string
  period_from: string
  period_to: string
  /** The last end of a week in it, of which its figures speak. */
  as_of: string
  /** The scoring run that had published them. */
  run: number
  sealed_at: string
  /** JSON: a `SealedBody`. */
  body: string
  /** SHA-256 of `body`, in hexadecimal. */
  hash: string
}

/** What may be seen of a closed wave. Written once: whatever changes afterwards would tell an answer. */
export interface SurveyPublicationTable {
  source_id: string
  wave_id: string
  name: string
  opened_at: string
  closed_at: string
  published_at: string
  /** JSON: a `PublishedWave`. */
  body: string
}

export interface PolicyRequirementTable extends Fact {
  name: string
  path_id: string | null
  workload_class: string | null
  data_classification: string | null
  required_from: string
  required_to: string | null
}

export interface PolicyEvidenceTable extends Fact {
  subject_type: string
  subject_id: string
  requirement_id: string
  result: 'pass' | 'fail' | 'waived' | 'warn' | 'error' | 'skip' | 'bypass' | 'inconclusive'
  severity: string | null
  produced_at: string
  ingested_at: string | null
  collector_kind: 'automated' | 'manual' | null
  /** 1 verified, 0 only claimed. */
  verified: number | null
  waiver_id: string | null
  url: string | null
}

/** A source as configured; its secrets are not here. */
export interface SourceTable {
  id: string
  /** As configured; `catalog` for what says who owns what. */
  kind: string
  /** As configured (`15min`, `1d`); null: only when asked. */
  every: string | null
  /** When the configuration stopped naming it; null while it does. */
  gone_at: string | null
}

/** One run of one source, failed or not. */
export interface CollectorRunTable {
  id: string
  source_id: string
  started_at: string
  /** Null while it runs, or when it died. */
  finished_at: string | null
  status: 'running' | 'ok' | 'partial' | 'failed'
  read_count: number
  changed_count: number
  quarantined_count: number
  error: string | null
}

/** Where a source goes on, per scope (a repository, a file). Written with the rows it stands for. */
export interface CursorTable {
  source_id: string
  scope: string
  /** Hash of what the source was configured to read: another configuration, another cursor. */
  configuration_hash: string
  /** JSON, of the collector's own shape. */
  value: string
  updated_at: string
}

/** A scope was fully read for [covered_from, covered_to). Absence of a row is absence of knowledge. */
export interface CoverageTable {
  source_id: string
  /** `repository:<id>`, `entity:<table>`. */
  scope: string
  covered_from: string
  covered_to: string
  observed_at: string
}

/** Records that could not be read. Nothing is lost silently; what can be read later is removed. */
export interface QuarantineTable {
  source_id: string
  scope: string
  /** Where it stood: a line of a file, a commit. With source and scope the key. */
  position: string
  /** As it came, as JSON text of at most 10,000 characters. */
  record: string
  reason: string
  observed_at: string
}

/** What others sent, in the order in which it came. It is acknowledged only once it stands here. */
export interface ReceivedEventTable {
  /** The configured source that it came for. */
  source_id: string
  /** The sender's own: the delivery of a webhook, source and id of a CloudEvent, an idempotency key; else the body's hash. */
  event_id: string
  /** Grows with every request. */
  sequence: number
  kind: 'github' | 'cloudevent' | 'rows' | 'flux' | 'argocd'
  /** The name of a webhook event, the type of a CloudEvent, the entity of rows, or the tool. */
  type: string
  /** As it came; null once it is settled, unless it was refused. */
  body: string | null
  /** SHA-256 of the body, in hexadecimal. */
  body_hash: string
  received_at: string
  /** When it became facts or was put aside; null while it waits. */
  settled_at: string | null
  /** Null while it waits. */
  outcome: 'stored' | 'ignored' | 'refused' | null
  /** Why it was ignored; null otherwise. */
  reason: string | null
  /** What it was about, where an older event about the same must not follow it; else null. */
  subject: string | null
  /** By the sender's clock, of an event that has a subject. */
  occurred_at: string | null
}

/** Who may send. The token itself is not kept. */
export interface ApiTokenTable {
  /** The part of the token that may be seen. */
  prefix: string
  /** SHA-256 of the whole token, in hexadecimal. */
  hash: string
  /** The source under which what it sends is stored. */
  source_id: string
  /** JSON list: `cloudevents`, or names of entities. */
  scopes: string
  created_at: string
  expires_at: string
  /** Null while it is valid. */
  revoked_at: string | null
}

/** Who may run jobs. A newer fence than the writer's own refuses its writes. */
export interface LeaseTable {
  name: string
  owner: string
  fence: number
  expires_at: string
}

/**
 * What facts changed since they were last scored, by what they are about. Written in the transaction
 * that changes the facts, removed by the run that publishes what follows from them.
 */
export interface ChangeToScoreTable {
  subject_kind: SubjectKind
  /** Empty text where the kind has one subject only. */
  subject_id: string
  /** Nothing before this instant is touched. Empty text: everything is. */
  since: string
  /** Another one at every change, so that a run removes only what it has seen. */
  stamp: string
}

/**
 * `service`, `repository`, `deployment`: work done there. `evidence` (a repository), `ownership` (a
 * service), `scope` (of coverage), `team`, `path`: what is known of them. The others have no subject.
 */
export type SubjectKind =
  | 'all'
  | 'deployment'
  | 'evidence'
  | 'incident'
  | 'ownership'
  | 'path'
  | 'policy'
  | 'repository'
  | 'scope'
  | 'service'
  | 'support'
  | 'survey'
  | 'team'

/** Exact samples of one subject, packed: see lib/columns.ts. */
export interface LedgerTable {
  /** Of one that is divided, with the first day of the quarter: `delivery 2026-04-01`. */
  kind: string
  /** Empty text where it is of no path. */
  path_id: string
  subject_id: string
  samples: Uint8Array
  from_run: number
  /** The run that replaced it; null in the row that stands. */
  to_run: number | null
}

/** One computation. What it wrote is seen from the moment at which `published_run` names it. */
export interface ScoringRunTable {
  /** 1, 2, 3 … */
  run: number
  started_at: string
  /** Null while it runs, or when it died. */
  finished_at: string | null
  /** Weeks up to this instant were scored. */
  as_of: string
  engine_version: string
  /** Ids and versions of the definitions that it computed by. */
  catalogue_version: string
  /** `full`: everything; `changes`: what the changed facts touch. */
  extent: 'full' | 'changes'
  changed_count: number
}

/** One row: the newest run that readers see. */
export interface PublishedRunTable {
  /** `current`. */
  name: string
  run: number
}

/** The state of a team on a path at the end of an ISO week (section 6 of the metric reference). */
export interface AdoptionStateTable {
  team_id: string
  path_id: string
  /** Monday 00:00 UTC on which the week ends. */
  week_end: string
  state: string
  origin: 'voluntary' | 'mandated' | 'unknown' | null
  currently_mandated: number
  ever_under_interface_mandate: number
  inactive_weeks: number
  /** Weeks in a row, this one included, in state adopted or partial or where none could be said. */
  user_weeks: number
  flags: string
  rule: string
  /** JSON: the weekly input that the rule saw. */
  inputs: string
  first_adopted_week: string | null
  from_run: number
  /** The run that replaced it; null in the row that stands. */
  to_run: number | null
}

/**
 * One `MetricResult` (scorecards/result.ts). Another result closes the row and never overwrites it:
 * what readers saw at any time can be told.
 */
export interface MeasurementTable {
  metric_id: string
  /** Empty text where the scope has none: keys are never null. */
  path_id: string
  team_id: string
  source_id: string
  /** `own`: the metric's own days before the as-of; else an ISO week, month or quarter. */
  window_kind: 'own' | 'week' | 'month' | 'quarter'
  /** Of a metric's own window the as-of. */
  window_end: string
  /** JSON of the parameters that name the cell of a table; else empty text. */
  cell: string
  window_start: string
  as_of: string
  /** In the metric's own unit. Null when there is no value; `status` says why. */
  value: number | null
  numerator: number | null
  denominator: number | null
  n: number | null
  unknown_count: number
  not_matured_count: number
  coverage: number
  ci_low: number | null
  ci_high: number | null
  status: string
  band: string
  /** JSON: what else the result says. */
  details: string
  definition_version: string
  engine_version: string
  computed_at: string
  from_run: number
  /** The run that replaced it; null in the row that stands. */
  to_run: number | null
}

export type NewRow<Table extends keyof Schema> = Insertable<Schema[Table]>
export type Row<Table extends keyof Schema> = Selectable<Schema[Table]>
