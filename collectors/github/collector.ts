import { matchesGlob } from 'node:path'
import { z } from 'zod'
import { readUntil } from '#collectors/clock.ts'
import type { Collector, CollectorContext, Page, ScopeFailure } from '#collectors/collector.ts'
import { assignPublishers, type Publishers } from '#collectors/evidence/publications.ts'
import {
  listTracks,
  type Track,
  toConfiguration,
  type WatchedPath,
} from '#collectors/evidence/watch.ts'
import { toLogins } from '#collectors/github/actors.ts'
import { Alerts } from '#collectors/github/alerts.ts'
import { APPROVALS_SCOPE, Approvals, RepositoryApprovals } from '#collectors/github/approvals.ts'
import { BranchRules } from '#collectors/github/branch-rules.ts'
import {
  type GitHubClient,
  type GitHubClientOptions,
  type Missing,
  openGitHub,
  ScopedError,
} from '#collectors/github/client.ts'
import {
  MandatesCursor,
  OrganisationCursor,
  ReconciledCursor,
  RepositoryCursor,
  RuleSuitesCursor,
} from '#collectors/github/cursor.ts'
import { DEPLOYMENT_STATES, isFinal, isServing } from '#collectors/github/deployments.ts'
import { type GitHubFact, type GitHubRecord, gitHubRecord } from '#collectors/github/facts.ts'
import { type IssueKind, type IssueOptions, issuesOf } from '#collectors/github/issues.ts'
import { Connection, readAll } from '#collectors/github/pages.ts'
import {
  listIssueIds,
  type RepositoryReading,
  readRepository,
} from '#collectors/github/read-repository.ts'
import {
  type ListedRepository,
  listedRepository,
  type MovingField,
  repositoriesQuery,
} from '#collectors/github/repositories.ts'
import { listRuleSuites, periodSince } from '#collectors/github/rule-suites.ts'
import {
  attemptsScope,
  listRunPaths,
  RunReadings,
  RunsCursor,
  readRuns,
} from '#collectors/github/runs.ts'
import { saveGitHub } from '#collectors/github/save.ts'
import { readProperty, readTeams } from '#collectors/github/teams.ts'
import { wantsWorkflows } from '#collectors/github/workflow-link.ts'
import type { TierRule } from '#lib/environment-tier.ts'
import { SourceError } from '#lib/errors.ts'
import type { Period } from '#lib/period.ts'
import { tellFaults } from '#lib/shape-faults.ts'

/** Raised when the same organisation would be read differently: then everything is read again. */
const READING = 3

const DAY_MS = 24 * 60 * 60_000
/** Repositories that fail in a row; then it is not theirs. */
const MOST_FAILURES = 3
const MOST_IDS = 100

export interface GitHubCollectorOptions extends GitHubClientOptions, IssueOptions {
  readonly org: string
  /** Globs of repository names. */
  readonly repositories: readonly string[]
  /** How far back a first reading goes, in milliseconds. */
  readonly lookBackMs: number
  /** The custom property that names the owning team. */
  readonly ownerProperty?: string | undefined
  /** Owning team by repository name, where nothing else tells. */
  readonly owners: Readonly<Record<string, string>>
  readonly environments: readonly TierRule[]
  readonly paths: readonly WatchedPath[]
  /** Whether to read what the rules of branches said to each push. */
  readonly ruleSuites: boolean
  /** Whether to read who approved deployments. */
  readonly approvals: boolean
  /** Whether to read what default branches are held to. */
  readonly branchRules: boolean
  /** Whether to read which runs called a golden path's workflow. */
  readonly runs: boolean
  /** Whether to read what alerts are open. */
  readonly alerts: boolean
}

/**
 * Reads an organisation of GitHub: repositories, teams and owners, merged pull requests,
 * deployments with their statuses, issues as tickets or incidents, the history of the files that golden paths
 * watch, and what rules said to pushes. It asks one thing at a time.
 */
