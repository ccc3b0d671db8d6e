import { z } from 'zod'
import type { Actor } from '#collectors/github/actors.ts'
import { toLogins } from '#collectors/github/actors.ts'
import { toHost } from '#collectors/github/collector.ts'
import { deploymentRecord } from '#collectors/github/deployments.ts'
import { issueRecord, issuesOf, reduceIssue } from '#collectors/github/issues.ts'
import { changeRecord } from '#collectors/github/pull-requests.ts'
import {
  type DeploymentNode,
  type HeardFact,
  type HeardOptions,
  saveHeard,
} from '#collectors/github/save-heard.ts'
import { type EventReader, passIssues, type Told } from '#collectors/received.ts'
import type { KeptEvent } from '#db/received-events.ts'
import { Instant } from '#lib/instant.ts'

/**
 * Reads deliveries of webhooks as what GraphQL answers, so that the same mapping applies. They only
 * make the source fresher: what it read later, or read and they do not tell, stays.
 */
export function webhookReader(options: HeardOptions): EventReader<HeardFact> {
  const readers = toReaders(options)
  return {
    toScope: () => 'webhooks',
    event: z.custom<KeptEvent>().transform((kept, context): Told<HeardFact> => {
      const read = readers.get(kept.type)
      if (read === undefined) return { ignored: REASONS.get(kept.type) ?? NOT_READ }
      const body = parseBody(kept.body)
      if (body !== undefined) return passIssues(read(body), context)
      context.addIssue('is not JSON')
      return z.NEVER
    }),
    save: (tx, told, _page, observedAt) => saveHeard(tx, options, told, observedAt),
  }
}

const NOT_READ = 'the source does not read what it is about'

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ping', 'it only says that the webhook was set up'],
  ['push', 'files are read by the next collection'],
  ['issue_comment', 'answers are read by the next collection'],
  ['pull_request_review', 'reviews are read by the next collection'],
])

