import type { GoldenPathRules } from '#lib/golden-path.ts'
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

/**
 * A service is covered by the sources that told of it; one that none told of by all that tell of
 * such work. Deployments that only evidence can classify need their repository read as well.
 */
export function toCoverage(landscape: Landscape, facts: WorkFacts): Coverage {
  const deployments = feeds(facts.deployments, (row) => row.service_id)
  const activities = feeds(facts.activities, (row) => row.service_id ?? row.team_id)
  const requests = feeds(facts.requests, (row) => row.team_id)
  const silent = new Set(
    facts.deployments
      .filter((row) => row.mechanism === null && row.path_id === null)
      .map((row) => row.service_id),
  )
  const repository = (service: Service) =>
    landscape.coverage.get(`repository:${service.repositoryId}`) ?? []
  const told = (work: GoldenPathRules['work'], feed: Feed, subject: string, service?: Service) => {
    const entity = landscape.coverage.get(ENTITIES[work] ?? '') ?? []
    const own = service ? repository(service).filter((one) => feed.all.has(one.sourceId)) : []
    const sources = feed.bySubject.get(subject)
    const intervals = [...entity, ...own]
    return sources ? intervals.filter((one) => sources.has(one.sourceId)) : intervals
  }
  const activityOf = (path: Path, service: Service) => {
    const { work } = path.rules
    if (work === 'changes') return repository(service)
    return told(work, work === 'deployments' ? deployments : activities, service.id, service)
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
      const activity = told(work, work === 'provisioning' ? requests : activities, teamId)
      return { activity, use: activity }
    },
  }
}

interface Feed {
  readonly all: ReadonlySet<string>
  readonly bySubject: ReadonlyMap<string, ReadonlySet<string>>
}

/** Which sources told of which subject. */
function feeds<Row extends { readonly source_id: string }>(
  rows: readonly Row[],
  subjectOf: (row: Row) => string | null,
): Feed {
  const bySubject = new Map<string, Set<string>>()
  const all = new Set<string>()
  for (const row of rows) {
    all.add(row.source_id)
    const subject = subjectOf(row)
    if (subject === null) continue
    const sources = bySubject.get(subject)
    if (sources) sources.add(row.source_id)
    else bySubject.set(subject, new Set([row.source_id]))
  }
  return { all, bySubject }
}

function once(compute: Coverage['ofService']): Coverage['ofService'] {
  const known = new Map<string, Reach>()
  return (path, service) => {
    const key = JSON.stringify([path.id, service.id])
    const reach = known.get(key) ?? compute(path, service)
    known.set(key, reach)
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
