import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { MetricResult } from '#scorecards/result.ts'
import { publishWave, type WaveContext } from '#scorecards/survey/publish.ts'
import type { SurveyedPath, SurveyResponse } from '#scorecards/survey/wave.ts'
import { ASOF, daysAgo } from '#test/support/delivery.ts'
import { aContext } from '#test/support/metrics.ts'
import { aResponse, aSurveyedPath, aWave, scored } from '#test/support/survey.ts'

const { scope: _scope, parameters: _parameters, ...terms } = aContext({ asOf: ASOF })
const context: WaveContext = {
  ...terms,
  removals: { names: [], serviceIds: [] },
  draw: () => 0.5,
}

const publish = (...paths: readonly SurveyedPath[]) => publishWave(aWave({ paths }), context)

/** The result of a metric for a group, or for the path. */
function resultOf(path: SurveyedPath, metricId: string, group?: string): MetricResult {
  const found = publish(path)?.results.find(
    (result) => result.metricId === metricId && result.parameters['group'] === group,
  )
  if (found === undefined) throw new Error(`no ${metricId} of ${group}`)
  return found
}

const MIXED = [10, 9, 8, 7, 6, 5, 3, 9]

test('an open wave publishes nothing, a closed one does from the moment of its closing', () => {
  const paths = [aSurveyedPath({ a: scored('a', MIXED) })]
  const at = (closedAt: Date | null) => publishWave(aWave({ closedAt, paths }), context)
  expect(at(null)).toBeNull()
  expect(at(daysAgo(-1))).toBeNull()
  expect(at(ASOF)?.results.length).toBeGreaterThan(0)
})

test('a hidden group tells nothing but that it is hidden', () => {
  const path = aSurveyedPath({ a: scored('a', MIXED), b: scored('b', MIXED), c: scored('c', [10]) })
  expect(resultOf(path, 'SAT-01', 'c')).toMatchObject({
    status: 'suppressed_privacy',
    value: null,
    n: null,
    numerator: null,
    denominator: null,
    nUnknown: 0,
    ci: null,
    parts: {},
    flags: [],
    evidence: [],
  })
  expect(resultOf(path, 'SAT-05', 'c')).toMatchObject({ status: 'suppressed_privacy', n: null })
  expect(resultOf(path, 'SAT-01')).toMatchObject({ n: 17 })
})

test('a group that was silent has no responses', () => {
  const path = aSurveyedPath({ a: scored('a', MIXED), b: [] })
  expect(resultOf(path, 'SAT-05', 'b')).toMatchObject({ status: 'ok', numerator: 0, value: 0 })
  expect(resultOf(path, 'SAT-01', 'b')).toMatchObject({ status: 'no_denominator', value: null })
})

test('answers that are all equal are not told, not even by their band', () => {
  const path = aSurveyedPath({
    a: scored('a', Array<number>(25).fill(10)),
    b: scored('b', MIXED),
    c: scored('c', MIXED),
  })
  expect(resultOf(path, 'SAT-01', 'a')).toMatchObject({
    status: 'suppressed_privacy',
    band: 'insufficient',
    value: null,
  })
  const alone = aSurveyedPath({ a: scored('a', Array<number>(25).fill(10)) })
  expect(resultOf(alone, 'SAT-01')).toMatchObject({ status: 'suppressed_privacy', value: null })
})

test('from five answers there is a score, from eight how they are spread', () => {
  const of = (answers: readonly number[]) =>
    resultOf(aSurveyedPath({ a: scored('a', answers) }), 'SAT-01')
  expect(of([10, 9, 8, 6])).toMatchObject({ status: 'suppressed_privacy', value: null })
  const five = of([10, 9, 8, 6, 7])
  expect(five).toMatchObject({ status: 'ok', value: 20, ci: null, parts: {} })
  expect(of(MIXED)).toMatchObject({ parts: { promoters: 3, passives: 2, detractors: 3 } })
  expect(of(MIXED).ci).not.toBeNull()
})