export function gitHubCollector(options: GitHubCollectorOptions): Collector<GitHubFact> {
  const { sourceId, org, baseUrl, repositories, lookBackMs, tickets, incidents } = options
  const { ownerProperty = null, owners, environments } = options
  const bots = toLogins(options.bots)
  return {
    sourceId,
    configuration: {
      reading: READING,
      org,
      baseUrl,
      repositories,
      lookBackMs,
      ownerProperty,
      owners,
      environments,
      tickets,
      incidents,
      bots: options.bots,
      paths: toConfiguration(options.paths),
      ruleSuites: options.ruleSuites,
      // Left out where nobody asks for it: then it is the configuration that it was.
      ...(options.approvals && { approvals: platformOf(options) }),
      ...(options.branchRules && { branchRules: true }),
      ...(options.runs && { runs: true }),
      ...(options.alerts && { alerts: true }),
    },
    record: gitHubRecord({ bots, tiers: environments }),
    async *fetch(cursors, context) {
      const client = openGitHub(options, context)
      try {
        yield* readOrganisation({ options, client, context, known: readCursors(cursors, org) })
      } finally {
        await client.close()
      }
    },
    save: (tx, facts, { scope }, observedAt) =>
      saveGitHub(tx, sourceId, facts, { scope, observedAt, paths: options.paths }),
  }
}

/** Logins. */
const platformOf = ({ tickets }: GitHubCollectorOptions) => tickets?.platformTeam ?? []

interface KnownCursors {
  readonly organisation: OrganisationCursor | null
  readonly ruleSuitesReadAt: string | null
  readonly reconciledAt: Readonly<Record<IssueKind, string | null>>
  readonly mandates: z.output<typeof MandatesCursor> | null
  /** By GitHub's id of the repository. */
  readonly repositories: ReadonlyMap<string, RepositoryCursor>
  readonly runs: ReadonlyMap<string, RunsCursor>
}

const organisationScope = (org: string) => `organisation:${org}`
const ISSUE_KINDS = ['tickets', 'incidents'] as const satisfies IssueKind[]
const issuesScope = (kind: IssueKind) => `entity:${kind}`
const rulesScope = (org: string) => `branch-rules:${org}`
const ruleSuitesScope = (org: string) => `rule-suites:${org}`

function readCursors(cursors: ReadonlyMap<string, unknown>, org: string): KnownCursors {
  const repositories = new Map<string, RepositoryCursor>()
  const runs = new Map<string, RunsCursor>()
  for (const value of cursors.values()) {
    const { data } = RepositoryCursor.safeParse(value)
    if (data) repositories.set(data.node, data)
    const ofRuns = RunsCursor.safeParse(value).data
    if (ofRuns) runs.set(ofRuns.runsOf, ofRuns)
  }
  const { data } = OrganisationCursor.safeParse(cursors.get(organisationScope(org)))
  const suites = RuleSuitesCursor.safeParse(cursors.get(ruleSuitesScope(org))).data
  const ruleSuitesReadAt = suites?.ruleSuitesReadAt ?? null
  const reconciledAt = (kind: IssueKind) =>
    ReconciledCursor.safeParse(cursors.get(issuesScope(kind))).data?.reconciledAt ?? null
  return {
    organisation: data ?? null,
    ruleSuitesReadAt,
    reconciledAt: { tickets: reconciledAt('tickets'), incidents: reconciledAt('incidents') },
    mandates: MandatesCursor.safeParse(cursors.get(rulesScope(org))).data ?? null,
    repositories,
    runs,
  }
}

interface Run {
  readonly options: GitHubCollectorOptions
  readonly client: GitHubClient
  readonly context: CollectorContext
  readonly known: KnownCursors
}

