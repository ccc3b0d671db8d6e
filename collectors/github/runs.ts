import { z } from 'zod'
import { describeFuture, readUntil } from '#collectors/clock.ts'
import type { Page } from '#collectors/collector.ts'
import { isOf, pinnedComponents, type WatchedPath } from '#collectors/evidence/watch.ts'
import { type GitHubClient, ScopedError } from '#collectors/github/client.ts'
import type { Known } from '#collectors/repository.ts'
import { SourceError } from '#lib/errors.ts'
import { Instant } from '#lib/instant.ts'
import type { Period } from '#lib/period.ts'

const HOUR_MS = 60 * 60_000
/** Nothing but a run itself shows that there was one, so every repository is asked for them. */
const EVERY_MS = 6 * HOUR_MS
/** What is started again within so long is found. */
const OVERLAP_MS = 24 * HOUR_MS
/** With any filter GitHub gives no more, whatever it counts. */
const MOST_FOUND = 1000
/** Fewer, so that parts of different weight fit, too. */
const WANTED = 800
/** Of one repository in one run; then the others are read, and the next run goes on. */
const MOST_PAGES = 50
const MOST_OPEN = 100
const MOST_ATTEMPTS = 10

/** Of an attempt at a golden path: a run of a workflow that called the path's. */
const Run = z.object({
  repositoryId: z.string(),
  id: z.int(),
  attempt: z.int(),
  /** Golden paths whose workflow it called. */
  paths: z.array(z.string()),
  status: z.string(),
  conclusion: z.string().nullable(),
  startedAt: Instant,
  /** Of one that ended: GitHub tells no other end. */
  updatedAt: Instant,
})
type Run = z.output<typeof Run>

export interface AttemptsFact {
  readonly kind: 'attempts'
  readonly repositoryId: string
  /** Whose they are comes with saving. */
  readonly rows: readonly Omit<Known<'path_attempts'>, 'team_id'>[]
}

export const runRecord = Run.transform((run): AttemptsFact | { readonly kind: 'ignored' } => {
  const result = resultOf(run)
  if (result === null) return { kind: 'ignored' }
  return {
    kind: 'attempts',
    repositoryId: run.repositoryId,
    rows: run.paths.map((path) => ({
      native_id: `run ${run.id} ${run.attempt} ${path}`,
      path_id: path,
      started_at: run.startedAt,
      ended_at: result === 'open' ? null : run.updatedAt,
      result,
      cause_code: null,
      gone_at: null,
    })),
  }
})

// https://docs.github.com/en/rest/actions/workflow-runs
const RESULTS: Readonly<Record<string, Known<'path_attempts'>['result']>> = {
  success: 'success',
  failure: 'failure',
  timed_out: 'failure',
  startup_failure: 'failure',
  cancelled: 'cancelled',
}

/** Null: nothing was tried, as in a run that was skipped. */
function resultOf({ status, conclusion }: Run): Known<'path_attempts'>['result'] | null {
  if (status !== 'completed') return 'open'
  return RESULTS[conclusion ?? ''] ?? null
}

/** Where the next reading of a repository's runs goes on. */
export const RunsCursor = z.object({
  /** GitHub's node id of the repository. */
  runsOf: z.string(),
  /** How far back the first reading goes. */
  since: z.string(),
  /** Runs that were created up to here were read. */
  readTo: z.string(),
  /** When a reading came to its end, by our clock; null before it did. */
  checkedAt: z.string().nullable(),
  /** Whether the last reading ended before its end. */
  isCut: z.boolean(),
  /** Runs of a golden path that had not ended. */
  open: z.array(z.int()),
})
export type RunsCursor = z.output<typeof RunsCursor>

const runsScope = (node: string) => `runs:${node}`

/** Attempts at one golden path were read. */
export const attemptsScope = (pathId: string) => `entity:path_attempts:${pathId}`

const WORKFLOWS = '/.github/workflows/'

/** Golden paths that are nothing but workflows to call: a run tells which of those it called, and no action. */
export const listRunPaths = (paths: readonly WatchedPath[]): WatchedPath[] =>
  paths.filter(({ rules }) => {
    const components = pinnedComponents(rules)
    return components.length > 0 && components.every((one) => one.includes(WORKFLOWS))
  })

export interface RunsReading {
  readonly sourceId: string
  readonly client: GitHubClient
  readonly node: string
  readonly repositoryId: string
  readonly nameWithOwner: string
  /** Of `listRunPaths`. */
  readonly paths: readonly WatchedPath[]
  readonly cursor: RunsCursor | null
  readonly since: Date
  readonly now: Date
}

/** What a run says of itself, without who started it. */
const Told = z.object({
  id: z.unknown(),
  run_attempt: z.unknown(),
  status: z.unknown(),
  conclusion: z.unknown(),
  created_at: z.unknown(),
  run_started_at: z.unknown(),
  updated_at: z.unknown(),
  referenced_workflows: z.array(z.object({ path: z.string() })).nullish(),
})

