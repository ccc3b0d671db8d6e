import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type ToldDeployment, type ToldPlace, UNTOLD } from '#collectors/told-deployment.ts'
import { Instant } from '#lib/instant.ts'
import { PlainText } from '#lib/plain-text.ts'
import { toRepositoryId } from '#lib/repository.ts'

/** Who started a sync, without the login. */
const InitiatorKind = z.enum(['human', 'bot', 'unknown']).default('unknown')

/** A source as `reduceSource` leaves it. */
const Source = z.object({
  repository: z.string().nullable(),
  isChart: z.boolean(),
  /** Equal for what deploys the same: parameters count, the address may change. */
  hash: z.string(),
})

/** What was deployed: of one source, or of several. */
const deployed = {
  revision: PlainText.optional(),
  revisions: z.array(PlainText).nullish(),
  source: Source.optional(),
  sources: z.array(Source).nullish(),
}

const HistoryEntry = z.object({
  id: z.int(),
  deployedAt: Instant,
  deployStartedAt: Instant.nullish(),
  initiatedBy: InitiatorKind,
  ...deployed,
})
type HistoryEntry = z.output<typeof HistoryEntry>

const OperationState = z.object({
  phase: z.string().optional(),
  startedAt: Instant.nullish(),
  finishedAt: Instant.nullish(),
  operation: z
    .object({
      initiatedBy: InitiatorKind,
      sync: z
        .object({
          ...deployed,
          dryRun: z.boolean().optional(),
          resources: z.array(z.unknown()).nullish(),
        })
        .optional(),
    })
    .optional(),
  syncResult: z.object(deployed).nullish(),
})
type OperationState = z.output<typeof OperationState>

/** Reads what `reduceApplication` left of an application. */
export const Application = z.object({
  metadata: z.object({
    name: PlainText,
    namespace: PlainText.default('argocd'),
    uid: z.string().optional(),
    creationTimestamp: Instant.optional(),
    labels: z.record(z.string(), PlainText).nullish(),
  }),
  spec: z
    .object({
      destination: z
        .object({ name: PlainText.optional(), namespace: PlainText.optional() })
        .optional(),
      source: Source.optional(),
      sources: z.array(Source).nullish(),
    })
    .default({}),
  status: z
    .object({
      sync: z.object({ status: z.string().optional() }).optional(),
      history: z.array(HistoryEntry).nullish(),
      operationState: OperationState.nullish(),
      summary: z.object({ images: z.array(z.string()).nullish() }).nullish(),
    })
    .default({}),
})
export type Application = z.output<typeof Application>

export interface ApplicationRules {
  /** Labels of an application that name its service and environment. */
  readonly labels: {
    readonly service?: string | undefined
    readonly environment?: string | undefined
  }
  /** Logins of machines; whoever else starts a sync is a person. */
  readonly bots: ReadonlySet<string>
  /** Where Argo CD shows applications; null when that is not known. */
  readonly address: string | null
}

type Parts = Readonly<Record<string, unknown>>
const Parts = z.record(z.string(), z.unknown())

/** What is no list is refused later, without its contents. */
const reduceEach = (value: unknown, reduce: (one: unknown) => unknown): unknown =>
  Array.isArray(value) ? value.map(reduce) : (value ?? undefined) && {}

/** What is no object is refused later, without its contents. */
function reduceObject(value: unknown, reduce: (parts: Parts) => object): unknown {
  if (value === null || value === undefined) return undefined
  const { data } = Parts.safeParse(value)
  return data ? reduce(data) : typeof value
}

// https://github.com/argoproj/argo-cd/blob/master/manifests/crds/application-crd.yaml
/**
 * An application as it may be stored, even where it cannot be read: without its people, and without
 * the parameters of what it deploys.
 */
export const reduceApplication = (
  application: unknown,
  { labels, bots }: Pick<ApplicationRules, 'labels' | 'bots'>,
): unknown =>
  reduceObject(application, ({ metadata, spec, status }) => ({
    metadata: reduceObject(metadata, (given) => ({
      name: given['name'],
      namespace: given['namespace'],
      uid: given['uid'],
      creationTimestamp: given['creationTimestamp'],
      labels: reduceObject(given['labels'], (all) =>
        Object.fromEntries(
          Object.entries(all).filter(([key]) => Object.values(labels).includes(key)),
        ),
      ),
    })),
    spec: reduceObject(spec, ({ destination, source, sources }) => ({
      destination: reduceObject(destination, ({ name, namespace }) => ({ name, namespace })),
      ...reduceDeployed({ source, sources }),
    })),
    status: reduceObject(status, ({ sync, summary, history, operationState }) => ({
      sync: reduceObject(sync, (given) => ({ status: given['status'] })),
      summary: reduceObject(summary, ({ images }) => ({ images })),
      history: reduceEach(history, (entry) => reduceEntry(entry, bots)),
      operationState: reduceObject(operationState, (state) => reduceOperation(state, bots)),
    })),
  }))

