import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { asSealed, Restatements, restatedOnReview, SealNote } from '#app/review/[quarter]/seal.tsx'
import type { SealedQuarter } from '#lib/queries/sealed-quarter.ts'
import { restatementsOf } from '#scorecards/restatement.ts'
import type { MetricResult } from '#scorecards/result.ts'
import { aResult } from '#test/support/results.ts'

const adoption = (pathId: string, numerator: number, more: Partial<MetricResult> = {}) =>
  aResult({
    metricId: 'ADO-02',
    scope: { pathId },
    value: numerator / 10,
    numerator,
    denominator: 10,
    n: 10,
    ...more,
  })

const SAID = [adoption('http-service', 7), adoption('batch', 5)]
const NOW = [adoption('http-service', 6), adoption('batch', 5)]

const seal = (current: readonly MetricResult[]): SealedQuarter => ({
  quarter: '2026-Q1',
  period: { from: new Date('2026-01-01'), to: new Date('2026-04-01') },
  asOf: new Date('2026-03-30'),
  sealedAt: new Date('2026-04-02T10:00:00Z'),
  hash: 'a'.repeat(64),
  definitions: [],
  results: SAID,
  restated: restatementsOf(SAID, current),
})

const markup = (element: Parameters<typeof renderToStaticMarkup>[0]) =>
  renderToStaticMarkup(element).replaceAll('<!-- -->', '')

test('a sealed review says what was said, and nothing that was not', () => {
  const later = [...NOW, adoption('new', 9)].map((result) => ({
    result,
    before: undefined,
    series: [],
  }))
  expect(asSealed(later, seal(NOW)).map(({ result }) => result)).toEqual(SAID)
  expect(asSealed([], seal([])).map(({ result }) => result)).toEqual(SAID)
})

test('what was restated stands beside it, as it was and as it is', () => {
  const note = markup(createElement(SealNote, { seal: seal(NOW) }))
  expect(note).toContain('Sealed on 2 Apr 2026')
  expect(note).toContain('<a href="#restated">1 figure restated since</a>')
  const names = new Map([['http-service', 'HTTP service']])
  expect(markup(createElement(Restatements, { seal: seal(NOW), names }))).toContain(
    'Total adoption rate, HTTP service: 70% (7 of 10 teams), now 60% (6 of 10 teams)',
  )
  expect(markup(createElement(Restatements, { seal: seal(NOW.slice(1)), names }))).toContain(
    '70% (7 of 10 teams), now told no more',
  )
})

test('what says the same was not restated, and cells of tables are not on a review', () => {
  expect(markup(createElement(SealNote, { seal: seal(SAID) }))).not.toContain('restated')
  const ofCell = (numerator: number) =>
    adoption('batch', numerator, { metricId: 'ADO-07', parameters: { step: 'adopted' } })
  const restated = restatementsOf([ofCell(1)], [ofCell(2)])
  expect(restated).toHaveLength(1)
  expect(restatedOnReview({ restated })).toEqual([])
})

test('a quarter that nobody sealed is a draft', () => {
  expect(markup(createElement(SealNote, { seal: undefined }))).toContain('Draft: figures follow')
})

test('a figure is restated by any number, interval, status or band that a reader is told', () => {
  const was = adoption('batch', 5)
  const changes: Partial<MetricResult>[] = [
    { value: 0.6 },
    { numerator: 6 },
    { denominator: 11 },
    { n: 11 },
    { nUnknown: 1 },
    { notMatured: 1 },
    { ci: { low: 0, high: 1, level: 0.95, method: 'wilson' } },
    { bounds: { low: 0.4, high: 0.6 } },
    { status: 'source_partial' },
    { band: 'bad' },
  ]
  for (const change of changes)
    expect(restatementsOf([was], [{ ...was, ...change }])).toHaveLength(1)
  const silent = { computedAt: '2027-01-01T00:00:00.000Z', engineVersion: '9.0.0' }
  expect(restatementsOf([was], [{ ...was, ...silent }])).toEqual([])
})
