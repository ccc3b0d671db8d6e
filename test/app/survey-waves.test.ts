import { expect, test } from 'vitest'
import {
  figureHref,
  findWave,
  measuredInWave,
  newestOfPaths,
  waveCompared,
} from '#app/surveys/waves.ts'
import { readView } from '#app/view.ts'
import type { SurveyResults } from '#lib/queries/survey-results.ts'
import type { MetricResult } from '#scorecards/result.ts'
import { aResult } from '#test/support/results.ts'

const NOW = new Date('2026-10-01T00:00:00Z')
const view = (search: Record<string, string> = {}) =>
  readView(search, NOW, '/surveys', { fiscalYearStart: 1 })

function aScore(value: number | null, result: Partial<MetricResult> = {}): MetricResult {
  return aResult({
    metricId: 'SAT-01',
    unit: 'points, -100 to 100',
    value,
    n: 20,
    scope: { pathId: 'deploy' },
    ...result,
  })
}

function aWave(
  waveId: string,
  closed: string,
  results: readonly MetricResult[] = [],
  sourceId = 'survey',
): SurveyResults {
  const closedAt = new Date(`${closed}T00:00:00Z`)
  return {
    waveId,
    sourceId,
    name: waveId,
    openedAt: new Date(closedAt.getTime() - 1000),
    closedAt,
    publishedAt: NOW,
    results,
    quotes: [],
  }
}

const AUTUMN = aWave('autumn', '2026-09-01')
const SPRING = aWave('spring', '2026-03-01')
const LAST_AUTUMN = aWave('last-autumn', '2025-09-20')
const OTHER = aWave('other', '2026-06-01', [], 'elsewhere')
const WAVES = [AUTUMN, OTHER, SPRING, LAST_AUTUMN]
const comparedBy = (cmp: string) => waveCompared(WAVES, AUTUMN, view({ cmp }))?.waveId

test('a wave stands beside the one before of the same source', () => {
  expect(comparedBy('prev')).toBe('spring')
  expect(waveCompared(WAVES, LAST_AUTUMN, view())).toBeUndefined()
})

test('a year before is the wave nearest to it, within a quarter of a year', () => {
  expect(comparedBy('yoy')).toBe('last-autumn')
  expect(waveCompared(WAVES, SPRING, view({ cmp: 'yoy' }))).toBeUndefined()
})

test('a period means the last wave that had closed by its end, and off means none', () => {
  expect(comparedBy('2026-Q1')).toBe('spring')
  expect(comparedBy('2026-01')).toBe('last-autumn')
  expect(comparedBy('2020')).toBeUndefined()
  expect(comparedBy('off')).toBeUndefined()
})

test('a wave is found by its id, and among several sources by the source', () => {
  const twin = aWave('autumn', '2026-08-01', [], 'elsewhere')
  expect(findWave([AUTUMN, twin], 'autumn', null)).toBe(AUTUMN)
  expect(findWave([AUTUMN, twin], 'autumn', 'elsewhere')).toBe(twin)
  expect(findWave([aWave('Q3 / 26', '2026-08-01')], 'Q3%20%2F%2026', null)?.waveId).toBe('Q3 / 26')
  expect(findWave(WAVES, 'nowhere', null)).toBeUndefined()
})

test('a figure stands beside the same one of the wave before, and after all up to it', () => {
  const group = (name: string) => ({ parameters: { wave: '', group: name } })
  const older = aWave('older', '2026-03-01', [aScore(10), aScore(30, group('search'))])
  const newer = aWave('newer', '2026-09-01', [aScore(25), aScore(null, group('search'))])
  const later = aWave('later', '2026-09-20', [aScore(99)])
  const [whole, search] = measuredInWave([later, newer, older], newer, view())
  expect([whole?.before?.value, search?.before?.value]).toEqual([10, 30])
  expect(whole?.series.map(({ value }) => value)).toEqual([10, 25])
  expect(search?.series.map(({ value }) => value)).toEqual([30, null])
})

test('each path speaks through the last wave that asked about it, without groups and themes', () => {
  const newer = aWave('newer', '2026-09-01', [
    aScore(25),
    aScore(50, { parameters: { group: 'search' } }),
    aScore(0.5, { metricId: 'SAT-04', parameters: { theme: 'docs' } }),
  ])
  const older = aWave('older', '2026-03-01', [
    aScore(10),
    aScore(5, { scope: { pathId: 'portal' } }),
  ])
  const waves = [newer, older]
  const valuesOf = (group?: string) =>
    newestOfPaths(waves, view(), { group }).map(({ result: { scope, value } }) => [
      scope.pathId,
      value,
    ])
  expect(valuesOf()).toEqual([
    ['deploy', 25],
    ['portal', 5],
  ])
  expect(valuesOf('search')).toEqual([['deploy', 50]])
})

test('a metric that the newest wave did not ask for is told by the wave that did', () => {
  const of = (metricId: string, value: number, theme?: string) =>
    aScore(value, { metricId, parameters: { ...(theme !== undefined && { theme }) } })
  const waves = [
    aWave('june', '2026-06-01', [of('SAT-02', 60)]),
    aWave('march', '2026-03-01', [of('SAT-01', 25), of('SAT-04', 40, 'speed')]),
  ]
  const valuesOf = (metricId?: string) =>
    newestOfPaths(waves, view(), { ...(metricId !== undefined && { metricId }) }).map(
      ({ result }) => result.value,
    )
  expect(valuesOf()).toEqual([60])
  expect(valuesOf('SAT-01')).toEqual([25])
  expect(valuesOf('SAT-04')).toEqual([40])
})

test('a survey figure opens to its wave, and any other to its rows', () => {
  const score = aScore(25, { parameters: { wave: 'autumn' }, watermarks: { survey: '' } })
  expect(figureHref(view(), score)).toBe('/surveys/autumn?path=deploy&source=survey')
  expect(figureHref(view(), aResult())).toBe('/surveys?ev=ADO-02@path:http-service')
})