const RunsPage = z.object({ total_count: z.int(), workflow_runs: z.array(z.unknown()) })

/** The runs of one repository that called a golden path's workflow, the oldest part first. @throws {ScopedError} */
export async function* readRuns(
  reading: RunsReading,
  noteRead: (cursor: RunsCursor) => void,
): AsyncGenerator<Page> {
  let cursor = reading.cursor ?? startCursor(reading)
  refuseFuture(reading, cursor)
  noteRead(cursor)
  if (isFresh(cursor, reading.now)) return
  const open = await withEarlier(reading, await readOpen(reading, cursor.open))
  if (open.length > 0) {
    cursor = { ...cursor, open: listOpen(open) }
    yield toPage(reading, open, cursor)
  }
  const to = readUntil(reading.client.time(), reading.now)
  for await (const part of listRuns(reading, { from: beginOf(cursor), to })) {
    const isDone = part.readTo !== null && part.readTo >= to
    cursor = advance(cursor, part, isDone ? reading.now : null)
    yield toPage(reading, part.runs, cursor)
    noteRead(cursor)
  }
}

function startCursor({ node, since }: RunsReading): RunsCursor {
  const at = since.toISOString()
  return { runsOf: node, since: at, readTo: at, checkedAt: null, isCut: true, open: [] }
}

/** @throws {ScopedError} when the cursor cannot be: nothing would ever be read again */
function refuseFuture(
  { sourceId, nameWithOwner, now }: RunsReading,
  { readTo, checkedAt }: RunsCursor,
): void {
  const fault = describeFuture(sourceId, [readTo, checkedAt], now)
  if (fault !== null) throw new ScopedError(sourceId, `runs of ${nameWithOwner}: ${fault}`)
}

const isFresh = ({ checkedAt, isCut }: RunsCursor, now: Date) =>
  checkedAt !== null && !isCut && now.getTime() - Date.parse(checkedAt) < EVERY_MS

/** One that was cut goes on where it was, so that it gets on however much there is. */
const beginOf = ({ readTo, isCut }: RunsCursor) =>
  new Date(Date.parse(readTo) - (isCut ? 0 : OVERLAP_MS))

/** `checkedAt`: when the reading came to its end; null before. */
function advance(cursor: RunsCursor, { runs, readTo }: RunsPart, checkedAt: Date | null) {
  return {
    ...cursor,
    readTo: readTo === null ? cursor.readTo : latest(cursor.readTo, readTo.toISOString()),
    checkedAt: checkedAt === null ? cursor.checkedAt : checkedAt.toISOString(),
    isCut: checkedAt === null,
    open: [...new Set([...cursor.open, ...listOpen(runs)])].slice(-MOST_OPEN),
  }
}

const latest = (a: string, b: string) => (a < b ? b : a)

const listOpen = (runs: readonly PickedRun[]): number[] =>
  runs.flatMap(({ id, status }) => (status !== 'completed' && typeof id === 'number' ? id : []))

function toPage({ node }: RunsReading, runs: readonly PickedRun[], cursor: RunsCursor): Page {
  const records = runs.map((run) => ({
    position: `run ${run.id} ${run.attempt}`,
    value: { kind: 'run' as const, node: run },
  }))
  return { scope: runsScope(node), records, cursor, covers: null }
}

interface PickedRun extends Readonly<Record<keyof Run, unknown>> {
  readonly paths: readonly string[]
}

/** Null for a run that called the workflow of no golden path. */
export function pickRun(
  { repositoryId, paths: all }: Pick<RunsReading, 'repositoryId' | 'paths'>,
  value: unknown,
): PickedRun | null {
  const { data } = Told.safeParse(value)
  // What cannot be read is put aside, and nothing else is known of it.
  const files = data?.referenced_workflows?.map(({ path }) => path.replace(/@.*$/, '')) ?? []
  const paths = all
    .filter(({ rules }) =>
      pinnedComponents(rules).some((one) => files.some((file) => isOf(one, { component: file }))),
    )
    .map(({ id }) => id)
  if (data !== undefined && paths.length === 0) return null
  return {
    repositoryId,
    id: data?.id,
    attempt: data?.run_attempt,
    paths,
    status: data?.status,
    conclusion: data?.conclusion,
    startedAt: data?.run_started_at ?? data?.created_at,
    updatedAt: data?.updated_at,
  }
}

/** How those stand that had not ended. One that is gone is left as it was. */
async function readOpen(reading: RunsReading, ids: readonly number[]): Promise<PickedRun[]> {
  const found: PickedRun[] = []
  for (const id of ids) {
    const value = await askOne(reading, `actions/runs/${id}`)
    const run = value === null ? null : pickRun(reading, value)
    if (run !== null) found.push(run)
  }
  return found
}

