import { z } from 'zod'
import type { SourceRecord } from '#collectors/collector.ts'
import type { PublishedRule } from '#collectors/evidence/publications.ts'
import {
  type BlobContent,
  ContentReader,
  LARGEST_BLOB,
  type WantedFile,
} from '#collectors/evidence/readings.ts'
import {
  listTagVersions,
  type PublishedTag,
  type Step,
  startState,
  Walker,
} from '#collectors/evidence/walk.ts'
import { type Track, toWanted } from '#collectors/evidence/watch.ts'
import { type GitHubClient, parseShape, ScopedError } from '#collectors/github/client.ts'
import { mergeHistories } from '#collectors/github/merge-histories.ts'
import { Connection, readAll } from '#collectors/github/pages.ts'
import { Instant } from '#lib/instant.ts'

/** A file, or a folder with what lies in it and in two folders below. */
const ENTRY = `path oid type object { ... on Tree {
  entries { path oid type object { ... on Tree { entries { path oid type object { ... on Tree { entries { path oid type } } } } } } } } }`

// https://docs.github.com/en/graphql/reference/objects#commit
/** Commits of the main line that touched one path, newest first, with what lay there then. */
export const FILE_HISTORY = `query FileHistory($owner: String!, $name: String!, $path: String!, $cursor: String, $pageSize: Int = 50) {
  rateLimit { cost remaining resetAt }
  repository(owner: $owner, name: $name) {
    defaultBranchRef { target { ... on Commit {
      list: history(first: $pageSize, after: $cursor, path: $path) {
        pageInfo { hasNextPage endCursor }
        nodes { oid committedDate file(path: $path) { ${ENTRY} } }
      } } } }
  }
}`

/** What lies at each of `count` paths now, and which commit touched it last. */
export const watchQuery = (count: number) => {
  const places = Array.from({ length: count }, (_, place) => place)
  const parameters = places.map((place) => `$path${place}: String!`).join(', ')
  const fields = places.map(
    (place) =>
      `now${place}: file(path: $path${place}) { ${ENTRY} } last${place}: history(first: 1, path: $path${place}) { nodes { oid } }`,
  )
  return `query WatchedFiles($owner: String!, $name: String!, ${parameters}) {
  rateLimit { cost remaining resetAt }
  repository(owner: $owner, name: $name) {
    defaultBranchRef { target { ... on Commit { oid committedDate ${fields.join(' ')} } } }
  }
}`
}

/** The contents of `count` files. */
export const contentsQuery = (count: number) => {
  const places = Array.from({ length: count }, (_, place) => place)
  const parameters = places.map((place) => `$blob${place}: GitObjectID!`).join(', ')
  const fields = places.map(
    (place) =>
      `blob${place}: object(oid: $blob${place}) { ... on Blob { byteSize isBinary isTruncated text } }`,
  )
  return `query Contents($owner: String!, $name: String!, ${parameters}) {
  rateLimit { cost remaining resetAt }
  repository(owner: $owner, name: $name) { ${fields.join(' ')} }
}`
}

/** Tags, which are the versions of what is pinned. */
export const TAGS = `query Tags($owner: String!, $name: String!, $cursor: String, $pageSize: Int = 100) {
  rateLimit { cost remaining resetAt }
  repository(owner: $owner, name: $name) {
    list: refs(refPrefix: "refs/tags/", first: $pageSize, after: $cursor, orderBy: { field: ALPHABETICAL, direction: ASC }) {
      pageInfo { hasNextPage endCursor }
      nodes { name target { oid ... on Commit { committedDate } ... on Tag { tagger { date } target { oid } } } }
    }
  }
}`

/** Contents that one query asks for. */
const MOST_CONTENTS = 40

/** Whose files are read. */
export interface FilesOf {
  readonly sourceId: string
  readonly client: GitHubClient
  readonly repositoryId: string
  readonly owner: string
  readonly name: string
  readonly now: Date
}

export interface FileReading extends FilesOf {
  readonly createdAt: Date
  readonly tracks: readonly Track[]
  /** Rules whose versions this repository publishes. */
  readonly published: readonly PublishedRule[]
}

export interface FileHistory {
  readonly records: readonly SourceRecord[]
  /** JSON of what was read: the same again means that nothing touched a watched file. Empty when not all was. */
  readonly signature: string
  /** Rules whose versions were read. */
  readonly published: readonly PublishedRule[]
  readonly unread: Unread
}

/** What GitHub did not give, and what is looked at in it, of which nothing is told. */
export interface Unread {
  readonly subjects: readonly Track['subject'][]
  /** Paths, contents of files, `tags`. */
  readonly places: readonly string[]
  /** Why; null when everything was read. */
  readonly cause: ScopedError | null
}

/**
 * What the watched files tell since ever; null when they are as `signature` says. A history that GitHub
 * does not give leaves the others.
 *
 * @throws {SourceError}
 */
