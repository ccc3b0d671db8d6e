import { rmSync } from 'node:fs'
import { type Database, withDatabase } from '#db/connection.ts'
import { insertCoverage } from '#db/coverage.ts'
import { upsertFacts } from '#db/facts.ts'
import { migrateToLatest } from '#db/migrate.ts'
import { insertQuarantine } from '#db/quarantine.ts'
import type { NewRow } from '#db/schema.ts'
import { publishSurveys } from '#lib/commands/publish-surveys.ts'
import { sealQuarter } from '#lib/commands/seal-quarter.ts'
import { loadAppConfig } from '#lib/config.ts'
import { GoldenPathRules } from '#lib/golden-path.ts'
import { daysBefore } from '#lib/period.ts'
import { calendar, quarterBefore, quarterOf } from '#lib/range.ts'
import { scoreAll } from '#scorecards/run.ts'

/**
 * A small organisation with forty weeks of history that ends now, whenever this runs. Its facts
 * are few enough to count by hand; what the pages must say of them is in the specs beside.
 */
const now = new Date()
const NOW = now.toISOString()
const WEEKS = 40
const weeksAgo = (weeks: number) => daysBefore(now, weeks * 7).toISOString()
const CLONES = { source_id: 'clones', observed_at: NOW }
const FILES = { source_id: 'files', observed_at: NOW }

/** Since how many weeks each team has been on a path; null: never. */
const TEAMS = [
  { id: 'accounts', service: 38, portal: 20, observability: null },
  { id: 'basket', service: 36, portal: 18, observability: 3 },
  { id: 'checkout', service: 30, portal: 16, observability: null },
  { id: 'delivery', service: 22, portal: 15, observability: null },
  { id: 'elevation', service: 14, portal: 15, observability: null },
  { id: 'fraud', service: null, portal: 14, observability: null },
  { id: 'gateway', service: null, portal: 12, observability: null },
  { id: 'history', service: null, portal: null, observability: null },
]
/** Below a group of which nobody says more. */
const COMMERCE = ['accounts', 'basket']
/** Left the service path so many weeks ago. */
const LAPSED = { id: 'identity', from: 36, to: 6 }
/** Has a full exception from the service path. */
const EXCEPTED = 'journal'
/** What it has on its paths was only read when a quarter had been sealed. */
const LATE = 'accounts'
/** Its repository was last read so many weeks ago. */
const UNREAD = { id: 'kitchen', weeks: 20 }

const everyone = [...TEAMS.map(({ id }) => id), LAPSED.id, EXCEPTED, UNREAD.id]
const nameOf = (id: string) => `${id.charAt(0).toUpperCase()}${id.slice(1)}`
const repositoryOf = (team: string) => `git.example/acme/${team}-api`

async function seed(db: Database): Promise<void> {
  await migrateToLatest(db)
  await addSources(db)
  await addOrganisation(db)
  await addPaths(db)
  const isLate = ({ repository_id, presence }: Evidence) =>
    repository_id === repositoryOf(LATE) && presence === 'present'
  await upsertFacts(
    db,
    'usage_evidence',
    [...serviceEvidence(), ...portalEvidence()].filter((one) => !isLate(one)),
  )
  await upsertFacts(db, 'usage_evidence', observabilityEvidence())
  await addWork(db)
  await addExceptions(db)
  await addSurveys(db)
  await publishSurveys(db, { now })
  await scoreAll(db, { now })
  await seal(db)
  await upsertFacts(db, 'usage_evidence', serviceEvidence().filter(isLate))
  await upsertFacts(db, 'usage_evidence', portalEvidence().filter(isLate))
  await scoreAll(db, { now })
}

/** The quarter before the newest that is over. */
async function seal(db: Database): Promise<void> {
  const organisation = { fiscalYearStart: 1 }
  const quarter = quarterBefore(quarterOf(now, organisation), 2)
  const period = calendar(quarter, organisation)
  if (period === null) throw new TypeError(`${quarter} is no quarter`)
  await sealQuarter(db, { quarter, period, now })
}

