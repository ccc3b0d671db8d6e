import { z } from 'zod'
import { describeFuture, readUntil } from '#collectors/clock.ts'
import type { Page, ScopeFailure, SourceRecord } from '#collectors/collector.ts'
import { CATALOGUE_FILES, chooseDescription } from '#collectors/evidence/catalogue.ts'
import type { PublishedRule } from '#collectors/evidence/publications.ts'
import type { HistoryFact, UnreadableRecord } from '#collectors/evidence/walk.ts'
import type { Track } from '#collectors/evidence/watch.ts'
import type { Alerts } from '#collectors/github/alerts.ts'
import {
  NO_APPROVALS,
  type ReadApprovals,
  type RepositoryApprovals,
} from '#collectors/github/approvals.ts'
import type { BranchRules } from '#collectors/github/branch-rules.ts'
import { type Answer, type GitHubClient, ScopedError } from '#collectors/github/client.ts'
import { CODEOWNERS_FILES } from '#collectors/github/codeowners.ts'
import type { OrganisationCursor, RepositoryCursor } from '#collectors/github/cursor.ts'
import {
  DEPLOYMENT_STATUSES,
  DeploymentNode,
  deploymentsByIdQuery,
  deploymentsQuery,
  isFinal,
  isServing,
} from '#collectors/github/deployments.ts'
import type { GitHubFact, GitHubRecord } from '#collectors/github/facts.ts'
import { type FileHistory, readFileHistory } from '#collectors/github/file-history.ts'
import {
  ISSUE_COMMENTS,
  ISSUE_IDS,
  ISSUES,
  type IssueKind,
  IssueNode,
  type IssueReading,
  isOfKind,
  ListedIssue,
  needsComments,
  reduceIssue,
} from '#collectors/github/issues.ts'
import {
  OWNER_FILES,
  type OwnerFiles,
  OwnerFilesAnswer,
  readOwnerFiles,
} from '#collectors/github/owner-files.ts'
import { type OwnerState, readOwnerHistory } from '#collectors/github/owner-history.ts'
import { listClaims } from '#collectors/github/ownership.ts'
import {
  Connection,
  instantAt,
  NO_MORE,
  NOT_READ,
  readAll,
  readConnection,
  readNewestFirst,
} from '#collectors/github/pages.ts'
import { PULL_REQUESTS } from '#collectors/github/pull-requests.ts'
import type { ListedRepository } from '#collectors/github/repositories.ts'
import { SourceError } from '#lib/errors.ts'

export interface RepositoryReading {
  readonly sourceId: string
  readonly client: GitHubClient
  readonly listed: ListedRepository
  readonly organisation: OrganisationCursor
  readonly cursor: RepositoryCursor | null
  /** How far back a first reading goes. */
  readonly since: Date
  readonly now: Date
  /** What its issues are; null: none of them is anything. */
  readonly issues: IssueReading | null
  /** What golden paths and eligibility watch in every repository. */
  readonly tracks: readonly Track[]
  /** Whether to ask which runs deployed. */
  readonly withRuns: boolean
  /** Rules whose versions this one publishes. */
  readonly published: readonly PublishedRule[]
  /** The team that the configuration names. */
  readonly configuredOwner: string | undefined
  /** Whether a deployment that was open stands differently now. */
  readonly hasMovedDeployments: boolean
  /** What was approved in it; null: nobody asks. */
  readonly approvals: RepositoryApprovals | null
  /** What default branches are held to; null: nobody asks. */
  readonly rules: BranchRules | null
  /** What alerts are open; null: nobody asks. */
  readonly alerts: Alerts | null
}

/** What comes late, or with the same time, is found by reading so far back again. */
const OVERLAP_MS = 10 * 60_000
const DAY_MS = 24 * 60 * 60_000
/** A success that nothing replaced for so long is left alone. */
const SETTLED_MS = 30 * DAY_MS
const MOST_IDS = 100

type Kind = 'changes' | 'deployments' | 'tickets'

