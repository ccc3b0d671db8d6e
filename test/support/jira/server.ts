import type {
  JiraWorld,
  StoredChange,
  StoredComment,
  StoredIssue,
  StoredUser,
} from '#test/support/jira/world.ts'
import { type Answered, type Asked, aLocalApi, type LocalApi } from '#test/support/local-api.ts'

export interface LocalJira extends LocalApi {
  readonly world: JiraWorld
  readonly hosting: 'cloud' | 'data-center'
}

export const JIRA_TOKEN = 'local-jira-token'

/** A Jira on this machine that answers searches as documented; gone after the test. */
export async function aJira(
  world: JiraWorld,
  hosting: LocalJira['hosting'] = 'cloud',
): Promise<LocalJira> {
  const api = await aLocalApi((asked) => {
    if (!isSignedIn(asked)) {
      return { status: 401, value: { message: 'Client must be authenticated' } }
    }
    return hosting === 'cloud' ? answerCloud(world, asked) : answerDataCenter(world, asked)
  })
  return Object.assign(api, { world, hosting })
}

function isSignedIn({ authorization }: Asked): boolean {
  const [scheme = '', secret = ''] = authorization.split(' ')
  if (scheme === 'Bearer') return secret === JIRA_TOKEN
  return Buffer.from(secret, 'base64').toString().endsWith(`:${JIRA_TOKEN}`)
}

const NOT_FOUND: Answered = {
  status: 404,
  value: { errorMessages: ['Issue does not exist or you do not have permission to see it.'] },
}

const refuse = (message: string): Answered => ({
  status: 400,
  value: { errorMessages: [message], errors: {} },
})

/** Ids of projects by their key; one may have had another key. */
const PROJECTS: Readonly<Record<string, string>> = { HELP: '20001', DESK: '20001', OPS: '20002' }

const projectOf = ({ key }: StoredIssue) => key.replace(/-\d+$/, '')

/** What Cloud and Data Center answer alike. */
function answerBoth(world: JiraWorld, { url }: Asked, api: string): Answered {
  const path = url.pathname.replace(api, '')
  if (path === '/myself') {
    const { timeZone } = world
    return { status: 200, value: { displayName: 'reader', ...(timeZone && { timeZone }) } }
  }
  if (path === '/status') return { status: 200, value: world.statuses.map(toStatus) }
  if (path === '/field') {
    const fields = world.fields.map(({ id, name, custom }) => ({ id, name, schema: { custom } }))
    return { status: 200, value: [{ id: 'summary', name: 'Summary' }, ...fields] }
  }
  const [, project] = /^\/project\/(\d+)$/.exec(path) ?? []
  if (project !== undefined) {
    const key = Object.keys(PROJECTS).find((one) => PROJECTS[one] === project) ?? ''
    return world.hidden.includes(key) ? NOT_FOUND : { status: 200, value: { id: project, key } }
  }
  const [, id] = /^\/issue\/(\w+)\/comment$/.exec(path) ?? []
  const issue = world.issues.find((one) => one.id === id)
  return issue ? answerComments(issue, url) : NOT_FOUND
}

function answerComments({ comments }: StoredIssue, url: URL): Answered {
  const startAt = Number(url.searchParams.get('startAt'))
  const maxResults = Math.min(Number(url.searchParams.get('maxResults')), 10)
  const page = comments.slice(startAt, startAt + maxResults).map(toComment)
  return { status: 200, value: { startAt, maxResults, total: comments.length, comments: page } }
}

interface SearchBody {
  readonly jql: string
  readonly fields: readonly string[]
  readonly maxResults: number
  readonly nextPageToken?: string
  readonly startAt?: number
}

function answerCloud(world: JiraWorld, asked: Asked): Answered {
  const path = asked.url.pathname
  // Gone since May 2025.
  if (path === '/rest/api/3/search') return { status: 410, value: { errorMessages: ['removed'] } }
  if (path === '/rest/api/3/changelog/bulkfetch') return answerBulk(world, asked.body)
  if (path !== '/rest/api/3/search/jql') return answerBoth(world, asked, '/rest/api/3')
  const search = JSON.parse(asked.body) as SearchBody // As the client sends.
  const found = find(world, search.jql)
  if (found === null) return refuse('Unbounded JQL queries are not allowed here.')
  const start = search.nextPageToken === undefined ? 0 : fromToken(search.nextPageToken)
  if (Number.isNaN(start)) return refuse('Invalid token')
  const end = start + Math.min(search.maxResults, 100)
  const issues = found.slice(start, end).map((issue) => toIssue(world, issue, search.fields))
  const isLast = end >= found.length
  return {
    status: 200,
    value: { issues, isLast, ...(!isLast && { nextPageToken: toToken(end) }) },
  }
}

export const toToken = (start: number) => Buffer.from(`from:${start}`).toString('base64')

const fromToken = (token: string) => Number(Buffer.from(token, 'base64').toString().slice(5))

function answerBulk({ issues }: JiraWorld, body: string): Answered {
  const { issueIdsOrKeys: ids, fieldIds } = JSON.parse(body) as {
    issueIdsOrKeys: string[]
    fieldIds: string[]
  } // As the client sends.
  if (fieldIds.join() !== 'status') return refuse('this Jira keeps changes of the status only')
  const logs = issues
    .filter(({ id, changes }) => ids.includes(id) && changes.length > 0)
    .map(({ id, changes }) => ({
      issueId: id,
      changeHistories: changes.map((change, index) => ({
        ...toHistory(change, index),
        created: Date.parse(change.createdAt),
      })),
    }))
  return { status: 200, value: { issueChangeLogs: logs } }
}