async function addSources(db: Database): Promise<void> {
  await db
    .insertInto('sources')
    .values([
      { id: 'clones', kind: 'git', every: '1d', gone_at: null },
      { id: 'files', kind: 'files', every: '1h', gone_at: null },
      { id: 'helpdesk', kind: 'files', every: '1h', gone_at: null },
    ])
    .execute()
  const counts = { read_count: 120, changed_count: 4, quarantined_count: 0, error: null }
  const hourAgo = new Date(now.getTime() - 3_600_000).toISOString()
  const run = (id: string, source_id: string, started_at: string) => ({
    id,
    source_id,
    started_at,
    finished_at: started_at,
  })
  await db
    .insertInto('collector_runs')
    .values([
      { ...run('r1', 'clones', hourAgo), ...counts, status: 'ok' },
      { ...run('r2', 'files', hourAgo), ...counts, status: 'partial', quarantined_count: 1 },
      { ...run('r3', 'helpdesk', weeksAgo(5)), ...counts, status: 'ok' },
      {
        ...run('r4', 'helpdesk', hourAgo),
        ...counts,
        read_count: 0,
        changed_count: 0,
        status: 'failed',
        error: 'helpdesk: ./tickets: the folder does not exist',
      },
    ])
    .execute()
  await insertQuarantine(
    db,
    { sourceId: 'files', scope: 'entity:exceptions' },
    [
      {
        position: 'exceptions.csv:7',
        record: { id: 'E-9', team_id: '<b>basket</b>', expires_on: 'soon' },
        reason: 'expires_on: expected a day, not "soon"',
      },
    ],
    now,
  )
  for (const team of everyone) {
    const to = team === UNREAD.id ? daysBefore(now, UNREAD.weeks * 7) : now
    await insertCoverage(
      db,
      {
        sourceId: 'clones',
        scope: `repository:${repositoryOf(team)}`,
        from: daysBefore(now, WEEKS * 7),
        to,
      },
      now,
    )
  }
  for (const entity of ['provisioning_requests', 'exceptions', 'mandates', 'survey_responses']) {
    const from = daysBefore(now, WEEKS * 7)
    await insertCoverage(db, { sourceId: 'files', scope: `entity:${entity}`, from, to: now }, now)
  }
  await insertCoverage(
    db,
    {
      sourceId: 'helpdesk',
      scope: 'entity:tickets',
      from: daysBefore(now, WEEKS * 7),
      to: daysBefore(now, 35),
    },
    now,
  )
}

async function addOrganisation(db: Database): Promise<void> {
  const team = (id: string): NewRow<'teams'> => ({
    id,
    name: nameOf(id),
    kind: id === 'platform' ? 'platform' : 'stream',
    parent_id: COMMERCE.includes(id) ? 'commerce' : null,
    active_from: null,
    active_to: null,
    size_bucket: null,
    ...FILES,
  })
  await upsertFacts(db, 'teams', [...everyone, 'platform'].map(team))
  await upsertFacts(
    db,
    'repositories',
    everyone.map((id) => ({
      id: repositoryOf(id),
      native_id: `${id}-api`,
      name: `${id}-api`,
      default_branch: 'main',
      created_at: weeksAgo(WEEKS),
      archived_at: null,
      language: 'Go',
      head_sha: 'f00d',
      former_names: '[]',
      gone_at: null,
      ...CLONES,
    })),
  )
  await upsertFacts(
    db,
    'services',
    everyone.map((id) => ({
      id: `${id}-api`,
      name: `${nameOf(id)} API`,
      repository_id: repositoryOf(id),
      repository_path: '',
      workload_class: 'http',
      system: null,
      lifecycle: 'production',
      tier: null,
      data_classification: null,
      created_at: weeksAgo(WEEKS),
      created_via: null,
      off_path_option_existed: null,
      forced: null,
      gone_at: null,
      ...FILES,
    })),
  )
  await upsertFacts(
    db,
    'service_owners',
    everyone.map((id) => ({
      service_id: `${id}-api`,
      team_id: id,
      owned_from: '0001-01-01T00:00:00.000Z',
      owned_to: null,
      decided_by: 'services.csv',
      ...FILES,
    })),
  )
}