/** The pages of one repository; the last one says what time was read. Files whose history is not to be had are told. @throws {SourceError} */
export async function* readRepository(
  reading: RepositoryReading,
): AsyncGenerator<Page | ScopeFailure> {
  const { listed, client, now } = reading
  const start = reading.cursor ?? startCursor(reading)
  refuseFuture(reading, start)
  const readAt = readUntil(client.time(), now).toISOString()
  const pages = new PageMaker(reading, start)
  // Then deployments look up what workflows referred to.
  const early = reading.withRuns && (yield* readWatchedFiles(reading, pages))
  if (hasMoved('changes', start, listed)) yield* readChanges(reading, pages)
  yield* readDeployments(reading, pages)
  if (reading.issues !== null && hasMoved('tickets', start, listed))
    yield* readIssues(reading, reading.issues, pages)
  const isWhole = reading.withRuns ? early : yield* readWatchedFiles(reading, pages)
  const owner = yield* readOwner(reading, pages)
  if (listed.moved.deployments !== null) {
    reading.approvals?.noteRead(pages.cursor.approvedFrom ?? pages.cursor.since)
  }
  const rules = await readRules(reading, pages)
  const alerts = await readAlerts(reading, pages)
  pages.cursor = { ...pages.cursor, readAt, moved: listed.moved }
  const covers = { from: coveredFrom(reading, start), to: new Date(readAt) }
  yield pages.last([...owner, ...rules, ...alerts], isWhole ? covers : null)
}

/** What was not there yet cannot be missed. */
function coveredFrom({ listed }: RepositoryReading, { since }: RepositoryCursor): Date {
  return new Date(since > listed.createdAt ? since : listed.createdAt)
}

const startCursor = ({ listed, since }: RepositoryReading): RepositoryCursor => ({
  node: listed.id,
  row: null,
  since: since.toISOString(),
  readAt: null,
  moved: null,
  changes: NOT_READ,
  deployments: NOT_READ,
  approvedFrom: null,
  rules: null,
  alerts: {},
  unsettled: [],
  tickets: null,
  files: null,
  history: null,
  claims: '[]',
})

/** @throws {ScopedError} when the cursor cannot be: nothing would ever be read again */
function refuseFuture(
  { sourceId, listed, now }: RepositoryReading,
  cursor: RepositoryCursor,
): void {
  const { readAt, changes, deployments, tickets } = cursor
  const times = [readAt, changes.newest, deployments.newest, tickets]
  const fault = describeFuture(sourceId, times, now)
  if (fault !== null) throw new ScopedError(sourceId, `${listed.nameWithOwner}: ${fault}`)
}

/** Whether there is something to read. Times are whole seconds: what came in the same one as the reading did not move anything. */
function hasMoved(kind: Kind, cursor: RepositoryCursor, { moved }: ListedRepository): boolean {
  if (moved[kind] === null || moved[kind].startsWith('0 ')) return false
  if (cursor.moved === null || cursor.readAt === null) return true
  if (cursor.moved[kind] !== moved[kind]) return true
  if (kind !== 'tickets' && cursor[kind].pending !== null) return true
  const { newest } = cursor.moved
  return newest !== null && Date.parse(newest) > Date.parse(cursor.readAt) - OVERLAP_MS
}

/** Makes the pages of a repository, each with the cursor that it leaves. */
class PageMaker {
  cursor: RepositoryCursor
  readonly #reading: RepositoryReading
  #isFirst: boolean

  constructor(reading: RepositoryReading, cursor: RepositoryCursor) {
    this.#reading = reading
    this.cursor = cursor
    this.#isFirst = reading.cursor === null
  }

  of(kind: 'pull-request' | 'deployment' | 'issue', nodes: readonly unknown[]): Page {
    return this.#page(toRecords(kind, nodes))
  }

  ofDeployments(nodes: readonly unknown[], approvals: ReadApprovals['nodes']): Page {
    const approved = approvals.map((node) => ({
      position: `approval ${node.deployment}`,
      value: { kind: 'approval' as const, node },
    }))
    return this.#page([...toRecords('deployment', nodes), ...approved])
  }

  ofHistory({ records, published: rules, unread }: FileHistory): Page {
    const fact = { kind: 'history' as const, rules, unread: unread.subjects }
    const whole: GitHubRecord = { kind: 'fact', fact }
    const facts = records.map(({ position, value }, index) => {
      const record = value as HistoryFact | UnreadableRecord // As the walk makes them.
      return {
        position: record.kind === 'unreadable' ? position : `${position} ${index}`,
        value: toRecord(record),
      }
    })
    return this.#page([{ position: 'history', value: whole }, ...facts])
  }

