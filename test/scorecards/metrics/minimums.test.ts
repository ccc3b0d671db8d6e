import { expect, test } from 'vitest'
import { type Metric, measure } from '#scorecards/measure.ts'
import { bypassRate } from '#scorecards/metrics/bypass-rate.ts'
import { driftRate } from '#scorecards/metrics/drift-rate.ts'
import { exceptionPrevalence } from '#scorecards/metrics/exception-prevalence.ts'
import { freeChoiceAdoptionRate } from '#scorecards/metrics/free-choice-adoption-rate.ts'
import { lapseRate } from '#scorecards/metrics/lapse-rate.ts'
import { overdueExceptions } from '#scorecards/metrics/overdue-exceptions.ts'
import { pathShareOfActivity } from '#scorecards/metrics/path-share-of-activity.ts'
import { sourceCoverage } from '#scorecards/metrics/source-coverage.ts'
import { timeToUsableEnvironment } from '#scorecards/metrics/time-to-usable-environment.ts'
import { totalAdoptionRate } from '#scorecards/metrics/total-adoption-rate.ts'
import { versionLag } from '#scorecards/metrics/version-lag.ts'
import { voluntaryAdoptionRate } from '#scorecards/metrics/voluntary-adoption-rate.ts'
import { ASOF, aRequest, daysAgo, setsOf } from '#test/support/delivery.ts'
import { aContext, aTeam, aWork } from '#test/support/metrics.ts'

const numbered = <Row>(length: number, toRow: (id: string) => Row): Row[] =>
  Array.from({ length }, (_, index) => toRow(`${index}`))

/** Status and band by how many cases there are. */
const judged =
  <Input>(metric: Metric<Input>, toInput: (length: number) => Input) =>
  (...lengths: readonly number[]) =>
    lengths.map((length) => {
      const { status, band } = measure(metric, toInput(length), aContext())
      return `${status}, ${band}`
    })

const TOO_FEW = 'insufficient_sample, insufficient'
const NO_BAND_YET = 'ok, insufficient'

const adopters = (length: number) =>
  numbered(length, (team) =>
    aTeam({ team, state: 'adopted', origin: 'voluntary', everUnderInterfaceMandate: false }),
  )

test('one team is enough for a rate of adoption, and five are for its band', () => {
  const voluntary = judged(voluntaryAdoptionRate, (n) => ({ teams: adopters(n), pathAgeWeeks: 26 }))
  expect(voluntary(0, 1, 4, 5)).toEqual([
    'no_denominator, insufficient',
    NO_BAND_YET,
    NO_BAND_YET,
    'ok, good_uncertain',
  ])
  const total = judged(totalAdoptionRate, (n) => ({ teams: adopters(n) }))
  expect(total(1, 4, 5)).toEqual([NO_BAND_YET, NO_BAND_YET, 'ok, good_uncertain'])
})

test('where the choice was free five teams are enough, and so they are of exceptions', () => {
  const free = judged(freeChoiceAdoptionRate, (n) => ({ teams: adopters(n) }))
  expect(free(4, 5)).toEqual([TOO_FEW, 'ok, good_uncertain'])
  const excepted = judged(exceptionPrevalence, (n) => ({ teams: adopters(n) }))
  expect(excepted(4, 5)).toEqual(['insufficient_sample, none', 'ok, none'])
})

test('a path of 26 weeks is held to more than one of 13, and a younger one to nothing', () => {
  // Three of ten teams have adopted it.
  const teams = [...adopters(3), ...numbered(7, (id) => aTeam({ team: `other ${id}` }))]
  const bandAt = (pathAgeWeeks: number) =>
    measure(voluntaryAdoptionRate, { teams, pathAgeWeeks }, aContext()).band
  expect([12, 13, 25, 26].map(bandAt)).toEqual([
    'none',
    'good_uncertain',
    'good_uncertain',
    'watch',
  ])
})

/** Of a team that did so much by the path. */
const byPath = (team: string, path: number) => {
  const span = { successful: aWork({ path }), notSuccessful: 0 }
  return { team, recent: span, last91: span }
}

test('five pieces of work of a team are a share, of several 30 of five teams', () => {
  const own = judged(pathShareOfActivity, (n) => ({
    reach: 'team' as const,
    days: 28,
    teams: [byPath('a', n)],
  }))
  expect(own(4, 5)).toEqual([TOO_FEW, 'ok, good_uncertain'])
  const pooled = (teams: number, each: number) =>
    measure(
      pathShareOfActivity,
      { reach: 'path', days: 28, teams: numbered(teams, (id) => byPath(id, each)) },
      aContext(),
    ).status
  expect([pooled(5, 6), pooled(4, 8), pooled(5, 5)]).toEqual([
    'ok',
    'insufficient_sample',
    'insufficient_sample',
  ])
  const uneven = [...numbered(4, (id) => byPath(id, 6)), byPath('last', 5)]
  expect(
    measure(pathShareOfActivity, { reach: 'path', days: 28, teams: uneven }, aContext()).status,
  ).toBe('insufficient_sample')
})