type PathTerms = Pick<NewRow<'golden_paths'>, 'id' | 'name' | 'capability' | 'description'> & {
  readonly weeks: number
  /** Left the configuration so many weeks ago. */
  readonly gone?: number
  readonly register: number
  readonly rules: unknown
}

const PATHS: readonly PathTerms[] = [
  {
    id: 'http-service',
    name: 'Standard HTTP service',
    capability: 'deployment',
    description: 'Build, test and deploy an HTTP service from one shared Makefile.',
    weeks: 39,
    register: 1,
    rules: {
      eligible: { workload: 'http' },
      evidence: [{ kind: 'file-equals', path: 'Makefile.common', publishedIn: 'acme/common' }],
      offPath: [{ kind: 'workflow-file', glob: '.github/workflows/*deploy*.yml' }],
      targets: [{ metric: 'total_adoption_rate', target: '80%' }],
    },
  },
  {
    id: 'portal',
    name: 'Developer portal',
    capability: 'discovery',
    description: 'One place for every service, its owner and its documents.',
    weeks: 39,
    register: 1,
    rules: { evidence: [{ kind: 'file-present', path: 'portal.yaml' }] },
  },
  {
    id: 'environments',
    name: 'Environments on demand',
    capability: 'provisioning',
    description: 'A usable environment in minutes, without a ticket.',
    weeks: 39,
    register: 1,
    rules: { work: 'provisioning' },
  },
  {
    id: 'observability',
    name: 'Observability kit',
    capability: 'operations',
    description: 'Traces, metrics and logs with one library.',
    weeks: 8,
    register: 0,
    rules: { evidence: [{ kind: 'file-present', path: 'otel.yaml' }] },
  },
  {
    id: 'batch',
    name: 'Batch jobs',
    capability: 'deployment',
    description: 'Jobs by the clock.',
    weeks: 30,
    gone: 10,
    register: 1,
    rules: { evidence: [{ kind: 'file-present', path: 'batch.yaml' }] },
  },
]

async function addPaths(db: Database): Promise<void> {
  await upsertFacts(
    db,
    'golden_paths',
    PATHS.map(({ weeks, gone, register, rules, ...path }) => ({
      ...path,
      owner_team_id: 'platform',
      available_since: weeksAgo(weeks),
      deprecated_on: null,
      rules: JSON.stringify(GoldenPathRules.parse(rules)),
      has_mandate_register: register,
      gone_at: gone === undefined ? null : weeksAgo(gone),
      ...FILES,
    })),
  )
  await upsertFacts(
    db,
    'path_versions',
    [39, 24, 8].map((weeks, index) => ({
      source_id: 'clones',
      observed_at: NOW,
      path_id: 'http-service',
      rule_id: 'file-equals:Makefile.common',
      sequence: index + 1,
      version: String(index + 1),
      published_at: weeksAgo(weeks),
      blob: `blob${index + 1}`,
      commit_sha: `c${index + 1}`,
      breaking: null,
      migration_guide: null,
      end_of_support_on: null,
    })),
  )
  await upsertFacts(db, 'mandates', [
    {
      native_id: 'M-1',
      path_id: 'portal',
      team_scope: 'all',
      kind: 'interface',
      announced_at: weeksAgo(24),
      effective_at: weeksAgo(12),
      ended_at: null,
      ...FILES,
    },
  ])
}

type Evidence = NewRow<'usage_evidence'>

function evidence(
  [path_id, rule_id]: [string, string],
  team: string,
  weeks: number,
  seen: Partial<Evidence> = {},
): Evidence {
  return {
    path_id,
    rule_id,
    repository_id: repositoryOf(team),
    valid_from: weeksAgo(weeks),
    presence: 'present',
    blob: null,
    pins: null,
    proof: `${rule_id.split(':')[1]}@${team.slice(0, 4)}${weeks}`,
    commit_sha: 'abc',
    ...CLONES,
    ...seen,
  }
}

const MAKEFILE: [string, string] = ['http-service', 'file-equals:Makefile.common']

