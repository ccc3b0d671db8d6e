import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { COMMAND } from '#lib/command.ts'
import { Duration } from '#lib/duration.ts'
import { RequestRules } from '#lib/environment-request.ts'
import { TIER_RULES } from '#lib/environment-tier.ts'
import { ConfigError, MissingConfigError } from '#lib/errors.ts'
import { GoldenPathRules, Moment } from '#lib/golden-path.ts'
import { IssueIncidentRule, OpsgenieRule, PagerDutyRule } from '#lib/incident-rules.ts'
import { isNameTemplate } from '#lib/name-template.ts'
import { PolicyRequirements } from '#lib/policy-requirement.ts'
import { REMOVABLE } from '#lib/removable.ts'
import { SecretReference } from '#lib/secret.ts'
import { SurveyProfiles } from '#lib/survey-profile.ts'
import { EventTicketRule, JiraTicketRule, TicketRule } from '#lib/ticket-rules.ts'
import { Timezone } from '#lib/timezone.ts'
import { parseYaml, valueAt } from '#lib/yaml-faults.ts'

export type Environment = Readonly<Record<string, string | undefined>>

const text = z.string().min(1, 'expected a text that is not empty')
const Id = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]*$/i, 'expected letters, digits, dots, dashes and underscores')

const Organisation = z.strictObject({
  name: text,
  /** For display and schedules; weeks and days are cut in UTC. */
  timezone: Timezone.default('UTC'),
  /** Month in which the fiscal year begins, which bears the number of the year that it ends in. */
  fiscalYearStart: z.int().min(1).max(12).default(1),
  /** Everything shown is made up, and every page says so. */
  demonstration: z.boolean().default(false),
})

const DatabasePath = text
  .refine((path) => !/^postgres(ql)?:/.test(path), {
    error: 'PostgreSQL is not supported yet: expected the path of a file',
  })
  .default('./data/desirepath.db')

const ServerAddress = z.url({
  protocol: /^https?$/,
  error: 'expected an address such as https://HOST',
})

const FilesCatalog = z.strictObject({
  source: z.literal('files'),
  path: text,
  every: Duration.optional(),
})

const BackstageCatalog = z.strictObject({
  source: z.literal('backstage'),
  /** Of its backend, without `/api/catalog`. */
  baseUrl: ServerAddress,
  /** A static token of external access; of what it may read, see docs/sources/backstage.md. */
  token: SecretReference,
  /** The server lies in a private network; without this it is not asked there. */
  privateNetwork: z.boolean().default(false),
  every: Duration.optional(),
})

const Catalog = z.discriminatedUnion('source', [FilesCatalog, BackstageCatalog])

const Mandate = z.strictObject({
  id: Id.optional(),
  kind: z.enum(['interface', 'outcome']),
  announced: Moment,
  effective: Moment,
  ended: Moment.optional(),
  scope: z
    .union([z.literal('all'), z.array(text).min(1)], {
      error: 'expected all, or a list of team ids',
    })
    .default('all'),
})

const GoldenPath = z.strictObject({
  id: Id,
  name: text,
  capability: text.optional(),
  owner: text.optional(),
  description: text.optional(),
  availableSince: Moment,
  deprecatedOn: z.iso.date('expected a day such as 2026-01-31').optional(),
  ...GoldenPathRules.shape,
  /** A register, even an empty one: without it nobody can say which adoptions were free. */
  mandates: z.array(Mandate).optional(),
})

/** `https://host/name` or `user@host:name`: nothing is cloned, and an address may hold a secret. */
const isAddress = (path: string) => /^[a-z][a-z+]+:\/\//i.test(path) || /^[^/]+@[^/]+:/.test(path)

/** Folders of clones or bare mirrors; `*` stands for part of a name. */
const Clones = z
  .union([text.transform((one) => [one]), z.array(text).min(1)], {
    error: 'expected a folder of clones such as ./clones/*, or a list of them',
  })
  .refine((paths) => !paths.some(isAddress), {
    error: 'expected folders on this machine; git clone --mirror makes one of an address',
  })

/** People or machines, as the source calls them. */
const Accounts = z.array(text).default([])

