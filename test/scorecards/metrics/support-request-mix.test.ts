import fc from 'fast-check'
import { expect, test } from 'vitest'
import { measureCells } from '#scorecards/measure.ts'
import { supportRequestMix } from '#scorecards/metrics/support-request-mix.ts'
import type { TypedRequest } from '#scorecards/metrics/support-requests-per-week.ts'
import { ASOF, daysAgo, setsOf } from '#test/support/delivery.ts'
import { aContext } from '#test/support/metrics.ts'
import { aSupportRequest, OUTSIDE } from '#test/support/requests.ts'

function aTyped(id: string, type: string | null, more: Partial<TypedRequest> = {}): TypedRequest {
  return { ...aSupportRequest({ id }), type, ...more }
}

const compute = (requests: readonly TypedRequest[]) =>
  supportRequestMix.computeCells({ asOf: ASOF, requests })

const cellOf = (cells: ReturnType<typeof compute>, type: string) => {
  const cell = cells.find(({ parameters }) => parameters?.['type'] === type)
  if (cell === undefined) throw new Error(`no cell of ${type}`)
  return cell
}

const many = (type: string | null, length: number) =>
  Array.from({ length }, (_, index) => aTyped(`${type} ${index}`, type))

test('each type has a result of its own, the largest first, also those that nobody asked for', () => {
  const cells = compute([...many('bug', 2), ...many('access', 2), ...many('design', 4)])
  const order = cells.map(({ parameters }) => parameters?.['type'])
  expect(order).toHaveLength(16)
  // Types that are as large keep the order of the definition.
  expect(order.slice(0, 5)).toEqual(['design', 'access', 'bug', 'how_to', 'provisioning'])
  expect(cells.slice(0, 4).map(({ value }) => value)).toEqual([0.5, 0.25, 0.25, 0])
})

test('what has no type, or one that is not ours, is in no share', () => {
  const cells = compute([
    ...many('bug', 3),
    ...many('upgrade', 1),
    ...many(null, 2),
    ...many('?', 2),
  ])
  const bug = cellOf(cells, 'bug')
  expect(bug).toMatchObject({
    value: 3 / 4,
    nUnknown: 4,
    bounds: { low: 3 / 8, high: 7 / 8 },
    parts: { classifiedShare: 0.5 },
  })
  expect(setsOf(bug)).toEqual({
    counted: ['bug 0', 'bug 1', 'bug 2'],
    not_counted: ['upgrade 0'],
    unknown: ['? 0', '? 1', 'null 0', 'null 1'],
  })
})

test('requests that no metric of support load counts are in no cell', () => {
  const outside = Object.values(OUTSIDE).map((request) => ({ ...request, type: 'bug' }))
  const cell = cellOf(compute([...many('bug', 1), ...outside]), 'bug')
  expect(setsOf(cell)).toEqual({
    counted: ['bug 0'],
    'excluded:bot': ['bot'],
    'excluded:no_path': ['no path'],
    'excluded:platform_team': ['platform'],
    unknown: ['nobody'],
  })
  expect(cell.parts['classifiedShare']).toBe(1)
})

test('the window is half-open: 91 days ago is in', () => {
  const at = (openedAt: Date) => cellOf(compute([aTyped('x', 'bug', { openedAt })]), 'bug').n
  expect(at(daysAgo(91))).toBe(1)
  expect(at(new Date(daysAgo(91).getTime() - 1))).toBe(0)
  expect(at(ASOF)).toBe(0)
})

test('twenty requests with a type are enough, more than a fifth without one is partial', () => {
  const statusOf = (typed: number, untyped: number) => {
    const requests = [...many('bug', typed), ...many(null, untyped)]
    return measureCells(supportRequestMix, { asOf: ASOF, requests }, aContext()).map(
      ({ status }) => status,
    )[0]
  }
  expect(statusOf(0, 5)).toBe('no_denominator')
  expect(statusOf(19, 0)).toBe('insufficient_sample')
  expect(statusOf(20, 5)).toBe('ok')
  expect(statusOf(20, 6)).toBe('source_partial')
})

test('every record names its cell and has no band', () => {
  const records = measureCells(
    supportRequestMix,
    { asOf: ASOF, requests: many('bug', 30) },
    aContext(),
  )
  expect(records[0]).toMatchObject({
    metricId: 'SUP-03',
    parameters: { type: 'bug' },
    value: 1,
    band: 'none',
  })
  expect(new Set(records.map(({ parameters }) => parameters['type'])).size).toBe(16)
})

const anyRequests = fc
  .array(fc.constantFrom('bug', 'access', 'how_to', 'question', null), { maxLength: 25 })
  .map((types) => types.map((type, id) => aTyped(`${id}`, type)))

test('the order of requests does not matter, and the shares add up to one', () => {
  fc.assert(
    fc.property(anyRequests, (requests) => {
      const cells = compute(requests)
      expect(compute(requests.toReversed())).toEqual(cells)
      const sum = cells.reduce((total, { numerator }) => total + (numerator ?? 0), 0)
      expect(sum).toBe(cells[0]?.denominator)
    }),
  )
})

test('a request that is left out changes nothing but its count', () => {
  const bot = aTyped('bot', 'bug', { bot: true })
  const told = (requests: readonly TypedRequest[]) =>
    compute(requests).map((cell) => ({ ...cell, evidence: [] }))
  fc.assert(
    fc.property(anyRequests, (requests) => {
      expect(told([...requests, bot])).toEqual(told(requests))
    }),
  )
})
