import { expect, test } from 'vitest'
import { changeOf } from '#app/change.ts'
import { aResult } from '#test/support/results.ts'

const BEFORE = '2026-01-05T00:00:00.000Z'
const now = aResult({ value: 0.64 })
const before = (value: number | null, more: Parameters<typeof aResult>[0] = {}) =>
  aResult({ value, asOf: BEFORE, ...more })

test('a share that rose is better by points where more is better', () => {
  expect(changeOf(now, before(0.58), 'higher')).toEqual({
    words: '6 points better than on 5 Jan 2026 (58% → 64%)',
    short: '6 points better',
    tone: 'good',
    arrow: 'up',
  })
})

test('the arrow tells better from worse, not more from less', () => {
  expect(changeOf(now, before(0.58), 'lower')).toMatchObject({ arrow: 'down', tone: 'bad' })
  expect(changeOf(now, before(0.58), 'none')).toMatchObject({ arrow: null, tone: 'quiet' })
})

test('what is no share changes in its own unit', () => {
  const days = (value: number, asOf?: string) =>
    aResult({ unit: 'days', value, ...(asOf !== undefined && { asOf }) })
  expect(changeOf(days(31), days(57, BEFORE), 'lower')?.short).toBe('26 days better')
})

test('figures that read the same did not change', () => {
  expect(changeOf(now, before(0.641), 'higher')).toMatchObject({ short: 'unchanged', arrow: null })
})

test('nothing is compared where one side has no usable value, or both are one figure', () => {
  expect(changeOf(now, undefined, 'higher')).toBeNull()
  expect(changeOf(now, before(null, { status: 'no_data' }), 'higher')).toBeNull()
  expect(changeOf(now, before(0.5, { status: 'stale' }), 'higher')).toBeNull()
  expect(changeOf(now, now, 'higher')).toBeNull()
})
