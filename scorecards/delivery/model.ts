import { daysBefore, toInstantText } from '#lib/period.ts'
import type { Landscape, Service } from '#scorecards/adoption/landscape.ts'
import { toUnits } from '#scorecards/adoption/units.ts'
import { coveredBy, type Feed, toFeed } from '#scorecards/adoption/work-coverage.ts'
import type { CoveredInterval } from '#scorecards/coverage.ts'
import {
  coveredIn,
  type Days,
  dayOf,
  toCoveredDays,
  toOwnerOfDay,
} from '#scorecards/delivery/calendar.ts'
import type { LedgerPart } from '#scorecards/delivery/ledger.ts'
import type { UnitLedger, UnitNames } from '#scorecards/delivery/quarters.ts'
import type { DeliverySources, Fact } from '#scorecards/delivery/results.ts'
import {
  type Calendar,
  type DeliveryTally,
  type DeliveryUnit,
  type TallyWindow,
  tallyTeam,
  weekReader,
} from '#scorecards/delivery/tally.ts'

/** What was delivered, whose it was and when it was read: all that metrics of delivery rest on. */
export interface DeliveryModel {
  readonly sources: DeliverySources
  readonly teams: readonly string[]
  /** With the counts of some parts, or of all. */
  readonly tally: (
    team: string,
    window: TallyWindow,
    parts?: ReadonlySet<LedgerPart>,
  ) => DeliveryTally
  /** Tells whether the week of a window in which an instant lies was the team's, and wholly read. */
  readonly readIn: (window: TallyWindow) => (team: string, serviceId: string, at: number) => boolean
  /** Whether anybody would have told of an incident on the day of an instant. */
  readonly isTold: (at: number) => boolean
}

const ENTITY: Readonly<Record<Fact, string>> = {
  deployments: 'entity:deployments',
  changes: 'entity:changes',
  incidents: 'entity:incidents',
}

/** The longest that a metric of delivery looks back. */
const LONGEST_DAYS = 91

/** `since`: the first instant that will be asked for; the days of a metric's own window come on top. */
export function toDeliveryModel(
  landscape: Landscape,
  ledgers: ReadonlyMap<string, UnitLedger>,
  { since, until }: { readonly since: Date; readonly until: Date },
): DeliveryModel {
  const feed = feedOf(ledgers)
  const first = dayOf(daysBefore(since, LONGEST_DAYS).getTime())
  const days: Days = { first, count: Math.max(0, dayOf(until.getTime()) - first) }
  const teams = landscape.teams.map(({ id }) => id)
  const calendar: Calendar = {
    days,
    incidents: toCoveredDays(days, landscape.coverage.get(ENTITY.incidents) ?? []),
    placeOf: new Map(teams.map((team, place) => [team, place])),
  }
  const units = toDeliveryUnits(landscape, ledgers, feed, calendar)
  return {
    sources: toSources(landscape, feed, calendar),
    teams,
    tally: (team, window, parts) => tallyTeam(calendar, team, units.get(team) ?? [], window, parts),
    readIn: (window) => {
      const isRead = weekReader(calendar, window)
      return (team, serviceId, at) =>
        (units.get(team) ?? []).some(
          (unit) => unit.ledger.services.includes(serviceId) && isRead(team, unit, serviceId, at),
        )
    },
    isTold: (at) => {
      const day = dayOf(at) - first
      return coveredIn(calendar.incidents, day, day + 1) > 0
    },
  }
}

/** By team, the units in which it owned anything at any time. */
function toDeliveryUnits(
  landscape: Landscape,
  ledgers: ReadonlyMap<string, UnitLedger>,
  feed: Feed,
  calendar: Calendar,
): Map<string, DeliveryUnit[]> {
  const byTeam = new Map<string, DeliveryUnit[]>()
  for (const { id, services } of toUnits(landscape).values()) {
    const known = ledgers.get(id)
    const ledger = known ?? nothingSetDown(services)
    const unit = {
      ledger,
      services: services.map((service) => {
        const days = toServiceDays(landscape, service, feed, calendar)
        return known === undefined ? { ...days, ...nothingRead(calendar) } : days
      }),
    }
    for (const team of ledger.teams) byTeam.set(team, [...(byTeam.get(team) ?? []), unit])
  }
  return byTeam
}