  /** Of a repository in which nothing moved it holds no record. */
  last(records: readonly GitHubRecord[], covers: Page['covers']): Page {
    const named = records.map((value) => ({ position: toName(value), value }))
    return { ...this.#page(named), covers }
  }

  #page(records: readonly { position: string; value: GitHubRecord }[]): Page {
    const { listed } = this.#reading
    const begins = this.#isFirst
    this.#isFirst = false
    const fact = toRepository(listed, this.cursor)
    const row = JSON.stringify(fact)
    const isNew = this.cursor.row !== row
    this.cursor = { ...this.cursor, row }
    const repository: SourceRecord = { position: 'repository', value: { kind: 'fact', fact } }
    return {
      scope: `repository:${listed.repositoryId}`,
      records: records.length === 0 && !isNew ? [] : [repository, ...records],
      cursor: this.cursor,
      covers: null,
      begins,
    }
  }
}

const toRecords = (kind: 'pull-request' | 'deployment' | 'issue', nodes: readonly unknown[]) =>
  nodes.map((node) => ({ position: toPosition(kind, node), value: { kind, node } }))

const toRecord = (record: HistoryFact | UnreadableRecord): GitHubRecord =>
  record.kind === 'unreadable' ? record : { kind: 'fact', fact: record }

function toRepository(listed: ListedRepository, { files, history }: RepositoryCursor): GitHubFact {
  return {
    kind: 'repository',
    row: {
      id: listed.repositoryId,
      native_id: listed.id,
      name: listed.nameWithOwner,
      default_branch: listed.defaultBranchRef?.name ?? null,
      created_at: listed.createdAt,
      archived_at: listed.archivedAt,
      language: listed.primaryLanguage?.name ?? null,
      head_sha: history?.head ?? null,
      former_names: '[]',
      gone_at: null,
    },
    folder: listed.name,
    component: chooseDescription(files?.descriptions ?? [])?.component ?? null,
  }
}

const toName = (record: GitHubRecord) =>
  record.kind === 'unreadable'
    ? record.file
    : record.kind === 'fact'
      ? record.fact.kind
      : record.kind

const Named = z.object({ id: z.string() })

function toPosition(kind: string, node: unknown): string {
  const { data } = Named.safeParse(node)
  return `${kind} ${data?.id ?? JSON.stringify(node)?.slice(0, 80)}`
}

const ListAnswer = z.object({ repository: z.object({ list: Connection }) })
type ListAnswer = z.output<typeof ListAnswer>

/** Asks for pages of a list of the repository. */
function listOf(
  { client, listed }: RepositoryReading,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
  most = 50,
) {
  const [owner, name] = listed.nameWithOwner.split('/')
  const size = { most, about: `${listed.id} ${query.slice(0, 20)}` }
  return async (cursor: string | null): Promise<Connection> => {
    const given = { ...variables, owner, name, cursor }
    const { data }: Answer<ListAnswer> = await client.queryPage(ListAnswer, query, given, size)
    return data.repository.list
  }
}

async function* readChanges(reading: RepositoryReading, pages: PageMaker): AsyncGenerator<Page> {
  const parts = readNewestFirst({
    sourceId: reading.sourceId,
    ask: listOf(reading, PULL_REQUESTS),
    timeOf: instantAt('updatedAt'),
    progress: pages.cursor.changes,
    since: pages.cursor.since,
    overlapMs: OVERLAP_MS,
  })
  for await (const { nodes, progress } of parts) {
    pages.cursor = { ...pages.cursor, changes: progress }
    yield pages.of('pull-request', nodes)
  }
}

