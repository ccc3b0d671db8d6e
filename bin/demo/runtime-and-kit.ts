import {
  beginningOf,
  chance,
  PATHS,
  type Story,
  spreadOver,
  teamsInOrder,
} from '#bin/demo/adoption-plan.ts'
import { workMomentNear } from '#bin/demo/calendar.ts'
import { OWNER, type Service, type Team } from '#bin/demo/organisation.ts'
import { KIT_RELEASES, newestAt } from '#bin/demo/publications.ts'
import { between } from '#bin/demo/random.ts'
import type { Edit } from '#bin/demo/repository.ts'

export const RUNTIME_FILE = 'deploy/runtime.yaml'
export const KIT_FILE = 'kit.config.json'

/** They keep data on local disks, which the runtime takes away: see the exceptions. */
const STATEFUL = [
  'payments',
  'finance-ledger',
  'document-store',
  'identity',
  'signal-feeds',
  'data-warehouse',
  'reporting',
]

/** Weeks before the end, by team. */
export function planRuntime(story: Story): Map<string, number> {
  const order = teamsInOrder(story, PATHS.runtime, STATEFUL)
  const adopters = order.slice(0, Math.round(order.length * 0.6))
  return spreadOver(adopters, { middle: 46, spread: 11, earliest: 86, latest: 10 })
}

export function runtimeEdits(
  story: Story,
  team: Team,
  service: Service,
  use: { plan: ReadonlyMap<string, number>; begins: number },
): Edit[] {
  const planned = use.plan.get(team.id)
  if (planned === undefined) return []
  const random = chance(story, `runtime ${service.id}`)
  const joins = Math.min(planned - between(random, 0, 4), use.begins - 1, beginningOf(team) - 3)
  return [
    {
      at: workMomentNear(story.calendar, random, joins),
      subject: 'Move to the managed runtime',
      files: { [RUNTIME_FILE]: `service: ${service.id}\nreplicas: 2\nmemory: 512Mi\n` },
    },
  ]
}

/** Weeks before the end, by frontend: young, with a few that started days ago. */
const KIT_USERS: ReadonlyMap<string, number> = new Map([
  ['fare-admin', 17],
  ['mobile-web', 15],
  ['booking-web', 12],
  ['account-web', 8],
  ['report-web', 6],
  ['help-centre', 0.4],
  ['fleet-map', 0.2],
])

export function kitEdits(story: Story, service: Service): Edit[] {
  const joins = KIT_USERS.get(service.id)
  const release = newestAt(KIT_RELEASES, joins ?? 0)
  if (joins === undefined || release === undefined) return []
  const random = chance(story, `kit ${service.id}`)
  return [
    {
      at: workMomentNear(story.calendar, random, joins),
      subject: 'Build with the frontend kit',
      files: {
        [KIT_FILE]: `{ "name": "${service.id}", "theme": "${OWNER}" }\n`,
        '.github/workflows/build.yml': buildWorkflow(
          `${OWNER}/frontend-kit/build@${release.version}`,
        ),
      },
    },
  ]
}

export const buildWorkflow = (action: string) =>
  `name: build\non: [push]\njobs:\n  build:\n    runs-on: shared\n    steps:\n      - uses: actions/checkout@v4\n      - uses: ${action}\n`