const GitSource = z.strictObject({
  id: Id,
  kind: z.literal('git'),
  repositories: Clones,
  every: Duration.optional(),
  /** Tags that stand for deployments. */
  releases: z.array(z.strictObject({ tags: text, environment: text })).default([]),
  /** Author names of bots, besides the well-known ones. */
  bots: Accounts,
})

/** The time for which files are complete. Without it nothing counts as covered. */
const Covers = z
  .strictObject({ from: Moment, to: Moment.optional() })
  .refine(({ from, to }) => to === undefined || to > from, {
    path: ['to'],
    error: 'expected a time after from',
  })
  .optional()

const FilesSource = z.strictObject({
  id: Id,
  kind: z.literal('files'),
  path: text,
  covers: Covers,
  /** Files of events that hold all there is: what vanishes from one was removed at its source. */
  complete: z.array(z.enum(REMOVABLE)).optional(),
  every: Duration.optional(),
})

const EnvironmentRequestsSource = z.strictObject({
  id: Id,
  kind: z.literal('environment-requests'),
  repositories: Clones,
  every: Duration.optional(),
  /** Globs of the request files, from the root of a repository. */
  files: z
    .array(text)
    .min(1)
    .default(['**/environment-request*.yaml', '**/environment-request*.yml']),
  /** The one that requests go by. */
  goldenPath: Id.optional(),
  rules: RequestRules.prefault({}),
  /** Where a file says what became of it; without this nobody knows when it was usable. */
  state: z
    .strictObject({
      /** Keys joined by dots. */
      field: text,
      usable: z.array(text).min(1),
      failed: z.array(text).default([]),
      rejected: z.array(text).default([]),
    })
    .optional(),
  /** Author names or addresses of bots, besides the well-known ones. */
  bots: Accounts,
  /** Author names or addresses of people of the platform team. */
  platform: Accounts,
})

const SurveysSource = z.strictObject({
  id: Id,
  kind: z.literal('surveys'),
  /** Folder of CSV exports. */
  path: text,
  every: Duration.optional(),
  surveys: SurveyProfiles,
})

const PolicyResultsSource = z.strictObject({
  id: Id,
  kind: z.literal('policy-results'),
  /** Folder of what tools wrote. */
  path: text,
  every: Duration.optional(),
  covers: Covers,
  /** Files of public keys (PEM) of builders whose attestations are trusted. */
  keys: z.array(text).default([]),
  requirements: PolicyRequirements.default([]),
})

const Globs = z.array(text).min(1)

/** Tier of an environment by its name, the first that matches; null: it is none of a service. */
const Environments = z
  .array(z.strictObject({ match: text, tier: text.nullable() }))
  .default([...TIER_RULES])

const GitHubSource = z
  .strictObject({
    id: Id,
    kind: z.literal('github'),
    org: z.string().regex(/^[\w-]+$/, 'expected the name of an organisation, as in its address'),
    every: Duration.optional(),
    /** A fine-grained token; of what it may read, see docs/sources/github.md. */
    token: SecretReference.optional(),
    /** A GitHub App that is installed in the organisation, instead of a token. */
    app: z
      .strictObject({
        id: z.int().min(1),
        installation: z.int().min(1),
        privateKey: SecretReference,
      })
      .optional(),
    /** `https://HOST/api/v3` of an Enterprise Server. */
    baseUrl: z
      .url({ protocol: /^https?$/, error: 'expected an address such as https://HOST/api/v3' })
      .default('https://api.github.com'),
    /** The server lies in a private network; without this it is not asked there. */
    privateNetwork: z.boolean().default(false),
    /** Names of repositories; `*` stands for part of one. */
    repositories: Globs.default(['*']),
    /** How far back the first reading goes. */
    lookBack: Duration.default('365d'),
    /** The custom property that names the owning team. */
    ownerProperty: text.optional(),
    /** Owning team by repository name, where no file, property or permission tells. */
    owners: z.record(text, text).default({}),
    environments: Environments,
    /** Repositories whose issues are tickets to the platform. */
    tickets: z
      .strictObject({
        repositories: Globs,
        /** Only issues with one of these. */
        labels: z.array(text).default([]),
        /** What a ticket is about. */
        categories: z.array(TicketRule).default([]),
        /** Logins. */
        platformTeam: Accounts,
      })
      .optional(),
    /** Repositories whose issues with a label are incidents. */
    incidents: z
      .strictObject({
        repositories: Globs,
        /** An issue with one of these is an incident, and no ticket. */
        labels: z.array(text).min(1),
        /** Id of the service by label; without one it is the repository's. */
        services: z.record(text, text).default({}),
        /** How severe an incident is, what caused it, and which are none. */
        rules: z.array(IssueIncidentRule).default([]),
      })
      .optional(),
    /** Read what the rules of branches said to each push: pass, fail or bypass. */
    ruleSuites: z.boolean().default(false),
    /** Read who approved deployments: a person or a program. */
    approvals: z.boolean().default(false),
    /** Read what default branches are held to: reviews, checks, required workflows. */
    branchRules: z.boolean().default(false),
    /** Read which runs called a golden path's workflow, as attempts at it. */
    runs: z.boolean().default(false),
    /** Read what alerts are open: of dependencies, in code, of secrets. */
    alerts: z.boolean().default(false),
    /** Logins of bots, besides those that GitHub marks as such. */
    bots: Accounts,
  })
  .refine(({ token, app }) => (token === undefined) !== (app === undefined), {
    error: 'expected exactly one of token and app',
    params: { secret: true },
  })