/** Null when it is gone. */
async function askOne(reading: RunsReading, place: string): Promise<unknown> {
  try {
    const asked = reading.client.listPages(
      z.unknown(),
      `/repos/${reading.nameWithOwner}/${place}`,
      {},
    )
    return (await asked.next()).value
  } catch (error) {
    if (error instanceof ScopedError && error.status === 404) return null
    throw error
  }
}

/** What was tried before of runs that were started again. */
async function withEarlier(reading: RunsReading, runs: readonly PickedRun[]): Promise<PickedRun[]> {
  const all: PickedRun[] = []
  for (const run of runs) {
    const newest = typeof run.attempt === 'number' ? run.attempt : 1
    const first = Math.max(1, newest - MOST_ATTEMPTS)
    for (let attempt = first; attempt < newest; attempt += 1) {
      const value = await askOne(reading, `actions/runs/${run.id}/attempts/${attempt}`)
      const earlier = value === null ? null : pickRun(reading, value)
      if (earlier !== null) all.push(earlier)
    }
    all.push(run)
  }
  return all
}

interface RunsPart {
  readonly runs: readonly PickedRun[]
  /** At the end of a part of the period; null within it. */
  readonly readTo: Date | null
}

// https://docs.github.com/en/rest/actions/workflow-runs#list-workflow-runs-for-a-repository
/** Runs that were created in a period, in parts that GitHub gives whole; as many pages as one run may ask for. */
async function* listRuns(reading: RunsReading, period: Period): AsyncGenerator<RunsPart> {
  const { sourceId, client, nameWithOwner } = reading
  const parts = [period]
  let asked = 0
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    if (asked >= MOST_PAGES) return
    const created = `${toSecond(part.from)}..${toSecond(part.to)}`
    const pages = client.listPages(RunsPage, `/repos/${nameWithOwner}/actions/runs`, { created })
    let isSplit = false
    for await (const { total_count: count, workflow_runs: runs } of pages) {
      asked += 1
      if (count > MOST_FOUND) {
        parts.unshift(...split(sourceId, part, count))
        isSplit = true
        break
      }
      const own = runs.flatMap((run) => pickRun(reading, run) ?? [])
      yield { runs: await withEarlier(reading, own), readTo: null }
    }
    if (!isSplit) yield { runs: [], readTo: part.to }
  }
}

const toSecond = (instant: Date) => `${instant.toISOString().slice(0, 19)}Z`

/** @throws {ScopedError} when there is nothing to split */
function split(sourceId: string, { from, to }: Period, count: number): Period[] {
  const seconds = Math.floor((to.getTime() - from.getTime()) / 1000)
  if (seconds < 1) {
    const message = `${count} runs were created in the second ${toSecond(from)}: GitHub lists no more than ${MOST_FOUND}`
    throw new ScopedError(sourceId, message)
  }
  const parts = Math.min(seconds, Math.ceil(count / WANTED))
  const bounds = Array.from({ length: parts }, (_, index) => {
    const second = Math.floor((seconds * index) / parts)
    return new Date(from.getTime() + second * 1000)
  })
  return bounds.map((start, index) => ({ from: start, to: bounds[index + 1] ?? to }))
}

/** What is known of the runs of an organisation, as one run reads it. */
export class RunReadings {
  readonly #cursors = new Map<string, RunsCursor>()
  #failed = 0
  #first: ScopedError | null = null

  noteRead(cursor: RunsCursor): void {
    this.#cursors.set(cursor.runsOf, cursor)
  }

  /** The sign-in may not see runs: no more are asked for. */
  get isDenied(): boolean {
    return this.#first?.status === 403
  }

  noteFailure(error: ScopedError): void {
    this.#first ??= error
    this.#failed += 1
  }

  /** What could not be read; null when all could. */
  failure(sourceId: string): SourceError | null {
    if (this.#first === null) return null
    const what = `workflow runs of ${this.#failed} repositories could not be read, and attempts are covered no further`
    const todo = this.#first.status === null ? '' : '; give the sign-in Actions, read-only'
    return new SourceError(sourceId, `${what}: ${this.#first.message}${todo}`, {
      cause: this.#first,
    })
  }

  /** Null unless those of all `repositories` are known. */
  covered(repositories: number): Period | null {
    const all = [...this.#cursors.values()]
    if (this.#first !== null || all.length === 0 || all.length < repositories) return null
    const since = all.map((cursor) => cursor.since).toSorted()
    const readTo = all.map((cursor) => cursor.readTo).toSorted()
    const [from, to] = [since.at(-1), readTo[0]]
    return from === undefined || to === undefined
      ? null
      : { from: new Date(from), to: new Date(to) }
  }
}
