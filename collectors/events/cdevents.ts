import { z } from 'zod'
import {
  type EventTicket,
  type EventTickets,
  TicketContent,
  understandTicket,
} from '#collectors/events/tickets.ts'
import { passIssues, type Told } from '#collectors/received.ts'
import type { Known } from '#collectors/repository.ts'
import { type TierRule, tierOf } from '#lib/environment-tier.ts'
import { Instant } from '#lib/instant.ts'
import { PlainText } from '#lib/plain-text.ts'

/** What a CDEvent tells that a metric can use. */
export type CdEventFact =
  | {
      readonly kind: 'deployment'
      readonly row: Known<'deployments'> & { readonly service_id: string }
    }
  | {
      readonly kind: 'incident'
      readonly key: string
      readonly service: string | null
      readonly detectedAt: string | null
      readonly restoredAt: string | null
      /** Of the artifact that it names; null when it names none. */
      readonly version: string | null
    }
  | {
      readonly kind: 'change'
      readonly key: string
      readonly repository: string
      readonly openedAt: string | null
      readonly mergedAt: string | null
    }
  | { readonly kind: 'environment'; readonly row: Known<'environment_events'> }
  | EventTicket

const TYPE = /^dev\.cdevents\.([a-z]+)\.([a-z]+)\.\d+\.\d+\.\d+(-draft)?$/

const Named = z.object({ id: PlainText.pipe(z.string().min(1)), source: z.string().optional() })
type Named = z.output<typeof Named>

const Context = z.object({ id: PlainText, source: PlainText, timestamp: Instant })
type Context = z.output<typeof Context>

// https://github.com/cdevents/spec/tree/v0.5.1/schemas
const Deployed = z.object({ environment: Named, artifactId: z.string().optional() })

const Happened = z.object({
  environment: Named.optional(),
  service: Named.optional(),
  artifactId: z.string().optional(),
})

const Changed = z.object({ repository: Named })

/** Its name is a word such as `staging`, and tells no environment from another. */
const Environment = z.object({})

const carrying = <Content extends z.ZodType>(content: Content) =>
  z.object({ data: z.object({ context: Context, subject: Named.extend({ content }) }) })

type Read = (event: unknown) => z.ZodSafeParseResult<Told<CdEventFact>>

/**
 * Reads a CloudEvent that carries a CDEvent of any version from 0.3 on. The version in its type is
 * not looked at, since what is read here is the same in all of them.
 */
export function cdEvent(
  tiers: readonly TierRule[],
  tickets: EventTickets | null,
): z.ZodType<Told<CdEventFact>> {
  const readers = new Map([...toReaders(tiers), ...toTicketReaders(tickets)])
  return z.looseObject({ type: z.string() }).transform((event, context) => {
    const [, subject, predicate] = TYPE.exec(event.type) ?? []
    if (subject === undefined) return { ignored: 'it is no CDEvent' }
    const name = `${subject}.${predicate}`
    const read = readers.get(name)
    if (read !== undefined) return passIssues(read(event), context)
    return { ignored: REASONS.get(name) ?? `no metric uses ${subject} events` }
  })
}

const NO_TICKET =
  'it does not say whether it asks the platform team: set tickets of the source, or send rows of tickets'

const REASONS: ReadonlyMap<string, string> = new Map([
  ['service.removed', 'a service that is removed is no deployment'],
  ['service.published', 'a service that is published was deployed before'],
  [
    'environment.modified',
    'it does not say what was modified: neither that the environment can be used, nor that it went',
  ],
  ['environment.deleted', 'no metric uses that an environment was deleted'],
  ['change.reviewed', 'it does not say whether another human reviewed'],
  ['change.updated', 'no metric uses that a change was updated'],
  ['change.abandoned', 'a change that is abandoned is never merged'],
  ['ticket.created', NO_TICKET],
  ['ticket.updated', NO_TICKET],
  ['ticket.closed', NO_TICKET],
  ['pipelinerun.finished', 'it does not say what was deployed: send rows of deployments'],
])

function toReaders(tiers: readonly TierRule[]): ReadonlyMap<string, Read> {
  const deployed = (kind: 'rollback' | null): Read => {
    const event = carrying(Deployed).transform(({ data }) => toDeployment(data, kind, tiers))
    return (value) => event.safeParse(value)
  }
  const happened = (moment: 'detectedAt' | 'restoredAt'): Read => {
    const event = carrying(Happened).transform(({ data }) => toIncident(data, moment, tiers))
    return (value) => event.safeParse(value)
  }
  const changed = (moment: 'openedAt' | 'mergedAt'): Read => {
    const event = carrying(Changed).transform(({ data }) => toChange(data, moment))
    return (value) => event.safeParse(value)
  }
  const created = carrying(Environment).transform(({ data }) => toEnvironment(data))
  return new Map([
    ['environment.created', (value) => created.safeParse(value)],
    ['service.deployed', deployed(null)],
    ['service.upgraded', deployed(null)],
    ['service.rolledback', deployed('rollback')],
    ['incident.detected', happened('detectedAt')],
    ['incident.reported', happened('detectedAt')],
    ['incident.resolved', happened('restoredAt')],
    ['change.created', changed('openedAt')],
    ['change.merged', changed('mergedAt')],
  ])
}

