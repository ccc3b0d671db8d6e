import { createHash } from 'node:crypto'

/** What a local GitHub holds: one organisation. Tests change it as they like. */
export interface World {
  readonly org: string
  readonly repositories: StoredRepository[]
  readonly teams: StoredTeam[]
  /** Custom properties by repository name. */
  readonly properties: Record<string, Record<string, string | null>>
  readonly ruleSuites: StoredRuleSuite[]
  /** Fields of every repository that the sign-in may not see. */
  readonly hidden: readonly string[]
  /** Addresses of REST that the sign-in may not see, and how it is told. */
  readonly refused: { readonly path: RegExp; readonly status: 403 | 404 }[]
}

export interface StoredRepository {
  readonly id: string
  readonly databaseId: number
  name: string
  isArchived: boolean
  readonly createdAt: string
  readonly language: string | null
  readonly topics: readonly string[]
  /** The main line, oldest first. */
  readonly commits: StoredCommit[]
  readonly tags: StoredTag[]
  readonly pullRequests: StoredPullRequest[]
  readonly issues: StoredIssue[]
  readonly deployments: StoredDeployment[]
  readonly environments: StoredEnvironment[]
  readonly rulesets: StoredRuleset[]
  /** Older protection of the main line; null: none. */
  protection: StoredProtection | null
  readonly runs: StoredRun[]
  /** Open Dependabot alerts. */
  readonly alerts: StoredAlert[]
  /** Open alerts of code scanning and of secrets, as REST tells them; null: switched off. */
  readonly codeAlerts: object[] | null
  readonly secretAlerts: object[] | null
}

export interface StoredCommit {
  readonly oid: string
  readonly committedDate: string
  /** What it writes; null removes. */
  readonly files: Readonly<Record<string, string | null>>
}

export interface StoredTag {
  readonly name: string
  readonly commit: string
  /** Of an annotated tag. */
  readonly taggedAt: string | null
}

export interface StoredActor {
  readonly kind: 'User' | 'Bot'
  readonly login: string
}

export interface StoredPullRequest {
  readonly id: string
  readonly number: number
  title: string
  readonly createdAt: string
  mergedAt: string | null
  updatedAt: string
  readonly headRefName: string
  readonly additions: number
  readonly deletions: number
  readonly author: StoredActor | null
  readonly mergeSha: string
  readonly firstCommitAt: string
  readonly readyAt: string | null
  readonly reviews: readonly StoredReview[]
}

export interface StoredReview {
  readonly state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'PENDING'
  /** Null while pending. */
  readonly submittedAt: string | null
  readonly author: StoredActor | null
}

export interface StoredIssue {
  readonly id: string
  readonly number: number
  title: string
  readonly createdAt: string
  updatedAt: string
  closedAt: string | null
  readonly author: StoredActor | null
  body: string
  labels: readonly string[]
  readonly comments: readonly {
    readonly createdAt: string
    readonly author: StoredActor | null
    readonly body?: string
  }[]
  readonly reopenedAt: readonly string[]
}

export interface StoredDeployment {
  readonly id: string
  readonly environment: string
  readonly createdAt: string
  readonly commitOid: string
  readonly creator: StoredActor | null
  /** In the order in which they were added. */
  readonly statuses: StoredStatus[]
}

export interface StoredStatus {
  readonly state:
    | 'QUEUED'
    | 'PENDING'
    | 'WAITING'
    | 'IN_PROGRESS'
    | 'SUCCESS'
    | 'FAILURE'
    | 'ERROR'
    | 'INACTIVE'
  readonly createdAt: string
  readonly logUrl?: string
}

export interface StoredTeam {
  readonly slug: string
  readonly name: string
  readonly parent: string | null
  /** By repository name. */
  readonly permissions: Record<string, 'ADMIN' | 'MAINTAIN' | 'WRITE' | 'READ'>
}

export interface StoredEnvironment {
  readonly name: string
  readonly reviewers: number
  /** Minutes that everybody waits. */
  readonly timer: number
}

export interface StoredProtection {
  readonly reviews: number | null
  readonly checks: readonly string[]
  readonly codeOwners: boolean
  readonly signatures: boolean
}

export interface StoredRuleset {
  readonly id: number
  readonly name: string
  enforcement: 'ACTIVE' | 'EVALUATE' | 'DISABLED'
  readonly updatedAt: string
  readonly rules: readonly { readonly type: string; readonly parameters: object | null }[]
}

export interface StoredRuleSuite {
  readonly id: number
  readonly repository: string
  readonly pushedAt: string
  readonly result: 'pass' | 'fail' | 'bypass'
  readonly actor: string
}

