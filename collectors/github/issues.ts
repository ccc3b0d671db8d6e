import { matchesGlob } from 'node:path'
import { z } from 'zod'
import { Actor, isSame, kindOf, toLogins } from '#collectors/github/actors.ts'
import { Connection } from '#collectors/github/pages.ts'
import { findReference, type ToldIncident } from '#collectors/incidents.ts'
import type { Known } from '#collectors/repository.ts'
import { applyIncidentRules, type IncidentRule, type IncidentSaying } from '#lib/incident-rules.ts'
import { Instant } from '#lib/instant.ts'
import { PlainText } from '#lib/plain-text.ts'
import { isAmong } from '#lib/rules.ts'
import { applyRules, type TicketRule, type TicketSaying } from '#lib/ticket-rules.ts'

// https://docs.github.com/en/graphql/reference/objects#issue
/**
 * `since` looks at the last update; oldest first, so that a reading that is cut short goes on. Only
 * incidents need `texts`.
 */
export const ISSUES = `query Issues($owner: String!, $name: String!, $since: DateTime, $labels: [String!], $texts: Boolean = false, $cursor: String, $pageSize: Int = 50) {
  rateLimit { cost remaining resetAt }
  repository(owner: $owner, name: $name) {
    list: issues(first: $pageSize, after: $cursor, filterBy: { since: $since, labels: $labels }, orderBy: { field: UPDATED_AT, direction: ASC }) {
      pageInfo { hasNextPage endCursor }
      nodes {
        id title state createdAt updatedAt closedAt
        body @include(if: $texts)
        author { __typename login }
        assignees(first: 1) { totalCount }
        labels(first: 20) { nodes { name } }
        comments(first: 10) { pageInfo { hasNextPage endCursor } nodes { createdAt body @include(if: $texts) author { __typename login } } }
        reopened: timelineItems(first: 1, itemTypes: [REOPENED_EVENT]) { totalCount }
      }
    }
  }
}`

/** Every issue there is, so that what is no longer among them is gone. */
export const ISSUE_IDS = `query IssueIds($owner: String!, $name: String!, $labels: [String!], $cursor: String, $pageSize: Int = 100) {
  rateLimit { cost remaining resetAt }
  repository(owner: $owner, name: $name) {
    list: issues(first: $pageSize, after: $cursor, filterBy: { labels: $labels }, orderBy: { field: CREATED_AT, direction: ASC }) {
      pageInfo { hasNextPage endCursor }
      nodes { id labels(first: 20) { nodes { name } } }
    }
  }
}`

/** The comments after the first ten. */
export const ISSUE_COMMENTS = `query IssueComments($id: ID!, $texts: Boolean = false, $cursor: String) {
  rateLimit { cost remaining resetAt }
  node(id: $id) { ... on Issue { list: comments(first: 100, after: $cursor) { pageInfo { hasNextPage endCursor } nodes { createdAt body @include(if: $texts) author { __typename login } } } } }
}`

/** Which issues are read, and as what. */
export interface IssueOptions {
  /** Repositories (globs of names) whose issues are tickets. */
  readonly tickets?:
    | {
        readonly repositories: readonly string[]
        /** Only issues with one of these; all when empty. */
        readonly labels: readonly string[]
        readonly categories: readonly TicketRule[]
        /** Logins. */
        readonly platformTeam: readonly string[]
      }
    | undefined
  /** Repositories (globs of names) whose issues with one of the labels are incidents. */
  readonly incidents?:
    | (NonNullable<IssueReading['incidents']> & { readonly repositories: readonly string[] })
    | undefined
  /** Logins of bots, besides those that GitHub knows as such. */
  readonly bots: readonly string[]
}

/** How the issues of the repository of this name are read; null: they are not. */
export function issuesOf(
  { tickets, incidents, bots }: IssueOptions,
  name: string,
): IssueReading | null {
  const isOf = (part: { readonly repositories: readonly string[] } | undefined) =>
    part?.repositories.some((glob) => matchesGlob(name, glob)) ?? false
  if (!isOf(tickets) && !isOf(incidents)) return null
  return {
    bots: toLogins(bots),
    tickets:
      tickets && isOf(tickets)
        ? {
            labels: tickets.labels,
            rules: tickets.categories,
            platform: toLogins(tickets.platformTeam),
          }
        : null,
    incidents: incidents && isOf(incidents) ? incidents : null,
  }
}

