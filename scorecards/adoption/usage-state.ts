import type { SemVer } from 'semver'
import compare from 'semver/functions/compare.js'
import parse from 'semver/functions/parse.js'
import { z } from 'zod'
import { type EvidenceRule, type GoldenPathRules, Pin, toRuleId } from '#lib/golden-path.ts'
import { wholeDaysBetween } from '#lib/period.ts'

/**
 * What a repository's evidence says about its use of a golden path at a moment. `present`: on the
 * path, on a version that is not known or moves. `ahead`: equal to a later publication only.
 * `drifted`: equal to none.
 */
export type UsageStateName =
  | 'unknown'
  | 'absent'
  | 'present'
  | 'current'
  | 'outdated'
  | 'ahead'
  | 'drifted'
  | 'opted_out'

/**
 * Why a state is `unknown`. `not_published`: no rule was in force, so there was no path to be on;
 * `no_publication`: what it must equal was never collected; `not_read`: no evidence at that time;
 * `unreadable`: there is something that could not be read; `no_rules`: the path names no evidence.
 */
type UnknownReason = 'not_published' | 'no_publication' | 'not_read' | 'unreadable' | 'no_rules'

interface Verdict {
  readonly state: UsageStateName
  /** Null unless `state` is `unknown`. */
  readonly reason: UnknownReason | null
  /** Null when there is none, it moves, or it is not known. */
  readonly version: string | null
  /** Publications newer than the one in use. Null when that is not known. */
  readonly lagVersions: number | null
  /** Whole days since `supersededAt`. Null when the version in use is not known. */
  readonly lagDays: number | null
  /** When the oldest newer publication came; null when there is none, or it is not known. */
  readonly supersededAt: string | null
  /** What was seen and what follows from it, for a reader: `Makefile.common@1a2b3c4: version 3`. */
  readonly evidence: string
  /** From when the evidence in force was there; null without evidence. */
  readonly since: string | null
  readonly observedAt: string | null
}

export interface RuleState extends Verdict {
  readonly ruleId: string
}

export interface UsageState extends Verdict {
  /** One for each evidence rule of the path, in its order. */
  readonly rules: readonly RuleState[]
}

/** A row of `usage_evidence`, as far as it matters here. */
export interface EvidenceRow {
  readonly rule_id: string
  readonly valid_from: string
  readonly presence: 'present' | 'absent' | 'opted_out' | 'unknown'
  readonly blob: string | null
  readonly pins: string | null
  readonly proof: string
  readonly observed_at: string
}

/** A row of `path_versions`, as far as it matters here. */
export interface VersionRow {
  readonly rule_id: string
  readonly sequence: number
  readonly version: string
  readonly published_at: string
  readonly blob: string | null
  readonly commit_sha: string | null
}

/** The state of one repository on one path at `asOf`. For many moments use `usageStateReader`. */
export function usageStateAt(
  rules: GoldenPathRules,
  evidence: readonly EvidenceRow[],
  versions: readonly VersionRow[],
  asOf: Date,
): UsageState {
  return usageStateReader(rules, evidence, indexVersions(versions))(asOf)
}

/**
 * Prepares the `evidence` of one repository for one path, in any order, to be asked for many
 * moments. `versions` may be shared by all repositories of the path.
 */
export function usageStateReader(
  rules: GoldenPathRules,
  evidence: readonly EvidenceRow[],
  versions: VersionIndex,
): (asOf: Date) => UsageState {
  const byRule = groupByRule(evidence)
  const readers = rules.evidence.map((rule) => {
    const ruleId = toRuleId(rule)
    return ruleReader(rule, ruleId, byRule.get(ruleId) ?? [], versions.of(rule))
  })
  return (asOf) =>
    combine(
      readers.map((read) => read(asOf)),
      rules.requires,
    )
}

/** From `from` until the next segment. */
export interface PresenceSegment {
  readonly from: string
  /** Null while the evidence does not say. */
  readonly onPath: boolean | null
  /** Whether a way around the path was there; null while the evidence does not say. */
  readonly offPath: boolean | null
}

/**
 * Whether the repository was on the path, and whether a way around it was there, oldest first,
 * beginning with its first evidence; neighbours differ. Without `versions` a rule counts from its
 * own `since`, with them not before its first publication.
 */
