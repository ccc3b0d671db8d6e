import fc from 'fast-check'
import { expect, test } from 'vitest'
import { linkChanges, toDeployedChanges } from '#scorecards/delivery/change-links.ts'
import { stagesOf } from '#scorecards/delivery/change-stages.ts'
import { measure } from '#scorecards/measure.ts'
import { type ChangeLeadTimes, changeLeadTime } from '#scorecards/metrics/change-lead-time.ts'
import {
  ASOF,
  aChange,
  aDeployedChange,
  aDeployment,
  daysAgo,
  hoursAgo,
  setsOf,
} from '#test/support/delivery.ts'
import { aContext } from '#test/support/metrics.ts'

type Changes = ChangeLeadTimes['changes']

const compute = (changes: Changes, asOf = ASOF) => changeLeadTime.compute({ asOf, changes })

const taking = (...hours: readonly (number | null)[]) =>
  hours.map((one, index) => aDeployedChange(one, { id: `${index}` }))

test('the value is the middle of all changes, and lies between two of an even count', () => {
  expect(compute(taking(1, 9, 4)).value).toBe(4)
  expect(compute(taking(1, 9, 4, 6)).value).toBe(5)
  expect(compute(taking(3, 3, 3)).value).toBe(3)
})

test('its interval are the first and the last of six changes, and there is none of five', () => {
  expect(compute(taking(1, 2, 3, 4, 5, 6)).ci).toMatchObject({ low: 1, high: 6 })
  const five = compute(taking(1, 2, 3, 4, 5))
  expect([five.ci, five.flags]).toEqual([null, ['ci_unattainable']])
})

test('six changes are enough for the value, twenty for a band', () => {
  const of = (length: number) =>
    measure(
      changeLeadTime,
      { asOf: ASOF, changes: taking(...Array<number>(length).fill(1)) },
      aContext(),
    )
  expect([5, 6, 19, 20].map((n) => [of(n).status, of(n).band])).toEqual([
    ['insufficient_sample', 'insufficient'],
    ['ok', 'insufficient'],
    ['ok', 'insufficient'],
    ['ok', 'good'],
  ])
})

test('the window is half-open: 91 days ago is in, the as-of is not', () => {
  const deployed = (deployedAt: Date) => compute([aDeployedChange(1, { deployedAt })]).n
  expect(deployed(daysAgo(91))).toBe(1)
  expect(deployed(new Date(daysAgo(91).getTime() - 1))).toBe(0)
  expect(deployed(new Date(ASOF.getTime() - 1))).toBe(1)
  expect(deployed(ASOF)).toBe(0)
})

test('a window of its own replaces that of the metric', () => {
  const changes = [aDeployedChange(1, { deployedAt: daysAgo(200) })]
  const window = { from: daysAgo(200), to: daysAgo(199) }
  const result = measure(changeLeadTime, { asOf: ASOF, window, changes }, aContext())
  expect(result.n).toBe(1)
  expect(result.window).toEqual({
    start: window.from.toISOString(),
    end: window.to.toISOString(),
  })
})

test('what is left out is counted, each change once', () => {
  const changes = [
    aDeployedChange(2, { id: 'good' }),
    aDeployedChange(0, { id: 'instant' }),
    aDeployedChange(-1, { id: 'reversed' }),
    aDeployedChange(2, { id: 'robot', authorKind: 'bot' }),
    aDeployedChange(-2, { id: 'robot reversed', authorKind: 'bot' }),
    aDeployedChange(null, { id: 'dark' }),
    aDeployedChange(9000, { id: 'old', isOfFirstDeployment: true }),
    aDeployedChange(null, { id: 'old robot', isOfFirstDeployment: true, authorKind: 'bot' }),
    aDeployedChange(3, { id: 'platform', authorKind: 'platform' }),
    aDeployedChange(4, { id: 'somebody', authorKind: 'unknown' }),
  ]
  const result = compute(changes)
  expect(setsOf(result)).toEqual({
    counted: ['good', 'platform', 'somebody'],
    'excluded:anomaly': ['instant', 'reversed'],
    'excluded:bot': ['robot', 'robot reversed'],
    'excluded:first_deployment': ['old', 'old robot'],
    unknown: ['dark'],
  })
  expect(result).toMatchObject({
    value: 3,
    n: 3,
    nUnknown: 1,
    flags: ['has_unknown', 'ci_unattainable'],
    parts: { nAnomalous: 2, nBot: 2, nFirstDeployment: 2 },
  })
})

test('T-B01 a lead time comes from its two ends, not from the sum of its stages', () => {
  const monday = (hours: number) => new Date(Date.UTC(2026, 1, 2, hours))
  const change = aDeployedChange(null, {
    firstCommitAt: monday(9),
    openedAt: monday(10),
    mergedAt: monday(34),
    deployedAt: monday(36),
  })
  const { value, parts } = compute([change])
  expect(value).toBe(27)
  expect(parts).toMatchObject({
    commitToOpenHours: 1,
    openToReviewHours: null,
    reviewToMergeHours: null,
    mergeToDeployHours: 2,
  })
})

