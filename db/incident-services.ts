import { noteChanges, type Touched } from '#db/changes-to-score.ts'
import { forEachChunk } from '#db/chunks.ts'
import type { Database } from '#db/connection.ts'
import { linkCause, moveIncident } from '#db/incident-causes.ts'
import type { Link } from '#db/link.ts'
import type { Row } from '#db/schema.ts'
import type { StoredRow } from '#db/statements.ts'

/** The columns of an incident that link it with the service that its source names. */
export interface LinkedService {
  readonly service_told: string | null
  readonly service_key: string | null
  /** As it is named, while nobody knows the service. */
  readonly service_id: string | null
}

/**
 * Links incidents with the services that are stored: with one that stands, else with one that has gone,
 * whose incidents stay its own. Whenever a service comes, is called otherwise or goes, they are looked
 * up again.
 */
export async function serviceLinker(db: Database): Promise<(told: string | null) => LinkedService> {
  const services = await db.selectFrom('services').select(['id', 'name', 'gone_at']).execute()
  const isStanding = ({ gone_at: goneAt }: { gone_at: string | null }) => goneAt === null
  const standing = toFinder(services.filter(isStanding))
  const gone = toFinder(services.filter((service) => !isStanding(service)))
  return (told) => ({
    service_told: told,
    service_key: told === null ? null : toKey(told),
    service_id: told === null ? null : (standing(told) ?? gone(told) ?? told),
  })
}

/** Finds a service by its id, else by an id or name that only one of `services` has in some case. */
function toFinder(services: readonly Pick<Row<'services'>, 'id' | 'name'>[]) {
  const ids = new Set(services.map(({ id }) => id))
  const byId = Map.groupBy(services, ({ id }) => toKey(id))
  const byName = Map.groupBy(services, ({ name }) => toKey(name))
  return (told: string): string | undefined => {
    if (ids.has(told)) return told
    const [only, ...others] = byId.get(toKey(told)) ?? byName.get(toKey(told)) ?? []
    return others.length === 0 ? only?.id : undefined
  }
}

const toKey = (name: string) => name.toLowerCase()

/** The services that incidents name. */
export const incidentServices: Link = {
  reads: { services: ['name', 'gone_at'] },
  relink: relinkServices,
}

async function relinkServices(db: Database, rows: readonly StoredRow[]): Promise<void> {
  const names = rows.flatMap(({ id, name }) => [toKey(String(id)), toKey(String(name))])
  const incidents: Row<'incidents'>[] = []
  await forEachChunk([...new Set(names)], async (keys) => {
    const naming = db.selectFrom('incidents').selectAll().where('service_key', 'in', keys)
    incidents.push(...(await naming.execute()))
  })
  if (incidents.length === 0) return
  const link = await serviceLinker(db)
  const touched: Touched[] = []
  for (const incident of incidents) {
    const linked = link(incident.service_told)
    if (linked.service_id === incident.service_id) continue
    const after = { ...incident, ...linked }
    touched.push(
      ...(await moveIncident(db, incident, { ...linked, ...(await linkCause(db, after)) })),
    )
  }
  await noteChanges(db, touched)
}
