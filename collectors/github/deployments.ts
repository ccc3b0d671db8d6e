import { z } from 'zod'
import { Actor, kindOf } from '#collectors/github/actors.ts'
import { Connection } from '#collectors/github/pages.ts'
import type { Known } from '#collectors/repository.ts'
import { type TierRule, tierOf } from '#lib/environment-tier.ts'
import { Instant } from '#lib/instant.ts'
import { PlainText } from '#lib/plain-text.ts'

const FIELDS = `id createdAt environment latestEnvironment commitOid state
  creator { __typename login }
  statuses(first: 20) { pageInfo { hasNextPage endCursor } nodes { state createdAt logUrl } }`

/** The runs on the commit, of which one may have deployed it. */
const RUNS =
  'commit { checkSuites(first: 20) { nodes { workflowRun { databaseId file { path } } } } }'

const toFields = (withRuns: boolean) => (withRuns ? `${FIELDS} ${RUNS}` : FIELDS)

// https://docs.github.com/en/graphql/reference/objects#deployment
/** By creation, the only order there is; a new status does not move a deployment. */
export const deploymentsQuery = (
  withRuns: boolean,
) => `query Deployments($owner: String!, $name: String!, $cursor: String, $pageSize: Int = 50) {
  rateLimit { cost remaining resetAt }
  repository(owner: $owner, name: $name) {
    list: deployments(first: $pageSize, after: $cursor, orderBy: { field: CREATED_AT, direction: DESC }) {
      pageInfo { hasNextPage endCursor }
      nodes { ${toFields(withRuns)} }
    }
  }
}`

/** Known deployments that were not final; at most 100. */
export const deploymentsByIdQuery = (withRuns: boolean) => `query DeploymentsById($ids: [ID!]!) {
  rateLimit { cost remaining resetAt }
  nodes(ids: $ids) { ... on Deployment { ${toFields(withRuns)} } }
}`

/** The rest of a long list of statuses. */
export const DEPLOYMENT_STATUSES = `query DeploymentStatuses($id: ID!, $cursor: String) {
  rateLimit { cost remaining resetAt }
  node(id: $id) { ... on Deployment { list: statuses(first: 100, after: $cursor) { pageInfo { hasNextPage endCursor } nodes { state createdAt logUrl } } } }
}`

/** How known deployments stand now; at most 100. */
export const DEPLOYMENT_STATES = `query DeploymentStates($ids: [ID!]!) {
  rateLimit { cost remaining resetAt }
  nodes(ids: $ids) { ... on Deployment { id state updatedAt } }
}`

/** What tells how a deployment stands, before it is read whole. */
export const DeploymentNode = z.looseObject({
  id: z.string(),
  createdAt: z.string(),
  state: z.string().nullable(),
  statuses: Connection,
})

const FINAL: ReadonlySet<string> = new Set([
  'FAILURE',
  'ERROR',
  'INACTIVE',
  'DESTROYED',
  'ABANDONED',
])

/** Nothing more is going to happen to it. */
export const isFinal = (state: string | null) => state !== null && FINAL.has(state)

/** It succeeded and serves: another may still supersede it. */
export const isServing = (state: string | null) => state === 'ACTIVE' || state === 'SUCCESS'

const Status = z.object({
  state: z.string(),
  createdAt: Instant,
  logUrl: z.string().nullish(),
})
type Status = z.output<typeof Status>

const CheckSuite = z
  .object({
    workflowRun: z
      .object({ databaseId: z.int().nullable(), file: z.object({ path: PlainText }).nullable() })
      .nullable(),
  })
  .nullable()

/** Null where the sign-in may not see checks. */
const Commit = z
  .object({ checkSuites: z.object({ nodes: z.array(CheckSuite).nullable() }).nullable() })
  .nullish()

/** As GitHub gives it, with all of its statuses. */
export const Deployment = z.object({
  id: PlainText,
  createdAt: Instant,
  environment: PlainText.nullable(),
  latestEnvironment: PlainText.nullable(),
  commitOid: z.string(),
  state: z.string().nullable(),
  creator: Actor,
  statuses: z.object({ nodes: z.array(Status) }),
  commit: Commit,
})
export type Deployment = z.output<typeof Deployment>

