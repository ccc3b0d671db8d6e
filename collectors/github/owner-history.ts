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
  const histories: Change[][] = []
  for (const path of paths) {
    const touching = await readHistory(reading, path)
    histories.push(
      touching.map(({ sha, at, files }) => ({ sha, at, files: [[path, files.get(path) ?? null]] })),
    )
  }
  const changes = mergeHistories(histories)
  const wanted = changes
    .flatMap(({ files }) => files)
    .flatMap(([path, blob]) => (blob === null ? [] : { path, blob, readers: [readerOf(path)] }))
  const readings = await readContents(reading, wanted)
  const tree = new Map<string, string>()
  let said: Pick<OwnerState, 'descriptions' | 'codeowners'> = { descriptions: [], codeowners: null }
  return changes.map(({ sha, at, files }) => {
    for (const [path, blob] of files) {
      if (blob === null) tree.delete(path)
      else tree.set(path, blob)
    }
    said = {
      descriptions: listDescriptions(tree, readings, said.descriptions),
      codeowners: findCodeowners(tree, readings, said.codeowners),
    }
    return { sha, at, ...said }
  })
}

/**
 * One change for each commit. Every history keeps its own order, whatever the dates of its commits;
 * between histories the earlier comes first. A state is visible from the latest time so far.
 */
function mergeHistories(histories: readonly (readonly Change[])[]): Change[] {
  const rests = histories.map((history) => [...history])
  const merged: Change[] = []
  let latest = 0
  for (;;) {
    const heads = rests.flatMap(([head]) => head ?? [])
    const isNext = ({ sha }: Change) =>
      rests.every((rest) => rest.findIndex((one) => one.sha === sha) <= 0)
    const ready = heads.filter(isNext)
    const [next] = (ready.length > 0 ? ready : heads).toSorted(
      (a, b) => a.at.getTime() - b.at.getTime(),
    )
    if (next === undefined) return merged
    const own = rests.filter(([head]) => head?.sha === next.sha)
    const files = own.flatMap((rest) => rest.shift()?.files ?? [])
    latest = Math.max(latest, next.at.getTime())
    merged.push({ sha: next.sha, at: new Date(latest), files })
  }
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

function findCodeowners(
  tree: Tree,
  readings: Readings,
  former: readonly string[] | null,
): readonly string[] | null {
  const blob = CODEOWNERS_FILES.map((path) => tree.get(path)).find((one) => one !== undefined)
  if (blob === undefined) return null
  const reading = readings.of(CODEOWNERS, blob)
  return 'problem' in reading ? former : reading.value
}