export function presenceTimeline(
  rules: GoldenPathRules,
  evidence: readonly EvidenceRow[],
  versions?: VersionIndex,
): PresenceSegment[] {
  const byRule = groupByRule(evidence)
  const tracks = rules.evidence.map((rule) => presenceTrack(rule, byRule, versions))
  const around = rules.offPath.map((rule) => byRule.get(toRuleId(rule)) ?? [])
  const moments = [...tracks.flatMap((track) => track.moments), ...around.flat().map(validFrom)]
  const [first] = [...byRule.values()].flat().map(validFrom).toSorted()
  const segments: PresenceSegment[] = []
  for (const from of [...new Set(moments)].toSorted()) {
    if (first === undefined || from < first) continue
    const onPath = onPathOf(
      tracks.map((track) => track.at(from)),
      rules.requires,
    )
    const offPath = anyPresent(around.map((rows) => inForce(rows, from)?.presence ?? 'unknown'))
    const last = segments.at(-1)
    if (last?.onPath === onPath && last.offPath === offPath) continue
    segments.push({ from, onPath, offPath })
  }
  return segments
}

/** The segment of a timeline that `instant` (ISO, UTC, milliseconds) lies in. */
export function presenceAt(
  timeline: readonly PresenceSegment[],
  instant: string,
): PresenceSegment | undefined {
  return timeline[countUntil(timeline, instant, (segment) => segment.from) - 1]
}

/** The publications of a path by rule. Rows of rule `*` stand for rules that have none. */
export interface VersionIndex {
  readonly of: (rule: EvidenceRule) => RuleVersions
}

export function indexVersions(rows: readonly VersionRow[]): VersionIndex {
  const named = byRuleId(rows)
  // A version without content says nothing about a file.
  const files = byRuleId(rows.filter(({ blob }) => blob !== null))
  return {
    of: (rule) => {
      const indexed = rule.kind === 'file-equals' ? files : named
      return indexed.get(toRuleId(rule)) ?? indexed.get('*') ?? NO_VERSIONS
    },
  }
}

const byRuleId = (rows: readonly VersionRow[]) =>
  new Map(
    [...Map.groupBy(rows, (row) => row.rule_id)].map(([id, own]) => [id, toRuleVersions(own)]),
  )

interface RuleVersions {
  /** Oldest first. */
  readonly published: readonly Publication[]
  /** Indexes into `published`, ascending. */
  readonly byBlob: ReadonlyMap<string, readonly number[]>
  readonly byCommit: ReadonlyMap<string, readonly Publication[]>
  readonly byName: ReadonlyMap<string, Publication>
}

interface Publication {
  readonly version: string
  readonly publishedAt: string
  readonly blob: string | null
  readonly commit: string | null
  /** Higher is newer; null for a tag that is no version, such as `v2` beside `v2.1.0`. */
  readonly rank: number | null
  readonly preRelease: boolean
}

function toRuleVersions(rows: readonly VersionRow[]): RuleVersions {
  const published = toPublications(rows)
  const byBlob = new Map<string, number[]>()
  for (const [index, { blob }] of published.entries()) {
    if (blob === null) continue
    const indexes = byBlob.get(blob)
    if (indexes) indexes.push(index)
    else byBlob.set(blob, [index])
  }
  return {
    published,
    byBlob,
    byCommit: Map.groupBy(
      published.filter(({ commit }) => commit !== null),
      ({ commit }) => commit ?? '',
    ),
    byName: new Map(published.map((publication) => [publication.version, publication])),
  }
}

const NO_VERSIONS = toRuleVersions([])

/** Where no version is semantic, the later one is the newer one. */
function toPublications(rows: readonly VersionRow[]): Publication[] {
  const oldestFirst = rows.toSorted(
    (a, b) => compareText(a.published_at, b.published_at) || a.sequence - b.sequence,
  )
  const parsed = oldestFirst.map((row) => ({ row, semantic: parse(row.version) }))
  const ranks = rankOf(parsed.flatMap((one) => one.semantic ?? []))
  return parsed.map(({ row, semantic: version }, index) => ({
    version: row.version,
    publishedAt: row.published_at,
    blob: row.blob,
    commit: row.commit_sha,
    rank: ranks.size === 0 ? index : (ranks.get(version) ?? null),
    preRelease: version !== null && version.prerelease.length > 0,
  }))
}

