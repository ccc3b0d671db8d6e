import { forEachChunk } from '#db/chunks.ts'
import type { Database, Reader } from '#db/connection.ts'
import type { NewRow, Row } from '#db/schema.ts'

/** What was computed; the run that computed it is the publisher's business. */
export type ComputedState = Omit<NewRow<'adoption_states'>, 'run_id' | 'superseded_by'>

const KEY = ['path_id', 'week_end', 'team_id'] as const
const CONTENT = [
  'state',
  'origin',
  'currently_mandated',
  'ever_under_interface_mandate',
  'inactive_weeks',
  'flags',
  'rule',
  'inputs',
  'first_adopted_week',
] as const

/**
 * Makes `states` the ones that stand. A row that says the same is left alone; what differs, or is
 * no longer among them, is superseded by `runId`. Returns how many rows changed.
 */
export async function publishStates(
  tx: Database,
  runId: string,
  states: readonly ComputedState[],
): Promise<number> {
  const standing = await tx
    .selectFrom('adoption_states')
    .select([...KEY, ...CONTENT])
    .where('superseded_by', 'is', null)
    .execute()
  const before = new Map(standing.map((row) => [keyOf(row), contentOf(row)]))
  const changed = states.filter((row) => before.get(keyOf(row)) !== contentOf(row))
  const now = new Set(states.map(keyOf))
  const replaced = changed.filter((row) => before.has(keyOf(row)))
  const withdrawn = standing.filter((row) => !now.has(keyOf(row)))
  await supersede(tx, runId, [...replaced, ...withdrawn])
  await forEachChunk(changed, (rows) =>
    tx
      .insertInto('adoption_states')
      .values(rows.map((row) => ({ ...row, run_id: runId, superseded_by: null })))
      .execute(),
  )
  return changed.length + withdrawn.length
}

type Key = Pick<Row<'adoption_states'>, (typeof KEY)[number]>

const keyOf = (row: Key) => `${row.path_id}\n${row.team_id}\n${row.week_end}`
const contentOf = (row: ComputedState) => JSON.stringify(CONTENT.map((column) => row[column]))

async function supersede(tx: Database, runId: string, keys: readonly Key[]): Promise<void> {
  const bySubject = Map.groupBy(keys, (key) => `${key.path_id}\n${key.team_id}`)
  for (const rows of bySubject.values()) {
    const [first] = rows
    if (first === undefined) continue
    await forEachChunk(rows, (chunk) =>
      tx
        .updateTable('adoption_states')
        .set({ superseded_by: runId })
        .where('superseded_by', 'is', null)
        .where('path_id', '=', first.path_id)
        .where('team_id', '=', first.team_id)
        .where(
          'week_end',
          'in',
          chunk.map((row) => row.week_end),
        )
        .execute(),
    )
  }
}

/** The states that stand at the newest scored week end at or before `asOf`, by path and team. */
export async function listStandingStates(
  db: Reader,
  { asOf, pathId, teamId }: { asOf: Date; pathId?: string; teamId?: string },
): Promise<Row<'adoption_states'>[]> {
  let newest = db
    .selectFrom('adoption_states')
    .select((eb) => eb.fn.max('week_end').as('week_end'))
    .where('superseded_by', 'is', null)
    .where('week_end', '<=', asOf.toISOString())
  if (pathId !== undefined) newest = newest.where('path_id', '=', pathId)
  const { week_end } = (await newest.executeTakeFirst()) ?? { week_end: null }
  if (week_end === null) return []
  let states = db
    .selectFrom('adoption_states')
    .selectAll()
    .where('superseded_by', 'is', null)
    .where('week_end', '=', week_end)
  if (pathId !== undefined) states = states.where('path_id', '=', pathId)
  if (teamId !== undefined) states = states.where('team_id', '=', teamId)
  return states.orderBy('path_id').orderBy('team_id').execute()
}
