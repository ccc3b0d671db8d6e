import type { Reader } from '#db/connection.ts'
import { withEvents } from '#db/environment-events.ts'
import { daysBefore } from '#lib/period.ts'
import type { Exception } from '#lib/queries/exceptions.ts'
import type { GoldenPath } from '#lib/queries/golden-paths.ts'
import type { UsageRow } from '#lib/queries/usage.ts'
import type { PathSubject } from '#scorecards/checks/owner-duties.ts'
import type { ServiceSubject } from '#scorecards/checks/production-readiness.ts'

const MANUAL_DAYS = 28
/** As far as any check looks back for a deployment. */
const DEPLOYED_DAYS = 90
/** A source that reads only up to so many days ago no longer speaks for today. */
const LATE_DAYS = 8

/** The services that a team owns at `asOf`, by id, as checks look at them. */
export async function listServiceSubjects(
  db: Reader,
  {
    teamId,
    asOf,
    usage,
    exceptions,
  }: {
    teamId: string
    asOf: Date
    /** Of the services of this team. */
    usage: readonly UsageRow[]
    /** Of this team. */
    exceptions: readonly Exception[]
  },
): Promise<ServiceSubject[]> {
  const ids = [...new Set(usage.map(({ service }) => service))].toSorted()
  if (ids.length === 0) return []
  const [services, deployments, covered] = await Promise.all([
    db
      .selectFrom('services')
      .select(['id', 'workload_class', 'lifecycle', 'tier'])
      .where('id', 'in', ids)
      .execute(),
    listDeployments(db, ids, asOf),
    listDeploymentScopes(db, asOf),
  ])
  const byId = new Map(services.map((row) => [row.id, row]))
  const active = exceptions.filter(({ state }) => state === 'active')
  return ids.map((id) => {
    const row = byId.get(id)
    const deployed = deployments.get(id)
    const repository = usage.find(({ service }) => service === id)?.repository
    return {
      id,
      ownerId: teamId,
      workloadClass: row?.workload_class ?? null,
      lifecycle: row?.lifecycle ?? null,
      tier: row?.tier ?? null,
      isDeploymentCovered: covered.has(ALL_DEPLOYMENTS) || covered.has(`repository:${repository}`),
      lastDeployedAt: deployed?.newest ?? null,
      manualChanges: deployed?.manual ?? 0,
      usage: usage
        .filter(({ service }) => service === id)
        .map(({ path, state, lagDays }) => ({
          pathId: path,
          state,
          lagDays,
          exception: exceptionOf(active, path, id),
        })),
    }
  })
}

function exceptionOf(active: readonly Exception[], pathId: string, serviceId: string) {
  const found = active.find(
    (one) => one.pathId === pathId && (one.scope === 'full' || one.serviceIds.includes(serviceId)),
  )
  return found === undefined
    ? null
    : { expiresOn: found.expiresOn?.toISOString().slice(0, 10) ?? null }
}

/** Service id → its newest success in production, and how often it was changed by hand of late. */
async function listDeployments(db: Reader, ids: readonly string[], asOf: Date) {
  const since = daysBefore(asOf, MANUAL_DAYS).toISOString()
  const rows = await db
    .selectFrom('deployments')
    .select(({ fn, eb }) => [
      'service_id',
      fn.max('finished_at').as('newest'),
      fn
        .sum<number>(
          eb
            .case()
            .when(eb.and([eb('mechanism', '=', 'manual_change'), eb('created_at', '>=', since)]))
            .then(1)
            .else(0)
            .end(),
        )
        .as('manual'),
    ])
    .where('service_id', 'in', ids)
    .where('gone_at', 'is', null)
    .where('environment_tier', '=', 'production')
    .where('outcome', '=', 'success')
    .where('created_at', '<', asOf.toISOString())
    .groupBy('service_id')
    .execute()
  return new Map(
    rows.map(({ service_id, newest, manual }) => [
      service_id,
      { newest: newest === null ? null : new Date(newest), manual: Number(manual) },
    ]),
  )
}

const ALL_DEPLOYMENTS = 'entity:deployments'

/**
 * What was read for deployments all of the days that checks look at: all of them, or repositories by
 * a source that tells of their deployments.
 */