/** The place of each in the order of precedence; `v1.0.0` and `1.0.0` share theirs. */
function rankOf(versions: readonly SemVer[]): Map<SemVer | null, number> {
  const ranks = new Map<SemVer, number>()
  let previous: SemVer | undefined
  for (const [index, version] of versions.toSorted(compare).entries()) {
    const same = previous !== undefined && compare(previous, version) === 0
    ranks.set(version, same && previous ? (ranks.get(previous) ?? index) : index)
    previous = version
  }
  return ranks
}

type RuleReader = (asOf: Date) => RuleState

function ruleReader(
  rule: EvidenceRule,
  ruleId: string,
  rows: readonly EvidenceRow[],
  versions: RuleVersions,
): RuleReader {
  const grade = grader(rule, versions)
  return (asOf) => {
    const at = asOf.toISOString()
    if (!isInForce(rule, at)) return silent(ruleId)
    const row = inForce(rows, at)
    const silence = unspoken(rule, versions, row, at)
    if (silence !== null) return { ruleId, ...silence }
    if (row === undefined) return { ruleId, ...unknown('not_read', 'no evidence at that time') }
    const seen = { ruleId, since: row.valid_from, observedAt: row.observed_at }
    return { ...verdictOf(row, at, grade), ...seen }
  }
}

function verdictOf(row: EvidenceRow, at: string, grade: Grader): Omit<Verdict, 'since'> {
  if (row.presence === 'unknown') return unknown('unreadable', row.proof)
  if (row.presence === 'present') {
    const { note, ...graded } = grade(row, at)
    return { ...UNGRADED, ...graded, evidence: note === '' ? row.proof : `${row.proof}: ${note}` }
  }
  return { ...UNGRADED, state: row.presence, evidence: row.proof }
}

const UNGRADED = {
  reason: null,
  version: null,
  lagVersions: null,
  lagDays: null,
  supersededAt: null,
  observedAt: null,
}

function unknown(reason: UnknownReason, evidence: string): Verdict {
  return { ...UNGRADED, state: 'unknown', reason, evidence, since: null }
}

const NOT_PUBLISHED = 'not published yet'

function silent(ruleId: string): RuleState {
  return { ruleId, ...unknown('not_published', NOT_PUBLISHED) }
}

function isInForce(rule: EvidenceRule, at: string): boolean {
  return (
    (rule.since === undefined || rule.since <= at) && (rule.until === undefined || at < rule.until)
  )
}

/**
 * Why a rule in force says nothing yet. A file is compared with publications, so it needs them; a
 * reference to a component proves use even before its first version.
 */
function unspoken(
  rule: EvidenceRule,
  { published }: RuleVersions,
  row: EvidenceRow | undefined,
  at: string,
): Verdict | null {
  if (rule.kind === 'file-equals' && published.length === 0) {
    return unknown(
      'no_publication',
      `no publication of ${rule.path} in ${rule.publishedIn} is known`,
    )
  }
  const [first] = published
  if (first === undefined || first.publishedAt <= at) return null
  if (rule.kind === 'file-equals') return unknown('not_published', NOT_PUBLISHED)
  if (rule.kind === 'workflow-pin' && row?.presence === 'absent') {
    return unknown('not_published', NOT_PUBLISHED)
  }
  return null
}

interface Grade
  extends Partial<Pick<Verdict, 'version' | 'lagVersions' | 'lagDays' | 'supersededAt'>> {
  readonly state: 'present' | 'current' | 'outdated' | 'ahead' | 'drifted'
  readonly note: string
}

type Grader = (row: EvidenceRow, at: string) => Grade

function grader(rule: EvidenceRule, versions: RuleVersions): Grader {
  if (rule.kind === 'file-equals') return (row, at) => gradeBlob(row.blob, versions, at)
  if (rule.kind === 'workflow-pin') return pinGrader(versions, rule.preReleases ?? false)
  return () => ({ state: 'present', note: '' })
}

function gradeBlob(blob: string | null, versions: RuleVersions, at: string): Grade {
  const indexes = blob === null ? undefined : versions.byBlob.get(blob)
  const [first] = indexes ?? []
  if (indexes === undefined || first === undefined) {
    return { state: 'drifted', note: 'equals no published version' }
  }
  const count = countUntil(versions.published, at, ({ publishedAt }) => publishedAt)
  const matched = indexes.findLast((index) => index < count)
  if (matched === undefined) {
    return aheadOn(versions.published[first]?.version ?? null)
  }
  const newer = versions.published.slice(matched + 1, count)
  return gradeVersion(versions.published[matched]?.version ?? null, newer, at)
}

