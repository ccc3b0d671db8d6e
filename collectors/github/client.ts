import { createAppAuth } from '@octokit/auth-app'
import { Octokit } from '@octokit/core'
import { GraphqlResponseError } from '@octokit/graphql'
import { z } from 'zod'
import type { CollectorContext } from '#collectors/collector.ts'
import { signIn } from '#collectors/rest.ts'
import { backoffMs, PATIENCE, type Patience, pause } from '#lib/backoff.ts'
import { SourceError } from '#lib/errors.ts'
import { OutboundError, type OutboundLimits, openOutbound } from '#lib/outbound.ts'
import { tellFaults } from '#lib/shape-faults.ts'

/** How to sign in: a token, or a GitHub App that is installed in the organisation. */
export type GitHubAuth =
  | { readonly token: string }
  | { readonly appId: number; readonly installationId: number; readonly privateKey: string }

export interface GitHubClientOptions {
  readonly sourceId: string
  /** `https://api.github.com`, or `https://HOST/api/v3` of an Enterprise Server. */
  readonly baseUrl: string
  readonly privateNetwork: boolean
  /** Asked once a run. @throws {ConfigError} when there is no secret */
  readonly auth: () => GitHubAuth
  readonly limits?: Partial<OutboundLimits> | undefined
  readonly patience?: Partial<Patience> | undefined
}

/** What was answered, and what of it GitHub would not tell. */
export interface Answer<T> {
  readonly data: T
  readonly missing: readonly Missing[]
}

/** A part of an answer that GitHub would not tell. */
export interface Missing {
  /** The field, or the place in a list. */
  readonly field: string
  readonly message: string
}

type Variables = Readonly<Record<string, unknown>>

/** Reads of one organisation's GitHub. Failures are `SourceError`s without a secret. */
export interface GitHubClient {
  readonly query: <T>(
    shape: z.ZodType<T>,
    query: string,
    variables: Variables,
  ) => Promise<Answer<T>>
  /**
   * A query of `$pageSize` items. Asks for half as many when GitHub takes too long, remembers that
   * by `about`, and asks for more again as long as it works.
   */
  readonly queryPage: <T>(
    shape: z.ZodType<T>,
    query: string,
    variables: Variables,
    size: PageSize,
  ) => Promise<Answer<T>>
  /** Pages of a REST list, by its `Link` headers. */
  readonly listPages: <T>(
    shape: z.ZodType<T>,
    path: string,
    parameters: Variables,
  ) => AsyncGenerator<T>
  /** GitHub's clock at its last answer; null before the first. */
  readonly time: () => Date | null
  readonly close: () => Promise<void>
}

type ScopedDetails = Partial<Pick<ScopedError, 'missing' | 'status'>>

/** A failure of one thing, such as a repository that is hidden: the others may still be read. */
export class ScopedError extends SourceError {
  /** What was withheld, where that is why. */
  readonly missing: readonly Missing[]
  /** Of the answer by REST; null where there was none. */
  readonly status: number | null

  constructor(
    source: string,
    message: string,
    { missing = [], status = null, ...options }: ErrorOptions & ScopedDetails = {},
  ) {
    super(source, message, options)
    this.missing = missing
    this.status = status
  }
}

/** Points that are left to others who use the same sign-in. */
const RESERVE = 0.1
const LEAST_PAGE = 5

