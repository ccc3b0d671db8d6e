import { forEachChunk } from '#db/chunks.ts'
import type { Database, Reader } from '#db/connection.ts'
import { isPublished } from '#db/published.ts'
import type { NewRow, Row } from '#db/schema.ts'
import { insertRows } from '#db/statements.ts'
import type { Period } from '#lib/period.ts'

/** What was computed; the run that computed it is the writer's business. */
export type ComputedState = Omit<NewRow<'adoption_states'>, 'from_run' | 'to_run'>

const CONTENT = [
  'state',
  'origin',
  'currently_mandated',
  'ever_under_interface_mandate',
  'inactive_weeks',
  'user_weeks',
  'flags',
  'rule',
  'inputs',
  'first_adopted_week',
] as const

type Key = Pick<Row<'adoption_states'>, 'team_id' | 'week_end'>

/**
 * Makes `states` all that stands of `teamIds` on a path. A row that says the same is left alone;
 * what differs, or is no longer among them, is closed by `run`. Returns the weeks that changed.
 */
export async function writeStates(
  tx: Database,
  run: number,
  { pathId, teamIds }: { readonly pathId: string; readonly teamIds: readonly string[] },
  states: readonly ComputedState[],
): Promise<Key[]> {
  const standing: ComputedState[] = []
  await forEachChunk(teamIds, async (chunk) => {
    const rows = await tx
      .selectFrom('adoption_states')
      .select(['path_id', 'team_id', 'week_end', ...CONTENT])
      .where('to_run', 'is', null)
      .where('path_id', '=', pathId)
      .where('team_id', 'in', chunk)
      .execute()
    standing.push(...rows)
  })
  const before = new Map(standing.map((row) => [keyOf(row), contentOf(row)]))
  const changed = states.filter((row) => before.get(keyOf(row)) !== contentOf(row))
  const now = new Set(states.map(keyOf))
  const replaced = changed.filter((row) => before.has(keyOf(row)))
  const withdrawn = standing.filter((row) => !now.has(keyOf(row)))
  await close(tx, run, pathId, [...replaced, ...withdrawn])
  await insertRows(
    tx,
    'adoption_states',
    changed.map((row) => ({ ...row, from_run: run, to_run: null })),
  )
  return [...changed, ...withdrawn].map(({ team_id, week_end }) => ({ team_id, week_end }))
}

const keyOf = (row: Key) => `${row.team_id}\n${row.week_end}`
const contentOf = (row: ComputedState) => JSON.stringify(CONTENT.map((column) => row[column]))

async function close(
  tx: Database,
  run: number,
  pathId: string,
  keys: readonly Key[],
): Promise<void> {
  for (const [teamId, rows] of Map.groupBy(keys, ({ team_id }) => team_id)) {
    await forEachChunk(rows, (chunk) =>
      tx
        .updateTable('adoption_states')
        .set({ to_run: run })
        .where('to_run', 'is', null)
        .where('path_id', '=', pathId)
        .where('team_id', '=', teamId)
        .where(
          'week_end',
          'in',
          chunk.map((row) => row.week_end),
        )
        .execute(),
    )
  }
}

/** What the last run left of a path in [from, to], published or not, but for teams in `except`. */
export async function listWrittenStates(
  db: Reader,
  {
    pathId,
    from,
    to,
    except,
  }: {
    readonly pathId: string
    readonly from: Date
    readonly to: Date
    readonly except: readonly string[]
  },
): Promise<Row<'adoption_states'>[]> {
  const rows = await db
    .selectFrom('adoption_states')
    .selectAll()
    .where('to_run', 'is', null)
    .where('path_id', '=', pathId)
    .where('week_end', '>=', from.toISOString())
    .where('week_end', '<=', to.toISOString())
    .execute()
  const left = new Set(except)
  return rows.filter(({ team_id }) => !left.has(team_id))
}

/** The states of teams on a path at the week ends in [from, to], as readers see them. */
export const listStatesIn = (
  db: Reader,
  { pathId, from, to }: Period & { readonly pathId: string },
): Promise<Row<'adoption_states'>[]> =>
  db
    .selectFrom('adoption_states')
    .selectAll()
    .where(isPublished)
    .where('path_id', '=', pathId)
    .where('week_end', '>=', from.toISOString())
    .where('week_end', '<=', to.toISOString())
    .execute()

/** Teams in one of `states` on a path at a week end, as the last run left them, published or not; by id. */
export async function listTeamsIn(
  db: Reader,
  {
    pathId,
    weekEnd,
    states,
  }: { readonly pathId: string; readonly weekEnd: string; readonly states: readonly string[] },
): Promise<string[]> {
  const rows = await db
    .selectFrom('adoption_states')
    .select('team_id')
    .where('to_run', 'is', null)
    .where('path_id', '=', pathId)
    .where('week_end', '=', weekEnd)
    .where('state', 'in', states)
    .orderBy('team_id')
    .execute()
  return rows.map(({ team_id }) => team_id)
}

/** The states that stand at the newest scored week end at or before `asOf`, by path and team. */
export async function listStandingStates(
  db: Reader,
  { asOf, pathId, teamId }: { asOf: Date; pathId?: string; teamId?: string },
): Promise<Row<'adoption_states'>[]> {
  let newest = db
    .selectFrom('adoption_states')
    .select((eb) => eb.fn.max('week_end').as('week_end'))
    .where(isPublished)
    .where('week_end', '<=', asOf.toISOString())
  if (pathId !== undefined) newest = newest.where('path_id', '=', pathId)
  const { week_end } = (await newest.executeTakeFirst()) ?? { week_end: null }
  if (week_end === null) return []
  let states = db
    .selectFrom('adoption_states')
    .selectAll()
    .where(isPublished)
    .where('week_end', '=', week_end)
  if (pathId !== undefined) states = states.where('path_id', '=', pathId)
  if (teamId !== undefined) states = states.where('team_id', '=', teamId)
  return states.orderBy('path_id').orderBy('team_id').execute()
}
