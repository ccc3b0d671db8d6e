import fc from 'fast-check'
import { expect } from 'vitest'
import type { AdoptionState } from '#scorecards/adoption/state-machine.ts'
import type { Computed } from '#scorecards/measure.ts'
import { bypassRate, type TeamWork } from '#scorecards/metrics/bypass-rate.ts'
import { cohortRetention } from '#scorecards/metrics/cohort-retention.ts'
import { driftRate } from '#scorecards/metrics/drift-rate.ts'
import { freeChoiceAdoptionRate } from '#scorecards/metrics/free-choice-adoption-rate.ts'
import { funnelConversion } from '#scorecards/metrics/funnel-conversion.ts'
import { lapseRate } from '#scorecards/metrics/lapse-rate.ts'
import { newWorkChoiceRate } from '#scorecards/metrics/new-work-choice-rate.ts'
import { type PathShare, pathShareOfActivity } from '#scorecards/metrics/path-share-of-activity.ts'
import type { TeamState } from '#scorecards/metrics/team-states.ts'
import { timeToAdopt } from '#scorecards/metrics/time-to-adopt.ts'
import { timeToFirstSuccess } from '#scorecards/metrics/time-to-first-success.ts'
import { totalAdoptionRate } from '#scorecards/metrics/total-adoption-rate.ts'
import { versionLag } from '#scorecards/metrics/version-lag.ts'
import { voluntaryAdoptionRate } from '#scorecards/metrics/voluntary-adoption-rate.ts'
import type { WorkCounts } from '#scorecards/metrics/work-counts.ts'
import { ASOF, daysAgo, hoursAgo } from '#test/support/delivery.ts'
import { casesAddUp, law, numbered, shareAddsUp } from '#test/support/laws/law.ts'
import { aTeam, aWork } from '#test/support/metrics.ts'
import { anAttempt, anOnset, aTrail, LONG_AGO } from '#test/support/trails.ts'

const anyState = fc.constantFrom<AdoptionState>(
  'eligible',
  'trying',
  'adopted',
  'adopted',
  'partial',
  'lapsed',
  'excepted',
  'not_eligible',
  'unknown',
)

export const anyTeamStates = numbered(
  fc.record({
    state: anyState,
    origin: fc.constantFrom('voluntary' as const, 'mandated' as const, 'unknown' as const, null),
    everUnderInterfaceMandate: fc.boolean(),
    inactiveWeeks: fc.integer({ min: 0, max: 15 }),
  }),
  (row, team): TeamState => aTeam({ ...row, team }),
)

export const NOT_MEANT = aTeam({ team: 'left out', state: 'not_eligible' })

const anyCount = fc.integer({ min: 0, max: 30 })
const anyWork: fc.Arbitrary<WorkCounts> = fc.record({
  path: anyCount,
  parallel_pipeline: anyCount,
  manual_change: anyCount,
  off_path: anyCount,
  break_glass: anyCount,
  unknown: anyCount,
  exempt: anyCount,
})

/** What a query for rows of work finds: in the days that it names, of teams of either metric. */
function countQueried(id: string, find: (terms: URLSearchParams) => WorkCounts | undefined) {
  const terms = new URLSearchParams(id.replace(/^activities\?/, ''))
  const counts = find(terms)
  return counts?.[terms.get('mechanism') as keyof WorkCounts] ?? 0
}

/** Its rows are queries: what these find adds up. */
function queriesAddUp(computed: Computed, sizeOf: (id: string) => number): void {
  const sum = (kind: string) =>
    computed.evidence
      .filter((set) => set.kind === kind)
      .flatMap(({ ids }) => ids)
      .reduce((total, id) => total + sizeOf(id), 0)
  const counted = sum('counted')
  expect(computed.numerator).toBe(counted)
  expect(computed.denominator).toBe(counted + sum('not_counted'))
  expect(computed.nUnknown).toBe(sum('unknown'))
}

type TeamShare = PathShare['teams'][number]
const anySpan = fc.record({ successful: anyWork, notSuccessful: anyCount })

