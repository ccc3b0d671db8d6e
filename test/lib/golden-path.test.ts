import { describe, expect, test } from 'vitest'
import {
  EligibilityRule,
  EvidenceRule,
  GoldenPathRules,
  Moment,
  OffPathRule,
  Pin,
  toRuleId,
} from '#lib/golden-path.ts'

/** Where the rules do not fit, and why: `evidence.0.uses: …`. */
const faultsOf = (rules: object) =>
  (GoldenPathRules.safeParse(rules).error?.issues ?? []).map(
    ({ path, message }) => `${path.join('.')}: ${message}`,
  )

describe('rules', () => {
  test('that say nothing have the defaults of the metric reference', () => {
    expect(GoldenPathRules.parse({})).toEqual({
      eligible: {},
      evidence: [],
      requires: 'any',
      offPath: [],
      work: 'changes',
      adoption: {
        entryShare: 0.8,
        exitShare: 0.6,
        partialShare: 0.2,
        qualifyingUses: 3,
        qualifyingWeeks: 2,
        minimumActivities: 5,
        minimumCoverage: 0.8,
      },
      targets: [],
    })
  })

  test('keep the defaults of the thresholds that they do not name', () => {
    expect(GoldenPathRules.parse({ adoption: { exitShare: 0.5 } }).adoption).toMatchObject({
      entryShare: 0.8,
      exitShare: 0.5,
    })
  })

  test('read again from what was stored are the same', () => {
    const rules = GoldenPathRules.parse({
      eligible: { workload: 'http', exceptServices: ['legacy'] },
      evidence: [
        { kind: 'annotation', key: 'acme/template' },
        { kind: 'file-present', path: 'a', since: '2026-01-31' },
      ],
      targets: [{ metric: 'SPD-01', target: '30min', by: '2026-12-31' }],
    })
    expect(GoldenPathRules.parse(JSON.parse(JSON.stringify(rules)))).toEqual(rules)
  })

  test.each([
    ['a share beyond 1', { adoption: { entryShare: 1.1 } }, 'adoption.entryShare'],
    ['half a use', { adoption: { qualifyingUses: 2.5 } }, 'adoption.qualifyingUses'],
    ['no week', { adoption: { qualifyingWeeks: 0 } }, 'adoption.qualifyingWeeks'],
    ['a threshold that does not exist', { adoption: { entry: 0.9 } }, 'adoption'],
    ['work that nobody counts', { work: 'meetings' }, 'work'],
    ['a requirement of most', { requires: 'most' }, 'requires'],
    ['an empty list', { eligible: { teams: [] } }, 'eligible.teams'],
    ['an empty name', { eligible: { file: '' } }, 'eligible.file'],
    ['a target without an end', { targets: [{ metric: 'SPD-01' }] }, 'targets.0.target'],
  ])('with %s are refused', (_, rules, place) => {
    const faults = faultsOf(rules)
    expect(faults).toHaveLength(1)
    expect(faults[0]?.startsWith(`${place}: `)).toBe(true)
  })

  test('of one kind and subject need an id each', () => {
    const copies = { kind: 'file-present', path: 'deploy.yml' }
    expect(faultsOf({ evidence: [copies, { ...copies, since: '2026-01-01' }] })).toEqual([
      'evidence: expected an id for each of two rules of the same kind and subject',
    ])
    expect(faultsOf({ evidence: [copies, { ...copies, id: 'second' }] })).toEqual([])
    const clash = { kind: 'annotation', key: 'a', id: 'file-present:deploy.yml' }
    expect(faultsOf({ evidence: [copies, clash] })).toHaveLength(1)
  })

  test('of a reference name an action or an orb, not both and not neither', () => {
    const both = { kind: 'workflow-pin', uses: 'acme/deploy', orb: 'acme/deploy' }
    const expected = ['evidence.0: expected exactly one of uses and orb']
    expect(faultsOf({ evidence: [both] })).toEqual(expected)
    expect(faultsOf({ evidence: [{ kind: 'workflow-pin' }] })).toEqual(expected)
  })
})

describe('the id of a rule', () => {
  test.each([
    [{ kind: 'file-equals', path: 'Makefile', publishedIn: 'acme/common' }, 'file-equals:Makefile'],
    [{ kind: 'file-present', path: 'deploy.yml' }, 'file-present:deploy.yml'],
    [{ kind: 'workflow-pin', uses: 'acme/deploy' }, 'workflow-pin:acme/deploy'],
    [{ kind: 'workflow-pin', orb: 'acme/node' }, 'workflow-pin:acme/node'],
    [{ kind: 'annotation', key: 'acme/template' }, 'annotation:acme/template'],
    [{ kind: 'annotation', key: 'acme/template', equals: 'http' }, 'annotation:acme/template=http'],
    [{ kind: 'file-present', path: 'deploy.yml', id: 'own' }, 'own'],
  ])('of evidence %j is %s', (rule, id) => {
    expect(toRuleId(EvidenceRule.parse(rule))).toBe(id)
  })

  test('of a way around is that of its files, unless it has its own', () => {
    const rule = { kind: 'workflow-file', glob: 'deploy*.yml' }
    expect(toRuleId(OffPathRule.parse(rule))).toBe('off-path:deploy*.yml')
    expect(toRuleId(OffPathRule.parse({ ...rule, id: 'own' }))).toBe('own')
  })
})

test('a day is its first moment in UTC, an instant keeps its moment', () => {
  expect(
    ['2026-01-31', '2026-01-31T01:30:00+02:00', '2026-01-31T00:00:00Z'].map((text) =>
      Moment.parse(text),
    ),
  ).toEqual(['2026-01-31T00:00:00.000Z', '2026-01-30T23:30:00.000Z', '2026-01-31T00:00:00.000Z'])
})

test.each(['2026-02-30', '2026-1-31', '31.01.2026', '2026-01-31T01:30:00', 'yesterday', ''])(
  '%j is no moment',
  (text) => {
    expect(Moment.safeParse(text).error?.issues.map(({ message }) => message)).toEqual([
      'expected a day such as 2026-01-31, or an instant with its offset',
    ])
  },
)

test('one text stands for a list of one', () => {
  expect(EligibilityRule.parse({ workload: 'http', teams: ['a', 'b'] })).toEqual({
    workload: ['http'],
    teams: ['a', 'b'],
  })
})

test('an annotation is looked for in the catalogue file unless another is named', () => {
  const fileOf = (rule: object) => {
    const parsed = EvidenceRule.parse({ kind: 'annotation', key: 'a', ...rule })
    return parsed.kind === 'annotation' ? parsed.file : undefined
  }
  expect([fileOf({}), fileOf({ file: 'meta.yaml' })]).toEqual(['catalog-info.yaml', 'meta.yaml'])
})

test('an opt-out says what a copy holds or lacks, not both', () => {
  const rule = { kind: 'file-equals', path: 'a', publishedIn: 'acme/common' }
  const isGood = (optOut: object) => EvidenceRule.safeParse({ ...rule, optOut }).success
  expect([
    isGood({ contains: 'own copy' }),
    isGood({ lacks: 'generated' }),
    isGood({ contains: 'a', lacks: 'b' }),
    isGood({}),
  ]).toEqual([true, true, false, false])
})

test('a pin says whether a comment claims its version', () => {
  const pin = { component: 'acme/deploy', ref: 'v1', file: '.github/workflows/ci.yml' }
  expect(Pin.safeParse({ ...pin, comment: null }).success).toBe(true)
  expect(Pin.safeParse(pin).success).toBe(false)
})
