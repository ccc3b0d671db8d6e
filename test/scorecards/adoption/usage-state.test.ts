import { expect, test } from 'vitest'
import { GoldenPathRules, type Pin } from '#lib/golden-path.ts'
import {
  type EvidenceRow,
  indexVersions,
  presenceAt,
  presenceTimeline,
  usageStateAt,
  usageStateReader,
  type VersionRow,
} from '#scorecards/adoption/usage-state.ts'

const FILE = { kind: 'file-equals', path: 'Makefile', publishedIn: 'acme/common' }
const PIN = { kind: 'workflow-pin', uses: 'acme/deploy' }
const rulesOf = (rules: unknown) => GoldenPathRules.parse(rules)

/** `Makefile` as `blob` from `day` on; null: it is not there. */
const aCopy = (day: string, blob: string | null, row: Partial<EvidenceRow> = {}): EvidenceRow => ({
  rule_id: 'file-equals:Makefile',
  valid_from: `${day}T00:00:00.000Z`,
  presence: blob === null ? 'absent' : 'present',
  blob,
  pins: null,
  proof: 'Makefile@1a2b3c4',
  observed_at: '2026-10-05T00:00:00.000Z',
  ...row,
})

const PINNED = { rule_id: 'workflow-pin:acme/deploy', proof: '.github/workflows/ci.yml@1a2b3c4' }

/** References in ci.yml from `day` on, each as `ref` or `ref # comment`. */
const aPinning = (day: string, ...refs: string[]): EvidenceRow => {
  const pins = refs.map((text): Pin => {
    const [ref = '', comment = null] = text.split(' # ')
    return { component: 'acme/deploy', ref, file: '.github/workflows/ci.yml', comment }
  })
  return aCopy(day, null, { ...PINNED, presence: 'present', pins: JSON.stringify(pins) })
}

/** Publications of the file, one a day from 1 January on. */
const published = (...blobs: string[]): VersionRow[] =>
  blobs.map((blob, index) => ({
    rule_id: 'file-equals:Makefile',
    sequence: index + 1,
    version: String(index + 1),
    published_at: `2026-01-${String(index + 1).padStart(2, '0')}T00:00:00.000Z`,
    blob,
    commit_sha: null,
  }))

const SHA = { old: 'a'.repeat(40), new: 'b'.repeat(40), none: 'c'.repeat(40) }

const aTag = (sequence: number, version: string, day: string, commit: string): VersionRow => ({
  rule_id: 'workflow-pin:acme/deploy',
  sequence,
  version,
  published_at: `${day}T00:00:00.000Z`,
  blob: null,
  commit_sha: commit,
})

const on = (day: string) => new Date(`${day}T00:00:00Z`)

/** The state and its lag, as text. */
function say(
  rules: unknown,
  evidence: EvidenceRow[],
  versions: VersionRow[],
  asOf: string,
): string {
  const { state, version, lagVersions, lagDays } = usageStateAt(
    rulesOf(rules),
    evidence,
    versions,
    on(asOf),
  )
  return `${state} ${version} ${lagVersions} ${lagDays}`
}

const file = { evidence: [FILE] }
const pin = { evidence: [PIN] }

test('a copy of the publication in force is current', () => {
  expect(say(file, [aCopy('2026-01-02', 'b')], published('a', 'b'), '2026-01-05')).toBe(
    'current 2 0 0',
  )
})

test('a copy of an earlier publication is behind since that was superseded, not published', () => {
  const state = usageStateAt(
    rulesOf(file),
    [aCopy('2026-01-01', 'a')],
    published('a', 'b', 'c'),
    new Date('2026-01-05T23:59:59Z'),
  )
  expect(state).toMatchObject({
    state: 'outdated',
    version: '1',
    lagVersions: 2,
    lagDays: 3,
    supersededAt: '2026-01-02T00:00:00.000Z',
    evidence: 'Makefile@1a2b3c4: version 1, superseded 2026-01-02, 2 behind',
    since: '2026-01-01T00:00:00.000Z',
    observedAt: '2026-10-05T00:00:00.000Z',
  })
})

