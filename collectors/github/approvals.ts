import { z } from 'zod'
import { kindOf } from '#collectors/github/actors.ts'
import { type GitHubClient, ScopedError } from '#collectors/github/client.ts'
import { Deployment, toUrl } from '#collectors/github/deployments.ts'
import type { Known } from '#collectors/repository.ts'
import { type TierRule, tierOf } from '#lib/environment-tier.ts'
import { SourceError } from '#lib/errors.ts'
import { Instant } from '#lib/instant.ts'
import type { Period } from '#lib/period.ts'
import { PlainText } from '#lib/plain-text.ts'

/** What an approval is evidence for. */
const REQUIREMENT = 'github-approval'

/** What is covered where all approvals were read: evidence for this requirement, and for no other. */
export const APPROVALS_SCOPE = `entity:policy_evidence:${REQUIREMENT}`

const Who = z.enum(['human', 'bot', 'platform', 'unknown'])
type Who = z.output<typeof Who>

const Approval = z.object({
  deployment: PlainText,
  sha: z.string(),
  /** When the deployment began to wait. */
  waitedFrom: Instant,
  /** When it went on, or ended: GitHub does not tell the moment of the decision itself. */
  decidedAt: Instant,
  url: z.string().nullable(),
  /** Whether its environment also makes everybody wait for a while; null: unknown. */
  hasTimer: z.boolean().nullable(),
  reviews: z.array(z.object({ state: z.enum(['approved', 'rejected']), by: Who })).min(1),
})
type Approval = z.output<typeof Approval>

export interface ApprovalFact {
  readonly kind: 'approval'
  readonly evidence: Known<'policy_evidence'>
  /** Null where it is not known that a person, and nothing else, was waited for. */
  readonly wait: Known<'steps'> | null
}

/** Reads what was decided about one deployment; who decided is told by its kind only. */
export const approvalRecord = Approval.transform(
  (approval): ApprovalFact => ({
    kind: 'approval',
    evidence: {
      native_id: `approval ${approval.deployment}`,
      subject_type: 'deployment',
      subject_id: approval.deployment,
      requirement_id: REQUIREMENT,
      result: onlyOf(approval.reviews.map(({ state }) => RESULTS[state])) ?? 'inconclusive',
      severity: null,
      produced_at: approval.decidedAt,
      ingested_at: null,
      collector_kind: onlyOf(approval.reviews.map(({ by }) => COLLECTED[by])),
      verified: 1,
      waiver_id: null,
      url: approval.url,
    },
    wait: toWait(approval),
  }),
)

const RESULTS = { approved: 'pass', rejected: 'fail' } as const

/** Evidence that a person had to give was not collected by a program. */
const COLLECTED = { human: 'manual', platform: 'manual', bot: 'automated', unknown: null } as const

/** Of a run that was started again GitHub does not tell which review was of which attempt. */
function onlyOf<T>(values: readonly T[]): T | null {
  const [first, ...others] = new Set(values)
  return first === undefined || others.length > 0 ? null : first
}

function toWait({ deployment, sha, waitedFrom, decidedAt, hasTimer, reviews }: Approval) {
  const isOfPeople = reviews.every(({ by }) => by === 'human' || by === 'platform')
  if (!isOfPeople || hasTimer !== false) return null
  return {
    native_id: `wait ${deployment}`,
    request_id: null,
    change_sha: sha,
    kind: 'human_wait' as const,
    started_at: waitedFrom,
    ended_at: decidedAt,
    actor_group: onlyOf(reviews.map(({ by }) => by)) === 'platform' ? 'platform' : null,
  }
}

// https://docs.github.com/en/graphql/reference/objects#deploymentprotectionrule
/** Which environments make everybody wait for a while. */
export const ENVIRONMENTS = `query Environments($owner: String!, $name: String!) {
  rateLimit { cost remaining resetAt }
  repository(owner: $owner, name: $name) {
    environments(first: 100) { nodes { name protectionRules(first: 10) { nodes { type timeout } } } }
  }
}`

const EnvironmentsAnswer = z.object({
  repository: z.object({
    environments: z.object({ nodes: z.array(z.unknown()).nullable() }).nullable(),
  }),
})

const Protected = z.object({
  name: z.string(),
  protectionRules: z.object({
    nodes: z.array(z.object({ type: z.string(), timeout: z.int() })),
  }),
})