async function* readDeployments(
  reading: RepositoryReading,
  pages: PageMaker,
): AsyncGenerator<Page> {
  const moved = hasMoved('deployments', pages.cursor, reading.listed)
  if (!moved && !reading.hasMovedDeployments) return
  yield* readUnsettled(reading, pages)
  if (!moved) return
  const parts = readNewestFirst({
    sourceId: reading.sourceId,
    ask: listOf(reading, deploymentsQuery(reading.withRuns)),
    timeOf: instantAt('createdAt'),
    progress: pages.cursor.deployments,
    since: pages.cursor.since,
    overlapMs: OVERLAP_MS,
  })
  for await (const { nodes, progress } of parts) {
    const whole = await withAllStatuses(reading, nodes)
    const unsettled = mergeUnsettled(pages.cursor.unsettled, whole, reading.now)
    pages.cursor = { ...pages.cursor, deployments: progress, unsettled }
    yield await withApprovals(reading, pages, whole)
  }
}

const ByIdAnswer = z.object({ nodes: z.array(z.unknown()) })

/** Asks again for those of which more is to come; one that is gone is left as it was. */
async function* readUnsettled(reading: RepositoryReading, pages: PageMaker): AsyncGenerator<Page> {
  const asked = pages.cursor.unsettled
  for (let start = 0; start < asked.length; start += MOST_IDS) {
    const ids = asked.slice(start, start + MOST_IDS).map(({ id }) => id)
    const query = deploymentsByIdQuery(reading.withRuns)
    const { data } = await reading.client.query(ByIdAnswer, query, { ids })
    const there = data.nodes.filter((node) => node !== null)
    const whole = await withAllStatuses(reading, there)
    const others = pages.cursor.unsettled.filter(({ id }) => !ids.includes(id))
    pages.cursor = { ...pages.cursor, unsettled: mergeUnsettled(others, whole, reading.now) }
    yield await withApprovals(reading, pages, whole)
  }
}

/**
 * A page of deployments and of what was approved of them. Where that is not known of one, nothing is
 * known before it; of one that ended since the last reading, before this one.
 */
async function withApprovals(
  { approvals, now }: RepositoryReading,
  pages: PageMaker,
  nodes: readonly unknown[],
): Promise<Page> {
  const { readAt, approvedFrom } = pages.cursor
  // What went on before was asked for when it did.
  const since = readAt && new Date(Date.parse(readAt) - OVERLAP_MS).toISOString()
  const { nodes: approved, gapAt } = (await approvals?.read(nodes, since)) ?? NO_APPROVALS
  if (gapAt !== null) {
    const known = readAt === null ? gapAt : now.toISOString()
    const isLater = approvedFrom === null || approvedFrom < known
    pages.cursor = { ...pages.cursor, approvedFrom: isLater ? known : approvedFrom }
  }
  return pages.ofDeployments(nodes, approved)
}

type Unsettled = RepositoryCursor['unsettled'][number]

/** Without those that are final, and those that have served for long. */
function mergeUnsettled(
  known: readonly Unsettled[],
  nodes: readonly unknown[],
  now: Date,
): Unsettled[] {
  const byId = new Map(known.map((one) => [one.id, one]))
  for (const node of nodes) {
    const { data } = DeploymentNode.safeParse(node)
    if (data) byId.set(data.id, { id: data.id, createdAt: data.createdAt, state: data.state ?? '' })
  }
  return [...byId.values()].filter(({ state, createdAt }) => {
    const isOld = now.getTime() - Date.parse(createdAt) > SETTLED_MS
    return !isFinal(state) && !(isServing(state) && isOld)
  })
}

/** Deployments with more than a page of statuses, made whole. */
function withAllStatuses(
  reading: RepositoryReading,
  nodes: readonly unknown[],
): Promise<unknown[]> {
  return withRest(reading, nodes, { query: DEPLOYMENT_STATUSES }, (node) => {
    const { data } = DeploymentNode.safeParse(node)
    return data && { node: data, list: data.statuses, key: 'statuses' }
  })
}

interface Incomplete {
  readonly node: { readonly id: string }
  /** What was given of the list, under `key`. */
  readonly list: Connection
  readonly key: string
}

const RestAnswer = z.object({ node: z.object({ list: Connection }).nullable() })