test('a publication that nobody had made yet makes its copy ahead', () => {
  const evidence = [aCopy('2026-01-01', 'c')]
  expect(say(file, evidence, published('a', 'b', 'c'), '2026-01-02')).toBe('ahead 3 0 0')
  expect(say(file, evidence, published('a', 'b', 'c'), '2026-01-03')).toBe('current 3 0 0')
})

test('after a revert upstream the old content is the newest publication again', () => {
  const versions = published('a', 'b', 'a')
  expect(say(file, [aCopy('2026-01-01', 'a')], versions, '2026-01-02')).toBe('outdated 1 1 0')
  expect(say(file, [aCopy('2026-01-01', 'a')], versions, '2026-01-03')).toBe('current 3 0 0')
  expect(say(file, [aCopy('2026-01-02', 'b')], versions, '2026-01-04')).toBe('outdated 2 1 1')
})

test('content that was never published is drifted', () => {
  expect(say(file, [aCopy('2026-01-01', 'x')], published('a'), '2026-01-02')).toBe(
    'drifted null null null',
  )
})

test('a missing copy is absent, an exempt one opted out, an unreadable one unknown', () => {
  const versions = published('a')
  const optedOut = aCopy('2026-01-01', 'a', { presence: 'opted_out' })
  const unreadable = aCopy('2026-01-01', 'a', { presence: 'unknown', proof: 'no content' })
  expect(say(file, [aCopy('2026-01-01', null)], versions, '2026-01-02')).toMatch(/^absent/)
  expect(say(file, [optedOut], versions, '2026-01-02')).toMatch(/^opted_out/)
  expect(usageStateAt(rulesOf(file), [unreadable], versions, on('2026-01-02'))).toMatchObject({
    state: 'unknown',
    reason: 'unreadable',
    evidence: 'no content',
  })
})

test('before the first publication nobody is absent, and without any nobody is drifted', () => {
  const evidence = [aCopy('2025-12-01', null)]
  const early = usageStateAt(rulesOf(file), evidence, published('a'), on('2025-12-31'))
  expect(early).toMatchObject({
    state: 'unknown',
    reason: 'not_published',
    evidence: 'not published yet',
  })
  expect(
    usageStateAt(rulesOf(file), [aCopy('2026-01-01', 'x')], [], on('2026-01-02')),
  ).toMatchObject({ state: 'unknown', reason: 'no_publication' })
})

test('before the first evidence the state is unknown', () => {
  expect(
    usageStateAt(rulesOf(file), [aCopy('2026-01-03', 'a')], published('a'), on('2026-01-02')),
  ).toMatchObject({ state: 'unknown', reason: 'not_read' })
})

test('a rule speaks from since to until', () => {
  const dated = { evidence: [{ ...FILE, since: '2026-01-03', until: '2026-01-05' }] }
  const stateOn = (day: string) =>
    usageStateAt(rulesOf(dated), [aCopy('2026-01-01', 'a')], published('a'), on(day)).state
  expect(['2026-01-02', '2026-01-03', '2026-01-04', '2026-01-05'].map(stateOn)).toEqual([
    'unknown',
    'current',
    'current',
    'unknown',
  ])
})

test('a version without content says nothing about a file', () => {
  const version = { ...aTag(1, 'v1.0.0', '2026-01-01', SHA.old), rule_id: '*' }
  expect(say(file, [aCopy('2026-01-01', 'a')], [version], '2026-01-02')).toMatch(/^unknown/)
})

const TAGS = [
  aTag(1, 'v1.0.0', '2026-01-01', SHA.old),
  aTag(2, 'v1.1.0', '2026-02-01', 'd'.repeat(40)),
  aTag(3, 'v1.2.0-rc.1', '2026-02-10', 'e'.repeat(40)),
  aTag(4, 'v1.2.0', '2026-03-01', SHA.new),
  aTag(5, 'v1', '2026-03-01', SHA.new),
]

