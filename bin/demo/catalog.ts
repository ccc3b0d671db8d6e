import { chance, type Story } from '#bin/demo/adoption-plan.ts'
import { weeksAgo } from '#bin/demo/calendar.ts'
import { beganWeeksAgo, OWNER, TEAMS, TRANSFER } from '#bin/demo/organisation.ts'
import { pick } from '#bin/demo/random.ts'
import { type Cell, writeTable } from '#bin/demo/tables.ts'

/** Teams, services and who owned them when. */
export async function writeCatalog(story: Story, folder: string): Promise<void> {
  await writeTable(folder, 'catalog/teams.csv', TEAM_COLUMNS, toTeams(story))
  await writeTable(folder, 'catalog/services.csv', SERVICE_COLUMNS, toServices(story))
  await writeTable(folder, 'catalog/service_owners.csv', OWNER_COLUMNS, toOwners(story))
}

const TEAM_COLUMNS = ['id', 'name', 'kind', 'active_from', 'size_bucket']
const SERVICE_COLUMNS = [
  'id',
  'name',
  'repository_id',
  'workload_class',
  'system',
  'lifecycle',
  'tier',
  'created_at',
  'created_via',
  'team_id',
]
const OWNER_COLUMNS = ['service_id', 'team_id', 'owned_from', 'owned_to']

function toTeams(story: Story): Record<string, Cell>[] {
  const random = chance(story, 'team sizes')
  return TEAMS.map(({ id, name, kind, formed }) => ({
    id,
    name,
    kind,
    active_from: formed === null ? null : weeksAgo(story.calendar, formed).toISOString(),
    size_bucket: pick(random, ['3-5', '6-9', '6-9', '10-14']),
  }))
}

function toServices(story: Story): Record<string, Cell>[] {
  const random = chance(story, 'service tiers')
  return TEAMS.flatMap((team) =>
    team.services.map((service) => {
      const began = beganWeeksAgo(team, service)
      return {
        id: service.id,
        name: service.id.replaceAll('-', ' '),
        repository_id: `${OWNER}/${service.id}`,
        workload_class: service.workload,
        system: team.unit,
        lifecycle: 'production',
        tier: pick(random, ['1', '2', '2', '3']),
        created_at: began === null ? null : weeksAgo(story.calendar, began).toISOString(),
        created_via: began === null ? null : pick(random, ['path:http-service', 'manual']),
        team_id: service.id === TRANSFER.serviceId ? null : team.id,
      }
    }),
  )
}

/** Most services have had one owner; their team stands in services.csv. */
const toOwners = (story: Story): Record<string, Cell>[] => {
  const moved = weeksAgo(story.calendar, TRANSFER.weeksAgo).toISOString()
  const { serviceId, from, to } = TRANSFER
  return [
    { service_id: serviceId, team_id: from, owned_from: '0001-01-01', owned_to: moved },
    { service_id: serviceId, team_id: to, owned_from: moved, owned_to: null },
  ]
}
