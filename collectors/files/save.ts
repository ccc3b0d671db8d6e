import type { Page } from '#collectors/collector.ts'
import {
  DECIDED_BY_SERVICES,
  ENTITIES,
  type Entity,
  type EntityRow,
} from '#collectors/files/entities.ts'
import { RefusedLine } from '#collectors/files/row.ts'
import type { Database } from '#db/connection.ts'
import { deleteFacts, listFacts, markGone, upsertFacts } from '#db/facts.ts'
import { NATURAL_KEYS } from '#db/natural-keys.ts'
import type { Row } from '#db/schema.ts'
import type { StoredRow } from '#db/statements.ts'
import { BEGINNING } from '#lib/instant.ts'

export interface Saved {
  readonly sourceId: string
  readonly rows: readonly EntityRow[]
  readonly page: Pick<Page, 'scope' | 'replaces' | 'records'>
  readonly observedAt: Date
}

/** Stores the rows of a page; what a page that replaces no longer tells of goes. Returns rows changed. */
export async function saveRows(tx: Database, saved: Saved): Promise<number> {
  const { table } = toEntity(saved.page.scope)
  const removed = saved.page.replaces ? await removeVanished(tx, saved) : 0
  const changed = await upsertFacts(tx, table, toRows(saved))
  return removed + changed + (await saveOwners(tx, saved))
}

function toEntity(scope: string): Entity {
  const entity = ENTITIES[scope.slice('entity:'.length)]
  if (entity === undefined) throw new TypeError(`${scope} is not the scope of a file`)
  return entity
}

/** Rows of the entity's table. Their columns were checked when the entity was defined. */
function toRows({ sourceId, rows, page, observedAt }: Saved): never[] {
  const { table } = toEntity(page.scope)
  const told = { source_id: sourceId, observed_at: observedAt.toISOString() }
  return rows.map((row) => {
    if (table === 'services') {
      const { team_id: _owner, ...service } = row
      return { ...service, ...told } as never
    }
    if (table === 'repositories') return { ...row, native_id: row['id'], ...told } as never
    return { ...row, ...told } as never
  })
}

/** Removes what was stored and is no longer told; of what has a history, marks it as gone. */
async function removeVanished(tx: Database, saved: Saved): Promise<number> {
  const { table, vanished } = toEntity(saved.page.scope)
  const { sourceId, observedAt } = saved
  const isTold = toldBy(saved)
  if (vanished === 'go') {
    return deleteFacts(tx, table, sourceId, (row) => !isTold(row) && !isDerived(row))
  }
  const marked = table as Parameters<typeof markGone>[1] // No other is read as a whole and stays.
  return markGone(tx, marked, sourceId, observedAt, (row) => !isTold(row))
}

/**
 * Whether a page still tells of a stored row. A line that cannot be read keeps what was stored under
 * its first column; a line of which not even that can be read keeps everything.
 */
function toldBy({ rows, page }: Saved): (row: StoredRow) => boolean {
  const { columns, table } = toEntity(page.scope)
  const key: readonly string[] = NATURAL_KEYS[table]
  const parts = key.filter((column) => column !== 'source_id')
  const [header = 'id'] = Object.keys(columns)
  const target = header === 'id' && key.includes('native_id') ? 'native_id' : header
  const toKey = (row: StoredRow) => JSON.stringify(parts.map((column) => row[column]))
  const told = new Set(rows.map(toKey))
  const refused = page.records.flatMap(({ value }) => (value instanceof RefusedLine ? value : []))
  const kept = new Set(refused.map((line) => line.named(header)))
  return (row) => told.has(toKey(row)) || kept.has(undefined) || kept.has(String(row[target]))
}

const isDerived = (row: StoredRow) => row['decided_by'] === DECIDED_BY_SERVICES

/**
 * A services file may name owners, too, without dates. They count for services of which the file of
 * dated owners says nothing.
 */
async function saveOwners(tx: Database, saved: Saved): Promise<number> {
  const { table } = toEntity(saved.page.scope)
  if (table === 'service_owners') {
    const dated = new Set<unknown>(saved.rows.map((row) => row['service_id']))
    const isDated = (row: StoredRow) => isDerived(row) && dated.has(row['service_id'])
    return deleteFacts(tx, table, saved.sourceId, isDated)
  }
  return table === 'services' ? saveDerivedOwners(tx, saved) : 0
}

async function saveDerivedOwners(tx: Database, saved: Saved): Promise<number> {
  const { sourceId, observedAt, rows } = saved
  const stored = await listFacts(tx, 'service_owners', sourceId)
  const dated = new Set(stored.filter((row) => !isDerived(row)).map((row) => row.service_id))
  const owners = rows.flatMap(({ id, team_id: team }) =>
    typeof id !== 'string' || typeof team !== 'string' || dated.has(id)
      ? []
      : { service_id: id, team_id: team },
  )
  const owned = new Set(owners.map((owner) => owner.service_id))
  const old = stored.filter((row) => isDerived(row) && !owned.has(row.service_id))
  const told = {
    source_id: sourceId,
    owned_from: BEGINNING,
    owned_to: null,
    decided_by: DECIDED_BY_SERVICES,
    observed_at: observedAt.toISOString(),
  }
  const changed = await upsertFacts(
    tx,
    'service_owners',
    owners.map((owner) => ({ ...owner, ...told })),
  )
  return changed + (saved.page.replaces ? await endOwners(tx, saved, old) : 0)
}

/** Without its service an owner ends; of a service that stays, it was never told. */
async function endOwners(
  tx: Database,
  saved: Saved,
  old: readonly Row<'service_owners'>[],
): Promise<number> {
  const { sourceId, rows, observedAt } = saved
  const isTold = toldBy(saved)
  const services = new Set<unknown>(rows.map(({ id }) => id))
  const gone = old.filter((row) => !isTold({ id: row.service_id }) && row.owned_to === null)
  const untold = new Set<unknown>(
    old.map((row) => row.service_id).filter((service) => services.has(service)),
  )
  const at = observedAt.toISOString()
  const ended = gone.map((row) => ({ ...row, owned_to: at, observed_at: at }))
  const isUntold = (row: StoredRow) => isDerived(row) && untold.has(row['service_id'])
  return (
    (await upsertFacts(tx, 'service_owners', ended)) +
    (await deleteFacts(tx, 'service_owners', sourceId, isUntold))
  )
}
