import { chance, PATHS, type Story } from '#bin/demo/adoption-plan.ts'
import { HISTORY_WEEKS, workMoment } from '#bin/demo/calendar.ts'
import {
  deployEdits,
  LEGACY_WORKFLOW,
  legacyWorkflow,
  planDeploy,
  type TagCommits,
} from '#bin/demo/deploy-pipeline.ts'
import { beganWeeksAgo, type Service, type Team } from '#bin/demo/organisation.ts'
import { planPortal, portalEdits, toCatalogFile } from '#bin/demo/portal.ts'
import type { Publication } from '#bin/demo/publications.ts'
import { between, countOf, pick, type Random, wholeBetween } from '#bin/demo/random.ts'
import type { Edit } from '#bin/demo/repository.ts'
import { buildWorkflow, kitEdits, planRuntime, runtimeEdits } from '#bin/demo/runtime-and-kit.ts'
import { planTemplate, templateEdits } from '#bin/demo/service-template.ts'

/** Changes per week where a story needs a quiet and a busy service side by side. */
const PACE: Readonly<Record<string, number>> = { 'tile-server': 0.35, geocoder: 3.2 }

/** What the platform published, which the histories of the services copy and refer to. */
export interface Published {
  readonly publications: readonly Publication[]
  readonly deployCommits: TagCommits
}

/** The main line of a service's repository, from its first commit, in no order. */
export function toServiceHistory(
  story: Story,
  published: Published,
  plans: Plans,
  { team, service }: { team: Team; service: Service },
): Edit[] {
  const begins = beganWeeksAgo(team, service) ?? HISTORY_WEEKS
  const use = (path: { workloads: readonly string[] }) => path.workloads.includes(service.workload)
  const plan = use(PATHS.deploy) ? plans.deploy.get(team.id) : undefined
  const copy = plans.template.get(service.id)
  const commits = published.deployCommits
  return [
    beginning(story, team, service, begins),
    ...ordinaryWork(story, service, begins),
    ...(use(PATHS.portal) ? portalEdits(story, team, service, { plan: plans.portal, begins }) : []),
    ...(plan ? deployEdits(story, service, { plan, begins, commits }) : []),
    ...(copy
      ? templateEdits(story, service, { copy, begins, publications: published.publications })
      : []),
    ...(use(PATHS.runtime)
      ? runtimeEdits(story, team, service, { plan: plans.runtime, begins })
      : []),
    ...(use(PATHS.kit) ? kitEdits(story, service) : []),
    ...containerFile(story, service, begins),
  ]
}

export interface Plans {
  readonly portal: ReturnType<typeof planPortal>
  readonly deploy: ReturnType<typeof planDeploy>
  readonly template: ReturnType<typeof planTemplate>
  readonly runtime: ReturnType<typeof planRuntime>
}

export const toPlans = (story: Story): Plans => ({
  portal: planPortal(story),
  deploy: planDeploy(story),
  template: planTemplate(story),
  runtime: planRuntime(story),
})

function beginning(story: Story, team: Team, service: Service, begins: number): Edit {
  const deployed = service.workload !== 'frontend'
  const described = chance(story, `described ${service.id}`)() < 0.4
  return {
    at: workMoment(story.calendar, chance(story, `beginning ${service.id}`), begins),
    subject: 'Begin',
    files: {
      'README.md': `# ${service.id}\n\nOwned by ${team.name}.\n`,
      [sourceFile(service, 0)]: 'start\n',
      '.github/workflows/build.yml': buildWorkflow('actions/setup-node@v4'),
      ...(deployed ? { [LEGACY_WORKFLOW]: legacyWorkflow } : { 'package.json': '{}\n' }),
      ...(described ? { 'catalog-info.yaml': toCatalogFile(team, service, false) } : {}),
    },
  }
}

const sourceFile = ({ workload }: Service, part: number) =>
  ({
    http: `src/handlers/part-${part}.go`,
    batch: `jobs/part-${part}.py`,
    stream: `src/streams/part-${part}.kt`,
    frontend: `src/pages/part-${part}.ts`,
    tooling: `tools/part-${part}.sh`,
  })[workload]

/** Most services run in a container from the start; some later, a few never. */
function containerFile(story: Story, service: Service, begins: number): Edit[] {
  if (service.workload === 'frontend') return []
  const random = chance(story, `container ${service.id}`)
  const draw = random()
  if (draw > 0.96) return []
  const weeks = draw < 0.84 ? begins : wholeBetween(random, 30, Math.max(31, begins - 8))
  const at = workMoment(story.calendar, random, Math.min(weeks, begins))
  const files = {
    Dockerfile: `FROM images.fernhollow.example/${service.workload}:1\nCOPY . /app\n`,
  }
  return [{ at, subject: 'Build an image', files }]
}

/** People's changes, and a bot that keeps dependencies up to date. */
export function ordinaryWork(story: Story, service: Service, begins: number): Edit[] {
  const random = chance(story, `work ${service.id}`)
  const pace = PACE[service.id] ?? between(random, 0.9, 2.3)
  const edits: Edit[] = []
  for (let week = begins - 1; week >= 1; week--) {
    for (let count = countOf(random, pace); count > 0; count--) {
      edits.push(personalChange(story, random, service, week, edits.length))
    }
    if (random() < 0.18) edits.push(botChange(story, random, week, edits.length))
  }
  return edits
}

function personalChange(
  story: Story,
  random: Random,
  service: Service,
  week: number,
  number: number,
): Edit {
  const text = `${pick(random, VERBS)} ${pick(random, SUBJECTS)}`
  return {
    at: workMoment(story.calendar, random, week),
    subject: `${text} (#${number + 1})`,
    files: { [sourceFile(service, wholeBetween(random, 0, 7))]: `${text}\nchange ${number + 1}\n` },
    merge: random() < 0.06,
  }
}

function botChange(story: Story, random: Random, week: number, number: number): Edit {
  const dependency = pick(random, DEPENDENCIES)
  return {
    at: workMoment(story.calendar, random, week),
    subject: `Update ${dependency} (#${number + 1})`,
    bot: true,
    files: { 'dependencies.lock': `${dependency} ${number}\n` },
  }
}

const VERBS = ['Handle', 'Speed up', 'Correct', 'Simplify', 'Log', 'Test', 'Retry', 'Describe']
const SUBJECTS = [
  'empty answers',
  'late messages',
  'the nightly run',
  'holiday calendars',
  'rounding of amounts',
  'missing stops',
  'the health check',
  'time zones at midnight',
  'large uploads',
  'expired sessions',
  'duplicate events',
  'the retry limit',
]
const DEPENDENCIES = ['http-client', 'json-reader', 'metrics-agent', 'test-runner', 'tls-roots']
