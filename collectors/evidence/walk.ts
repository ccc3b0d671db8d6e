import { z } from 'zod'
import type { SourceRecord } from '#collectors/collector.ts'
import {
  type Component,
  catalogueReader,
  chooseDescription,
  listDescriptions,
} from '#collectors/evidence/catalogue.ts'
import { Owner, type OwnerRow, OwnerTrail } from '#collectors/evidence/owner-trail.ts'
import {
  type LineCommit,
  listPublications,
  type PublishedRule,
  type PublishingStep,
  ruleKey,
} from '#collectors/evidence/publications.ts'
import type { Readings } from '#collectors/evidence/readings.ts'
import type { Sight, Track } from '#collectors/evidence/watch.ts'
import type { Known } from '#collectors/repository.ts'

/** What the history of a repository's files tells. */
export type HistoryFact =
  | { readonly kind: 'owner'; readonly row: Known<'service_owners'> }
  | { readonly kind: 'attribute'; readonly row: Known<'repository_attributes'> }
  | { readonly kind: 'evidence'; readonly row: Known<'usage_evidence'> }
  | { readonly kind: 'version'; readonly row: Known<'path_versions'> }

/** A file that is there and cannot be read. */
export interface UnreadableRecord {
  readonly kind: 'unreadable'
  readonly file: string
  readonly reason: string
}

/** What a walk leaves to the next. */
export const WalkState = z.object({
  /** By rule: how many versions were published, and the content of the last. */
  published: z.record(z.string(), z.object({ sequence: z.number(), blob: z.string().nullable() })),
  component: z.custom<Component>().nullable(),
  owner: Owner.nullable(),
})
export type WalkState = z.output<typeof WalkState>

/** Before anything was read. */
export const startState = (published: readonly PublishedRule[]): WalkState => ({
  published: Object.fromEntries(
    published.map((rule) => [ruleKey(rule), { sequence: 0, blob: null }]),
  ),
  component: null,
  owner: null,
})

/** What one commit did to one file. */
export interface FileChange {
  readonly path: string
  /** Its content afterwards; null when it is gone. */
  readonly blob: string | null
}

export interface Step {
  readonly commit: LineCommit
  readonly events: readonly FileChange[]
}

interface Walk {
  readonly repositoryId: string
  readonly tracks: readonly Track[]
  /** Rules whose versions this repository publishes. */
  readonly published: readonly PublishedRule[]
  readonly readings: Readings
  /** The watched files before the first step; empty at the beginning of a history. */
  readonly tree: Map<string, string>
  readonly previous: WalkState
  /** Whether the tree is what was seen last. */
  readonly hasPast: boolean
}

interface Walked {
  readonly records: readonly SourceRecord[]
  readonly reached: WalkState
}

/** What is seen while going along a main line, oldest first. */
export class Walker {
  readonly #walk: Walk
  readonly #tree: Map<string, string>
  readonly #records: SourceRecord[] = []
  readonly #seen = new Map<Track, string>()
  readonly #tracksByPath = new Map<string, readonly Track[]>()
  readonly #publishing: PublishingStep[] = []
  readonly #publishedFiles: ReadonlySet<string>
  readonly #owners: OwnerTrail

  constructor(walk: Walk) {
    const { published, previous, tracks, readings, tree, hasPast } = walk
    this.#walk = walk
    this.#tree = tree
    const files = published.flatMap((rule) => rule.files ?? [])
    this.#publishedFiles = new Set(files.map(({ path }) => path))
    this.#owners = new OwnerTrail(previous.component, previous.owner)
    if (!hasPast) return
    for (const track of tracks) this.#seen.set(track, toText(track.look(tree, readings)))
  }

  step({ commit, events }: Step): void {
    const before = this.#published()
    for (const { path, blob } of events) {
      if (blob === null) this.#tree.delete(path)
      else this.#tree.set(path, blob)
    }
    for (const track of this.#concernedBy(events)) this.#look(track, commit)
    if (events.some(({ path }) => catalogueReader(path) !== null)) this.#readCatalogue(commit)
    this.#publishing.push({ commit, before, after: this.#published() })
  }

  end(readUntil: Date | null): Walked {
    const published: WalkState['published'] = { ...this.#walk.previous.published }
    for (const rule of this.#walk.published) {
      const key = ruleKey(rule)
      const soFar = published[key]
      if (rule.files === null || soFar === undefined) continue
      const publications = listPublications(rule.files, this.#publishing, soFar, readUntil)
      for (const publication of publications) {
        this.#record(publication.commit, {
          kind: 'version',
          row: {
            path_id: rule.pathId,
            rule_id: rule.ruleId,
            sequence: publication.sequence,
            version: String(publication.sequence),
            published_at: publication.publishedAt.toISOString(),
            blob: publication.blob,
            commit_sha: publication.commit || null,
            ...NOTHING_ELSE,
          },
        })
        published[key] = publication
      }
    }
    const unreadable = this.#walk.readings.unreadable.map(toUnreadable)
    return {
      records: [...this.#records, ...unreadable],
      reached: {
        published: toSoFar(published),
        component: this.#owners.component,
        owner: this.#owners.owner,
      },
    }
  }

  /** Of the files, those that are published. */
  #published(): ReadonlyMap<string, string> {
    const entries = [...this.#publishedFiles].flatMap((path) => {
      const blob = this.#tree.get(path)
      return blob === undefined ? [] : [[path, blob] as const]
    })
    return new Map(entries)
  }