function shareOfQueriesAddsUp(computed: Computed, teams: readonly TeamShare[]): void {
  queriesAddUp(computed, (id) =>
    countQueried(id, (terms) => {
      const own = teams.find(({ team }) => team === terms.get('team'))
      if (terms.get('successful') !== 'true') return undefined
      return (terms.get('days') === '91' ? own?.last91 : own?.recent)?.successful
    }),
  )
}

const IDLE = { successful: aWork(), notSuccessful: 0 }

const anyTrail = fc.record({
  states: fc.array(anyState, { minLength: 1, maxLength: 30 }),
  weeksAgo: fc.integer({ min: 0, max: 3 }),
})

const anyOnsets = numbered(anyTrail, ({ states, weeksAgo }, team) =>
  anOnset(team, states, { weeks: aTrail(states, weeksAgo) }),
)

const anyAttempt = fc.record({
  team: fc.constantFrom('a', 'b', 'c', 'd'),
  hours: fc.integer({ min: 1, max: 2600 }),
  minutes: fc.option(fc.integer({ min: -10, max: 600 })),
  result: fc.constantFrom('success' as const, 'failure' as const, 'open' as const),
})

const anyAttempts = numbered(anyAttempt, ({ team, hours, minutes, result }, id) => {
  // No two at once, whose order nothing tells.
  const startedAt = new Date(hoursAgo(hours).getTime() + Number(id) * 1000)
  const endedAt = minutes === null ? null : new Date(startedAt.getTime() + minutes * 60_000)
  return anAttempt({ id, team, startedAt, endedAt, result })
})

