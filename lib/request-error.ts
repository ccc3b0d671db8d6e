import { DesirepathError } from '#lib/errors.ts'

const TITLES = {
  400: 'Bad request',
  401: 'Unauthorised',
  403: 'Forbidden',
  404: 'Not found',
  408: 'Request timeout',
  409: 'Conflict',
  413: 'Content too large',
  415: 'Unsupported media type',
  422: 'Unprocessable content',
  429: 'Too many requests',
  503: 'Service unavailable',
} as const

type Status = keyof typeof TITLES

/** A fault as RFC 9457 tells it. */
interface Problem {
  readonly type: 'about:blank'
  readonly title: string
  readonly status: Status
  readonly detail: string
}

/** A request is refused; the message is for whom sent it, and tells no secret. */
export class RequestError extends DesirepathError {
  override readonly name = 'RequestError'
  readonly status: Status
  /** After how many seconds it may be tried again; null: as the status has it. */
  readonly retrySeconds: number | null

  constructor(
    status: Status,
    message: string,
    { retrySeconds, ...options }: ErrorOptions & { readonly retrySeconds?: number } = {},
  ) {
    super(message, options)
    this.status = status
    this.retrySeconds = retrySeconds ?? null
  }
}

/** Seconds after which it may be tried again. */
const RETRY_SECONDS: Partial<Record<Status, number>> = { 429: 60, 503: 5 }

/** The answer that tells a fault. */
export function problem(
  status: Status,
  detail: string,
  retrySeconds: number | null = null,
): Response {
  const body: Problem = { type: 'about:blank', title: TITLES[status], status, detail }
  const retry = retrySeconds ?? RETRY_SECONDS[status]
  const headers = {
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
    ...(retry !== undefined && { 'Retry-After': String(retry) }),
    ...(status === 401 && { 'WWW-Authenticate': 'Bearer' }),
  }
  return Response.json(body, { status, headers })
}
