import { matchesGlob } from 'node:path'
import { z } from 'zod'
import type { SourceRecord } from '#collectors/collector.ts'
import { CATALOGUE_FILES } from '#collectors/evidence/catalogue.ts'
import { listMoveCommits, type PublishedRule, ruleKey } from '#collectors/evidence/publications.ts'
import {
  listTagVersions,
  type Step,
  startState,
  Walker,
  WalkState,
} from '#collectors/evidence/walk.ts'
import { type Track, toWanted } from '#collectors/evidence/watch.ts'
import type { Clone, Tag } from '#collectors/git/clones.ts'
import { readContents } from '#collectors/git/contents.ts'
import type { GitFact, RepositoryFact } from '#collectors/git/facts.ts'
import { GitError, type GitPlace } from '#collectors/git/git.ts'
import {
  type FileEvent,
  listFileEvents,
  listFirstCommits,
  listMainLine,
  listTree,
  type MainCommit,
  type Range,
} from '#collectors/git/main-line.ts'
import { clonedChangeId } from '#collectors/repository.ts'
import type { Period } from '#lib/period.ts'

export interface Reading {
  readonly clone: Clone
  /** Where its objects are read. */
  readonly place: GitPlace
  /** Ids of the golden paths that are configured. */
  readonly paths: readonly string[]
  readonly tracks: readonly Track[]
  /** Rules whose versions this repository publishes. */
  readonly published: readonly PublishedRule[]
  readonly releases: readonly ReleaseRule[]
  readonly bots: readonly string[]
  readonly now: Date
}

/** Tags that are deployments of the repository's service. */
export interface ReleaseRule {
  /** Glob. */
  readonly tags: string
  readonly environment: string
}

export interface History {
  readonly records: readonly SourceRecord[]
  readonly cursor: Cursor
  readonly covers: Period | null
  /** True when all of it was read, and nothing that was stored of it counts any more. */
  readonly whole: boolean
}

const Cursor = z.object({
  /** Tip of the main line; null while the repository is empty. */
  head: z.string().nullable(),
  /** The time that the main line had reached. */
  at: z.string(),
  began: z.string().nullable(),
  tags: z.string(),
  shallow: z.string(),
  coveredTo: z.string(),
  ...WalkState.shape,
})
type Cursor = z.output<typeof Cursor>

/** What happened since `cursor`; null when nothing did. @throws {GitError} */
export async function readHistory(reading: Reading, cursor: unknown): Promise<History | null> {
  const { clone } = reading
  const stored = Cursor.safeParse(cursor).data
  const previous = stored && continues(stored, reading) ? stored : null
  if (previous && previous.head === clone.head && previous.tags === clone.tagsHash) {
    return readFreshness(reading, previous)
  }
  const part = previous && (await readPart(reading, previous))
  return part ?? readWhole(reading)
}

/**
 * Whether what comes now adds to what was read; a history that got longer at its start does not, nor does
 * one that had reached the future.
 */
function continues(cursor: Cursor, { clone, published, now }: Reading): boolean {
  if (new Date(cursor.at) > now) return false
  const keys = published.map(ruleKey).toSorted().join()
  return (
    cursor.shallow === clone.shallowHash && Object.keys(cursor.published).toSorted().join() === keys
  )
}

/** A fetch that brought nothing still says that nothing happened, and whose repository it is. */
function readFreshness(reading: Reading, previous: Cursor): History | null {
  const cursor = { ...previous, coveredTo: coveredTo(reading) }
  if (cursor.coveredTo <= previous.coveredTo) return null
  return toHistory(reading, cursor, [], false)
}

const coveredTo = ({ clone, now }: Reading) =>
  (clone.fetchedAt < now ? clone.fetchedAt : now).toISOString()

const coveredBy = ({ began, coveredTo: to }: Cursor): Period | null =>
  began === null ? null : { from: new Date(began), to: new Date(to) }

