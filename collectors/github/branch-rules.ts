import { z } from 'zod'
import { isOf, pinnedComponents, type WatchedPath } from '#collectors/evidence/watch.ts'
import { type GitHubClient, ScopedError } from '#collectors/github/client.ts'
import { type PolicyFact, toStateOfRepository } from '#collectors/github/rule-suites.ts'
import { SourceError } from '#lib/errors.ts'
import { Instant } from '#lib/instant.ts'
import { tellFaults } from '#lib/shape-faults.ts'

// https://docs.github.com/en/graphql/reference/objects#ref
/**
 * What the default branch is held to. GitHub lists rules of rulesets here only while they are
 * enforced; `refUpdateRule` is what older protection of the branch asks for, without a right to
 * administer it.
 */
export const BRANCH_RULES = `query BranchRules($owner: String!, $name: String!) {
  rateLimit { cost remaining resetAt }
  repository(owner: $owner, name: $name) {
    defaultBranchRef {
      refUpdateRule { requiredApprovingReviewCount requiredStatusCheckContexts requiresCodeOwnerReviews requiresSignatures }
      rules(first: 100) {
        pageInfo { hasNextPage }
        nodes {
          type
          parameters {
            __typename
            ... on PullRequestParameters { requiredApprovingReviewCount requireCodeOwnerReview }
            ... on WorkflowsParameters { workflows { path repositoryId } }
          }
          repositoryRuleset { databaseId updatedAt }
        }
      }
    }
  }
}`

const Answer = z.object({ repository: z.object({ defaultBranchRef: z.unknown() }) })

const Rule = z.object({
  type: z.string(),
  parameters: z
    .object({
      requiredApprovingReviewCount: z.int(),
      requireCodeOwnerReview: z.boolean(),
      workflows: z.array(z.object({ path: z.string(), repositoryId: z.int() })),
    })
    .partial()
    .nullable(),
  repositoryRuleset: z.object({ databaseId: z.int().nullable(), updatedAt: Instant }).nullable(),
})
type Rule = z.output<typeof Rule>

const Branch = z.object({
  refUpdateRule: z
    .object({
      requiredApprovingReviewCount: z.int().nullable(),
      requiredStatusCheckContexts: z.array(z.string().nullable()).nullable(),
      requiresCodeOwnerReviews: z.boolean(),
      requiresSignatures: z.boolean(),
    })
    .nullable(),
  rules: z.object({ pageInfo: z.object({ hasNextPage: z.boolean() }), nodes: z.array(Rule) }),
})

type Protection = z.output<typeof Branch>['refUpdateRule']

interface Asked {
  /** What is required, as `policy_evidence` calls it. */
  readonly id: string
  readonly byRule: (rule: Rule) => boolean
  readonly byProtection: (protection: NonNullable<Protection>) => boolean
}

const hasReviews = (count: number | null | undefined) => (count ?? 0) > 0

const REQUIREMENTS: readonly Asked[] = [
  {
    id: 'github-reviews',
    byRule: ({ parameters }) => hasReviews(parameters?.requiredApprovingReviewCount),
    byProtection: (protection) => hasReviews(protection.requiredApprovingReviewCount),
  },
  {
    id: 'github-code-owner-reviews',
    byRule: ({ parameters }) => parameters?.requireCodeOwnerReview ?? false,
    byProtection: (protection) => protection.requiresCodeOwnerReviews,
  },
  {
    id: 'github-status-checks',
    byRule: ({ type }) => type === 'REQUIRED_STATUS_CHECKS',
    byProtection: (protection) => (protection.requiredStatusCheckContexts ?? []).length > 0,
  },
  {
    id: 'github-workflows',
    byRule: ({ type }) => type === 'WORKFLOWS',
    byProtection: () => false,
  },
  {
    id: 'github-code-scanning',
    byRule: ({ type }) => type === 'CODE_SCANNING',
    byProtection: () => false,
  },
  {
    id: 'github-signatures',
    byRule: ({ type }) => type === 'REQUIRED_SIGNATURES',
    byProtection: (protection) => protection.requiresSignatures,
  },
]

/** What was read of the rules of a repository, where the next reading goes on. */
export const KnownRules = z.object({
  readAt: z.string(),
  /** By requirement. */
  results: z.record(z.string(), z.enum(['pass', 'fail'])),
  mandates: z.array(z.object({ ruleset: z.int(), pathId: z.string(), since: z.string() })),
})
export type KnownRules = z.output<typeof KnownRules>

/** A ruleset that makes repositories run a golden path's workflow, since it was as it is. */
export type RequiredPath = KnownRules['mandates'][number] & {
  readonly repositories: readonly string[]
}

export interface MandatesFact {
  readonly kind: 'mandates'
  /** All there are. */
  readonly required: readonly RequiredPath[]
  /** When that was told before, by our clock; null: never. */
  readonly toldAt: string | null
}

const DAY_MS = 24 * 60 * 60_000
/** Repositories whose rules are hidden in one run; then it is not theirs, and no more are asked for. */
const MOST_HIDDEN = 3

export interface BranchRulesOptions {
  readonly sourceId: string
  readonly client: GitHubClient
  readonly paths: readonly WatchedPath[]
  /** `owner/name` by GitHub's number of the repository. */
  readonly names: ReadonlyMap<number | null, string>
}

export interface BranchOfRepository {
  /** GitHub's node id. */
  readonly node: string
  readonly repositoryId: string
  readonly nameWithOwner: string
  readonly isArchived: boolean
  readonly known: KnownRules | null
  readonly now: Date
}

