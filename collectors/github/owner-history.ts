import {
  CATALOGUE_FILES,
  catalogueReader,
  type Description,
} from '#collectors/evidence/catalogue.ts'
import type { Readings } from '#collectors/evidence/readings.ts'
import { CODEOWNERS_FILES, ownersOfAll } from '#collectors/github/codeowners.ts'
import { type FilesOf, readContents, readHistory } from '#collectors/github/file-history.ts'

/** What the files said about an owner, from a commit on. */
export interface OwnerState {
  readonly sha: string
  readonly at: Date
  readonly descriptions: readonly Description[]
  readonly codeowners: readonly string[] | null
}

/** Blobs by path. */
type Tree = ReadonlyMap<string, string>

interface Change {
  readonly sha: string
  readonly at: Date
  /** Path and blob; null: the file was removed. */
  readonly files: readonly (readonly [string, string | null])[]
}

/** What `paths` said since the first commit that touched one of them, oldest first. @throws {SourceError} */
export async function readOwnerHistory(
  reading: FilesOf,
  paths: readonly string[],
): Promise<OwnerState[]> {
  const touched: Change[] = []
  for (const path of paths) {
    for (const { sha, at, files } of await readHistory(reading, path)) {
      touched.push({ sha, at, files: [[path, files.get(path) ?? null]] })
    }
  }
  const changes = toChanges(touched)
  const wanted = changes
    .flatMap(({ files }) => files)
    .flatMap(([path, blob]) => (blob === null ? [] : { path, blob, readers: [readerOf(path)] }))
  const readings = await readContents(reading, wanted)
  const tree = new Map<string, string>()
  let descriptions: readonly Description[] = []
  return changes.map(({ sha, at, files }) => {
    for (const [path, blob] of files) {
      if (blob === null) tree.delete(path)
      else tree.set(path, blob)
    }
    descriptions = listDescriptions(tree, readings, descriptions)
    return { sha, at, descriptions, codeowners: findCodeowners(tree, readings) }
  })
}

/** One for each commit, oldest first; a state is visible from the latest time so far. */
function toChanges(touched: readonly Change[]): Change[] {
  const ordered = touched.toSorted((a, b) => a.at.getTime() - b.at.getTime())
  let latest = 0
  return [...Map.groupBy(ordered, ({ sha }) => sha)].map(([sha, own]) => {
    latest = Math.max(latest, ...own.map(({ at }) => at.getTime()))
    return { sha, at: new Date(latest), files: own.flatMap(({ files }) => files) }
  })
}

const CODEOWNERS = { key: 'codeowners', read: ownersOfAll }
const readerOf = (path: string) => catalogueReader(path) ?? CODEOWNERS

/** A file that cannot be read says what it said before. */
function listDescriptions(
  tree: Tree,
  readings: Readings,
  former: readonly Description[],
): readonly Description[] {
  return CATALOGUE_FILES.flatMap((file) => {
    const blob = tree.get(file)
    const reader = catalogueReader(file)
    if (blob === undefined || reader === null) return []
    const reading = readings.of(reader, blob)
    if ('problem' in reading) return former.filter((one) => one.file === file)
    const { component } = reading.value
    return component === null ? [] : [{ file, component }]
  })
}

function findCodeowners(tree: Tree, readings: Readings): readonly string[] | null {
  const blob = CODEOWNERS_FILES.map((path) => tree.get(path)).find((one) => one !== undefined)
  if (blob === undefined) return null
  const reading = readings.of(CODEOWNERS, blob)
  return 'problem' in reading ? null : reading.value
}