export interface DeploymentFact {
  readonly kind: 'deployment'
  readonly row: Known<'deployments'>
  readonly statuses: readonly { readonly state: string; readonly at: string }[]
  /** The file of the workflow whose run deployed it; null: unknown. */
  readonly workflow: string | null
}

interface DeploymentRules {
  readonly bots: ReadonlySet<string>
  readonly tiers: readonly TierRule[]
}

/** Reads one deployment with its statuses; an environment that is not the service's own is ignored. */
export const deploymentRecord = ({ bots, tiers }: DeploymentRules) =>
  Deployment.transform((node): DeploymentFact | { readonly kind: 'ignored' } => {
    const environment = node.latestEnvironment ?? node.environment
    const mapped = environment === null ? 'unmapped' : tierOf(environment, tiers)
    if (mapped !== 'unmapped' && mapped.tier === null) return { kind: 'ignored' }
    const tier = mapped === 'unmapped' ? null : mapped.tier
    const statuses = node.statuses.nodes.toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
    return {
      kind: 'deployment',
      row: {
        native_id: node.id,
        environment,
        environment_tier: tier,
        sha: node.commitOid,
        version: null,
        created_at: node.createdAt,
        ...toCourse(node, statuses),
        kind: null,
        redeploy_of: null,
        rollback_of: null,
        initiator_kind: kindOf(node.creator, bots),
        path_id: null,
        path_version: null,
        mechanism: null,
      },
      statuses: statuses.map(({ state, createdAt }) => ({ state, at: createdAt })),
      workflow: workflowOf(node),
    }
  })

/** A deployment has no link to its run: an address in a status tells which of the runs it was. */
function workflowOf({ statuses, commit }: Deployment): string | null {
  const ids = statuses.nodes.map(({ logUrl }) => /\/actions\/runs\/(\d+)/.exec(logUrl ?? '')?.[1])
  const runs = (commit?.checkSuites?.nodes ?? []).flatMap((suite) => suite?.workflowRun ?? [])
  const run = runs.find(({ databaseId }) => ids.includes(String(databaseId)))
  return run?.file?.path ?? null
}

const ENDS: Readonly<Record<string, 'success' | 'failure'>> = {
  SUCCESS: 'success',
  FAILURE: 'failure',
  ERROR: 'failure',
}

type Course = Pick<
  Known<'deployments'>,
  'started_at' | 'finished_at' | 'outcome' | 'superseded_at' | 'url'
>

/**
 * The first SUCCESS, FAILURE or ERROR ends a deployment. INACTIVE is no failure: GitHub adds it to
 * one that had succeeded when a newer one replaces it.
 */
function toCourse({ createdAt, state }: Deployment, statuses: readonly Status[]): Course {
  const begun = statuses.find((status) => status.state === 'IN_PROGRESS')
  const end = statuses.find((status) => ENDS[status.state] !== undefined)
  const replaced = statuses.find((status) => status.state === 'INACTIVE')
  return {
    started_at: begun?.createdAt ?? createdAt,
    finished_at: end?.createdAt ?? null,
    outcome: end ? (ENDS[end.state] ?? 'unknown') : toOutcome(state),
    superseded_at: replaced?.createdAt ?? null,
    url: toUrl(statuses.find(({ logUrl }) => toUrl(logUrl) !== null)?.logUrl),
  }
}

/** Without a status that ends it: ACTIVE and INACTIVE had succeeded, at a time that nobody knows. */
function toOutcome(state: string | null): Course['outcome'] {
  if (state === 'ACTIVE' || state === 'INACTIVE' || state === 'SUCCESS') return 'success'
  if (state === 'FAILURE' || state === 'ERROR') return 'failure'
  return state === 'ABANDONED' || state === 'DESTROYED' || state === null ? 'unknown' : 'open'
}

/** An address that may be linked to; else null. */
export const toUrl = (text: string | null | undefined) =>
  typeof text === 'string' && /^https?:\/\/\S{1,500}$/.test(text) ? text : null
