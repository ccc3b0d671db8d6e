import { expect, test } from 'vitest'
import { readParameters } from '#app/url-state.ts'
import { evidenceHref, hereWith, hrefOf, metricAddress, readView, resultHref } from '#app/view.ts'
import { aResult } from '#test/support/results.ts'

const NOW = new Date('2026-03-04T10:00:00Z')
const view = (search: Record<string, string | string[]> = {}, address = '/') =>
  readView(search, NOW, address, { fiscalYearStart: 1 })
const day = (text: string) => new Date(`${text}T00:00:00Z`)

test('an address that names no day speaks for now', () => {
  expect([view().at, view({ asof: '' }).at, view().day]).toEqual([NOW, NOW, null])
  expect(view({ asof: '' }).refused).toEqual([])
})

test('a day means its first moment in UTC, also today', () => {
  expect(view({ asof: '2026-03-02' })).toMatchObject({ at: day('2026-03-02'), day: '2026-03-02' })
  expect(view({ asof: '2026-03-04' }).at).toEqual(day('2026-03-04'))
})

test.each([
  ['2026-03-05', '2026-03-05'],
  ['2026-02-30', '2026-02-30'],
  ['yesterday', 'yesterday'],
  ['2026-03-02T00:00:00Z', '2026-03-02T00:00:00Z'],
  [['2026-03-02', '2026-03-03'], '2026-03-02,2026-03-03'],
])('asof %j is refused, said, and taken for now', (asof, text) => {
  expect(view({ asof })).toMatchObject({ at: NOW, day: null, refused: [{ name: 'asof', text }] })
})

test('figures speak for the end of a range that is over, and for now where it goes on', () => {
  expect(view({ range: '2025-Q4' }).at).toEqual(day('2026-01-01'))
  expect(view({ range: '2026-Q1' }).at).toEqual(NOW)
  expect(view({ range: '26w' }).at).toEqual(NOW)
})

test('what no range or comparison is called is named, and the usual stands', () => {
  const asked = view({ range: 'soon', cmp: 'others', ev: 'nothing', q: 'kept' })
  expect(asked.refused.map(({ name }) => name)).toEqual(['cmp', 'ev', 'range'])
  expect([asked.range.text, asked.comparison.text]).toEqual(['13w', 'prev'])
})

test('comparison is with the beginning of the range, last year, a period, or nothing', () => {
  const at = (cmp: string) => view({ range: '2025-Q4', cmp }).comparison.at
  expect(at('prev')).toEqual(day('2025-10-01'))
  // 364 days, so that the day of the week is the same.
  expect(at('yoy')).toEqual(day('2025-01-02'))
  expect(at('2025-Q2')).toEqual(day('2025-07-01'))
  expect(at('off')).toBeNull()
})

test('addresses go on asking for the same view, and leave out what is the default', () => {
  const asked = view({ cmp: 'off', range: '26w', asof: '2026-03-02' })
  expect(hrefOf(asked, '/teams')).toBe('/teams?asof=2026-03-02&range=26w&cmp=off')
  expect(hrefOf(view({ range: '13w', cmp: 'prev' }), '/teams')).toBe('/teams')
  expect(hrefOf(asked, '/data#runs')).toBe('/data?asof=2026-03-02&range=26w&cmp=off#runs')
})

test('the order of the parameters does not depend on how they were asked for', () => {
  const one = view({ q: 'a', path: 'deploy', range: '26w' }, '/teams')
  const other = view({ range: '26w', path: 'deploy', q: 'a' }, '/teams')
  expect(hereWith(one, {})).toBe(hereWith(other, {}))
})

test('a number opens to the rows of its own scope, here or on its own page', () => {
  const scope = { pathId: 'http-service', teamId: 'payments' }
  expect(evidenceHref(view({ q: 'a' }, '/teams'), 'ADO-04', scope)).toBe(
    '/teams?q=a&ev=ADO-04@path:http-service,team:payments',
  )
  expect(metricAddress(view(), 'ADO-04', scope)).toBe(
    '/metrics/ADO-04?path=http-service&team=payments',
  )
})

test('a cell of a table opens to its own rows, by an address that names it', () => {
  const parameters = { cohort: '2026-01-05', weeks: 4, good: 0.85 }
  const cell = aResult({ metricId: 'ADO-06', scope: { pathId: 'deploy' }, parameters })
  const href = resultHref(view({}, '/golden-paths/deploy'), cell)
  expect(href).toBe('/golden-paths/deploy?ev=ADO-06@path:deploy,cohort:2026-01-05,weeks:4')
  expect(readParameters({ ev: 'ADO-06@path:deploy,cohort:2026-01-05,weeks:4' }).ev).toEqual({
    metricId: 'ADO-06',
    scope: { pathId: 'deploy' },
    cell: { cohort: '2026-01-05', weeks: 4 },
  })
  expect(readParameters({ ev: 'ADO-06@path:deploy,colour:red' }).ev).toBeNull()
})
