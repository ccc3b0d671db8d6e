import {
  beginningOf,
  chance,
  PATHS,
  type Story,
  spreadOver,
  teamsInOrder,
} from '#bin/demo/adoption-plan.ts'
import { workMomentNear } from '#bin/demo/calendar.ts'
import { OWNER, type Service, STREAM } from '#bin/demo/organisation.ts'
import { DEPLOY_RELEASES, newestAt, type Release } from '#bin/demo/publications.ts'
import { between, type Random } from '#bin/demo/random.ts'
import type { Edit } from '#bin/demo/repository.ts'

const DEPLOY_WORKFLOW = '.github/workflows/deploy.yml'
export const LEGACY_WORKFLOW = '.github/workflows/legacy-deploy.yml'

/** Share of deployments that still take the old pipeline, which these teams kept beside the path. */
const KEPT_OLD_PIPELINE = new Map([
  ['depot-systems', 0.35],
  ['crew-rostering', 0.3],
  ['ticket-shop', 0.5],
  ['refunds', 0.55],
  ['maintenance-planning', 0.28],
  ['reporting', 0.45],
  ['procurement', 0.18],
  ['energy-metering', 0.12],
])

/** Left the path when version 2 came, and returned: in weeks before the end. */
const RETURNED = { team: 'loyalty', adopts: 88, leaves: 57, returns: 27 }

/** Took its first steps in the last days. */
const TRYING = new Map([
  ['forecasting', 1],
  ['document-store', 1.6],
])

const NOT_YET = [
  'signal-feeds',
  'finance-ledger',
  'invoicing',
  'data-warehouse',
  'station-displays',
  'disruption-desk',
]

/** Its comment claims a version that its commit is not. */
const LYING_PIN = 'fare-engine'

export interface DeployPlan {
  /** Weeks before the end. */
  readonly adopts: number
  readonly oldPipelineShare: number
  readonly gap: { readonly leaves: number; readonly returns: number } | null
}

/** By team; a team that is missing never used the path. Slow, then popular, then nearly everywhere. */
export function planDeploy(story: Story): Map<string, DeployPlan> {
  const special = [RETURNED.team, ...TRYING.keys(), ...NOT_YET]
  const order = teamsInOrder(story, PATHS.deploy, special)
  const curve = { middle: 54, spread: 13, earliest: 106, latest: 6 }
  const weeks = [...spreadOver(order, curve), ...TRYING, [RETURNED.team, RETURNED.adopts] as const]
  const formed = new Map(STREAM.map((team) => [team.id, beginningOf(team)]))
  return new Map(
    weeks.map(([team, adopts]) => [
      team,
      {
        adopts: Math.min(adopts, (formed.get(team) ?? adopts) - 3),
        oldPipelineShare: KEPT_OLD_PIPELINE.get(team) ?? 0,
        gap: team === RETURNED.team ? RETURNED : null,
      },
    ]),
  )
}

/** Weeks before the end at which one service joins its team on the path. */
export function joinsDeploy(
  story: Story,
  plan: DeployPlan,
  service: Service,
  begins: number,
): number {
  const later = between(chance(story, `joins deploy ${service.id}`), 0, 5)
  return Math.min(begins - 0.5, Math.max(plan.adopts - later, Math.min(plan.adopts, 0.8)))
}

/** Commit of each version's tag. */
export type TagCommits = ReadonlyMap<string, string>

type Style = 'tag' | 'sha' | 'major' | 'main'

export function deployEdits(
  story: Story,
  service: Service,
  use: { plan: DeployPlan; begins: number; commits: TagCommits },
): Edit[] {
  const { plan, begins, commits } = use
  const random = chance(story, `deploy ${service.id}`)
  const joins = joinsDeploy(story, plan, service, begins)
  const style = service.id === LYING_PIN ? 'sha' : toStyle(random)
  const write = (release: Release) => toWorkflow(service, release, style, commits)
  const edits = [joining(story, random, { joins, plan, write })]
  if (plan.gap) edits.push(...leaving(story, random, plan.gap, write))
  if (style === 'major' || style === 'main') return edits
  return [...edits, ...upgrades(story, random, { joins, plan, write })]
}