/** The caller closes it. */
export function openGitHub(
  options: GitHubClientOptions,
  { now, signal, progress }: Pick<CollectorContext, 'now' | 'signal' | 'progress'>,
): GitHubClient {
  const { sourceId, baseUrl, privateNetwork } = options
  const auth = signIn(sourceId, options.auth)
  const patience = { ...PATIENCE, ...options.patience }
  const outbound = openOutbound({
    allow: [{ url: baseUrl, privateNetwork }],
    secrets: 'token' in auth ? [auth.token] : [auth.privateKey],
    signal,
    now,
    waiting: (until, why) => progress(`${why}; waiting until ${until.toISOString()}`, 0, null),
    saysLimited,
    limits: options.limits,
    patience,
  })
  const budget = new Budget(sourceId)
  const observed = (ask: typeof outbound.fetch): typeof outbound.fetch => {
    return async (...request) => {
      budget.check(now())
      return budget.note(await ask(...request))
    }
  }
  const patient = { fetch: observed(outbound.fetch) }
  const once = { fetch: observed(outbound.fetchOnce) }
  const octokit = new Octokit({ baseUrl, request: patient, ...toSignIn(auth) })
  const fail = (error: unknown) => toSourceError(sourceId, error, outbound.redact)
  const ask = async <T>(
    shape: z.ZodType<T>,
    query: string,
    variables: Variables,
    request: typeof patient,
  ) => {
    const answer = await octokit
      .graphql<unknown>(query, { ...variables, request })
      .then((data) => ({ data, missing: [] }), usePart)
    return { ...answer, data: parseShape(sourceId, shape, answer.data) }
  }
  const sizes = new PageSizes()
  return {
    query: (shape, query, variables) =>
      ask(shape, query, variables, patient).catch((error: unknown) => {
        throw fail(error)
      }),
    queryPage: (shape, query, variables, size) =>
      askForLess((pageSize) => ask(shape, query, { ...variables, pageSize }, once), sizes, size, {
        patience,
        signal,
      }).catch((error: unknown) => {
        throw fail(error)
      }),
    async *listPages(shape, path, parameters) {
      const seen = new Set<string>()
      let next: string | null = `GET ${path}`
      let given: Variables = { per_page: 100, ...parameters }
      while (next !== null) {
        if (seen.has(next)) throw new SourceError(sourceId, `${path}: its pages go in circles`)
        seen.add(next)
        const { data, headers }: RestAnswer = await octokit
          .request(next, given)
          .catch((error: unknown) => {
            throw fail(error)
          })
        yield parseShape(sourceId, shape, data)
        next = findNext(headers['link'])
        given = {}
      }
    },
    time: () => budget.time,
    close: outbound.close,
  }
}

interface PageSize {
  readonly most: number
  readonly about: string
}

/** Asks for smaller and smaller pages while GitHub does not manage. */
async function askForLess<T>(
  ask: (pageSize: number) => Promise<T>,
  sizes: PageSizes,
  { most, about }: PageSize,
  { patience, signal }: { readonly patience: Patience; readonly signal: AbortSignal },
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await ask(sizes.of(about, most))
      sizes.worked(about, most)
      return answer
    } catch (error) {
      if (!isTooMuch(error) || attempt >= patience.tries) throw error
      sizes.failed(about, most)
      await pause(backoffMs(patience, attempt, Math.random()), signal)
      if (signal.aborted) throw error
    }
  }
}

interface RestAnswer {
  readonly data: unknown
  readonly headers: Readonly<Record<string, string | number | undefined>>
}

function findNext(link: string | number | undefined): string | null {
  const [, url] = /<([^>]+)>;\s*rel="next"/.exec(String(link ?? '')) ?? []
  return url === undefined ? null : `GET ${url}`
}

const toSignIn = (auth: GitHubAuth) =>
  'token' in auth ? { auth: auth.token } : { authStrategy: createAppAuth, auth }

const Limited = z.object({
  message: z.string().optional(),
  errors: z.array(z.object({ type: z.string().optional() })).optional(),
})

// https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
/** A used-up limit comes as a 200 in GraphQL, and as a 403 that only says so in REST. */
async function saysLimited(response: Response): Promise<boolean> {
  if (response.status !== 200 && response.status !== 403) return false
  const text = await response.text()
  if (!/rate.?limit/i.test(text)) return false
  const { data } = Limited.safeParse(JSON.parse(text))
  if (response.status === 403) return /rate limit/i.test(data?.message ?? '')
  return data?.errors?.some(({ type }) => type === 'RATE_LIMITED') ?? false
}

/** What is left of the hourly points, as GitHub told last. */
class Budget {
  time: Date | null = null
  readonly #sourceId: string
  #pausedUntil: Date | null = null

  constructor(sourceId: string) {
    this.#sourceId = sourceId
  }

  note(response: Response): Response {
    const { headers } = response
    const date = Date.parse(headers.get('date') ?? '')
    if (!Number.isNaN(date)) this.time = new Date(date)
    const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((name) =>
      Number(headers.get(`x-ratelimit-${name}`) ?? Number.NaN),
    )
    if (limit === undefined || remaining === undefined || reset === undefined) return response
    this.#pausedUntil = remaining < limit * RESERVE ? new Date(reset * 1000) : null
    return response
  }

  /** @throws {SourceError} when only the reserve is left: the next run goes on */
  check(now: Date): void {
    const until = this.#pausedUntil
    if (until === null || (this.time ?? now) >= until) return
    const left = 'only the reserve of the rate limit is left'
    throw new SourceError(this.#sourceId, `${left}; waiting until ${until.toISOString()}`)
  }
}

class PageSizes {
  readonly #sizes = new Map<string, number>()