test('the path does not tell how the answers of a small group are spread', () => {
  const path = aSurveyedPath({ a: scored('a', MIXED), b: scored('b', [10, 9, 8, 6, 7]) })
  expect(resultOf(path, 'SAT-01', 'b')).toMatchObject({ value: 20, parts: {} })
  expect(resultOf(path, 'SAT-01', 'a')).toMatchObject({ value: 0, parts: {}, ci: null })
})

test('a wave asks what anybody answered', () => {
  const ids = publish(aSurveyedPath({ a: scored('a', MIXED) }))?.results.map((one) => one.metricId)
  expect(new Set(ids)).toEqual(new Set(['SAT-01', 'SAT-05', 'SAT-04', 'SAT-06']))
})

test('themes have no source until somebody codes comments, and are told of the whole path', () => {
  const comment = (themes: SurveyResponse['comment']) =>
    aResponse({ groupId: 'a', comment: themes })
  const coded = (themes: 'docs' | 'waiting') =>
    comment({ text: 'words', themes: [themes], quotable: false })
  const eight = [
    ...Array.from({ length: 6 }, () => coded('docs')),
    coded('waiting'),
    coded('waiting'),
  ]
  const shares = (responses: readonly SurveyResponse[]) =>
    publish(aSurveyedPath({ a: responses }))
      ?.results.filter(({ metricId }) => metricId === 'SAT-04')
      .map(({ parameters, value, status }) => [parameters['theme'], value, status])
  expect(shares(eight)).toContainEqual(['docs', 0.75, 'ok'])
  expect(shares(eight.slice(1))).toContainEqual(['docs', null, 'suppressed_privacy'])
  expect(shares([comment({ text: 'words', themes: null, quotable: false })])).toContainEqual([
    'docs',
    null,
    'source_missing',
  ])
})

test('the voice of non-adopters is told where it does not tell a hidden group', () => {
  const of = (small: string) => {
    const path = aSurveyedPath({
      a: scored('a', MIXED),
      b: scored('b', MIXED),
      c: scored('c', [1, 9]),
    })
    const groups = path.groups.map((group) => ({
      ...group,
      groupState: group.id === small ? ('eligible' as const) : ('adopted' as const),
    }))
    return resultOf({ ...path, groups }, 'SAT-06')
  }
  // Hidden are c and, by lot, a; on one side they keep each other.
  expect(of('b')).toMatchObject({ status: 'ok', n: 18 })
  expect(of('c')).toMatchObject({ status: 'suppressed_privacy', value: null, n: null })
})

test('words are quoted above eight comments, and no row of an answer is named', () => {
  const said = Array.from({ length: 9 }, (_, index) =>
    aResponse({
      groupId: 'a',
      comment: { text: `comment ${index}`, themes: null, quotable: index < 2 },
    }),
  )
  const published = publish(aSurveyedPath({ a: said }))
  expect(published?.quotes).toEqual([{ pathId: 'deploy', texts: ['comment 0', 'comment 1'] }])
  expect(publish(aSurveyedPath({ a: said.slice(1) }))?.quotes).toEqual([])
  const text = JSON.stringify(published)
  expect(said.filter(({ id }) => text.includes(`"${id}"`))).toEqual([])
})

test('a path or group that stands twice is refused', () => {
  const path = aSurveyedPath({ a: scored('a', MIXED) })
  expect(() => publish(path, path)).toThrow('survey wave 2026-q1: path deploy stands twice')
  const twice = { ...path, groups: [...path.groups, ...path.groups] }
  expect(() => publish(twice)).toThrow('group a of path deploy stands twice')
})

const anyGroup = fc.array(
  fc.record({
    npsScore: fc.option(fc.integer({ min: 0, max: 10 })),
    csat: fc.option(fc.integer({ min: 1, max: 5 })),
    umux1: fc.option(fc.integer({ min: 1, max: 7 })),
    umux2: fc.option(fc.integer({ min: 1, max: 7 })),
  }),
  { maxLength: 14 },
)

