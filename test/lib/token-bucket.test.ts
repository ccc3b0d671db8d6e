import { expect, test } from 'vitest'
import { TokenBuckets } from '#lib/token-bucket.ts'

const after = (seconds: number) => new Date(Date.UTC(2026, 5, 1) + seconds * 1000)

test('a full bucket gives its burst at once, and then one as often as it fills', () => {
  const buckets = new TokenBuckets({ burst: 3, perSecond: 0.5 })
  const at = (seconds: number) => buckets.take('a', after(seconds))
  expect([at(0), at(0), at(0), at(0)]).toEqual([0, 0, 0, 2])
  expect([at(1), at(2), at(2)]).toEqual([1, 0, 2])
  // It holds no more than the burst, however long nobody came.
  expect([at(100), at(100), at(100), at(100)]).toEqual([0, 0, 0, 2])
})

test('each key has a bucket of its own', () => {
  const buckets = new TokenBuckets({ burst: 1, perSecond: 1 })
  expect(['a', 'b', 'a', 'b'].map((key) => buckets.take(key, after(0)))).toEqual([0, 0, 1, 1])
})

test('a clock that is set back takes nothing away', () => {
  const buckets = new TokenBuckets({ burst: 2, perSecond: 1 })
  expect([buckets.take('a', after(60)), buckets.take('a', after(0))]).toEqual([0, 0])
  expect(buckets.take('a', after(0))).toBe(1)
})
