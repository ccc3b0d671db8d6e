import type { Reader } from '#db/connection.ts'

/** Something with a name of its own that a reader may look for. */
export interface Named {
  readonly kind: 'team' | 'golden path' | 'service' | 'repository'
  readonly id: string
  readonly name: string
  /** The team that a service or repository leads to; null when nobody is known to own it. */
  readonly teamId: string | null
}

/** Teams, paths, services and repositories, each kind by name. */
export async function listNamed(db: Reader): Promise<Named[]> {
  const [teams, paths, services, owners] = await Promise.all([
    db.selectFrom('teams').select(['id', 'name']).orderBy('name').execute(),
    db
      .selectFrom('golden_paths')
      .select(['id', 'name'])
      .where('gone_at', 'is', null)
      .orderBy('name')
      .execute(),
    db
      .selectFrom('services')
      .select(['id', 'name', 'repository_id'])
      .where('gone_at', 'is', null)
      .orderBy('id')
      .execute(),
    db
      .selectFrom('service_owners')
      .select(['service_id', 'team_id'])
      .where('owned_to', 'is', null)
      .execute(),
  ])
  const ownerOf = new Map(owners.map(({ service_id, team_id }) => [service_id, team_id]))
  const repositories = new Map(
    services.flatMap(({ id, repository_id }) =>
      repository_id === null ? [] : [[repository_id, ownerOf.get(id) ?? null] as const],
    ),
  )
  return [
    ...teams.map(({ id, name }) => ({ kind: 'team' as const, id, name, teamId: id })),
    ...paths.map(({ id, name }) => ({ kind: 'golden path' as const, id, name, teamId: null })),
    ...services.map(({ id }) => ({
      kind: 'service' as const,
      id,
      name: id,
      teamId: ownerOf.get(id) ?? null,
    })),
    ...[...repositories].map(([id, teamId]) => ({
      kind: 'repository' as const,
      id,
      name: id,
      teamId,
    })),
  ]
}
