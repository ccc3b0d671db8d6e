import { z } from 'zod'
import { Actor, isSame, kindOf } from '#collectors/github/actors.ts'
import { Connection } from '#collectors/github/pages.ts'
import type { Known } from '#collectors/repository.ts'
import { Instant } from '#lib/instant.ts'
import { PlainText } from '#lib/plain-text.ts'

// https://docs.github.com/en/graphql/reference/objects#issue
/** `since` looks at the last update; oldest first, so that a reading that is cut short goes on. */
export const ISSUES = `query Issues($owner: String!, $name: String!, $since: DateTime, $labels: [String!], $cursor: String, $pageSize: Int = 50) {
  rateLimit { cost remaining resetAt }
  repository(owner: $owner, name: $name) {
    list: issues(first: $pageSize, after: $cursor, filterBy: { since: $since, labels: $labels }, orderBy: { field: UPDATED_AT, direction: ASC }) {
      pageInfo { hasNextPage endCursor }
      nodes {
        id state createdAt updatedAt closedAt
        author { __typename login }
        assignees(first: 1) { totalCount }
        labels(first: 20) { nodes { name } }
        comments(first: 10) { pageInfo { hasNextPage endCursor } nodes { createdAt author { __typename login } } }
        reopened: timelineItems(first: 1, itemTypes: [REOPENED_EVENT]) { totalCount }
      }
    }
  }
}`

/** Every issue there is, so that what is no longer among them is gone. */
export const ISSUE_IDS = `query IssueIds($owner: String!, $name: String!, $labels: [String!], $cursor: String, $pageSize: Int = 100) {
  rateLimit { cost remaining resetAt }
  repository(owner: $owner, name: $name) {
    list: issues(first: $pageSize, after: $cursor, filterBy: { labels: $labels }, orderBy: { field: CREATED_AT, direction: ASC }) {
      pageInfo { hasNextPage endCursor }
      nodes { id }
    }
  }
}`

/** The comments after the first ten. */
export const ISSUE_COMMENTS = `query IssueComments($id: ID!, $cursor: String) {
  rateLimit { cost remaining resetAt }
  node(id: $id) { ... on Issue { list: comments(first: 100, after: $cursor) { pageInfo { hasNextPage endCursor } nodes { createdAt author { __typename login } } } } }
}`

const Comment = z.object({ createdAt: Instant, author: Actor })
type Comment = z.output<typeof Comment>

/** What tells whether an issue was answered. */
export const IssueNode = z.looseObject({ id: z.string(), author: Actor, comments: Connection })

/** The first comment by neither the author nor a bot; null when there is none. */
export function findResponse(
  author: Actor,
  comments: readonly unknown[],
  bots: ReadonlySet<string>,
): Comment | null {
  const read = comments.flatMap((comment) => Comment.safeParse(comment).data ?? [])
  return (
    read.find((one) => kindOf(one.author, bots) === 'human' && !isSame(one.author, author)) ?? null
  )
}

const Issue = z.object({
  id: PlainText,
  state: z.enum(['OPEN', 'CLOSED']),
  createdAt: Instant,
  closedAt: Instant.nullable(),
  author: Actor,
  assignees: z.object({ totalCount: z.int() }),
  labels: z.object({ nodes: z.array(z.object({ name: PlainText })) }),
  comments: z.object({ nodes: z.array(Comment) }),
  reopened: z.object({ totalCount: z.int() }),
})
type Issue = z.output<typeof Issue>

/** Labels that say what a ticket is about. */
export interface LabelRule {
  readonly label: string
  readonly category: string
  /** Id of the golden path that it is about. */
  readonly path?: string | undefined
}

export interface TicketFact {
  readonly kind: 'ticket'
  readonly row: Known<'tickets'>
}

/** Reads one node of `ISSUES`. The first rule whose label an issue has decides. */
export const ticketRecord = (rules: readonly LabelRule[], bots: ReadonlySet<string>) =>
  Issue.transform((node): TicketFact => {
    const labels = new Set(node.labels.nodes.map(({ name }) => name.toLowerCase()))
    const rule = rules.find(({ label }) => labels.has(label.toLowerCase()))
    return {
      kind: 'ticket',
      row: {
        native_id: node.id,
        // Whose question it was GitHub does not know: it knows a person.
        team_id: null,
        path_id: rule?.path ?? null,
        type: null,
        category: rule?.category ?? null,
        status_category: toStatus(node),
        opened_at: node.createdAt,
        first_response_at: findResponse(node.author, node.comments.nodes, bots)?.createdAt ?? null,
        resolved_at: node.state === 'CLOSED' ? node.closedAt : null,
        reopened_count: node.reopened.totalCount,
        channel: 'github-issues',
        opened_by_group: null,
        bot: kindOf(node.author, bots) === 'bot' ? 1 : 0,
        linked_request_id: null,
        session_count: null,
        platform_people_count: null,
        executed_by: null,
        both_sides_changed: null,
        co_design: null,
      },
    }
  })

function toStatus({ state, assignees }: Issue): NonNullable<TicketFact['row']['status_category']> {
  if (state === 'CLOSED') return 'done'
  return assignees.totalCount > 0 ? 'in_progress' : 'open'
}
