import { z } from 'zod'
import { JiraInstant } from '#collectors/jira/instants.ts'
import type { People } from '#collectors/jira/people.ts'
import { Status, type StatusCategory, type Statuses } from '#collectors/jira/statuses.ts'
import type { Known } from '#collectors/repository.ts'
import { PlainText } from '#lib/plain-text.ts'
import { applyRules, type JiraTicketRule, type TicketSaying } from '#lib/ticket-rules.ts'

/** What a custom field may tell of a ticket. */
export const FIELD_ROLES = [
  'category',
  'severity',
  'type',
  'team',
  'capability',
  'firstResponse',
  'request',
  'sessions',
] as const
export type FieldRole = (typeof FIELD_ROLES)[number]

/** Ids of the custom fields. */
export type FieldIds = Readonly<Partial<Record<FieldRole | 'requestType', string>>>

/** A golden path, by any name that a ticket may give it. */
export interface NamedPath {
  readonly id: string
  readonly name: string
  readonly capability?: string | undefined
}

/** How issues are understood. */
export interface TicketReading {
  readonly people: People
  readonly statuses: Statuses
  readonly rules: readonly JiraTicketRule[]
  readonly fields: FieldIds
  readonly paths: readonly NamedPath[]
}

/** An issue with what has to be asked for apart. */
export interface WholeIssue {
  readonly issue: unknown
  /** All comments; null when they are hidden. */
  readonly comments: readonly unknown[] | null
  /** All changes of its status; null when some are missing. */
  readonly histories: readonly unknown[] | null
}

const Fields = z.looseObject({})
const Named = z.looseObject({ name: z.string() })
const Identified = z.looseObject({ id: z.string().regex(/^\d+$/) })
const Comment = z.looseObject({
  created: z.unknown(),
  author: z.unknown(),
  jsdPublic: z.boolean().nullish(),
})
const History = z.looseObject({ created: z.unknown(), items: z.array(z.looseObject({})) })

/**
 * An issue as it may be stored, even where it cannot be read: without its people, who are reduced to
 * what they are to it, and without its texts.
 */
export function reduceIssue(whole: WholeIssue, reading: TicketReading): object {
  const { people, statuses, rules, fields: ids } = reading
  const given = Fields.safeParse(whole.issue).data ?? {}
  const fields = Fields.safeParse(given['fields']).data ?? {}
  const status = Status.safeParse(fields['status']).data
  const tell = (role: FieldRole) => (ids[role] === undefined ? undefined : fields[ids[role]])
  return {
    id: given['id'],
    fields: {
      created: fields['created'],
      project: Identified.safeParse(fields['project']).data?.id ?? null,
      status: status && statuses.of(status),
      reporter: people.kindOf(fields['reporter']),
    },
    comments: whole.comments?.map((comment) => reduceComment(comment, fields, people)) ?? null,
    changelog: whole.histories?.flatMap((one) => reduceHistory(one, statuses)) ?? null,
    knowsPlatform: people.knowsPlatform,
    platformPeople: people.knowsPlatform ? countPlatform(whole, fields, people) : null,
    said: applyRules(rules, {
      title: toText(fields['summary']) ?? '',
      labels: listTexts(fields['labels']),
      components: listTexts(fields['components']),
      issueType: toText(fields['issuetype']),
      priority: toText(fields['priority']),
      requestType: toRequestType(ids.requestType && fields[ids.requestType]),
    }),
    told: {
      category: toText(tell('category')),
      severity: toText(tell('severity')),
      type: toText(tell('type')),
      team: toText(tell('team')),
      path: findPath(reading.paths, toText(tell('capability'))),
      request: toText(tell('request')),
      sessions: tell('sessions') ?? null,
    },
    // A field that is configured decides, also when it is empty.
    ...(ids.firstResponse && { firstResponse: toMoment(tell('firstResponse')) }),
  }
}