function answerDataCenter(world: JiraWorld, asked: Asked): Answered {
  const path = asked.url.pathname
  const [, id] = /^\/rest\/api\/2\/issue\/(\w+)$/.exec(path) ?? []
  const alone = world.issues.find((one) => one.id === id)
  if (alone) {
    const changelog = toChangelog(alone.changes, alone.changes.length)
    return { status: 200, value: { ...toIssue(world, alone, ['status']), changelog } }
  }
  if (path !== '/rest/api/2/search') return answerBoth(world, asked, '/rest/api/2')
  const { jql, fields, maxResults, startAt = 0 } = JSON.parse(asked.body) as SearchBody
  const found = find(world, jql)
  if (found === null) return refuse('not a search that this Jira understands')
  const issues = found.slice(startAt, startAt + maxResults).map((issue) => ({
    ...toIssue(world, issue, fields),
    changelog: toChangelog(issue.changes, world.embedded),
  }))
  return { status: 200, value: { startAt, maxResults, total: found.length, issues } }
}

function toChangelog(changes: readonly StoredChange[], most: number) {
  const histories = changes.slice(-most).map(toHistory)
  return { startAt: 0, maxResults: histories.length, total: changes.length, histories }
}

const SEARCH =
  /^\(project in \(([A-Z, ]+)\)\) AND updated >= "([\d-]+ [\d:]+)" ORDER BY updated ASC, key ASC$/

/** The issues of the projects, since the minute, that a search names; null for any other search. */
function find({ issues, timeZone, hidden }: JiraWorld, jql: string): StoredIssue[] | null {
  const [, keys = '', since] = SEARCH.exec(jql.replace(/project = (\w+)/, 'project in ($1)')) ?? []
  if (since === undefined) return null
  const projects = keys.split(', ').map((key) => PROJECTS[key])
  return issues
    .filter((issue) => projects.includes(PROJECTS[projectOf(issue)]))
    .filter((issue) => !hidden.includes(projectOf(issue)))
    .filter(({ updatedAt }) => toMinute(updatedAt, timeZone ?? 'UTC') >= since)
    .toSorted(
      (a, b) => Date.parse(a.updatedAt) - Date.parse(b.updatedAt) || a.key.localeCompare(b.key),
    )
}

const clocks = new Map<string, Intl.DateTimeFormat>()

/** `2026-06-01 14:00`, by the clock of who signed in. */
function toMinute(instant: string, timeZone: string): string {
  const clock =
    clocks.get(timeZone) ??
    new Intl.DateTimeFormat('en', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    })
  clocks.set(timeZone, clock)
  const parts = clock.formatToParts(new Date(instant)).map(({ type, value }) => [type, value])
  const { year, month, day, hour, minute } = Object.fromEntries(parts) as Record<string, string>
  return `${year}-${month}-${day} ${hour}:${minute}`
}

/** As Jira writes instants: with an offset without a colon. */
const toJiraTime = (instant: string) =>
  new Date(Date.parse(instant) + 2 * 3_600_000).toISOString().replace('Z', '+0200')

const KEYS = { new: 2, indeterminate: 4, done: 3, undefined: 1 }

const toStatus = ({ id, name, category }: JiraWorld['statuses'][number]) => ({
  id,
  name,
  statusCategory: { id: KEYS[category], key: category, name },
})

const toUser = (user: StoredUser | null) =>
  user && { ...user, active: true, emailAddress: `${user.displayName}@acme.example` }

const toComment = ({ createdAt, author, isPublic }: StoredComment) => ({
  body: { type: 'doc', content: [{ type: 'text', text: `${author.displayName} says` }] },
  author: toUser(author),
  created: toJiraTime(createdAt),
  jsdPublic: isPublic,
})

const toHistory = ({ createdAt, from, to }: StoredChange, index: number) => ({
  id: String(index + 1),
  author: { displayName: 'alex' },
  created: toJiraTime(createdAt),
  items: [{ field: 'status', fieldId: 'status', from, fromString: from, to, toString: to }],
})

/** An issue with the fields that were asked for, and no others. */
function toIssue(world: JiraWorld, issue: StoredIssue, fields: readonly string[]) {
  const status = world.statuses.find(({ id }) => id === issue.status)
  const comments = issue.comments.slice(0, world.embedded)
  const all: Record<string, unknown> = {
    summary: issue.summary,
    project: { id: PROJECTS[projectOf(issue)], key: projectOf(issue) },
    status: status && toStatus(status),
    created: toJiraTime(issue.createdAt),
    updated: toJiraTime(issue.updatedAt),
    labels: issue.labels,
    components: issue.components.map((name) => ({ name })),
    issuetype: { name: issue.issueType },
    priority: { id: '3', name: issue.priority },
    reporter: toUser(issue.reporter),
    assignee: toUser(issue.assignee),
    comment: { comments: comments.map(toComment), total: issue.comments.length, startAt: 0 },
    ...issue.custom,
  }
  const asked = Object.entries(all).filter(([name]) => fields.includes(name))
  const { id, key } = issue
  return { id, key, self: `/rest/api/2/issue/${id}`, fields: Object.fromEntries(asked) }
}