/** Null when the main line no longer holds what was read: somebody rewrote it. */
async function readPart(reading: Reading, previous: Cursor): Promise<History | null> {
  const { clone, place, bots, now } = reading
  if (clone.head === null || previous.head === null) return null
  const range = { head: clone.head, now, since: { head: previous.head, at: new Date(previous.at) } }
  if (clone.head === previous.head) return readRange(reading, range, [], previous)
  const added = await listMainLine(place, range, bots).catch((error: unknown) => {
    // The former tip may be gone altogether; whatever else is wrong shows again in the whole.
    if (error instanceof GitError) return []
    throw error
  })
  if (added[0]?.parents[0] !== previous.head) return null
  return readRange(reading, range, added, previous)
}

async function readWhole(reading: Reading): Promise<History> {
  const { clone, place, bots, now } = reading
  const nothing: Cursor = {
    head: null,
    at: new Date(0).toISOString(),
    began: null,
    tags: '',
    shallow: clone.shallowHash,
    coveredTo: coveredTo(reading),
    ...startState(reading.published),
  }
  if (clone.head === null) return toHistory(reading, { ...nothing, tags: clone.tagsHash }, [], true)
  const range = { head: clone.head, now, since: null }
  return readRange(reading, range, await listMainLine(place, range, bots), nothing)
}

async function readRange(
  reading: Reading,
  range: Range,
  mainLine: readonly MainCommit[],
  previous: Cursor,
): Promise<History> {
  const { place, clone } = reading
  const whole = range.since === null
  const [firstCommits, walked] = await Promise.all([
    listFirstCommits(place, range, mainLine),
    walk(reading, range, mainLine, previous),
  ])
  const cursor: Cursor = {
    ...previous,
    ...walked.reached,
    head: range.head,
    at: (mainLine.at(-1)?.at ?? new Date(previous.at)).toISOString(),
    began: previous.began ?? mainLine[0]?.at.toISOString() ?? null,
    tags: clone.tagsHash,
    coveredTo: coveredTo(reading),
  }
  const records = [
    ...walked.records,
    ...mainLine.map((commit) => toChange(clone, commit, firstCommits.get(commit.sha))),
    ...(previous.tags === clone.tagsHash ? [] : tagRecords(reading)),
  ]
  return toHistory(reading, cursor, records, whole)
}

function toHistory(
  reading: Reading,
  cursor: Cursor,
  records: readonly SourceRecord[],
  whole: boolean,
): History {
  const repository = { position: 'repository', value: toRepository(reading, cursor) }
  return { records: [repository, ...records], cursor, covers: coveredBy(cursor), whole }
}

function toRepository(reading: Reading, cursor: Cursor): GitFact {
  const { clone, paths, tracks, published } = reading
  const [host, ...name] = clone.id.split('/')
  const fact: RepositoryFact = {
    row: {
      id: clone.id,
      native_id: clone.id,
      name: host === 'local' ? clone.folder : name.join('/'),
      default_branch: clone.mainBranch,
      // A shallow clone does not know its first commit.
      created_at: clone.shallow ? null : cursor.began,
      archived_at: null,
      language: null,
      head_sha: cursor.head,
      former_names: '[]',
      gone_at: null,
    },
    folder: clone.folder,
    component: cursor.component,
    watched: { paths, attributes: tracks.flatMap(attributeOf) },
    publishes: published.map(({ pathId, ruleId, files }) => ({
      pathId,
      ruleId,
      tagCount: files === null ? clone.tags.length : null,
    })),
    releases: listReleases(reading).map(({ tag }) => releaseId(clone, tag)),
  }
  return { kind: 'repository', ...fact }
}

const attributeOf = ({ subject }: Track) =>
  subject.kind === 'attribute' ? [subject.attribute] : []

