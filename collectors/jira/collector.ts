import { z } from 'zod'
import { readUntil, refuseFuture } from '#collectors/clock.ts'
import type {
  Collector,
  CollectorContext,
  Page,
  ScopeFailure,
  SourceRecord,
} from '#collectors/collector.ts'
import {
  type JiraClient,
  type JiraClientOptions,
  type JiraField,
  openJira,
  type Place,
} from '#collectors/jira/client.ts'
import { readInstant, toSearchTime } from '#collectors/jira/instants.ts'
import { toPeople } from '#collectors/jira/people.ts'
import { saveTickets } from '#collectors/jira/save.ts'
import { type StatusMap, toStatuses } from '#collectors/jira/statuses.ts'
import {
  type FieldIds,
  type FieldRole,
  type NamedPath,
  reduceIssue,
  type TicketFact,
  type TicketReading,
  ticketRecord,
} from '#collectors/jira/tickets.ts'
import { KeysetWalk } from '#collectors/keyset-walk.ts'
import {
  findRemoved,
  type Inventory,
  isInventory,
  orInventory,
  readListing,
  saveInventory,
  savePlaces,
} from '#collectors/removed.ts'
import { ShapeError } from '#collectors/rest.ts'
import type { Database } from '#db/connection.ts'
import type { StoredRow } from '#db/statements.ts'
import { SourceError } from '#lib/errors.ts'
import type { JiraTicketRule } from '#lib/ticket-rules.ts'

/** Raised when the same Jira would be read differently: then everything is read again. */
const READING = 1

const MINUTE_MS = 60_000
/** How far behind the newest update a later reading begins: the index of a search comes late. */
const OVERLAP_MS = 10 * MINUTE_MS

export interface JiraCollectorOptions extends JiraClientOptions {
  /** Which issues are tickets to the platform; without an order. */
  readonly jql: string
  /** How far back a first reading goes, in milliseconds. */
  readonly lookBackMs: number
  /** Names or ids of custom fields. */
  readonly fields: Readonly<Partial<Record<FieldRole, string | undefined>>>
  readonly statusMap: StatusMap
  readonly rules: readonly JiraTicketRule[]
  readonly platformTeam: readonly string[]
  readonly bots: readonly string[]
  readonly paths: readonly NamedPath[]
}

/** Everything that is read is tickets. */
const SCOPE = 'entity:tickets'

/** Reads the issues of a Jira that a search finds, as tickets, oldest update first. */
export function jiraCollector(options: JiraCollectorOptions): Collector<TicketFact | Inventory> {
  const { sourceId, baseUrl, hosting, jql, lookBackMs, fields, statusMap } = options
  const { rules, platformTeam, bots, paths } = options
  return {
    sourceId,
    configuration: {
      reading: READING,
      baseUrl,
      hosting,
      jql,
      lookBackMs,
      fields,
      statusMap,
      rules,
      platformTeam,
      bots,
      paths: paths.map(({ id, name, capability }) => ({ id, name, capability })),
    },
    record: orInventory(ticketRecord),
    async *fetch(cursors, context) {
      const cursor = Cursor.safeParse(cursors.get(SCOPE)).data ?? null
      refuseFuture(sourceId, cursor?.updated ?? null, context.now())
      const client = openJira(options, context)
      try {
        yield* readTickets({ options, client, context, cursor, cursors })
      } finally {
        await client.close()
      }
    },
    save: (tx, facts, _page, observedAt) => save(tx, { sourceId, observedAt }, facts),
  }
}

async function save(
  tx: Database,
  seen: { sourceId: string; observedAt: Date },
  facts: readonly (TicketFact | Inventory)[],
): Promise<number> {
  const tickets = facts.filter((fact): fact is TicketFact => !isInventory(fact))
  let changed = await saveTickets(tx, seen.sourceId, tickets, seen.observedAt)
  for (const fact of facts.filter(isInventory)) changed += await saveIssuesThere(tx, seen, fact)
  return changed
}

/** What is in a project that the search does not find, or nobody knows where, stands. */
async function saveIssuesThere(
  tx: Database,
  seen: { sourceId: string; observedAt: Date },
  inventory: Inventory,
): Promise<number> {
  const { places } = inventory
  const placed = await savePlaces(tx, 'tickets', seen.sourceId, places)
  const isAsked = ({ repository_native_id: project }: StoredRow) => places.has(String(project))
  return placed + (await saveInventory(tx, 'tickets', seen, inventory, isAsked))
}