/** What the issues of a repository are. An issue with a label of incidents is no ticket. */
export interface IssueReading {
  readonly bots: ReadonlySet<string>
  /** Null: none is a ticket. */
  readonly tickets: {
    /** Only issues with one of these; all when empty. */
    readonly labels: readonly string[]
    readonly rules: readonly TicketRule[]
    /** Logins of the platform team, in small letters; empty when nobody says who that is. */
    readonly platform: ReadonlySet<string>
  } | null
  /** Null: none is an incident. */
  readonly incidents: {
    readonly labels: readonly string[]
    /** Id of the service by label. */
    readonly services: Readonly<Record<string, string>>
    readonly rules: readonly IncidentRule[]
  } | null
}

type By = ReturnType<typeof kindOf> | 'platform' | 'requester'

const Comment = z.looseObject({ createdAt: z.unknown(), author: Actor, body: z.string().nullish() })

/** An issue whose comments may not all be there. */
export const IssueNode = z.looseObject({ id: z.string(), author: Actor, comments: Connection })

/** Whether more comments could tell something: the first response, or which deployment was to blame. */
export function needsComments(node: z.output<typeof IssueNode>, reading: IssueReading): boolean {
  const { ticket, incident } = understand(node, reading)
  if (incident !== null) return incident.deployment === null
  if (ticket === null) return false
  const comments = listComments(node.comments, node.author, reading)
  return !comments.some(({ by }) => isResponse(by, ticket.knowsPlatform))
}

const isResponse = (by: By, knowsPlatform: boolean) => by === (knowsPlatform ? 'platform' : 'human')

function kindOfActor(actor: Actor, { tickets, bots }: IssueReading): Exclude<By, 'requester'> {
  const isPlatform = actor !== null && tickets?.platform.has(actor.login.toLowerCase())
  return isPlatform ? 'platform' : kindOf(actor, bots)
}

function listComments(comments: unknown, author: Actor, reading: IssueReading) {
  const { nodes } = z
    .looseObject({ nodes: z.array(z.unknown()) })
    .catch({ nodes: [] })
    .parse(comments)
  return nodes.map((node) => {
    const { data } = Comment.safeParse(node)
    if (data === undefined) return { createdAt: undefined, by: 'unknown' as const, body: '' }
    const by: By = isSame(data.author, author) ? 'requester' : kindOfActor(data.author, reading)
    return { createdAt: data.createdAt, by, body: data.body ?? '' }
  })
}

const Labels = z.looseObject({ nodes: z.array(z.looseObject({ name: z.string() })) })

interface Understood {
  /** Null: it is none. */
  readonly ticket: { readonly said: TicketSaying; readonly knowsPlatform: boolean } | null
  readonly incident: {
    readonly said: IncidentSaying
    readonly service: string | null
    readonly deployment: string | null
  } | null
  /** What the issues of its repository may be. */
  readonly mayBe: { readonly ticket: boolean; readonly incident: boolean }
}

/** What an issue is, by its labels and texts, of which nothing else is kept. */
function understand(
  node: Readonly<Record<string, unknown>>,
  { tickets, incidents }: IssueReading,
): Understood {
  const labels = Labels.safeParse(node['labels']).data?.nodes.map(({ name }) => name) ?? []
  const title = typeof node['title'] === 'string' ? node['title'] : ''
  const isIncident = incidents !== null && hasAny(labels, incidents.labels)
  const isWanted =
    tickets !== null && (tickets.labels.length === 0 || hasAny(labels, tickets.labels))
  return {
    mayBe: { ticket: tickets !== null, incident: incidents !== null },
    ticket:
      isWanted && !isIncident
        ? {
            said: applyRules(tickets.rules, { title, labels }),
            knowsPlatform: tickets.platform.size > 0,
          }
        : null,
    incident: isIncident
      ? {
          said: applyIncidentRules(incidents.rules, { title, labels }),
          service: findService(incidents.services, labels),
          deployment: findReference([title, ...listTexts(node)]),
        }
      : null,
  }
}

/** An issue in the list of all. */
export const ListedIssue = z.looseObject({ id: z.string(), labels: Labels })

export type IssueKind = 'tickets' | 'incidents'

/** Whether a listed issue is a ticket, or an incident, as one that is read would be. */
export function isOfKind(
  issue: z.output<typeof ListedIssue>,
  reading: IssueReading,
  kind: IssueKind,
): boolean {
  const { ticket, incident } = understand(issue, reading)
  return (kind === 'tickets' ? ticket : incident) !== null
}

const hasAny = (labels: readonly string[], wanted: readonly string[]) =>
  wanted.some((one) => isAmong(labels, one))

const findService = (services: Readonly<Record<string, string>>, labels: readonly string[]) =>
  Object.entries(services).find(([label]) => isAmong(labels, label))?.[1] ?? null