/** Nodes with the rest of a list that was too long for their page. */
async function withRest(
  { client, sourceId }: RepositoryReading,
  nodes: readonly unknown[],
  { query, ...given }: { readonly query: string; readonly texts?: boolean },
  findIncomplete: (node: unknown) => Incomplete | null | undefined,
): Promise<unknown[]> {
  const whole: unknown[] = []
  for (const told of nodes) {
    const { node, list, key } = findIncomplete(told) ?? {}
    if (!node || !key || !list?.pageInfo.hasNextPage) {
      whole.push(told)
      continue
    }
    const ask = async (cursor: string | null) => {
      const { data } = await client.query(RestAnswer, query, { ...given, id: node.id, cursor })
      return data.node?.list ?? NO_MORE
    }
    const rest = await readAll(sourceId, ask, list.pageInfo.endCursor)
    whole.push({ ...node, [key]: { nodes: [...(list.nodes ?? []), ...rest] } })
  }
  return whole
}

/** Where some are incidents all are read, so that one that loses its label is seen. */
async function* readIssues(
  reading: RepositoryReading,
  issues: IssueReading,
  pages: PageMaker,
): AsyncGenerator<Page> {
  const { tickets: newest, since: first } = pages.cursor
  const since = newest === null ? first : new Date(Date.parse(newest) - OVERLAP_MS).toISOString()
  const texts = issues.incidents !== null
  const labels = texts ? null : labelsOf(reading)
  const ask = listOf(reading, ISSUES, { since, labels, texts })
  const timeOf = instantAt('updatedAt')
  for await (const { nodes } of readConnection(reading.sourceId, ask)) {
    const times = nodes.flatMap((node) => timeOf(node) ?? [])
    const reached = [pages.cursor.tickets ?? '', ...times].toSorted().at(-1)
    pages.cursor = { ...pages.cursor, tickets: reached || null }
    const whole = await withComments(reading, nodes, issues)
    yield pages.of(
      'issue',
      whole.map((node) => reduceIssue(node, issues)),
    )
  }
}

function labelsOf({ issues }: RepositoryReading): readonly string[] | null {
  const labels = issues?.tickets?.labels ?? []
  return labels.length === 0 ? null : labels
}

/**
 * GitHub's ids of all tickets, or incidents, of a repository, however old.
 *
 * @throws {ScopedError} when one of its issues cannot be read: it may be one of them
 */
export async function listIssueIds(reading: RepositoryReading, kind: IssueKind): Promise<string[]> {
  const { sourceId, issues, listed } = reading
  if (issues === null) return []
  const labels = kind === 'tickets' ? labelsOf(reading) : null
  const ask = listOf(reading, ISSUE_IDS, { labels }, 100)
  const ids: string[] = []
  await readAll(sourceId, async (cursor) => {
    const page = await ask(cursor)
    const { data } = z.array(ListedIssue).safeParse(page.nodes)
    if (data === undefined) {
      const why = 'not every issue in the list tells its id and labels'
      throw new ScopedError(sourceId, `${listed.nameWithOwner}: ${why}`)
    }
    ids.push(...data.filter((issue) => isOfKind(issue, issues, kind)).map(({ id }) => id))
    return page
  })
  return ids
}

/** Issues of which more may be told beyond their first comments, with the rest of these. */
function withComments(
  reading: RepositoryReading,
  nodes: readonly unknown[],
  issues: IssueReading,
): Promise<unknown[]> {
  const asked = { query: ISSUE_COMMENTS, texts: issues.incidents !== null }
  return withRest(reading, nodes, asked, (node) => {
    const { data } = IssueNode.safeParse(node)
    if (!data || !needsComments(data, issues)) return null
    return { node: data, list: data.comments, key: 'comments' }
  })
}

/** The history of the watched files, when the main line moved, or tags may have. Returns whether all of it is known. */
async function* readWatchedFiles(
  reading: RepositoryReading,
  pages: PageMaker,
): AsyncGenerator<Page | ScopeFailure, boolean> {
  const { sourceId, client, listed, tracks, published, now } = reading
  const { head } = listed.moved
  const { history } = pages.cursor
  const isWatched = tracks.length > 0 || published.length > 0
  const hasTags = published.some(({ files }) => files === null)
  if (head === null || !isWatched || (history?.head === head && !hasTags)) return true
  const [owner = '', name = ''] = listed.nameWithOwner.split('/')
  const told = await readFileHistory(
    {
      sourceId,
      client,
      repositoryId: listed.repositoryId,
      owner,
      name,
      now,
      createdAt: new Date(listed.createdAt),
      tracks,
      published,
    },
    history?.signature ?? null,
  )
  const { places, cause } = told?.unread ?? { places: [], cause: null }
  // What was not to be had is asked for by the next run.
  const reached = cause === null ? head : (history?.head ?? null)
  const signature = told?.signature ?? history?.signature ?? ''
  pages.cursor = {
    ...pages.cursor,
    history: reached === null ? null : { head: reached, signature },
  }
  if (told !== null) yield pages.ofHistory(told)
  if (cause === null) return true
  const what = `history of ${places.join(', ')}: what is known of it stays, and until it can be read the time since is not covered`
  yield toFilesFailure(reading, what, cause)
  return false
}

