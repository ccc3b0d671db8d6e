import {
  type ColumnType,
  choice,
  day,
  flag,
  instant,
  integer,
  invited,
  list,
  moment,
  pins,
  type Stored,
  teamScope,
  text,
} from '#collectors/files/column-types.ts'
import type { FactTable, RemovableTable } from '#db/natural-keys.ts'
import type { Schema } from '#db/schema.ts'
import { BEGINNING } from '#lib/instant.ts'

export interface Column {
  readonly type: ColumnType
  readonly required: boolean
  /** One line for the person who fills it. */
  readonly about: string
  /** As a CSV cell; empty where the example leaves it unknown. */
  readonly example: string
  /** What an empty cell, or a missing header, is stored as. */
  readonly otherwise: Stored
}

/** A row as it is stored, without source and time of observation. */
export type EntityRow = Readonly<Record<string, Stored>>

export interface RowFault {
  readonly column: string
  readonly fault: string
}

/** What a file `<name>.csv` or `<name>.ndjson` may hold. */
export interface Entity {
  readonly table: FactTable
  readonly about: string
  /**
   * What becomes of rows that vanish from their file. A file of events may be rotated away, and what
   * it told stays. Any other file says all there is: its rows go, or are marked as gone.
   */
  readonly vanished: 'stay' | 'go' | 'marked'
  /** Header → column, in the order of the template. */
  readonly columns: Readonly<Record<string, Column>>
  /** What is wrong with a row as a whole. */
  readonly check: (row: EntityRow) => readonly RowFault[]
}

/**
 * Every column of a table, by its header: `id` is the source's own name of a row. That an event is
 * gone no line says: it is missing. An incident names its deployment by the id that it has, and
 * what events tell of a request no row of it says.
 */
type Header<T extends FactTable> =
  | Exclude<
      keyof Schema[T],
      | 'source_id'
      | 'observed_at'
      | 'native_id'
      | (T extends RemovableTable ? 'gone_at' : never)
      | (T extends 'changes' ? 'repository_key' : never)
      | (T extends 'tickets' | 'incidents' ? 'repository_native_id' : never)
      | (T extends 'incidents'
          ? 'cause_told' | 'cause_key' | 'service_told' | 'service_key'
          : never)
      | (T extends 'provisioning_requests' ? 'created_event_at' : never)
    >
  | ('native_id' extends keyof Schema[T] ? 'id' : never)

interface Definition<T extends FactTable> {
  readonly about: string
  readonly columns: Readonly<Record<Header<T>, Column>> & Readonly<Record<string, Column>>
  readonly check?: Entity['check']
}

const define =
  (vanished: Entity['vanished']) =>
  <T extends FactTable>(table: T, definition: Definition<T>): Entity => ({
    vanished,
    table,
    check: () => [],
    ...definition,
  })

const events = define('stay')
const standing = define('go')

const required = (type: ColumnType, about: string, example: string): Column => ({
  type,
  about,
  example,
  required: true,
  otherwise: null,
})

/** An empty cell is unknown (null), unless `otherwise` says what else it means. */
const optional = (
  type: ColumnType,
  about: string,
  example = '',
  otherwise: Stored = null,
): Column => ({ type, about, example, required: false, otherwise })

const id = (example: string) =>
  required(
    text,
    "The source's own id of the row; of two rows with one id the later counts",
    example,
  )

/** The validity [from, to) is not empty. */
const span =
  (from: string, to: string): Entity['check'] =>
  (row) => {
    const start = row[from]
    const end = row[to]
    if (typeof start !== 'string' || typeof end !== 'string' || start < end) return []
    return [{ column: to, fault: `expected a time after ${from} (${start}), not ${end}` }]
  }

const CAUSE_CODE =
  'Why it failed, as a short code; one that is or begins with `platform:`, `user_input:`, `policy:` or `dependency:` says who is to blame'

const TEAM = 'checkout'
const SERVICE = 'basket'
const PATH = 'http-service'
const REPOSITORY = 'github.com/acme/basket'
const SHA = '4f1c2f6a9d0be4f6e0c1d5a7b8e9f00112233445'

