import { matchesGlob } from 'node:path'
import type { SourceRecord } from '#collectors/collector.ts'
import { UNREAD } from '#collectors/evidence/readings.ts'
import { readBlobs } from '#collectors/git/blobs.ts'
import type { Clone } from '#collectors/git/clones.ts'
import type { GitPlace } from '#collectors/git/git.ts'
import {
  botOf,
  type FileEvent,
  listBroughtIn,
  listFileEvents,
  listMainLine,
  type MainCommit,
} from '#collectors/git/main-line.ts'
import {
  isHost,
  isSame,
  listMade,
  listMergers,
  type Made,
  type Person,
} from '#collectors/git/people.ts'
import type { Known } from '#collectors/repository.ts'
import {
  type EnvironmentRequest,
  type RequestRules,
  readRequest,
} from '#lib/environment-request.ts'
import { valueAt } from '#lib/yaml-faults.ts'

export interface RequestTerms {
  /** Globs, from the root of a repository. */
  readonly files: readonly string[]
  readonly rules: RequestRules
  readonly goldenPath: string | null
  /** Where a file says what became of it; null: no file does. */
  readonly state: {
    readonly field: string
    readonly usable: readonly string[]
    readonly failed: readonly string[]
    readonly rejected: readonly string[]
  } | null
  /** Names or e-mail addresses. */
  readonly bots: readonly string[]
  readonly platform: readonly string[]
}

/** What one record of a repository of requests says. */
export type RequestFact =
  | {
      readonly kind: 'request'
      readonly row: Known<'provisioning_requests'>
      /** Who asks if it is a known team; null: the row says it. */
      readonly owner: string | null
      readonly steps: readonly Known<'steps'>[]
    }
  | { readonly kind: 'unreadable'; readonly file: string; readonly reason: string }

export interface ReadRequests {
  readonly records: readonly SourceRecord[]
  /** When the main line began. */
  readonly began: Date | null
}

/** Every request that the main line ever held, oldest first, and the files that are none. @throws {GitError} */
export async function readRequests(
  clone: Clone,
  place: GitPlace,
  terms: RequestTerms,
  now: Date,
): Promise<ReadRequests> {
  if (clone.head === null) return { records: [], began: null }
  const range = { head: clone.head, now, since: null }
  const paths = toPrefixes(terms.files)
  const [mainLine, all, { made, touched }, mergers] = await Promise.all([
    listMainLine(place, range, []),
    listFileEvents(place, range, paths),
    listMade(place, clone.head, paths),
    listMergers(place, clone.head),
  ])
  const events = all.filter(({ path }) => terms.files.some((glob) => matchesGlob(path, glob)))
  const broughtIn = await listBroughtIn(place, range, mainLine)
  const files = await readFiles(place, events, terms.rules)
  const people = new People({ made, touched, mergers, broughtIn }, terms)
  const ledger = new Ledger(clone, terms, people)
  const bySha = Map.groupBy(events, ({ sha }) => sha)
  for (const commit of mainLine) {
    const own = bySha.get(commit.sha) ?? []
    if (own.length > 0) ledger.commit(commit, own, files)
  }
  return { records: ledger.toRecords(), began: mainLine[0]?.at ?? null }
}

/** The folders that hold everything that may match; none when that is the whole tree. */
function toPrefixes(globs: readonly string[]): string[] {
  const prefixes = globs.map((glob) => {
    const parts = glob.split('/')
    const wild = parts.findIndex((part) => /[*?[\]{}!]/.test(part))
    return parts.slice(0, wild === -1 ? parts.length : wild).join('/')
  })
  return prefixes.includes('') ? [] : [...new Set(prefixes)]
}

type FileReading = EnvironmentRequest | { readonly reason: string }

/** By blob. */
async function readFiles(
  place: GitPlace,
  events: readonly FileEvent[],
  rules: RequestRules,
): Promise<Map<string, FileReading>> {
  const files = new Map<string, FileReading>()
  const blobs = new Set(events.flatMap(({ blob }) => blob ?? []))
  await readBlobs(place, [...blobs], (blob, content) => {
    const { text } = content
    files.set(blob, text === null ? { reason: UNREAD[content.why] } : readFile(text, rules))
  })
  return files
}