const Cursor = z.object({
  /** How far back the first reading went. */
  since: z.string(),
  /** Newest update that was read; null before the first. */
  updated: z.string().nullable(),
})
type Cursor = z.output<typeof Cursor>

interface Run {
  readonly options: JiraCollectorOptions
  readonly client: JiraClient
  readonly context: CollectorContext
  readonly cursor: Cursor | null
  readonly cursors: ReadonlyMap<string, unknown>
}

/** A page that cannot be understood, and what comes after it, is read again by the next run. */
async function* readTickets(run: Run): AsyncGenerator<Page | ScopeFailure> {
  const { options, client, context } = run
  const now = context.now()
  const zone = await client.readTimeZone()
  const readAt = readUntil(client.time(), now)
  const reading = await prepareReading(options, client)
  const since = run.cursor?.since ?? new Date(now.getTime() - options.lookBackMs).toISOString()
  let cursor: Cursor = { since, updated: run.cursor?.updated ?? null }
  let begins = run.cursor === null
  let isWhole = true
  const toPage = (records: readonly SourceRecord[], covers: Page['covers']): Page => {
    const page = { scope: SCOPE, records, cursor, covers, begins }
    begins = false
    return page
  }
  let read = 0
  for await (const issues of listIssues(run, { from: startOf(cursor), zone, reading })) {
    const records = await toRecords(client, issues, reading).catch(toFailure)
    if (records instanceof ShapeError) {
      isWhole = false
      yield { scope: SCOPE, failure: records }
      continue
    }
    if (isWhole) cursor = { ...cursor, updated: findNewest(cursor.updated, issues) }
    yield toPage(records, null)
    read += issues.length
    context.progress('issues', read, null)
  }
  if (!isWhole) return
  yield toPage([], { from: new Date(since), to: readAt })
  yield* findRemoved(
    {
      sourceId: options.sourceId,
      scope: 'removed:tickets',
      words: { many: 'issues', place: 'project' },
      since,
      now,
      list: () => {
        const only = { fields: LISTED_FIELDS, most: MOST_LISTED }
        const pages = listIssues(run, { from: new Date(since), zone, reading, only })
        return readListing(pages, ListedIssue)
      },
      isVisible: client.seesProject,
    },
    run.cursors,
  )
}

/** Asked for at once where only their ids matter: a Jira gives what it will. */
const MOST_LISTED = 1000
const LISTED_FIELDS = ['updated', 'project']

const ListedIssue = z
  .looseObject({
    id: z.string().regex(/^\d+$/),
    fields: z.looseObject({ project: z.looseObject({ id: z.string().regex(/^\d+$/) }) }),
  })
  .transform(({ id, fields }) => ({ id, place: fields.project.id }))

function toFailure(error: unknown): ShapeError {
  if (error instanceof ShapeError) return error
  throw error
}

const findNewest = (newest: string | null, issues: readonly unknown[]) =>
  [newest, ...issues.map(updateOf)]
    .flatMap((time) => time ?? [])
    .toSorted()
    .at(-1) ?? null

const startOf = ({ since, updated }: Cursor) =>
  updated === null ? new Date(since) : new Date(Date.parse(updated) - OVERLAP_MS)

/** What Jira itself says of its statuses and fields. */
export async function prepareReading(
  options: JiraCollectorOptions,
  client: JiraClient,
): Promise<TicketReading> {
  const { sourceId, fields, rules, paths, statusMap } = options
  const asksForType = rules.some(({ requestType }) => requestType !== undefined)
  const names = Object.values(fields).filter((name) => name !== undefined)
  const isPlain = names.every((name) => FIELD_ID.test(name)) && !asksForType
  const known = isPlain ? [] : await client.listFields()
  return {
    people: toPeople(options),
    statuses: toStatuses(statusMap, await client.listStatuses()),
    rules,
    fields: { ...findFields(sourceId, fields, known), ...(asksForType && findRequestType(known)) },
    paths,
  }
}

const FIELD_ID = /^customfield_\d+$/

/** @throws {SourceError} naming the fields that are not there, or there more than once */
function findFields(
  sourceId: string,
  wanted: JiraCollectorOptions['fields'],
  known: readonly JiraField[],
): FieldIds {
  const found: Partial<Record<FieldRole, string>> = {}
  const faults: string[] = []
  for (const [role, name] of Object.entries(wanted)) {
    if (name === undefined) continue
    const ids = known
      .filter((field) => field.name.toLowerCase() === name.toLowerCase() || field.id === name)
      .map(({ id }) => id)
    const [id = name] = ids
    if (ids.length > 1)
      faults.push(`fields.${role}: "${name}" names ${ids.join(', ')}; write the id`)
    else if (ids.length === 0 && !FIELD_ID.test(name)) {
      faults.push(`fields.${role}: Jira has no field "${name}", or hides it`)
    } else found[role as FieldRole] = id
  }
  if (faults.length > 0) throw new SourceError(sourceId, faults.join('\n'))
  return found
}