const pathId = (example = PATH) =>
  required(text, 'Golden path, by its id in desirepath.yaml', example)
const MECHANISMS = ['path', 'parallel_pipeline', 'manual_change', 'break_glass', 'off_path']
const mechanism = optional(
  choice(...MECHANISMS),
  'How it was done: on the path, or which way around it',
  'path',
)

/** What a folder of files may hold, by file name. Golden paths are described in desirepath.yaml. */
export const ENTITIES: Readonly<Record<string, Entity>> = {
  teams: standing('teams', {
    about: 'Who works: one row for each team, never for a person.',
    columns: {
      id: required(text, "The team's slug, used everywhere", TEAM),
      name: required(text, 'As people call it', 'Checkout'),
      kind: optional(
        choice('stream', 'platform', 'enabling', 'complicated-subsystem'),
        'Kind of team',
        'stream',
      ),
      parent_id: optional(text, 'Id of the team or unit above it', 'commerce'),
      active_from: optional(
        moment,
        'Since when it exists; empty: since before anybody knows',
        '2023-04-01',
      ),
      active_to: optional(moment, 'When it ended; empty while it lasts'),
      size_bucket: optional(text, 'A bucket, never a head count', '6-9'),
    },
    check: span('active_from', 'active_to'),
  }),
  services: define('marked')('services', {
    about: 'What teams run.',
    columns: {
      id: required(text, "The service's reference, used everywhere", SERVICE),
      name: required(text, 'As people call it', 'Basket'),
      team_id: optional(
        text,
        'Owner since ever, in one word; counts where service_owners does not name the service',
        TEAM,
      ),
      repository_id: optional(text, '`host/owner/name`, `owner/name` or `name`', 'acme/basket'),
      repository_path: optional(text, 'Folder in the repository; empty: the whole of it', '', ''),
      workload_class: optional(text, 'What eligibility rules call workload', 'http'),
      system: optional(text, 'The system it is a part of', 'shop'),
      lifecycle: optional(text, 'Such as experimental, production, deprecated', 'production'),
      tier: optional(text, 'How much depends on it', '1'),
      data_classification: optional(text, 'Class of the data it holds', 'internal'),
      created_at: optional(moment, 'When it came to be', '2024-02-05T09:30:00Z'),
      created_via: optional(text, '`path:<id>`, `manual` …', `path:${PATH}`),
      off_path_option_existed: optional(flag, 'Could it have been made another way?', 'true'),
      forced: optional(flag, 'Was its team told to use the path?', 'false'),
      gone_at: optional(moment, 'When it was switched off; empty while it runs'),
    },
  }),
  service_owners: standing('service_owners', {
    about: 'Who owned a service when. Two rows of one service must not overlap.',
    columns: {
      service_id: required(text, 'Service', SERVICE),
      team_id: optional(text, 'Team; empty: known to have no owner in this time', TEAM),
      owned_from: optional(moment, 'Since when; empty: since ever', '2024-02-05', BEGINNING),
      owned_to: optional(moment, 'Until when, not included; empty while it lasts'),
      decided_by: optional(text, 'Who or what says so', 'cmdb export', 'service_owners'),
    },
    check: (row) => [...span('owned_from', 'owned_to')(row), ...reservedDecider(row)],
  }),
  repositories: define('marked')('repositories', {
    about: 'Repositories that no other source tells of.',
    columns: {
      id: required(text, '`host/owner/name`', REPOSITORY),
      name: required(text, 'Its short name', 'basket'),
      default_branch: optional(text, 'Its main line', 'main'),
      created_at: optional(moment, 'When it came to be', '2024-02-05T09:30:00Z'),
      archived_at: optional(moment, 'When it was closed to changes; empty while it is open'),
      language: optional(text, 'Main language', 'Kotlin'),
      head_sha: optional(text, 'Newest commit known'),
      former_names: optional(list, 'Earlier ids', 'github.com/acme/cart', '[]'),
      gone_at: optional(moment, 'When it was removed at its source; empty while it exists'),
    },
  }),
  repository_attributes: standing('repository_attributes', {
    about: 'What a repository was like since when, until the next row of the same attribute.',
    columns: {
      repository_id: required(text, 'Repository', REPOSITORY),
      attribute: required(text, 'Such as lifecycle', 'lifecycle'),
      valid_from: required(moment, 'Since when', '2025-03-01'),
      value: required(text, 'Its value since then', 'production'),
      proof: required(text, 'What a reader can open to check it', 'https://cmdb.example/basket'),
    },
  }),
  path_versions: standing('path_versions', {
    about: 'Versions of a golden path as they were published.',
    columns: {
      path_id: pathId(),
      rule_id: optional(text, 'Evidence rule they belong to; empty: the path as a whole', '', '*'),
      sequence: required(integer(1), 'Publications in order: 1, 2, 3 …', '7'),
      version: required(text, 'As it is called', '2.4.0'),
      published_at: required(instant, 'When it was published', '2025-06-12T10:00:00Z'),
      blob: optional(text, 'Git blob id of the published file'),
      commit_sha: optional(text, 'Commit that published it', SHA),
      breaking: optional(flag, 'Must its users change something?', 'false'),
      migration_guide: optional(text, 'Where it says how', 'https://docs.example/migrate-2-4'),
      end_of_support_on: optional(day, 'Last day of its support', '2026-12-31'),
    },
  }),
  eligibility: standing('eligibility', {
    about: 'Whom a golden path is meant for, said team by team; it wins over the rule of the path.',
    columns: {
      id: id('elig-12'),
      path_id: pathId(),
      team_id: required(text, 'Team', TEAM),
      service_id: optional(text, 'One service of it; empty: the whole team', SERVICE),
      eligible: required(flag, 'Is the path meant for it?', 'true'),
      eligible_from: required(moment, 'Since when', '2025-02-01'),
      eligible_to: optional(moment, 'Until when, not included; empty while it lasts'),
      workload_class: optional(text, 'Workload it holds for', 'http'),
      reason: optional(text, 'Why', 'runs on the shared cluster'),
      onboarded_at: optional(moment, 'When the team was shown the path', '2025-02-17'),
    },
    check: span('eligible_from', 'eligible_to'),
  }),
  mandates: standing('mandates', {
    about:
      'Obligations. An interface mandate names the tool, an outcome mandate asks for evidence.',
    columns: {
      id: id('mandate-3'),
      path_id: pathId(),
      team_scope: required(teamScope, 'Who must', 'all'),
      kind: required(choice('interface', 'outcome'), 'What is asked for', 'interface'),
      announced_at: required(moment, 'When it was said', '2025-09-01'),
      effective_at: required(moment, 'When it began to hold', '2026-01-01'),
      ended_at: optional(moment, 'When it ended; empty while it holds'),
    },
    check: span('effective_at', 'ended_at'),
  }),
  exceptions: standing('exceptions', {
    about: 'Agreed ways around a golden path, also those asked for and refused.',
    columns: {
      id: id('exc-41'),
      team_id: required(text, 'Team', TEAM),
      path_id: pathId(),
      scope: required(
        choice('full', 'partial'),
        'All of the team, or the services named',
        'partial',
      ),
      service_ids: optional(list, 'Services of a partial exception', 'basket|basket-worker', '[]'),
      gap_code: optional(text, 'What the path lacks, as a short code', 'gpu'),
      reason: optional(text, 'Why, in words', 'needs GPU nodes'),
      risk_class: optional(text, 'Risk it carries', 'medium'),
      requested_at: optional(moment, 'When it was asked for', '2025-10-06T08:00:00Z'),
      decided_at: optional(moment, 'When it was decided', '2025-10-09T14:00:00Z'),
      decision: optional(
        choice('approved', 'rejected', 'withdrawn'),
        'Empty while it is open',
        'approved',
      ),
      explanation: optional(text, 'Why it was decided so', 'no GPU class on the path yet'),
      alternative: optional(text, 'What to do instead', 'own node pool, reviewed'),
      compensating_control: optional(text, 'What keeps the risk small', 'monthly image scan'),
      owner: optional(text, 'A team or role, never a person', 'platform'),
      expires_on: optional(day, 'Last day', '2026-04-30'),
      renewals: required(integer(0), 'How often it was prolonged', '1'),
      closed_at: optional(moment, 'When it ended; empty while it stands'),
      close_reason: optional(
        choice('path_extended', 'migrated', 'workload_gone', 'withdrawn', 'revoked'),
        'Why it ended',
      ),
      roadmap_item_id: optional(text, 'What the platform team plans for it', 'PLAT-88'),
    },
    check: ({ scope, service_ids: services, decision, decided_at: decidedAt }) => [
      ...(scope === 'partial' && services === '[]'
        ? [{ column: 'service_ids', fault: 'is needed when scope is partial' }]
        : []),
      ...(decision !== null && decidedAt === null
        ? [{ column: 'decided_at', fault: 'is needed when there is a decision' }]
        : []),
    ],
  }),
  usage_evidence: events('usage_evidence', {
    about: 'What one evidence rule saw in one repository since when, until its next row.',
    columns: {
      path_id: pathId(),
      rule_id: required(text, 'Evidence rule of the path', 'annotation:acme/template'),
      repository_id: required(text, 'Repository', REPOSITORY),
      valid_from: required(instant, 'Since when', '2025-03-03T11:20:00Z'),
      presence: required(
        choice('present', 'absent', 'opted_out', 'unknown'),
        'What was seen; unknown: something that could not be read',
        'present',
      ),
      blob: optional(text, 'Git blob id of the watched file'),
      pins: optional(
        pins,
        'References that were read',
        '[{"component":"acme/deploy","ref":"v2","file":"deploy.yml","comment":null}]',
      ),
      proof: required(text, 'What a reader can open to check it', 'catalog-info.yaml@4f1c2f6'),
      commit_sha: required(text, 'Commit in which it was seen', SHA),
    },
  }),
  activities: events('activities', {
    about: 'Work that a golden path could have carried, with how it was done.',
    columns: {
      id: id('act-9001'),
      service_id: optional(text, 'Service', SERVICE),
      team_id: optional(text, 'Team; empty: the owner of the service at that time'),
      path_id: pathId(),
      kind: required(
        choice('deployment', 'provisioning', 'pipeline_run'),
        'Kind of work',
        'deployment',
      ),
      occurred_at: required(instant, 'When', '2026-01-15T13:37:00Z'),
      result: optional(
        choice('success', 'failure', 'unknown'),
        'How it ended',
        'success',
        'unknown',
      ),
      mechanism,
      mechanism_rule: optional(text, 'What told so', 'pipeline name'),
      path_version: optional(text, 'Version of the path', '2.4.0'),
      exception_id: optional(text, 'Exception that allowed it'),
      incident_id: optional(text, 'Incident during which it was done'),
      user_initiated: optional(flag, 'Did somebody start it, rather than a timer?', 'true'),
    },
  }),
  path_attempts: events('path_attempts', {
    about: 'Tries to do something by a golden path, whatever came of them.',
    columns: {
      id: id('try-77'),
      team_id: required(text, 'Team', TEAM),
      path_id: pathId(),
      started_at: required(instant, 'When it began', '2026-01-15T13:30:00Z'),
      ended_at: optional(instant, 'When it ended', '2026-01-15T13:37:00Z'),
      result: required(
        choice('success', 'failure', 'cancelled', 'open'),
        'How it ended',
        'failure',
      ),
      cause_code: optional(text, CAUSE_CODE, 'platform:quota'),
    },
  }),
  provisioning_requests: events('provisioning_requests', {
    about: 'Requests for an environment, a database, a repository …',
    columns: {
      id: id('req-501'),
      team_id: required(text, 'Team that asked', TEAM),
      path_id: optional(text, 'Golden path that it went by; empty: none', 'environments'),
      workload_class: optional(text, 'Workload', 'http'),
      target_key: optional(text, 'What is asked for', 'environment/basket-test'),
      chain_key: optional(text, 'The same for requests that belong to one need', 'basket-test'),
      requested_at: required(instant, 'When', '2026-02-02T08:00:00Z'),
      approved_at: optional(instant, 'When it was approved', '2026-02-02T09:05:00Z'),
      first_human_step_at: optional(
        instant,
        'When a person first had to act',
        '2026-02-02T09:10:00Z',
      ),
      usable_at: optional(instant, 'When it could be used', '2026-02-02T09:40:00Z'),
      ended_at: optional(instant, 'When the request was done with', '2026-02-02T09:40:00Z'),
      expires_at: optional(instant, 'When it is due to end', '2026-02-16T08:00:00Z'),
      expired_at: optional(instant, 'When it was taken away; empty while it is there'),
      result: required(
        choice('usable', 'failed', 'timeout', 'rejected', 'cancelled', 'open'),
        'What came of it',
        'usable',
      ),
      cause_code: optional(text, CAUSE_CODE),
    },
  }),
  steps: events('steps', {
    about: 'Steps of a provisioning request or a change: what ran, who waited for whom.',
    columns: {
      id: id('step-9'),
      request_id: optional(text, 'Provisioning request', 'req-501'),
      change_sha: optional(text, 'Or the change, by its merge commit'),
      kind: required(choice('auto', 'human_wait', 'human_work'), 'Kind of step', 'human_wait'),
      started_at: required(instant, 'When it began', '2026-02-02T08:05:00Z'),
      ended_at: optional(instant, 'When it ended', '2026-02-02T09:10:00Z'),
      actor_group: optional(
        text,
        'platform, infra, security, requester …; never a person',
        'security',
      ),
    },
  }),
  changes: events('changes', {
    about: "What was merged into a repository's main line, or is to be.",
    columns: {
      id: id('acme/basket#118'),
      repository_id: required(text, 'Repository', REPOSITORY),
      service_id: optional(text, 'Service', SERVICE),
      number: optional(integer(0), 'Number of the pull request', '118'),
      first_commit_at: optional(
        instant,
        'When its oldest commit was written',
        '2026-01-12T10:00:00Z',
      ),
      opened_at: optional(instant, 'When it was opened', '2026-01-12T15:00:00Z'),
      ready_at: optional(instant, 'When it was ready for review', '2026-01-12T15:00:00Z'),
      first_review_at: optional(instant, 'First review by another human', '2026-01-13T09:00:00Z'),
      approved_at: optional(instant, 'When it was approved', '2026-01-13T11:00:00Z'),
      merged_at: optional(
        instant,
        'When it was merged; empty while it is open',
        '2026-01-13T11:05:00Z',
      ),
      merge_sha: optional(text, 'Commit on the main line', SHA),
      size_lines: optional(integer(0), 'Lines added and removed', '84'),
      author_kind: optional(
        choice('human', 'bot', 'platform', 'unknown'),
        'Kind of author, never who',
        'human',
        'unknown',
      ),
      reverts: optional(text, 'Id of the change that it takes back'),
    },
  }),
  deployments: events('deployments', {
    about: 'Deployments of a service to an environment. A later row with the same id corrects it.',
    columns: {
      id: id('deploy-1042'),
      service_id: required(text, 'Service', SERVICE),
      environment: optional(text, 'As the source spells it', 'prod-eu'),
      environment_tier: optional(
        text,
        'production, staging …; empty is not production',
        'production',
      ),
      sha: optional(text, 'Commit that was deployed', SHA),
      version: optional(text, 'Version that was deployed', '5.12.0'),
      created_at: required(instant, 'When it was asked for', '2026-01-15T13:35:00Z'),
      started_at: optional(instant, 'When it began', '2026-01-15T13:35:10Z'),
      finished_at: optional(instant, 'When it ended; empty while it runs', '2026-01-15T13:37:00Z'),
      outcome: optional(
        choice('success', 'failure', 'cancelled', 'open', 'unknown'),
        'How it ended',
        'success',
        'unknown',
      ),
      kind: optional(choice('planned', 'hotfix', 'rollback'), 'Kind of deployment', 'planned'),
      superseded_at: optional(instant, 'When the next one took its place'),
      redeploy_of: optional(text, 'Id of the deployment that it repeats'),
      rollback_of: optional(text, 'Id of the deployment that it takes back'),
      initiator_kind: optional(
        choice('human', 'bot', 'platform', 'unknown'),
        'Kind of initiator, never who',
        'human',
        'unknown',
      ),
      path_id: optional(text, 'Golden path that it went by', PATH),
      path_version: optional(text, 'Version of the path', '2.4.0'),
      mechanism,
      url: optional(text, 'Where it can be seen', 'https://ci.example/runs/1042'),
    },
  }),
  deployment_statuses: events('deployment_statuses', {
    about: 'Each state that a deployment went through.',
    columns: {
      deployment_id: required(text, 'Deployment', 'deploy-1042'),
      occurred_at: required(instant, 'When', '2026-01-15T13:37:00Z'),
      state: required(text, 'As the source spells it', 'success'),
    },
  }),
  incidents: events('incidents', {
    about: 'Failures in operation.',
    columns: {
      id: id('inc-204'),
      service_id: optional(text, 'Service', SERVICE),
      severity: optional(text, 'As the source spells it', 'sev2'),
      started_at: optional(instant, 'When users were first affected', '2026-01-15T14:00:00Z'),
      detected_at: optional(instant, 'When it was noticed', '2026-01-15T14:04:00Z'),
      acknowledged_at: optional(instant, 'When somebody took it', '2026-01-15T14:06:00Z'),
      mitigated_at: optional(instant, 'When the effect was contained', '2026-01-15T14:20:00Z'),
      restored_at: optional(instant, 'When the service worked again', '2026-01-15T14:41:00Z'),
      caused_by_deployment_id: optional(text, 'Deployment that caused it', 'deploy-1042'),
      link_kind: optional(
        choice('explicit', 'rollback', 'hotfix', 'inferred'),
        'How that is known',
        'explicit',
      ),
      cause_class: optional(
        choice('platform', 'user_input', 'policy', 'dependency'),
        'Kind of cause',
        'platform',
      ),
      reassignment_count: optional(integer(0), 'How often it was handed on', '1'),
      owner_found_at: optional(
        instant,
        'When the owner of the service was found',
        '2026-01-15T14:06:00Z',
      ),
    },
  }),
  tickets: events('tickets', {
    about: 'Requests to the platform team.',
    columns: {
      id: id('HELP-733'),
      team_id: optional(text, 'Team that asked', TEAM),
      path_id: optional(text, 'Golden path that it is about', PATH),
      type: optional(text, 'As the source spells it', 'question'),
      category: optional(text, 'What it is about', 'pipeline'),
      severity: optional(text, 'As the source spells it', 'sev3'),
      status_category: optional(choice('open', 'in_progress', 'done'), 'Where it stands', 'done'),
      opened_at: required(instant, 'When it was opened', '2026-01-20T09:00:00Z'),
      first_response_at: optional(instant, 'First answer by a human', '2026-01-20T10:15:00Z'),
      resolved_at: optional(instant, 'When it was resolved', '2026-01-21T12:00:00Z'),
      reopened_count: optional(integer(0), 'How often it was opened again', '0'),
      channel: optional(text, 'Where it came in', 'helpdesk'),
      opened_by_group: optional(text, 'A group, never a person', 'developers'),
      bot: required(flag, 'Was it opened by a machine?', 'false'),
      linked_request_id: optional(text, 'Provisioning request that it belongs to'),
      session_count: optional(integer(0), 'Meetings held on it', '0'),
      platform_people_count: optional(integer(0), 'How many of the platform team it took', '1'),
      executed_by: optional(
        choice('requester', 'platform'),
        'Who did the work in the end',
        'requester',
      ),
      both_sides_changed: optional(flag, 'Did both sides change something?', 'false'),
      co_design: optional(flag, 'Was something new designed together?', 'false'),
    },
  }),
  survey_waves: events('survey_waves', {
    about: 'Rounds of a survey.',
    columns: {
      id: id('2026-q1'),
      name: required(text, 'As people call it', 'First quarter of 2026'),
      opened_at: required(moment, 'First moment', '2026-02-02'),
      closed_at: optional(
        moment,
        'Last moment, not included; empty while it is open',
        '2026-02-16',
      ),
      invited_by_group: required(
        invited,
        'How many people of each group were asked',
        '{"commerce":42}',
      ),
      k: required(integer(1), 'Smallest group of which answers are shown', '5'),
    },
    check: span('opened_at', 'closed_at'),
  }),
  survey_responses: events('survey_responses', {
    about: 'Answers, without a name, in groups of at least k people.',
    columns: {
      id: id('r-0815'),
      wave_id: required(text, 'Round', '2026-q1'),
      group_id: required(text, 'Group of at least k people', 'commerce'),
      group_state: optional(text, 'Coarse adoption state of the group', 'adopted'),
      path_id: optional(text, 'Golden path asked about', PATH),
      submitted_on: optional(day, 'Day of the answer', '2026-02-05'),
      nps_score: optional(integer(0, 10), 'Would recommend it', '8'),
      csat: optional(integer(1, 5), 'Satisfaction with the last use', '4'),
      umux1: optional(integer(1, 7), 'Does what I need', '6'),
      umux2: optional(integer(1, 7), 'Is easy to use', '5'),
      comment: optional(
        text,
        'In their own words',
        'The pipeline is quick, the errors are not clear',
      ),
      quotable: optional(flag, 'May it be quoted? Empty: no', 'false', 0),
    },
  }),
  policy_requirements: standing('policy_requirements', {
    about: 'What policy asks for.',
    columns: {
      id: id('signed-images'),
      name: required(text, 'As people call it', 'Images are signed'),
      path_id: optional(text, 'Only for work on this golden path', PATH),
      workload_class: optional(text, 'Only for this workload'),
      data_classification: optional(text, 'Only for this class of data'),
      required_from: required(moment, 'Since when', '2025-07-01'),
      required_to: optional(moment, 'Until when, not included; empty while it holds'),
    },
    check: span('required_from', 'required_to'),
  }),
  policy_evidence: events('policy_evidence', {
    about: 'What a check found.',
    columns: {
      id: id('ev-31337'),
      subject_type: required(text, 'Such as service, repository, deployment', 'deployment'),
      subject_id: required(text, 'Which', 'deploy-1042'),
      requirement_id: required(text, 'Requirement', 'signed-images'),
      result: required(
        choice('pass', 'fail', 'waived', 'warn', 'error', 'skip', 'bypass', 'inconclusive'),
        'What it found',
        'pass',
      ),
      severity: optional(text, 'As the source spells it', 'high'),
      produced_at: required(instant, 'When it was checked', '2026-01-15T13:36:00Z'),
      ingested_at: optional(instant, 'When the register took it in', '2026-01-15T13:36:30Z'),
      collector_kind: optional(choice('automated', 'manual'), 'Who collected it', 'automated'),
      verified: optional(flag, 'Was the proof verified, or only claimed?', 'true'),
      waiver_id: optional(text, 'Waiver that let it pass'),
      url: optional(text, 'Where it can be seen', 'https://ci.example/attestations/31337'),
    },
  }),
}

/** What `decided_by` is for an owner that a services file names. */
export const DECIDED_BY_SERVICES = 'services.csv'

function reservedDecider({ decided_by: decidedBy }: EntityRow): RowFault[] {
  if (decidedBy !== DECIDED_BY_SERVICES) return []
  const fault = `is "${DECIDED_BY_SERVICES}" only for the owners that services.csv names itself`
  return [{ column: 'decided_by', fault }]
}