  of(about: string, most: number): number {
    return this.#sizes.get(about) ?? most
  }

  failed(about: string, most: number): void {
    const half = Math.floor(this.of(about, most) / 2)
    this.#sizes.set(about, Math.max(Math.min(LEAST_PAGE, most), half))
  }

  worked(about: string, most: number): void {
    const size = this.#sizes.get(about)
    if (size !== undefined) this.#sizes.set(about, Math.min(most, Math.ceil(size * 1.25)))
  }
}

// https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
const TOO_MUCH: ReadonlySet<string> = new Set([
  'MAX_NODE_LIMIT_EXCEEDED',
  'RESOURCE_LIMITS_EXCEEDED',
])

/** Whether less might be answered: GitHub ran out of time, or there is too much. */
function isTooMuch(error: unknown): boolean {
  if (error instanceof GraphqlResponseError) {
    return error.errors?.some(({ type }) => !type || TOO_MUCH.has(type)) ?? false
  }
  const kind = findOutbound(error)?.kind
  return kind === 'failing' || kind === 'unreachable' || kind === 'too large'
}

function findOutbound(error: unknown): OutboundError | null {
  if (error instanceof OutboundError) return error
  return error instanceof Error && error.cause !== undefined ? findOutbound(error.cause) : null
}

const HIDDEN: ReadonlySet<string> = new Set(['NOT_FOUND', 'FORBIDDEN'])

/** One hidden repository of a hundred must not lose the others. */
function usePart(error: unknown): { data: unknown; missing: Missing[] } {
  if (!(error instanceof GraphqlResponseError)) throw error
  const { data, errors = [] } = error
  const isHidden = errors.length > 0 && errors.every(({ type }) => HIDDEN.has(type))
  const hasPart = Object.entries(data ?? {}).some(
    ([name, value]) => name !== 'rateLimit' && value !== null,
  )
  if (!isHidden || !hasPart) throw error
  return { data, missing: listMissing(errors) }
}

const listMissing = (
  errors: readonly { readonly path?: readonly unknown[]; readonly message: string }[],
): Missing[] => errors.map(({ path, message }) => ({ field: String(path?.at(-1)), message }))

/** @throws {ScopedError} when the value has another shape */
export function parseShape<T>(sourceId: string, shape: z.ZodType<T>, value: unknown): T {
  const { data, error } = shape.safeParse(value)
  if (error === undefined) return data as T // What the shape returned.
  throw new ScopedError(sourceId, `an answer of unknown shape: ${tellFaults(error)}`)
}

/** What fails of one thing. Whoever limits, redirects or refuses does so with everything. */
const ONE_THING: ReadonlySet<string> = new Set(['failing', 'unreachable', 'too large'])

function toSourceError(
  sourceId: string,
  error: unknown,
  redact: (text: string) => string,
): SourceError {
  if (error instanceof SourceError) return error
  const own = findSourceError(error)
  if (own) return own
  const outbound = findOutbound(error)
  if (outbound) {
    const Kind = ONE_THING.has(outbound.kind) ? ScopedError : SourceError
    return new Kind(sourceId, outbound.message, { cause: error })
  }
  if (error instanceof GraphqlResponseError) return toQueryError(sourceId, error, redact)
  const status = error instanceof Error && 'status' in error ? error.status : null
  if (typeof status !== 'number') throw error
  const message = redact((error as Error).message)
  if (status === 401) {
    return new SourceError(sourceId, `GitHub refuses the sign-in: ${message}`, { cause: error })
  }
  const why = status === 404 ? 'gone, or hidden from this sign-in' : `answers ${status}`
  return new ScopedError(sourceId, `${why}: ${message}`, { status, cause: error })
}

function findSourceError(error: unknown): SourceError | null {
  if (error instanceof SourceError) return error
  return error instanceof Error && error.cause !== undefined ? findSourceError(error.cause) : null
}

function toQueryError(
  sourceId: string,
  error: GraphqlResponseError<unknown>,
  redact: (text: string) => string,
): SourceError {
  const { errors = [] } = error
  const message = redact(errors.map((one) => `${one.type ?? 'error'}: ${one.message}`).join('; '))
  const isHidden = errors.every(({ type }) => HIDDEN.has(type))
  const missing = listMissing(errors)
  if (isHidden) {
    const why = `gone, or hidden from this sign-in: ${message}`
    return new ScopedError(sourceId, why, { cause: error, missing })
  }
  const Kind = isTooMuch(error) ? ScopedError : SourceError
  return new Kind(sourceId, message, { cause: error })
}
