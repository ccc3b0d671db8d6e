import { millisecondsInWeek } from 'date-fns/constants'
import { z } from 'zod'
import { AdoptionParameters } from '#lib/golden-path.ts'
import { daysBefore } from '#lib/period.ts'
import { weeksAfter } from '#scorecards/adoption/cohorts.ts'
import { roadmapCandidates } from '#scorecards/adoption/exceptions.ts'
import { adoptionOrigin } from '#scorecards/adoption/origin.ts'
import {
  type AdoptionRecord,
  INITIAL_RECORD,
  step,
  type WeeklyInput,
} from '#scorecards/adoption/state-machine.ts'
import { bypassRate } from '#scorecards/metrics/bypass-rate.ts'
import { cohortRetention } from '#scorecards/metrics/cohort-retention.ts'
import { driftRate } from '#scorecards/metrics/drift-rate.ts'
import { exceptionPrevalence } from '#scorecards/metrics/exception-prevalence.ts'
import { freeChoiceAdoptionRate } from '#scorecards/metrics/free-choice-adoption-rate.ts'
import { funnelConversion } from '#scorecards/metrics/funnel-conversion.ts'
import { lapseRate } from '#scorecards/metrics/lapse-rate.ts'
import { newWorkChoiceRate } from '#scorecards/metrics/new-work-choice-rate.ts'
import { overdueExceptions } from '#scorecards/metrics/overdue-exceptions.ts'
import { pathShareOfActivity } from '#scorecards/metrics/path-share-of-activity.ts'
import { sourceCoverage } from '#scorecards/metrics/source-coverage.ts'
import { timeToAdopt } from '#scorecards/metrics/time-to-adopt.ts'
import { timeToFirstSuccess } from '#scorecards/metrics/time-to-first-success.ts'
import {
  timeToUsableEnvironment,
  toChains,
} from '#scorecards/metrics/time-to-usable-environment.ts'
import { totalAdoptionRate } from '#scorecards/metrics/total-adoption-rate.ts'
import { lagOf, versionLag } from '#scorecards/metrics/version-lag.ts'
import { voluntaryAdoptionRate } from '#scorecards/metrics/voluntary-adoption-rate.ts'
import { ASOF, daysAgo, hoursAgo, plusHours } from '#test/support/delivery.ts'
import { aTeam, aWork } from '#test/support/metrics.ts'
import { anAttempt, LONG_AGO } from '#test/support/trails.ts'
import { day, idsOf, optionalDay, record, recordCells, rowsOf } from '#test/vectors/record.ts'
import { adapter } from '#test/vectors/statistic-adapters.ts'

const STATES = [
  'eligible',
  'trying',
  'adopted',
  'partial',
  'lapsed',
  'excepted',
  'unknown',
] as const

const Teams = z.object({
  teams: z.array(
    z.object({
      team: z.string(),
      state: z.enum(STATES),
      origin: z.enum(['voluntary', 'mandated', 'unknown']).nullable(),
      everUnderInterfaceMandate: z.boolean(),
    }),
  ),
})
const toTeams = ({ teams }: z.output<typeof Teams>) => teams.map((team) => aTeam(team))

const Activity = z.object({
  mechanism: z
    .enum(['path', 'parallel_pipeline', 'manual_change', 'break_glass'])
    .nullable()
    .transform((mechanism) => mechanism ?? 'unknown'),
  exempt: z.boolean().default(false),
})

const Chains = z.object({
  asOf: day,
  chains: z.array(
    z.object({
      chain: z.string(),
      requests: z.array(
        z.object({
          at: day,
          result: z.enum(['usable', 'failed', 'cancelled', 'open']),
          usableAt: optionalDay,
          endedAt: optionalDay,
        }),
      ),
    }),
  ),
})