export interface ReadRules {
  readonly known: KnownRules
  /** What is another than it was. */
  readonly facts: readonly PolicyFact[]
  /** Why it cannot be read; null when it can. */
  readonly fault: string | null
}

const NOTHING: KnownRules = { readAt: '', results: {}, mandates: [] }

function isOfToday({ readAt }: KnownRules, now: Date): boolean {
  const age = now.getTime() - Date.parse(readAt)
  return age >= 0 && age < DAY_MS
}

/** What default branches of an organisation are held to, as one run reads it. */
export class BranchRules {
  readonly #options: BranchRulesOptions
  readonly #known = new Map<string, KnownRules>()
  #hidden = 0
  #first: ScopedError | null = null

  constructor(options: BranchRulesOptions) {
    this.#options = options
  }

  /** Once a day, and one request; null: nothing new, or hidden from this sign-in. */
  async read(branch: BranchOfRepository): Promise<ReadRules | null> {
    const { known, now, isArchived, repositoryId } = branch
    // Nobody can push to what is archived.
    if (isArchived) this.#known.set(repositoryId, NOTHING)
    else if (known !== null) this.#known.set(repositoryId, known)
    if (isArchived || (known !== null && isOfToday(known, now))) return null
    if (this.#hidden >= MOST_HIDDEN) return null
    try {
      const read = toRead(await this.#ask(branch), branch, this.#options)
      this.#known.set(repositoryId, read.known)
      return read
    } catch (error) {
      if (!(error instanceof ScopedError) || error.missing.length === 0) throw error
      this.#first ??= error
      this.#hidden += 1
      return null
    }
  }

  async #ask({ nameWithOwner }: BranchOfRepository): Promise<unknown> {
    const { sourceId, client } = this.#options
    const [owner, name] = nameWithOwner.split('/')
    const { data, missing } = await client.query(Answer, BRANCH_RULES, { owner, name })
    const [withheld] = missing
    if (withheld === undefined) return data.repository.defaultBranchRef
    const message = `${nameWithOwner}: ${withheld.field}: ${withheld.message}`
    throw new ScopedError(sourceId, message, { missing })
  }

  /** What could not be read; null when all could. */
  failure(): SourceError | null {
    if (this.#first === null) return null
    const what = 'branch rules of repositories are hidden from this sign-in and left out'
    const todo = 'give the sign-in Contents and Administration, read-only'
    const message = `${what}: ${this.#first.message}; ${todo}`
    return new SourceError(this.#options.sourceId, message, { cause: this.#first })
  }

  /** What golden paths are required where; null unless that is known of all `repositories`. */
  required(repositories: number): RequiredPath[] | null {
    if (this.#known.size < repositories) return null
    const all = [...this.#known].flatMap(([repository, { mandates }]) =>
      mandates.map((mandate) => ({ ...mandate, repository })),
    )
    const groups = Map.groupBy(all, ({ ruleset, pathId }) => `${ruleset} ${pathId}`)
    return [...groups.values()].flatMap((own) => {
      const [first] = own
      if (first === undefined) return []
      const { ruleset, pathId, since } = first
      return { ruleset, pathId, since, repositories: own.map(({ repository }) => repository) }
    })
  }
}

/** An empty repository has no branch that anything could be asked of. */
function toRead(
  value: unknown,
  branch: BranchOfRepository,
  options: BranchRulesOptions,
): ReadRules {
  const readAt = branch.now.toISOString()
  if (value === null) return { known: { ...NOTHING, readAt }, facts: [], fault: null }
  const former = branch.known ?? NOTHING
  const { data, error } = Branch.safeParse(value)
  if (error) return { known: { ...former, readAt }, facts: [], fault: tellFaults(error) }
  const results = toResults(data)
  const facts = Object.entries(results)
    .filter(([id, result]) => former.results[id] !== result)
    .map(([requirement, result]) =>
      toStateOfRepository({ ...branch, what: 'rules', requirement, result, severity: null }),
    )
  const mandates = data.rules.nodes.flatMap((rule) => toMandates(rule, options))
  return {
    known: { readAt, results: { ...former.results, ...results }, mandates },
    facts,
    fault: null,
  }
}

function toResults({ refUpdateRule, rules }: z.output<typeof Branch>): KnownRules['results'] {
  const results: KnownRules['results'] = {}
  for (const { id, byRule, byProtection } of REQUIREMENTS) {
    const isAsked =
      rules.nodes.some(byRule) || (refUpdateRule !== null && byProtection(refUpdateRule))
    if (isAsked) results[id] = 'pass'
    // Among the rules that do not fit the page there may be the one.
    else if (!rules.pageInfo.hasNextPage) results[id] = 'fail'
  }
  return results
}

/** The golden paths of which a rule makes repositories run the workflow. */
function toMandates(
  { parameters, repositoryRuleset }: Rule,
  { paths, names }: BranchRulesOptions,
): KnownRules['mandates'] {
  const ruleset = repositoryRuleset?.databaseId
  if (!repositoryRuleset || typeof ruleset !== 'number') return []
  const files = (parameters?.workflows ?? []).map(({ path, repositoryId }) => ({
    component: `${names.get(repositoryId)}/${path}`,
  }))
  const isRequired = ({ rules }: WatchedPath) =>
    pinnedComponents(rules).some((one) => files.some((file) => isOf(one, file)))
  return paths
    .filter(isRequired)
    .map(({ id: pathId }) => ({ ruleset, pathId, since: repositoryRuleset.updatedAt }))
}