const reduceEntry = (entry: unknown, bots: ReadonlySet<string>) =>
  reduceObject(entry, ({ id, deployedAt, deployStartedAt, initiatedBy, ...deployment }) => ({
    id,
    deployedAt,
    deployStartedAt,
    initiatedBy: kindOf(initiatedBy, bots),
    ...reduceDeployed(deployment),
  }))

function reduceOperation(
  { phase, startedAt, finishedAt, operation, syncResult }: Parts,
  bots: ReadonlySet<string>,
): object {
  return {
    phase,
    startedAt,
    finishedAt,
    operation: reduceObject(operation, ({ initiatedBy, sync }) => ({
      initiatedBy: kindOf(initiatedBy, bots),
      sync: reduceObject(sync, ({ dryRun, resources, ...deployment }) => ({
        dryRun,
        resources: reduceEach(resources, () => ({})),
        ...reduceDeployed(deployment),
      })),
    })),
    syncResult: reduceObject(syncResult, reduceDeployed),
  }
}

const reduceDeployed = ({ revision, revisions, source, sources }: Parts): object => ({
  revision,
  revisions,
  source: reduceSource(source),
  sources: reduceEach(sources, reduceSource),
})

const reduceSource = (source: unknown) =>
  reduceObject(source, ({ repoURL, ...parameters }) => ({
    repository: typeof repoURL === 'string' ? toRepositoryId(repoURL) : null,
    isChart: typeof parameters['chart'] === 'string',
    hash: createHash('sha256').update(JSON.stringify(parameters)).digest('hex'),
  }))

const Initiator = z.object({
  automated: z.boolean().optional(),
  username: z.string().optional(),
})

/** Who started a sync without automation is a person, unless the login is a machine's; it is not kept. */
function kindOf(initiatedBy: unknown, bots: ReadonlySet<string>): 'human' | 'bot' | 'unknown' {
  const initiator = Initiator.safeParse(initiatedBy).data
  if (initiator?.automated) return 'bot'
  if (!initiator?.username) return 'unknown'
  return bots.has(initiator.username.toLowerCase()) ? 'bot' : 'human'
}

/** What names an application for ever; a new one of the same name is another. */
export const applicationId = ({ metadata: { uid, namespace, name } }: Application) =>
  uid ?? `${namespace}/${name}`

/** As far as its history goes back, oldest first. */
export const historyOf = ({ status }: Application): readonly HistoryEntry[] =>
  (status.history ?? []).toSorted((a, b) => a.id - b.id)

/**
 * The deployments in an application's history, and the sync that failed last. An entry that
 * deployed what was there already is a sync, and none. The oldest entry of a history that was cut, and
 * one after a gap in it, is left out: nobody knows what was there before, nor when that came.
 */
export function toDeployments(application: Application, rules: ApplicationRules): ToldDeployment[] {
  const history = historyOf(application)
  const states = history.map(stateOf)
  const entries = history.filter((_, index) => states[index] !== states[index - 1])
  const before: string[] = []
  /** Entries are numbered one after the other. */
  const follows = (one: HistoryEntry | undefined, other: HistoryEntry | undefined) =>
    one && other && other.id - one.id === history.indexOf(other) - history.indexOf(one)
  const told = entries.flatMap((entry, index) => {
    const [former, next] = [entries[index - 1], entries[index + 1]]
    const replaced = follows(former, entry) ? former : undefined
    const isBack = before.includes(stateOf(entry))
    before.push(stateOf(entry))
    if (replaced === undefined && entry.id !== 0) return []
    return toDeployment(application, rules, {
      entry,
      rollbackOf: isBack && replaced ? entryId(application, replaced) : null,
      supersededAt: follows(entry, next) ? (next?.deployedAt ?? null) : null,
      isLast: next === undefined,
    })
  })
  return [...told, ...toFailure(application, rules, history.at(-1))]
}

const entryId = (application: Application, { id }: HistoryEntry) =>
  `${applicationId(application)}/${id}`

type Deployed = Pick<HistoryEntry, 'revision' | 'revisions' | 'source' | 'sources'>

const revisionsOf = ({ revision, revisions }: Deployed): readonly string[] =>
  revisions && revisions.length > 0 ? revisions : revision ? [revision] : []