/** Follows the watched files along the main line. */
async function walk(
  reading: Reading,
  range: Range,
  mainLine: readonly MainCommit[],
  previous: Cursor,
): Promise<{ records: readonly SourceRecord[]; reached: WalkState }> {
  const { place, tracks, published, clone } = reading
  const files = published.flatMap((rule) => rule.files ?? []).map(({ path }) => path)
  const paths = [
    ...new Set([...CATALOGUE_FILES, ...files, ...tracks.flatMap((track) => track.paths)]),
  ]
  const readUntil = range.since?.at ?? null
  const moves = published.flatMap((rule) => listMoveCommits(rule.files ?? [], mainLine, readUntil))
  const events = mainLine.length === 0 ? [] : await listFileEvents(place, range, paths)
  const steps = toSteps(mainLine, events, [...(range.since ? [] : mainLine.slice(0, 1)), ...moves])
  if (steps.length === 0) return { records: [], reached: previous }
  const tree = range.since ? await listTree(place, range.since.head, paths) : new Map()
  const readings = await readContents(place, toWanted(tracks, contentsOf(tree, events)))
  const hasPast = range.since !== null
  const known = { repositoryId: clone.id, tracks, published, readings, tree, previous, hasPast }
  const walker = new Walker(known)
  for (const step of steps) walker.step(step)
  return walker.end(readUntil)
}

/** The commits that matter, oldest first. */
function toSteps(
  mainLine: readonly MainCommit[],
  events: readonly FileEvent[],
  besides: readonly MainCommit[],
): Step[] {
  const bySha = Map.groupBy(events, ({ sha }) => sha)
  const wanted = new Set([...bySha.keys(), ...besides.map(({ sha }) => sha)])
  return mainLine
    .filter(({ sha }) => wanted.has(sha))
    .map((commit) => ({ commit, events: bySha.get(commit.sha) ?? [] }))
}

const contentsOf = (tree: ReadonlyMap<string, string>, events: readonly FileEvent[]) => [
  ...[...tree].map(([path, blob]) => ({ path, blob })),
  ...events.flatMap(({ path, blob }) => (blob === null ? [] : { path, blob })),
]

function toChange(clone: Clone, commit: MainCommit, firstOfMerge: Date | undefined): SourceRecord {
  const { sha, at, authoredAt, authorKind, number, reverts } = commit
  const first = firstOfMerge ?? authoredAt
  const value: GitFact = {
    kind: 'change',
    row: {
      native_id: clonedChangeId(clone.id, sha),
      repository_id: clone.id,
      number,
      // A clock that ran ahead says nothing.
      first_commit_at: first !== null && first <= at ? first.toISOString() : null,
      opened_at: null,
      ready_at: null,
      first_review_at: null,
      approved_at: null,
      merged_at: at.toISOString(),
      merge_sha: sha,
      size_lines: null,
      author_kind: authorKind,
      reverts,
    },
  }
  return { position: sha.slice(0, 7), value }
}

function tagRecords(reading: Reading): SourceRecord[] {
  const { clone, published } = reading
  const versions = listTagVersions(published, clone.tags)
  const releases = listReleases(reading).map((release) => toRelease(clone, release))
  return [...versions, ...releases]
}

interface Release {
  readonly tag: Tag
  readonly environment: string
}

/** The first rule that a tag matches decides. */
const listReleases = ({ clone, releases }: Reading): Release[] =>
  clone.tags.flatMap((tag) => {
    const rule = releases.find(({ tags }) => matchesGlob(tag.name, tags))
    return rule === undefined ? [] : { tag, environment: rule.environment }
  })

const releaseId = ({ id }: Clone, { name }: Tag) => `${id}@${name}`

function toRelease(clone: Clone, { tag, environment }: Release): SourceRecord {
  const at = tag.createdAt.toISOString()
  const value: GitFact = {
    kind: 'release',
    row: {
      native_id: releaseId(clone, tag),
      environment,
      environment_tier: environment,
      sha: tag.commit,
      version: tag.name,
      created_at: at,
      started_at: null,
      finished_at: at,
      outcome: 'success',
      kind: 'planned',
      superseded_at: null,
      redeploy_of: null,
      rollback_of: null,
      initiator_kind: 'unknown',
      path_id: null,
      path_version: null,
      mechanism: null,
      url: null,
    },
  }
  return { position: `tag ${tag.name}`, value }
}