function reduceComment(comment: unknown, fields: Record<string, unknown>, people: People): object {
  const { data } = Comment.safeParse(comment)
  const isRequester = isSame(people, data?.author, fields['reporter'])
  return {
    created: data?.created,
    by: isRequester ? 'requester' : people.kindOf(data?.author),
    isPublic: data?.jsdPublic ?? true,
  }
}

function isSame(people: People, one: unknown, other: unknown): boolean {
  const name = people.nameOf(one)
  return name !== null && name === people.nameOf(other)
}

function reduceHistory(history: unknown, statuses: Statuses): object[] {
  const { data } = History.safeParse(history)
  if (data === undefined) return [{}]
  return data.items
    .filter((item) => (item['fieldId'] ?? item['field']) === 'status')
    .map((item) => ({
      created: data.created,
      from: statuses.named(toName(item['from']), toName(own(item, 'fromString'))),
      to: statuses.named(toName(item['to']), toName(own(item, 'toString'))),
    }))
}

/** Every object has a `toString`. */
const own = (item: object, key: string): unknown =>
  Object.hasOwn(item, key) ? Reflect.get(item, key) : null

const toName = (value: unknown) => (typeof value === 'string' ? value : null)

/** How many of the platform team were assigned or answered. */
function countPlatform(whole: WholeIssue, fields: Record<string, unknown>, people: People): number {
  const authors = (whole.comments ?? []).map((comment) => Comment.safeParse(comment).data?.author)
  const platform = [fields['assignee'], ...authors].filter(
    (user) => people.kindOf(user) === 'platform' && !isSame(people, user, fields['reporter']),
  )
  return new Set(platform.map(people.nameOf)).size
}

const Person = z.union([
  z.looseObject({ accountId: z.string() }),
  z.looseObject({ displayName: z.string() }),
  z.looseObject({ emailAddress: z.string() }),
])
const Option = z.union([
  z.looseObject({ value: z.string() }).transform(({ value }) => value),
  Named.transform(({ name }) => name),
  z.looseObject({ title: z.string() }).transform(({ title }) => title),
])

/** What a field holds as a text; null for nothing, several, or a person. */
function toText(value: unknown): string | null {
  if (typeof value === 'string') return value.trim() || null
  if (typeof value === 'number') return String(value)
  if (Array.isArray(value)) return value.length === 1 ? toText(value[0]) : null
  return Person.safeParse(value).success ? null : (Option.safeParse(value).data ?? null)
}

const listTexts = (values: unknown): string[] =>
  Array.isArray(values) ? values.flatMap((value) => toText(value) ?? []) : []

const CustomerRequest = z.looseObject({ requestType: Named })

/** Of Jira Service Management: what a customer chose. */
const toRequestType = (value: unknown): string | null =>
  CustomerRequest.safeParse(value).data?.requestType.name ?? null

/** The path that goes by `name`, by id, name or capability; null when there are none or several. */
function findPath(paths: readonly NamedPath[], name: string | null): string | null {
  const wanted = name?.toLowerCase()
  const isCalled = (text: string | undefined) => text?.toLowerCase() === wanted
  if (wanted === undefined) return null
  const named = paths.filter((path) => isCalled(path.id) || isCalled(path.name))
  const found = named.length > 0 ? named : paths.filter((path) => isCalled(path.capability))
  return found.length === 1 ? (found[0]?.id ?? null) : null
}

const Cycle = z.looseObject({ stopTime: z.looseObject({ epochMillis: z.int() }) })
const Sla = z.looseObject({ completedCycles: z.array(Cycle) })

/** A date, or when the first cycle of an agreement on service ended. */
function toMoment(value: unknown): unknown {
  const { data } = Sla.safeParse(value)
  return data === undefined
    ? (value ?? null)
    : (data.completedCycles[0]?.stopTime.epochMillis ?? null)
}

const Category = z.enum(['open', 'in_progress', 'done']).nullable()

