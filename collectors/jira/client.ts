import { z } from 'zod'
import type { CollectorContext } from '#collectors/collector.ts'
import { Status } from '#collectors/jira/statuses.ts'
import type { SortedPage } from '#collectors/keyset-walk.ts'
import {
  openRest,
  orNull,
  type RestClient,
  type RestClientOptions,
  TooLargeError,
} from '#collectors/rest.ts'

/** Which of its two interfaces a Jira speaks. */
export type Hosting = 'cloud' | 'data-center'

export interface JiraClientOptions extends RestClientOptions {
  readonly hosting: Hosting
}

/** Where a search goes on: a token of Cloud, a number of issues of Data Center. */
export type Place = string | number

export interface JiraField {
  readonly id: string
  readonly name: string
  /** What kind of field it is; null of Jira's own. */
  readonly kind: string | null
}

/** Reads of one Jira. Failures are `SourceError`s without a secret. */
export interface JiraClient {
  /** The time zone of who signed in, in which searches are understood; null when it is hidden. */
  readonly readTimeZone: () => Promise<string | null>
  readonly listStatuses: () => Promise<Status[]>
  readonly listFields: () => Promise<JiraField[]>
  /** Issues that `jql` finds, with the named fields, from `place` on; `most` at once, if Jira gives so many. */
  readonly search: (
    jql: string,
    fields: readonly string[],
    place: Place | null,
    most?: number,
  ) => Promise<SortedPage<Place>>
  /** Whether who signed in sees a project, by its id. */
  readonly seesProject: (id: string) => Promise<boolean>
  /** By id of the issue, the changes of its status; null when Jira gives only some of them. */
  readonly readHistories: (issues: readonly unknown[]) => Promise<ReadonlyMap<string, Histories>>
  /** All comments of an issue, oldest first; null when it is gone. */
  readonly readComments: (issueId: string) => Promise<readonly unknown[] | null>
  readonly time: RestClient['time']
  readonly close: RestClient['close']
}

type Histories = readonly unknown[] | null

const MOST_ISSUES = 50

const Refusal = z.looseObject({
  errorMessages: z.array(z.string()).default([]),
  errors: z.record(z.string(), z.string()).default({}),
  message: z.string().optional(),
})

function explain(body: unknown): string | null {
  const { data } = Refusal.safeParse(body)
  if (data === undefined) return null
  const { errorMessages, errors, message } = data
  return [...errorMessages, ...Object.values(errors), message ?? []].flat().join('; ') || null
}

/** The caller closes it. */
export function openJira(
  options: JiraClientOptions,
  context: Pick<CollectorContext, 'now' | 'signal' | 'progress'>,
): JiraClient {
  const rest = openRest(options, { name: 'Jira', explain }, context)
  const isCloud = options.hosting === 'cloud'
  const api = `/rest/api/${isCloud ? 3 : 2}`
  const searchOnce = isCloud ? searchCloud(rest, api) : searchDataCenter(rest, api)
  let part = 1
  return {
    readTimeZone: async () => {
      const { timeZone } = await rest.get(Myself, `${api}/myself`)
      return timeZone ?? null
    },
    listStatuses: () => rest.get(z.array(Status), `${api}/status`),
    listFields: () => rest.get(FieldList, `${api}/field`),
    async search(jql, fields, place, most = MOST_ISSUES) {
      for (;;) {
        const size = Math.max(1, Math.floor(most / part))
        try {
          return await searchOnce({ jql, fields, maxResults: size }, place)
        } catch (error) {
          // Issues with many comments: fewer of them may do.
          if (!(error instanceof TooLargeError) || size === 1) throw error
          part *= 2
        }
      }
    },
    seesProject: async (id) => {
      const found = await orNull(rest.get(z.looseObject({}), `${api}/project/${id}`))
      return found !== null
    },
    readHistories: isCloud
      ? (issues) => readBulk(rest, api, listIds(issues))
      : (issues) => readExpanded(rest, api, issues),
    readComments: (id) => readComments(rest, `${api}/issue/${id}/comment`),
    time: rest.time,
    close: rest.close,
  }
}

const Myself = z.looseObject({ timeZone: z.string().nullish() })

const FieldList = z.array(
  z
    .looseObject({
      id: z.string(),
      name: z.string(),
      schema: z.looseObject({ custom: z.string().nullish() }).nullish(),
    })
    .transform(({ id, name, schema }) => ({ id, name, kind: schema?.custom ?? null })),
)

interface Search {
  readonly jql: string
  readonly fields: readonly string[]
  readonly maxResults: number
}

