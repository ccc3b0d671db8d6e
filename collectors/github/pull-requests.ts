import { z } from 'zod'
import { Actor, isSame, kindOf } from '#collectors/github/actors.ts'
import type { Known } from '#collectors/repository.ts'
import { Instant } from '#lib/instant.ts'
import { PlainText } from '#lib/plain-text.ts'

// https://docs.github.com/en/graphql/reference/objects#pullrequest
/** There is no `since`: merged pull requests, last touched first. */
export const PULL_REQUESTS = `query PullRequests($owner: String!, $name: String!, $cursor: String, $pageSize: Int = 50) {
  rateLimit { cost remaining resetAt }
  repository(owner: $owner, name: $name) {
    list: pullRequests(first: $pageSize, after: $cursor, states: [MERGED], orderBy: { field: UPDATED_AT, direction: DESC }) {
      pageInfo { hasNextPage endCursor }
      nodes {
        id number title createdAt mergedAt updatedAt headRefName additions deletions
        author { __typename login }
        mergeCommit { oid }
        commits(first: 1) { nodes { commit { authoredDate } } }
        reviews(first: 10) { nodes { state submittedAt author { __typename login } } }
        ready: timelineItems(first: 1, itemTypes: [READY_FOR_REVIEW_EVENT]) { nodes { ... on ReadyForReviewEvent { createdAt } } }
      }
    }
  }
}`

const Review = z.object({
  state: z.string(),
  submittedAt: Instant.nullable(),
  author: Actor,
})

const PullRequest = z.object({
  id: PlainText,
  number: z.int(),
  title: z.string(),
  createdAt: Instant,
  mergedAt: Instant,
  headRefName: z.string(),
  additions: z.int().min(0),
  deletions: z.int().min(0),
  author: Actor,
  mergeCommit: z.object({ oid: z.string() }).nullable(),
  commits: z.object({
    nodes: z.array(z.object({ commit: z.object({ authoredDate: Instant }) })),
  }),
  reviews: z.object({ nodes: z.array(Review) }),
  ready: z.object({ nodes: z.array(z.object({ createdAt: Instant })) }),
})
type PullRequest = z.output<typeof PullRequest>

export interface ChangeFact {
  readonly kind: 'change'
  readonly row: Omit<Known<'changes'>, 'repository_id'>
}

/** Reads one node of `PULL_REQUESTS`. */
export const changeRecord = (bots: ReadonlySet<string>) =>
  PullRequest.transform((node): ChangeFact => ({ kind: 'change', row: toChange(node, bots) }))

function toChange(node: PullRequest, bots: ReadonlySet<string>): ChangeFact['row'] {
  const { id, number, createdAt, mergedAt, author, mergeCommit, additions, deletions } = node
  const reviews = listReviews(node, bots)
  const approval = reviews.find(({ state }) => state === 'APPROVED')
  return {
    native_id: id,
    number,
    first_commit_at: firstCommit(node),
    opened_at: createdAt,
    // One that was opened as a draft became ready later.
    ready_at: node.ready.nodes[0]?.createdAt ?? createdAt,
    first_review_at: reviews[0]?.at ?? null,
    approved_at: approval?.at ?? null,
    merged_at: mergedAt,
    merge_sha: mergeCommit?.oid ?? null,
    size_lines: additions + deletions,
    author_kind: kindOf(author, bots),
    reverts: toReverted(node),
  }
}

/** Author time of the oldest commit; a clock that ran ahead says nothing. */
function firstCommit({ commits, mergedAt }: PullRequest): string | null {
  const first = commits.nodes[0]?.commit.authoredDate ?? null
  return first !== null && first <= mergedAt ? first : null
}

/** What other people submitted, oldest first; a pending review was not submitted. */
function listReviews({ reviews, author }: PullRequest, bots: ReadonlySet<string>) {
  return reviews.nodes
    .flatMap((review) =>
      review.submittedAt === null ? [] : [{ ...review, at: review.submittedAt }],
    )
    .filter((review) => kindOf(review.author, bots) === 'human' && !isSame(review.author, author))
    .toSorted((a, b) => (a.at < b.at ? -1 : 1))
}

/** GitHub's revert button names the branch after the pull request, and the title after its title. */
function toReverted({ title, headRefName }: PullRequest): string | null {
  const [, number] = /^revert-(\d{1,9})-/.exec(headRefName) ?? []
  return number !== undefined && title.startsWith('Revert "') ? `#${number}` : null
}
