import SQLite from 'better-sqlite3'
import { openDatabase } from '#db/connection.ts'
import { migrateToLatest } from '#db/migrate.ts'
import { GoldenPathRules } from '#lib/golden-path.ts'
import { mulberry32, type Random } from '#lib/stats/random.ts'

/** How large a made organisation is. Each team has as much as any other. */
export interface Size {
  readonly teams: number
}

const SERVICES_PER_TEAM = 5
const PER_SERVICE = { deployments: 1000, changes: 1000, incidents: 100, tickets: 200 }
const REQUESTS_PER_TEAM = 50

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Two years up to a Monday. */
export const SPAN = { from: Date.UTC(2024, 0, 1), to: Date.UTC(2026, 0, 5) }
/** When it is scored: soon after the last week has ended. */
export const NOW = new Date(SPAN.to + 10 * HOUR_MS)

const iso = (instant: number) => new Date(instant).toISOString()
const OBSERVED = iso(SPAN.to)

type Value = string | number | null

/** Writes a database of made facts at `path`. Returns how many rows each large table has. */
export async function writeOrganisation(path: string, size: Size): Promise<Record<string, number>> {
  const db = openDatabase(path)
  await migrateToLatest(db)
  await db.destroy()
  const sqlite = new SQLite(path)
  sqlite.pragma('synchronous = OFF')
  const insert = inserter(sqlite)
  sqlite.transaction(() => {
    writeCatalogue(insert, size)
    writeCoverage(insert, size)
  })()
  for (let team = 0; team < size.teams; team += 1) {
    sqlite.transaction(() => writeTeam(insert, team, mulberry32(team + 1)))()
  }
  const counted = ['deployments', 'changes', 'incidents', 'tickets']
  const counts = counted.map((table) => [
    table,
    sqlite.prepare(`select count(*) from ${table}`).pluck().get() as number,
  ])
  sqlite.close()
  return Object.fromEntries(counts)
}

type Insert = (table: string, row: Readonly<Record<string, Value>>) => void

function inserter(sqlite: SQLite.Database): Insert {
  const prepared = new Map<string, SQLite.Statement>()
  return (table, row) => {
    const columns = Object.keys(row)
    const known = prepared.get(table)
    const marks = columns.map(() => '?').join()
    const statement =
      known ?? sqlite.prepare(`insert into ${table} (${columns.join()}) values (${marks})`)
    prepared.set(table, statement)
    statement.run(Object.values(row))
  }
}

const teamId = (team: number) => `team-${String(team).padStart(3, '0')}`
const serviceId = (team: number, service: number) => `${teamId(team)}-service-${service}`
const repositoryId = (team: number, service: number) => `local/${serviceId(team, service)}`

function writeCatalogue(insert: Insert, { teams }: Size): void {
  for (const [id, rules] of Object.entries(PATHS)) {
    insert('golden_paths', {
      id,
      name: id,
      available_since: iso(SPAN.from),
      rules: JSON.stringify(GoldenPathRules.parse(rules)),
      has_mandate_register: 1,
      source_id: 'config',
      observed_at: OBSERVED,
    })
  }
  for (let team = 0; team < teams; team += 1) {
    insert('teams', {
      id: teamId(team),
      name: teamId(team),
      source_id: 'catalog',
      observed_at: OBSERVED,
    })
    for (let service = 0; service < SERVICES_PER_TEAM; service += 1) {
      writeService(insert, team, service)
    }
  }
}

const EVIDENCE = { kind: 'file-present', path: 'deploy.yaml' }

const PATHS: Readonly<Record<string, unknown>> = {
  deploy: { work: 'deployments', evidence: [EVIDENCE], offPath: [] },
  merge: { work: 'changes', evidence: [EVIDENCE], offPath: [] },
  environments: { work: 'provisioning', evidence: [], offPath: [] },
}

function writeService(insert: Insert, team: number, service: number): void {
  const id = serviceId(team, service)
  const told = { source_id: 'catalog', observed_at: OBSERVED }
  insert('repositories', {
    id: repositoryId(team, service),
    source_id: 'clones',
    native_id: id,
    name: id,
    former_names: '[]',
    created_at: iso(SPAN.from),
    observed_at: OBSERVED,
  })
  insert('services', {
    id,
    name: id,
    repository_id: repositoryId(team, service),
    repository_path: '',
    created_at: iso(SPAN.from),
    ...told,
  })
  insert('service_owners', {
    service_id: id,
    team_id: teamId(team),
    owned_from: iso(SPAN.from),
    decided_by: 'catalog',
    ...told,
  })
  for (const path of ['deploy', 'merge']) {
    insert('usage_evidence', {
      source_id: 'clones',
      path_id: path,
      rule_id: 'file-present:deploy.yaml',
      repository_id: repositoryId(team, service),
      valid_from: iso(SPAN.from + ((team * 7 + service) % 50) * 7 * DAY_MS),
      presence: 'present',
      proof: 'deploy.yaml',
      commit_sha: 'made',
      observed_at: OBSERVED,
    })
  }
}