const aheadOn = (version: string | null): Grade => ({
  state: 'ahead',
  version,
  lagVersions: 0,
  lagDays: 0,
  note: `equals version ${version}, which was published later`,
})

/** `newer`: what had been published at `at` and is newer, in any order. */
function gradeVersion(version: string | null, newer: readonly Publication[], at: string): Grade {
  const [supersededAt] = newer.map(({ publishedAt }) => publishedAt).toSorted()
  if (supersededAt === undefined) {
    return { state: 'current', version, lagVersions: 0, lagDays: 0, note: `version ${version}` }
  }
  return {
    state: 'outdated',
    version,
    lagVersions: newer.length,
    lagDays: wholeDaysBetween(new Date(supersededAt), new Date(at)),
    supersededAt,
    note: `version ${version}, superseded ${supersededAt.slice(0, 10)}, ${newer.length} behind`,
  }
}

const Pins = z.array(Pin)

/** Of several references in a repository the worst decides; all are in the evidence row. */
function pinGrader(versions: RuleVersions, preReleases: boolean): Grader {
  const read = new Map<EvidenceRow, Pin[]>()
  return (row, at) => {
    const pins = read.get(row) ?? Pins.parse(JSON.parse(row.pins ?? '[]'))
    read.set(row, pins)
    const grades = pins.map((pin) => gradePin(pin, versions, { at, preReleases }))
    return grades.toSorted(worstFirst)[0] ?? { state: 'present', note: '' }
  }
}

interface PinMoment {
  readonly at: string
  readonly preReleases: boolean
}

function gradePin(pin: Pin, versions: RuleVersions, moment: PinMoment): Grade {
  const name = `${pin.component}@${pin.ref}`
  const grade = FULL_SHA.test(pin.ref)
    ? gradeCommit(pin, versions, moment)
    : gradeName(pin, versions, moment)
  return { ...grade, note: `${name} ${grade.note}`.trimEnd() }
}

const FULL_SHA = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i

/** A comment beside a commit is a hint that may lie: it counts only when nothing else is known. */
function gradeCommit(pin: Pin, versions: RuleVersions, moment: PinMoment): Grade {
  if (versions.published.length === 0) {
    if (pin.comment === null) return { state: 'present', note: '' }
    return { state: 'present', version: pin.comment, note: 'version from a comment, not verified' }
  }
  const named = versions.byCommit.get(pin.ref.toLowerCase()) ?? []
  const [highest] = named
    .filter(({ publishedAt }) => publishedAt <= moment.at)
    .toSorted((a, b) => (b.rank ?? -1) - (a.rank ?? -1))
  if (highest !== undefined) return gradeRelease(highest, versions, moment)
  const [later] = named
  if (later !== undefined) return aheadOn(later.version)
  return { state: 'drifted', note: 'is no published version' }
}

function gradeName({ ref }: Pin, versions: RuleVersions, moment: PinMoment): Grade {
  const publication = versions.byName.get(ref) ?? versions.byName.get(`v${ref}`)
  if (publication !== undefined && publication.rank !== null) {
    if (publication.publishedAt > moment.at) return aheadOn(publication.version)
    return gradeRelease(publication, versions, moment)
  }
  if (parse(ref) === null) return { state: 'present', note: 'floating' }
  const note = versions.published.length === 0 ? '' : 'is no published version'
  return { state: 'present', version: ref, note }
}

function gradeRelease(
  { version, rank }: Publication,
  { published }: RuleVersions,
  { at, preReleases }: PinMoment,
): Grade {
  if (rank === null) return { state: 'present', version, note: 'floating' }
  const counted = published.filter(
    (one) => one.publishedAt <= at && one.rank !== null && (preReleases || !one.preRelease),
  )
  const newer = counted.filter((one) => (one.rank ?? rank) > rank)
  // A pre-release that no release has caught up with.
  if (newer.length === 0 && counted.length > 0 && !counted.some((one) => one.rank === rank)) {
    return { ...aheadOn(version), note: `version ${version}, newer than every release` }
  }
  return gradeVersion(version, newer, at)
}