/** The field in which Jira Service Management keeps what a customer chose. */
const REQUEST_TYPE = 'com.atlassian.servicedesk:vp-origin'

function findRequestType(known: readonly JiraField[]): FieldIds {
  const field = known.find(({ kind }) => kind === REQUEST_TYPE)
  return field ? { requestType: field.id } : {}
}

const OWN_FIELDS = [
  'created',
  'updated',
  'project',
  'status',
  'reporter',
  'assignee',
  'labels',
  'components',
  'issuetype',
  'priority',
  'comment',
  'summary',
]

interface IssueListing {
  readonly from: Date
  readonly zone: string | null
  readonly reading: TicketReading
  /** Fields to ask for, and of how many at once, where not all are needed. */
  readonly only?: { readonly fields: readonly string[]; readonly most: number }
}

/** Pages of issues that were not seen yet in this run, by their last update. */
async function* listIssues(
  { options, client }: Run,
  { from, zone, reading, only }: IssueListing,
): AsyncGenerator<unknown[]> {
  const { sourceId } = options
  const walk = new KeysetWalk<Place>({
    sourceId,
    name: 'Jira',
    from,
    timeOf: minuteOf,
    versionOf,
  })
  while (!walk.isOver) {
    const { jql, fields } = toSearch(options, reading, { from: walk.floor, zone })
    const page = await client.search(jql, only?.fields ?? fields, walk.place, only?.most)
    const fresh = walk.take(page)
    if (fresh.length > 0) yield fresh
  }
}

/** The question for what was updated since `from`. */
export const toSearch = (
  { jql }: Pick<JiraCollectorOptions, 'jql'>,
  reading: TicketReading,
  { from, zone }: { readonly from: Date; readonly zone: string | null },
) => ({
  jql: `(${jql}) AND updated >= "${toSearchTime(from, zone)}" ORDER BY updated ASC, key ASC`,
  fields: [...new Set([...OWN_FIELDS, ...Object.values(reading.fields)])],
})

const Versioned = z.looseObject({
  id: z.unknown(),
  key: z.unknown(),
  fields: z.looseObject({ updated: z.unknown() }),
})

const updateOf = (issue: unknown) => readInstant(Versioned.safeParse(issue).data?.fields.updated)

function versionOf(issue: unknown): string {
  const { data } = Versioned.safeParse(issue)
  return JSON.stringify(data ? [data.id, data.fields.updated] : issue)
}

/** Searches know no seconds. */
function minuteOf(issue: unknown): Date | null {
  const updated = updateOf(issue)
  return updated === null ? null : new Date(Math.floor(Date.parse(updated) / MINUTE_MS) * MINUTE_MS)
}

const Issue = z.looseObject({
  id: z.string(),
  fields: z.looseObject({
    comment: z.looseObject({ comments: z.array(z.unknown()), total: z.int() }).nullish(),
  }),
})

/** Issues with all comments and changes, without their people and texts. */
export async function toRecords(
  client: JiraClient,
  issues: readonly unknown[],
  reading: TicketReading,
): Promise<SourceRecord[]> {
  const histories = await client.readHistories(issues)
  const records: SourceRecord[] = []
  for (const issue of issues) {
    const { id = '' } = Issue.safeParse(issue).data ?? {}
    const comments = await readComments(client, issue)
    const whole = { issue, comments, histories: histories.get(id) ?? null }
    records.push({ position: toPosition(issue), value: reduceIssue(whole, reading) })
  }
  return records
}

async function readComments(client: JiraClient, issue: unknown) {
  const { id, fields } = Issue.safeParse(issue).data ?? {}
  const list = fields?.comment ?? null
  if (id === undefined || list === null) return null
  return list.comments.length >= list.total ? list.comments : client.readComments(id)
}

function toPosition(issue: unknown): string {
  const { data } = z.looseObject({ key: z.string() }).safeParse(issue)
  const { id } = z.looseObject({ id: z.string() }).safeParse(issue).data ?? {}
  return `issue ${data?.key ?? id ?? 'without a key'}`
}