export const ADOPTION_LAWS = {
  'ADO-01': law({
    metric: voluntaryAdoptionRate,
    rows: anyTeamStates,
    toInput: (teams) => ({ teams, pathAgeWeeks: 52 }),
    leftOut: NOT_MEANT,
    addsUp: shareAddsUp,
  }),
  'ADO-02': law({
    metric: totalAdoptionRate,
    rows: anyTeamStates,
    toInput: (teams) => ({ teams }),
    leftOut: NOT_MEANT,
    addsUp: shareAddsUp,
  }),
  'ADO-03': law({
    metric: freeChoiceAdoptionRate,
    rows: anyTeamStates,
    toInput: (teams) => ({ teams }),
    leftOut: aTeam({ team: 'left out', everUnderInterfaceMandate: true }),
    addsUp: shareAddsUp,
  }),
  'ADO-04': law({
    metric: pathShareOfActivity,
    rows: numbered(
      fc.record({ recent: anySpan, last91: anySpan }),
      (row, team): TeamShare => ({ team, ...row }),
    ),
    toInput: (teams) => ({ reach: 'path' as const, days: 28, teams }),
    leftOut: { team: 'left out', recent: IDLE, last91: IDLE },
    leftOutParts: ['teamsWithoutActivity'],
    addsUp: shareOfQueriesAddsUp,
  }),
  'ADO-05': law({
    metric: timeToAdopt,
    rows: numbered(
      fc.record({ trail: anyTrail, mandated: fc.option(fc.integer({ min: 0, max: 200 })) }),
      ({ trail: { states, weeksAgo }, mandated }, team) => ({
        ...anOnset(team, states, { weeks: aTrail(states, weeksAgo) }),
        mandateAnnouncedAt: mandated === null ? null : daysAgo(mandated),
      }),
    ),
    toInput: (teams) => ({ ...LONG_AGO, asOf: ASOF, hasMandateRegister: true, teams }),
    leftOut: { ...anOnset('left out', ['eligible']), eligibleFrom: null, mandateAnnouncedAt: null },
    addsUp: casesAddUp,
  }),
  'ADO-06': law({
    metric: cohortRetention,
    rows: anyOnsets,
    toInput: (teams) => ({ asOf: ASOF, teams }),
    // Nobody who never adopted is in any cell: see the test of who is excused.
    leftOut: null,
    addsUp: shareAddsUp,
  }),
  'ADO-07': law({
    metric: funnelConversion,
    rows: anyOnsets,
    toInput: (teams) => ({
      ...LONG_AGO,
      asOf: ASOF,
      teams,
      attempts: teams.flatMap(({ team }) =>
        [20, 40, 60]
          .slice(0, Number(team) % 4)
          .map((ago) => anAttempt({ id: `${team} ${ago}`, team, startedAt: daysAgo(ago) })),
      ),
    }),
    leftOut: { ...anOnset('left out', ['eligible']), eligibleFrom: null },
    addsUp: shareAddsUp,
  }),
  'ADO-08': law({
    metric: timeToFirstSuccess,
    rows: anyAttempts,
    toInput: (attempts) => ({ asOf: ASOF, reach: 'path' as const, attempts }),
    leftOut: anAttempt({ id: 'left out', team: 'left out', startedAt: daysAgo(92) }),
    addsUp: casesAddUp,
  }),
  'ADO-09': law({
    metric: bypassRate,
    rows: numbered(
      fc.record({ adopterWeeks: fc.integer({ min: 0, max: 20 }), recent: anyWork }),
      (row, team): TeamWork => ({ team, ...row }),
    ),
    toInput: (teams) => ({ reach: 'path' as const, days: 28, teams }),
    leftOut: { team: 'left out', adopterWeeks: 7, recent: aWork({ path: 3 }) },
    addsUp: (computed, teams) => {
      queriesAddUp(computed, (id) =>
        countQueried(id, (terms) => teams.find(({ team }) => team === terms.get('team'))?.recent),
      )
    },
  }),
  'ADO-10': law({
    metric: driftRate,
    rows: numbered(
      fc.record({
        managed: fc.option(fc.integer({ min: 0, max: 10 })),
        changed: fc.option(fc.integer({ min: 0, max: 10 })),
        protectedChanged: fc.option(fc.integer({ min: 0, max: 1 })),
        scannedDaysAgo: fc.option(fc.integer({ min: 0, max: 20 })),
      }),
      (row, service) => ({ service, ...row }),
    ),
    toInput: (services) => ({ services }),
    leftOut: null,
    addsUp: shareAddsUp,
  }),
  'ADO-11': law({
    metric: versionLag,
    rows: numbered(
      fc.option(
        fc.record({
          behind: fc.integer({ min: 0, max: 9 }),
          daysSuperseded: fc.integer({ min: 0, max: 200 }),
          ageGapDays: fc.option(fc.integer({ min: 0, max: 200 })),
          isUnsupported: fc.option(fc.boolean()),
        }),
      ),
      (lag, service) => ({ service, lag }),
    ),
    toInput: (services) => ({ services }),
    leftOut: null,
    addsUp: casesAddUp,
  }),
  'ADO-12': law({
    metric: lapseRate,
    rows: numbered(
      fc.record({ stateAtStart: anyState, enteredLapsed: fc.boolean(), stateAtEnd: anyState }),
      (row, team) => ({ team, ...row }),
    ),
    toInput: (teams) => ({ teams }),
    leftOut: {
      team: 'left out',
      stateAtStart: 'eligible',
      enteredLapsed: false,
      stateAtEnd: 'adopted',
    },
    addsUp: shareAddsUp,
  }),
  'ADO-13': law({
    metric: newWorkChoiceRate,
    rows: numbered(
      fc.record({
        createdAt: fc.integer({ min: 1, max: 91 }).map(daysAgo),
        createdVia: fc.constantFrom('path:deploy', 'manual', null),
        offPathOptionExisted: fc.constantFrom(true, true, false, null),
        forced: fc.constantFrom(false, false, true, null),
      }),
      (row, id) => ({ id, ...row }),
    ),
    toInput: (services) => ({ asOf: ASOF, pathId: 'deploy', services }),
    leftOut: {
      id: 'left out',
      createdAt: daysAgo(7),
      createdVia: 'path:deploy',
      offPathOptionExisted: true,
      forced: true,
    },
    leftOutParts: ['excludedForced'],
    addsUp: shareAddsUp,
  }),
}
