import { expect, test } from 'vitest'
import { KeysetWalk, type SortedPage } from '#collectors/keyset-walk.ts'

const MINUTE_MS = 60_000
const HALF_A_DAY_MS = 720 * MINUTE_MS
const START = Date.UTC(2026, 5, 1)
const PAGE = 10

interface Item {
  readonly id: number
  readonly at: number
}

type Ask = (from: Date, place: number | null) => SortedPage<number>

/** A list that is asked from half a day before the time that is meant. */
const listOf =
  (items: readonly Item[]): Ask =>
  (from, place) => {
    const found = items.filter(({ at }) => at >= from.getTime() - HALF_A_DAY_MS)
    const end = (place ?? 0) + PAGE
    return { items: found.slice(end - PAGE, end), next: end < found.length ? end : null }
  }

function walkThrough(ask: Ask): Item[] {
  const walk = new KeysetWalk<number>({
    sourceId: 'list',
    name: 'It',
    from: new Date(START),
    timeOf: (item) => new Date((item as Item).at),
    versionOf: (item) => String((item as Item).id),
  })
  const taken: Item[] = []
  while (!walk.isOver) taken.push(...(walk.take(ask(walk.floor, walk.place)) as Item[]))
  return taken
}

test.each([
  ['a minute apart', 1],
  ['most in the same minute', 0],
])('a list that is asked from too early is read to its end: %s', (_, minutes) => {
  const items = Array.from({ length: 300 }, (__, id) => ({
    id,
    at: START + id * minutes * MINUTE_MS,
  }))
  const later = Array.from({ length: 2 * PAGE }, (__, id) => ({
    id: 300 + id,
    at: START + (301 + id) * MINUTE_MS,
  }))
  expect(walkThrough(listOf([...items, ...later]))).toEqual([...items, ...later])
})

test('pages that go on and on with what this very question gave already have no end', () => {
  const items = Array.from({ length: PAGE }, (_, id) => ({ id, at: START }))
  const endless: Ask = (_, place) => ({ items, next: (place ?? 0) + 1 })
  expect(() => walkThrough(endless)).toThrow('list: It gives pages without an end')
})