const Names = text
  .refine(isNameTemplate, 'expected a name such as {service}-{environment}')
  .default('{service}-{environment}')

const ArgoCdSource = z.strictObject({
  id: Id,
  kind: z.literal('argocd'),
  every: Duration.optional(),
  baseUrl: ServerAddress,
  /** Of a project role, or of a local account; of what it may read, see docs/sources/argocd.md. */
  token: SecretReference,
  /** The server lies in a private network; without this it is not asked there. */
  privateNetwork: z.boolean().default(false),
  /** Names of applications; `*` stands for part of one. */
  applications: Globs.default(['*']),
  /** How applications are named. */
  names: Names,
  /** Labels of an application that say it outright. */
  labels: z.strictObject({ service: text.optional(), environment: text.optional() }).default({}),
  environments: Environments,
  /** Logins of machines that start a sync. */
  bots: Accounts,
})

/** What GitHub tells of a source as it happens. */
const GitHubWebhookSource = z.strictObject({
  id: Id,
  kind: z.literal('github-webhook'),
  /** The source of kind github that it makes fresher. */
  of: Id,
  /** The webhook's secret; while it is changed both, on a line each. */
  secret: SecretReference,
})

const PUSHED = [
  'activities',
  'changes',
  'deployment_statuses',
  'deployments',
  'incidents',
  'path_attempts',
  'policy_evidence',
  'provisioning_requests',
  'steps',
  'survey_responses',
  'survey_waves',
  'tickets',
  'usage_evidence',
] as const

/** What others send: CloudEvents and rows. */
const IngestSource = z.strictObject({
  id: Id,
  kind: z.literal('ingest'),
  /** How often it is noted that the source was still listened to. */
  every: Duration.default('1h'),
  /** Tier of an environment by its name, the first that matches; null: it is none of a service. */
  environments: Environments,
  /** How objects of Flux are named. */
  names: Names,
  /** The source of kind argocd that notifications make fresher; without it they are left out. */
  argocd: Id.optional(),
  /** Which tickets that CDEvents tell of ask the platform; without it none does. */
  tickets: z
    .strictObject({
      /** Only those of one of these groups, or with one of these labels; all when neither is named. */
      groups: z.array(text).default([]),
      labels: z.array(text).default([]),
      categories: z.array(EventTicketRule).default([]),
    })
    .optional(),
  /** Since when everything of a kind is sent. Without it nothing counts as covered. */
  covers: z.partialRecord(z.enum(PUSHED), Moment).default({}),
})

