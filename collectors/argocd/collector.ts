import { matchesGlob } from 'node:path'
import { z } from 'zod'
import {
  Application,
  type ApplicationRules,
  applicationId,
  historyOf,
  reduceApplication,
  toDeployments,
} from '#collectors/argocd/application.ts'
import { readUntil, refuseFuture } from '#collectors/clock.ts'
import type {
  Collector,
  CollectorContext,
  Examination,
  Page,
  ScopeFailure,
} from '#collectors/collector.ts'
import { openRest, type RestClient, type RestClientOptions } from '#collectors/rest.ts'
import {
  type Naming,
  saveToldDeployments,
  type ToldDeployment,
} from '#collectors/told-deployment.ts'
import { COMMAND } from '#lib/command.ts'
import { SourceError } from '#lib/errors.ts'

/** Raised when the same applications would be read differently. */
const READING = 1

/** Applications whose deployments are stored at once. */
const PAGE = 100

export interface ArgoCdCollectorOptions extends RestClientOptions, Naming {
  /** Globs of names. */
  readonly applications: readonly string[]
  readonly labels: ApplicationRules['labels']
  /** Logins of machines that start a sync. */
  readonly bots: readonly string[]
}

const SCOPE = 'entity:deployments'

const Cursor = z.object({
  /** By Argo CD's clock, when they were read last. */
  readAt: z.string(),
  /** By application, the newest entry of its history; -1 before there was one. */
  entries: z.record(z.string(), z.int()),
})
type Cursor = z.output<typeof Cursor>

/**
 * Reads the history of every application, all of them in every run: Argo CD keeps the last entries
 * only. Where entries were cut off before they were read, that is told once, and not covered.
 */
export function argoCdCollector(options: ArgoCdCollectorOptions): Collector<ToldDeployment[]> {
  const { sourceId, baseUrl, applications, names, labels, environments, bots } = options
  const rules = toRules(options)
  return {
    sourceId,
    configuration: {
      reading: READING,
      baseUrl,
      applications,
      names,
      labels,
      environments,
      bots,
    },
    record: z
      .object({ application: Application })
      .transform(({ application }) => toDeployments(application, rules)),
    async *fetch(cursors, context) {
      const client = openArgoCd(options, context)
      try {
        yield* readApplications({ options, rules, client, context }, cursors)
      } finally {
        await client.close()
      }
    },
    save: async (tx, told, _page, observedAt) => {
      const saving = { sourceId, naming: options, observedAt }
      return (await saveToldDeployments(tx, saving, told.flat())).changed
    },
  }
}

export const toRules = ({
  labels,
  bots,
  baseUrl,
}: Pick<ArgoCdCollectorOptions, 'labels' | 'bots' | 'baseUrl'>): ApplicationRules => ({
  labels,
  bots: new Set(bots.map((bot) => bot.toLowerCase())),
  address: baseUrl.replace(/\/$/, ''),
})

const Problem = z.object({ message: z.string() })

const openArgoCd = (options: ArgoCdCollectorOptions, context: CollectorContext) =>
  openRest(
    options,
    { name: 'Argo CD', explain: (body) => Problem.safeParse(body).data?.message ?? null },
    context,
  )

/** What is asked of an application: no manifest, and nothing of its resources. */
const FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'metadata.creationTimestamp',
  'metadata.labels',
  'spec.destination',
  'spec.source',
  'spec.sources',
  'status.sync.status',
  'status.summary.images',
  'status.history',
  'status.operationState.phase',
  'status.operationState.startedAt',
  'status.operationState.finishedAt',
  'status.operationState.operation',
  'status.operationState.syncResult.revision',
  'status.operationState.syncResult.revisions',
  'status.operationState.syncResult.source',
  'status.operationState.syncResult.sources',
].map((field) => `items.${field}`)

const ApplicationList = z.object({ items: z.array(z.unknown()).nullish() })
const Named = z.object({ metadata: z.object({ name: z.string() }) })

// https://argo-cd.readthedocs.io/en/stable/developer-guide/api-docs/
/** The applications that are wanted; one whose name cannot be read among them. */
async function listApplications(
  client: RestClient,
  { applications }: ArgoCdCollectorOptions,
): Promise<{ wanted: unknown[]; count: number }> {
  const parameters = { fields: FIELDS.join() }
  const { items } = await client.get(ApplicationList, '/api/v1/applications', parameters)
  const all = items ?? []
  const wanted = all.filter((item) => {
    const name = Named.safeParse(item).data?.metadata.name
    return name === undefined || applications.some((glob) => matchesGlob(name, glob))
  })
  return { wanted, count: all.length }
}