/** Of what no run has looked at yet nobody knows what was delivered, whatever was read of it. */
const nothingSetDown = (services: readonly Service[]): UnitLedger => ({
  teams: [...new Set(services.flatMap(({ owners }) => owners.flatMap(({ value }) => value ?? [])))],
  services: services.map(({ id }) => id),
  sources: [],
  quarters: [],
})

const nothingRead = ({ days }: Calendar) => ({
  deployments: toCoveredDays(days, []),
  changes: toCoveredDays(days, []),
})

function toServiceDays(
  landscape: Landscape,
  service: Service,
  feed: Feed,
  { days, placeOf }: Calendar,
) {
  const deployments = coveredBy(landscape, {
    entity: ENTITY.deployments,
    feed,
    subject: service.id,
    service,
  })
  return {
    ownerOfDay: toOwnerOfDay(days, service, (team) => placeOf.get(team) ?? -1),
    deployments: toCoveredDays(days, deployments),
    changes: toCoveredDays(days, changesRead(landscape, service)),
  }
}

const changesRead = ({ coverage }: Landscape, { repositoryId }: Service) => [
  ...(coverage.get(ENTITY.changes) ?? []),
  ...(coverage.get(`repository:${repositoryId}`) ?? []),
]

const REPOSITORY = 'repository:'

/** What was read of something that matters from an instant on. */
interface ReadScope {
  readonly since: number
  readonly intervals: readonly CoveredInterval[]
}

const everSince = (intervals: readonly CoveredInterval[] = []): ReadScope => ({
  since: Number.NEGATIVE_INFINITY,
  intervals,
})

function toSources(
  landscape: Landscape,
  feed: Feed,
  { days, incidents }: Calendar,
): DeliverySources {
  const all = [...landscape.coverage].flatMap(([scope, own]) =>
    scope.startsWith(REPOSITORY) ? [everSince(own)] : [],
  )
  const ofAll = toReaches(landscape, feed, all)
  const ofTeams = new Map<string, FactReaches>()
  const reachesOf = (team: string) => {
    const known = ofTeams.get(team) ?? toReaches(landscape, feed, repositoriesOf(landscape, team))
    ofTeams.set(team, known)
    return known
  }
  return {
    hasDeployments: ofAll.isTold.deployments,
    hasChanges: ofAll.isTold.changes,
    hasIncidents: ofAll.isTold.incidents,
    incidentsRead: ({ from, to }) => {
      const [first, end] = [dayOf(from) - days.first, dayOf(to) - days.first]
      return end <= first ? 1 : coveredIn(incidents, first, end) / (end - first)
    },
    watermarks: (team, { to }, facts) =>
      (team === undefined ? ofAll : reachesOf(team)).watermarks(to, facts),
  }
}

/** What was read of the repositories of a team's services, each from when the team first owned it. */
const repositoriesOf = ({ servicesByOwner, coverage }: Landscape, team: string): ReadScope[] =>
  (servicesByOwner.get(team) ?? []).map(({ repositoryId, owners }) => ({
    since: Math.min(
      ...owners.filter(({ value }) => value === team).map(({ from }) => Date.parse(from)),
    ),
    intervals: coverage.get(`${REPOSITORY}${repositoryId}`) ?? [],
  }))

interface FactReaches {
  readonly isTold: Readonly<Record<Fact, boolean>>
  /** See `DeliverySources`; several metrics of one window ask for the same. */
  readonly watermarks: (to: number, facts: readonly Fact[]) => Watermarks
}

type Watermarks = Record<string, string>

