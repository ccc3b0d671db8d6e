import { z } from 'zod'
import type { Collector, CollectorContext, Page, ScopeFailure } from '#collectors/collector.ts'
import type { Clone } from '#collectors/git/clones.ts'
import { failed, findClones, inTurn, listVanished, tell } from '#collectors/git/found-clones.ts'
import { type GitPlace, openCleanRoom } from '#collectors/git/git.ts'
import { type RequestFact, type RequestTerms, readRequests } from '#collectors/git/requests.ts'
import type { Database } from '#db/connection.ts'
import { deleteFacts, upsertFacts } from '#db/facts.ts'
import { SourceError } from '#lib/errors.ts'

export interface RequestsSource extends RequestTerms {
  readonly sourceId: string
  /** Globs of folders, absolute. */
  readonly repositories: readonly string[]
}

/** How requests end is known only where files say so: see collectors/git/requests.ts. */
const REACH = 'entity:provisioning_requests'

/**
 * Reads the files that ask for environments from the history of clones on this machine, as far as
 * their main line shows what came of them. A repository is read as a whole when its main line moved.
 */
export function requestCollector(source: RequestsSource): Collector<RequestFact> {
  const { sourceId, ...configuration } = source
  return {
    sourceId,
    configuration: { kind: 'environment-requests', ...configuration },
    record: RequestRecord,
    fetch: (cursors, context) => fetchRequests(source, cursors, context),
    save: (tx, facts, page, observedAt) => saveRequests(tx, { sourceId, facts, page, observedAt }),
  }
}

const RequestRecord = z.custom<RequestFact>().superRefine((fact, context) => {
  const { kind, ...rest } = fact as RequestFact
  if (kind === 'unreadable' && 'reason' in rest) context.addIssue(`${rest.file}: ${rest.reason}`)
})

const Cursor = z.object({
  head: z.string().nullable(),
  began: z.string().nullable(),
  /** Whether a request names only an owner: which of them are teams may be known later. */
  owners: z.boolean(),
})
type Cursor = z.output<typeof Cursor>

const scopeOf = ({ id }: Pick<Clone, 'id'>) => `requests:${id}`

async function* fetchRequests(
  source: RequestsSource,
  cursors: ReadonlyMap<string, unknown>,
  context: CollectorContext,
): AsyncGenerator<Page | ScopeFailure> {
  const { now, signal, progress } = context
  const { sourceId, repositories } = source
  const { clones, failures } = await findClones(sourceId, repositories, signal)
  yield* failures
  const scopes = [...cursors.keys()].filter((scope) => scope !== REACH)
  const vanished = listVanished(sourceId, scopes, clones.map(scopeOf))
  yield* vanished
  const reached: Reached[] = []
  for await (const [clone, result] of readClones(source, clones, cursors, context)) {
    if (signal.aborted) throw new SourceError(sourceId, 'was cut short; the next run goes on')
    progress('repositories', clones.indexOf(clone) + 1, clones.length)
    if ('error' in result) {
      const message = `${clone.id}: ${tellOf(result.error)}`
      yield failed(sourceId, scopeOf(clone), message, result.error)
    } else {
      reached.push({ cursor: result.cursor, fetchedAt: clone.fetchedAt })
      if (result.page !== null) yield result.page
    }
  }
  const isWhole = vanished.length + failures.length === 0 && reached.length === clones.length
  if (isWhole && source.state !== null) yield* reach(reached, cursors.get(REACH), now())
}

interface Reached {
  readonly cursor: Cursor
  readonly fetchedAt: Date
}

async function* readClones(
  source: RequestsSource,
  clones: readonly Clone[],
  cursors: ReadonlyMap<string, unknown>,
  { now, signal }: CollectorContext,
) {
  const room = openCleanRoom(signal)
  const read = (clone: Clone) =>
    readClonePage(source, clone, {
      place: room.into(clone),
      cursor: cursors.get(scopeOf(clone)),
      now: now(),
    }).catch((error: unknown) => ({ error }))
  try {
    yield* inTurn(clones, read)
  } finally {
    room.close()
  }
}

const tellOf = (error: unknown) => (typeof error === 'string' ? error : tell(error))

async function readClonePage(
  source: RequestsSource,
  clone: Clone,
  { place, cursor, now }: { place: GitPlace; cursor: unknown; now: Date },
): Promise<{ readonly page: Page | null; readonly cursor: Cursor } | { readonly error: string }> {
  if (clone.shallow) {
    return {
      error:
        'the clone is shallow, so nobody knows when its requests were made; git fetch --unshallow mends that',
    }
  }
  const known = Cursor.safeParse(cursor).data
  if (known?.head === clone.head && !known.owners) return { page: null, cursor: known }
  const { records, began } = await readRequests(clone, place, source, now)
  const owners = records.some(({ value }) => {
    const fact = value as RequestFact
    return fact.kind === 'request' && fact.owner !== null
  })
  const next = { head: clone.head, began: began?.toISOString() ?? null, owners }
  const page = { scope: scopeOf(clone), records, cursor: next, covers: null }
  return { page: { ...page, begins: true, replaces: true }, cursor: next }
}

/** What all clones were read for. A page of its own: it follows from all of them together. */
function* reach(reached: readonly Reached[], cursor: unknown, now: Date): Generator<Page> {
  const [from] = reached.flatMap((one) => one.cursor.began ?? []).toSorted()
  const to = new Date(Math.min(now.getTime(), ...reached.map((one) => one.fetchedAt.getTime())))
  const next = { from: from ?? null, to: to.toISOString() }
  if (from === undefined || JSON.stringify(next) === JSON.stringify(cursor)) return
  yield { scope: REACH, records: [], cursor: next, covers: { from: new Date(from), to } }
}

interface Saved {
  readonly sourceId: string
  readonly facts: readonly RequestFact[]
  readonly page: Pick<Page, 'scope' | 'replaces'>
  readonly observedAt: Date
}

/** What the history of a repository no longer holds goes: it was rewritten. */
async function saveRequests(
  tx: Database,
  { sourceId, facts, page, observedAt }: Saved,
): Promise<number> {
  if (!page.replaces) return 0
  const seen = { source_id: sourceId, observed_at: observedAt.toISOString() }
  const told = facts.filter((fact) => fact.kind === 'request')
  const teams = await tx.selectFrom('teams').select('id').execute()
  const known = new Set(teams.map(({ id }) => id))
  const requests = told.map(({ row, owner }) => ({
    ...row,
    ...(owner !== null && known.has(owner) && { team_id: owner }),
    ...seen,
  }))
  const steps = told.flatMap((fact) => fact.steps.map((step) => ({ ...step, ...seen })))
  const prefix = `${page.scope.slice('requests:'.length)}:`
  const goesFrom = (rows: readonly { readonly native_id: string }[]) => {
    const ids = new Set(rows.map((row) => row.native_id))
    return ({ native_id: id }: { readonly native_id?: unknown }) =>
      String(id).startsWith(prefix) && !ids.has(String(id))
  }
  return (
    (await deleteFacts(tx, 'steps', sourceId, goesFrom(steps))) +
    (await deleteFacts(tx, 'provisioning_requests', sourceId, goesFrom(requests))) +
    (await upsertFacts(tx, 'provisioning_requests', requests)) +
    (await upsertFacts(tx, 'steps', steps))
  )
}