interface Run {
  readonly options: ArgoCdCollectorOptions
  readonly rules: ApplicationRules
  readonly client: RestClient
  readonly context: CollectorContext
}

async function* readApplications(
  { options, rules, client, context: { now, progress } }: Run,
  cursors: ReadonlyMap<string, unknown>,
): AsyncGenerator<Page | ScopeFailure> {
  const { sourceId } = options
  const former = Cursor.safeParse(cursors.get(SCOPE)).data ?? null
  refuseFuture(sourceId, former?.readAt ?? null, now())
  const listed = await listApplications(client, options)
  const wanted = listed.wanted.map((item) => reduceApplication(item, rules))
  const readAt = readUntil(client.time(), now())
  const known = wanted.flatMap((item) => Application.safeParse(item).data ?? [])
  if (wanted.length === 0 && Object.keys(former?.entries ?? {}).length > 0) {
    const todo = `check what its token may see; ${COMMAND} collect --anew ${sourceId} believes it`
    throw new SourceError(sourceId, `lists no application, though it did before: ${todo}`)
  }
  const gaps = known.flatMap((application) => findGap(application, former))
  for (const { message } of gaps) {
    yield { scope: SCOPE, failure: new SourceError(sourceId, message) }
  }
  for (let start = 0; start < wanted.length; start += PAGE) {
    const records = wanted.slice(start, start + PAGE).map((application) => ({
      position: nameOf(application),
      value: { application },
    }))
    yield { scope: SCOPE, records, cursor: former, covers: null, begins: start === 0 }
    progress('applications', start + records.length, wanted.length)
  }
  const from = coveredFrom(known, former, gaps, readAt)
  const entries = { ...former?.entries, ...Object.fromEntries(known.map(toNewest)) }
  const cursor: Cursor = { readAt: readAt.toISOString(), entries }
  yield { scope: SCOPE, records: [], cursor, covers: { from, to: readAt } }
}

const toNewest = (application: Application) => [
  applicationId(application),
  historyOf(application).at(-1)?.id ?? -1,
]

function nameOf(item: unknown): string {
  const name = Named.safeParse(item).data?.metadata.name
  return `application ${name ?? JSON.stringify(item)?.slice(0, 80)}`
}

interface Gap {
  readonly message: string
  /** From then on nothing is missing. */
  readonly until: string
}

/** Entries that were cut off between the last reading and this one. */
function findGap(application: Application, former: Cursor | null): Gap[] {
  const [oldest] = historyOf(application)
  const newest = former?.entries[applicationId(application)]
  if (oldest === undefined || newest === undefined || oldest.id <= newest + 1) return []
  const lost = oldest.id - newest - 1
  const what = `${application.metadata.name}: ${lost} syncs before ${oldest.deployedAt} were cut off unread`
  const todo = 'read it more often, or raise revisionHistoryLimit'
  return [{ message: `${what}; ${todo}`, until: oldest.deployedAt }]
}

/**
 * Since when nothing is missing: since the last reading, unless entries were cut off. At the first
 * one since the oldest entry of every history that was cut, else since there are applications.
 */
function coveredFrom(
  applications: readonly Application[],
  former: Cursor | null,
  gaps: readonly Gap[],
  readAt: Date,
): Date {
  const cut = applications.flatMap((application) => {
    const [oldest] = historyOf(application)
    return oldest === undefined || oldest.id === 0 ? [] : oldest.deployedAt
  })
  const begun = applications.flatMap(({ metadata }) => metadata.creationTimestamp ?? [])
  const missing = former === null ? cut : gaps.map(({ until }) => until)
  const latest = missing.toSorted().at(-1)
  if (latest !== undefined) return new Date(latest)
  const since = former?.readAt ?? begun.toSorted()[0]
  return since === undefined ? readAt : new Date(since)
}

/**
 * Asks for the applications, and stores nothing.
 *
 * @throws {SourceError} when they cannot be asked for
 */
export async function* examineArgoCd(
  options: ArgoCdCollectorOptions,
  context: CollectorContext,
): AsyncGenerator<Examination> {
  const client = openArgoCd(options, context)
  try {
    const { wanted, count } = await listApplications(client, options)
    const says = `${count} seen, ${wanted.length} to be read`
    const why = count === 0 ? 'none can be seen' : 'none is to be read'
    const todo = 'give its role applications, get; check applications in the configuration'
    const problem = wanted.length > 0 ? null : { why, todo }
    yield { what: 'applications', fills: ['deployments'], says, problem }
  } finally {
    await client.close()
  }
}
