import { z } from 'zod'
import { Instant } from '#lib/instant.ts'
import { PlainText } from '#lib/plain-text.ts'

// https://docs.github.com/en/graphql/reference/objects#repository
/**
 * Every repository of the organisation with what moved last in it. Only those in which something
 * moved are read further, so that a run with nothing new asks once per 100 repositories.
 */
export const REPOSITORIES = `query Repositories($org: String!, $cursor: String, $pageSize: Int = 100) {
  rateLimit { cost remaining resetAt }
  organization(login: $org) {
    list: repositories(first: $pageSize, after: $cursor, orderBy: { field: NAME, direction: ASC }) {
      pageInfo { hasNextPage endCursor }
      nodes {
        id databaseId nameWithOwner isArchived archivedAt createdAt
        primaryLanguage { name }
        defaultBranchRef { name target { oid } }
        pullRequests(first: 1, orderBy: { field: UPDATED_AT, direction: DESC }) { totalCount nodes { updatedAt } }
        issues(first: 1, orderBy: { field: UPDATED_AT, direction: DESC }) { totalCount nodes { updatedAt } }
        deployments(first: 1, orderBy: { field: CREATED_AT, direction: DESC }) { totalCount nodes { createdAt state } }
      }
    }
  }
}`

const Touched = z.object({
  totalCount: z.int(),
  nodes: z.array(z.object({ updatedAt: Instant })),
})

const Listed = z.object({
  id: z.string().min(1),
  databaseId: z.int().nullable(),
  nameWithOwner: z.string().regex(/^[\w.-]+\/[\w.-]+$/),
  isArchived: z.boolean(),
  archivedAt: Instant.nullable(),
  createdAt: Instant,
  primaryLanguage: z.object({ name: PlainText }).nullable(),
  defaultBranchRef: z
    .object({ name: PlainText, target: z.object({ oid: z.string() }).nullable() })
    .nullable(),
  pullRequests: Touched,
  issues: Touched,
  deployments: z.object({
    totalCount: z.int(),
    nodes: z.array(z.object({ createdAt: Instant, state: z.string().nullable() })),
  }),
})

/** A repository as the list of the organisation shows it. */
export interface ListedRepository extends z.output<typeof Listed> {
  /** `host/owner/name`. */
  readonly repositoryId: string
  /** Without the owner. */
  readonly name: string
  readonly moved: Moved
}

/** What is compared with the reading before: a difference means that something moved. */
export const Moved = z.object({
  changes: z.string(),
  tickets: z.string(),
  deployments: z.string(),
  head: z.string().nullable(),
  /** The newest of the times in it; null when there is none. */
  newest: z.string().nullable(),
})
export type Moved = z.output<typeof Moved>

export const listedRepository = (host: string) =>
  Listed.transform(
    (listed): ListedRepository => ({
      ...listed,
      repositoryId: `${host}/${listed.nameWithOwner}`,
      name: listed.nameWithOwner.replace(/^.*\//, ''),
      moved: toMoved(listed),
    }),
  )

function toMoved(listed: z.output<typeof Listed>): Moved {
  const { pullRequests, issues, deployments, defaultBranchRef } = listed
  const times = [
    pullRequests.nodes[0]?.updatedAt,
    issues.nodes[0]?.updatedAt,
    deployments.nodes[0]?.createdAt,
  ].filter((time) => time !== undefined)
  return {
    changes: `${pullRequests.totalCount} ${pullRequests.nodes[0]?.updatedAt}`,
    tickets: `${issues.totalCount} ${issues.nodes[0]?.updatedAt}`,
    deployments: `${deployments.totalCount} ${deployments.nodes[0]?.createdAt} ${deployments.nodes[0]?.state}`,
    head: defaultBranchRef?.target?.oid ?? null,
    newest: times.toSorted().at(-1) ?? null,
  }
}