test('an exact tag is its version, and a release supersedes it, a pre-release does not', () => {
  const evidence = [aPinning('2026-01-01', 'v1.1.0')]
  expect(say(pin, evidence, TAGS, '2026-02-20')).toBe('current v1.1.0 0 0')
  expect(say(pin, evidence, TAGS, '2026-03-03')).toBe('outdated v1.1.0 1 2')
  const counting = { evidence: [{ ...PIN, preReleases: true }] }
  expect(say(counting, evidence, TAGS, '2026-02-20')).toBe('outdated v1.1.0 1 10')
})

test('a pre-release beyond every release is ahead', () => {
  expect(say(pin, [aPinning('2026-02-10', 'v1.2.0-rc.1')], TAGS, '2026-02-20')).toBe(
    'ahead v1.2.0-rc.1 0 0',
  )
})

test('a commit is the version that its tag says, whatever the comment claims', () => {
  expect(say(pin, [aPinning('2026-01-01', `${SHA.old} # v1.2.0`)], TAGS, '2026-03-02')).toBe(
    'outdated v1.0.0 2 29',
  )
})

test('of the tags of a commit the highest version counts', () => {
  expect(say(pin, [aPinning('2026-01-01', SHA.new)], TAGS, '2026-03-02')).toBe('current v1.2.0 0 0')
})

test('a commit that no tag names is drifted, one that only a later tag names is ahead', () => {
  expect(say(pin, [aPinning('2026-01-01', SHA.none)], TAGS, '2026-02-02')).toMatch(/^drifted null/)
  expect(say(pin, [aPinning('2026-01-01', SHA.new)], TAGS, '2026-02-02')).toBe('ahead v1.2.0 0 0')
})

test('a tag that moves and a branch are on the path, without a version', () => {
  for (const ref of ['v1', 'main']) {
    const state = usageStateAt(rulesOf(pin), [aPinning('2026-01-01', ref)], TAGS, on('2026-03-02'))
    expect(state).toMatchObject({ state: 'present', version: null, lagDays: null })
    expect(state.evidence).toContain(`acme/deploy@${ref} floating`)
  }
})

test('without publications an exact reference is believed, a comment only as a hint', () => {
  expect(say(pin, [aPinning('2026-01-01', '1.2.3')], [], '2026-01-02')).toBe(
    'present 1.2.3 null null',
  )
  const state = usageStateAt(
    rulesOf(pin),
    [aPinning('2026-01-01', `${SHA.old} # v9.9.9`)],
    [],
    on('2026-01-02'),
  )
  expect(state).toMatchObject({ state: 'present', version: 'v9.9.9' })
  expect(state.evidence).toContain('not verified')
})

test('of several references the worst decides, the longer lag before the shorter', () => {
  const evidence = [aPinning('2026-01-01', 'v1.2.0', 'v1.1.0', 'v1.0.0', 'main')]
  expect(say(pin, evidence, TAGS, '2026-03-03')).toBe('outdated v1.0.0 2 30')
  expect(say(pin, [aPinning('2026-01-01', 'v1.0.0', SHA.none)], TAGS, '2026-03-03')).toMatch(
    /^drifted/,
  )
})

test('versions that are not semantic are newer when they came later', () => {
  const tags = [aTag(1, 'winter', '2026-01-01', SHA.old), aTag(2, 'autumn', '2026-02-01', SHA.new)]
  expect(say(pin, [aPinning('2026-01-01', 'winter')], tags, '2026-02-03')).toBe(
    'outdated winter 1 2',
  )
})

test('an orb without a v is the version of the tag with one', () => {
  expect(say(pin, [aPinning('2026-01-01', '1.2.0')], TAGS, '2026-03-02')).toBe('current v1.2.0 0 0')
})

test('one rule of any suffices, all of all are needed', () => {
  const evidence = [aCopy('2026-01-01', 'a'), aCopy('2026-01-01', null, PINNED)]
  const versions = published('a')
  const both = { evidence: [FILE, PIN] }
  expect(say(both, evidence, versions, '2026-01-02')).toMatch(/^current/)
  expect(say({ ...both, requires: 'all' }, evidence, versions, '2026-01-02')).toMatch(/^absent/)
})