function parseBody(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

// https://docs.github.com/en/webhooks/webhook-events-and-payloads
const User = z
  .object({ login: z.string(), type: z.string() })
  .nullable()
  .transform((user): Actor => user && { __typename: user.type, login: user.login })

const Repository = z.object({
  node_id: z.string(),
  name: z.string(),
  full_name: z.string().regex(/^[\w.-]+\/[\w.-]+$/),
})

const Deployment = z.object({
  node_id: z.string(),
  sha: z.string(),
  environment: z.string(),
  created_at: z.string(),
  creator: User,
})

const Status = z.object({
  state: z.string().transform((state) => state.toUpperCase()),
  created_at: z.string(),
  log_url: z.string().nullish(),
  target_url: z.string().nullish(),
})

const DeploymentEvent = z.object({
  deployment: Deployment,
  deployment_status: Status.nullish(),
  repository: Repository,
})

function toDeploymentNode({
  deployment,
  deployment_status: status,
}: z.output<typeof DeploymentEvent>): DeploymentNode {
  const url = status?.log_url || status?.target_url || null
  const nodes = status ? [{ state: status.state, createdAt: status.created_at, logUrl: url }] : []
  return {
    id: deployment.node_id,
    createdAt: deployment.created_at,
    environment: deployment.environment,
    latestEnvironment: null,
    commitOid: deployment.sha,
    state: status?.state ?? 'PENDING',
    creator: deployment.creator,
    statuses: { nodes },
  }
}

const PullRequestEvent = z.object({
  action: z.string(),
  pull_request: z.object({
    node_id: z.string(),
    number: z.int(),
    title: z.string(),
    created_at: z.string(),
    merged: z.boolean().optional(),
    merged_at: z.string().nullable(),
    merge_commit_sha: z.string().nullable(),
    head: z.object({ ref: z.string() }),
    additions: z.int().optional(),
    deletions: z.int().optional(),
    user: User,
  }),
  repository: Repository,
})

function toPullRequestNode({ pull_request: pull }: z.output<typeof PullRequestEvent>) {
  return {
    id: pull.node_id,
    number: pull.number,
    title: pull.title,
    createdAt: pull.created_at,
    mergedAt: pull.merged_at,
    headRefName: pull.head.ref,
    additions: pull.additions ?? 0,
    deletions: pull.deletions ?? 0,
    author: pull.user,
    mergeCommit: pull.merge_commit_sha === null ? null : { oid: pull.merge_commit_sha },
    commits: { nodes: [] },
    reviews: { nodes: [] },
    ready: { nodes: [] },
  }
}

const IssueEvent = z.object({
  action: z.string(),
  issue: z.object({
    node_id: z.string(),
    title: z.string().default(''),
    created_at: z.string(),
    updated_at: Instant,
    closed_at: z.string().nullable(),
    user: User,
    assignees: z.array(z.unknown()).default([]),
    labels: z.array(z.object({ name: z.string() })).default([]),
  }),
  repository: Repository,
})

const toIssueNode = ({ issue }: z.output<typeof IssueEvent>) => ({
  id: issue.node_id,
  title: issue.title,
  // Old events lack the state; one that was opened again has no end either.
  state: issue.closed_at === null ? 'OPEN' : 'CLOSED',
  createdAt: issue.created_at,
  closedAt: issue.closed_at,
  author: issue.user,
  assignees: { totalCount: issue.assignees.length },
  labels: { nodes: issue.labels },
  comments: { nodes: [] },
  reopened: { totalCount: 0 },
})

type Read = (body: unknown) => z.ZodSafeParseResult<Told<HeardFact>>

function toReaders(options: HeardOptions): ReadonlyMap<string, Read> {
  const { environments, baseUrl } = options
  const bots = toLogins(options.bots)
  const host = toHost(baseUrl)
  const toRepository = ({ node_id: node, full_name: name }: z.output<typeof Repository>) => ({
    node,
    id: `${host}/${name}`,
  })
  const deployment = deploymentRecord({ bots, tiers: environments })
  const change = changeRecord(bots)

  const deployed = DeploymentEvent.transform((event, context): Told<HeardFact> => {
    const node = toDeploymentNode(event)
    const { kind } = passIssues(deployment.safeParse(node), context)
    if (kind === 'ignored') return { ignored: 'its environment is none of a service' }
    return { fact: { kind, repository: toRepository(event.repository), node } }
  })

  const merged = PullRequestEvent.transform((event, context): Told<HeardFact> => {
    const { action, pull_request: pull } = event
    if (action !== 'closed') return { ignored: 'only merged pull requests are read' }
    if (pull.merged_at === null) return { ignored: 'it was closed without being merged' }
    const { kind, row } = passIssues(change.safeParse(toPullRequestNode(event)), context)
    const isSized = pull.additions !== undefined && pull.deletions !== undefined
    const unknown = { ready_at: null, ...(!isSized && { size_lines: null }) }
    return {
      fact: { kind, repository: toRepository(event.repository), row: { ...row, ...unknown } },
    }
  })

  const asked = IssueEvent.transform((event, context): Told<HeardFact> => {
    const { action, issue, repository } = event
    if (GONE.has(action)) return { ignored: 'issues that are gone are looked for once a day' }
    const reading = issuesOf(options, repository.name)
    if (!reading?.tickets) return { ignored: 'issues of its repository are no tickets' }
    const told = issueRecord.safeParse(reduceIssue(toIssueNode(event), reading))
    const { ticket: row, incident } = passIssues(told, context)
    if (incident?.ignored === false) return { ignored: 'incidents wait for the next collection' }
    if (!row) return { ignored: 'it has none of the labels of tickets' }
    const { updated_at: updatedAt } = issue
    return {
      fact: { kind: 'ticket', repository: toRepository(repository), row, updatedAt, action },
      about: { subject: issue.node_id, occurredAt: updatedAt },
    }
  })

  return new Map<string, Read>([
    ['deployment', (body) => deployed.safeParse(body)],
    ['deployment_status', (body) => deployed.safeParse(body)],
    ['pull_request', (body) => merged.safeParse(body)],
    ['issues', (body) => asked.safeParse(body)],
  ])
}

const GONE: ReadonlySet<string> = new Set(['deleted', 'transferred'])
