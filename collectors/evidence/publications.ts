import type { WatchedPath } from '#collectors/evidence/watch.ts'
import { type EvidenceRule, toRuleId } from '#lib/golden-path.ts'
import { repositoryNames } from '#lib/repository.ts'

/** A rule whose versions some repository of the source publishes. */
export interface PublishedRule {
  readonly pathId: string
  readonly ruleId: string
  readonly publishedIn: string
  /** `null`: its versions are tags. Else the files that are published, dated when they moved. */
  readonly files: readonly PublishedFile[] | null
  /** Without its publisher the rule cannot be judged, so its absence is a fault. */
  readonly required: boolean
}

interface PublishedFile {
  readonly path: string
  readonly since?: string | undefined
  readonly until?: string | undefined
}

export const ruleKey = ({ pathId, ruleId }: Pick<PublishedRule, 'pathId' | 'ruleId'>) =>
  JSON.stringify([pathId, ruleId])

function listPublishedRules(paths: readonly WatchedPath[]): PublishedRule[] {
  return paths.flatMap(({ id, rules }) => rules.evidence.flatMap((rule) => toPublished(id, rule)))
}

function toPublished(pathId: string, rule: EvidenceRule): PublishedRule[] {
  const ruleId = toRuleId(rule)
  if (rule.kind === 'file-equals') {
    const { publishedIn, publishedPath = rule.path } = rule
    const files = typeof publishedPath === 'string' ? [{ path: publishedPath }] : publishedPath
    return [{ pathId, ruleId, publishedIn, files, required: true }]
  }
  if (rule.kind !== 'workflow-pin') return []
  const publishedIn = rule.publishedIn ?? rule.uses?.split('/').slice(0, 2).join('/')
  if (publishedIn === undefined) return []
  return [{ pathId, ruleId, publishedIn, files: null, required: rule.publishedIn !== undefined }]
}

/** A repository as a configured publisher may mean it. */
interface Candidate {
  /** `host/owner/name`, or `local/name` without a remote. */
  readonly id: string
  /** Of a clone: its folder's name and its parent's. */
  readonly folder?: string
  readonly parentFolder?: string
}

/** The repositories that a configured publisher means: one, unless the name is unknown or too short. */
function findPublishers<T extends Candidate>(publishedIn: string, clones: readonly T[]): T[] {
  const wanted = publishedIn.toLowerCase().replace(/\.git$/, '')
  const byName = clones.filter(({ id }) =>
    repositoryNames(id).some((name) => name.toLowerCase() === wanted),
  )
  if (byName.length > 0) return byName
  const local = clones.filter(({ id }) => id.startsWith('local/'))
  const byFolders = local.filter(
    ({ parentFolder, folder }) => `${parentFolder}/${folder}`.toLowerCase() === wanted,
  )
  if (byFolders.length > 0) return byFolders
  return local.filter(({ folder }) => folder?.toLowerCase() === wanted.split('/').at(-1))
}

export interface Publishers {
  /** The rules that a repository publishes, by its id. */
  readonly publishers: ReadonlyMap<string, readonly PublishedRule[]>
  /** Rules that cannot be judged for want of their publisher, and why. */
  readonly faults: readonly { readonly scope: string; readonly message: string }[]
}

/** `toFault` says why a repository cannot be a publisher. */
export function assignPublishers<T extends Candidate>(
  paths: readonly WatchedPath[],
  candidates: readonly T[],
  toFault: (publisher: T) => string | null = () => null,
): Publishers {
  const publishers = new Map<string, PublishedRule[]>()
  const faults: { scope: string; message: string }[] = []
  for (const rule of listPublishedRules(paths)) {
    const { pathId, ruleId, publishedIn, required } = rule
    const found = findPublishers(publishedIn, candidates)
    const [publisher] = found
    const fault = faultOf(publishedIn, found, { required, toFault })
    if (fault !== null) {
      const where = `golden path ${pathId}: ${ruleId}: publishedIn`
      faults.push({ scope: `rule:${pathId}/${ruleId}`, message: `${where}: ${fault}` })
    } else if (publisher !== undefined) {
      publishers.set(publisher.id, [...(publishers.get(publisher.id) ?? []), rule])
    }
  }
  return { publishers, faults }
}

function faultOf<T extends Candidate>(
  publishedIn: string,
  found: readonly T[],
  { required, toFault }: { required: boolean; toFault: (publisher: T) => string | null },
): string | null {
  const [publisher] = found
  if (publisher === undefined) {
    return required ? `no repository of this source is ${publishedIn}` : null
  }
  if (found.length > 1) {
    return `${publishedIn} may be any of ${found.map(({ id }) => id).join(', ')}`
  }
  return toFault(publisher)
}

/** A commit of a main line. */
export interface LineCommit {
  /** Empty where a state began at a time and no commit is known that did it. */
  readonly sha: string
  /** When its state became visible: never before the commit before it. */
  readonly at: Date
}

/** How far the publications of a rule were read. */
export interface PublishedSoFar {
  readonly sequence: number
  readonly blob: string | null
}

export interface Publication {
  readonly sequence: number
  readonly publishedAt: Date
  readonly blob: string
  readonly commit: string
}

export interface PublishingStep {
  readonly commit: LineCommit
  /** The published files before and after it, by path. */
  readonly before: ReadonlyMap<string, string>
  readonly after: ReadonlyMap<string, string>
}

/**
 * The publications in `steps` (commits that touched a published file, or that follow a move of the
 * publishing file; oldest first). The same content again directly after itself is none, nor is a
 * removal; a revert is a new one.
 */
export function listPublications(
  files: readonly PublishedFile[],
  steps: readonly PublishingStep[],
  soFar: PublishedSoFar,
  readUntil: Date | null,
): Publication[] {
  const publications: Publication[] = []
  let { sequence, blob: last } = soFar
  const publish = (blob: string | undefined, publishedAt: Date, commit: string) => {
    if (blob === undefined || blob === last) return
    sequence += 1
    last = blob
    publications.push({ sequence, publishedAt, blob, commit })
  }
  let previous = readUntil
  for (const { commit, before, after } of steps) {
    for (const moved of movesBetween(files, previous, commit.at)) {
      publish(before.get(fileAt(files, moved) ?? ''), new Date(moved), commit.sha)
    }
    publish(after.get(fileAt(files, commit.at.toISOString()) ?? ''), commit.at, commit.sha)
    previous = commit.at
  }
  return publications
}

/** The commits at which a move of the publishing file takes effect. */
export function listMoveCommits<Commit extends LineCommit>(
  files: readonly PublishedFile[],
  mainLine: readonly Commit[],
  readUntil: Date | null,
): Commit[] {
  return files.flatMap(({ since }) => {
    if (since === undefined || (readUntil !== null && since <= readUntil.toISOString())) return []
    return mainLine.find(({ at }) => at.toISOString() >= since) ?? []
  })
}

/** Moves in (after, until], oldest first. */
function movesBetween(files: readonly PublishedFile[], after: Date | null, until: Date): string[] {
  return files
    .flatMap(({ since }) => since ?? [])
    .filter(
      (since) => (after === null || since > after.toISOString()) && since <= until.toISOString(),
    )
    .toSorted()
}

/** The file that is published at `at`; of several the last in the list. */
const fileAt = (files: readonly PublishedFile[], at: string) =>
  files.findLast(
    ({ since, until }) =>
      (since === undefined || since <= at) && (until === undefined || at < until),
  )?.path
