import type { GoldenPathRules } from '#lib/golden-path.ts'
import { compareText } from '#lib/order.ts'
import type { Landscape, Path, Service } from '#scorecards/adoption/landscape.ts'
import type { WorkFacts } from '#scorecards/adoption/work.ts'
import { type CoveredInterval, coveredShare } from '#scorecards/coverage.ts'

/** What must have been read to know of a service's work and use. */
export interface Reach {
  /** Where its work is told. */
  readonly activity: readonly CoveredInterval[]
  /** Where the use of the path is seen. */
  readonly use: readonly CoveredInterval[]
}

/** Finds the coverage of a service, or of a team's work that names no service. */
export interface Coverage {
  readonly ofService: (path: Path, service: Service) => Reach
  readonly ofTeam: (path: Path, teamId: string) => Reach
}

const ENTITIES: Readonly<Record<GoldenPathRules['work'], string | null>> = {
  changes: null,
  deployments: 'entity:deployments',
  provisioning: 'entity:provisioning_requests',
  activities: 'entity:activities',
}

/** Which source told of whose work: pairs of a subject and a source, each once and in text order. */
export interface Feeds {
  /** By service. */
  readonly deployments: readonly Pair[]
  /** By service, or by team where no service is named. */
  readonly activities: readonly Pair[]
  /** By team. */
  readonly requests: readonly Pair[]
  /** Services with deployments that do not say how they were done. */
  readonly silent: readonly string[]
}

export type Pair = readonly [subject: string, sourceId: string]

export function feedsOf(facts: WorkFacts): Feeds {
  return {
    deployments: pairs(facts.deployments, (row) => row.service_id),
    activities: pairs(facts.activities, (row) => row.service_id ?? row.team_id),
    requests: pairs(facts.requests, (row) => row.team_id),
    silent: [
      ...new Set(
        facts.deployments
          .filter((row) => row.mechanism === null && row.path_id === null)
          .map((row) => row.service_id),
      ),
    ].toSorted(),
  }
}

/**
 * A service is covered by the sources that told of it; one that none told of by all that tell of
 * such work. Deployments that only evidence can classify need their repository read as well.
 */
export function toCoverage(landscape: Landscape, told: readonly Feeds[]): Coverage {
  const deployments = toFeed(told.flatMap((feeds) => feeds.deployments))
  const activities = toFeed(told.flatMap((feeds) => feeds.activities))
  const requests = toFeed(told.flatMap((feeds) => feeds.requests))
  const silent = new Set(told.flatMap((feeds) => feeds.silent))
  const repository = (service: Service) => repositoryOf(landscape, service)
  const seen = (work: GoldenPathRules['work'], feed: Feed, subject: string, service?: Service) =>
    coveredBy(landscape, { entity: ENTITIES[work] ?? '', feed, subject, service })
  const activityOf = (path: Path, service: Service) => {
    const { work } = path.rules
    if (work === 'changes') return repository(service)
    return seen(work, work === 'deployments' ? deployments : activities, service.id, service)
  }
  return {
    ofService: once((path, service) => {
      const activity = activityOf(path, service)
      const bySight =
        path.rules.work === 'deployments' &&
        path.rules.evidence.length > 0 &&
        silent.has(service.id)
      return { activity, use: bySight ? repository(service) : activity }
    }),
    ofTeam: (path, teamId) => {
      const { work } = path.rules
      const activity = seen(work, work === 'provisioning' ? requests : activities, teamId)
      return { activity, use: activity }
    },
  }
}

const repositoryOf = (landscape: Landscape, { repositoryId }: Service) =>
  landscape.coverage.get(`repository:${repositoryId}`) ?? []

/**
 * When what a subject did was read: by the sources that told of it; of one that none told of, by all
 * that tell of such things. A repository counts where its source tells them.
 */
export function coveredBy(
  landscape: Landscape,
  of: {
    readonly entity: string
    readonly feed: Feed
    readonly subject: string
    readonly service: Service | undefined
  },
): readonly CoveredInterval[] {
  const { entity, feed, subject, service } = of
  const own = service
    ? repositoryOf(landscape, service).filter((one) => feed.all.has(one.sourceId))
    : []
  const sources = feed.bySubject.get(subject)
  const intervals = [...(landscape.coverage.get(entity) ?? []), ...own]
  return sources ? intervals.filter((one) => sources.has(one.sourceId)) : intervals
}

/** Which sources told of which subject. */
export interface Feed {
  readonly all: ReadonlySet<string>
  readonly bySubject: ReadonlyMap<string, ReadonlySet<string>>
}

function pairs<Row extends { readonly source_id: string }>(
  rows: readonly Row[],
  subjectOf: (row: Row) => string | null,
): Pair[] {
  const known = new Map<string, Set<string>>()
  for (const row of rows) {
    const subject = subjectOf(row)
    if (subject === null) continue
    const sources = known.get(subject)
    if (sources) sources.add(row.source_id)
    else known.set(subject, new Set([row.source_id]))
  }
  return [...known]
    .flatMap(([subject, sources]) => [...sources].toSorted().map((id): Pair => [subject, id]))
    .toSorted(([a], [b]) => compareText(a, b))
}

export function toFeed(all: readonly Pair[]): Feed {
  const bySubject = new Map<string, Set<string>>()
  for (const [subject, source] of all) {
    bySubject.set(subject, (bySubject.get(subject) ?? new Set()).add(source))
  }
  return { all: new Set(all.map(([, source]) => source)), bySubject }
}

function once(compute: Coverage['ofService']): Coverage['ofService'] {
  const known = new Map<string, Map<string, Reach>>()
  return (path, service) => {
    const ofPath = known.get(path.id) ?? new Map<string, Reach>()
    known.set(path.id, ofPath)
    const reach = ofPath.get(service.id) ?? compute(path, service)
    ofPath.set(service.id, reach)
    return reach
  }
}

export interface Shares {
  readonly use: number
  readonly activity: number
}

/**
 * The mean covered share of [from, to), each service counted since it existed. Of work that belongs
 * to teams, and of a team without services in scope, the share of the team's own.
 */
export function meanShares(
  reaches: readonly { readonly reach: Reach; readonly createdAt: string | null }[],
  from: number,
  to: number,
): Shares {
  let use = 0
  let activity = 0
  for (const { reach, createdAt } of reaches) {
    const start = createdAt === null ? from : Math.max(from, Date.parse(createdAt))
    const covered = coveredShare(reach.activity, start, to)
    activity += covered
    use += reach.use === reach.activity ? covered : coveredShare(reach.use, start, to)
  }
  return { use: use / reaches.length, activity: activity / reaches.length }
}
