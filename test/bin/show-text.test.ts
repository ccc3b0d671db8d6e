import { expect, test } from 'vitest'
import { toResultText } from '#bin/show-text.ts'
import { definitionOf } from '#scorecards/catalogue.ts'
import { aResult } from '#test/support/results.ts'

const textOf = (result: Parameters<typeof aResult>[0]) =>
  toResultText(definitionOf(result?.metricId ?? 'ADO-02'), aResult(result))

const rows = (count: number) => Array.from({ length: count }, (_, index) => `t${index + 1}`)

test('of many rows the first are named, with their number and how to get all', () => {
  const text = textOf({
    evidence: [
      { kind: 'counted', ids: rows(7) },
      { kind: 'not_counted', ids: rows(5) },
    ],
  })
  expect(text.split('\n').slice(-5)).toEqual([
    '  counted (7): t1, t2, t3, t4, t5, and 2 more',
    '  not_counted (5): t1, t2, t3, t4, t5',
    '',
    '  the first 5 rows of each set; --json names them all',
    '',
  ])
})

test('where all rows are named nothing more is said of them', () => {
  expect(textOf({ evidence: [{ kind: 'counted', ids: rows(5) }] })).not.toContain('--json')
})

test('a cell of a table says which it is', () => {
  const text = textOf({ metricId: 'SUP-03', parameters: { type: 'how_to' } })
  expect(text.split('\n')[1]).toBe('path http-service, type how to, as of 2026-03-02T00:00:00.000Z')
})

test.each([
  [
    '2026-02-02T00:00:00.000Z',
    '2026-03-02T00:00:00.000Z',
    'over 28 days, 2026-02-02 to 2026-03-01',
  ],
  [
    '2026-03-02T00:00:00.000Z',
    '2026-03-02T00:00:00.000Z',
    'as it stood at 2026-03-02T00:00:00.000Z',
  ],
  [
    '2026-02-02T08:00:00.000Z',
    '2026-03-02T00:00:00.000Z',
    'over [2026-02-02T08:00:00.000Z, 2026-03-02T00:00:00.000Z)',
  ],
])('which days from %s to %s are is told beside the value', (start, end, words) => {
  const [, , , value, time] = textOf({ window: { start, end } }).split('\n')
  expect(value).toMatch(/^ {2}value /)
  expect(time?.trim().replace(/^time +/, '')).toBe(words)
})