/** Basket stays on version 1, checkout changes its copy, the others follow. */
function serviceEvidence(): Evidence[] {
  const absent = everyone.map((id) => evidence(MAKEFILE, id, WEEKS, { presence: 'absent' }))
  const adopters = TEAMS.flatMap(({ id, service }) => {
    if (service === null) return []
    if (id === 'basket') return [evidence(MAKEFILE, id, service, { blob: 'blob1' })]
    if (id === 'checkout') {
      return [
        evidence(MAKEFILE, id, service, { blob: 'blob1' }),
        evidence(MAKEFILE, id, 10, { blob: 'changed' }),
      ]
    }
    const first = service > 24 ? 'blob1' : 'blob2'
    return [
      evidence(MAKEFILE, id, service, { blob: first }),
      evidence(MAKEFILE, id, 7, { blob: 'blob3' }),
    ]
  })
  return [
    ...absent,
    ...adopters,
    evidence(MAKEFILE, LAPSED.id, LAPSED.from, { blob: 'blob1' }),
    evidence(MAKEFILE, LAPSED.id, LAPSED.to, { presence: 'absent' }),
    evidence(['http-service', 'off-path:.github/workflows/*deploy*.yml'], LAPSED.id, LAPSED.to),
    evidence(MAKEFILE, UNREAD.id, 30, { blob: 'blob1' }),
  ]
}

function portalEvidence(): Evidence[] {
  const rule: [string, string] = ['portal', 'file-present:portal.yaml']
  const absent = everyone.map((id) => evidence(rule, id, WEEKS, { presence: 'absent' }))
  return [
    ...absent,
    ...TEAMS.flatMap(({ id, portal }) => (portal === null ? [] : [evidence(rule, id, portal)])),
  ]
}

function observabilityEvidence(): Evidence[] {
  const rule: [string, string] = ['observability', 'file-present:otel.yaml']
  const absent = everyone.map((id) => evidence(rule, id, WEEKS, { presence: 'absent' }))
  return [
    ...absent,
    ...TEAMS.flatMap(({ id, observability }) =>
      observability === null ? [] : [evidence(rule, id, observability)],
    ),
  ]
}

/** Two changes a week in every repository, and every second week a request for an environment. */
async function addWork(db: Database): Promise<void> {
  const weeks = Array.from({ length: WEEKS }, (_, index) => index)
  await upsertFacts(
    db,
    'changes',
    everyone.flatMap((team) =>
      weeks.flatMap((week) => [2, 4].map((day) => change(team, daysBefore(now, week * 7 + day)))),
    ),
  )
  const requests = everyone.flatMap((team, index) =>
    weeks.filter((week) => week % 2 === 0).map((week) => request(team, index, week)),
  )
  await upsertFacts(db, 'provisioning_requests', requests)
}

function change(team: string, mergedAt: Date): NewRow<'changes'> {
  return {
    native_id: `${team}-${mergedAt.toISOString()}`,
    repository_id: repositoryOf(team),
    service_id: null,
    number: null,
    first_commit_at: null,
    opened_at: null,
    ready_at: null,
    first_review_at: null,
    approved_at: null,
    merged_at: mergedAt.toISOString(),
    merge_sha: 'abc',
    size_lines: null,
    author_kind: 'human',
    reverts: null,
    ...CLONES,
  }
}

/** Half of the teams ask through the path, and wait minutes; the others wait three days. */
function request(team: string, index: number, week: number): NewRow<'provisioning_requests'> {
  const isOnPath = index % 2 === 0 && week < 30
  const requestedAt = daysBefore(now, week * 7 + 5)
  const minutes = isOnPath ? 12 + index : 3 * 24 * 60
  const usableAt = new Date(requestedAt.getTime() + minutes * 60_000).toISOString()
  return {
    native_id: `${team}-${week}`,
    team_id: team,
    path_id: isOnPath ? 'environments' : null,
    workload_class: null,
    target_key: `${team}-${week}`,
    chain_key: null,
    requested_at: requestedAt.toISOString(),
    approved_at: null,
    first_human_step_at: null,
    expires_at: null,
    expired_at: null,
    usable_at: usableAt,
    ended_at: usableAt,
    result: 'usable',
    cause_code: null,
    ...FILES,
  }
}