test('T-B08 a stage in the wrong order is empty and flagged, and the total stays', () => {
  const rewritten = aDeployedChange(10, { openedAt: hoursAgo(7 * 24 + 11) })
  const result = compute([rewritten])
  expect(result).toMatchObject({
    value: 10,
    flags: ['ci_unattainable', 'negative_stage'],
    parts: { nNegativeStage: 1, commitToOpenHours: null, openToReviewHours: null },
  })
})

test('T-B08 a total that is not positive is left out as an error and counted', () => {
  const result = compute([aDeployedChange(-5, { openedAt: daysAgo(7) })])
  expect(result).toMatchObject({ value: null, n: 0, flags: [], parts: { nAnomalous: 1 } })
})

test('a change is open from when it was ready, and its stages have the ends that are known', () => {
  const change = aDeployedChange(40, {
    openedAt: hoursAgo(7 * 24 + 39),
    readyAt: hoursAgo(7 * 24 + 30),
    firstReviewAt: hoursAgo(7 * 24 + 10),
    mergedAt: hoursAgo(7 * 24 + 4),
  })
  expect(stagesOf(change)).toEqual({
    commitToOpen: 10,
    openToReview: 20,
    reviewToMerge: 6,
    mergeToDeploy: 4,
    isReversed: false,
  })
})

test('T-B02 a week without a deployment has no lead time, and one not read none either', () => {
  const changes = [aDeployedChange(5, { deployedAt: daysAgo(20) })]
  const ofWeek = (ago: number, coverage: number) => {
    const window = { from: daysAgo(ago), to: daysAgo(ago - 7) }
    return measure(changeLeadTime, { asOf: ASOF, window, changes }, aContext({ coverage }))
  }
  const weeks = [ofWeek(21, 1), ofWeek(14, 1), ofWeek(7, 0)]
  expect(weeks.map(({ value, status }) => [value, status])).toEqual([
    [5, 'insufficient_sample'],
    [null, 'no_denominator'],
    [null, 'no_data'],
  ])
})

test('T-B03 of 300 merges before the first deployment and 2 after it two are measured', () => {
  const minutes = (count: number) => hoursAgo(500 - count / 60)
  const changes = Array.from({ length: 302 }, (_, index) =>
    aChange({
      nativeId: `${1000 + index}`,
      firstCommitAt: minutes(index - 1),
      mergedAt: minutes(index),
    }),
  )
  const deployments = [
    aDeployment({ nativeId: '1', finishedAt: minutes(299), sha: 'sha-1299' }),
    aDeployment({ nativeId: '2', finishedAt: minutes(600), sha: 'sha-1301' }),
  ]
  const services = [{ id: 'shop', repositoryId: 'shop' }]
  const result = compute(toDeployedChanges(linkChanges({ services, changes, deployments })))
  expect(result).toMatchObject({ n: 2, parts: { nFirstDeployment: 300 } })
})

test('a change of several services belongs to the one that had it first, in any order', () => {
  const first = aDeployedChange(5, { deployedAt: daysAgo(9) })
  const later = aDeployedChange(5 + 48, { deployedAt: daysAgo(7) })
  const unknown = { ...first, isOfFirstDeployment: true }
  for (const changes of [
    [first, later, unknown],
    [unknown, later, first],
  ]) {
    expect(setsOf(compute(changes))).toEqual({ counted: ['change'] })
    expect(compute(changes).value).toBe(5)
  }
  // Before the window somebody had it already.
  expect(compute([later, aDeployedChange(1, { deployedAt: daysAgo(92) })]).n).toBe(0)
})

test('without changes, or without a known commit, there is no value', () => {
  expect(compute([])).toMatchObject({ value: null, n: 0, nUnknown: 0, ci: null, flags: [] })
  expect(compute(taking(null, null))).toMatchObject({ value: null, n: 0, nUnknown: 2 })
})

const anyChanges = fc
  .array(
    fc.record({
      hours: fc.option(fc.integer({ min: -10, max: 1000 })),
      authorKind: fc.constantFrom('human' as const, 'bot' as const),
      isOfFirstDeployment: fc.boolean(),
    }),
    { maxLength: 30 },
  )
  .map((rows) =>
    rows.map(({ hours, ...more }, id) => aDeployedChange(hours, { id: `${id}`, ...more })),
  )

test('order does not matter, sets hold every change once, what is left out changes its count', () => {
  fc.assert(
    fc.property(anyChanges, (changes) => {
      const result = compute(changes)
      expect(compute(changes.toReversed())).toEqual(result)
      const ids = result.evidence.flatMap((set) => set.ids)
      expect(ids.toSorted()).toEqual(changes.map(({ id }) => id).toSorted())
      expect(setsOf(result)['counted']?.length ?? 0).toBe(result.n)
      expect(setsOf(result)['unknown']?.length ?? 0).toBe(result.nUnknown)
      const more = compute([...changes, aDeployedChange(1, { id: 'robot', authorKind: 'bot' })])
      const { evidence: _evidence, parts, ...rest } = more
      expect(rest).toEqual((({ evidence: _, parts: __, ...others }) => others)(result))
      expect(parts).toEqual({ ...result.parts, nBot: Number(result.parts['nBot']) + 1 })
    }),
  )
})