/** What the default branch is held to, as far as that changed. */
async function readRules(
  { rules, listed, now }: RepositoryReading,
  pages: PageMaker,
): Promise<GitHubRecord[]> {
  const { id: node, repositoryId, nameWithOwner, isArchived } = listed
  const known = pages.cursor.rules
  const branch = { node, repositoryId, nameWithOwner, isArchived, known, now }
  const read = (await rules?.read(branch)) ?? null
  if (read === null) return []
  pages.cursor = { ...pages.cursor, rules: read.known }
  const { facts, fault: reason } = read
  const unreadable = { kind: 'unreadable' as const, file: 'rules of the default branch' }
  return [
    ...facts.map((fact): GitHubRecord => ({ kind: 'fact', fact })),
    ...(reason === null ? [] : [{ ...unreadable, reason }]),
  ]
}

/** What came of open alerts, as far as that changed. */
async function readAlerts(
  { alerts, listed, now }: RepositoryReading,
  pages: PageMaker,
): Promise<GitHubRecord[]> {
  if (alerts === null) return []
  const { id: node, repositoryId, nameWithOwner, isArchived } = listed
  const known = pages.cursor.alerts
  const repository = { node, repositoryId, nameWithOwner, isArchived, known, now }
  const read = await alerts.read(repository)
  pages.cursor = { ...pages.cursor, alerts: read.known }
  return [
    ...read.facts.map((fact): GitHubRecord => ({ kind: 'fact', fact })),
    ...read.faults.map(
      (reason): GitHubRecord => ({ kind: 'unreadable', file: 'open alerts', reason }),
    ),
  ]
}

/** What every place says of the owner, when that changed. */
async function* readOwner(
  reading: RepositoryReading,
  pages: PageMaker,
): AsyncGenerator<ScopeFailure, GitHubRecord[]> {
  const { unreadable, history, isWhole } = yield* readFiles(reading, pages)
  const claims = listClaims({ ...undatedOf(reading), ...toSaid(pages.cursor.files) })
  const past = history.map((state) => ({
    at: state.at.toISOString(),
    claims: listClaims({ ...NOTHING_UNDATED, ...toSaid(state) }),
  }))
  const told = JSON.stringify(claims)
  if (told === pages.cursor.claims && past.length === 0) return [...unreadable]
  pages.cursor = { ...pages.cursor, claims: told }
  return [...unreadable, { kind: 'fact', fact: { kind: 'ownership', claims, past, isWhole } }]
}

const toSaid = (files: Said | null): Said => ({
  descriptions: files?.descriptions ?? [],
  codeowners: files?.codeowners ?? null,
})

const NOTHING_UNDATED = { property: undefined, teams: [], configured: undefined }

/** What the places say of which no history is told. */
const undatedOf = ({ listed, organisation, configuredOwner }: RepositoryReading) => ({
  property: organisation.property[String(listed.databaseId)],
  teams: organisation.candidates[listed.id] ?? [],
  configured: configuredOwner,
})

interface ReadFiles {
  readonly unreadable: readonly UnreadableRecord[]
  /** What they said since the reading before, oldest first. */
  readonly history: readonly OwnerState[]
  /** `history` goes back to the first commit. */
  readonly isWhole: boolean
}

const NOTHING_NEW: ReadFiles = { unreadable: [], history: [], isWhole: false }

