import { readFileSync } from 'node:fs'
import {
  buildASTSchema,
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLError,
  parse,
  validate,
} from 'graphql'
import type { Fault } from '#test/support/faults.ts'
import { costOf } from '#test/support/github/cost.ts'
import { toRoot } from '#test/support/github/resolvers.ts'
import { answerRest } from '#test/support/github/rest.ts'
import type { World } from '#test/support/github/store.ts'
import { type Answered, type Asked, type LocalApi, startLocalApi } from '#test/support/local-api.ts'

export interface LocalGitHub extends LocalApi {
  readonly world: World
  /** As for GitHub Enterprise Server: `http://127.0.0.1:<port>/api/v3`. */
  readonly baseUrl: string
  readonly token: string
  /** Points left in this hour; null while nobody counts. */
  remaining: number | null
  /** Told the variables of every query that is answered. */
  sawVariables: (variables: Readonly<Record<string, unknown>>) => void
  /** Of which queries, by name and variables, it runs out of time. */
  runsOutOfTime: (name: string, variables: Readonly<Record<string, unknown>>) => boolean
  /** Since it started. */
  readonly counts: { requests: number; points: number; byQuery: Record<string, number> }
}

// The published schema defines two fields twice, so it is not valid as it is.
const schema = buildASTSchema(
  parse(
    readFileSync(
      new URL('./schema.graphql', import.meta.resolve('@octokit/graphql-schema')),
      'utf8',
    ),
    { noLocation: true },
  ),
  { assumeValidSDL: true, assumeValid: true },
)

const MOST_NODES = 500_000
const POINTS_AN_HOUR = 5000
const TOKEN = 'local-token'

/** A GitHub on this machine that executes GitHub's own schema over `world`. The caller closes it. */
export async function startGitHub(world: World): Promise<LocalGitHub> {
  const api = await startLocalApi((asked) => answer(github, asked))
  const github: LocalGitHub = Object.assign(api, {
    world,
    baseUrl: `${api.url}/api/v3`,
    token: TOKEN,
    remaining: null,
    sawVariables: () => {},
    runsOutOfTime: () => false,
    counts: Object.assign(api.counts, { points: 0, byQuery: {} }),
  })
  return github
}

function answer(github: LocalGitHub, { url, authorization, body }: Asked): Answered {
  if (/\/app\/installations\/\d+\/access_tokens$/.test(url.pathname)) {
    return answerInstallation(github, authorization)
  }
  if (!/^(?:token|bearer) /i.test(authorization) || !authorization.endsWith(github.token)) {
    return { status: 401, value: { message: 'Bad credentials' } }
  }
  if (url.pathname === '/api/graphql') return answerQuery(github, body)
  return answerRest(github.world, url) ?? { status: 404, value: { message: 'Not Found' } }
}

/** A signed app gets a token for an hour; who signed is not checked. */
function answerInstallation({ token }: LocalGitHub, authorization: string): Answered {
  if (!/^bearer [\w-]+\.[\w-]+\.[\w-]+$/i.test(authorization)) {
    return { status: 401, value: { message: 'A JSON web token could not be decoded' } }
  }
  const expires_at = new Date(Date.now() + 3_600_000).toISOString()
  const value = { token, expires_at, permissions: {}, repository_selection: 'all' }
  return { status: 201, value }
}

const documents = new Map<string, DocumentNode | GraphQLError[]>()

/** Parsed and found valid, or the faults. */
function read(query: string): DocumentNode | GraphQLError[] {
  const known = documents.get(query)
  if (known) return known
  const document = parse(query)
  const faults = validate(schema, document)
  const result = faults.length > 0 ? [...faults] : document
  documents.set(query, result)
  return result
}

function answerQuery(github: LocalGitHub, body: string): Answered {
  const { query, variables = {} } = JSON.parse(body) as {
    query: string
    variables?: Record<string, unknown>
  } // As the client sends.
  github.sawVariables(variables)
  const [, name = ''] = /query (\w+)/.exec(query) ?? []
  if (github.runsOutOfTime(name, variables)) return { status: 502, value: { message: 'no time' } }
  const document = read(query)
  if (Array.isArray(document)) {
    return { status: 200, value: { errors: document.map(({ message }) => ({ message })) } }
  }
  const { nodes, points } = costOf(document, variables)
  if (nodes > MOST_NODES) {
    const message = `This query requests up to ${nodes} nodes which exceeds the limit.`
    return { status: 200, value: { errors: [{ type: 'MAX_NODE_LIMIT_EXCEEDED', message }] } }
  }
  github.counts.points += points
  github.counts.byQuery[name] = (github.counts.byQuery[name] ?? 0) + 1
  if (github.remaining !== null) github.remaining -= points
  const remaining = github.remaining ?? POINTS_AN_HOUR
  const reset = new Date(github.clock().getTime() + 3_600_000)
  const rateLimit = { cost: points, remaining, resetAt: reset.toISOString(), nodeCount: nodes }
  const result = execute({
    schema,
    document,
    rootValue: { ...toRoot(github.world), rateLimit },
    variableValues: variables,
  }) as ExecutionResult // No resolver is asynchronous.
  return {
    status: 200,
    value: toJson(result),
    headers: {
      'x-ratelimit-limit': String(POINTS_AN_HOUR),
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-reset': String(Math.floor(reset.getTime() / 1000)),
    },
  }
}

/** GitHub tells the type of an error beside its message. */
function toJson({ data, errors }: ExecutionResult) {
  if (!errors) return { data }
  return {
    data,
    errors: errors.map(({ message, path, extensions }) => ({
      type: extensions['type'],
      path,
      message,
    })),
  }
}

/** The answer with the place at `path` withheld, as for what nobody may see. */
export const withheld = (path: readonly (string | number)[]): Fault => ({
  change: (answer) => {
    const whole = structuredClone(answer) as { data: Record<string, unknown>; errors?: unknown[] }
    let place: Record<string | number, unknown> = whole.data
    for (const step of path.slice(0, -1)) place = place[step] as Record<string | number, unknown>
    place[path.at(-1) ?? ''] = null
    whole.errors = [{ type: 'NOT_FOUND', path, message: 'Could not resolve to a Repository.' }]
    return whole
  },
})
