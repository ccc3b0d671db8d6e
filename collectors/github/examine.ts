import { matchesGlob } from 'node:path'
import { z } from 'zod'
import type { CollectorContext, Examination } from '#collectors/collector.ts'
import { ALERTS, isOff } from '#collectors/github/alerts.ts'
import { BRANCH_RULES } from '#collectors/github/branch-rules.ts'
import { type GitHubClient, openGitHub } from '#collectors/github/client.ts'
import type { GitHubCollectorOptions } from '#collectors/github/collector.ts'
import { deploymentsQuery } from '#collectors/github/deployments.ts'
import { TAGS } from '#collectors/github/file-history.ts'
import { ISSUES } from '#collectors/github/issues.ts'
import { OWNER_FILES } from '#collectors/github/owner-files.ts'
import { Connection, readAll } from '#collectors/github/pages.ts'
import { PULL_REQUESTS } from '#collectors/github/pull-requests.ts'
import { repositoriesQuery } from '#collectors/github/repositories.ts'
import { listRuleSuites } from '#collectors/github/rule-suites.ts'
import { listRunPaths } from '#collectors/github/runs.ts'
import { readProperty, readTeams } from '#collectors/github/teams.ts'
import { SourceError } from '#lib/errors.ts'

const ListAnswer = z.object({ organization: z.object({ list: Connection }) })
const Listed = z.object({ nameWithOwner: z.string() })
const Anything = z.object({ repository: z.looseObject({}) })

/**
 * Asks for a little of everything that a run would read, and stores nothing.
 *
 * @throws {SourceError} when not even the repositories can be listed
 */