async function* readOrganisation(run: Run): AsyncGenerator<Page | ScopeFailure> {
  const { context, options } = run
  const listing = await listRepositories(run)
  yield* listing.failures
  const { page, organisation, failures } = await readTeamsAndListing(run, listing)
  yield page
  yield* failures
  if (options.ruleSuites) yield* readRuleSuites(run, listing)
  const moved = await findMovedDeployments(run)
  const files = watchFiles(options, listing.repositories)
  yield* files.failures
  const coverage = new IssueCoverage({
    to: readUntil(run.client.time(), context.now()),
    isWhole: listing.isWhole,
  })
  const approvals = options.approvals ? openApprovals(run) : null
  const rules = options.branchRules ? openRules(run, listing) : null
  const alerts = options.alerts ? new Alerts(options.sourceId, run.client) : null
  const shared = { organisation, moved, files, approvals, rules, alerts }
  let failedInARow = 0
  for (const [index, listed] of listing.repositories.entries()) {
    const reading = toReading(run, shared, listed)
    const failure = yield* readOne(reading)
    coverage.add(reading, failure)
    failedInARow = failure ? failedInARow + 1 : 0
    if (failure && failedInARow === MOST_FAILURES) throw failure
    context.progress('repositories', index + 1, listing.repositories.length)
  }
  if (options.runs) yield* readAllRuns(run, listing)
  yield* tellApprovals(run, listing, { approvals, to: coverage.to })
  yield* tellRules(run, listing, rules)
  yield* tellFailure(`alerts:${options.org}`, alerts?.failure() ?? null)
  yield* tellNotWhole(options, listing)
  yield* tellIssues(run, listing, coverage)
}

/** A sign-in that may not see runs still reads the rest. */
async function* readAllRuns(
  { options, client, context, known }: Run,
  { repositories, isWhole }: Listing,
): AsyncGenerator<Page | ScopeFailure> {
  const { sourceId, org, lookBackMs } = options
  const paths = listRunPaths(options.paths)
  // Nobody runs anything in what is archived.
  const asked = repositories.filter(({ isArchived }) => !isArchived && paths.length > 0)
  const now = context.now()
  const since = new Date(now.getTime() - lookBackMs)
  const readings = new RunReadings()
  for (const { id: node, repositoryId, nameWithOwner } of asked) {
    if (readings.isDenied) break
    const cursor = known.runs.get(node) ?? null
    const reading = {
      sourceId,
      client,
      node,
      repositoryId,
      nameWithOwner,
      paths,
      cursor,
      since,
      now,
    }
    try {
      yield* readRuns(reading, (read) => readings.noteRead(read))
    } catch (error) {
      if (!(error instanceof ScopedError)) throw error
      readings.noteFailure(error)
    }
  }
  yield* tellFailure(`runs:${org}`, readings.failure(sourceId))
  const covers = isWhole ? readings.covered(asked.length) : null
  for (const { id } of paths) yield* tellCovered(attemptsScope(id), covers)
}

function* tellFailure(scope: string, failure: SourceError | null): Generator<ScopeFailure> {
  if (failure !== null) yield { scope, failure }
}

interface Shared {
  readonly organisation: OrganisationCursor
  /** Ids of deployments that were open and stand differently now. */
  readonly moved: ReadonlySet<string>
  readonly files: WatchedFiles
  readonly approvals: Approvals | null
  readonly rules: BranchRules | null
  readonly alerts: Alerts | null
}

function toReading(
  { options, client, context, known }: Run,
  { organisation, moved, files, approvals, rules, alerts }: Shared,
  listed: ListedRepository,
): RepositoryReading {
  const cursor = known.repositories.get(listed.id) ?? null
  return {
    sourceId: options.sourceId,
    client,
    listed,
    organisation,
    cursor,
    since: new Date(context.now().getTime() - options.lookBackMs),
    now: context.now(),
    issues: issuesOf(options, listed.name),
    tracks: files.tracks,
    withRuns: wantsWorkflows(options.paths),
    published: files.publishers.get(listed.repositoryId) ?? [],
    configuredOwner: options.owners[listed.name],
    approvals: approvals && new RepositoryApprovals(approvals, listed.nameWithOwner),
    rules,
    alerts,
    hasMovedDeployments: cursor?.unsettled.some(({ id }) => moved.has(id)) ?? false,
  }
}

function* tellCovered(scope: string, covers: Period | null): Generator<Page> {
  if (covers !== null) yield { scope, records: [], cursor: null, covers }
}

function openApprovals({ client, options }: Run): Approvals {
  const { bots, environments } = options
  const platform = toLogins(platformOf(options))
  return new Approvals(client, { bots: toLogins(bots), platform, environments })
}

