import { toArgoCdOptions } from '#bin/argocd-options.ts'
import { toBackstageOptions } from '#bin/backstage-options.ts'
import { toGitHubOptions } from '#bin/github-options.ts'
import { toJiraOptions } from '#bin/jira-options.ts'
import { toPagerDutyOptions } from '#bin/pagerduty-options.ts'
import { toPolicyResults } from '#bin/policy-options.ts'
import { toSurveys } from '#bin/surveys-options.ts'
import { examineArgoCd } from '#collectors/argocd/collector.ts'
import { examineBackstage } from '#collectors/backstage/collector.ts'
import type { CollectorContext, Examination } from '#collectors/collector.ts'
import { findSentEntity } from '#collectors/files/body.ts'
import { listFolder } from '#collectors/files/folder.ts'
import { findCloneFolders } from '#collectors/git/clones.ts'
import { examineGitHub } from '#collectors/github/examine.ts'
import { examineJira } from '#collectors/jira/examine.ts'
import { listExports, readExport } from '#collectors/opsgenie/exports.ts'
import { examinePagerDuty } from '#collectors/pagerduty/examine.ts'
import { examinePolicyResults } from '#collectors/policy/examine.ts'
import { examineSurveys } from '#collectors/surveys/examine.ts'
import { type ApiToken, listTokens } from '#db/api-tokens.ts'
import { withDatabase } from '#db/connection.ts'
import { migrateToLatest } from '#db/migrate.ts'
import type { FactTable } from '#db/natural-keys.ts'
import { countOutcomes } from '#db/received-events.ts'
import { COMMAND } from '#lib/command.ts'
import type { Config, SourceConfig } from '#lib/config.ts'
import { count as countOf } from '#lib/count.ts'
import { DesirepathError, SourceError } from '#lib/errors.ts'
import { readSecret } from '#lib/secret.ts'

/**
 * Connects to a source and tries what a run would read. Stores nothing.
 *
 * @throws {SourceError} when it cannot be reached at all
 */
export function examineSource(
  source: SourceConfig,
  config: Config,
  context: CollectorContext,
): AsyncGenerator<Examination> {
  if (source.kind === 'github') return examineGitHub(toGitHubOptions(source, config), context)
  if (source.kind === 'argocd') return examineArgoCd(toArgoCdOptions(source), context)
  if (source.kind === 'backstage') {
    return examineBackstage(toBackstageOptions(source, config), context)
  }
  if (source.kind === 'jira') return examineJira(toJiraOptions(source, config), context)
  if (source.kind === 'pagerduty') return examinePagerDuty(toPagerDutyOptions(source), context)
  if (source.kind === 'opsgenie') return examineOpsgenie(source)
  if (source.kind === 'policy-results') return examinePolicyResults(toPolicyResults(source))
  if (source.kind === 'surveys') return examineSurveys(toSurveys(source))
  if (source.kind === 'files') return examineFolder(source)
  return 'repositories' in source ? examineClones(source) : examineInbox(source, config, context)
}

const FROM_CLONES: readonly FactTable[] = [
  'repositories',
  'repository_attributes',
  'services',
  'service_owners',
  'usage_evidence',
  'path_versions',
  'changes',
]

async function* examineClones(
  source: Extract<SourceConfig, { kind: 'git' | 'environment-requests' }>,
): AsyncGenerator<Examination> {
  const { folders, empty } = await findCloneFolders(source.repositories)
  const fills: FactTable[] = source.kind === 'git' ? [...FROM_CLONES] : listRequestTables(source)
  if (source.kind === 'git' && source.releases.length > 0) fills.push('deployments')
  const todo = 'check repositories in the configuration'
  const why = `no clone in ${empty.join(', ')}`
  const problem = empty.length === 0 ? null : { why, todo }
  yield { what: `clones of ${source.id}`, fills, says: `${folders.length} found`, problem }
}

/** Where no file says what became of a request, its way is not known to have ended. */
const listRequestTables = ({
  state,
}: Extract<SourceConfig, { kind: 'environment-requests' }>): FactTable[] =>
  state === undefined ? [] : ['provisioning_requests', 'steps']