function readFile(text: string, rules: RequestRules): FileReading {
  const reading = readRequest(text, rules)
  if ('value' in reading) {
    const { team, owner } = reading.value
    return team === null && owner === null ? { reason: 'names no team' } : reading.value
  }
  // What was written instead may be a person.
  const lines = reading.faults.map(
    ({ line, column, path, message }) =>
      `${line}:${column} ${path}: ${message.replace(/, not .*$/s, '')}`,
  )
  return { reason: lines.join('; ') }
}

/** On which side of a request somebody was who made a commit. `unknown`: git names only the host. */
type Side = 'requester' | 'other' | 'platform' | 'bot' | 'unknown'

interface Arrival {
  readonly requestedAt: Date
  readonly approvedAt: Date | null
  readonly requester: Person
  /** Who let it in; null when nobody was asked. */
  readonly approver: Side | null
}

interface Trails {
  readonly made: ReadonlyMap<string, Made>
  readonly touched: ReadonlyMap<string, readonly string[]>
  readonly mergers: ReadonlyMap<string, Made>
  readonly broughtIn: ReadonlyMap<string, readonly string[]>
}

/** Tells the sides of a request apart; who was who stays in here. */
class People {
  readonly #trails: Trails
  readonly #isBot: (name: string, email: string) => boolean
  readonly #platform: ReadonlySet<string>

  constructor(trails: Trails, { bots, platform }: RequestTerms) {
    this.#trails = trails
    this.#isBot = botOf(bots)
    this.#platform = new Set(platform.map((one) => one.toLowerCase()))
  }

  arrivalOf(commit: MainCommit, path: string): Arrival {
    const { made, mergers } = this.#trails
    const merger = mergers.get(commit.sha)
    const first = this.#sideCommits(commit, path)[0] ?? merger ?? made.get(commit.sha)
    const requester = first?.author ?? NOBODY
    const authoredAt = first?.authoredAt ?? commit.at
    const requestedAt = new Date(Math.min(authoredAt.getTime(), commit.at.getTime()))
    const approver = merger
      ? this.#sideOf(merger.author, requester)
      : this.#committerSide(commit, requester)
    const isApproved = commit.number !== null || (approver !== null && approver !== 'unknown')
    return { requestedAt, approvedAt: isApproved ? commit.at : null, requester, approver }
  }

  /** Everybody whose hand was in what a commit did to a file. */
  sidesOf(commit: MainCommit, path: string, requester: Person): Side[] {
    const { made, mergers } = this.#trails
    const merger = mergers.get(commit.sha)
    const authors = this.#sideCommits(commit, path).map(({ author }) => author)
    if (merger) authors.push(merger.author)
    else authors.push(made.get(commit.sha)?.author ?? NOBODY)
    const committer = merger ? null : this.#committerSide(commit, requester)
    const sides = authors.map((author) => this.#sideOf(author, requester))
    return [...new Set([...sides, ...(committer === null ? [] : [committer])])]
  }

  /** Null where author and committer are one: it was pushed, and nobody was asked. */
  #committerSide({ sha, number }: MainCommit, requester: Person): Side | null {
    const one = this.#trails.made.get(sha)
    if (one === undefined || isHost(one.committer)) return 'unknown'
    if (!isSame(one.author, one.committer)) return this.#sideOf(one.committer, requester)
    return number === null ? null : 'unknown'
  }

  #sideOf(person: Person, requester: Person): Side {
    if (this.#isBot(person.name, person.email)) return 'bot'
    if (isSame(person, requester)) return 'requester'
    const isOfPlatform = [person.name, person.email].some((one) =>
      this.#platform.has(one.toLowerCase()),
    )
    return isOfPlatform ? 'platform' : 'other'
  }

  /** The commits of a merge that touched the file, oldest first. */
  #sideCommits({ sha }: MainCommit, path: string): Made[] {
    const { broughtIn, touched, made } = this.#trails
    return (broughtIn.get(sha) ?? [])
      .filter((one) => touched.get(one)?.includes(path))
      .flatMap((one) => made.get(one) ?? [])
      .toSorted((a, b) => (a.authoredAt?.getTime() ?? 0) - (b.authoredAt?.getTime() ?? 0))
  }
}