/** Since when all approvals are known, and which are not. */
function* tellApprovals(
  { options }: Run,
  { repositories, isWhole }: Listing,
  { approvals, to }: { readonly approvals: Approvals | null; readonly to: Date },
): Generator<Page | ScopeFailure> {
  if (approvals === null) return
  yield* tellFailure(`approvals:${options.org}`, approvals.failure(options.sourceId))
  yield* tellCovered(APPROVALS_SCOPE, isWhole ? approvals.covered(repositories.length, to) : null)
}

function openRules({ client, options }: Run, { names }: Listing): BranchRules {
  const { sourceId, paths } = options
  return new BranchRules({ sourceId, client, paths, names })
}

/** Which golden paths are required where, once that is known of all; once a day for new owners. */
function* tellRules(
  { options: { org }, context, known }: Run,
  { repositories, isWhole }: Listing,
  rules: BranchRules | null,
): Generator<Page | ScopeFailure> {
  const scope = rulesScope(org)
  yield* tellFailure(scope, rules?.failure() ?? null)
  const paths = (isWhole && rules?.required(repositories.length)) || null
  if (paths === null) return
  const required = JSON.stringify(paths)
  const toldAt = known.mandates?.mandatesToldAt ?? null
  const now = context.now()
  const age = now.getTime() - Date.parse(toldAt ?? '')
  if (known.mandates?.required === required && age >= 0 && age < DAY_MS) return
  const value: GitHubRecord = {
    kind: 'fact',
    fact: { kind: 'mandates', required: paths, toldAt },
  }
  const cursor = { mandatesToldAt: now.toISOString(), required }
  yield { scope, records: [{ position: 'mandates', value }], cursor, covers: null }
}

/** Without all repositories nobody knows of all issues. */
function tellNotWhole(
  { sourceId, org, tickets, incidents }: GitHubCollectorOptions,
  { isWhole }: Listing,
): ScopeFailure[] {
  if (isWhole || !(tickets || incidents)) return []
  const message = `the list of repositories of ${org} is not whole: until it is, tickets and incidents are not covered, and none is marked as gone; let the sign-in see every repository`
  return [{ scope: `issues:${org}`, failure: new SourceError(sourceId, message) }]
}

async function* tellIssues(
  run: Run,
  listing: Listing,
  coverage: IssueCoverage,
): AsyncGenerator<Page | ScopeFailure> {
  for (const kind of ISSUE_KINDS) yield* tellIssuesOf(run, listing, coverage, kind)
}

/** Issues of a kind as a whole: since when they are covered, and once a day which of them are gone. */
async function* tellIssuesOf(
  { options, context, known }: Run,
  listing: Listing,
  coverage: IssueCoverage,
  kind: IssueKind,
): AsyncGenerator<Page | ScopeFailure> {
  const covers = coverage.covered(kind)
  if (covers === null) return
  const scope = issuesScope(kind)
  const now = context.now()
  // What was never stored cannot be gone.
  const former = known.reconciledAt[kind] ?? now.toISOString()
  const page = { scope, records: [], cursor: { reconciledAt: former }, covers }
  yield page
  if (now.getTime() - Date.parse(former) < DAY_MS) return
  try {
    const nodes = new Map<string, readonly string[]>()
    for (const reading of coverage.of(kind)) {
      nodes.set(reading.listed.id, await listIssueIds(reading, kind))
    }
    const left = listing.nodes.filter((node) => !nodes.has(node))
    const fact: GitHubFact = { kind: 'inventory', of: kind, nodes, left }
    const value: GitHubRecord = { kind: 'fact', fact }
    const cursor = { reconciledAt: now.toISOString() }
    yield { ...page, records: [{ position: kind, value }], cursor, covers: null }
  } catch (error) {
    if (!(error instanceof ScopedError)) throw error
    const message = `which ${kind} are gone: ${error.message}`
    yield { scope, failure: new SourceError(options.sourceId, message, { cause: error }) }
  }
}

/** Tickets are covered as one, and so are incidents: no repository of theirs may be missing. */
class IssueCoverage {
  readonly to: Date
  readonly #isWhole: boolean
  readonly #readings: RepositoryReading[] = []
  readonly #scopes = new Map<IssueKind, { since: string[]; isWhole: boolean }>()

  /** `to`: when the first of them was asked; `isWhole`: the list withheld none. */
  constructor({ to, isWhole }: { to: Date; isWhole: boolean }) {
    this.to = to
    this.#isWhole = isWhole
  }