export async function readFileHistory(
  reading: FileReading,
  signature: string | null,
): Promise<FileHistory | null> {
  const failures = new Failures()
  const paths = listPaths(reading)
  const watched = await watch(reading, paths, failures)
  const tags = await failures.orElse('tags', () => readTags(reading), null)
  const reached = failures.isEmpty ? JSON.stringify([watched.last, tags]) : ''
  if (reached !== '' && reached === signature) return null
  const histories: Touched[][] = []
  for (const [place, path] of paths.entries()) {
    const isTouched = Boolean(watched.last[place])
    histories.push(
      isTouched ? await failures.orElse(path, () => readHistory(reading, path), []) : [],
    )
  }
  const left = withoutUnread(reading, failures)
  const walked = await walk(left, toSteps(left, paths, histories, watched), failures)
  return {
    records: [...walked.records, ...listTagVersions(left.published, tags ?? [])],
    signature: failures.isEmpty ? reached : '',
    published: left.published,
    unread: {
      subjects: reading.tracks
        .filter((track) => !walked.tracks.includes(track))
        .map(({ subject }) => subject),
      places: failures.places,
      cause: failures.first,
    },
  }
}

/** Places of a repository that fail in a row; then the others are not asked for. */
const MOST_FAILURES = 3

/** What could not be read of one repository while the rest was. */
class Failures {
  readonly #byPlace = new Map<string, ScopedError>()
  #inARow: ScopedError[] = []

  get isEmpty(): boolean {
    return this.#byPlace.size === 0
  }