const toTimer = ({ name, protectionRules }: z.output<typeof Protected>): [string, boolean] => [
  name,
  protectionRules.nodes.some(({ type, timeout }) => type === 'WAIT_TIMER' && timeout > 0),
]

interface ApprovalRules {
  /** Logins. */
  readonly bots: ReadonlySet<string>
  /** Logins of the platform team. */
  readonly platform: ReadonlySet<string>
  readonly environments: readonly TierRule[]
}

/** What was approved in an organisation, as one run reads it. */
export class Approvals {
  readonly client: GitHubClient
  readonly rules: ApprovalRules
  readonly #since: string[] = []
  #unread = 0
  #first: ScopedError | null = null
  /** The sign-in may not see approvals: no more are asked for. */
  isDenied = false

  constructor(client: GitHubClient, rules: ApprovalRules) {
    this.client = client
    this.rules = rules
  }

  noteFailure(error: ScopedError): void {
    this.#first ??= error
    this.isDenied ||= error.status === 403
  }

  /** What was decided about one deployment is not known. */
  noteUnread(): void {
    this.#unread += 1
  }

  /** Those of a repository are known from `since` on. */
  noteRead(since: string): void {
    this.#since.push(since)
  }

  /** Null unless those of all `repositories` are known. */
  covered(repositories: number, to: Date): Period | null {
    const from = this.#since.toSorted().at(-1)
    if (from === undefined || this.isDenied || this.#since.length < repositories) return null
    return { from: new Date(from), to }
  }

  /** What could not be read; null when all could. */
  failure(sourceId: string): SourceError | null {
    if (this.#unread === 0) return null
    const what = `approvals: those of ${this.#unread} deployments that waited could not be read, and the time up to them is not covered`
    const why = this.#first?.message ?? 'their statuses name no run'
    const todo = this.isDenied ? '; give the sign-in Actions, read-only, and collect anew' : ''
    return new SourceError(sourceId, `${what}: ${why}${todo}`, { cause: this.#first })
  }
}

/** What was found of deployments. */
export interface ReadApprovals {
  /** As they are to be read; without a name. */
  readonly nodes: readonly { readonly deployment: string }[]
  /** The latest decision that is not known; null when all are. */
  readonly gapAt: string | null
}

export const NO_APPROVALS: ReadApprovals = { nodes: [], gapAt: null }

/** What was approved in one repository. */
export class RepositoryApprovals {
  readonly #all: Approvals
  readonly #names: { readonly owner: string; readonly name: string }
  readonly #byRun = new Map<string, Promise<unknown[]>>()
  #timers: Promise<ReadonlyMap<string, boolean>> | null = null
  /** Runs go with age, and the newest are read first: older ones are gone, too. */
  #isGone = false

  constructor(all: Approvals, nameWithOwner: string) {
    const [owner = '', name = ''] = nameWithOwner.split('/')
    this.#all = all
    this.#names = { owner, name }
  }

  /** All of them are known from `since` on. */
  noteRead(since: string): void {
    this.#all.noteRead(since)
  }

  /**
   * Those of `nodes` that went on at or after `since`; null: all that ever waited. One request for
   * each run that made one of them.
   */
  async read(nodes: readonly unknown[], since: string | null): Promise<ReadApprovals> {
    const found: ReadApprovals['nodes'][number][] = []
    const gaps: string[] = []
    const gates = nodes.flatMap((node) => toGate(node, this.#all.rules.environments))
    for (const gate of gates.filter(({ decidedAt }) => since === null || decidedAt >= since)) {
      const reviews = await this.#reviewsOf(gate)
      if (reviews === null) {
        gaps.push(gate.decidedAt)
        this.#all.noteUnread()
      } else if (reviews.length > 0) {
        const { environments, runs: _, ...told } = gate
        const approval = { ...told, hasTimer: await this.#hasTimer(environments), reviews }
        // What goes to quarantine is not known.
        if (!Approval.safeParse(approval).success) gaps.push(gate.decidedAt)
        found.push(approval)
      }
    }
    return { nodes: found, gapAt: gaps.toSorted().at(-1) ?? null }
  }

  /** Null: unknown. Empty: nobody had to approve it. */
  async #reviewsOf({ runs, environments }: Gate): Promise<unknown[] | null> {
    if (this.#all.isDenied || this.#isGone || runs.length === 0) return null
    try {
      const all: unknown[] = []
      for (const run of runs) {
        const asked = this.#byRun.get(run) ?? this.#ask(run)
        this.#byRun.set(run, asked)
        all.push(...(await asked))
      }
      return all.flatMap((review) => reduceReview(review, environments, this.#all.rules))
    } catch (error) {
      // What only fails now is asked for again with the whole page.
      if (!(error instanceof ScopedError) || error.status === null) throw error
      this.#isGone ||= error.status === 404
      this.#all.noteFailure(error)
      return null
    }
  }

  // https://docs.github.com/en/rest/actions/workflow-runs#get-the-review-history-for-a-workflow-run
  async #ask(run: string): Promise<unknown[]> {
    const path = '/repos/{owner}/{name}/actions/runs/{run}/approvals'
    const pages = this.#all.client.listPages(z.unknown(), path, { ...this.#names, run })
    const all: unknown[] = []
    for await (const page of pages) all.push(...(Array.isArray(page) ? page : [page]))
    return all
  }

  async #hasTimer(environments: readonly string[]): Promise<boolean | null> {
    this.#timers ??= this.#readTimers()
    const timers = await this.#timers
    const own = environments.flatMap((name) => timers.get(name) ?? [])
    return own.length === 0 ? null : own.some(Boolean)
  }

  /** By name of the environment; without those that the sign-in may not see. */
  async #readTimers(): Promise<ReadonlyMap<string, boolean>> {
    try {
      const { data } = await this.#all.client.query(EnvironmentsAnswer, ENVIRONMENTS, this.#names)
      const nodes = data.repository.environments?.nodes ?? []
      return new Map(nodes.flatMap((node) => Protected.safeParse(node).data ?? []).map(toTimer))
    } catch (error) {
      if (!(error instanceof ScopedError) || error.missing.length === 0) throw error
      return new Map()
    }
  }
}

const Review = z.object({
  state: z.string(),
  environments: z.array(z.object({ name: z.string() })),
  user: z.object({ login: z.string(), type: z.string() }).nullish(),
})

/** A review of one of `environments`, without who it was and what they wrote; none of another. */
export function reduceReview(
  review: unknown,
  environments: readonly string[],
  { platform, bots }: ApprovalRules,
): unknown[] {
  const { data } = Review.safeParse(review)
  if (data === undefined) return [{ state: null, by: 'unknown' }]
  const { state, user } = data
  const isOfOthers = !data.environments.some(({ name }) => environments.includes(name))
  if (isOfOthers || state === 'pending') return []
  const isPlatform = user && platform.has(user.login.toLowerCase())
  const by: Who = isPlatform
    ? 'platform'
    : kindOf(user ? { __typename: user.type, login: user.login } : null, bots)
  return [{ state, by }]
}

/** Where a deployment waited until something let it go on, or ended it. */
interface Gate extends Pick<Approval, 'deployment' | 'sha' | 'waitedFrom' | 'decidedAt' | 'url'> {
  readonly environments: readonly string[]
  /** Ids of the runs that may have made it. */
  readonly runs: readonly string[]
}

function toGate(node: unknown, rules: readonly TierRule[]): Gate[] {
  const { data } = Deployment.safeParse(node)
  if (data === undefined) return []
  const environments = [data.latestEnvironment, data.environment].filter((name) => name !== null)
  const [name] = environments
  if (name === undefined) return []
  const mapped = tierOf(name, rules)
  if (mapped !== 'unmapped' && mapped.tier === null) return []
  const statuses = data.statuses.nodes.toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
  const begun = statuses.findIndex(({ state }) => state === 'WAITING')
  const waiting = statuses[begun]
  const decided = statuses.slice(begun).find(({ state }) => state !== 'WAITING')
  if (waiting === undefined || decided === undefined) return []
  const urls = statuses.flatMap(({ logUrl }) => toUrl(logUrl) ?? [])
  const runs = urls.flatMap((url) => /\/actions\/runs\/(\d+)/.exec(url)?.[1] ?? [])
  return [
    {
      deployment: data.id,
      sha: data.commitOid,
      waitedFrom: waiting.createdAt,
      decidedAt: decided.createdAt,
      url: urls[0] ?? null,
      environments,
      runs: [...new Set(runs)],
    },
  ]
}
