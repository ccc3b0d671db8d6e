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
}

export interface FileReading extends FilesOf {
  readonly createdAt: Date
  readonly tracks: readonly Track[]
  /** Rules whose versions this repository publishes. */
  readonly published: readonly PublishedRule[]
}

export interface FileHistory {
  readonly records: readonly SourceRecord[]
  /** JSON of what was read: the same again means that nothing touched a watched file. */
  readonly signature: string
}

/** What the watched files tell since ever; null when they are as `signature` says. @throws {SourceError} */
export async function readFileHistory(
  reading: FileReading,
  signature: string | null,
): Promise<FileHistory | null> {
  const paths = listPaths(reading)
  const watched = await watch(reading, paths)
  const tags = await readTags(reading)
  const reached = JSON.stringify([watched.last, tags])
  if (reached === signature) return null
  const histories: Touched[][] = []
  for (const [place, path] of paths.entries()) {
    histories.push(watched.last[place] ? await readHistory(reading, path) : [])
  }
  const steps = toSteps(reading, histories, watched)
  const records = await walk(reading, steps)
  return { records: [...records, ...listTagVersions(reading.published, tags)], signature: reached }
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
  /** The commit that touched each path last; null when none did. */
  readonly last: readonly (string | null)[]
}

async function watch(
  { client, sourceId, owner, name }: FileReading,
  paths: readonly string[],
): Promise<Watched> {
  const named = Object.fromEntries(paths.map((path, place) => [`path${place}`, path]))
  const query = watchQuery(paths.length)
  const { data } = await client.query(WatchAnswer, query, { owner, name, ...named })
  const { target } = data.repository.defaultBranchRef
  return {
    head: { sha: target.oid, at: new Date(target.committedDate) },
    now: paths.map((_, place) =>
      toFiles(parseShape(sourceId, Entry.nullable(), target[`now${place}`])),
    ),
    last: paths.map(
      (_, place) => parseShape(sourceId, Last, target[`last${place}`]).nodes[0]?.oid ?? null,
    ),
  }
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
  histories: readonly (readonly Touched[])[],
  { head, now }: Watched,
): Step[] {
  const end = { sha: head.sha, at: head.at }
  const lines = histories.map((history, place) => [
    ...history.filter(({ sha }) => sha !== head.sha),
    { ...end, files: now[place] ?? new Map() },
  ])
  const line = mergeHistories(lines.map(toChanges))
  const reached = line.at(-1)?.commit.at ?? head.at
  const moves = reading.published
    .flatMap((rule) => rule.files ?? [])
    .flatMap(({ since }) => (since === undefined ? [] : new Date(since)))
    .filter((at) => at <= reached)
    .map((at) => ({ commit: { sha: head.sha, at }, events: [] }))
  const steps = [...line.filter(({ events }) => events.length > 0), ...moves].toSorted(
    (a, b) => a.commit.at.getTime() - b.commit.at.getTime(),
  )
  const [first] = steps
  if (first !== undefined && first.commit.at <= reading.createdAt) return steps
  // Before anybody touched them, nothing lay there; the first commit itself is not asked for.
  const sha = first?.commit.sha ?? head.sha
  return [{ commit: { sha, at: reading.createdAt }, events: [] }, ...steps]
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

async function walk(reading: FileReading, steps: readonly Step[]): Promise<SourceRecord[]> {
  const { tracks, published, repositoryId } = reading
  const files = steps
    .flatMap(({ events }) => events)
    .flatMap(({ path, blob }) => (blob === null ? [] : { path, blob }))
  const readings = await readContents(reading, toWanted(tracks, files))
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
  return walker
    .end(null)
    .records.filter(({ value }) => (value as { kind: string }).kind !== 'owner')
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

export async function readContents(
  reading: FilesOf,
  files: readonly WantedFile[],
): Promise<ContentReader> {
  const reader = new ContentReader(files)
  const { blobs } = reader
  for (let start = 0; start < blobs.length; start += MOST_CONTENTS) {
    const asked = blobs.slice(start, start + MOST_CONTENTS)
    for (const [blob, content] of await askForContents(reading, asked)) reader.visit(blob, content)
  }
  return reader
}

/** In halves when all of them are too much for one answer. */
async function askForContents(
  reading: FilesOf,
  blobs: readonly string[],
): Promise<[string, BlobContent][]> {
  const { client, sourceId, owner, name } = reading
  const named = Object.fromEntries(blobs.map((blob, place) => [`blob${place}`, blob]))
  const variables = { owner, name, ...named }
  try {
    const query = contentsQuery(blobs.length)
    const { data } = await client.query(ContentsAnswer, query, variables)
    return blobs.map((blob, place) => {
      const found = parseShape(sourceId, Blob, data.repository[`blob${place}`])
      return [blob, toContent(found)]
    })
  } catch (error) {
    if (!(error instanceof ScopedError) || blobs.length === 1) throw error
    const half = Math.ceil(blobs.length / 2)
    const first = await askForContents(reading, blobs.slice(0, half))
    return [...first, ...(await askForContents(reading, blobs.slice(half)))]
  }
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