function toReaches(
  { coverage }: Landscape,
  feed: Feed,
  repositories: readonly ReadScope[],
): FactReaches {
  const entity = (fact: Fact) => everSince(coverage.get(ENTITY[fact]))
  const telling = repositories.map(({ since, intervals }) => ({
    since,
    intervals: intervals.filter(({ sourceId }) => feed.all.has(sourceId)),
  }))
  const reaches = {
    deployments: leastFar([entity('deployments'), ...telling]),
    changes: leastFar([entity('changes'), ...repositories]),
    incidents: leastFar([entity('incidents')]),
  }
  let latest = { to: Number.NaN, told: new Map<string, Watermarks>() }
  return {
    isTold: {
      deployments: reaches.deployments.isTold,
      changes: reaches.changes.isTold,
      incidents: reaches.incidents.isTold,
    },
    watermarks: (to, facts) => {
      if (latest.to !== to) latest = { to, told: new Map() }
      const key = facts.join()
      const told = latest.told.get(key) ?? toWatermarks(facts.map((fact) => reaches[fact].at(to)))
      latest.told.set(key, told)
      return told
    },
  }
}

/** By source the least of all, in text order. */
function toWatermarks(reached: readonly ReadonlyMap<string, number>[]): Watermarks {
  const least = new Map<string, number>()
  for (const bySource of reached) {
    for (const [source, at] of bySource) {
      least.set(source, Math.min(at, least.get(source) ?? at))
    }
  }
  const sorted = [...least].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(sorted.map(([source, at]) => [source, toInstantText(new Date(at))]))
}

interface Reaches {
  /** Whether anything was ever read. */
  readonly isTold: boolean
  /** By source, until when it had read, by an instant, the scope that it had read least far. */
  readonly at: (instant: number) => ReadonlyMap<string, number>
}

/** What was read later says nothing of an instant. */
function leastFar(scopes: readonly ReadScope[]): Reaches {
  const bySource = scopes.flatMap(({ since, intervals }) =>
    [...Map.groupBy(intervals, ({ sourceId }) => sourceId)].map(
      ([source, own]) => [source, own, since] as const,
    ),
  )
  const known = new Map<number, Map<string, number>>()
  return {
    isTold: bySource.length > 0,
    at: (instant) => {
      const before = known.get(instant)
      if (before !== undefined) return before
      const reaches = new Map<string, number>()
      for (const [source, own, since] of bySource) {
        const reach = since < instant ? reachOf(own, instant) : Number.NEGATIVE_INFINITY
        if (reach === Number.NEGATIVE_INFINITY) continue
        reaches.set(source, Math.min(reach, reaches.get(source) ?? reach))
      }
      known.set(instant, reaches)
      return reaches
    },
  }
}

/** Until when intervals that began before an instant reach, at most to it; minus infinity: none did. */
function reachOf(intervals: readonly CoveredInterval[], instant: number): number {
  let reach = Number.NEGATIVE_INFINITY
  for (const { from, to } of intervals) if (from < instant && to > reach) reach = to
  return Math.min(instant, reach)
}

const feedOf = (ledgers: ReadonlyMap<string, UnitNames>) =>
  toFeed([...ledgers.values()].flatMap(({ sources }) => sources))

/** From when on anything was read of what units deliver; null: never. */
export function firstRead(
  landscape: Landscape,
  ledgers: ReadonlyMap<string, UnitNames>,
): Date | null {
  const feed = feedOf(ledgers)
  let first = Number.POSITIVE_INFINITY
  for (const [scope, intervals] of landscape.coverage) {
    const isEntity = scope === ENTITY.deployments
    if (!isEntity && !scope.startsWith(REPOSITORY)) continue
    for (const { sourceId, from } of intervals) {
      if (isEntity || feed.all.has(sourceId)) first = Math.min(first, from)
    }
  }
  return Number.isFinite(first) ? new Date(first) : null
}
