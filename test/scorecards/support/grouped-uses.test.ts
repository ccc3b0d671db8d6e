import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Period } from '#lib/period.ts'
import { type Metric, measure } from '#scorecards/measure.ts'
import { interactionModeMix } from '#scorecards/metrics/interaction-mode-mix.ts'
import { supportRequestsPer100Uses } from '#scorecards/metrics/support-requests-per-100-uses.ts'
import { ripeUntil, type TeamUse } from '#scorecards/support/episodes.ts'
import { judgeOfUses } from '#scorecards/support/judged-uses.ts'
import { decodeUses, encodeUses } from '#scorecards/support/use-ledger.ts'
import { ledgerReader, rowReader } from '#scorecards/support/use-reader.ts'
import { ASOF, daysAgo, hoursAgo, plusHours } from '#test/support/delivery.ts'
import { aContext } from '#test/support/metrics.ts'
import {
  aProvisioningRequest,
  aSupportRequest,
  aTeamUse,
  aWorkedRequest,
  coveredFor,
} from '#test/support/requests.ts'
import { teamUses } from '#test/support/uses.ts'

const WINDOW: Period = { from: daysAgo(28), to: ASOF }

const ledgerOf = (uses: readonly TeamUse[]) => ledgerReader([decodeUses(encodeUses(uses))])

/** The sets behind it with how many rows they hold: a group has no ids. */
const measured = <Input>(metric: Metric<Input>, input: Input) =>
  measure(metric, input, aContext({ isBrief: true }))

test('a use that stands for several counts as often in every number of requests per 100 uses', () => {
  const { numerator, denominator, nUnknown, bounds, parts } = supportRequestsPer100Uses.compute({
    asOf: ASOF,
    covered: coveredFor(182),
    requests: [aSupportRequest()],
    uses: [
      aTeamUse({ times: 4 }),
      aTeamUse({ times: 6, userInitiated: null }),
      aTeamUse({ times: 7, userInitiated: false }),
      aTeamUse({ times: 8, result: 'unknown' }),
      aTeamUse({ times: 9, mechanism: 'off_path' }),
    ],
  })
  expect({ numerator, denominator, nUnknown, bounds }).toEqual({
    numerator: 1,
    denominator: 10,
    nUnknown: 8,
    bounds: { low: 100 / 18, high: 10 },
  })
  expect(parts).toMatchObject({ usesOfUnknownInitiator: 6, automatedUses: 7 })
})

test('a use that stands for several counts as often in every share of interaction modes', () => {
  const { numerator, denominator, nUnknown, notMatured, parts } = interactionModeMix.compute({
    asOf: ASOF,
    pathAgeWeeks: 52,
    covered: coveredFor(92),
    teams: [],
    attempts: [],
    provisioningRequests: [],
    requests: [aWorkedRequest({ teamId: 'search', executedBy: 'platform' })],
    uses: [
      aTeamUse({ times: 5 }),
      aTeamUse({ times: 3, teamId: 'search' }),
      aTeamUse({ times: 2, teamId: null }),
      aTeamUse({ times: 4, occurredAt: hoursAgo(71) }),
      aTeamUse({ times: 9, userInitiated: false }),
    ],
  })
  expect({ numerator, denominator, nUnknown, notMatured }).toEqual({
    numerator: 5,
    denominator: 8,
    nUnknown: 2,
    notMatured: 4,
  })
  expect(parts).toMatchObject({ handoffShare: 3 / 8, selfServiceShareFirstUse: 5 / 8 })
})

/** Many uses over ninety hours, of which nothing tells some apart; most of them count. */
const manyUses = fc
  .array(
    fc.record({
      use: teamUses,
      isLike: fc.integer({ min: 0, max: 3 }).map((kind) => kind > 0),
      later: fc.integer({ min: 0, max: 40 }),
      times: fc.integer({ min: 1, max: 4 }),
    }),
  )
  .map((drawn) =>
    drawn.flatMap(({ use, isLike, later, times }) =>
      Array.from(
        { length: times },
        (): TeamUse => ({
          ...use,
          ...(isLike && { sourceId: 'ci', ...BY_A_PERSON }),
          occurredAt: plusHours(use.occurredAt, later),
        }),
      ),
    ),
  )

const BY_A_PERSON = {
  kind: 'deployment',
  result: 'success',
  mechanism: 'path',
  userInitiated: true,
} as const