/** Reads the files that name an owner, when the main line moved. */
async function* readFiles(
  reading: RepositoryReading,
  pages: PageMaker,
): AsyncGenerator<ScopeFailure, ReadFiles> {
  const { head } = reading.listed.moved
  const { files } = pages.cursor
  if (head === null || files?.head === head) return NOTHING_NEW
  const { told, failure } = await askForOwnerFiles(reading)
  const known = files?.last ?? []
  const tried = failure === null ? await tryHistory(reading, told.last, known) : { failure }
  if (tried.failure !== null) yield toFilesFailure(reading, HISTORY_OF_OWNERS, tried.failure)
  const history = tried.history ?? []
  const said = keepUnread(told, history.at(-1) ?? files)
  const last = tried.failure === null ? told.last : null
  pages.cursor = {
    ...pages.cursor,
    files: {
      // Where the history was not to be had it is asked for by the next run.
      head: last === null ? '' : head,
      descriptions: [...said.descriptions],
      codeowners: said.codeowners && [...said.codeowners],
      last: last && Object.values(last),
    },
  }
  // Before the first commit that touched one of them they said nothing.
  return { unreadable: told.unreadable, history, isWhole: last !== null && known.length === 0 }
}

const HISTORY_OF_OWNERS =
  'history of the files that name an owner: until it can be read, an owner is dated from when it was seen'

/** That files could not be read as `what` says; the next run asks again. */
function toFilesFailure(
  { sourceId, listed }: RepositoryReading,
  what: string,
  cause: ScopedError,
): ScopeFailure {
  const message = `${listed.nameWithOwner}: ${what}: ${cause.message}`
  const failure = new SourceError(sourceId, message, { cause })
  return { scope: `files:${listed.repositoryId}`, failure }
}

type Said = Pick<OwnerState, 'descriptions' | 'codeowners'>

/** What cannot be read says what it said before; of catalogue files all do, since nobody knows which decides. */
function keepUnread(
  { descriptions, codeowners, unreadable }: OwnerFiles,
  before: Said | null,
): Said {
  const unread = new Set(unreadable.map(({ file }) => file))
  const isUnread = (files: readonly string[]) => files.some((file) => unread.has(file))
  const said = toSaid(before)
  return {
    descriptions: isUnread(CATALOGUE_FILES) ? said.descriptions : descriptions,
    codeowners: isUnread(CODEOWNERS_FILES) ? said.codeowners : codeowners,
  }
}

interface AskedOwnerFiles {
  readonly told: OwnerFiles
  /** Why their history is not told. */
  readonly failure: ScopedError | null
}

/** A history that takes GitHub too long to look through does not keep owners from being read. */
async function askForOwnerFiles({ client, listed }: RepositoryReading): Promise<AskedOwnerFiles> {
  const [owner, name] = listed.nameWithOwner.split('/')
  const ask = async (history: boolean) => {
    const { data } = await client.query(OwnerFilesAnswer, OWNER_FILES, { owner, name, history })
    return readOwnerFiles(data)
  }
  try {
    return { told: await ask(true), failure: null }
  } catch (error) {
    if (!(error instanceof ScopedError)) throw error
    return { told: await ask(false), failure: error }
  }
}

interface TriedHistory {
  readonly history?: readonly OwnerState[]
  readonly failure: ScopedError | null
}

/** A history that GitHub does not give keeps nothing else from being read. */
async function tryHistory(
  reading: RepositoryReading,
  last: OwnerFiles['last'],
  known: readonly string[],
): Promise<TriedHistory> {
  try {
    return { history: await readNewHistory(reading, last, known), failure: null }
  } catch (error) {
    if (!(error instanceof ScopedError)) throw error
    return { failure: error }
  }
}

/** What the files said since the reading before, by the commits `known` then, or ever if there were none. */
async function readNewHistory(
  { sourceId, client, listed, now }: RepositoryReading,
  last: OwnerFiles['last'],
  known: readonly string[],
): Promise<OwnerState[]> {
  if (last === null || JSON.stringify(known) === JSON.stringify(Object.values(last))) return []
  const [owner = '', name = ''] = listed.nameWithOwner.split('/')
  const of = { sourceId, client, owner, name, repositoryId: listed.repositoryId, now }
  const states = await readOwnerHistory(of, Object.keys(last))
  const place = states.findLastIndex(({ sha }) => known.includes(sha))
  // Of a history that was written anew nobody knows what is new of it.
  return place === -1 && known.length > 0 ? [] : states.slice(place + 1)
}