const JiraSource = z.strictObject({
  id: Id,
  kind: z.literal('jira'),
  every: Duration.optional(),
  /** `https://SITE.atlassian.net`, or the address of a Data Center. */
  baseUrl: ServerAddress,
  hosting: z.enum(['cloud', 'data-center']).default('cloud'),
  /** The server lies in a private network; without this it is not asked there. */
  privateNetwork: z.boolean().default(false),
  /** Whose token it is, of an API token of Cloud; a personal access token goes without. */
  user: text.optional(),
  token: SecretReference,
  /** Which issues are tickets to the platform. */
  jql: text.refine((jql) => !/\border\s+by\b/i.test(jql), {
    error: 'expected a search without ORDER BY: tickets are read by their updates',
  }),
  /** How far back the first reading goes. */
  lookBack: Duration.default('365d'),
  /** Fields by name or id that tell something of a ticket. */
  fields: z
    .strictObject({
      category: text.optional(),
      severity: text.optional(),
      type: text.optional(),
      /** The team that asked, by id or name. */
      team: text.optional(),
      /** A golden path by id, name or capability. */
      capability: text.optional(),
      /** An instant, or an agreement on service whose first cycle ends with the response. */
      firstResponse: text.optional(),
      /** Id of the provisioning request that it belongs to. */
      request: text.optional(),
      /** How many meetings were held on it. */
      sessions: text.optional(),
    })
    .default({}),
  /** Statuses by name or id, where their category says something else. */
  statusMap: z
    .strictObject({
      open: z.array(text).default([]),
      inProgress: z.array(text).default([]),
      done: z.array(text).default([]),
    })
    .default({ open: [], inProgress: [], done: [] }),
  /** What a ticket is about, where no field tells. */
  categories: z.array(JiraTicketRule).default([]),
  platformTeam: Accounts,
  /** Besides those that Jira marks as apps. */
  bots: Accounts,
})

const PagerDutySource = z.strictObject({
  id: Id,
  kind: z.literal('pagerduty'),
  every: Duration.optional(),
  /** A read-only key of the account. */
  token: SecretReference,
  /** `https://api.eu.pagerduty.com` of an account in Europe. */
  baseUrl: ServerAddress.default('https://api.pagerduty.com'),
  privateNetwork: z.boolean().default(false),
  /** How far back the first reading goes. */
  lookBack: Duration.default('365d'),
  /** Id of the service by what PagerDuty calls it, by id or name. */
  services: z.record(text, text).default({}),
  /** How severe an incident is, what caused it, and which are none. */
  rules: z.array(PagerDutyRule).default([]),
})

const OpsgenieSource = z.strictObject({
  id: Id,
  kind: z.literal('opsgenie'),
  every: Duration.optional(),
  /** A folder of exported incidents. */
  path: text,
  covers: Covers,
  /** The files hold every incident there is: one that is in none of them was removed at its source. */
  complete: z.boolean().default(false),
  /** Id of the service by the id that Opsgenie gives it. */
  services: z.record(text, text).default({}),
  /** How severe an incident is, what caused it, and which are none. */
  rules: z.array(OpsgenieRule).default([]),
})

/** `desirepath.yaml` as it is written. */
const ConfigFile = z.strictObject({
  organisation: Organisation,
  database: DatabasePath,
  catalog: z.array(Catalog).default([]),
  goldenPaths: z.array(GoldenPath).default([]),
  sources: z
    .array(
      z.discriminatedUnion('kind', [
        GitSource,
        FilesSource,
        GitHubSource,
        ArgoCdSource,
        SurveysSource,
        EnvironmentRequestsSource,
        PolicyResultsSource,
        JiraSource,
        PagerDutySource,
        OpsgenieSource,
        GitHubWebhookSource,
        IngestSource,
      ]),
    )
    .default([]),
})

const Named = z.array(z.looseObject({ id: z.unknown() })).catch([])

/** The ids of a file, whatever else is wrong with it, so that all faults are told at once. */
const Ids = z
  .looseObject({ goldenPaths: Named.default([]), sources: Named.default([]) })
  .catch({ goldenPaths: [], sources: [] })

function listIdFaults(value: unknown): z.core.$ZodIssue[] {
  const { goldenPaths, sources } = Ids.parse(value)
  const mandates = goldenPaths.flatMap(({ mandates }, index) =>
    listRepeats(['goldenPaths', index, 'mandates'], Named.parse(mandates ?? [])),
  )
  const reserved = [...sources.entries()].filter(([, { id }]) => isReserved(String(id)))
  return [
    ...listRepeats(['goldenPaths'], goldenPaths),
    ...mandates,
    ...listRepeats(['sources'], sources),
    ...reserved.map(([index]) =>
      toIssue(
        ['sources', index, 'id'],
        'expected an id that is not config, catalog or catalog-2 …',
      ),
    ),
    ...listStrays(sources),
    ...listSharedSecrets(sources),
    ...listStrayPaths(value, goldenPaths),
  ]
}

