import type {
  StoredDeploymentReview,
  StoredRepository,
  StoredRun,
  World,
} from '#test/support/github/store.ts'

interface RestAnswer {
  readonly status: number
  readonly value: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** The parts of GitHub's REST interface that GraphQL lacks; null for another address. */
export function answerRest(world: World, url: URL): RestAnswer | null {
  const path = url.pathname.replace(/^\/api\/v3/, '')
  const org = `/orgs/${world.org}`
  if (path === `${org}/properties/values`) return toPage(url, listProperties(world), (page) => page)
  if (path === `${org}/rulesets/rule-suites`) {
    return toPage(url, listRuleSuites(world, url), (page) => page)
  }
  const refusal = world.refused.find((one) => one.path.test(path))
  if (refusal) return { status: refusal.status, value: { message: 'Resource not accessible' } }
  const [, name, rest = ''] = new RegExp(`^/repos/${world.org}/([^/]+)/(.*)$`).exec(path) ?? []
  const repository = world.repositories.find((one) => one.name === name)
  return repository ? answerRepository(world, repository, rest, url) : null
}

function answerRepository(
  world: World,
  repository: StoredRepository,
  rest: string,
  url: URL,
): RestAnswer | null {
  if (rest === 'actions/runs') return answerRuns(world, repository, url)
  if (rest.endsWith('/alerts')) return answerAlerts(repository, rest, url)
  if (rest === 'environments') return answerEnvironments(repository, url)
  const [, id, part] = /^actions\/runs\/(\d+)(?:\/(approvals|attempts\/\d+))?$/.exec(rest) ?? []
  const run = repository.runs.find((one) => String(one.id) === id)
  if (run === undefined) return null
  if (part === 'approvals') return { status: 200, value: run.reviews.map(toReview) }
  const number = Number(part?.replace('attempts/', '') ?? run.attempts)
  return { status: 200, value: toAttempt(world, repository.name, run, number) }
}

function answerAlerts(
  { alerts, codeAlerts, secretAlerts }: StoredRepository,
  rest: string,
  url: URL,
): RestAnswer | null {
  const ofDependencies = alerts.map(({ number, severity }) => ({
    number,
    state: 'open',
    security_vulnerability: { severity: severity.toLowerCase().replace('moderate', 'medium') },
  }))
  const lists: Record<string, object[] | null> = {
    'dependabot/alerts': ofDependencies,
    'code-scanning/alerts': codeAlerts,
    'secret-scanning/alerts': secretAlerts,
  }
  const list = lists[rest]
  if (list) return toPage(url, list, (page) => page)
  const message = 'This feature is disabled on this repository.'
  return list === null ? { status: 404, value: { message } } : null
}

const answerEnvironments = ({ environments }: StoredRepository, url: URL) =>
  toPage(url, environments, (page) => ({ total_count: environments.length, environments: page }))

const toReview = ({ state, environment, user }: StoredDeploymentReview) => ({
  state,
  comment: 'Ship it!',
  environments: [{ id: 1, name: environment }],
  user: user && { login: user.login, type: user.kind },
})

function listProperties({ org, repositories, properties }: World) {
  return repositories.map(({ name, databaseId }) => ({
    repository_id: databaseId,
    repository_name: name,
    repository_full_name: `${org}/${name}`,
    properties: Object.entries(properties[name] ?? {}).map(([property_name, value]) => ({
      property_name,
      value,
    })),
  }))
}

function listRuleSuites({ org, ruleSuites, repositories }: World, url: URL) {
  const wanted = url.searchParams.get('rule_suite_result') ?? 'all'
  return ruleSuites
    .filter(({ result }) => wanted === 'all' || wanted === result)
    .toSorted((a, b) => (a.pushedAt < b.pushedAt ? 1 : -1))
    .map(({ id, repository, pushedAt, result, actor }) => ({
      id,
      actor_id: 1,
      actor_name: actor,
      before_sha: '0'.repeat(40),
      after_sha: '1'.repeat(40),
      ref: 'refs/heads/main',
      repository_id: repositories.find(({ name }) => name === repository)?.databaseId ?? 0,
      repository_name: `${org}/${repository}`,
      pushed_at: pushedAt,
      result,
      evaluation_result: result,
    }))
}

const MOST_RUNS = 1000

/** With any filter GitHub gives at most 1,000 results, whatever `total_count` says. */
function answerRuns(world: World, { name, runs }: StoredRepository, url: URL): RestAnswer {
  const [from = '', to = ''] = url.searchParams.get('created')?.split('..') ?? []
  const found = runs
    .filter(({ createdAt }) => isWithin(Date.parse(createdAt), from, to))
    .toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
  const shown = found.slice(0, MOST_RUNS).map((run) => toRun(world, name, run))
  return toPage(url, shown, (page) => ({ total_count: found.length, workflow_runs: page }))
}

/** Both ends are in it. */
const isWithin = (at: number, from: string, to: string) =>
  (from === '' || at >= Date.parse(from)) && (to === '' || at <= Date.parse(to))

/** Attempt `number` of a run that failed until it was done at last. */
const toAttempt = (world: World, name: string, run: StoredRun, number: number) => ({
  ...toRun(world, name, run),
  ...(number < run.attempts && { status: 'completed', conclusion: 'failure' }),
  run_attempt: number,
})

const toRun = ({ org }: World, name: string, run: StoredRun) => ({
  id: run.id,
  name: run.path,
  path: run.path,
  event: 'push',
  head_sha: '2'.repeat(40),
  status: run.status,
  conclusion: run.conclusion,
  created_at: run.createdAt,
  updated_at: run.updatedAt,
  run_started_at: run.createdAt,
  run_attempt: run.attempts,
  html_url: `https://github.example/${org}/${name}/actions/runs/${run.id}`,
  actor: { login: 'robin', type: 'User' },
  referenced_workflows: run.referenced.map((path) => ({ path, sha: '3'.repeat(40), ref: null })),
})

/** Pages by number, the next one in the `Link` header. */
function toPage<T>(
  url: URL,
  items: readonly T[],
  wrap: (page: readonly T[]) => unknown,
): RestAnswer {
  const size = Number(url.searchParams.get('per_page') ?? 30)
  const number = Number(url.searchParams.get('page') ?? 1)
  const page = items.slice((number - 1) * size, number * size)
  const next = new URL(url)
  next.searchParams.set('page', String(number + 1))
  const hasNext = items.length > number * size
  return {
    status: 200,
    value: wrap(page),
    ...(hasNext && { headers: { link: `<${next}>; rel="next"` } }),
  }
}
