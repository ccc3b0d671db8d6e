import { toArgoCdOptions } from '#bin/argocd-options.ts'
import { toBackstageOptions } from '#bin/backstage-options.ts'
import { toGitHubOptions, toHeardOptions } from '#bin/github-options.ts'
import { toJiraOptions } from '#bin/jira-options.ts'
import { toPagerDutyOptions } from '#bin/pagerduty-options.ts'
import { toPolicyResults } from '#bin/policy-options.ts'
import { toRequests } from '#bin/requests-options.ts'
import { toSentOptions } from '#bin/sent-options.ts'
import { toSurveys } from '#bin/surveys-options.ts'
import { argoCdCollector } from '#collectors/argocd/collector.ts'
import { backstageCollector } from '#collectors/backstage/collector.ts'
import type { Collector, CollectorContext } from '#collectors/collector.ts'
import { sentReader } from '#collectors/events/reader.ts'
import { filesCollector } from '#collectors/files/collector.ts'
import { gitCollector } from '#collectors/git/collector.ts'
import { requestCollector } from '#collectors/git/request-collector.ts'
import { gitHubCollector } from '#collectors/github/collector.ts'
import { webhookReader } from '#collectors/github/webhooks.ts'
import { jiraCollector } from '#collectors/jira/collector.ts'
import { opsgenieCollector } from '#collectors/opsgenie/collector.ts'
import { pagerDutyCollector } from '#collectors/pagerduty/collector.ts'
import { policyCollector } from '#collectors/policy/collector.ts'
import { receivedCollector } from '#collectors/received.ts'
import { type RunOutcome, runCollector } from '#collectors/run.ts'
import { surveysCollector } from '#collectors/surveys/collector.ts'
import type { Database } from '#db/connection.ts'
import { deleteCursors } from '#db/cursors.ts'
import type { Config, SourceConfig } from '#lib/config.ts'
import { ConfigError, DesirepathError } from '#lib/errors.ts'

/** What one source brought. */
export interface SourceOutcome extends RunOutcome {
  readonly sourceId: string
  readonly milliseconds: number
}

export interface CollectOptions {
  /** Source ids; all when left out. */
  readonly only?: readonly string[]
  readonly signal?: AbortSignal
  readonly done?: (outcome: SourceOutcome) => void
}

/** Reads one source, and returns a failure of it as an outcome. */
export type Read = (sourceId: string) => Promise<RunOutcome>

/**
 * Reads the sources one after the other, the catalogue first. One that fails does not stop the
 * others.
 *
 * @throws {ConfigError} when `only` names a source that is not configured
 */
export async function collectSources(
  config: Config,
  read: Read,
  { only, signal, done }: CollectOptions,
): Promise<SourceOutcome[]> {
  const outcomes: SourceOutcome[] = []
  for (const { id: sourceId } of chooseSources(config, only)) {
    if (signal?.aborted) break
    const started = performance.now()
    const outcome = await read(sourceId)
    const timed = { ...outcome, sourceId, milliseconds: performance.now() - started }
    outcomes.push(timed)
    done?.(timed)
  }
  return outcomes
}

export interface ReadOptions {
  /** Reads everything again, whatever an earlier run has reached. */
  readonly anew?: boolean
  /** The clock: coverage and observation times are told by it. */
  readonly now: () => Date
  readonly signal?: AbortSignal
  readonly progress?: (sourceId: string, ...told: Parameters<CollectorContext['progress']>) => void
  /** Runs inside each page's transaction, and may refuse it. */
  readonly guard?: (tx: Database) => Promise<void>
}

/** Reads in this process, which a collector can take with it: `readApart` gives each its own. */
export function readHere(
  db: Database,
  config: Config,
  { anew = false, now, signal = new AbortController().signal, progress, guard }: ReadOptions,
): Read {
  return async (sourceId) => {
    const [source] = chooseSources(config, [sourceId])
    if (source === undefined) throw new TypeError(`${sourceId} is known, and was not found`)
    const context: CollectorContext = {
      now,
      signal,
      progress: (...told) => progress?.(sourceId, ...told),
    }
    if (anew) await deleteCursors(db, sourceId)
    return runSafely(toRun(source, config), db, context, guard)
  }
}

type Run = (
  db: Database,
  context: CollectorContext,
  guard: ReadOptions['guard'],
) => Promise<RunOutcome>

/** A bug in one source is recorded as its failure; the others are still read. */
async function runSafely(run: Run, ...given: Parameters<Run>): Promise<RunOutcome> {
  try {
    return await run(...given)
  } catch (bug) {
    if (bug instanceof DesirepathError) throw bug
    return failed(bug instanceof Error ? (bug.stack ?? bug.message) : String(bug))
  }
}