function toTicketReaders(tickets: EventTickets | null): [string, Read][] {
  if (tickets === null) return []
  return (['created', 'updated', 'closed'] as const).map((moment) => {
    const event = carrying(TicketContent).transform(({ data }) => toTicket(data, moment, tickets))
    return [`ticket.${moment}`, (value) => event.safeParse(value)]
  })
}

function toTicket(
  { context, subject }: Carried<z.output<typeof TicketContent>>,
  moment: EventTicket['moment'],
  tickets: EventTickets,
): Told<CdEventFact> {
  const understood = understandTicket(subject.content, tickets)
  if (understood === null) {
    return { ignored: 'by tickets of the source it does not ask the platform team' }
  }
  const key = toKey(context, subject)
  const at = context.timestamp
  return {
    fact: { kind: 'ticket', key, moment, at, ...understood },
    about: { subject: key, occurredAt: at },
  }
}

interface Carried<Content> {
  readonly context: Context
  readonly subject: Named & { readonly content: Content }
}

/** The event of a service says that it serves now: it succeeded, and nobody tells when it began. */
function toDeployment(
  { context, subject }: Carried<z.output<typeof Deployed>>,
  kind: 'rollback' | null,
  tiers: readonly TierRule[],
): Told<CdEventFact> {
  const { environment, artifactId } = subject.content
  const mapped = tierOf(environment.id, tiers)
  if (mapped !== 'unmapped' && mapped.tier === null) {
    return { ignored: 'its environment is none of a service, by the rules of the source' }
  }
  const row = {
    native_id: `${context.source}#${context.id}`,
    service_id: subject.id,
    environment: environment.id,
    environment_tier: mapped === 'unmapped' ? null : mapped.tier,
    sha: null,
    version: toVersion(artifactId),
    created_at: context.timestamp,
    started_at: null,
    finished_at: context.timestamp,
    outcome: 'success' as const,
    kind,
    superseded_at: null,
    redeploy_of: null,
    rollback_of: null,
    initiator_kind: 'unknown' as const,
    path_id: null,
    path_version: null,
    mechanism: null,
    url: null,
  }
  return { fact: { kind: 'deployment', row } }
}

function toIncident(
  { context, subject }: Carried<z.output<typeof Happened>>,
  moment: 'detectedAt' | 'restoredAt',
  tiers: readonly TierRule[],
): Told<CdEventFact> {
  const { environment, service, artifactId } = subject.content
  const mapped = environment && tierOf(environment.id, tiers)
  if (mapped === 'unmapped') {
    return { ignored: 'no rule of the source tells the tier of its environment' }
  }
  if (mapped && mapped.tier !== 'production') return { ignored: 'it was not in production' }
  return {
    fact: {
      kind: 'incident',
      key: toKey(context, subject),
      service: service?.id ?? null,
      detectedAt: null,
      restoredAt: null,
      [moment]: context.timestamp,
      // What it was resolved with is another one.
      version: moment === 'detectedAt' ? toVersion(artifactId) : null,
    },
  }
}

function toEnvironment({
  context,
  subject,
}: Carried<z.output<typeof Environment>>): Told<CdEventFact> {
  const row = {
    native_id: `${context.source}#${context.id}`,
    environment: subject.id,
    occurred_at: context.timestamp,
  }
  return { fact: { kind: 'environment', row } }
}

function toChange(
  { context, subject }: Carried<z.output<typeof Changed>>,
  moment: 'openedAt' | 'mergedAt',
): Told<CdEventFact> {
  return {
    fact: {
      kind: 'change',
      key: toKey(context, subject),
      repository: toRepositoryId(subject.content.repository),
      openedAt: null,
      mergedAt: null,
      [moment]: context.timestamp,
    },
  }
}

/** The id of a subject is that of its own source, which is the event's where it names none. */
const toKey = (context: Context, subject: Named) =>
  PlainText.parse(`${subject.source ?? context.source}#${subject.id}`)

/** `host/owner/name` where its source is a web address; else as it is called. */
function toRepositoryId({ id, source }: Named): string {
  const host = source !== undefined && URL.canParse(source) ? new URL(source).host : ''
  const path = id.replaceAll(/^\/+|\/+$/g, '')
  return host === '' || path.startsWith(`${host}/`) ? path : `${host}/${path}`
}

// https://github.com/package-url/purl-spec: `pkg:type/namespace/name@version?qualifiers#subpath`
/** The version in a package URL; null when it has none. */
function toVersion(purl: string | undefined): string | null {
  const [, version] = /^pkg:[^?#@]{1,1000}@([^?#@/]{1,500})/.exec(purl ?? '') ?? []
  if (version === undefined) return null
  try {
    return PlainText.parse(decodeURIComponent(version))
  } catch {
    return null
  }
}
