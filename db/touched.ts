import type { Touched } from '#db/changes-to-score.ts'
import type { FactTable } from '#db/natural-keys.ts'
import type { StoredRow } from '#db/statements.ts'
import { firstOf } from '#lib/order.ts'

/** What scoring has to look at again when a fact comes, changes or goes. */
interface Watch {
  /** Columns whose change touches anything; without them every column does. */
  readonly columns?: readonly string[]
  /** What one version of a row, the old or the new one, touches. */
  readonly touches: (row: StoredRow) => readonly Touched[]
}

const EVERYTHING: readonly Touched[] = [{ kind: 'all', id: '', since: '' }]

/** Text of a column; empty for null. */
const text = (row: StoredRow, column: string) => String(row[column] ?? '')

function subject(kind: Touched['kind'], row: StoredRow, idColumn: string, since = ''): Touched[] {
  const id = row[idColumn]
  return typeof id === 'string' ? [{ kind, id, since }] : []
}

/** The first of those instants that are known; what is said to have ended may have begun later. */
const earliestOf = (row: StoredRow, ...columns: readonly string[]) =>
  firstOf(columns.map((column) => text(row, column) || null)) ?? ''

const beginning = (row: StoredRow) => text(row, 'started_at') || text(row, 'detected_at')

const whole = (kind: Touched['kind'], since: string): Touched[] => [{ kind, id: '', since }]

/**
 * Where the position of a row among services, teams and paths decides, both its old and its new
 * version touch something. What names things (teams, repositories, services) touches everything.
 */
const WATCHES: Readonly<Record<FactTable, Watch>> = {
  teams: { columns: ['name', 'active_from', 'active_to'], touches: () => EVERYTHING },
  repositories: {
    columns: ['source_id', 'native_id', 'created_at', 'gone_at', 'language'],
    touches: () => EVERYTHING,
  },
  services: {
    columns: [
      'source_id',
      'repository_id',
      'workload_class',
      'lifecycle',
      'tier',
      'data_classification',
      'created_at',
      'created_via',
      'off_path_option_existed',
      'forced',
      'gone_at',
    ],
    touches: () => EVERYTHING,
  },
  golden_paths: {
    columns: [
      'name',
      'available_since',
      'deprecated_on',
      'rules',
      'has_mandate_register',
      'gone_at',
    ],
    touches: () => EVERYTHING,
  },
  repository_attributes: {
    touches: (row) => subject('evidence', row, 'repository_id', text(row, 'valid_from')),
  },
  service_owners: {
    touches: (row) => [
      ...subject('ownership', row, 'service_id', text(row, 'owned_from')),
      ...subject('team', row, 'team_id', text(row, 'owned_from')),
    ],
  },
  // A copy of it that was there before is one of its version, and not drifted, from then on.
  path_versions: { touches: (row) => subject('path', row, 'path_id') },
  eligibility: {
    touches: (row) => [
      ...subject('team', row, 'team_id', text(row, 'eligible_from')),
      ...subject('ownership', row, 'service_id', text(row, 'eligible_from')),
    ],
  },
  mandates: { touches: (row) => subject('path', row, 'path_id', text(row, 'announced_at')) },
  // One that nobody says was requested when is among those of every moment.
  exceptions: {
    touches: (row) =>
      subject(
        'team',
        row,
        'team_id',
        firstOf([text(row, 'requested_at'), text(row, 'decided_at')]) ?? '',
      ),
  },
  usage_evidence: {
    touches: (row) => subject('evidence', row, 'repository_id', text(row, 'valid_from')),
  },
  activities: {
    touches: (row) => [
      ...subject('service', row, 'service_id', text(row, 'occurred_at')),
      ...subject('team', row, 'team_id', text(row, 'occurred_at')),
    ],
  },
  path_attempts: {
    touches: (row) => subject('team', row, 'team_id', earliestOf(row, 'started_at', 'ended_at')),
  },
  provisioning_requests: {
    touches: (row) =>
      subject('team', row, 'team_id', earliestOf(row, 'requested_at', 'usable_at', 'ended_at')),
  },
  // What they tell of requests is noted with those: see linkEnvironments.
  environment_events: { touches: () => [] },
  steps: { touches: (row) => whole('support', text(row, 'started_at')) },
  changes: {
    touches: (row) => [
      ...subject('repository', row, 'repository_id', text(row, 'merged_at') || NEVER),
      ...subject('service', row, 'service_id', text(row, 'merged_at') || NEVER),
    ],
  },
  deployments: {
    touches: (row) =>
      subject('service', row, 'service_id', text(row, 'finished_at') || text(row, 'created_at')),
  },
  // Nothing is computed from the statuses: their outcome is in the deployment.
  deployment_statuses: { touches: () => [] },
  incidents: {
    touches: (row) => [
      ...subject('service', row, 'service_id', beginning(row)),
      ...subject('deployment', row, 'caused_by_deployment_id', beginning(row)),
      ...(row['service_id'] === null ? whole('incident', beginning(row)) : []),
    ],
  },
  // Of no path: of any.
  tickets: {
    touches: (row) => [
      { kind: 'support', id: text(row, 'path_id'), since: text(row, 'opened_at') },
    ],
  },
  survey_waves: { touches: (row) => whole('survey', text(row, 'opened_at')) },
  survey_responses: { touches: () => whole('survey', '') },
  // Their answers are in no team's figures until somebody maps them.
  survey_unmapped_groups: { touches: () => [] },
  policy_requirements: { touches: (row) => whole('policy', text(row, 'required_from')) },
  policy_evidence: { touches: (row) => whole('policy', text(row, 'produced_at')) },
}

/** After every instant that is ever scored: a change that is not merged yet says nothing so far. */
const NEVER = '9999'

/** What replacing `before` by `after` touches; undefined: there was no such row, or is none now. */
export function touchedBy(
  table: FactTable,
  before: StoredRow | undefined,
  after: StoredRow | undefined,
): readonly Touched[] {
  const { columns, touches } = WATCHES[table]
  if (before !== undefined && after !== undefined) {
    const told = columns ?? Object.keys(after).filter((column) => column !== 'observed_at')
    const isSame = (column: string) => !(column in after) || before[column] === after[column]
    if (told.every(isSame)) return []
  }
  const touched = [before, after].flatMap((row) => (row === undefined ? [] : touches(row)))
  return table === 'deployments' ? [...touched, ...movedDeployment(before, after)] : touched
}

/** Incidents that name a deployment may be of another service, and name it in vain once it is gone. */
function movedDeployment(before: StoredRow | undefined, after: StoredRow | undefined): Touched[] {
  if (before === undefined || serviceOf(before) === serviceOf(after)) return []
  return subject('deployment', before, 'native_id')
}

const serviceOf = (row: StoredRow | undefined) =>
  row?.['gone_at'] ? undefined : row?.['service_id']
