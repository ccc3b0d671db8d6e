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
 * Links incidents with the services that are stored. Whenever one of those comes, is called otherwise
 * or goes, they are looked up again.
 */
export async function serviceLinker(db: Database): Promise<(told: string | null) => LinkedService> {
  const services = await db.selectFrom('services').select(['id', 'name']).execute()
  const byId = new Map(services.map(({ id }) => [toKey(id), id]))
  const byName = Map.groupBy(services, ({ name }) => toKey(name))
  /** By id, else by a name that only one service has. */
  const find = (told: string): string => {
    const [only, ...others] = byName.get(toKey(told)) ?? []
    return byId.get(toKey(told)) ?? (others.length === 0 ? only?.id : undefined) ?? told
  }
  return (told) => ({
    service_told: told,
    service_key: told === null ? null : toKey(told),
    service_id: told === null ? null : find(told),
  })
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