async function addExceptions(db: Database): Promise<void> {
  const exception = (
    native_id: string,
    team_id: string,
    terms: Partial<NewRow<'exceptions'>> = {},
  ): NewRow<'exceptions'> => ({
    native_id,
    team_id,
    path_id: 'http-service',
    scope: 'full',
    service_ids: '[]',
    gap_code: 'no-grpc',
    reason: 'The Makefile builds HTTP only; this one speaks gRPC.',
    risk_class: null,
    requested_at: weeksAgo(16),
    decided_at: weeksAgo(15),
    decision: 'approved',
    explanation: null,
    alternative: null,
    compensating_control: null,
    owner: 'platform',
    expires_on: daysBefore(now, -30).toISOString().slice(0, 10),
    renewals: 1,
    closed_at: null,
    close_reason: null,
    roadmap_item_id: null,
    ...FILES,
    ...terms,
  })
  await upsertFacts(db, 'exceptions', [
    exception('E-1', EXCEPTED, { expires_on: daysBefore(now, 12).toISOString().slice(0, 10) }),
    exception('E-2', 'gateway', { decision: null, decided_at: null, requested_at: weeksAgo(2) }),
    exception('E-3', 'fraud', {
      decision: 'rejected',
      explanation: 'gRPC gateway exists',
      requested_at: weeksAgo(30),
    }),
    exception('E-4', 'basket', {
      scope: 'partial',
      service_ids: '["basket-batch"]',
      closed_at: weeksAgo(3),
      close_reason: 'path_extended',
      renewals: 2,
    }),
  ])
}

/** What the people of each group answered: three and three keep a group hidden, and eight show it. */
const EVEN = [10, 9, 8, 7, 6, 5, 3, 9]
const WARMER = [10, 9, 9, 9, 8, 7, 6, 9]
const FEW = [10, 8, 2]

const WAVES = [
  { id: 'spring', name: 'Spring survey', weeks: 30, accounts: EVEN },
  { id: 'autumn', name: 'Autumn survey', weeks: 6, accounts: WARMER },
]

/** Two waves that closed, and one that people still answer. */
async function addSurveys(db: Database): Promise<void> {
  const wave = (native_id: string, name: string, weeks: number): NewRow<'survey_waves'> => ({
    native_id,
    name,
    opened_at: weeksAgo(weeks + 2),
    closed_at: weeks < 0 ? null : weeksAgo(weeks),
    invited_by_group: JSON.stringify(
      Object.fromEntries(
        ['accounts', 'basket', 'checkout', 'delivery', 'elevation', 'fraud'].map((id) => [id, 10]),
      ),
    ),
    k: 5,
    ...FILES,
  })
  await upsertFacts(db, 'survey_waves', [
    ...WAVES.map(({ id, name, weeks }) => wave(id, name, weeks)),
    wave('open', 'Winter survey', -1),
  ])
  for (const { id, weeks, accounts } of WAVES) {
    await upsertFacts(db, 'survey_responses', answersOf(id, weeks, accounts))
  }
  await upsertFacts(db, 'survey_responses', answersOf('open', 0, WARMER))
}

function answersOf(wave: string, weeks: number, accounts: number[]): NewRow<'survey_responses'>[] {
  const byGroup = {
    accounts,
    basket: EVEN,
    checkout: EVEN,
    delivery: EVEN,
    elevation: FEW,
    fraud: FEW,
  }
  return Object.entries(byGroup).flatMap(([group_id, scores]) =>
    scores.map((nps_score, index) => ({
      native_id: `${wave} ${group_id} ${index}`,
      wave_id: wave,
      group_id,
      group_state: null,
      path_id: 'http-service',
      submitted_on: weeksAgo(weeks + 1).slice(0, 10),
      nps_score,
      csat: index % 2 === 0 ? 5 : 2,
      umux1: null,
      umux2: null,
      comment: index < 3 ? 'the build waits for hours' : null,
      quotable: index === 0 ? 1 : 0,
      ...FILES,
    })),
  )
}

const { database } = loadAppConfig()
for (const suffix of ['', '-wal', '-shm']) rmSync(database + suffix, { force: true })
await withDatabase(database, seed)
