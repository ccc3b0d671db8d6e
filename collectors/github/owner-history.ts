import {
  catalogueReader,
  type Description,
  listDescriptions,
} from '#collectors/evidence/catalogue.ts'
import type { Readings } from '#collectors/evidence/readings.ts'
import type { Step } from '#collectors/evidence/walk.ts'
import { CODEOWNERS_FILES, ownersOfAll } from '#collectors/github/codeowners.ts'
import { type FilesOf, readContents, readHistory } from '#collectors/github/file-history.ts'
import { mergeHistories } from '#collectors/github/merge-histories.ts'

/** What the files said about an owner, from a commit on. */
export interface OwnerState {
  readonly sha: string
  readonly at: Date
  readonly descriptions: readonly Description[]
  readonly codeowners: readonly string[] | null
}

/** Blobs by path. */
type Tree = ReadonlyMap<string, string>

/** What `paths` said since the first commit that touched one of them, oldest first. @throws {SourceError} */
export async function readOwnerHistory(
  reading: FilesOf,
  paths: readonly string[],
): Promise<OwnerState[]> {
  const histories: Step[][] = []
  for (const path of paths) {
    const touching = await readHistory(reading, path)
    histories.push(
      touching.map(({ sha, at, files }) => ({
        commit: { sha, at },
        events: [{ path, blob: files.get(path) ?? null }],
      })),
    )
  }
  const steps = mergeHistories(histories, reading.now)
  const wanted = steps
    .flatMap(({ events }) => events)
    .flatMap(({ path, blob }) => (blob === null ? [] : { path, blob, readers: [readerOf(path)] }))
  const readings = await readContents(reading, wanted, null)
  const tree = new Map<string, string>()
  let said: Pick<OwnerState, 'descriptions' | 'codeowners'> = { descriptions: [], codeowners: null }
  return steps.map(({ commit, events }) => {
    for (const { path, blob } of events) {
      if (blob === null) tree.delete(path)
      else tree.set(path, blob)
    }
    said = {
      descriptions: listDescriptions(tree, readings) ?? said.descriptions,
      codeowners: findCodeowners(tree, readings, said.codeowners),
    }
    return { ...commit, ...said }
  })
}

const CODEOWNERS = { key: 'codeowners', read: ownersOfAll }
const readerOf = (path: string) => catalogueReader(path) ?? CODEOWNERS

/** A file that cannot be read says what it said before. */
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
