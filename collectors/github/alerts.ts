import { z } from 'zod'
import { type GitHubClient, ScopedError } from '#collectors/github/client.ts'
import { type PolicyFact, toStateOfRepository } from '#collectors/github/rule-suites.ts'
import { SourceError } from '#lib/errors.ts'
import { tellFaults } from '#lib/shape-faults.ts'

type Parameters = Readonly<Record<string, string | number | boolean>>

interface AlertKind {
  /** What is required, as `policy_evidence` calls it: that there is no open alert. */
  readonly id: string
  readonly place: string
  readonly permission: string
  readonly parameters: Parameters
  /** Reads how severe one is; null: GitHub does not rate them. */
  readonly severity: z.ZodType<string | null>
}

/** The worst first. */
const SEVERITIES = [
  'critical',
  'high',
  'error',
  'medium',
  'warning',
  'low',
  'note',
  'none',
] as const

/** With one of these the repository does not pass. */
const GRAVE: ReadonlySet<string> = new Set(['critical', 'high', 'error'])

const Severity = z.enum(SEVERITIES)

// https://docs.github.com/en/rest/dependabot/alerts
// https://docs.github.com/en/rest/code-scanning/code-scanning
// https://docs.github.com/en/rest/secret-scanning/secret-scanning
export const ALERTS: readonly AlertKind[] = [
  {
    id: 'github-dependabot-alerts',
    place: 'dependabot/alerts',
    permission: 'Dependabot alerts',
    parameters: { state: 'open' },
    severity: z
      .object({ security_vulnerability: z.object({ severity: Severity }) })
      .transform((alert) => alert.security_vulnerability.severity),
  },
  {
    id: 'github-code-scanning-alerts',
    place: 'code-scanning/alerts',
    permission: 'Code scanning alerts',
    parameters: { state: 'open' },
    severity: z
      .object({
        rule: z.object({
          security_severity_level: Severity.nullish(),
          severity: Severity.nullish(),
        }),
      })
      .transform(({ rule }) => rule.security_severity_level ?? rule.severity ?? 'none'),
  },
  {
    id: 'github-secret-scanning-alerts',
    place: 'secret-scanning/alerts',
    permission: 'Secret scanning alerts',
    // Whether there is one is all that is looked at; the secret itself is not asked for.
    parameters: { state: 'open', hide_secret: true, per_page: 1 },
    severity: z.unknown().transform(() => null),
  },
]

const MOST_PAGES = 10
/** Repositories whose alerts are hidden in one run; then it is not theirs. */
const MOST_HIDDEN = 3
const DAY_MS = 24 * 60 * 60_000

/** By requirement, when the alerts were read and what came of it. */
export const KnownAlerts = z.record(
  z.string(),
  z.object({ readAt: z.string(), result: z.string(), severity: z.string().nullable() }),
)
export type KnownAlerts = z.output<typeof KnownAlerts>

interface Finding {
  readonly result: 'pass' | 'fail' | 'warn' | 'skip' | 'inconclusive'
  readonly severity: string | null
}

export interface AlertsOfRepository {
  /** GitHub's node id. */
  readonly node: string
  readonly repositoryId: string
  readonly nameWithOwner: string
  readonly isArchived: boolean
  readonly known: KnownAlerts
  readonly now: Date
}

export interface ReadAlerts {
  readonly known: KnownAlerts
  /** What is another than it was. */
  readonly facts: readonly PolicyFact[]
  /** What cannot be read, and why. */
  readonly faults: readonly string[]
}

/** Open alerts of an organisation, as one run reads them. */
export class Alerts {
  readonly #sourceId: string
  readonly #client: GitHubClient
  readonly #hidden = new Map<AlertKind, ScopedError[]>()

  constructor(sourceId: string, client: GitHubClient) {
    this.#sourceId = sourceId
    this.#client = client
  }

  /** Each kind once a day. */
  async read(repository: AlertsOfRepository): Promise<ReadAlerts> {
    const facts: PolicyFact[] = []
    const faults: string[] = []
    let { known } = repository
    for (const kind of ALERTS.filter((one) => isDue(one, repository))) {
      const found = await this.#find(kind, repository)
      if (typeof found === 'string') faults.push(found)
      else if (found !== null) {
        facts.push(...toNews(kind, repository, found))
        known = { ...known, [kind.id]: { readAt: repository.now.toISOString(), ...found } }
      }
    }
    return { known, facts, faults }
  }

  /** Null: hidden. Text: why it cannot be read. */
  async #find(kind: AlertKind, repository: AlertsOfRepository): Promise<Finding | string | null> {
    const hidden = this.#hidden.get(kind) ?? []
    if (hidden.length >= MOST_HIDDEN || hidden.some(({ status }) => status === 403)) return null
    try {
      return await this.#ask(kind, repository)
    } catch (error) {
      if (!(error instanceof ScopedError) || error.status === null) throw error
      // Nobody looks for such alerts there.
      if (isOff(error)) return { result: 'skip', severity: null }
      this.#hidden.set(kind, [...hidden, error])
      return null
    }
  }

  async #ask(
    { place, parameters, severity }: AlertKind,
    { nameWithOwner }: AlertsOfRepository,
  ): Promise<Finding | string> {
    const path = `/repos/${nameWithOwner}/${place}`
    const found: (string | null)[] = []
    let pages = 0
    for await (const page of this.#client.listPages(z.array(z.unknown()), path, parameters)) {
      if (pages === MOST_PAGES) return { result: 'inconclusive', severity: worstOf(found) }
      const { data, error } = z.array(severity).safeParse(page)
      if (error) return `${place}: ${tellFaults(error)}`
      found.push(...data)
      pages += 1
      const isDecided = found.some((one) => one === null || one === SEVERITIES[0])
      if (isDecided || (pages === MOST_PAGES && toFinding(found).result === 'fail')) break
    }
    return toFinding(found)
  }

  /** What could not be read; null when all could. */
  failure(): SourceError | null {
    const [first] = [...this.#hidden.values()].flat()
    if (first === undefined) return null
    const permissions = [...this.#hidden.keys()].map(({ permission }) => permission)
    const message = `open alerts are hidden from this sign-in and left out: ${first.message}; give it ${permissions.join(', ')}, read-only, or leave alerts out`
    return new SourceError(this.#sourceId, message, { cause: first })
  }
}

/** Nobody looks after what is archived. */
function isDue({ id }: AlertKind, { isArchived, known, now }: AlertsOfRepository): boolean {
  const readAt = known[id]?.readAt
  return !isArchived && (readAt === undefined || now.getTime() - Date.parse(readAt) >= DAY_MS)
}

/** Nothing where it is as it was. */
function toNews(
  { id: requirement }: AlertKind,
  repository: AlertsOfRepository,
  { result, severity }: Finding,
): PolicyFact[] {
  const former = repository.known[requirement]
  if (former?.result === result && former.severity === severity) return []
  return [toStateOfRepository({ ...repository, what: 'alerts', requirement, result, severity })]
}

/** The answer is the same as to a sign-in that may not see them, but for its words. */
export const isOff = (error: unknown) =>
  error instanceof ScopedError &&
  /disabled|not enabled|must be enabled|no analysis found/i.test(error.message)

const worstOf = (severities: readonly (string | null)[]) =>
  SEVERITIES.find((one) => severities.includes(one)) ?? null

function toFinding(severities: readonly (string | null)[]): Finding {
  if (severities.length === 0) return { result: 'pass', severity: null }
  const severity = worstOf(severities)
  return { result: severity === null || GRAVE.has(severity) ? 'fail' : 'warn', severity }
}
