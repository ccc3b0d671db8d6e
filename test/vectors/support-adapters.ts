import { z } from 'zod'
import { measureCells } from '#scorecards/measure.ts'
import { interactionModeMix } from '#scorecards/metrics/interaction-mode-mix.ts'
import { newcomerSupportRatio } from '#scorecards/metrics/newcomer-support-ratio.ts'
import { supportRequestMix } from '#scorecards/metrics/support-request-mix.ts'
import { supportRequestsPer100Uses } from '#scorecards/metrics/support-requests-per-100-uses.ts'
import { supportRequestsPerWeek } from '#scorecards/metrics/support-requests-per-week.ts'
import { supportResolutionTime } from '#scorecards/metrics/support-resolution-time.ts'
import type { MetricResult } from '#scorecards/result.ts'
import { ASOF, aStep, daysAgo, hoursAgo, plusHours } from '#test/support/delivery.ts'
import { aContext } from '#test/support/metrics.ts'
import {
  aProvisioningRequest,
  aSupportRequest,
  aUse,
  aWorkedRequest,
  coveredFor,
} from '#test/support/requests.ts'
import { idsOf, record, rowsOf } from '#test/vectors/record.ts'
import { adapter } from '#test/vectors/statistic-adapters.ts'

const Episodes = z.array(
  z.object({
    id: z.int(),
    ticketsCovered: z.boolean(),
    linkedTickets: z.int(),
    manualApprovals: z.int(),
    coDesign: z.boolean(),
    sessions: z.int(),
    platformPeople: z.int(),
    bothSidesChanged: z.boolean(),
    executedBy: z.enum(['requester', 'platform']),
    ticketType: z.string().nullable(),
  }),
)

/** Four days for each episode, so that what is read around one is around no other. */
const toInteractions = (episodes: z.output<typeof Episodes>) => {
  const startOf = (index: number) => daysAgo(4 * (episodes.length - index))
  const byHand = aStep({ kind: 'human_work', actorGroup: 'platform' })
  return {
    asOf: ASOF,
    pathAgeWeeks: 0,
    uses: [],
    attempts: [],
    teams: [],
    provisioningRequests: episodes.map(({ id, manualApprovals }, index) =>
      aProvisioningRequest({
        id: `${id}`,
        requestedAt: plusHours(startOf(index), 24),
        steps: [aStep(), ...rowsOf('', manualApprovals, () => byHand)],
      }),
    ),
    requests: episodes.flatMap((one, index) =>
      // The numbers are those of all its tickets together: the first has them.
      rowsOf(`ticket ${one.id}`, one.linkedTickets, (id) => id).map((id, place) =>
        aWorkedRequest({
          id,
          linkedRequestId: `${one.id}`,
          openedAt: startOf(index),
          type: one.ticketType,
          sessionCount: place === 0 ? one.sessions : 0,
          platformPeopleCount: place === 0 ? one.platformPeople : 0,
          executedBy: one.executedBy,
          bothSidesChanged: one.bothSidesChanged,
          coDesign: one.coDesign,
        }),
      ),
    ),
    covered: episodes.flatMap(({ ticketsCovered }, index) =>
      ticketsCovered ? [{ from: startOf(index).getTime(), to: startOf(index + 1).getTime() }] : [],
    ),
  }
}

const Side = z.object({ tickets: z.int(), teamWeeks: z.int() })

