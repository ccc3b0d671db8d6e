import { z } from 'zod'
import { Instant } from '#lib/instant.ts'
import { PlainText } from '#lib/plain-text.ts'

/** What is looked at for whether something moved. */
export type MovingField = 'pullRequests' | 'issues' | 'deployments'

const NEWEST: Readonly<Record<MovingField, string>> = {
  pullRequests:
    'pullRequests(first: 1, orderBy: { field: UPDATED_AT, direction: DESC }) { totalCount nodes { updatedAt } }',
  issues:
    'issues(first: 1, orderBy: { field: UPDATED_AT, direction: DESC }) { totalCount nodes { updatedAt } }',
  deployments:
    'deployments(first: 1, orderBy: { field: CREATED_AT, direction: DESC }) { totalCount nodes { createdAt state } }',
}

// https://docs.github.com/en/graphql/reference/objects#repository
/**
 * Every repository of the organisation with what moved last in it. Only those in which something
 * moved are read further, so that a run with nothing new asks once per 100 repositories.
 */
export const repositoriesQuery = (
  fields: readonly MovingField[],
) => `query Repositories($org: String!, $cursor: String, $pageSize: Int = 100) {
  rateLimit { cost remaining resetAt }
  organization(login: $org) {
    list: repositories(first: $pageSize, after: $cursor, orderBy: { field: NAME, direction: ASC }) {
      pageInfo { hasNextPage endCursor }
      nodes {
        id databaseId nameWithOwner isArchived archivedAt createdAt
        primaryLanguage { name }
        defaultBranchRef { name target { oid } }
        ${fields.map((field) => NEWEST[field]).join('\n        ')}
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
  pullRequests: Touched.optional(),
  issues: Touched.optional(),
  deployments: z
    .object({
      totalCount: z.int(),
      nodes: z.array(z.object({ createdAt: Instant, state: z.string().nullable() })),
    })
    .optional(),
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
  /** Null: not looked at. */
  changes: z.string().nullable(),
  tickets: z.string().nullable(),
  deployments: z.string().nullable(),
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
  const [deployment] = deployments?.nodes ?? []
  const times = [
    pullRequests?.nodes[0]?.updatedAt,
    issues?.nodes[0]?.updatedAt,
    deployment?.createdAt,
  ].filter((time) => time !== undefined)
  return {
    changes: toText(pullRequests),
    tickets: toText(issues),
    deployments: deployments
      ? `${deployments.totalCount} ${deployment?.createdAt} ${deployment?.state}`
      : null,
    head: defaultBranchRef?.target?.oid ?? null,
    newest: times.toSorted().at(-1) ?? null,
  }
}

const toText = (touched: z.output<typeof Touched> | undefined) =>
  touched ? `${touched.totalCount} ${touched.nodes[0]?.updatedAt}` : null