type SearchOnce = (search: Search, place: Place | null) => Promise<SortedPage<Place>>

const CloudPage = z.looseObject({
  issues: z.array(z.unknown()),
  isLast: z.boolean().nullish(),
  nextPageToken: z.string().nullish(),
})

// https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/
const searchCloud =
  (rest: RestClient, api: string): SearchOnce =>
  async (search, place) => {
    const asked = { ...search, ...(place !== null && { nextPageToken: place }) }
    const page = await rest.post(CloudPage, `${api}/search/jql`, asked)
    const { issues, isLast, nextPageToken = null } = page
    return { items: issues, next: isLast ? null : nextPageToken }
  }

const ServerPage = z.looseObject({
  issues: z.array(z.unknown()),
  startAt: z.int(),
  total: z.int(),
})

/**
 * Half of each page is read again, for what moves up while one page is asked for after another.
 */
const searchDataCenter =
  (rest: RestClient, api: string): SearchOnce =>
  async (search, place) => {
    const asked = { ...search, startAt: place ?? 0, expand: ['changelog'] }
    const { issues, startAt, total } = await rest.post(ServerPage, `${api}/search`, asked)
    const isLast = startAt + issues.length >= total
    return {
      items: issues,
      next: isLast ? null : startAt + Math.max(1, Math.ceil(issues.length / 2)),
    }
  }

const Identified = z.looseObject({ id: z.string().regex(/^\d+$/) })

const listIds = (issues: readonly unknown[]) =>
  issues.flatMap((issue) => Identified.safeParse(issue).data?.id ?? [])

/** A page of changes of some of the issues `asked` for. */
const bulkPageOf = (asked: ReadonlySet<string>) =>
  z.looseObject({
    issueChangeLogs: z.array(
      z.looseObject({
        issueId: z.string().refine((id) => asked.has(id), 'expected an issue that was asked for'),
        changeHistories: z.array(z.unknown()),
      }),
    ),
    nextPageToken: z.string().nullish(),
  })

// https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-changelog-bulkfetch-post
async function readBulk(
  rest: RestClient,
  api: string,
  ids: readonly string[],
): Promise<Map<string, unknown[]>> {
  const histories = new Map<string, unknown[]>(ids.map((id) => [id, []]))
  if (ids.length === 0) return histories
  const shape = bulkPageOf(new Set(ids))
  const seen = new Set<string>()
  for (let token: string | null = null; ; ) {
    const asked = { issueIdsOrKeys: ids, fieldIds: ['status'], maxResults: 1000 }
    const more = token === null ? asked : { ...asked, nextPageToken: token }
    const page: z.output<typeof shape> = await rest.post(shape, `${api}/changelog/bulkfetch`, more)
    for (const { issueId, changeHistories } of page.issueChangeLogs) {
      histories.get(issueId)?.push(...changeHistories)
    }
    token = page.nextPageToken ?? null
    if (token === null || seen.has(token)) return histories
    seen.add(token)
  }
}

const Expanded = z.looseObject({
  changelog: z.looseObject({ histories: z.array(z.unknown()), total: z.int() }),
})

/** The search gave the changes; of an issue that has more than a search tells, it is asked alone. */
async function readExpanded(
  rest: RestClient,
  api: string,
  issues: readonly unknown[],
): Promise<Map<string, Histories>> {
  const histories = new Map<string, Histories>()
  for (const issue of issues) {
    const [id] = listIds([issue])
    if (id === undefined) continue
    const given = readWhole(issue)
    const alone = given ?? (await readAlone(rest, `${api}/issue/${id}`))
    histories.set(id, alone)
  }
  return histories
}

async function readAlone(rest: RestClient, path: string): Promise<Histories> {
  const asked = { expand: 'changelog', fields: 'status' }
  return readWhole(await orNull(rest.get(Expanded, path, asked)))
}

function readWhole(issue: unknown): Histories {
  const { data } = Expanded.safeParse(issue)
  if (data === undefined) return null
  const { histories, total } = data.changelog
  return histories.length >= total ? histories : null
}

const CommentPage = z.looseObject({ comments: z.array(z.unknown()), total: z.int() })

async function readComments(rest: RestClient, path: string): Promise<unknown[] | null> {
  const comments: unknown[] = []
  for (;;) {
    const asked = { startAt: comments.length, maxResults: 100, orderBy: 'created' }
    const page = await orNull(rest.get(CommentPage, path, asked))
    if (page === null) return null
    comments.push(...page.comments)
    if (page.comments.length === 0 || comments.length >= page.total) return comments
  }
}