/** Of a run that nobody could count. */
export const failed = (error: string): RunOutcome => ({
  status: 'failed',
  read: 0,
  changed: 0,
  quarantined: 0,
  error,
})

function chooseSources({ sources }: Config, only: readonly string[] = []): readonly SourceConfig[] {
  const ids = sources.map(({ id }) => id)
  const unknown = only.filter((id) => !ids.includes(id))
  if (unknown.length > 0) {
    const known = ids.length === 0 ? 'none is configured' : `configured are ${ids.join(', ')}`
    throw new ConfigError(unknown.map((id) => `no source "${id}": ${known}`).join('\n'))
  }
  const chosen = only.length === 0 ? sources : sources.filter(({ id }) => only.includes(id))
  return chosen.toSorted((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind))
}

/**
 * Repositories look up the services that catalogues name, clones what their host knows of them,
 * deployments all of these, and tickets and incidents look up teams, services and deployments; what
 * was sent is about repositories that were read.
 */
const ORDER: readonly SourceConfig['kind'][] = [
  'files',
  'backstage',
  'github',
  'git',
  'argocd',
  'surveys',
  'environment-requests',
  'policy-results',
  'jira',
  'pagerduty',
  'opsgenie',
  'github-webhook',
  'ingest',
]

const runOf =
  <Fact>(collector: Collector<Fact>): Run =>
  (db, ...rest) =>
    runCollector(db, collector, ...rest)

function toRun(source: SourceConfig, config: Config): Run {
  switch (source.kind) {
    case 'files': {
      const { id: sourceId, path: folder, covers, complete } = source
      return runOf(filesCollector({ sourceId, folder, covers, complete }))
    }
    case 'git': {
      const { id: sourceId, repositories, releases, bots } = source
      const paths = config.goldenPaths.map((path) => ({ id: path.id, rules: path }))
      return runOf(gitCollector({ sourceId, repositories, paths, releases, bots }))
    }
    case 'github':
      return runOf(gitHubCollector(toGitHubOptions(source, config)))
    case 'argocd':
      return runOf(argoCdCollector(toArgoCdOptions(source)))
    case 'backstage':
      return runOf(backstageCollector(toBackstageOptions(source, config)))
    case 'jira':
      return runOf(jiraCollector(toJiraOptions(source, config)))
    case 'pagerduty':
      return runOf(pagerDutyCollector(toPagerDutyOptions(source)))
    case 'opsgenie': {
      const { id: sourceId, path: folder, complete, services, rules } = source
      const covers = source.covers
        ? { from: source.covers.from, to: source.covers.to ?? null }
        : null
      return runOf(opsgenieCollector({ sourceId, folder, covers, complete, services, rules }))
    }
    case 'surveys':
      return runOf(surveysCollector(toSurveys(source)))
    case 'environment-requests':
      return runOf(requestCollector(toRequests(source)))
    case 'policy-results':
      return runOf(policyCollector(toPolicyResults(source)))
    default:
      return toReceivedRun(source, config)
  }
}

/** Of what others sent; it lies in the database. */
function toReceivedRun(
  source: Extract<SourceConfig, { kind: 'github-webhook' | 'ingest' }>,
  config: Config,
): Run {
  if (source.kind === 'github-webhook') {
    const heard = toHeardOptions(source, config)
    const { heardBy: sourceId, ...configuration } = heard
    const received = { sourceId, configuration, reader: webhookReader(heard) }
    return (db, ...rest) => runCollector(db, receivedCollector(db, received), ...rest)
  }
  const { id: sourceId, environments, names, covers } = source
  const argo = config.sources.find(({ id }) => id === source.argocd)
  const argoCd = argo?.kind === 'argocd' ? toArgoCdOptions(argo) : null
  const tickets = source.tickets ? toEventTickets(source.tickets) : null
  const reader = sentReader(toSentOptions({ sourceId, environments, names, argoCd, tickets }))
  const told = argoCd && { ...argoCd, signIn: undefined }
  const configuration = { tiers: environments, names, argoCd: told, ...(tickets && { tickets }) }
  const received = { sourceId, configuration, reader, covers }
  return (db, ...rest) => runCollector(db, receivedCollector(db, received), ...rest)
}

const toEventTickets = ({
  categories: rules,
  ...which
}: NonNullable<Extract<SourceConfig, { kind: 'ingest' }>['tickets']>) => ({ ...which, rules })