export async function* examineGitHub(
  options: GitHubCollectorOptions,
  context: CollectorContext,
): AsyncGenerator<Examination> {
  const client = openGitHub(options, context)
  try {
    const names = await listNames(client, options)
    const wanted = names.filter((name) =>
      options.repositories.some((glob) => matchesGlob(name.replace(/^.*\//, ''), glob)),
    )
    const says = `${names.length} seen, ${wanted.length} to be read`
    const todo = 'check repositories in the configuration, and to which the sign-in has access'
    const problem = wanted.length > 0 ? null : { why: 'none is to be read', todo }
    yield { what: 'repositories', fills: ['repositories', 'services'], says, problem }
    for (const trial of listTrials(client, options, wanted[0])) {
      yield await attempt(trial)
    }
  } finally {
    await client.close()
  }
}

async function listNames(
  client: GitHubClient,
  { sourceId, org }: GitHubCollectorOptions,
): Promise<string[]> {
  const size = { most: 100, about: 'repositories' }
  const nodes = await readAll(sourceId, async (cursor) => {
    const { data } = await client.queryPage(
      ListAnswer,
      repositoriesQuery([]),
      { org, cursor },
      size,
    )
    return data.organization.list
  })
  return nodes.flatMap((node) => Listed.safeParse(node).data?.nameWithOwner ?? [])
}

interface Trial extends Pick<Examination, 'what' | 'fills'> {
  /** The permission that is missing when it fails. */
  readonly permission: string
  readonly ask: () => Promise<string>
}

async function attempt({ what, fills, permission, ask }: Trial): Promise<Examination> {
  try {
    return { what, fills, says: await ask(), problem: null }
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    const todo = `give the sign-in ${permission}, read-only`
    return { what, fills, says: '', problem: { why: error.message, todo } }
  }
}

function listTrials(
  client: GitHubClient,
  options: GitHubCollectorOptions,
  sample: string | undefined,
): Trial[] {
  const { sourceId, org, ownerProperty, tickets, incidents, paths, ruleSuites } = options
  const ofOrganisation: Trial[] = [
    {
      what: 'teams',
      fills: ['teams', 'service_owners'],
      permission: 'the organisation permission Members',
      ask: async () => `${(await readTeams(client, { sourceId, org })).facts.length} seen`,
    },
  ]
  if (ownerProperty !== undefined) {
    ofOrganisation.push({
      what: `custom property ${ownerProperty}`,
      fills: ['service_owners'],
      permission: 'the organisation permission Custom properties',
      ask: async () => {
        const values = await readProperty(client, org, ownerProperty)
        return `set in ${Object.keys(values).length} repositories`
      },
    })
  }
  if (ruleSuites) {
    ofOrganisation.push({
      what: 'rule suites',
      fills: ['policy_evidence'],
      permission: 'the organisation permission Administration',
      ask: async () => {
        const wanted = { period: 'day', toSubject: (_id: number, name: string) => name }
        const { value = [] } = await listRuleSuites(client, org, wanted).next()
        return `${value.length} pushes in a day, or more`
      },
    })
  }
  if (sample === undefined) return ofOrganisation
  const ofSample = (query: string) => () => askSample(client, sourceId, sample, query)
  const issues = { permission: 'Issues', ask: ofSample(ISSUES) }
  return [
    ...ofOrganisation,
    {
      what: 'owner files',
      fills: ['service_owners'],
      permission: 'Contents',
      ask: ofSample(OWNER_FILES),
    },
    ...(paths.length > 0
      ? [
          {
            what: 'files of golden paths',
            fills: ['usage_evidence', 'path_versions', 'repository_attributes'] as const,
            permission: 'Contents',
            ask: ofSample(TAGS),
          },
        ]
      : []),
    {
      what: 'merged pull requests',
      fills: ['changes'],
      permission: 'Pull requests',
      ask: ofSample(PULL_REQUESTS),
    },
    {
      what: 'deployments',
      fills: ['deployments', 'deployment_statuses'],
      permission: 'Deployments',
      ask: ofSample(deploymentsQuery(false)),
    },
    ...listBesides(client, options, sample),
    ...(tickets ? [{ ...issues, what: 'issues as tickets', fills: ['tickets'] as const }] : []),
    ...(incidents
      ? [{ ...issues, what: 'issues as incidents', fills: ['incidents'] as const }]
      : []),
  ]
}

/** What is read only where it is asked for. */
function listBesides(
  client: GitHubClient,
  { sourceId, paths, approvals, branchRules, runs, alerts }: GitHubCollectorOptions,
  sample: string,
): Trial[] {
  const askRest = async (place: string, parameters = {}) => {
    const asked = { ...parameters, per_page: 1 }
    await client.listPages(z.unknown(), `/repos/${sample}/${place}`, asked).next()
    return `tried with ${sample}`
  }
  const ofRuns: Trial = {
    what: 'runs of golden paths',
    fills: ['path_attempts'],
    permission: 'Actions',
    ask: () => askRest('actions/runs'),
  }
  const ofRules: Trial = {
    what: 'rules of the default branch',
    fills: ['policy_evidence', 'mandates'],
    permission: 'Contents and Administration',
    ask: () => askSample(client, sourceId, sample, BRANCH_RULES),
  }
  const ofApprovals: Trial = {
    what: 'approvals of deployments',
    fills: ['policy_evidence'],
    permission: 'Actions',
    ask: () => askRest('environments'),
  }
  const ofAlerts = ALERTS.map(
    ({ id, place, permission, parameters }): Trial => ({
      what: id.replaceAll('-', ' '),
      fills: ['policy_evidence'],
      permission,
      ask: () =>
        askRest(place, parameters).catch((error: unknown) => {
          if (isOff(error)) return `switched off in ${sample}`
          throw error
        }),
    }),
  )
  return [
    ...(runs && listRunPaths(paths).length > 0 ? [ofRuns] : []),
    ...(branchRules ? [ofRules] : []),
    ...(approvals ? [ofApprovals] : []),
    ...(alerts ? ofAlerts : []),
  ]
}

/** @throws {SourceError} also when only a part of the answer is hidden */
async function askSample(
  client: GitHubClient,
  sourceId: string,
  sample: string,
  query: string,
): Promise<string> {
  const [owner, name] = sample.split('/')
  const asked = { owner, name, cursor: null, pageSize: 1 }
  const { missing } = await client.query(Anything, query, asked)
  const [hidden] = missing
  if (hidden) throw new SourceError(sourceId, `${hidden.field}: ${hidden.message}`)
  return `tried with ${sample}`
}