  get places(): string[] {
    return [...this.#byPlace.keys()]
  }

  get first(): ScopedError | null {
    return this.#byPlace.values().next().value ?? null
  }

  has(place: string): boolean {
    return this.#byPlace.has(place)
  }

  /** @throws `error`, unless it is of one thing that takes too long */
  note(place: string, error: unknown): void {
    if (!isOfOneThing(error)) throw error
    this.#byPlace.set(place, error)
    if (!this.#inARow.includes(error)) this.#inARow.push(error)
  }

  /** @throws {ScopedError} the last one, without asking, when too many failed in a row */
  async ask<T>(read: () => Promise<T>): Promise<T> {
    const last = this.#inARow.at(-1)
    if (last !== undefined && this.#inARow.length >= MOST_FAILURES) throw last
    const told = await read()
    this.#inARow = []
    return told
  }

  async orElse<T, Otherwise>(
    place: string,
    read: () => Promise<T>,
    otherwise: Otherwise,
  ): Promise<T | Otherwise> {
    try {
      return await this.ask(read)
    } catch (error) {
      this.note(place, error)
      return otherwise
    }
  }
}

/** Of what is hidden everything is. */
const isOfOneThing = (error: unknown): error is ScopedError =>
  error instanceof ScopedError && error.missing.length === 0

/** What can be told all the same. */
function withoutUnread(reading: FileReading, failures: Failures): FileReading {
  const isRead = (path: string) => !failures.has(path)
  return {
    ...reading,
    tracks: reading.tracks.filter(({ paths }) => paths.every(isRead)),
    published: reading.published.filter(
      ({ files }) => files?.every(({ path }) => isRead(path)) ?? isRead('tags'),
    ),
  }
}

/**
 * What `ask` tells of each of `items`: in halves when all of them are too much for one answer.
 *
 * @throws {SourceError} when it fails, unless `leave` takes the failure of one item
 */
async function askInHalves<Item, Told>(
  items: readonly Item[],
  ask: (items: readonly Item[]) => Promise<Told[]>,
  leave: (item: Item, error: unknown) => Told,
): Promise<Told[]> {
  try {
    return await ask(items)
  } catch (error) {
    const [first] = items
    if (!isOfOneThing(error) || first === undefined) throw error
    if (items.length === 1) return [leave(first, error)]
    const half = Math.ceil(items.length / 2)
    const told = await askInHalves(items.slice(0, half), ask, leave)
    return [...told, ...(await askInHalves(items.slice(half), ask, leave))]
  }
}

function listPaths({ tracks, published }: FileReading): string[] {
  const files = published.flatMap((rule) => rule.files ?? []).map(({ path }) => path)
  return [...new Set([...tracks.flatMap((track) => track.paths), ...files])].toSorted()
}

interface Entry {
  readonly path: string | null
  readonly oid: string
  readonly type: string
  readonly object?: { readonly entries?: readonly Entry[] | null | undefined } | null | undefined
}

const Entry: z.ZodType<Entry> = z.lazy(() =>
  z.object({
    path: z.string().nullable(),
    oid: z.string(),
    type: z.string(),
    object: z.object({ entries: z.array(Entry).nullish() }).nullish(),
  }),
)

/** Files by path, with their blobs. */
type Files = ReadonlyMap<string, string>

function toFiles(entry: Entry | null): Files {
  const files = new Map<string, string>()
  const visit = ({ path, oid, type, object }: Entry) => {
    if (type === 'blob' && path !== null) files.set(path, oid)
    for (const inside of object?.entries ?? []) visit(inside)
  }
  if (entry !== null) visit(entry)
  return files
}

const Head = z.looseObject({ oid: z.string(), committedDate: Instant })
const WatchAnswer = z.object({
  repository: z.object({ defaultBranchRef: z.object({ target: Head }) }),
})
const Last = z.object({ nodes: z.array(z.object({ oid: z.string() })) })

interface Watched {
  readonly head: { readonly sha: string; readonly at: Date }
  readonly now: readonly Files[]
  /** The commit that touched each path last; null when none did, or that is not known. */
  readonly last: readonly (string | null)[]
}

const NO_HEAD = { sha: '', at: new Date(0) }

async function watch(
  { client, sourceId, owner, name }: FileReading,
  paths: readonly string[],
  failures: Failures,
): Promise<Watched> {
  let head = NO_HEAD
  const ask = async (asked: readonly string[]) => {
    const named = Object.fromEntries(asked.map((path, place) => [`path${place}`, path]))
    const query = watchQuery(asked.length)
    const { data } = await client.query(WatchAnswer, query, { owner, name, ...named })
    const { target } = data.repository.defaultBranchRef
    head = { sha: target.oid, at: new Date(target.committedDate) }
    return asked.map((_, place) => ({
      now: toFiles(parseShape(sourceId, Entry.nullable(), target[`now${place}`])),
      last: parseShape(sourceId, Last, target[`last${place}`]).nodes[0]?.oid ?? null,
    }))
  }
  const told = await askInHalves(
    paths,
    (asked) => failures.ask(() => ask(asked)),
    (path, error) => {
      failures.note(path, error)
      return { now: new Map(), last: null }
    },
  )
  return { head, now: told.map(({ now }) => now), last: told.map(({ last }) => last) }
}

const HistoryAnswer = z.object({
  repository: z.object({
    defaultBranchRef: z.object({ target: z.object({ list: Connection }) }),
  }),
})

const Touching = z.object({
  oid: z.string(),
  committedDate: Instant,
  file: Entry.nullable(),
})

/** A commit that touched a path, with the files there after it. */
export interface Touched {
  readonly sha: string
  readonly at: Date
  readonly files: Files
}

/** Commits of the main line that touched a path, oldest first. */
export async function readHistory(
  { client, sourceId, owner, name, repositoryId }: FilesOf,
  path: string,
): Promise<Touched[]> {
  const size = { most: 50, about: `${repositoryId} history` }
  const nodes = await readAll(sourceId, async (cursor) => {
    const { data } = await client.queryPage(
      HistoryAnswer,
      FILE_HISTORY,
      { owner, name, path, cursor },
      size,
    )
    return data.repository.defaultBranchRef.target.list
  })
  return nodes
    .map((node) => parseShape(sourceId, Touching, node))
    .map(({ oid, committedDate, file }) => ({
      sha: oid,
      at: new Date(committedDate),
      files: toFiles(file),
    }))
    .toReversed()
}

/**
 * What changed, oldest first. A history may show work that lay on a side branch at the time; its end
 * is put right by what the main line holds now.
 */
function toSteps(
  reading: FileReading,
  paths: readonly string[],
  histories: readonly (readonly Touched[])[],
  { head, now }: Watched,
): Step[] {
  const read = new Set(listPaths(reading))
  const lines = histories
    .map((history, place) => [
      ...history.filter(({ sha }) => sha !== head.sha),
      { ...head, files: now[place] ?? new Map() },
    ])
    .filter((_, place) => read.has(paths[place] ?? ''))
  const line = mergeHistories(lines.map(toChanges), reading.now)
  const reached = line.at(-1)?.commit.at ?? head.at
  const moves = reading.published
    .flatMap((rule) => rule.files ?? [])
    .flatMap(({ since }) => (since === undefined ? [] : new Date(since)))
    .filter((at) => at <= reached)
    .map((at) => ({ commit: { sha: '', at }, events: [] }))
  const steps = [...line.filter(({ events }) => events.length > 0), ...moves].toSorted(
    (a, b) => a.commit.at.getTime() - b.commit.at.getTime(),
  )
  const [first] = steps
  if (first !== undefined && first.commit.at <= reading.createdAt) return steps
  // Before anybody touched them, nothing lay there; the first commit itself is not asked for.
  return [{ commit: { sha: '', at: reading.createdAt }, events: [] }, ...steps]
}

function toChanges(history: readonly Touched[]): Step[] {
  let before: Files = new Map()
  return history.map(({ sha, at, files }) => {
    const events = listChanges(before, files)
    before = files
    return { commit: { sha, at }, events }
  })
}

function listChanges(before: Files, after: Files): Step['events'] {
  const written = [...after].filter(([path, blob]) => before.get(path) !== blob)
  const removed = [...before.keys()].filter((path) => !after.has(path))
  return [
    ...written.map(([path, blob]) => ({ path, blob })),
    ...removed.map((path) => ({ path, blob: null })),
  ]
}

interface Walked {
  readonly records: readonly SourceRecord[]
  /** What was looked at. */
  readonly tracks: readonly Track[]
}

async function walk(
  reading: FileReading,
  steps: readonly Step[],
  failures: Failures,
): Promise<Walked> {
  const { published, repositoryId } = reading
  const files = steps
    .flatMap(({ events }) => events)
    .flatMap(({ path, blob }) => (blob === null ? [] : { path, blob }))
  const wanted = toWanted(reading.tracks, files)
  const readings = await readContents(reading, wanted, failures)
  const unread = wanted.filter(({ path }) => failures.has(path))
  const tracks = reading.tracks.filter(
    (track) => !unread.some(({ path }) => track.concerns(path) && track.readers(path).length > 0),
  )
  const walker = new Walker({
    repositoryId,
    tracks,
    published,
    readings,
    tree: new Map(),
    previous: startState(published),
    hasPast: false,
  })
  for (const step of steps) walker.step(step)
  // Owners are decided from more than this file.
  const records = walker
    .end(null)
    .records.filter(({ value }) => (value as { kind: string }).kind !== 'owner')
  return { records, tracks }
}

const Blob = z
  .object({
    byteSize: z.int(),
    isBinary: z.boolean().nullable(),
    isTruncated: z.boolean(),
    text: z.string().nullable(),
  })
  .nullable()
const ContentsAnswer = z.object({ repository: z.record(z.string(), z.unknown()) })

/** A file of which it is noted among `failures` that it cannot be read is one without content. @throws {SourceError} */
export async function readContents(
  reading: FilesOf,
  files: readonly WantedFile[],
  failures: Failures | null,
): Promise<ContentReader> {
  const reader = new ContentReader(files)
  const { blobs } = reader
  const ask = <T>(read: () => Promise<T>) => failures?.ask(read) ?? read()
  for (let start = 0; start < blobs.length; start += MOST_CONTENTS) {
    const asked = blobs.slice(start, start + MOST_CONTENTS)
    const contents = await askInHalves(
      asked,
      (some) => ask(() => askForContents(reading, some)),
      (blob, error): BlobContent => {
        if (failures === null) throw error
        for (const file of files) if (file.blob === blob) failures.note(file.path, error)
        return { text: null, why: 'missing' }
      },
    )
    for (const [place, content] of contents.entries()) reader.visit(asked[place] ?? '', content)
  }
  return reader
}

async function askForContents(
  { client, sourceId, owner, name }: FilesOf,
  blobs: readonly string[],
): Promise<BlobContent[]> {
  const named = Object.fromEntries(blobs.map((blob, place) => [`blob${place}`, blob]))
  const query = contentsQuery(blobs.length)
  const { data } = await client.query(ContentsAnswer, query, { owner, name, ...named })
  return blobs.map((_, place) =>
    toContent(parseShape(sourceId, Blob, data.repository[`blob${place}`])),
  )
}

function toContent(blob: z.output<typeof Blob>): BlobContent {
  if (blob === null) return { text: null, why: 'missing' }
  if (blob.text === null || blob.isTruncated || blob.byteSize > LARGEST_BLOB) {
    return { text: null, why: 'too large' }
  }
  return { text: blob.text }
}

const TagsAnswer = z.object({ repository: z.object({ list: Connection }) })
const TagNode = z.object({
  name: z.string(),
  target: z.object({
    oid: z.string(),
    committedDate: Instant.optional(),
    tagger: z.object({ date: Instant.nullable() }).nullish(),
    target: z.object({ oid: z.string() }).optional(),
  }),
})

/** None unless this repository publishes a rule whose versions are tags. */
async function readTags({
  client,
  sourceId,
  owner,
  name,
  published,
}: FileReading): Promise<PublishedTag[]> {
  if (!published.some(({ files }) => files === null)) return []
  const size = { most: 100, about: 'tags' }
  const nodes = await readAll(sourceId, async (cursor) => {
    const { data } = await client.queryPage(TagsAnswer, TAGS, { owner, name, cursor }, size)
    return data.repository.list
  })
  return nodes.flatMap((node) => {
    const { name: tag, target } = parseShape(sourceId, TagNode, node)
    const at = target.tagger?.date ?? target.committedDate
    const commit = target.target?.oid ?? target.oid
    return at === undefined || at === null ? [] : { name: tag, commit, createdAt: new Date(at) }
  })
}