/** What is told of no source of the kind that is meant. */
function listStrays(sources: readonly Readonly<Record<string, unknown>>[]) {
  const isOf = (wanted: string, given: unknown) =>
    given === undefined || sources.some(({ kind, id }) => kind === wanted && id === given)
  return sources.flatMap(({ kind, of, argocd }, index) => {
    if (kind === 'github-webhook' && !isOf('github', of)) {
      return [toIssue(['sources', index, 'of'], 'expected the id of a source of kind github')]
    }
    if (kind === 'ingest' && !isOf('argocd', argocd)) {
      return [toIssue(['sources', index, 'argocd'], 'expected the id of a source of kind argocd')]
    }
    return []
  })
}

/** Webhooks with the secret of another: nobody could tell which of them a delivery is for. */
function listSharedSecrets(sources: readonly Readonly<Record<string, unknown>>[]) {
  const secrets = sources.map(({ kind, secret }) =>
    kind === 'github-webhook' ? secret : undefined,
  )
  return secrets.flatMap((secret, index) =>
    secret !== undefined && secrets.indexOf(secret) < index
      ? [
          {
            ...toIssue(
              ['sources', index, 'secret'],
              'expected a secret that no other webhook has: it tells which one a delivery is for',
            ),
            params: { secret: true },
          },
        ]
      : [],
  )
}

/** Where a source refers to a golden path by its id; `*` stands for each of a list. */
const PATH_REFERENCES = [
  'goldenPath',
  'categories.*.path',
  'tickets.categories.*.path',
  'requirements.*.path',
  'surveys.*.path',
  'surveys.*.questions.*.path',
].map((reference) => reference.split('.'))

/** Golden paths that a source names and the file does not have. */
function listStrayPaths(
  value: unknown,
  goldenPaths: readonly { readonly id?: unknown }[],
): z.core.$ZodIssue[] {
  const ids = goldenPaths.map(({ id }) => String(id))
  const places = PATH_REFERENCES.flatMap((reference) =>
    listPlaces(value, ['sources', '*', ...reference]),
  )
  return places.flatMap((place) => {
    const id = valueAt(value, place)
    if (typeof id !== 'string' || ids.includes(id)) return []
    const known = ids.length === 0 ? 'there is none' : ids.join(', ')
    return [toIssue([...place], `expected the id of a golden path (${known})`)]
  })
}

/** The places of `value` that `pattern` stands for. */
const listPlaces = (value: unknown, pattern: readonly string[]): PropertyKey[][] =>
  pattern.reduce<PropertyKey[][]>(
    (places, key) =>
      places.flatMap((place) => {
        const list = key === '*' ? valueAt(value, place) : undefined
        const keys = Array.isArray(list) ? [...list.keys()] : [key]
        return keys.map((one) => [...place, one])
      }),
    [[]],
  )

const toIssue = (path: PropertyKey[], message: string): z.core.$ZodIssue => ({
  code: 'custom',
  path,
  message,
  input: undefined,
})

/** Source ids that the catalogue and the configuration itself use. */
const isReserved = (id: string) => id === 'config' || isCatalog(id)

/** Whether a source is part of the catalogue: one of those that `parseConfig` names itself. */
export const isCatalog = (id: string) => /^catalog(-\d+)?$/.test(id)

function listRepeats(
  path: PropertyKey[],
  named: readonly { readonly id?: unknown }[],
): z.core.$ZodIssue[] {
  const ids = named.map(({ id }) => id)
  return ids.flatMap((id, index) =>
    id !== undefined && ids.indexOf(id) < index
      ? [toIssue([...path, index, 'id'], 'expected an id that no other has')]
      : [],
  )
}

export type GoldenPathConfig = z.output<typeof GoldenPath>
type FileConfig = z.output<typeof ConfigFile>
type AnySource = FileConfig['sources'][number]
export type GitHubSourceConfig = Extract<AnySource, { kind: 'github' }>
export type ArgoCdSourceConfig = Extract<AnySource, { kind: 'argocd' }>
export interface BackstageSourceConfig extends Omit<z.output<typeof BackstageCatalog>, 'source'> {
  readonly id: string
  readonly kind: 'backstage'
}
export type JiraSourceConfig = Extract<AnySource, { kind: 'jira' }>
export type PagerDutySourceConfig = Extract<AnySource, { kind: 'pagerduty' }>
export type SourceConfig = AnySource | BackstageSourceConfig