const toRequests = ({ chains }: z.output<typeof Chains>) =>
  chains.flatMap(({ chain, requests }) =>
    requests.map(({ at, ...request }, index) => ({
      ...request,
      id: `${chain}/${index}`,
      team: 'team',
      targetKey: null,
      chainKey: chain,
      requestedAt: at,
    })),
  )

const Week = z
  .object({
    eligibility: z.enum(['eligible', 'not_eligible', 'unknown']),
    exception: z.enum(['full', 'none']),
    covUse: z.number(),
    covActivity: z.number(),
    T28: z.int(),
    U28: z.int(),
    A28: z.int(),
    U91: z.int(),
    A91: z.int(),
    weeks91: z.int(),
  })
  .transform(
    ({ eligibility, exception, weeks91, ...week }): WeeklyInput => ({
      eligibility,
      exception,
      useCoverage: week.covUse,
      activityCoverage: week.covActivity,
      attempts28: week.T28,
      uses28: week.U28,
      uses91: week.U91,
      activities28: week.A28,
      activities91: week.A91,
      weeks91,
    }),
  )

const stage = z.enum(['eligible', 'trying', 'adopted', 'partial', 'lapsed'])

export const adoptionAdapters: Readonly<Record<string, (inputs: unknown) => unknown>> = {
  'ADO-01': adapter(Teams, (inputs) =>
    record(voluntaryAdoptionRate, { teams: toTeams(inputs), pathAgeWeeks: 26 }),
  ),
  'ADO-02': adapter(Teams, (inputs) => record(totalAdoptionRate, { teams: toTeams(inputs) })),
  'ADO-03': adapter(Teams, (inputs) => record(freeChoiceAdoptionRate, { teams: toTeams(inputs) })),
  'ADO-04': adapter(
    z.object({ perTeam: z.array(z.tuple([z.string(), z.int(), z.int()])) }),
    ({ perTeam }) =>
      record(pathShareOfActivity, {
        reach: 'path',
        days: 28,
        teams: perTeam.map(([team, path, all]) => {
          const span = { successful: aWork({ path, off_path: all - path }), notSuccessful: 0 }
          return { team, recent: span, last91: span }
        }),
      }),
  ),
  'ADO-05': adapter(
    z.object({ teams: z.array(z.object({ days: z.number(), adopted: z.boolean() })) }),
    ({ teams }) => {
      const toTeam = ({ days, adopted }: (typeof teams)[number], index: number) => ({
        team: `${index}`,
        eligibleFrom: daysAgo(days),
        weeks: [{ weekEnd: ASOF, state: adopted ? ('adopted' as const) : ('eligible' as const) }],
        mandateAnnouncedAt: null,
      })
      const input = { ...LONG_AGO, asOf: ASOF, teams: teams.map(toTeam), hasMandateRegister: true }
      const result = record(timeToAdopt, input, ASOF)
      const { adoptedBy28Days: d28, adoptedBy56Days: d56 } = result.parts
      return { ...result, adoptedBy: { d28, d56 } }
    },
  ),
  'ADO-06': adapter(
    z.object({
      adoptions: z.array(
        z.object({
          cohort: z.string(),
          team: z.string(),
          states: z.record(z.string(), z.enum(STATES).nullable()),
        }),
      ),
      weeks: z.array(z.int()),
    }),
    ({ adoptions, weeks }) => {
      // Each cohort four weeks after the one before it.
      const cohorts = [...new Set(adoptions.map(({ cohort }) => cohort))].toSorted()
      const weeksOf = (adoption: (typeof adoptions)[number]) => {
        const adoptedAt = new Date(4 * cohorts.indexOf(adoption.cohort) * millisecondsInWeek)
        const later = Object.entries(adoption.states).flatMap(([k, state]) =>
          state === null ? [] : [{ weekEnd: weeksAfter(adoptedAt, Number(k)), state }],
        )
        return [{ weekEnd: weeksAfter(adoptedAt, 0), state: 'adopted' as const }, ...later]
      }
      const teams = adoptions.map((one) => ({ team: one.team, weeks: weeksOf(one) }))
      const ends = teams.flatMap((one) => one.weeks.map(({ weekEnd }) => weekEnd.getTime()))
      const asOf = new Date(Math.max(...ends))
      const cells = recordCells(cohortRetention, { asOf, teams }, asOf)
      const names = [...new Set(cells.map(({ parameters }) => parameters['cohort']))]
      const pairOf = (cohort: string, k: number) => {
        const own = cells.find(
          ({ parameters }) =>
            parameters['cohort'] === names[cohorts.indexOf(cohort)] && parameters['weeks'] === k,
        )
        return own?.value === null ? null : [own?.numerator, own?.denominator]
      }
      return Object.fromEntries(
        cohorts.map((cohort) => [
          cohort,
          Object.fromEntries(weeks.map((k) => [k, pairOf(cohort, k)])),
        ]),
      )
    },
  ),
  'ADO-07': adapter(
    z.object({
      stages: z.array(z.string()),
      previousReachedAndMatured: z.array(z.int()),
      reached: z.array(z.int()),
    }),
    ({ stages, previousReachedAndMatured: [eligible = 0], reached }) => {
      const [attempted = 0, succeeded = 0, repeated = 0, adopted = 0] = reached
      const weekEnd = daysAgo(7)
      const teams = rowsOf('team', eligible, (team) => team).map((team, place) => ({
        team,
        eligibleFrom: daysAgo(60),
        weeks: [{ weekEnd, state: place < adopted ? ('adopted' as const) : ('trying' as const) }],
      }))
      const attempts = teams.flatMap(({ team }, place) => {
        if (place >= attempted) return []
        if (place >= succeeded) return [anAttempt({ team, result: 'failure' })]
        const uses = place < repeated ? [9, 10, 20] : [9]
        return uses.map((days) => anAttempt({ team, startedAt: daysAgo(days) }))
      })
      const cells = recordCells(funnelConversion, { ...LONG_AGO, asOf: ASOF, teams, attempts })
      const largest = cells.findIndex((cell) => cell.parts['isLargestLoss'])
      return {
        stepConversion: cells.map(({ value }) => value),
        largestLoss: {
          from: stages[largest],
          to: cells[largest]?.parameters['step'],
          teams: cells[largest]?.parts['lost'],
        },
      }
    },
  ),
  'ADO-08': adapter(
    z.object({
      trials: z.array(
        z.object({
          team: z.string(),
          firstAttemptToSuccessHours: z.number(),
          succeeded: z.boolean(),
        }),
      ),
    }),
    ({ trials }) => {
      const attempts = trials.map(({ team, firstAttemptToSuccessHours: hours, succeeded }) => {
        const startedAt = succeeded ? daysAgo(7) : hoursAgo(hours)
        const ending = succeeded
          ? { endedAt: plusHours(startedAt, hours) }
          : { endedAt: null, result: 'open' as const }
        return anAttempt({ team, startedAt, ...ending })
      })
      return record(timeToFirstSuccess, { asOf: ASOF, reach: 'path', attempts }, ASOF)
    },
  ),
  'ADO-13': adapter(
    z.object({
      newServices: z.array(
        z.object({
          s: z.string(),
          viaPath: z.boolean(),
          offPathOptionExisted: z.boolean(),
          forced: z.boolean(),
        }),
      ),
    }),
    ({ newServices }) => {
      const services = newServices.map(({ s, viaPath, ...choice }) => ({
        ...choice,
        id: s,
        createdAt: daysAgo(7),
        createdVia: viaPath ? 'path:deploy' : 'manual',
      }))
      return record(newWorkChoiceRate, { asOf: ASOF, pathId: 'deploy', services }, ASOF)
    },
  ),
  'ADO-09': adapter(z.object({ activities: z.array(Activity) }), ({ activities }) => {
    const counts = Map.groupBy(activities, (one) => (one.exempt ? 'exempt' : one.mechanism))
    const recent = aWork(
      Object.fromEntries([...counts].map(([kind, members]) => [kind, members.length])),
    )
    const team = { team: 'team', adopterWeeks: 8, recent }
    const result = record(bypassRate, { reach: 'team', days: 28, teams: [team] })
    const { parallelPipeline, manualChange, excludedBreakGlass, excludedExempt } = result.parts
    return {
      ...result,
      byType: { parallel_pipeline: parallelPipeline, manual_change: manualChange },
      excluded: { break_glass: excludedBreakGlass, exempt: excludedExempt },
    }
  }),
  'ADO-10': adapter(
    z.object({
      services: z.array(
        z.object({
          s: z.string(),
          managed: z.int().nullable(),
          changed: z.int().nullable(),
          protectedChanged: z.int().nullable(),
          scannedDaysAgo: z.number().nullable(),
        }),
      ),
      rule: z.object({
        changedShareOver: z.literal(0.2),
        orProtectedChanged: z.literal(1),
        maxScanAgeDays: z.literal(14),
      }),
    }),
    ({ services }) => {
      const result = record(driftRate, {
        services: services.map(({ s, ...scan }) => ({ service: s, ...scan })),
      })
      return { ...result, drifted: idsOf(result, 'counted') }
    },
  ),
  'ADO-11': adapter(
    z.object({
      asOf: day,
      releases: z.array(z.object({ version: z.string(), releasedOn: day })),
      services: z.array(z.object({ s: z.string(), version: z.string().nullable() })),
    }),
    ({ asOf, ...inputs }) => {
      const releases = inputs.releases.map((one) => ({ ...one, endOfSupportOn: null }))
      const services = inputs.services.map(({ s, version }) => ({
        service: s,
        lag: version === null ? null : lagOf(releases, version, asOf),
      }))
      const result = record(versionLag, { services }, asOf)
      const perService = Object.fromEntries(services.map(({ service, lag }) => [service, lag]))
      return { ...result, perService, medianDaysSuperseded: result.value }
    },
  ),
  'ADO-12': adapter(
    z.object({
      adoptedAtStart: z.int(),
      lapsedDuring: z.int(),
      exceptedOrIneligibleDuring: z.int(),
      unknownDuring: z.int(),
      weeks: z.literal(13),
    }),
    (inputs) => {
      const { lapsedDuring, exceptedOrIneligibleDuring, unknownDuring } = inputs
      const states = [
        ...Array<'lapsed'>(lapsedDuring).fill('lapsed'),
        ...Array<'excepted'>(exceptedOrIneligibleDuring).fill('excepted'),
        ...Array<'unknown'>(unknownDuring).fill('unknown'),
      ]
      const teams = Array.from({ length: inputs.adoptedAtStart }, (_, index) => ({
        team: `team ${index}`,
        stateAtStart: 'adopted' as const,
        enteredLapsed: states[index] === 'lapsed',
        stateAtEnd: states[index] ?? ('adopted' as const),
      }))
      return record(lapseRate, { teams })
    },
  ),
  'GOV-05': adapter(z.object({ eligible: z.int(), excepted: z.int() }), (inputs) => {
    const teams = Array.from({ length: inputs.eligible + inputs.excepted }, (_, index) =>
      aTeam({ team: `team ${index}`, state: index < inputs.excepted ? 'excepted' : 'eligible' }),
    )
    return record(exceptionPrevalence, { teams })
  }),
  'GOV-06': adapter(
    z.object({
      asOf: day,
      exceptions: z.array(
        z.object({
          id: z.int(),
          status: z.enum(['active', 'closed']),
          expiresOn: day.nullable(),
        }),
      ),
    }),
    ({ asOf, exceptions }) => {
      const held = exceptions.map(({ id, status, expiresOn }) => ({
        id: String(id),
        isOpen: status === 'active',
        expiresOn,
      }))
      const result = record(overdueExceptions, { asOf, exceptions: held }, asOf)
      const ids = (kind: string) => idsOf(result, kind).map(Number)
      return { ...result, overdue: ids('counted'), noExpiry: ids('not_counted:no_expiry') }
    },
  ),
  'DQ-01': adapter(
    z.object({
      windowDays: z.int(),
      intervals: z.array(z.tuple([z.number(), z.number()])),
    }),
    ({ windowDays, intervals }) => {
      const toInstant = (days: number) => daysBefore(new Date(0), -days)
      const result = record(sourceCoverage, {
        window: { from: toInstant(0), to: toInstant(windowDays) },
        intervals: intervals.map(([from, to]) => ({ from: toInstant(from), to: toInstant(to) })),
      })
      const toDays = (instant: string) => Date.parse(instant) / 86_400_000
      const gaps = idsOf(result, 'not_counted').map((gap) => gap.split('/').map(toDays))
      return { ...result, gaps }
    },
  ),
  'SPD-01': adapter(Chains, (inputs) => {
    const { asOf } = inputs
    const requests = toRequests(inputs)
    const watches = new Map(
      toChains(requests, asOf).map((chain) => [chain.requests[0]?.chainKey, chain.watch]),
    )
    const inOrder = inputs.chains.map(({ chain }) => watches.get(chain))
    return {
      ...record(timeToUsableEnvironment, { asOf, requests }, asOf),
      minutes: inOrder.map((watch) => watch?.time),
      censored: inOrder.map((watch) => (watch?.ended ? 0 : 1)),
    }
  }),
  roadmapCandidates: adapter(
    z.object({
      exceptions: z.array(
        z.object({
          team: z.string(),
          gap: z.string(),
          days_ago: z.int(),
          renewals: z.int(),
          status: z.enum(['active', 'closed', 'rejected']),
          open_days: z.number(),
        }),
      ),
      eligibleTeams: z.int(),
      minTeams: z.int(),
      windowDays: z.int(),
      shareOfEligible: z.number(),
    }),
    ({ exceptions, ...terms }) => {
      const asOf = new Date(0)
      const rows = exceptions.map((one) => ({
        team: one.team,
        gapCode: one.gap,
        requestedAt: daysBefore(asOf, one.days_ago),
        decision: one.status === 'rejected' ? ('rejected' as const) : ('approved' as const),
        renewals: one.renewals,
        openDays: one.open_days,
      }))
      return roadmapCandidates(rows, { ...terms, asOf })
    },
  ),
  adoptionStep: adapter(
    z.object({
      initial: z.object({
        state: stage,
        lastUsage: stage,
        below: z.int().default(0),
        inactiveWeeks: z.int().default(0),
        tryingWeeks: z.int().default(0),
      }),
      weeks: z.array(Week),
    }),
    ({ initial, weeks }) => {
      let current: AdoptionRecord = { ...INITIAL_RECORD, ...initial }
      const parameters = AdoptionParameters.parse({})
      return weeks.map((week) => {
        current = step(current, week, parameters)
        return current
      })
    },
  ),
  adoptionOrigin: adapter(
    z.object({
      cases: z.array(
        z.object({
          firstUseOfRun: z.iso.date(),
          mandates: z
            .array(
              z
                .object({
                  kind: z.enum(['interface', 'outcome']),
                  announcedOn: z.iso.date(),
                  endedOn: z.iso.date().nullable(),
                })
                .transform(({ kind, announcedOn, endedOn }) => ({
                  kind,
                  announcedAt: announcedOn,
                  endedAt: endedOn,
                })),
            )
            .nullable(),
        }),
      ),
    }),
    ({ cases }) =>
      cases.map(({ firstUseOfRun, mandates }) => adoptionOrigin(firstUseOfRun, mandates)),
  ),
}