  add(reading: RepositoryReading, failure: Error | null): void {
    const { issues, listed, cursor, since } = reading
    const isRead = failure === null && listed.moved.tickets !== null
    this.#readings.push(reading)
    for (const kind of ISSUE_KINDS) {
      if (!issues?.[kind]) continue
      const { since: former, isWhole } = this.#scopes.get(kind) ?? { since: [], isWhole: true }
      this.#scopes.set(kind, {
        since: [...former, cursor?.since ?? since.toISOString()],
        isWhole: isWhole && isRead,
      })
    }
  }

  /** Of repositories that may have some. */
  of(kind: IssueKind): RepositoryReading[] {
    return this.#readings.filter(({ issues }) => issues?.[kind])
  }

  /** Null when a repository that has some, or may have, could not be read, or there is none. */
  covered(kind: IssueKind): Period | null {
    const { since = [], isWhole = false } = this.#scopes.get(kind) ?? {}
    const from = since.toSorted().at(-1)
    if (from === undefined || !isWhole || !this.#isWhole) return null
    return { from: new Date(from), to: this.to }
  }
}

const RULE_SUITES_EVERY_MS = 6 * 60 * 60_000

/** A few times a day. A reading that is cut short begins again: the newest come first. */
async function* readRuleSuites(
  { options, client, context, known }: Run,
  { repositories }: Listing,
): AsyncGenerator<Page | ScopeFailure> {
  const { org, sourceId } = options
  const { ruleSuitesReadAt: former } = known
  const now = context.now()
  if (former !== null && now.getTime() - Date.parse(former) < RULE_SUITES_EVERY_MS) return
  const ids = new Map(repositories.map((one) => [one.databaseId, one.repositoryId]))
  const toSubject = (id: number, name: string) =>
    ids.get(id) ?? `${toHost(options.baseUrl)}/${org}/${name.replace(/^.*\//, '')}`
  const scope = ruleSuitesScope(org)
  const toPage = (nodes: readonly object[], readAt: string | null): Page => ({
    scope,
    records: nodes.map((node, index) => ({
      position: `rule suite ${'id' in node ? node.id : index}`,
      value: { kind: 'rule-suite', node } satisfies GitHubRecord,
    })),
    cursor: { ruleSuitesReadAt: readAt },
    covers: null,
  })
  try {
    const period = periodSince(former, now)
    for await (const nodes of listRuleSuites(client, org, { period, toSubject })) {
      yield toPage(nodes, former)
    }
    yield toPage([], now.toISOString())
  } catch (error) {
    if (!(error instanceof ScopedError)) throw error
    const message = `rule suites: ${error.message}`
    yield { scope, failure: new SourceError(sourceId, message, { cause: error }) }
  }
}

interface WatchedFiles {
  readonly tracks: readonly Track[]
  readonly publishers: Publishers['publishers']
  readonly failures: readonly ScopeFailure[]
}

/** What is looked for in the files of every repository, and who publishes it. */
function watchFiles(
  { sourceId, paths }: GitHubCollectorOptions,
  repositories: readonly ListedRepository[],
): WatchedFiles {
  const candidates = repositories.map(({ repositoryId }) => ({ id: repositoryId }))
  const { publishers, faults } = assignPublishers(paths, candidates)
  const [whole, tracks] = divide(listTracks(paths), (track) => track.paths.includes('.'))
  const unread = whole.map(({ subject }) => {
    const rule = subject.kind === 'evidence' ? `${subject.pathId}/${subject.ruleId}` : ''
    const why =
      'looks at the whole tree, whose history GitHub does not tell; begin it with a folder'
    return { scope: `rule:${rule}`, message: `golden path ${rule}: ${why}` }
  })
  const failures = [...faults, ...unread].map(({ scope, message }) => ({
    scope,
    failure: new SourceError(sourceId, message),
  }))
  return { tracks, publishers, failures }
}

function divide<T>(all: readonly T[], isFirst: (one: T) => boolean): [T[], T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))]
}

