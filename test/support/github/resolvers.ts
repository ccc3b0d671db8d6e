import { GraphQLError } from 'graphql'
import {
  filesAfter,
  type StoredActor,
  type StoredCommit,
  type StoredDeployment,
  type StoredEnvironment,
  type StoredIssue,
  type StoredPullRequest,
  type StoredRepository,
  type StoredTag,
  type StoredTeam,
  toBlobId,
  toSha,
  type World,
} from '#test/support/github/store.ts'

interface PageArguments {
  readonly first?: number | null
  readonly after?: string | null
}

/** A field that takes arguments; the default resolver calls it. */
type Field<Arguments> = (args: Arguments) => unknown

class GitHubError extends GraphQLError {
  constructor(type: string, message: string) {
    super(message, { extensions: { type } })
  }
}

interface Order<T> {
  /** Where an item stands, as text that sorts like it. */
  readonly key: (item: T) => string
  readonly direction: 'ASC' | 'DESC'
}

/** A page as GitHub gives it: `first` is needed, a cursor holds a value, not a count. */
function connect<T>(
  items: readonly T[],
  { first, after }: PageArguments,
  order: Order<T>,
  toNode: (item: T) => unknown,
) {
  if (first === null || first === undefined) {
    throw new GitHubError('MISSING_PAGINATION_BOUNDARIES', 'You must provide a `first` or `last`.')
  }
  if (first < 1 || first > 100) {
    throw new GitHubError('EXCESSIVE_PAGINATION', `Requesting ${first} records exceeds 100.`)
  }
  const sign = order.direction === 'ASC' ? 1 : -1
  const sorted = items
    .map((item) => ({ item, key: order.key(item) }))
    .toSorted((a, b) => (a.key < b.key ? -sign : sign))
  const start = after ? Buffer.from(after, 'base64').toString() : null
  const rest = start === null ? sorted : sorted.filter(({ key }) => sign * compare(key, start) > 0)
  const page = rest.slice(0, first)
  const end = page.at(-1)
  return {
    totalCount: items.length,
    pageInfo: {
      hasNextPage: rest.length > page.length,
      endCursor: end ? Buffer.from(end.key).toString('base64') : null,
    },
    nodes: () => page.map(({ item }) => toNode(item)),
    edges: () => page.map(({ item, key }) => ({ cursor: key, node: toNode(item) })),
  }
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** In the order in which they are stored. */
function connectAsStored<T>(
  items: readonly T[],
  args: PageArguments,
  toNode: (item: T) => unknown,
) {
  const places = items.map((item, place) => ({ item, place: String(place).padStart(8, '0') }))
  const order = { key: ({ place }: { place: string }) => place, direction: 'ASC' } as const
  return connect(places, args, order, ({ item }) => toNode(item))
}

/** What a query starts from. */
export function toRoot(world: World) {
  const find = (owner: string, name: string) => {
    const found = world.repositories.find((repository) => repository.name === name)
    if (owner !== world.org || !found) {
      const message = `Could not resolve to a Repository with the name '${owner}/${name}'.`
      throw new GitHubError('NOT_FOUND', message)
    }
    return toRepository(world, found)
  }
  return {
    organization: ({ login }: { login: string }) => {
      if (login !== world.org) {
        throw new GitHubError('NOT_FOUND', `Could not resolve to an Organization '${login}'.`)
      }
      return toOrganization(world)
    },
    repository: ({ owner, name }: { owner: string; name: string }) => find(owner, name),
    node: ({ id }: { id: string }) => findNode(world, id),
    nodes: ({ ids }: { ids: readonly string[] }) => ids.map((id) => tryNode(world, id)),
  }
}

/** An error of its own for each that is gone; the others are answered. */
function tryNode(world: World, id: string): unknown {
  try {
    return findNode(world, id)
  } catch (error) {
    return error
  }
}

function findNode(world: World, id: string): unknown {
  for (const repository of world.repositories) {
    const deployment = repository.deployments.find((one) => one.id === id)
    if (deployment) return toDeployment(repository, deployment)
    const issue = repository.issues.find((one) => one.id === id)
    if (issue) return toIssue(issue)
  }
  throw new GitHubError('NOT_FOUND', `Could not resolve to a node with the global id of '${id}'.`)
}

const toOrganization = (world: World) => ({
  login: world.org,
  repositories: (args: PageArguments) =>
    connect(world.repositories, args, { key: ({ name }) => name, direction: 'ASC' }, (repository) =>
      toRepository(world, repository),
    ),
  team: ({ slug }: { slug: string }) => {
    const team = world.teams.find((one) => one.slug === slug)
    return team ? toTeam(world, team) : null
  },
  teams: (args: PageArguments) =>
    connect(world.teams, args, { key: ({ slug }) => slug, direction: 'ASC' }, (team) =>
      toTeam(world, team),
    ),
})

function toTeam(world: World, { slug, name, parent, permissions }: StoredTeam) {
  const reachable = world.repositories.filter((repository) => permissions[repository.name])
  return {
    id: `T_${slug}`,
    slug,
    name,
    parentTeam: parent === null ? null : { slug: parent },
    repositories: (args: PageArguments) => {
      const page = connect(
        reachable,
        args,
        { key: (repository) => repository.name, direction: 'ASC' },
        (repository) => toRepository(world, repository),
      )
      const edges = () =>
        page.edges().map((edge) => {
          const repository = edge.node as { name: string }
          return { ...edge, permission: permissions[repository.name] }
        })
      return { ...page, edges }
    },
  }
}

interface Ordering {
  readonly orderBy?: { readonly field: string; readonly direction: 'ASC' | 'DESC' } | null
}

function toRepository(world: World, repository: StoredRepository) {
  const { commits, name } = repository
  const head = commits.at(-1)
  const pushedAt = head?.committedDate ?? repository.createdAt
  return {
    id: repository.id,
    databaseId: repository.databaseId,
    name,
    nameWithOwner: `${world.org}/${name}`,
    isArchived: repository.isArchived,
    archivedAt: repository.isArchived ? pushedAt : null,
    isEmpty: commits.length === 0,
    createdAt: repository.createdAt,
    pushedAt,
    primaryLanguage: repository.language === null ? null : { name: repository.language },
    repositoryTopics: (args: PageArguments) =>
      connectAsStored(repository.topics, args, (topic) => ({ topic: { name: topic } })),
    defaultBranchRef: head ? toMainLine(world, repository) : null,
    object: ({ expression, oid }: { expression?: string | null; oid?: string | null }) =>
      oid ? findObject(commits, oid) : findExpression(commits, expression ?? ''),
    refs: (args: PageArguments) =>
      connect(repository.tags, args, { key: (tag) => tag.name, direction: 'ASC' }, (tag) => ({
        name: tag.name,
        target: toTarget(repository, tag),
      })),
    ...listActivity(repository),
    ...listGovernance(repository),
    ...Object.fromEntries(world.hidden.map((field) => [field, refuse])),
  }
}

/** Of rulesets it tells those that are enforced. */
function toMainLine(world: World, { commits, rulesets, protection }: StoredRepository) {
  const enforced = rulesets.flatMap(({ id, enforcement, updatedAt, rules }) =>
    rules
      .filter(() => enforcement === 'ACTIVE')
      .map((rule) => ({ ...rule, repositoryRuleset: { databaseId: id, enforcement, updatedAt } })),
  )
  return {
    name: 'main',
    target: toCommit(commits, commits.length),
    rules: (args: PageArguments) => connectAsStored(enforced, args, (rule) => rule),
    refUpdateRule: protection && {
      requiredApprovingReviewCount: protection.reviews,
      requiredStatusCheckContexts: protection.checks,
      requiresCodeOwnerReviews: protection.codeOwners,
      requiresSignatures: protection.signatures,
    },
    ...Object.fromEntries(world.hidden.map((field) => [field, refuse])),
  }
}

function refuse(): never {
  throw new GitHubError('FORBIDDEN', 'Resource not accessible by personal access token')
}

/** An annotated tag is an object of its own, which names the commit. */
function toTarget({ commits }: StoredRepository, { name, commit, taggedAt }: StoredTag) {
  const target = toCommit(commits, commits.findIndex(({ oid }) => oid === commit) + 1)
  if (taggedAt === null) return target
  return { __typename: 'Tag', oid: toSha(name), tagger: { date: taggedAt }, target }
}

function listActivity(repository: StoredRepository): Record<string, Field<never>> {
  const { pullRequests, issues, deployments } = repository
  return {
    pullRequests: ({
      states,
      orderBy,
      ...page
    }: PageArguments & Ordering & { states?: readonly string[] | null }) =>
      connect(
        pullRequests.filter(
          ({ mergedAt }) => !states || states.includes(mergedAt ? 'MERGED' : 'OPEN'),
        ),
        page,
        byTime(orderBy),
        toPullRequest,
      ),
    issues: ({
      filterBy,
      orderBy,
      ...page
    }: PageArguments &
      Ordering & {
        filterBy?: { since?: string | null; labels?: readonly string[] | null } | null
      }) =>
      connect(
        issues.filter(
          ({ updatedAt, labels }) =>
            (!filterBy?.since || Date.parse(updatedAt) >= Date.parse(filterBy.since)) &&
            (!filterBy?.labels || filterBy.labels.some((label) => labels.includes(label))),
        ),
        page,
        byTime(orderBy),
        toIssue,
      ),
    deployments: ({
      orderBy,
      environments,
      ...page
    }: PageArguments & Ordering & { environments?: readonly string[] | null }) =>
      connect(
        deployments.filter(
          ({ environment }) => !environments || environments.includes(environment),
        ),
        page,
        byTime(orderBy),
        (deployment) => toDeployment(repository, deployment),
      ),
  }
}

interface Timed {
  readonly id: string
  readonly createdAt: string
  readonly updatedAt?: string
}

function byTime(orderBy: Ordering['orderBy']): Order<Timed> {
  const { field = 'CREATED_AT', direction = 'ASC' } = orderBy ?? {}
  return {
    key: ({ id, createdAt, updatedAt = createdAt }) =>
      `${field === 'UPDATED_AT' ? updatedAt : createdAt} ${id}`,
    direction,
  }
}

const toActor = (actor: StoredActor | null) =>
  actor && { __typename: actor.kind, login: actor.login }

const toPullRequest = (pullRequest: StoredPullRequest) => ({
  ...pullRequest,
  __typename: 'PullRequest',
  databaseId: pullRequest.number,
  author: toActor(pullRequest.author),
  mergeCommit: pullRequest.mergedAt && {
    oid: pullRequest.mergeSha,
    committedDate: pullRequest.mergedAt,
  },
  labels: (args: PageArguments) => connectAsStored([], args, String),
  commits: (args: PageArguments) =>
    connectAsStored([pullRequest.firstCommitAt], args, (authoredDate) => ({
      commit: { oid: pullRequest.mergeSha, authoredDate, committedDate: authoredDate },
    })),
  reviews: (args: PageArguments) =>
    connectAsStored(pullRequest.reviews, args, (review) => ({
      ...review,
      author: toActor(review.author),
    })),
  timelineItems: (args: PageArguments) =>
    connectAsStored(pullRequest.readyAt ? [pullRequest.readyAt] : [], args, (createdAt) => ({
      __typename: 'ReadyForReviewEvent',
      createdAt,
    })),
})

const toIssue = (issue: StoredIssue) => ({
  ...issue,
  __typename: 'Issue',
  url: `https://github.example/issues/${issue.number}`,
  state: issue.closedAt ? 'CLOSED' : 'OPEN',
  author: toActor(issue.author),
  assignees: (args: PageArguments) => connectAsStored([], args, String),
  labels: (args: PageArguments) => connectAsStored(issue.labels, args, (name) => ({ name })),
  comments: (args: PageArguments) =>
    connectAsStored(issue.comments, args, (comment) => ({
      body: '',
      ...comment,
      author: toActor(comment.author),
    })),
  timelineItems: (args: PageArguments) =>
    connectAsStored(issue.reopenedAt, args, (createdAt) => ({
      __typename: 'ReopenedEvent',
      createdAt,
    })),
})

/** Of the runs on its commit, one may have made it; beside them is a check of something else. */
function toDeployment({ runs }: StoredRepository, deployment: StoredDeployment) {
  const { statuses, environment } = deployment
  const suites = [null, ...runs.filter(({ headSha }) => headSha === deployment.commitOid)]
  const state = statuses.at(-1)?.state ?? 'PENDING'
  return {
    ...deployment,
    __typename: 'Deployment',
    originalEnvironment: environment,
    latestEnvironment: environment,
    creator: toActor(deployment.creator),
    commit: {
      oid: deployment.commitOid,
      checkSuites: (args: PageArguments) =>
        connectAsStored(suites, args, (run) => ({
          workflowRun: run && { databaseId: run.id, file: { path: run.path } },
        })),
    },
    state: state === 'SUCCESS' ? 'ACTIVE' : state,
    updatedAt: statuses.at(-1)?.createdAt ?? deployment.createdAt,
    statuses: (args: PageArguments) => {
      const page = connectAsStored(statuses, args, (status) => ({
        ...status,
        id: `DES_${deployment.id}_${status.createdAt}_${status.state}`,
        updatedAt: status.createdAt,
        environment,
      }))
      return page
    },
  }
}

function listGovernance(repository: StoredRepository): Record<string, Field<never>> {
  const { rulesets, environments, alerts } = repository
  return {
    rulesets: (args: PageArguments) =>
      connectAsStored(rulesets, args, ({ id, rules, ...ruleset }) => ({
        ...ruleset,
        id: `RRS_${id}`,
        databaseId: id,
        rules: (page: PageArguments) => connectAsStored(rules, page, (rule) => rule),
      })),
    environments: (args: PageArguments) =>
      connectAsStored(environments, args, (environment) => ({
        name: environment.name,
        protectionRules: (page: PageArguments) =>
          connectAsStored(listProtection(environment), page, (rule) => rule),
      })),
    vulnerabilityAlerts: (args: PageArguments) =>
      connectAsStored(alerts, args, ({ severity, ...alert }) => ({
        ...alert,
        state: 'OPEN',
        securityVulnerability: { severity },
      })),
  }
}

function listProtection({ reviewers, timer }: StoredEnvironment) {
  const count = () => ({ totalCount: reviewers })
  return [
    ...(reviewers > 0 ? [{ type: 'REQUIRED_REVIEWERS', timeout: 0, reviewers: count }] : []),
    ...(timer > 0 ? [{ type: 'WAIT_TIMER', timeout: timer }] : []),
  ]
}

/** The `count`-th commit, and what can be asked of it. */
function toCommit(commits: readonly StoredCommit[], count: number): object {
  const { oid = '', committedDate = '' } = commits[count - 1] ?? {}
  return {
    __typename: 'Commit',
    oid,
    committedDate,
    file: ({ path }: { path: string }) => toEntry(filesAfter(commits, count), path),
    history: ({ path, since, ...page }: PageArguments & { path?: string; since?: string }) => {
      const touching = commits
        .slice(0, count)
        .map((commit, index) => ({ commit, count: index + 1 }))
        .filter(({ commit }) => touches(commit, path))
        .filter(({ commit }) => !since || Date.parse(commit.committedDate) >= Date.parse(since))
        .toReversed()
      return connectAsStored(touching, page, (one) => toCommit(commits, one.count))
    },
  }
}

const touches = ({ files }: StoredCommit, path: string | undefined) =>
  !path || Object.keys(files).some((file) => file === path || file.startsWith(`${path}/`))

function toEntry(files: ReadonlyMap<string, string>, path: string): object | null {
  const object = toObject(files, path)
  if (object === null) return null
  const name = path.split('/').at(-1) ?? ''
  const type = object.__typename === 'Tree' ? 'tree' : 'blob'
  return { name, path, type, oid: object.oid, object, mode: 33_188 }
}

interface StoredObject {
  readonly __typename: 'Blob' | 'Tree'
  readonly oid: string
}

function toObject(files: ReadonlyMap<string, string>, path: string): StoredObject | null {
  const text = files.get(path)
  return text === undefined ? toTree(files, path) : toBlob(text)
}

const toBlob = (text: string) => ({
  __typename: 'Blob' as const,
  oid: toBlobId(text),
  byteSize: Buffer.byteLength(text),
  isBinary: text.includes('\0'),
  isTruncated: false,
  // GitHub gives no text of what is binary.
  text: text.includes('\0') ? null : text,
})

function toTree(files: ReadonlyMap<string, string>, path: string) {
  const prefix = path === '' ? '' : `${path}/`
  const inside = [...files.keys()].filter((file) => file.startsWith(prefix))
  if (inside.length === 0) return null
  const names = new Set(inside.map((file) => file.slice(prefix.length).split('/')[0] ?? ''))
  const entries = [...names].toSorted().map((name) => toEntry(files, `${prefix}${name}`))
  return { __typename: 'Tree' as const, oid: toSha(inside.join()), entries }
}

function findExpression(commits: readonly StoredCommit[], expression: string): object | null {
  const colon = expression.indexOf(':')
  const revision = colon === -1 ? expression : expression.slice(0, colon)
  const index = commits.findIndex(({ oid }) => oid === revision)
  const count = revision === 'HEAD' ? commits.length : index + 1
  if (count === 0) return null
  if (colon === -1) return toCommit(commits, count)
  return toObject(filesAfter(commits, count), expression.slice(colon + 1))
}

function findObject(commits: readonly StoredCommit[], oid: string): object | null {
  const index = commits.findIndex((commit) => commit.oid === oid)
  if (index !== -1) return toCommit(commits, index + 1)
  const texts = commits.flatMap(({ files }) => Object.values(files))
  const text = texts.find((one) => one !== null && toBlobId(one) === oid)
  return typeof text === 'string' ? toBlob(text) : null
}