export interface StoredRun {
  readonly id: number
  readonly path: string
  readonly headSha: string
  readonly createdAt: string
  updatedAt: string
  status: 'completed' | 'in_progress' | 'queued'
  conclusion: string | null
  /** How often it was started; all but the last failed. */
  attempts: number
  readonly referenced: readonly string[]
  /** What was decided about its deployments. */
  readonly reviews: readonly StoredDeploymentReview[]
}

export interface StoredDeploymentReview {
  readonly state: string
  readonly environment: string
  /** Null: the account is gone. */
  readonly user: StoredActor | null
}

export interface StoredAlert {
  readonly number: number
  readonly createdAt: string
  readonly severity: 'LOW' | 'MODERATE' | 'HIGH' | 'CRITICAL'
}

let serial = 0
const next = () => {
  serial += 1
  return serial
}

export const HUMAN: StoredActor = { kind: 'User', login: 'robin' }
export const COLLEAGUE: StoredActor = { kind: 'User', login: 'kim' }
export const BOT: StoredActor = { kind: 'Bot', login: 'renovate' }

export function aWorld(world: Partial<World> = {}): World {
  return {
    org: 'acme',
    repositories: [],
    teams: [],
    properties: {},
    ruleSuites: [],
    hidden: [],
    refused: [],
    ...world,
  }
}

export function aRepository(
  name: string,
  repository: Partial<StoredRepository> = {},
): StoredRepository {
  const databaseId = next()
  return {
    id: `R_${name}_${databaseId}`,
    databaseId,
    name,
    isArchived: false,
    createdAt: '2026-01-01T00:00:00Z',
    language: 'Go',
    topics: [],
    commits: [],
    tags: [],
    pullRequests: [],
    issues: [],
    deployments: [],
    environments: [],
    rulesets: [],
    protection: null,
    runs: [],
    alerts: [],
    codeAlerts: [],
    secretAlerts: [],
    ...repository,
  }
}

/** Merged, by a person, without a review. */
export function aPullRequest(
  number: number,
  at: string,
  pullRequest: Partial<StoredPullRequest> = {},
): StoredPullRequest {
  return {
    id: `PR_${next()}`,
    number,
    title: `Change ${number}`,
    createdAt: at,
    mergedAt: at,
    updatedAt: at,
    headRefName: `topic-${number}`,
    additions: 10,
    deletions: 2,
    author: HUMAN,
    mergeSha: toSha(`merge ${number} ${at}`),
    firstCommitAt: at,
    readyAt: null,
    reviews: [],
    ...pullRequest,
  }
}

export function anIssue(
  number: number,
  createdAt: string,
  issue: Partial<StoredIssue> = {},
): StoredIssue {
  return {
    id: `I_${next()}`,
    number,
    title: `Question ${number}`,
    body: '',
    createdAt,
    updatedAt: createdAt,
    closedAt: null,
    author: HUMAN,
    labels: [],
    comments: [],
    reopenedAt: [],
    ...issue,
  }
}

/** To production, successful after a minute unless `statuses` say otherwise. */
export function aDeployment(
  createdAt: string,
  deployment: Partial<StoredDeployment> = {},
): StoredDeployment {
  const done = new Date(Date.parse(createdAt) + 60_000).toISOString().replace('.000', '')
  return {
    id: `DE_${next()}`,
    environment: 'production',
    createdAt,
    commitOid: toSha(`deployed ${createdAt}`),
    creator: HUMAN,
    statuses: [{ state: 'SUCCESS', createdAt: done }],
    ...deployment,
  }
}

/** Done, by a push, of `.github/workflows/ship.yml`. */
export function aRun(id: number, createdAt: string, run: Partial<StoredRun> = {}): StoredRun {
  return {
    id,
    path: '.github/workflows/ship.yml',
    headSha: toSha(`run ${id}`),
    createdAt,
    updatedAt: createdAt,
    status: 'completed',
    conclusion: 'success',
    attempts: 1,
    referenced: [],
    reviews: [],
    ...run,
  }
}

export const toSha = (text: string) => createHash('sha1').update(text).digest('hex')

/** The name that git gives to a content. */
export const toBlobId = (text: string) => toSha(`blob ${Buffer.byteLength(text)}\0${text}`)

/** Files by path as they are after the first `count` commits. */
export function filesAfter(
  commits: readonly StoredCommit[],
  count = commits.length,
): Map<string, string> {
  const files = new Map<string, string>()
  for (const commit of commits.slice(0, count)) {
    for (const [path, text] of Object.entries(commit.files)) {
      if (text === null) files.delete(path)
      else files.set(path, text)
    }
  }
  return files
}