const anyPath = fc
  .array(anyGroup, { minLength: 1, maxLength: 6 })
  .map((groups) =>
    aSurveyedPath(
      Object.fromEntries(
        groups.map((rows, index) => [
          `g${index}`,
          rows.map((row) => aResponse({ groupId: `g${index}`, ...row })),
        ]),
      ),
    ),
  )

const ITEMS = ['SAT-01', 'SAT-02', 'SAT-03'] as const

const answersTo = (item: (typeof ITEMS)[number], responses: readonly SurveyResponse[]) =>
  responses.filter(({ npsScore, csat, umux1, umux2 }) => {
    if (item === 'SAT-01') return npsScore !== null
    return item === 'SAT-02' ? csat !== null : umux1 !== null && umux2 !== null
  }).length

const anyLot = fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true }))

test('what is shown is of five answers, and so is what the path less its groups leaves', () => {
  fc.assert(
    fc.property(anyPath, anyLot, (path, lots) => {
      const draw = () => Number(lots.next().value)
      const { results = [] } = publishWave(aWave({ paths: [path] }), { ...context, draw }) ?? {}
      for (const item of ITEMS) {
        const own = results.filter(({ metricId }) => metricId === item)
        expect(own.filter(({ n }) => n !== null && n > 0 && n < 5)).toEqual([])
        const [whole, ...groups] = own
        if (whole?.n) expectCover(whole.n, groups, answersByGroup(path, item))
      }
    }),
  )
})

const answersByGroup = ({ groups, responses }: SurveyedPath, item: (typeof ITEMS)[number]) =>
  new Map<unknown, number>(
    groups.map(({ id }) => [
      id,
      answersTo(
        item,
        responses.filter(({ groupId }) => groupId === id),
      ),
    ]),
  )

/** Small groups among the hidden have company, and leave five answers at least together. */
function expectCover(
  total: number,
  groups: readonly MetricResult[],
  answers: ReadonlyMap<unknown, number>,
): void {
  const rest = groups.reduce((left, { n }) => left - (n ?? 0), total)
  const hidden = groups
    .filter(({ n }) => n === null)
    .map(({ parameters }) => answers.get(parameters['group']) ?? 0)
    .filter((n) => n > 0)
  expect(rest).toBe(hidden.reduce((sum, n) => sum + n, 0))
  if (!hidden.some((n) => n < 5)) return
  expect(hidden.length).toBeGreaterThan(1)
  expect(rest).toBeGreaterThanOrEqual(5)
}

test('no figure shows a group that another one hides', () => {
  fc.assert(
    fc.property(anyPath, (path) => {
      const results = publish(path)?.results ?? []
      const byGroup = Map.groupBy(
        results.filter(({ parameters }) => parameters['group'] !== undefined),
        ({ parameters }) => parameters['group'],
      )
      for (const own of byGroup.values()) {
        const rate = own.find(({ metricId }) => metricId === 'SAT-05')
        if (rate?.status !== 'suppressed_privacy') continue
        expect(own.map(({ status }) => status)).toEqual(own.map(() => 'suppressed_privacy'))
      }
    }),
  )
})

test('the order of groups and answers does not matter', () => {
  fc.assert(
    fc.property(anyPath, (path) => {
      const turned = {
        ...path,
        groups: path.groups.toReversed(),
        responses: path.responses.toReversed(),
      }
      const sorted = (one: SurveyedPath) =>
        (publish(one)?.results ?? []).map((result) => JSON.stringify(rounded(result))).toSorted()
      expect(sorted(turned)).toEqual(sorted(path))
    }),
  )
})

/** Sums of floating numbers differ in their last digits by order. */
const rounded = (result: MetricResult): unknown =>
  JSON.parse(JSON.stringify(result), (_, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(9)) : value,
  )