function listTexts(node: Readonly<Record<string, unknown>>): string[] {
  const { body, comments } = node
  const { data } = z.looseObject({ nodes: z.array(z.unknown()) }).safeParse(comments)
  const bodies = (data?.nodes ?? []).map((comment) => Comment.safeParse(comment).data?.body)
  return [body, ...bodies].filter((text) => typeof text === 'string')
}

/** An issue as it may be stored, even where it cannot be read: without its people and its texts. */
export function reduceIssue(node: unknown, reading: IssueReading): object {
  const given = z.looseObject({}).catch({}).parse(node)
  const author = Actor.safeParse(given['author']).data
  const comments = Connection.pick({ nodes: true }).safeParse(given['comments']).data
  return {
    id: given['id'],
    state: given['state'],
    createdAt: given['createdAt'],
    closedAt: given['closedAt'],
    author: author === undefined ? undefined : kindOfActor(author, reading),
    assignees: given['assignees'],
    comments:
      comments &&
      listComments(comments, author ?? null, reading).map(({ createdAt, by }) => ({
        createdAt,
        by,
      })),
    reopened: given['reopened'],
    ...understand(given, reading),
  }
}

const Kind = z.enum(['human', 'bot', 'unknown', 'platform'])

const Issue = z.object({
  id: PlainText,
  state: z.enum(['OPEN', 'CLOSED']),
  createdAt: Instant,
  closedAt: Instant.nullable(),
  author: Kind,
  assignees: z.object({ totalCount: z.int() }),
  comments: z.array(z.object({ createdAt: Instant, by: Kind.or(z.literal('requester')) })),
  reopened: z.object({ totalCount: z.int() }),
  ticket: z.custom<Understood['ticket']>(),
  incident: z.custom<Understood['incident']>(),
  mayBe: z.custom<Understood['mayBe']>(),
})
type Issue = z.output<typeof Issue>

export interface IssueFact {
  readonly kind: 'issue'
  readonly id: string
  /** Null: it is none, whatever it was before; undefined: none of its repository is. */
  readonly ticket: Known<'tickets'> | null | undefined
  /** The same. */
  readonly incident: ToldIncident | null | undefined
}

/** Reads what `reduceIssue` left of an issue. */
export const issueRecord = Issue.transform((issue): IssueFact => {
  const { id, mayBe } = issue
  return {
    kind: 'issue',
    id,
    ticket: mayBe.ticket ? toTicket(issue) : undefined,
    incident: mayBe.incident ? toIncident(issue) : undefined,
  }
})

function toTicket({ ticket, ...issue }: Issue): Known<'tickets'> | null {
  if (ticket === null) return null
  const { said, knowsPlatform } = ticket
  const { author, comments, state } = issue
  return {
    native_id: issue.id,
    // Whose question it was GitHub does not know: it knows a person.
    team_id: said.team ?? null,
    path_id: said.path ?? null,
    type: said.type ?? null,
    category: said.category ?? null,
    severity: said.severity ?? null,
    status_category: toStatus(issue),
    opened_at: issue.createdAt,
    first_response_at: comments.find(({ by }) => isResponse(by, knowsPlatform))?.createdAt ?? null,
    resolved_at: state === 'CLOSED' ? issue.closedAt : null,
    reopened_count: issue.reopened.totalCount,
    channel: 'github-issues',
    opened_by_group: toGroup(author, knowsPlatform),
    bot: author === 'bot' ? 1 : 0,
    linked_request_id: null,
    session_count: null,
    platform_people_count: null,
    executed_by: said.executedBy ?? null,
    both_sides_changed: null,
    co_design: said.coDesign === undefined ? null : Number(said.coDesign),
  }
}

/** Where nobody says who is of the platform team, nobody knows whether it asked itself. */
function toGroup(author: Issue['author'], knowsPlatform: boolean): string | null {
  if (author === 'platform') return 'platform'
  return knowsPlatform && author === 'human' ? 'users' : null
}

function toStatus({ state, assignees }: Pick<Issue, 'state' | 'assignees'>) {
  if (state === 'CLOSED') return 'done'
  return assignees.totalCount > 0 ? 'in_progress' : 'open'
}

function toIncident({ incident, ...issue }: Issue): ToldIncident | null {
  if (incident === null) return null
  const { said, service, deployment } = incident
  return {
    service,
    deployment,
    ignored: said.ignore === true,
    row: {
      native_id: issue.id,
      severity: said.severity ?? null,
      started_at: null,
      // When somebody reported it, which may be long after somebody noticed.
      detected_at: issue.createdAt,
      acknowledged_at: null,
      mitigated_at: null,
      restored_at: issue.state === 'CLOSED' ? issue.closedAt : null,
      cause_class: said.cause ?? null,
      reassignment_count: null,
      owner_found_at: null,
    },
  }
}
