import { type ArgoCdCollectorOptions, argoCdCollector } from '#collectors/argocd/collector.ts'
import { type RunOutcome, runCollector } from '#collectors/run.ts'
import type { Database } from '#db/connection.ts'
import { TIER_RULES } from '#lib/environment-tier.ts'
import { type Answered, type Asked, aLocalApi, type LocalApi } from '#test/support/local-api.ts'

interface Source {
  readonly repoURL: string
  readonly path?: string
  readonly chart?: string
  readonly targetRevision: string
  readonly helm?: unknown
}

interface Initiator {
  readonly automated?: boolean
  readonly username?: string
}

/** A sync that succeeded, as Argo CD keeps it. */
export interface Entry {
  readonly id: number
  readonly revision?: string
  readonly revisions?: string[]
  readonly deployStartedAt?: string
  readonly deployedAt: string
  readonly source?: Source
  readonly sources?: Source[]
  readonly initiatedBy?: Initiator
}

/** An application as its API gives it, as far as it matters. */
export interface StoredApplication {
  metadata: {
    name: string
    readonly namespace: string
    readonly uid: string
    readonly creationTimestamp: string
    labels?: Record<string, string>
  }
  spec: {
    readonly source?: Source
    readonly destination: { readonly name?: string; readonly namespace: string }
    readonly project: string
  }
  status: {
    readonly sync: { readonly status: string }
    summary: { images: string[] }
    history: Entry[]
    operationState?: unknown
  }
}

export const CONFIGURATION: Source = {
  repoURL: 'https://github.com/acme/infra.git',
  path: 'shop',
  targetRevision: 'HEAD',
}

/** A commit; the same text, the same one. */
export const toRevision = (text: string) =>
  Buffer.from(text).toString('hex').padEnd(40, '0').slice(0, 40)

/** A deployment of `revision` that an automation began a minute before. */
export const anEntry = (id: number, revision: string, deployedAt: string): Entry => ({
  id,
  revision: toRevision(revision),
  deployStartedAt: new Date(Date.parse(deployedAt) - 60_000).toISOString().replace('.000', ''),
  deployedAt,
  source: CONFIGURATION,
  initiatedBy: { automated: true },
})

export function anApplication(
  name: string,
  history: Entry[] = [],
  status: Partial<StoredApplication['status']> = {},
): StoredApplication {
  return {
    metadata: {
      name,
      namespace: 'argocd',
      uid: `uid-${name}`,
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    spec: {
      source: CONFIGURATION,
      destination: { namespace: 'apps' },
      project: 'default',
    },
    status: { sync: { status: 'Synced' }, summary: { images: [] }, history, ...status },
  }
}

export interface LocalArgoCd extends LocalApi {
  readonly applications: StoredApplication[]
}

export const ARGOCD_TOKEN = 'local-argocd-token'

/** An Argo CD on this machine; gone after the test. */
export async function anArgoCd(applications: readonly StoredApplication[]): Promise<LocalArgoCd> {
  const held = [...applications]
  const api = await aLocalApi((asked) => answer(held, asked))
  return Object.assign(api, { applications: held })
}

function answer(applications: readonly StoredApplication[], asked: Asked): Answered {
  if (asked.authorization !== `Bearer ${ARGOCD_TOKEN}`) {
    const message = 'no session information'
    return { status: 401, value: { error: message, code: 16, message } }
  }
  if (asked.url.pathname !== '/api/v1/applications') {
    return { status: 404, value: { error: 'Not Found', code: 5, message: 'Not Found' } }
  }
  const fields = asked.url.searchParams.get('fields')?.split(',') ?? []
  const isAsked = (path: string) =>
    fields.length === 0 || fields.some((field) => field.startsWith(path) || path.startsWith(field))
  // Without applications the list is null.
  const items = applications.map((one) => select(one, 'items', isAsked))
  return { status: 200, value: { metadata: {}, items: items.length === 0 ? null : items } }
}

function select(value: unknown, path: string, isAsked: (path: string) => boolean): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const entries = Object.entries(value).filter(([key]) => isAsked(`${path}.${key}`))
  return Object.fromEntries(
    entries.map(([key, inner]) => [key, select(inner, `${path}.${key}`, isAsked)]),
  )
}

/** When tests collect, unless they say otherwise. */
export const NOW = new Date('2026-06-01T12:00:00Z')

interface CollectOptions extends Partial<ArgoCdCollectorOptions> {
  readonly now?: Date
  readonly signal?: AbortSignal
  readonly guard?: (tx: Database) => Promise<void>
}

/** Reads it as source `argo`, without patience. */
export function collectArgoCd(
  db: Database,
  argo: LocalArgoCd,
  { now = NOW, signal = new AbortController().signal, guard, ...options }: CollectOptions = {},
): Promise<RunOutcome> {
  const collector = argoCdCollector({
    sourceId: 'argo',
    baseUrl: argo.url,
    privateNetwork: true,
    applications: ['*'],
    names: '{service}-{environment}',
    labels: {},
    environments: TIER_RULES,
    bots: [],
    signIn: () => ({
      headers: { authorization: `Bearer ${ARGOCD_TOKEN}` },
      secrets: [ARGOCD_TOKEN],
    }),
    patience: { firstWaitMs: 1, longestWaitMs: 100 },
    limits: { totalMs: 2000 },
    ...options,
  })
  return runCollector(db, collector, { now: () => now, signal, progress: () => {} }, guard)
}