const Reduced = z.object({
  id: z.string().regex(/^\d+$/, 'expected digits'),
  fields: z.object({
    created: JiraInstant,
    project: z.string().nullable(),
    status: Category,
    reporter: z.enum(['human', 'bot', 'platform', 'unknown']),
  }),
  comments: z
    .array(
      z.object({
        created: JiraInstant,
        by: z.enum(['requester', 'human', 'bot', 'platform', 'unknown']),
        isPublic: z.boolean(),
      }),
    )
    .nullable(),
  changelog: z.array(z.object({ created: JiraInstant, from: Category, to: Category }), {
    error: 'expected all changes of the status; Jira gives only some of them',
  }),
  knowsPlatform: z.boolean(),
  platformPeople: z.int().nullable(),
  said: z.custom<TicketSaying>(),
  told: z.object({
    category: PlainText.nullable(),
    severity: PlainText.nullable(),
    type: PlainText.nullable(),
    team: PlainText.nullable(),
    path: z.string().nullable(),
    request: PlainText.nullable(),
    sessions: z.number().min(0).transform(Math.round).nullable(),
  }),
  firstResponse: JiraInstant.nullish(),
})
type Reduced = z.output<typeof Reduced>

export type TicketFact = Known<'tickets'>

/** Reads what `reduceIssue` left of an issue. */
export const ticketRecord = Reduced.transform((issue): TicketFact => {
  const { id, fields, said, told, platformPeople } = issue
  return {
    native_id: id,
    team_id: told.team ?? said.team ?? null,
    path_id: told.path ?? said.path ?? null,
    type: told.type ?? said.type ?? null,
    category: told.category ?? said.category ?? null,
    severity: told.severity ?? said.severity ?? null,
    status_category: fields.status,
    opened_at: fields.created,
    first_response_at:
      issue.firstResponse === undefined ? findResponse(issue) : issue.firstResponse,
    ...followStatus(issue),
    channel: 'jira',
    opened_by_group: toGroup(issue),
    bot: fields.reporter === 'bot' ? 1 : 0,
    linked_request_id: told.request,
    session_count: told.sessions,
    platform_people_count: platformPeople,
    executed_by: said.executedBy ?? null,
    both_sides_changed: null,
    co_design: said.coDesign === undefined ? null : Number(said.coDesign),
    repository_native_id: fields.project,
  }
})

/** Where nobody says who is of the platform team, nobody knows whether it asked itself. */
function toGroup({ fields, knowsPlatform }: Reduced): string | null {
  if (fields.reporter === 'platform') return 'platform'
  return knowsPlatform && fields.reporter === 'human' ? 'users' : null
}

/** The first public answer by the platform team; if nobody says who that is, by another human. */
function findResponse({ comments, knowsPlatform }: Reduced): string | null {
  const wanted = knowsPlatform ? 'platform' : 'human'
  const answers = (comments ?? []).filter(({ by, isPublic }) => by === wanted && isPublic)
  return answers.map(({ created }) => created).toSorted()[0] ?? null
}

/** When it was done for good, and how often it was opened again, by the changes of its status. */
function followStatus({
  fields: { created, status },
  changelog,
}: Reduced): Pick<TicketFact, 'resolved_at' | 'reopened_count'> {
  const changes = changelog.toSorted((a, b) => a.created.localeCompare(b.created))
  const isReopening = ({ from, to }: Change) => from === 'done' && to !== null && to !== 'done'
  const reopened_count = changes.filter(isReopening).length
  if (status !== 'done') return { resolved_at: null, reopened_count }
  const last = changes.at(-1)
  // Without a change it never was anything else.
  if (last === undefined) return { resolved_at: created, reopened_count }
  if (last.to !== 'done') return { resolved_at: null, reopened_count }
  const ended = changes.findLast(({ from, to }) => to === 'done' && from !== 'done')
  return { resolved_at: ended?.created ?? created, reopened_count }
}

interface Change {
  readonly from: StatusCategory | null
  readonly to: StatusCategory | null
}