async function listDeploymentScopes(db: Reader, asOf: Date): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom('coverage')
    .select('scope')
    .where('covered_from', '<=', daysBefore(asOf, DEPLOYED_DAYS).toISOString())
    .where('covered_to', '>=', daysBefore(asOf, LATE_DAYS).toISOString())
    .where((eb) =>
      eb.or([
        eb('scope', '=', ALL_DEPLOYMENTS),
        eb.and([
          eb('scope', 'like', 'repository:%'),
          eb.exists(
            eb
              .selectFrom('deployments')
              .select('deployments.source_id')
              .whereRef('deployments.source_id', '=', 'coverage.source_id')
              .where('deployments.gone_at', 'is', null),
          ),
        ]),
      ]),
    )
    .execute()
  return new Set(rows.map(({ scope }) => scope))
}

const TICKET_DAYS = 91
const INCIDENT_DAYS = 182

/** A golden path as checks of its owner's duties look at it. */
export async function getPathSubject(
  db: Reader,
  path: GoldenPath,
  asOf: Date,
): Promise<PathSubject> {
  const [versions, tickets, failures, incidents] = await Promise.all([
    listVersions(db, path.id, asOf),
    listTickets(db, path.id, asOf),
    listFailures(db, path, asOf),
    listIncidents(db, asOf),
  ])
  const { id, ownerId, description } = path
  return { id, ownerId, description, versions, tickets, failures, incidents }
}

async function listVersions(
  db: Reader,
  pathId: string,
  asOf: Date,
): Promise<PathSubject['versions']> {
  const rows = await db
    .selectFrom('path_versions')
    .select(['version', 'published_at', 'breaking', 'migration_guide', 'end_of_support_on'])
    .where('path_id', '=', pathId)
    .where('published_at', '<=', asOf.toISOString())
    .orderBy('published_at')
    .orderBy('sequence')
    .execute()
  return rows.map((row) => ({
    version: row.version,
    publishedOn: row.published_at.slice(0, 10),
    isBreaking: row.breaking === null ? null : row.breaking === 1,
    migrationGuide: row.migration_guide,
    endOfSupportOn: row.end_of_support_on,
  }))
}

async function listTickets(
  db: Reader,
  pathId: string,
  asOf: Date,
): Promise<PathSubject['tickets']> {
  const rows = await db
    .selectFrom('tickets')
    .select(['channel', 'opened_at', 'first_response_at'])
    .where('path_id', '=', pathId)
    .where('gone_at', 'is', null)
    .where('bot', '=', 0)
    .where('opened_at', '>=', daysBefore(asOf, TICKET_DAYS).toISOString())
    .where('opened_at', '<', asOf.toISOString())
    .orderBy('opened_at')
    .execute()
  return rows.map((row) => ({
    channel: row.channel,
    openedAt: new Date(row.opened_at),
    firstResponseAt: row.first_response_at === null ? null : new Date(row.first_response_at),
  }))
}

/** Failed attempts, and failed requests of a path that provisions; null when nobody records any. */
async function listFailures(
  db: Reader,
  { id, rules }: GoldenPath,
  asOf: Date,
): Promise<PathSubject['failures']> {
  const since = daysBefore(asOf, TICKET_DAYS).toISOString()
  const until = asOf.toISOString()
  const [attempts, requests] = await Promise.all([
    db
      .selectFrom('path_attempts')
      .select(['result', 'cause_code'])
      .where('path_id', '=', id)
      .where('gone_at', 'is', null)
      .where('started_at', '>=', since)
      .where('started_at', '<', until)
      .execute(),
    rules.work === 'provisioning'
      ? db
          .selectFrom('provisioning_requests')
          .select(['result', 'cause_code', 'usable_at', 'ended_at', 'created_event_at'])
          .where('path_id', '=', id)
          .where('gone_at', 'is', null)
          .where('requested_at', '>=', since)
          .where('requested_at', '<', until)
          .execute()
          .then((rows) => rows.map(withEvents))
      : [],
  ])
  const all = [...attempts, ...requests]
  if (all.length === 0) return null
  return all
    .filter(({ result }) => FAILED.has(result))
    .map(({ cause_code }) => ({ causeCode: cause_code }))
}

const FAILED: ReadonlySet<string> = new Set(['failure', 'failed', 'timeout'])

/** Incidents that the platform caused. No source says yet whether one was reviewed. */
async function listIncidents(db: Reader, asOf: Date): Promise<PathSubject['incidents']> {
  const rows = await db
    .selectFrom('incidents')
    .select('cause_class')
    .where('gone_at', 'is', null)
    .where('started_at', '>=', daysBefore(asOf, INCIDENT_DAYS).toISOString())
    .where('started_at', '<', asOf.toISOString())
    .execute()
  if (rows.length === 0) return null
  return rows
    .filter(({ cause_class }) => cause_class === 'platform')
    .map(() => ({ isReviewed: null }))
}
