import type { z } from 'zod'
import type { CollectorContext } from '#collectors/collector.ts'
import type { Patience } from '#lib/backoff.ts'
import { ConfigError, SourceError } from '#lib/errors.ts'
import { OutboundError, type OutboundLimits, openOutbound } from '#lib/outbound.ts'
import { tellFaults } from '#lib/shape-faults.ts'

/** What proves who asks. */
export interface SignIn {
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>
  /** What no message may contain. */
  readonly secrets: readonly string[]
}

export interface RestClientOptions {
  readonly sourceId: string
  readonly baseUrl: string
  readonly privateNetwork: boolean
  /** Asked once a run. @throws {ConfigError} when there is no secret */
  readonly signIn: () => SignIn
  readonly limits?: Partial<OutboundLimits> | undefined
  readonly patience?: Partial<Patience> | undefined
}

/** Who answers, in words. */
interface Service {
  readonly name: string
  /** Reads what a refusal says; null when it says nothing of use. */
  readonly explain: (body: unknown) => string | null
}

type Parameters = Readonly<Record<string, string | number | readonly string[] | undefined>>

/** Reads of a server that answers JSON. Failures are `SourceError`s without a secret. */
export interface RestClient {
  /** `path` begins with a slash, and is added to the base address. */
  readonly get: <T>(shape: z.ZodType<T>, path: string, parameters?: Parameters) => Promise<T>
  /** A question too long for an address. */
  readonly post: <T>(shape: z.ZodType<T>, path: string, body: object) => Promise<T>
  /** The other side's clock at its last answer; null before the first. */
  readonly time: () => Date | null
  readonly close: () => Promise<void>
}

/** An answer larger than a client takes: less may be asked for. */
export class TooLargeError extends SourceError {}

/** An answer that is not what it should be. */
export class ShapeError extends SourceError {}

/** The other side has no such thing, or hides it. */
class NotFoundError extends SourceError {}

/** Null of what was deleted since it was found, or is hidden. */
export const orNull = <T>(answer: Promise<T>): Promise<T | null> =>
  answer.catch((error: unknown) => {
    if (error instanceof NotFoundError) return null
    throw error
  })

/** The caller closes it. */
export function openRest(
  options: RestClientOptions,
  { name, explain }: Service,
  { now, signal, progress }: Pick<CollectorContext, 'now' | 'signal' | 'progress'>,
): RestClient {
  const { sourceId, baseUrl, privateNetwork, limits, patience } = options
  const { headers, secrets } = signIn(sourceId, options.signIn)
  const outbound = openOutbound({
    allow: [{ url: baseUrl, privateNetwork }],
    secrets,
    signal,
    now,
    waiting: (until, why) => progress(`${why}; waiting until ${until.toISOString()}`, 0, null),
    limits,
    patience,
  })
  let time: Date | null = null
  const refuse = async (response: Response, what: string) => {
    const said = explain(await response.json().catch(() => null))
    const why = said === null ? '' : `: ${outbound.redact(said)}`
    if (response.status === 401) {
      return new SourceError(sourceId, `${name} refuses the sign-in${why}`)
    }
    const Kind = response.status === 404 ? NotFoundError : SourceError
    return new Kind(sourceId, `${what}: answers ${response.status}${why}`)
  }
  const ask = async <T>(shape: z.ZodType<T>, url: URL, init: RequestInit): Promise<T> => {
    const given = { ...init, headers: { accept: 'application/json', ...headers, ...init.headers } }
    const response = await outbound.fetch(url, given).catch((error: unknown) => {
      throw toSourceError(sourceId, error)
    })
    const date = Date.parse(response.headers.get('date') ?? '')
    if (!Number.isNaN(date)) time = new Date(date)
    const what = `${init.method ?? 'GET'} ${url.pathname}`
    if (!response.ok) throw await refuse(response, what)
    const value: unknown = await response.json().catch(() => undefined)
    const { data, error } = shape.safeParse(value)
    if (error === undefined) return data as T // What the shape returned.
    throw new ShapeError(sourceId, `${what}: an answer of unknown shape: ${tellFaults(error)}`)
  }
  const toUrl = (path: string) => new URL(baseUrl.replace(/\/$/, '') + path)
  return {
    get: (shape, path, parameters = {}) => {
      const url = toUrl(path)
      for (const [key, value] of Object.entries(parameters)) {
        for (const one of [value ?? []].flat()) url.searchParams.append(key, String(one))
      }
      return ask(shape, url, {})
    },
    post: (shape, path, body) =>
      ask(shape, toUrl(path), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    time: () => time,
    close: outbound.close,
  }
}

/** What `read` gives. @throws {SourceError} when there is no secret */
export function signIn<Secret>(sourceId: string, read: () => Secret): Secret {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof ConfigError) throw new SourceError(sourceId, cause.message, { cause })
    throw cause
  }
}

function toSourceError(sourceId: string, error: unknown): unknown {
  if (!(error instanceof OutboundError)) return error
  const Kind = error.kind === 'too large' ? TooLargeError : SourceError
  return new Kind(sourceId, error.message, { cause: error })
}
