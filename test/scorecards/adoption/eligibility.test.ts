import { expect, test } from 'vitest'
import { CATALOGUE_FILES } from '#collectors/evidence/catalogue.ts'
import { GoldenPathRules } from '#lib/golden-path.ts'
import {
  type ExplicitRow,
  eligibilityTimeline,
  type PathTerms,
  type ServiceTerms,
  teamEligibilityAt,
} from '#scorecards/adoption/eligibility.ts'
import { ownershipTimeline } from '#scorecards/adoption/ownership.ts'
import { BEGINNING, valueAt } from '#scorecards/adoption/spans.ts'

const day = (date: string) => `${date}T00:00:00.000Z`

function aPath(rules: object = {}, terms: Partial<PathTerms> = {}): PathTerms {
  return {
    id: 'http-service',
    available_since: day('2025-01-01'),
    deprecated_on: null,
    rules: GoldenPathRules.parse(rules),
    firstPublication: () => undefined,
    ...terms,
  }
}

function aService(terms: Partial<ServiceTerms> = {}): ServiceTerms {
  return {
    id: 'checkout',
    createdAt: null,
    goneAt: null,
    workloadClass: 'http',
    lifecycle: null,
    tier: null,
    language: null,
    owners: [{ from: BEGINNING, to: null, value: 'payments' }],
    attributes: [],
    ...terms,
  }
}

function aRow(row: Partial<ExplicitRow>): ExplicitRow {
  return {
    native_id: '1',
    team_id: 'payments',
    service_id: null,
    eligible: 1,
    eligible_from: day('2025-03-01'),
    eligible_to: null,
    reason: null,
    ...row,
  }
}

/** Each span as its start, result and reason. */
const told = (...args: Parameters<typeof eligibilityTimeline>) =>
  eligibilityTimeline(...args).map(({ from, value }) => [
    from === BEGINNING ? 'always' : from.slice(0, 10),
    value.result,
    value.reason,
  ])

test('a service is eligible while both it and the path exist, from the very instant on', () => {
  const path = aPath({}, { deprecated_on: day('2025-10-01') })
  const service = aService({ createdAt: day('2025-02-01'), goneAt: day('2025-09-01') })

  const timeline = eligibilityTimeline(path, service, [])

  expect(told(path, service, [])).toEqual([
    ['always', 'not_eligible', 'service not created yet'],
    ['2025-02-01', 'eligible', null],
    ['2025-09-01', 'not_eligible', 'service gone'],
  ])
  expect(valueAt(timeline, '2025-01-31T23:59:59.999Z')?.result).toBe('not_eligible')
  expect(valueAt(timeline, day('2025-02-01'))?.result).toBe('eligible')
  expect(valueAt(timeline, '2025-08-31T23:59:59.999Z')?.result).toBe('eligible')
  expect(valueAt(timeline, day('2025-09-01'))?.result).toBe('not_eligible')
})

test('nobody is eligible before a path is available or after it is deprecated', () => {
  expect(told(aPath({}, { deprecated_on: '2025-10-01' }), aService(), [])).toEqual([
    ['always', 'not_eligible', 'path not available yet'],
    ['2025-01-01', 'eligible', null],
    ['2025-10-01', 'not_eligible', 'path deprecated'],
  ])
})

test('a condition that fails gives its reason, one that nobody can tell gives unknown', () => {
  const path = aPath({ eligible: { workload: ['http', 'grpc'], tier: '1' } })
  const at = (terms: Partial<ServiceTerms>) =>
    valueAt(eligibilityTimeline(path, aService(terms), []), day('2025-06-01'))

  expect(at({ tier: '1' })).toEqual({ result: 'eligible', reason: null })
  expect(at({ tier: null })).toEqual({ result: 'unknown', reason: 'tier is not known' })
  expect(at({ workloadClass: 'batch', tier: null })).toEqual({
    result: 'not_eligible',
    reason: 'workload class is batch',
  })
})

test('a repository is eligible only while it holds the file that the rule names', () => {
  const path = aPath({ eligible: { file: 'go.mod' } })
  const service = aService({
    attributes: [
      { attribute: 'file:go.mod', valid_from: day('2025-07-01'), value: 'absent' },
      { attribute: 'file:Dockerfile', valid_from: day('2025-03-01'), value: 'present' },
      { attribute: 'file:go.mod', valid_from: day('2025-02-01'), value: 'absent' },
      { attribute: 'file:go.mod', valid_from: day('2025-05-01'), value: 'present' },
    ],
  })

  expect(told(path, service, [])).toEqual([
    ['always', 'not_eligible', 'path not available yet'],
    ['2025-01-01', 'unknown', 'presence of go.mod is not known'],
    ['2025-02-01', 'not_eligible', 'no go.mod'],
    ['2025-05-01', 'eligible', null],
    ['2025-07-01', 'not_eligible', 'no go.mod'],
  ])
})