const WORST_FIRST: readonly string[] = ['drifted', 'outdated', 'ahead', 'present', 'current']
const ON_PATH = new Set(WORST_FIRST)

interface Gradable {
  readonly state: UsageStateName
  readonly supersededAt?: string | null
}

function worstFirst(a: Gradable, b: Gradable): number {
  const rank = ({ state }: Gradable) => WORST_FIRST.indexOf(state)
  return rank(a) - rank(b) || compareText(a.supersededAt ?? '', b.supersededAt ?? '')
}

function combine(rules: readonly RuleState[], requires: GoldenPathRules['requires']): UsageState {
  if (rules.length === 0) {
    return { ...unknown('no_rules', 'the path names no evidence'), rules }
  }
  const speaking = rules.filter(({ reason }) => reason !== 'not_published')
  const decisive = requires === 'all' ? decideAll(speaking) : decideAny(speaking)
  if (decisive === undefined) return { ...unknown('not_published', NOT_PUBLISHED), rules }
  const { ruleId: _, ...verdict } = decisive
  return { ...verdict, rules }
}

const withState = (rules: readonly RuleState[], state: UsageStateName) =>
  rules.find((rule) => rule.state === state)

const worstPresent = (rules: readonly RuleState[]) =>
  rules.filter(({ state }) => ON_PATH.has(state)).toSorted(worstFirst)[0]

const decideAny = (rules: readonly RuleState[]) =>
  worstPresent(rules) ??
  withState(rules, 'unknown') ??
  withState(rules, 'opted_out') ??
  withState(rules, 'absent')

const decideAll = (rules: readonly RuleState[]) =>
  withState(rules, 'absent') ??
  withState(rules, 'opted_out') ??
  withState(rules, 'unknown') ??
  worstPresent(rules)

/** Null: the rule did not speak. */
type Presence = EvidenceRow['presence'] | null

interface PresenceTrack {
  /** When its presence may change. */
  readonly moments: readonly string[]
  readonly at: (instant: string) => Presence
}

function presenceTrack(
  rule: EvidenceRule,
  byRule: ReadonlyMap<string, readonly EvidenceRow[]>,
  versions: VersionIndex | undefined,
): PresenceTrack {
  const ruleId = toRuleId(rule)
  const rows = byRule.get(ruleId) ?? []
  const known = versions?.of(rule)
  const bounds = [rule.since, rule.until, known?.published[0]?.publishedAt]
  return {
    moments: [...rows.map(validFrom), ...bounds.filter((bound) => bound !== undefined)],
    at: (instant) => {
      if (!isInForce(rule, instant)) return null
      const row = inForce(rows, instant)
      const silence = known && unspoken(rule, known, row, instant)
      if (silence) return silence.reason === 'not_published' ? null : 'unknown'
      return row?.presence ?? 'unknown'
    },
  }
}

function onPathOf(
  presences: readonly Presence[],
  requires: GoldenPathRules['requires'],
): boolean | null {
  const speaking = presences.filter((presence) => presence !== null)
  if (speaking.length === 0) return null
  if (requires === 'any') return anyPresent(speaking)
  if (speaking.every((presence) => presence === 'present')) return true
  return speaking.some((presence) => presence === 'absent' || presence === 'opted_out')
    ? false
    : null
}

function anyPresent(presences: readonly EvidenceRow['presence'][]): boolean | null {
  if (presences.includes('present')) return true
  return presences.includes('unknown') ? null : false
}

const validFrom = (row: EvidenceRow) => row.valid_from

/** Each rule's rows, oldest first. */
function groupByRule(evidence: readonly EvidenceRow[]): Map<string, EvidenceRow[]> {
  const oldestFirst = evidence.toSorted((a, b) => compareText(a.valid_from, b.valid_from))
  return Map.groupBy(oldestFirst, (row) => row.rule_id)
}

const inForce = (rows: readonly EvidenceRow[], at: string) =>
  rows[countUntil(rows, at, validFrom) - 1]

/** How many of `sorted` are at or before `at`. */
function countUntil<T>(sorted: readonly T[], at: string, timeOf: (one: T) => string): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const one = sorted[middle]
    if (one !== undefined && timeOf(one) <= at) low = middle + 1
    else high = middle
  }
  return low
}

function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
