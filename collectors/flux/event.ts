import { z } from 'zod'
import { type ToldDeployment, UNTOLD } from '#collectors/told-deployment.ts'
import { Instant } from '#lib/instant.ts'
import { PlainText } from '#lib/plain-text.ts'
import { toRepositoryId } from '#lib/repository.ts'

// https://fluxcd.io/flux/components/notification/events/
const Event = z.object({
  involvedObject: z.object({
    kind: z.string(),
    name: PlainText,
    namespace: PlainText,
    uid: z.string().optional(),
  }),
  metadata: z.record(z.string(), PlainText).nullish(),
  severity: z.string(),
  reason: z.string(),
  timestamp: Instant,
})
type Event = z.output<typeof Event>

const SUCCEEDED: ReadonlySet<string> = new Set([
  'ReconciliationSucceeded',
  'InstallSucceeded',
  'UpgradeSucceeded',
])

const FAILED: ReadonlySet<string> = new Set([
  'ReconciliationFailed',
  'ValidationFailed',
  'BuildFailed',
  'HealthCheckFailed',
  'PruneFailed',
  'InstallFailed',
  'UpgradeFailed',
  'TestFailed',
  'TestsFailed',
])

const ROLLED_BACK = 'RollbackSucceeded'

const DEPLOYING: ReadonlySet<string> = new Set(['Kustomization', 'HelmRelease'])

/**
 * What the generic webhook of Flux's notification-controller tells: the deployment, or why it tells
 * none. An event is repeated as long as its state lasts, so a revision is deployed once, and once it
 * was, a failure of the same revision is none of a deployment.
 */
export const fluxEvent = Event.transform(
  (event): { readonly fact: ToldDeployment } | { readonly ignored: string } => {
    const { kind } = event.involvedObject
    const revision = metadataOf(event, 'revision')
    if (!DEPLOYING.has(kind)) return { ignored: `${kind} deploys nothing` }
    if (revision === null) return { ignored: `${event.reason} names no revision` }
    const outcome = outcomeOf(event)
    if (outcome === null) return { ignored: `${event.reason} ends no deployment` }
    return { fact: toDeployment(event, revision, outcome) }
  },
)

function outcomeOf({ severity, reason }: Event): 'success' | 'failure' | null {
  if (severity === 'error') return FAILED.has(reason) ? 'failure' : null
  return SUCCEEDED.has(reason) || reason === ROLLED_BACK ? 'success' : null
}

/** Keys come with the group of their controller, or without; those of an Alert without. */
function metadataOf({ metadata }: Event, name: string): string | null {
  const entries = Object.entries(metadata ?? {})
  const found =
    entries.find(([key]) => key === name) ?? entries.find(([key]) => key.endsWith(`/${name}`))
  return found?.[1] || null
}

function toDeployment(
  event: Event,
  revision: string,
  outcome: 'success' | 'failure',
): ToldDeployment {
  const { involvedObject, reason, timestamp } = event
  const { kind, name, namespace, uid } = involvedObject
  // The values of a release may change while its chart does not.
  const values = kind === 'HelmRelease' ? metadataOf(event, 'token') : null
  const id = [uid ?? `${kind}/${namespace}/${name}`, revision, values].filter(Boolean).join('/')
  const isRollback = reason === ROLLED_BACK
  const failed = `${id}/failed`
  const ownId = isRollback ? `${id}/rollback/${timestamp}` : outcome === 'failure' ? failed : id
  return {
    row: {
      ...UNTOLD,
      native_id: ownId,
      version: revision,
      created_at: timestamp,
      finished_at: timestamp,
      outcome,
      kind: isRollback ? 'rollback' : null,
      initiator_kind: 'bot',
    },
    place: {
      name,
      service: metadataOf(event, 'service'),
      environment: metadataOf(event, 'environment') ?? metadataOf(event, 'env'),
      around: [metadataOf(event, 'cluster'), namespace].filter((text) => text !== null),
    },
    commits: commitsOf(event, revision),
    imageTags: [],
    unless: outcome === 'failure' ? [failed, id] : [ownId],
  }
}

/**
 * `main@sha1:…`, older `main/…`; what an artifact was made of is told beside it. Of a revision alone
 * `sha256` may be that of an artifact as well.
 */
function commitsOf(event: Event, revision: string): ToldDeployment['commits'] {
  const origin = metadataOf(event, 'originRevision')
  const [, sha] =
    (origin === null
      ? /(?:^|[:/])([0-9a-f]{40})$/.exec(revision)
      : /(?:^|[:/])([0-9a-f]{40}|[0-9a-f]{64})$/.exec(origin)) ?? []
  const repository = metadataOf(event, 'repository')
  if (sha === undefined) return []
  return [{ repository: repository && (toRepositoryId(repository) ?? repository), sha }]
}