/** What is hidden or fails of one repository leaves the others. */
async function* readOne(
  reading: RepositoryReading,
): AsyncGenerator<Page | ScopeFailure, ScopedError | null> {
  const { listed } = reading
  try {
    yield* readRepository(reading)
    return null
  } catch (error) {
    if (!(error instanceof ScopedError)) throw error
    yield { scope: `repository:${listed.repositoryId}`, failure: error }
    return error
  }
}

interface Listing {
  readonly repositories: readonly ListedRepository[]
  /** `owner/name` by number, also of those that are not to be read. */
  readonly names: ReadonlyMap<number | null, string>
  /** GitHub's ids of all that are there, also where the rest could not be read. */
  readonly nodes: readonly string[]
  /** False when something was withheld, or could not be read. */
  readonly isWhole: boolean
  readonly failures: readonly ScopeFailure[]
}

const ListAnswer = z.object({ organization: z.object({ list: Connection }) })
const Node = z.object({ id: z.string() })

/** Without what the sign-in may not see, which is told once. */
async function listRepositories(run: Run): Promise<Listing> {
  const { sourceId, org, tickets, incidents } = run.options
  const failures: ScopeFailure[] = []
  const issues = tickets || incidents ? [ISSUES_TOO] : []
  let fields: MovingField[] = ['pullRequests', 'deployments', ...issues]
  for (;;) {
    const { listing, missing } = await tryListing(run, fields)
    const withheld = new Map(missing.map((one) => [one.field, one.message]))
    for (const [field, message] of withheld) {
      const what = PERMISSIONS[field]
      if (what === undefined) continue
      const why = `${what} are hidden from this sign-in and left out: ${message}`
      failures.push({ scope: `${field}:${org}`, failure: new SourceError(sourceId, why) })
    }
    const kept = fields.filter((field) => !withheld.has(field))
    if (listing && kept.length === fields.length) {
      return { ...listing, failures: [...failures, ...listing.failures] }
    }
    fields = kept
  }
}

const ISSUES_TOO: MovingField = 'issues'

const PERMISSIONS: Readonly<Record<string, string>> = {
  pullRequests: 'pull requests',
  issues: 'issues',
  deployments: 'deployments',
  defaultBranchRef: 'contents',
}

interface TriedListing {
  /** Null when a field that was asked for is withheld from all of it. */
  readonly listing: Listing | null
  readonly missing: readonly Missing[]
}

async function tryListing(
  { options, client }: Run,
  fields: readonly MovingField[],
): Promise<TriedListing> {
  const { sourceId, org } = options
  const record = listedRepository(toHost(options.baseUrl))
  const repositories: ListedRepository[] = []
  const nodes: string[] = []
  const failures: ScopeFailure[] = []
  const missing: Missing[] = []
  let isWhole = true
  const ask = async (cursor: string | null) => {
    const size = { most: 100, about: 'repositories' }
    const query = repositoriesQuery(fields)
    const answer = await client.queryPage(ListAnswer, query, { org, cursor }, size)
    missing.push(...answer.missing)
    const { list } = answer.data.organization
    isWhole &&= list.nodes?.every((node) => node !== null) ?? false
    return list
  }
  try {
    for (const value of await readAll(sourceId, ask)) {
      const { id } = Node.safeParse(value).data ?? {}
      if (id !== undefined) nodes.push(id)
      const { data, error } = record.safeParse(value)
      if (data) repositories.push(data)
      else failures.push(toUnreadable(sourceId, id, error))
    }
  } catch (error) {
    const hidden = error instanceof ScopedError ? error.missing : []
    if (!hidden.some(({ field }) => fields.some((one) => one === field))) throw error
    return { listing: null, missing: hidden }
  }
  const isWanted = ({ name }: ListedRepository) =>
    options.repositories.some((glob) => matchesGlob(name, glob))
  isWhole &&= failures.length === 0
  const names = new Map(repositories.map((one) => [one.databaseId, one.nameWithOwner]))
  const wanted = repositories.filter(isWanted)
  const listing = { repositories: wanted, names, nodes, isWhole, failures }
  return { listing, missing }
}

const toUnreadable = (
  sourceId: string,
  id: string | undefined,
  error: z.ZodError | undefined,
): ScopeFailure => ({
  scope: `repository:${id}`,
  failure: new SourceError(
    sourceId,
    `a repository of unknown shape: ${error ? tellFaults(error) : id}`,
  ),
})