const NOBODY: Person = { name: '', email: '' }

/** A request as it is followed along the main line. */
interface Followed extends Arrival {
  readonly id: string
  readonly key: string
  request: EnvironmentRequest
  readonly arrivedAt: Date
  readonly moves: { readonly at: Date; readonly sides: readonly Side[] }[]
  usableAt: Date | null
  ended: { readonly at: Date; readonly result: 'failed' | 'rejected' } | null
  expiredAt: Date | null
}

class Ledger {
  readonly #clone: Clone
  readonly #terms: RequestTerms
  readonly #people: People
  readonly #all: Followed[] = []
  readonly #counts = new Map<string, number>()
  readonly #byKey = new Map<string, Followed>()
  readonly #byPath = new Map<string, Followed>()
  readonly #refused: SourceRecord[] = []

  constructor(clone: Clone, terms: RequestTerms, people: People) {
    this.#clone = clone
    this.#terms = terms
    this.#people = people
  }

  commit(
    commit: MainCommit,
    events: readonly FileEvent[],
    files: ReadonlyMap<string, FileReading>,
  ): void {
    const left = events.flatMap(({ path, blob }) => {
      if (blob === null) return this.#leave(path)
      const reading = files.get(blob) ?? { reason: UNREAD.missing }
      if ('reason' in reading) return this.#refuse(commit, path, reading.reason)
      const before = this.#leave(path)
      this.#byPath.set(path, this.#follow(commit, path, reading))
      return before
    })
    // Under another name in the same commit it is the same request.
    const there = new Set(this.#byPath.values())
    for (const request of new Set(left)) {
      if (!there.has(request)) this.#end(request, commit.at)
    }
  }

  /** The request that stood there. */
  #leave(path: string): Followed[] {
    const before = this.#byPath.get(path)
    this.#byPath.delete(path)
    return before === undefined ? [] : [before]
  }

  #refuse({ sha }: MainCommit, path: string, reason: string): Followed[] {
    const value: RequestFact = { kind: 'unreadable', file: path, reason }
    this.#refused.push({ position: `${path}@${sha.slice(0, 7)}`, value })
    return []
  }

  #follow(commit: MainCommit, path: string, request: EnvironmentRequest): Followed {
    const key = [request.namespace, request.name].filter((part) => part !== null).join('/')
    const known = this.#byKey.get(key)
    if (known === undefined) return this.#start(commit, path, request, key)
    known.request = request
    const sides = this.#people.sidesOf(commit, path, known.requester)
    known.moves.push({ at: commit.at, sides })
    this.#readState(known, commit.at)
    return known
  }

  #start(commit: MainCommit, path: string, request: EnvironmentRequest, key: string): Followed {
    const count = (this.#counts.get(key) ?? 0) + 1
    this.#counts.set(key, count)
    const followed: Followed = {
      ...this.#people.arrivalOf(commit, path),
      id: `${this.#clone.id}:${key}${count === 1 ? '' : `#${count}`}`,
      key,
      request,
      arrivedAt: commit.at,
      moves: [],
      usableAt: null,
      ended: null,
      expiredAt: null,
    }
    this.#all.push(followed)
    this.#byKey.set(key, followed)
    this.#readState(followed, commit.at)
    return followed
  }

  #readState(followed: Followed, at: Date): void {
    const { state } = this.#terms
    if (state === null) return
    const says = String(valueAt(followed.request.value, state.field.split('.')))
    if (state.usable.includes(says)) followed.usableAt ??= at
    if (state.failed.includes(says)) followed.ended ??= { at, result: 'failed' }
    if (state.rejected.includes(says)) followed.ended ??= { at, result: 'rejected' }
  }

  #end(followed: Followed, at: Date): void {
    followed.expiredAt = at
    this.#byKey.delete(followed.key)
  }

  toRecords(): SourceRecord[] {
    const records = this.#all.map((followed) => {
      const row = toRow(followed, this.#terms)
      const { owner } = followed.request
      const value: RequestFact = { kind: 'request', row, owner, steps: toSteps(followed) }
      return { position: followed.id, value }
    })
    return [...records, ...this.#refused]
  }
}

