import { chance, PATHS, type Story } from '#bin/demo/adoption-plan.ts'
import { HISTORY_WEEKS, minutesAfter, weeksAgo, workMoment } from '#bin/demo/calendar.ts'
import { type DeployPlan, joinsDeploy } from '#bin/demo/deploy-pipeline.ts'
import { beganWeeksAgo, type Service, STREAM, type Team } from '#bin/demo/organisation.ts'
import { between, countOf, type Random } from '#bin/demo/random.ts'
import type { Commit } from '#bin/demo/repository.ts'
import { type Cell, writeTable } from '#bin/demo/tables.ts'

type Row = Record<string, Cell>

/** What the deployment log of the organisation holds: it knows its own path, not always the rest. Returns its rows. */
export async function writeDeployments(
  story: Story,
  folder: string,
  plans: ReadonlyMap<string, DeployPlan>,
  commits: ReadonlyMap<string, readonly Commit[]>,
): Promise<readonly Row[]> {
  const rows = STREAM.flatMap((team) =>
    team.services
      .filter(({ workload }) => workload !== 'frontend')
      .flatMap((service) =>
        toDeployments(story, { team, service, plan: plans.get(team.id) }, commits.get(service.id)),
      ),
  )
  await writeTable(folder, 'deployments/deployments.csv', COLUMNS, rows)
  return rows
}

const COLUMNS = [
  'id',
  'service_id',
  'environment',
  'environment_tier',
  'sha',
  'created_at',
  'started_at',
  'finished_at',
  'outcome',
  'kind',
  'initiator_kind',
  'path_id',
  'mechanism',
]

interface Deployed {
  readonly team: Team
  readonly service: Service
  readonly plan: DeployPlan | undefined
}

function toDeployments(story: Story, deployed: Deployed, commits: readonly Commit[] = []): Row[] {
  const { team, service, plan } = deployed
  const begins = beganWeeksAgo(team, service) ?? HISTORY_WEEKS
  const random = chance(story, `deployments ${service.id}`)
  const pace = between(random, 0.7, 1.5)
  const joined = plan && weeksAgo(story.calendar, joinsDeploy(story, plan, service, begins))
  const rows: Row[] = []
  for (let week = begins - 1; week >= 1; week--) {
    for (let count = countOf(random, pace); count > 0; count--) {
      const at = workMoment(story.calendar, random, week)
      const onPath =
        plan !== undefined && joined !== undefined && isOnPath(plan, week, at >= joined)
      const route = toRoute(random, onPath, plan?.oldPipelineShare ?? 0)
      const sha = commits.findLast((commit) => commit.at < at)?.sha
      rows.push({
        id: `${service.id}-${rows.length + 1}`,
        ...toRow(random, service, at),
        sha,
        ...route,
      })
    }
  }
  return rows
}

function isOnPath({ gap }: DeployPlan, week: number, joined: boolean): boolean {
  return joined && !(gap && week <= gap.leaves && week > gap.returns)
}

/** The old pipeline beside the path leaves a trace of its own; where it is alone, only the files tell. */
function toRoute(random: Random, onPath: boolean, oldPipelineShare: number): Row {
  const draw = random()
  if (draw < 0.004) return { mechanism: 'break_glass' }
  if (draw < 0.012) return { mechanism: 'manual_change' }
  if (!onPath) return {}
  if (random() < oldPipelineShare) return { mechanism: 'parallel_pipeline' }
  return { path_id: PATHS.deploy.id }
}

function toRow(random: Random, service: Service, at: Date): Row {
  const production = random() < 0.8
  const failed = random() < 0.03
  const created = at.toISOString()
  return {
    service_id: service.id,
    environment: production ? 'prod-1' : 'staging',
    environment_tier: production ? 'production' : 'staging',
    created_at: created,
    started_at: created,
    finished_at: minutesAfter(at, between(random, 3, 15)).toISOString(),
    outcome: failed ? 'failure' : 'success',
    kind: random() < 0.03 ? 'rollback' : 'planned',
    initiator_kind: random() < 0.7 ? 'human' : 'bot',
  }
}
