import type { Reader } from '#db/connection.ts'
import { repositoryNames } from '#lib/repository.ts'

/** Something that no team, service or environment could be found for, and so is in no figure. */
export interface Unattributed {
  readonly id: string
  readonly sourceId: string
  /** What is known of it. */
  readonly detail: string
  /** When it happened or was first seen; null when nobody says. */
  readonly at: Date | null
}

export interface MappingInbox {
  readonly repositories: readonly Unattributed[]
  readonly services: readonly Unattributed[]
  readonly deployments: readonly Unattributed[]
  readonly tickets: readonly Unattributed[]
  readonly surveyGroups: readonly Unattributed[]
  /** How many there are of each, also of those not listed. */
  readonly counts: Readonly<Record<InboxKind, number>>
}

export type InboxKind = 'repositories' | 'services' | 'deployments' | 'tickets' | 'surveyGroups'

/** What is not attributed now, the newest first, at most `limit` of each kind. */
export async function getMappingInbox(db: Reader, limit: number): Promise<MappingInbox> {
  const [repositories, services, deployments, tickets, surveyGroups] = await Promise.all([
    listUnnamedRepositories(db),
    listUnownedServices(db),
    listUnmappedDeployments(db),
    listUnmatchedTickets(db),
    listUnmappedSurveyGroups(db),
  ])
  return {
    repositories: repositories.slice(0, limit),
    services: services.slice(0, limit),
    deployments: deployments.slice(0, limit),
    tickets: tickets.slice(0, limit),
    surveyGroups: surveyGroups.slice(0, limit),
    counts: {
      repositories: repositories.length,
      services: services.length,
      deployments: deployments.length,
      tickets: tickets.length,
      surveyGroups: surveyGroups.length,
    },
  }
}

/** How many there are of each kind. */
export async function countUnattributed(db: Reader): Promise<MappingInbox['counts']> {
  return (await getMappingInbox(db, 0)).counts
}

/** Repositories that no service names; those gone or archived are nobody's work any more. */
async function listUnnamedRepositories(db: Reader): Promise<Unattributed[]> {
  const [repositories, services] = await Promise.all([
    db
      .selectFrom('repositories')
      .select(['id', 'source_id', 'created_at', 'language'])
      .where('gone_at', 'is', null)
      .where('archived_at', 'is', null)
      .orderBy('created_at', 'desc')
      .orderBy('id')
      .execute(),
    db
      .selectFrom('services')
      .select('repository_id')
      .where('gone_at', 'is', null)
      .where('repository_id', 'is not', null)
      .distinct()
      .execute(),
  ])
  const named = new Set(services.map(({ repository_id }) => repository_id))
  return repositories
    .filter(({ id }) => !repositoryNames(id).some((name) => named.has(name)))
    .map(({ id, source_id, created_at, language }) => ({
      id,
      sourceId: source_id,
      detail: language ?? '',
      at: toDate(created_at),
    }))
}

/** Services without a team that owns them now. */
async function listUnownedServices(db: Reader): Promise<Unattributed[]> {
  const rows = await db
    .selectFrom('services as service')
    .select(['service.id', 'service.source_id', 'service.repository_id', 'service.created_at'])
    .where('service.gone_at', 'is', null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('service_owners as owner')
            .select('owner.service_id')
            .whereRef('owner.service_id', '=', 'service.id')
            .where('owner.team_id', 'is not', null)
            .where('owner.owned_to', 'is', null),
        ),
      ),
    )
    .orderBy('service.id')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    sourceId: row.source_id,
    detail: row.repository_id ?? 'no repository named',
    at: toDate(row.created_at),
  }))
}

/** Deployments to an environment of unknown tier, or of a service that nobody lists. */
async function listUnmappedDeployments(db: Reader): Promise<Unattributed[]> {
  const rows = await db
    .selectFrom('deployments as deployment')
    .leftJoin('services as service', 'service.id', 'deployment.service_id')
    .select([
      'deployment.native_id',
      'deployment.source_id',
      'deployment.service_id',
      'deployment.environment',
      'deployment.created_at',
      'service.id as known',
    ])
    .where('deployment.gone_at', 'is', null)
    .where((eb) =>
      eb.or([eb('deployment.environment_tier', 'is', null), eb('service.id', 'is', null)]),
    )
    .orderBy('deployment.created_at', 'desc')
    .orderBy('deployment.native_id')
    .execute()
  return rows.map((row) => ({
    id: row.native_id,
    sourceId: row.source_id,
    detail:
      row.known === null
        ? `service ${row.service_id} is in no catalogue`
        : `environment ${row.environment ?? 'not named'} has no tier`,
    at: toDate(row.created_at),
  }))
}

/** Tickets of no team, or about no golden path. */
async function listUnmatchedTickets(db: Reader): Promise<Unattributed[]> {
  const rows = await db
    .selectFrom('tickets')
    .select(['native_id', 'source_id', 'team_id', 'path_id', 'category', 'type', 'opened_at'])
    .where('gone_at', 'is', null)
    .where((eb) => eb.or([eb('team_id', 'is', null), eb('path_id', 'is', null)]))
    .orderBy('opened_at', 'desc')
    .orderBy('native_id')
    .execute()
  return rows.map((row) => ({
    id: row.native_id,
    sourceId: row.source_id,
    detail: [
      row.team_id === null ? 'of no team' : `of ${row.team_id}`,
      row.path_id === null ? 'about no path' : `about ${row.path_id}`,
      row.type ?? 'type not known',
    ].join(', '),
    at: toDate(row.opened_at),
  }))
}

/** What people answered for their group, where a survey's profile does not say which group that is. */
async function listUnmappedSurveyGroups(db: Reader): Promise<Unattributed[]> {
  const rows = await db
    .selectFrom('survey_unmapped_groups')
    .selectAll()
    .orderBy('observed_at', 'desc')
    .orderBy('wave_id')
    .orderBy('answer')
    .execute()
  return rows.map((row) => ({
    id: `${row.wave_id}: ${row.answer}`,
    sourceId: row.source_id,
    detail: 'no group of the survey is called so',
    at: toDate(row.observed_at),
  }))
}

const toDate = (instant: string | null) => (instant === null ? null : new Date(instant))
