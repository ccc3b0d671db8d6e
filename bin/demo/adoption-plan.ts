import { type Calendar, HISTORY_WEEKS } from '#bin/demo/calendar.ts'
import { STREAM, type Team, type Workload } from '#bin/demo/organisation.ts'
import { type Random, randomFor, shuffled } from '#bin/demo/random.ts'

/** What every part of the generator is given. */
export interface Story {
  readonly calendar: Calendar
  readonly seed: number
}

export const chance = ({ seed }: Story, subject: string): Random => randomFor(seed, subject)

/** How the golden paths spread, in weeks before the end. */
export const PATHS = {
  portal: {
    id: 'developer-portal',
    available: 106,
    announced: 56,
    effective: 34,
    workloads: ['http', 'batch', 'stream', 'frontend'],
  },
  environments: {
    id: 'environments',
    available: 80,
    workloads: ['http', 'batch', 'stream'],
  },
  template: { id: 'http-service', available: 104, workloads: ['http'] },
  deploy: { id: 'deploy', available: 108, workloads: ['http', 'batch', 'stream'] },
  runtime: { id: 'managed-runtime', available: 88, workloads: ['http', 'batch', 'stream'] },
  kit: { id: 'frontend-kit', available: 20, workloads: ['frontend'] },
} as const satisfies Record<string, PathPlan>

interface PathPlan {
  readonly id: string
  readonly available: number
  readonly workloads: readonly Workload[]
  readonly announced?: number
  readonly effective?: number
}

/**
 * When teams come, as weeks before the end: few, then many, then few. The first of `teams` come
 * first. The logistic curve has its middle at `middle`; a larger `spread` is a slower spread.
 */
export function spreadOver(
  teams: readonly string[],
  curve: { middle: number; spread: number; earliest: number; latest: number },
): Map<string, number> {
  return new Map(
    teams.map((team, index) => {
      const share = (index + 0.5) / teams.length
      const weeks = curve.middle - curve.spread * Math.log(share / (1 - share))
      return [team, Math.min(curve.earliest, Math.max(curve.latest, weeks))]
    }),
  )
}

/** The ids of the stream teams that have a service of these workloads, in an order of chance. */
export function teamsInOrder(
  story: Story,
  path: PathPlan,
  without: readonly string[] = [],
): string[] {
  const fitting = STREAM.filter(({ services }) =>
    services.some(({ workload }) => path.workloads.includes(workload)),
  ).map(({ id }) => id)
  return shuffled(chance(story, `order of ${path.id}`), fitting).filter(
    (id) => !without.includes(id),
  )
}

/** Weeks before the end at which a team's work begins to leave a trace. */
export const beginningOf = (team: Pick<Team, 'formed'>) => team.formed ?? HISTORY_WEEKS