test('a file can be adopted only once it is on the path and has been published', () => {
  const rules = {
    evidence: [
      {
        kind: 'file-equals',
        path: 'SECURITY.md',
        publishedIn: 'acme/common',
        since: '2025-02-01',
        until: '2025-08-01',
      },
    ],
  }
  const published = (on: string) => aPath(rules, { firstPublication: () => day(on) })

  expect(told(published('2025-03-01'), aService(), [])).toEqual([
    ['always', 'not_eligible', 'path not available yet'],
    ['2025-01-01', 'not_eligible', 'not published yet'],
    ['2025-03-01', 'eligible', null],
    ['2025-08-01', 'not_eligible', 'no longer part of the path'],
  ])
  expect(told(published('2024-03-01'), aService(), [])[2]).toEqual(['2025-02-01', 'eligible', null])
  expect(told(aPath(rules), aService(), [])[2]).toEqual([
    '2025-02-01',
    'unknown',
    'publication of file-equals:SECURITY.md is not known',
  ])
})

test('explicit rows win over the rule, those of a service over those of its team', () => {
  const path = aPath({ eligible: { workload: 'batch' } })
  const rows = [
    aRow({ native_id: '1' }),
    aRow({
      native_id: '2',
      service_id: 'checkout',
      eligible: 0,
      eligible_from: day('2025-04-01'),
      eligible_to: day('2025-05-01'),
      reason: 'frozen until the audit',
    }),
  ]

  expect(told(path, aService(), rows).slice(1)).toEqual([
    ['2025-01-01', 'not_eligible', 'workload class is http'],
    ['2025-03-01', 'eligible', null],
    ['2025-04-01', 'not_eligible', 'frozen until the audit'],
    ['2025-05-01', 'eligible', null],
  ])
})

test("a team's explicit row concerns a service only while the team owns it", () => {
  const owners = [
    { from: BEGINNING, to: day('2025-06-01'), value: 'payments' },
    { from: day('2025-06-01'), to: null, value: 'search' },
  ]
  const path = aPath({ eligible: { teams: ['nobody'] } })

  expect(told(path, aService({ owners }), [aRow({})]).slice(1)).toEqual([
    ['2025-01-01', 'not_eligible', 'team is payments'],
    ['2025-03-01', 'eligible', null],
    ['2025-06-01', 'not_eligible', 'team is search'],
  ])
})

test('a team is eligible by one service, unknown only when none is eligible', () => {
  const team = { id: 'payments', active_from: null, active_to: null }
  const eligible = { result: 'eligible', reason: null } as const
  const unknown = { result: 'unknown', reason: 'tier is not known' } as const
  const not = { result: 'not_eligible', reason: 'workload class is batch' } as const
  const at = day('2025-06-01')
  const of = (...services: (typeof eligible | typeof unknown | typeof not)[]) =>
    teamEligibilityAt(aPath(), team, services, [], at)

  expect(of(not, unknown, eligible)).toEqual(eligible)
  expect(of(not, unknown)).toEqual(unknown)
  expect(of(not, not)).toEqual(not)
  expect(of()).toEqual({ result: 'not_eligible', reason: 'no services' })
  expect(teamEligibilityAt(aPath(), team, [], [aRow({})], at).result).toBe('eligible')
  expect(teamEligibilityAt(aPath(), team, [eligible], [aRow({ eligible: 0 })], at)).toEqual({
    result: 'not_eligible',
    reason: 'listed as not eligible',
  })
  expect(teamEligibilityAt(aPath(), { ...team, active_to: at }, [eligible], [], at).result).toBe(
    'not_eligible',
  )
})

test.each(CATALOGUE_FILES)('a catalogue is believed before %s of the repository', (file) => {
  const row = { source_id: 'a', owned_to: null }
  const timeline = ownershipTimeline([
    { ...row, team_id: 'said', owned_from: day('2024-01-01'), decided_by: 'catalogue' },
    { ...row, team_id: 'from-file', owned_from: day('2025-01-01'), decided_by: file },
  ])
  expect(timeline.at(-1)?.value).toBe('said')
})

test('the catalogue is believed before the file in the repository, later statements before older', () => {
  const owner = (team_id: string | null, owned_from: string, decided_by = 'services.csv') => ({
    source_id: 'catalog',
    team_id,
    owned_from,
    owned_to: null,
    decided_by,
  })

  const timeline = ownershipTimeline([
    owner('from-file', day('2024-01-01'), 'catalog-info.yaml'),
    owner('payments', day('2025-01-01')),
    owner('search', day('2025-06-01')),
    owner('file-again', day('2025-09-01'), 'catalog-info.yaml'),
  ])

  expect(timeline.map(({ from, value }) => [from.slice(0, 10), value])).toEqual([
    ['0001-01-01', null],
    ['2024-01-01', 'from-file'],
    ['2025-01-01', 'payments'],
    ['2025-06-01', 'search'],
  ])
})