async function* examineFolder({
  id,
  path,
}: Extract<SourceConfig, { kind: 'files' }>): AsyncGenerator<Examination> {
  const { files, failures } = await listFolder(id, path)
  for (const { entity, name } of files) {
    yield { what: name, fills: [entity.table], says: 'found', problem: null }
  }
  for (const { scope, failure } of failures) {
    const problem = { why: failure.message, todo: `rename it; ${COMMAND} template --list helps` }
    yield { what: scope, fills: [], says: '', problem }
  }
}

const FROM_DELIVERIES: readonly FactTable[] = [
  'deployments',
  'deployment_statuses',
  'changes',
  'tickets',
]

/** Nobody is asked: who may send, and what became of what was sent. */
async function* examineInbox(
  source: Extract<SourceConfig, { kind: 'github-webhook' | 'ingest' }>,
  { database }: Config,
  { now }: CollectorContext,
): AsyncGenerator<Examination> {
  const [tokens, outcomes] = await withDatabase(database, async (db) => {
    await migrateToLatest(db)
    return [await listTokens(db), await countOutcomes(db, source.id)] as const
  })
  yield source.kind === 'ingest'
    ? examineTokens(
        source,
        tokens.filter((token) => isValid(token, source.id, now())),
      )
    : examineSecret(source.secret)
  for (const { outcome, reason, count } of outcomes) {
    const what = outcome ?? 'waiting'
    const says = `${countOf(count, 'event')}${reason === null ? '' : `: ${reason}`}`
    const todo = 'the page /data lists each with its reason'
    const problem =
      outcome === 'refused' ? { why: `${countOf(count, 'event')} could not be read`, todo } : null
    yield { what, fills: [], says, problem }
  }
}

const isValid = (token: ApiToken, sourceId: string, now: Date) =>
  token.source_id === sourceId && token.revoked_at === null && token.expires_at > now.toISOString()

function examineTokens(source: IngestSource, tokens: readonly ApiToken[]): Examination {
  const what = 'tokens'
  if (tokens.length === 0) {
    const todo = `${COMMAND} token create --source <id> --scope <scope>`
    return { what, fills: [], says: '', problem: { why: 'nobody may send', todo } }
  }
  const scopes = [...new Set(tokens.flatMap((token) => token.scopes))].toSorted()
  const fills = scopes.flatMap((scope) => FROM_SCOPE[scope] ?? findSentEntity(scope)?.table ?? [])
  if (source.tickets && scopes.includes('cloudevents')) fills.push('tickets')
  const says = `${tokens.length} valid, for ${scopes.join(', ')}`
  return { what, fills: [...new Set(fills)], says, problem: null }
}

type IngestSource = Extract<SourceConfig, { kind: 'ingest' }>

const FROM_SCOPE: Readonly<Record<string, readonly FactTable[]>> = {
  cloudevents: ['deployments', 'incidents', 'changes'],
  flux: ['deployments'],
  argocd: ['deployments'],
}

function examineSecret(secret: string): Examination {
  const what = 'secret'
  try {
    readSecret(secret, process.env)
    return { what, fills: FROM_DELIVERIES, says: 'is there', problem: null }
  } catch (error) {
    if (!(error instanceof DesirepathError)) throw error
    const todo = 'the web server reads it from its environment, too'
    return { what, fills: [], says: '', problem: { why: error.message, todo } }
  }
}

async function* examineOpsgenie({
  id,
  path,
}: Extract<SourceConfig, { kind: 'opsgenie' }>): AsyncGenerator<Examination> {
  const { files, faults } = await listExports(id, path)
  if (files.length + faults.length === 0) {
    const todo = 'check path in the configuration; docs/sources/opsgenie.md tells how to export'
    const problem = { why: `no file .json in ${path}`, todo }
    yield { what: 'exports', fills: [], says: '', problem }
  }
  for (const { name, failure } of faults) {
    const problem = { why: failure.message, todo: 'export it again' }
    yield { what: name, fills: [], says: '', problem }
  }
  for (const file of files) {
    try {
      const incidents = await readExport(id, file)
      const says = countOf(incidents.length, 'incident')
      yield { what: file.name, fills: ['incidents'], says, problem: null }
    } catch (error) {
      if (!(error instanceof SourceError)) throw error
      const problem = { why: error.message, todo: 'export it again' }
      yield { what: file.name, fills: [], says: '', problem }
    }
  }
}