/** How often a source is read; undefined: when asked, or when something was sent. */
export const everyOf = (source: SourceConfig): string | undefined =>
  source.kind === 'github-webhook' ? undefined : source.every

/** Whether others send what it tells, rather than being asked. */
export const isPushed = ({ kind }: SourceConfig) => kind === 'github-webhook' || kind === 'ingest'

/** What the file decided: paths are absolute, the catalogue is a source among the others. */
export interface Config {
  readonly file: string
  readonly organisation: FileConfig['organisation']
  readonly database: string
  readonly goldenPaths: readonly GoldenPathConfig[]
  /** The catalogue first: others look up what it says. */
  readonly sources: readonly SourceConfig[]
}

/** What the web server needs. */
export interface AppConfig extends Pick<Config, 'organisation' | 'database'> {
  readonly webhooks: readonly Pick<
    Extract<AnySource, { kind: 'github-webhook' }>,
    'id' | 'secret'
  >[]
}

/** The file that holds the configuration: `DESIREPATH_CONFIG`, else the one in this folder. */
export const configFile = (env: Environment = process.env) =>
  // Or the build would take the whole project for a part of the pages.
  resolve(/* turbopackIgnore: true */ env['DESIREPATH_CONFIG'] ?? 'desirepath.yaml')

/**
 * The whole configuration.
 *
 * @throws {ConfigError} naming every fault of the file at once, one a line
 */
export function loadConfig(env: Environment = process.env): Config {
  const file = configFile(env)
  return parseConfig(readConfig(file), file)
}

const AppConfigFile = z.object({
  organisation: Organisation,
  database: DatabasePath,
  sources: z.array(z.unknown()).catch([]),
})

/**
 * What the web server needs; whatever else the file holds is not their business.
 *
 * @throws {ConfigError} naming every fault at once
 */
export function loadAppConfig(env: Environment = process.env): AppConfig {
  const file = configFile(env)
  const { organisation, database, sources } = parseYaml(AppConfigFile, readConfig(file), file)
  const webhooks = sources.flatMap((source) => GitHubWebhookSource.safeParse(source).data ?? [])
  return { organisation, database: resolve(dirname(file), database), webhooks }
}

/**
 * Reads `yaml`, the contents of `file`; relative paths start at its folder.
 *
 * @throws {ConfigError} with one line per fault: `file:line:column: key: expected …, not …`
 */
export function parseConfig(yaml: string, file: string): Config {
  const parsed = parseYaml(ConfigFile, yaml, file, listIdFaults)
  const absolute = (path: string) => resolve(dirname(file), path)
  const catalog = parsed.catalog.map((entry, index): SourceConfig => {
    const id = index === 0 ? 'catalog' : `catalog-${index + 1}`
    const { source: kind, ...rest } = entry
    return { id, kind, ...rest } as SourceConfig // Of an entry of this very kind.
  })
  return {
    file,
    organisation: parsed.organisation,
    database: absolute(parsed.database),
    goldenPaths: parsed.goldenPaths,
    sources: [...catalog, ...parsed.sources].map((source) => withPaths(source, absolute)),
  }
}

function withPaths(source: SourceConfig, absolute: (path: string) => string): SourceConfig {
  if (source.kind === 'git' || source.kind === 'environment-requests') {
    return { ...source, repositories: source.repositories.map(absolute) }
  }
  if (source.kind === 'policy-results') {
    return { ...source, path: absolute(source.path), keys: source.keys.map(absolute) }
  }
  return 'path' in source ? { ...source, path: absolute(source.path) } : source
}

/** JSON Schema of `desirepath.yaml`, for editors. */
export const toConfigJsonSchema = () => z.toJSONSchema(ConfigFile, { io: 'input' })

function readConfig(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
      throw new MissingConfigError(
        `${file}: is not there; \`${COMMAND} init\` writes one, DESIREPATH_CONFIG or --config names another`,
        { cause },
      )
    }
    throw new ConfigError(
      `${file}: cannot be read; let it be read, or name another by DESIREPATH_CONFIG or --config`,
      { cause },
    )
  }
}