const sourcesOf = ({ source, sources }: Deployed) =>
  sources && sources.length > 0 ? sources : source ? [source] : []

/** Equal for what deploys the same. */
const stateOf = (deployment: Deployed) =>
  JSON.stringify([revisionsOf(deployment), sourcesOf(deployment).map(({ hash }) => hash)])

/** `1.2.3` of `host:5000/name:1.2.3@sha256:…`. */
const tagsOf = ({ status }: Application) =>
  (status.summary?.images ?? []).flatMap(
    (image) => /:([\w][\w.-]*)$/.exec(image.replace(/@.*$/, ''))?.[1] ?? [],
  )

interface Entry {
  readonly entry: HistoryEntry
  readonly rollbackOf: string | null
  readonly supersededAt: string | null
  readonly isLast: boolean
}

function toDeployment(
  application: Application,
  rules: ApplicationRules,
  { entry, rollbackOf, supersededAt, isLast }: Entry,
): ToldDeployment {
  const started = entry.deployStartedAt ?? null
  const isRunning = isLast && application.status.sync?.status === 'Synced'
  return {
    ...common(application, rules, entry),
    imageTags: isRunning ? tagsOf(application) : [],
    row: {
      ...commonRow(application, rules, entry, entry.initiatedBy),
      native_id: entryId(application, entry),
      superseded_at: supersededAt,
      created_at: started ?? entry.deployedAt,
      started_at: started,
      finished_at: entry.deployedAt,
      outcome: 'success',
      kind: rollbackOf === null ? null : 'rollback',
      rollback_of: rollbackOf,
    },
    unless: [],
  }
}

const FAILED: ReadonlySet<string> = new Set(['Failed', 'Error'])

/**
 * Only the last sync is told, so a failure shows until the next one. What failed again, or failed to
 * restore what was there, is no further deployment; neither is the sync of a part, or on trial.
 */
function toFailure(
  application: Application,
  rules: ApplicationRules,
  running: HistoryEntry | undefined,
): ToldDeployment[] {
  const state = application.status.operationState
  if (!state?.startedAt || !FAILED.has(state.phase ?? '')) return []
  const { sync, initiatedBy } = state.operation ?? {}
  if (sync?.dryRun || (sync?.resources ?? []).length > 0) return []
  const deployment = attemptOf(application, state)
  const revisions = revisionsOf(deployment).join()
  if (revisions === '' || (running && revisions === revisionsOf(running).join())) return []
  const id = `${applicationId(application)}/failed/${revisions}`
  return [
    {
      ...common(application, rules, deployment),
      row: {
        ...commonRow(application, rules, deployment, initiatedBy),
        native_id: id,
        created_at: state.startedAt,
        started_at: state.startedAt,
        finished_at: state.finishedAt ?? null,
        outcome: 'failure',
      },
      unless: [id],
    },
  ]
}

/** A sync that failed early has no result; then it says what it was to deploy. */
function attemptOf({ spec }: Application, { syncResult, operation }: OperationState): Deployed {
  const told = syncResult && revisionsOf(syncResult).length > 0 ? syncResult : operation?.sync
  const sources = sourcesOf(told ?? {}).length > 0 ? told : spec
  return {
    revision: told?.revision,
    revisions: told?.revisions,
    source: sources?.source,
    sources: sources?.sources,
  }
}

function common(application: Application, rules: ApplicationRules, deployment: Deployed) {
  const sources = sourcesOf(deployment)
  const commits = revisionsOf(deployment).flatMap((sha, index) => {
    const source = sources[index]
    // The revision of a chart is a version.
    return source === undefined || source.isChart ? [] : { repository: source.repository, sha }
  })
  return { place: placeOf(application, rules), commits, imageTags: [] }
}

function placeOf({ metadata, spec }: Application, { labels }: ApplicationRules): ToldPlace {
  const labelled = (label: string | undefined) =>
    (label === undefined ? null : metadata.labels?.[label]) || null
  const { name, namespace } = spec.destination ?? {}
  return {
    name: metadata.name,
    service: labelled(labels.service),
    environment: labelled(labels.environment),
    around: [name, namespace].filter((text) => text !== undefined),
  }
}

const commonRow = (
  { metadata }: Application,
  { address }: ApplicationRules,
  deployment: Deployed,
  initiator: z.output<typeof InitiatorKind> | undefined,
) =>
  ({
    ...UNTOLD,
    version: revisionsOf(deployment).join(' + ') || null,
    initiator_kind: initiator ?? 'unknown',
    url: address === null ? null : `${address}/applications/${metadata.namespace}/${metadata.name}`,
  }) as const
