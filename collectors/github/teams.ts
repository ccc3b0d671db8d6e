import { z } from 'zod'
import type { GitHubClient } from '#collectors/github/client.ts'
import { Connection, NO_MORE, readAll, readConnection } from '#collectors/github/pages.ts'
import { PlainText } from '#lib/plain-text.ts'

// https://docs.github.com/en/graphql/reference/objects#team
export const TEAMS = `query Teams($org: String!, $cursor: String, $pageSize: Int = 20) {
  rateLimit { cost remaining resetAt }
  organization(login: $org) {
    list: teams(first: $pageSize, after: $cursor) {
      pageInfo { hasNextPage endCursor }
      nodes { slug name parentTeam { slug } repositories(first: 100) { pageInfo { hasNextPage endCursor } nodes: edges { permission node { id } } } }
    }
  }
}`

/** The repositories of a team after the first hundred. */
export const TEAM_REPOSITORIES = `query TeamRepositories($org: String!, $slug: String!, $cursor: String, $pageSize: Int = 100) {
  rateLimit { cost remaining resetAt }
  organization(login: $org) {
    team(slug: $slug) { list: repositories(first: $pageSize, after: $cursor) { pageInfo { hasNextPage endCursor } nodes: edges { permission node { id } } } }
  }
}`

const Team = z.object({
  slug: z.string().min(1),
  name: PlainText,
  parentTeam: z.object({ slug: z.string() }).nullable(),
  repositories: Connection,
})

const Reach = z.object({ permission: z.string(), node: z.object({ id: z.string() }) })

export interface TeamFact {
  readonly kind: 'team'
  readonly slug: string
  readonly name: string
  readonly parent: string | null
}

/** Teams, and which of them may own a repository (by its node id). */
export interface Teams {
  readonly facts: readonly TeamFact[]
  readonly candidates: Readonly<Record<string, readonly string[]>>
}

/** Who may only write does not own. */
const OWNING: ReadonlySet<string> = new Set(['ADMIN', 'MAINTAIN'])

const TeamsPage = z.object({ organization: z.object({ list: Connection }) })
const RepositoriesPage = z.object({
  organization: z.object({ team: z.object({ list: Connection }).nullable() }),
})

/** @throws {SourceError} */
export async function readTeams(
  client: GitHubClient,
  { sourceId, org }: { sourceId: string; org: string },
): Promise<Teams> {
  const facts: TeamFact[] = []
  const candidates: Record<string, string[]> = {}
  const size = { most: 20, about: 'teams' }
  const ask = async (cursor: string | null) => {
    const { data } = await client.queryPage(TeamsPage, TEAMS, { org, cursor }, size)
    return data.organization.list
  }
  for await (const { nodes } of readConnection(sourceId, ask)) {
    for (const team of nodes.flatMap((node) => Team.safeParse(node).data ?? [])) {
      const { slug, name, parentTeam } = team
      facts.push({ kind: 'team', slug, name, parent: parentTeam?.slug ?? null })
      for (const id of await listOwned(client, { sourceId, org, team })) {
        candidates[id] = [...(candidates[id] ?? []), slug]
      }
    }
  }
  return { facts, candidates }
}

async function listOwned(
  client: GitHubClient,
  { sourceId, org, team }: { sourceId: string; org: string; team: z.output<typeof Team> },
): Promise<string[]> {
  const { slug, repositories } = team
  const size = { most: 100, about: 'team repositories' }
  const ask = async (cursor: string | null) => {
    if (cursor === null) return repositories
    const { data } = await client.queryPage(
      RepositoriesPage,
      TEAM_REPOSITORIES,
      { org, slug, cursor },
      size,
    )
    return data.organization.team?.list ?? NO_MORE
  }
  const edges = await readAll(sourceId, ask)
  return edges.flatMap((edge) => {
    const { data } = Reach.safeParse(edge)
    return data && OWNING.has(data.permission) ? [data.node.id] : []
  })
}

export const PropertiesPage = z.array(
  z.object({
    repository_id: z.int(),
    properties: z.array(z.object({ property_name: z.string(), value: z.unknown() })),
  }),
)

// https://docs.github.com/en/rest/orgs/custom-properties
/** What the custom property `name` says, by the repository's database id. @throws {SourceError} */
export async function readProperty(
  client: GitHubClient,
  org: string,
  name: string,
): Promise<Record<string, string>> {
  const values: Record<string, string> = {}
  for await (const page of client.listPages(PropertiesPage, '/orgs/{org}/properties/values', {
    org,
  })) {
    for (const { repository_id: id, properties } of page) {
      const value = properties.find((property) => property.property_name === name)?.value
      if (typeof value === 'string' && value !== '') values[String(id)] = value
    }
  }
  return values
}