type Writer = (release: Release) => string
interface Joining {
  readonly joins: number
  readonly plan: DeployPlan
  readonly write: Writer
}

function joining(story: Story, random: Random, { joins, plan, write }: Joining): Edit {
  const release = newestAt(DEPLOY_RELEASES, joins)
  if (release === undefined) throw new Error('a service joined before the first release')
  const removes = plan.oldPipelineShare === 0
  return {
    at: workMomentNear(story.calendar, random, joins),
    subject: removes ? 'Replace the old pipeline by the deploy path' : 'Try the deploy path',
    files: {
      [DEPLOY_WORKFLOW]: write(release),
      ...(removes ? { [LEGACY_WORKFLOW]: null } : {}),
    },
  }
}

function leaving(
  story: Story,
  random: Random,
  { leaves, returns }: { leaves: number; returns: number },
  write: Writer,
): Edit[] {
  const back = newestAt(DEPLOY_RELEASES, returns)
  return [
    {
      at: workMomentNear(story.calendar, random, leaves),
      subject: 'Go back to the old pipeline: no canary releases in version 2',
      files: { [DEPLOY_WORKFLOW]: null, [LEGACY_WORKFLOW]: legacyWorkflow },
    },
    {
      at: workMomentNear(story.calendar, random, returns),
      subject: 'Return to the deploy path',
      files: { [DEPLOY_WORKFLOW]: back ? write(back) : null, [LEGACY_WORKFLOW]: null },
    },
  ]
}

/** One in three follows every release, the others some of them or none. */
function upgrades(story: Story, random: Random, { joins, plan, write }: Joining): Edit[] {
  const diligence = random() < 0.35 ? 1 : random() < 0.7 ? 0.3 : 0
  return DEPLOY_RELEASES.filter(({ version }) => !version.includes('-')).flatMap((release) => {
    const delay = diligence === 1 ? between(random, 0.5, 2) : between(random, 3, 9)
    const at = release.weeksAgo - delay
    const takes = random() < diligence && at < joins && at > 0
    const away = plan.gap !== null && at < plan.gap.leaves + 1 && at > plan.gap.returns - 1
    if (!takes || away) return []
    return [
      {
        at: workMomentNear(story.calendar, random, at),
        subject: `Bump deploy-pipeline to ${release.version}`,
        bot: diligence === 1,
        files: { [DEPLOY_WORKFLOW]: write(release) },
      },
    ]
  })
}

function toStyle(random: Random): Style {
  const draw = random()
  if (draw < 0.55) return 'tag'
  if (draw < 0.82) return 'sha'
  return draw < 0.93 ? 'major' : 'main'
}

function toWorkflow(service: Service, release: Release, style: Style, commits: TagCommits): string {
  return `name: deploy\non:\n  push:\n    branches: [main]\njobs:\n  deploy:\n    uses: ${OWNER}/deploy-pipeline/.github/workflows/deploy.yml@${toReference(service, release, style, commits)}\n    with:\n      service: ${service.id}\n`
}

function toReference(
  service: Service,
  { version }: Release,
  style: Style,
  commits: TagCommits,
): string {
  if (style === 'main') return 'main'
  if (style === 'major') return version.split('.')[0] ?? 'v1'
  if (style === 'tag') return version
  if (service.id === LYING_PIN) return `${commits.get('v2.1.0')} # v3.1.0`
  return `${commits.get(version)} # ${version}`
}

export const legacyWorkflow = `name: legacy deploy\non:\n  workflow_dispatch:\njobs:\n  deploy:\n    runs-on: build-hall-2\n    steps:\n      - run: ./deploy/legacy.sh production\n`