const instant = (at: Date | null) => at?.toISOString() ?? null

function toRow(
  followed: Followed,
  { goldenPath, state }: RequestTerms,
): Known<'provisioning_requests'> {
  const { id, key, request, requestedAt, approvedAt, usableAt, expiredAt } = followed
  const expires =
    request.lifetimeMs === null ? null : new Date(requestedAt.getTime() + request.lifetimeMs)
  return {
    native_id: id,
    team_id: request.team ?? '',
    path_id: goldenPath,
    workload_class: null,
    target_key: `environment/${key}`,
    chain_key: null,
    requested_at: requestedAt.toISOString(),
    approved_at: instant(approvedAt),
    first_human_step_at: instant(firstHumanStep(followed)),
    usable_at: instant(usableAt),
    expires_at: instant(expires),
    expired_at: instant(expiredAt),
    ...endOf(followed, state !== null),
    cause_code: null,
  }
}

/** Without a file that tells its state, nobody knows how a request ended. */
function endOf(
  { usableAt, ended, expiredAt }: Followed,
  isTold: boolean,
): Pick<Known<'provisioning_requests'>, 'result' | 'ended_at'> {
  if (usableAt !== null) return { result: 'usable', ended_at: instant(usableAt) }
  if (ended !== null) return { result: ended.result, ended_at: instant(ended.at) }
  // Taken away before it could be used.
  if (isTold && expiredAt !== null) return { result: 'cancelled', ended_at: instant(expiredAt) }
  return { result: 'open', ended_at: null }
}

const HUMAN: readonly Side[] = ['other', 'platform']

/** What happened to it on the way to being usable. */
const movesBefore = ({ moves, usableAt }: Followed) =>
  moves.filter(({ at }) => usableAt === null || at <= usableAt)

/** When somebody else first had a hand in it, as far as git shows. */
function firstHumanStep(followed: Followed): Date | null {
  const { approver, arrivedAt } = followed
  if (approver !== null && HUMAN.includes(approver)) return arrivedAt
  const isHuman = ({ sides }: { readonly sides: readonly Side[] }) =>
    sides.some((side) => HUMAN.includes(side))
  return movesBefore(followed).find(isHuman)?.at ?? null
}

/**
 * The log of its way. Where git does not show all of it, only the hand of the platform team is
 * proof: a log with gaps would pass for one without people.
 */
function toSteps(followed: Followed): Known<'steps'>[] {
  const { id, approver, requestedAt, arrivedAt, usableAt } = followed
  const moves = movesBefore(followed)
  const steps = [
    ...(approver === null ? [] : toStep(approver, requestedAt, arrivedAt, 'human_wait')),
    ...moves.flatMap(({ at, sides }) =>
      sides.flatMap((side) => toStep(side, at, at, 'human_work')),
    ),
  ]
  const isWhole =
    usableAt !== null &&
    approver !== 'unknown' &&
    !moves.some(({ sides }) => sides.includes('unknown'))
  const kept = isWhole ? steps : steps.filter((step) => step.actor_group === 'platform')
  return kept.map((step, index) => ({
    native_id: `${id}/${index + 1}`,
    request_id: id,
    change_sha: null,
    ...step,
  }))
}

type OwnStep = Omit<Known<'steps'>, 'native_id' | 'request_id' | 'change_sha'>

const GROUPS: Readonly<Record<Side, string | null>> = {
  requester: 'requester',
  platform: 'platform',
  other: null,
  bot: null,
  unknown: null,
}

/** What the requester does is work of their own: nobody waits for it. */
function toStep(side: Side, from: Date, to: Date, kind: 'human_wait' | 'human_work'): OwnStep[] {
  if (side === 'unknown') return []
  const human = side === 'requester' ? 'human_work' : kind
  return [
    {
      kind: side === 'bot' ? 'auto' : human,
      started_at: (side === 'requester' ? to : from).toISOString(),
      ended_at: to.toISOString(),
      actor_group: GROUPS[side],
    },
  ]
}