test('the worst of the present rules is the version state of the path', () => {
  const other = { ...FILE, id: 'lint', path: 'lint.yml' }
  const evidence = [aCopy('2026-01-01', 'b'), aCopy('2026-01-01', 'x', { rule_id: 'lint' })]
  const versions = [
    ...published('a', 'b'),
    ...published('l').map((row) => ({ ...row, rule_id: 'lint' })),
  ]
  const state = usageStateAt(
    rulesOf({ evidence: [FILE, other] }),
    evidence,
    versions,
    on('2026-01-03'),
  )
  expect(state.state).toBe('drifted')
  expect(state.rules.map((rule) => [rule.ruleId, rule.state])).toEqual([
    ['file-equals:Makefile', 'current'],
    ['lint', 'drifted'],
  ])
})

test('what is not known keeps any from absent, and an opt-out takes all off the path', () => {
  const other = { kind: 'file-present', id: 'lint', path: 'lint.yml' }
  const both = { evidence: [FILE, other] }
  const unknown = aCopy('2026-01-01', null, { rule_id: 'lint', presence: 'unknown' })
  const optedOut = aCopy('2026-01-01', null, { rule_id: 'lint', presence: 'opted_out' })
  const versions = published('a')
  const absent = aCopy('2026-01-01', null)
  expect(say(both, [absent, unknown], versions, '2026-01-02')).toMatch(/^unknown/)
  expect(say(both, [absent, optedOut], versions, '2026-01-02')).toMatch(/^opted_out/)
  const all = { ...both, requires: 'all' }
  expect(say(all, [aCopy('2026-01-01', 'a'), optedOut], versions, '2026-01-02')).toMatch(
    /^opted_out/,
  )
})

test('a reader answers for any moment as a single question does', () => {
  const evidence = [aCopy('2026-01-04', 'b'), aCopy('2026-01-01', null), aCopy('2026-01-02', 'a')]
  const versions = published('a', 'b', 'a', 'c')
  const read = usageStateReader(rulesOf(file), evidence, indexVersions(versions))
  for (let day = 1; day < 9; day += 1) {
    const asOf = on(`2026-01-0${day}`)
    expect(read(asOf)).toEqual(usageStateAt(rulesOf(file), evidence, versions, asOf))
  }
})

test('a timeline says when the path and a way around it were there', () => {
  const rules = rulesOf({
    evidence: [FILE, PIN],
    offPath: [{ kind: 'workflow-file', glob: '*.yml', id: 'around' }],
  })
  const evidence = [
    aCopy('2026-01-01', null),
    aCopy('2026-01-01', null, PINNED),
    aCopy('2026-01-01', null, { rule_id: 'around', presence: 'present' }),
    aCopy('2026-01-03', 'a'),
    aCopy('2026-01-05', 'b'),
    aCopy('2026-01-07', null, { rule_id: 'around' }),
    aCopy('2026-01-09', null, { presence: 'unknown' }),
  ]
  const timeline = presenceTimeline(rules, evidence)
  expect(timeline).toEqual([
    { from: '2026-01-01T00:00:00.000Z', onPath: false, offPath: true },
    { from: '2026-01-03T00:00:00.000Z', onPath: true, offPath: true },
    { from: '2026-01-07T00:00:00.000Z', onPath: true, offPath: false },
    { from: '2026-01-09T00:00:00.000Z', onPath: null, offPath: false },
  ])
  expect(presenceAt(timeline, '2025-12-31T23:59:59.999Z')).toBeUndefined()
  expect(presenceAt(timeline, '2026-01-03T00:00:00.000Z')?.onPath).toBe(true)
  expect(presenceAt(timeline, '2026-01-02T23:59:59.999Z')?.onPath).toBe(false)
})

test('a timeline with versions is silent before the first publication', () => {
  const timeline = presenceTimeline(
    rulesOf(file),
    [aCopy('2025-12-01', 'a')],
    indexVersions(published('a')),
  )
  expect(timeline).toEqual([
    { from: '2025-12-01T00:00:00.000Z', onPath: null, offPath: false },
    { from: '2026-01-01T00:00:00.000Z', onPath: true, offPath: false },
  ])
})