/** `github.com`, or the name of an Enterprise Server. */
/** What ids of repositories begin with. */
export function toHost(baseUrl: string): string {
  const { hostname } = new URL(baseUrl)
  return hostname === 'api.github.com' ? 'github.com' : hostname
}

interface OrganisationPage {
  readonly page: Page
  readonly organisation: OrganisationCursor
  readonly failures: readonly ScopeFailure[]
}

/** What belongs to no repository: which there are, and once a day the teams. */
async function readTeamsAndListing(run: Run, listing: Listing): Promise<OrganisationPage> {
  const { options, context, known } = run
  const daily = await readDaily(run)
  const listed: GitHubFact = { kind: 'listing', nodes: listing.nodes }
  const facts: GitHubFact[] = [...(listing.isWhole ? [listed] : []), ...daily.facts]
  const page: Page = {
    scope: organisationScope(options.org),
    records: facts.map((fact) => ({
      position: fact.kind === 'team' ? `team ${fact.slug}` : fact.kind,
      value: { kind: 'fact', fact } satisfies GitHubRecord,
    })),
    cursor: daily.organisation,
    covers: null,
    begins: known.organisation === null,
  }
  context.progress('repositories', 0, listing.repositories.length)
  return { page, organisation: daily.organisation, failures: daily.failures }
}

interface Daily {
  readonly organisation: OrganisationCursor
  readonly facts: readonly GitHubFact[]
  readonly failures: readonly ScopeFailure[]
}

const NO_TEAMS: OrganisationCursor = { teamsReadAt: null, candidates: {}, property: {} }

/** A sign-in that may not see teams or properties still reads the rest. */
async function readDaily({ options, client, context, known }: Run): Promise<Daily> {
  const { sourceId, org, ownerProperty } = options
  const former = known.organisation ?? NO_TEAMS
  const now = context.now()
  const age = former.teamsReadAt === null ? null : now.getTime() - Date.parse(former.teamsReadAt)
  if (age !== null && age >= 0 && age < DAY_MS)
    return { organisation: former, facts: [], failures: [] }
  const failures: ScopeFailure[] = []
  const orElse = async <T>(what: string, read: Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await read
    } catch (error) {
      if (!(error instanceof ScopedError)) throw error
      const failure = new SourceError(sourceId, `${what}: ${error.message}`, { cause: error })
      failures.push({ scope: `${what}:${org}`, failure })
      return otherwise
    }
  }
  const teams = await orElse('teams', readTeams(client, { sourceId, org }), {
    facts: [],
    candidates: former.candidates,
  })
  const property =
    ownerProperty === undefined
      ? {}
      : await orElse('properties', readProperty(client, org, ownerProperty), former.property)
  const candidates = Object.fromEntries(
    Object.entries(teams.candidates).map(([node, slugs]) => [node, [...slugs]]),
  )
  // What failed is tried again by the next run.
  const teamsReadAt = failures.length === 0 ? now.toISOString() : former.teamsReadAt
  const organisation = { teamsReadAt, candidates, property }
  return { organisation, facts: teams.facts, failures }
}

const StatesAnswer = z.object({
  nodes: z.array(z.object({ id: z.string(), state: z.string().nullable() }).partial().nullable()),
})

/** Deployments that were open and stand differently now: no list of GitHub shows that. */
async function findMovedDeployments({ client, known }: Run): Promise<Set<string>> {
  const open = [...known.repositories.values()]
    .flatMap(({ unsettled }) => unsettled)
    .filter(({ state }) => !isFinal(state) && !isServing(state))
  const moved = new Set<string>()
  for (let start = 0; start < open.length; start += MOST_IDS) {
    const asked = open.slice(start, start + MOST_IDS)
    const ids = asked.map(({ id }) => id)
    const { data } = await client.query(StatesAnswer, DEPLOYMENT_STATES, { ids })
    const states = new Map(data.nodes.map((node) => [node?.id, node?.state ?? '']))
    for (const { id, state } of asked) if (states.get(id) !== state) moved.add(id)
  }
  return moved
}