export const supportAdapters: Readonly<Record<string, (inputs: unknown) => unknown>> = {
  'SUP-01': adapter(
    z.object({ weeks: z.array(z.object({ tickets: z.int().nullable(), covered: z.boolean() })) }),
    ({ weeks }) => {
      const startOf = (week: number) => daysAgo(7 * (weeks.length - week))
      const requests = weeks.flatMap(({ tickets }, week) =>
        rowsOf(`${week}`, tickets ?? 0, (id) => ({
          ...aSupportRequest({ id, openedAt: startOf(week) }),
          type: null,
        })),
      )
      const covered = weeks.flatMap((one, week) =>
        one.covered ? [{ from: startOf(week).getTime(), to: startOf(week + 1).getTime() }] : [],
      )
      return record(supportRequestsPerWeek, { asOf: ASOF, requests, covered }, ASOF)
    },
  ),
  'SUP-02': adapter(
    z.object({ tickets: z.int(), successfulUses: z.int() }),
    ({ tickets, successfulUses }) => {
      const requests = rowsOf('ticket', tickets, (id) => aSupportRequest({ id }))
      const uses = rowsOf('use', successfulUses, (id) => aUse({ id }))
      const facts = { asOf: ASOF, requests, uses, covered: coveredFor(182) }
      return record(supportRequestsPer100Uses, facts, ASOF)
    },
  ),
  'SUP-03': adapter(z.object({ tickets: z.record(z.string(), z.int()) }), ({ tickets }) => {
    const requests = Object.entries(tickets).flatMap(([type, length]) =>
      rowsOf(type, length, (id) => ({
        ...aSupportRequest({ id }),
        type: type === 'unclassified' ? null : type,
      })),
    )
    const cells = measureCells(supportRequestMix, { asOf: ASOF, requests }, aContext())
    return {
      shares: Object.fromEntries(cells.map(({ parameters, value }) => [parameters['type'], value])),
      top: cells[0]?.parameters['type'],
      classifiedShare: cells[0]?.parts['classifiedShare'],
    }
  }),
  'SUP-04': adapter(
    z.object({ newcomer: Side, established: Side }),
    ({ newcomer, established }) => {
      // Each team of the vector is there for one week: the last one before the as-of.
      const teamsOf = (kind: string, length: number, firstAttemptAt: Date) =>
        rowsOf(kind, length, (id) => ({ id, firstAttemptAt }))
      const ask = (team: string, length: number) =>
        rowsOf(team, length, (id) => aSupportRequest({ id, teamId: `${team} 0` }))
      const facts = {
        asOf: ASOF,
        requests: [...ask('new', newcomer.tickets), ...ask('old', established.tickets)],
        teams: [
          ...teamsOf('new', newcomer.teamWeeks, daysAgo(7)),
          ...teamsOf('old', established.teamWeeks, daysAgo(300)),
        ],
        covered: coveredFor(7),
      }
      return record(newcomerSupportRatio, facts, ASOF)
    },
  ),
  'SUP-05': adapter(
    z.object({
      tickets: z.array(z.object({ hours: z.number(), resolved: z.boolean() })),
      slaHours: z.number(),
    }),
    ({ tickets, slaHours }) => {
      const requests = tickets.map(({ hours, resolved }, index) => {
        const openedAt = resolved ? daysAgo(7) : hoursAgo(hours)
        return {
          ...aSupportRequest({ id: `${index}`, openedAt }),
          statusCategory: resolved ? ('done' as const) : ('open' as const),
          resolvedAt: resolved ? plusHours(openedAt, hours) : null,
        }
      })
      return record(supportResolutionTime, { asOf: ASOF, requests, slaHours }, ASOF)
    },
  ),
  'SUP-06': adapter(z.object({ episodes: Episodes }), ({ episodes }) => {
    const result = record(interactionModeMix, toInteractions(episodes), ASOF)
    const { facilitationShare, collaborationShare, handoffShare } = result.parts
    return {
      ...result,
      modes: episodes.map(({ id }) => modeOf(result, `${id}`)),
      xaasShare: result.value,
      shares: {
        self_service: result.value,
        facilitation: facilitationShare,
        collaboration: collaborationShare,
        handoff: handoffShare,
      },
    }
  }),
}

function modeOf(result: Pick<MetricResult, 'evidence'>, id: string): string {
  if (idsOf(result, 'counted').includes(id)) return 'self_service'
  const of = (mode: string) => idsOf(result, `not_counted:${mode}`).includes(id)
  return ['facilitation', 'collaboration', 'handoff'].find(of) ?? 'unknown'
}