test('twenty pieces of work of a team tell how much went around, after eight weeks on the path', () => {
  const around = (path: number, adopterWeeks = 8) => ({
    reach: 'team' as const,
    days: 28,
    teams: [{ team: 'a', adopterWeeks, recent: aWork({ path }) }],
  })
  expect(judged(bypassRate, around)(19, 20)).toEqual([TOO_FEW, 'ok, good_uncertain'])
  const kindsAfter = (weeks: number) => Object.keys(setsOf(bypassRate.compute(around(20, weeks))))
  expect([0, 7, 8].map(kindsAfter)).toEqual([
    ['excluded:not_adopter'],
    ['excluded:migration_grace'],
    ['not_counted'],
  ])
})

const scan = (changed: number | null, protectedChanged: number | null, scannedDaysAgo: number) => ({
  service: 's',
  managed: 100,
  changed,
  protectedChanged,
  scannedDaysAgo,
})

test('over a fifth of the files, or one that nobody may change, is drift; an old scan tells nothing', () => {
  const kindOf = (...terms: Parameters<typeof scan>) =>
    driftRate.compute({ services: [scan(...terms)] }).evidence[0]?.kind
  expect([kindOf(20, 0, 1), kindOf(21, 0, 1), kindOf(0, 1, 1)]).toEqual([
    'not_counted',
    'counted',
    'counted',
  ])
  expect([kindOf(2, 0, 14), kindOf(2, 0, 15), kindOf(2, null, 1), kindOf(null, 0, 1)]).toEqual([
    'not_counted',
    'unknown',
    'unknown',
    'unknown',
  ])
  const drift = judged(driftRate, (n) => ({
    services: numbered(n, (service) => ({ ...scan(0, 0, 1), service })),
  }))
  expect(drift(4, 5)).toEqual([TOO_FEW, 'ok, good_uncertain'])
})

test('five services tell how late versions are, eight teams how many leave', () => {
  const lag = { behind: 1, daysSuperseded: 10, ageGapDays: 10, isUnsupported: false }
  const late = judged(versionLag, (n) => ({
    services: numbered(n, (service) => ({ service, lag })),
  }))
  // An interval takes six.
  expect(late(4, 5, 6)).toEqual([TOO_FEW, NO_BAND_YET, 'ok, good'])
  const left = judged(lapseRate, (n) => ({
    teams: numbered(n, (team) => ({
      team,
      stateAtStart: 'adopted' as const,
      enteredLapsed: false,
      stateAtEnd: 'adopted' as const,
    })),
  }))
  expect(left(7, 8)).toEqual([TOO_FEW, 'ok, good_uncertain'])
})

test('six chains of requests are a median, and twelve have a band', () => {
  const waits = judged(timeToUsableEnvironment, (n) => ({
    asOf: ASOF,
    requests: numbered(n, (id) => aRequest({ id })),
  }))
  expect(waits(5, 6, 11, 12)).toEqual([TOO_FEW, NO_BAND_YET, NO_BAND_YET, 'ok, watch'])
})

test('fewer than twelve chains of a month are looked for over a quarter', () => {
  const daysOf = (recent: number) => {
    const requests = [
      ...numbered(recent, (id) => aRequest({ id })),
      aRequest({ id: 'earlier', requestedAt: daysAgo(60) }),
    ]
    const { window, n } = measure(timeToUsableEnvironment, { asOf: ASOF, requests }, aContext())
    return [n, (Date.parse(window.end) - Date.parse(window.start)) / 86_400_000]
  }
  expect([daysOf(11), daysOf(12)]).toEqual([
    [12, 91],
    [12, 28],
  ])
})

test('an exception is overdue from the day after its last, and one is enough to say so', () => {
  const bandOf = (overdue: number, others: number) => {
    const exceptions = [
      ...numbered(overdue, (id) => ({ id: `late ${id}`, isOpen: true, expiresOn: daysAgo(1) })),
      ...numbered(others, (id) => ({ id, isOpen: true, expiresOn: ASOF })),
    ]
    const { value, band } = measure(overdueExceptions, { asOf: ASOF, exceptions }, aContext())
    return [value, band]
  }
  // A full count: the value itself is judged.
  expect([bandOf(0, 1), bandOf(1, 4), bandOf(1, 3)]).toEqual([
    [0, 'good'],
    [0.2, 'watch'],
    [0.25, 'bad'],
  ])
})

test('coverage is judged by itself, whatever its status', () => {
  const covered = (days: number) => {
    const window = { from: daysAgo(100), to: ASOF }
    const intervals = [{ from: daysAgo(days), to: ASOF }]
    const { status, band } = measure(sourceCoverage, { window, intervals }, aContext())
    return `${status}, ${band}`
  }
  expect([90, 89, 50, 49, 0].map(covered)).toEqual([
    'ok, good',
    'source_partial, watch',
    'source_partial, watch',
    'no_data, bad',
    'no_data, bad',
  ])
})