function writeCoverage(insert: Insert, { teams }: Size): void {
  const cover = (source_id: string, scope: string) =>
    insert('coverage', {
      source_id,
      scope,
      covered_from: iso(SPAN.from),
      covered_to: iso(SPAN.to + DAY_MS),
      observed_at: OBSERVED,
    })
  cover('ci', 'entity:deployments')
  cover('pager', 'entity:incidents')
  cover('helpdesk', 'entity:tickets')
  cover('portal', 'entity:provisioning_requests')
  for (let team = 0; team < teams; team += 1) {
    for (let service = 0; service < SERVICES_PER_TEAM; service += 1) {
      cover('clones', `repository:${repositoryId(team, service)}`)
    }
  }
}

function writeTeam(insert: Insert, team: number, random: Random): void {
  for (let service = 0; service < SERVICES_PER_TEAM; service += 1) {
    writeDeliveries(insert, team, service, random)
  }
  for (let request = 0; request < REQUESTS_PER_TEAM; request += 1) {
    const requested = someTime(random)
    insert('provisioning_requests', {
      source_id: 'portal',
      native_id: `${teamId(team)}-${request}`,
      team_id: teamId(team),
      path_id: random() < 0.7 ? 'environments' : null,
      target_key: `target-${request}`,
      requested_at: iso(requested),
      usable_at: iso(requested + random() * DAY_MS),
      ended_at: iso(requested + DAY_MS),
      result: 'usable',
      observed_at: OBSERVED,
    })
  }
}

const someTime = (random: Random) =>
  SPAN.from + Math.floor(random() * (SPAN.to - SPAN.from - DAY_MS))

function writeDeliveries(insert: Insert, team: number, service: number, random: Random): void {
  const id = serviceId(team, service)
  const step = (SPAN.to - SPAN.from) / PER_SERVICE.deployments
  for (let index = 0; index < PER_SERVICE.changes; index += 1) {
    const merged = SPAN.from + index * step + random() * step * 0.4
    const deployed = SPAN.from + index * step + step * (0.5 + random() * 0.4)
    writeChange(insert, { team, service, index, merged, random })
    insert('deployments', {
      source_id: 'ci',
      native_id: `${id}-${index}`,
      service_id: id,
      environment: 'production',
      environment_tier: 'production',
      sha: `${id}-${index}`,
      created_at: iso(deployed - HOUR_MS / 4),
      started_at: iso(deployed - HOUR_MS / 4),
      finished_at: iso(deployed),
      outcome: random() < 0.95 ? 'success' : 'failure',
      kind: random() < 0.05 ? 'hotfix' : 'planned',
      initiator_kind: 'bot',
      observed_at: OBSERVED,
    })
  }
  for (let index = 0; index < PER_SERVICE.incidents; index += 1) {
    const started = someTime(random)
    const named = Math.floor((started - SPAN.from) / step)
    insert('incidents', {
      source_id: 'pager',
      native_id: `${id}-${index}`,
      service_id: id,
      severity: '2',
      started_at: iso(started),
      detected_at: iso(started),
      restored_at: iso(started + random() * 8 * HOUR_MS),
      caused_by_deployment_id: random() < 0.5 ? `${id}-${named}` : null,
      observed_at: OBSERVED,
    })
  }
  for (let index = 0; index < PER_SERVICE.tickets; index += 1) {
    const opened = someTime(random)
    insert('tickets', {
      source_id: 'helpdesk',
      native_id: `${id}-${index}`,
      team_id: teamId(team),
      path_id: 'deploy',
      type: 'question',
      opened_at: iso(opened),
      first_response_at: iso(opened + random() * DAY_MS),
      resolved_at: iso(opened + DAY_MS + random() * 3 * DAY_MS),
      bot: 0,
      observed_at: OBSERVED,
    })
  }
}

function writeChange(
  insert: Insert,
  made: { team: number; service: number; index: number; merged: number; random: Random },
): void {
  const { team, service, index, merged, random } = made
  const committed = merged - random() * 4 * DAY_MS
  insert('changes', {
    source_id: 'clones',
    native_id: `${serviceId(team, service)}-${index}`,
    repository_id: repositoryId(team, service),
    service_id: serviceId(team, service),
    number: index,
    first_commit_at: iso(committed),
    opened_at: iso(committed + (merged - committed) * 0.3),
    first_review_at: iso(committed + (merged - committed) * 0.7),
    merged_at: iso(merged),
    merge_sha: `${serviceId(team, service)}-${index}`,
    author_kind: random() < 0.1 ? 'bot' : 'human',
    observed_at: OBSERVED,
  })
}