  /** In the beginning every track: what is not there is absent from the first commit on. */
  #concernedBy(events: readonly FileChange[]): Iterable<Track> {
    const { tracks } = this.#walk
    if (this.#seen.size < tracks.length) return tracks
    return new Set(events.flatMap(({ path }) => this.#tracksOf(path)))
  }

  #tracksOf(path: string): readonly Track[] {
    const known = this.#tracksByPath.get(path)
    if (known) return known
    const tracks = this.#walk.tracks.filter((track) => track.concerns(path))
    this.#tracksByPath.set(path, tracks)
    return tracks
  }

  /** A change counts against the commit before, so that reading in parts gives the same rows. */
  #look(track: Track, commit: LineCommit): void {
    const sight = track.look(this.#tree, this.#walk.readings)
    const text = toText(sight)
    if (this.#seen.get(track) === text) return
    this.#seen.set(track, text)
    this.#record(
      commit.sha,
      toSightFact(track, sight, { commit, repositoryId: this.#walk.repositoryId }),
    )
  }

  #readCatalogue({ sha, at }: LineCommit): void {
    const descriptions = listDescriptions(this.#tree, this.#walk.readings)
    // What cannot be read does not change who owns it.
    if (descriptions === null) return
    for (const row of this.#owners.follow(chooseDescription(descriptions), at)) {
      this.#record(sha, { kind: 'owner', row: toOwner(row) })
    }
  }

  #record(sha: string, value: HistoryFact): void {
    this.#records.push({ position: sha.slice(0, 7), value })
  }
}

/** Nobody says so. */
const NOTHING_ELSE = { breaking: null, migration_guide: null, end_of_support_on: null }

const toSoFar = (published: WalkState['published']): WalkState['published'] =>
  Object.fromEntries(
    Object.entries(published).map(([key, { sequence, blob }]) => [key, { sequence, blob }]),
  )

const toOwner = ({ team, from, to, decidedBy }: OwnerRow) => ({
  team_id: team,
  owned_from: from,
  owned_to: to,
  decided_by: decidedBy,
})

const toText = ({ presence, blob, pins, where, problem }: Sight) =>
  JSON.stringify([presence, blob, pins, where, problem])

function toUnreadable(file: Readings['unreadable'][number]): SourceRecord {
  const { path, blob, problem } = file
  const value: UnreadableRecord = { kind: 'unreadable', file: path, reason: problem }
  return { position: `${path} (${blob.slice(0, 7)})`, value }
}

function toSightFact(
  { subject }: Track,
  { presence, blob, pins, where, problem }: Sight,
  { commit, repositoryId }: { commit: LineCommit; repositoryId: string },
): HistoryFact {
  const seen = { repository_id: repositoryId, valid_from: commit.at.toISOString() }
  const at = commit.sha === '' ? where : `${where}@${commit.sha.slice(0, 7)}`
  const proof = problem === null ? at : `${at}: ${problem}`
  if (subject.kind === 'attribute') {
    const { attribute } = subject
    return { kind: 'attribute', row: { ...seen, attribute, value: presence, proof } }
  }
  return {
    kind: 'evidence',
    row: {
      ...seen,
      path_id: subject.pathId,
      rule_id: subject.ruleId,
      presence,
      blob,
      pins: pins === null ? null : JSON.stringify(pins),
      proof,
      commit_sha: commit.sha,
    },
  }
}

/** A tag, with the commit that it names. */
export interface PublishedTag {
  readonly name: string
  readonly commit: string
  readonly createdAt: Date
}

/** The versions of the rules whose versions are tags, oldest first. */
export function listTagVersions(
  published: readonly PublishedRule[],
  tags: readonly PublishedTag[],
): SourceRecord[] {
  const sorted = tags.toSorted(
    (a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.name < b.name ? -1 : 1),
  )
  return published
    .filter(({ files }) => files === null)
    .flatMap((rule) => sorted.map((tag, index) => toTagVersion(rule, tag, index + 1)))
}

function toTagVersion(
  { pathId, ruleId }: PublishedRule,
  tag: PublishedTag,
  sequence: number,
): SourceRecord {
  const value: HistoryFact = {
    kind: 'version',
    row: {
      path_id: pathId,
      rule_id: ruleId,
      sequence,
      version: tag.name,
      published_at: tag.createdAt.toISOString(),
      blob: null,
      commit_sha: tag.commit,
      ...NOTHING_ELSE,
    },
  }
  return { position: `tag ${tag.name}`, value }
}