const BEGIN = new Date('2026-02-02T00:00:00Z')

/** Cut where what was read begins and ends, as uses that were and were not read are no group. */
const covers = fc
  .tuple(fc.integer({ min: -30, max: 60 }), fc.integer({ min: 1, max: 200 }))
  .map(([from, hours]) => ({
    from: plusHours(BEGIN, from).getTime(),
    to: plusHours(BEGIN, from + hours).getTime(),
  }))

const asked = fc.array(
  fc.record({
    hours: fc.integer({ min: -30, max: 160 }),
    teamId: fc.constantFrom('payments', 'search', null),
    executedBy: fc.constantFrom('requester' as const, 'platform' as const, null),
    linkedRequestId: fc.constantFrom(null, null, 'R-1'),
  }),
  { maxLength: 5 },
)

const toRequests = (drawn: typeof asked extends fc.Arbitrary<infer T> ? T : never) =>
  drawn.map(({ hours, ...one }, id) =>
    aWorkedRequest({ id: `${id}`, openedAt: plusHours(BEGIN, hours), ...one }),
  )

test('requests per 100 uses are the same of uses in groups and one by one', () => {
  fc.assert(
    fc.property(manyUses, covers, asked, (uses, cover, drawn) => {
      const covered = [cover]
      const cuts = [WINDOW.from, new Date(cover.from), new Date(cover.to), WINDOW.to]
        .filter((at) => at >= WINDOW.from && at <= WINDOW.to)
        .toSorted((a, b) => +a - +b)
      const pieces = cuts.slice(1).map((to, place) => ({ from: cuts[place] ?? to, to }))
      const [alone, together] = [rowReader(uses), ledgerOf(uses)].map((read) =>
        measured(supportRequestsPer100Uses, {
          asOf: ASOF,
          covered,
          requests: toRequests(drawn),
          uses: pieces.flatMap((piece) => read(piece)),
          usedPerWeek: new Map(),
        }),
      )
      expect(together).toEqual(alone)
    }),
  )
})

test('interaction modes are the same of uses in groups and one by one', () => {
  const firstUses = new Map([
    ['payments', plusHours(BEGIN, 10)],
    ['search', plusHours(BEGIN, -8 * 7 * 24 + 20)],
  ])
  fc.assert(
    fc.property(
      manyUses,
      covers,
      asked,
      fc.integer({ min: 0, max: 60 }),
      (uses, cover, drawn, h) => {
        // Some of the uses are not 72 hours old yet.
        const asOf = plusHours(BEGIN, 92 + h)
        const requests = toRequests(drawn).filter(({ openedAt }) => openedAt < asOf)
        const { judge, tell } = judgeOfUses(requests, firstUses)([cover])
        const window = { from: new Date(+asOf - 28 * 86_400_000), to: asOf }
        const ripe = ripeUntil(asOf)
        const terms = {
          asOf,
          pathAgeWeeks: 52,
          covered: [cover],
          teams: [...firstUses].map(([id, firstUsedAt]) => ({ id, firstUsedAt })),
          attempts: [],
          provisioningRequests: [aProvisioningRequest({ nativeId: 'R-1', requestedAt: BEGIN })],
          requests,
        }
        const read = ledgerOf(uses)
        const together = measured(interactionModeMix, {
          ...terms,
          uses: [...read({ from: window.from, to: ripe }, tell), ...read({ from: ripe, to: asOf })],
          judgeUse: judge,
        })
        const alone = measured(interactionModeMix, { ...terms, uses: rowReader(uses)(window) })
        expect(together).toEqual(alone)
      },
    ),
  )
})

test('a use exactly 72 hours ago is settled, one a millisecond later is not', () => {
  const use = (occurredAt: Date) => aTeamUse({ occurredAt })
  const last = new Date(+hoursAgo(72))
  const next = new Date(+last + 1)
  expect([last < ripeUntil(ASOF), next < ripeUntil(ASOF)]).toEqual([true, false])
  const { notMatured, denominator } = interactionModeMix.compute({
    asOf: ASOF,
    pathAgeWeeks: 52,
    covered: coveredFor(92),
    teams: [],
    attempts: [],
    provisioningRequests: [],
    requests: [],
    uses: [use(last), use(next)],
  })
  expect({ notMatured, denominator }).toEqual({ notMatured: 1, denominator: 1 })
})
