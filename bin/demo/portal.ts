import { chance, PATHS, type Story, spreadOver, teamsInOrder } from '#bin/demo/adoption-plan.ts'
import { workMomentNear } from '#bin/demo/calendar.ts'
import { HOST, type Service, STREAM, type Team } from '#bin/demo/organisation.ts'
import { between } from '#bin/demo/random.ts'
import type { Edit } from '#bin/demo/repository.ts'

/** They came before anybody told them to. */
const BY_CHOICE = new Map([
  ['journey-planner', 92],
  ['geo-services', 86],
  ['notifications', 79],
  ['partner-api', 67],
])

/** Told to, and still not there. */
const HOLDS_OUT = 'signal-feeds'

const ASKED_IN_ENTERPRISE = ['finance-ledger', 'invoicing']

export const PORTAL_ANNOTATION = `${HOST.replace('git', 'portal')}/registered`

/** The teams that must use the portal: the interface mandate's scope. */
export const MANDATED: readonly string[] = STREAM.filter(
  ({ id, unit }) => unit !== 'enterprise' || ASKED_IN_ENTERPRISE.includes(id),
).map(({ id }) => id)

/** Weeks before the end at which each team registers in the portal. */
export function planPortal(story: Story): Map<string, number> {
  const asked = teamsInOrder(story, PATHS.portal, [...BY_CHOICE.keys(), HOLDS_OUT]).filter((id) =>
    MANDATED.includes(id),
  )
  const curve = { middle: 42, spread: 4, earliest: 54, latest: PATHS.portal.effective - 2 }
  return new Map([...BY_CHOICE, ...spreadOver(asked, curve)])
}

export function portalEdits(
  story: Story,
  team: Team,
  service: Service,
  use: { plan: ReadonlyMap<string, number>; begins: number },
): Edit[] {
  const planned = use.plan.get(team.id)
  if (planned === undefined) return []
  const random = chance(story, `portal ${service.id}`)
  const registers = Math.min(use.begins - 1, planned - between(random, 0, 3))
  return [
    {
      at: workMomentNear(story.calendar, random, registers),
      subject: 'Register in the developer portal',
      files: { 'catalog-info.yaml': toCatalogFile(team, service, true) },
    },
  ]
}

export function toCatalogFile(team: Team, service: Service, registered: boolean): string {
  const annotations = registered ? `  annotations:\n    ${PORTAL_ANNOTATION}: "true"\n` : ''
  return `apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: ${service.id}\n${annotations}spec:\n  type: ${service.workload === 'frontend' ? 'website' : 'service'}\n  lifecycle: production\n  owner: ${team.id}\n`
}
