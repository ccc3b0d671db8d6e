/** What a local Jira holds. Tests change it as they like. */
export interface JiraWorld {
  readonly issues: StoredIssue[]
  /** Of who signs in; null hides it. */
  timeZone: string | null
  readonly statuses: StoredStatus[]
  readonly fields: { id: string; name: string; custom: string }[]
  /** Changes and comments that a search tells of an issue; more have to be asked for. */
  embedded: number
  /** Projects that who signs in does not see, by what keys of their issues begin with. */
  readonly hidden: string[]
}

export interface StoredIssue {
  readonly id: string
  key: string
  summary: string
  readonly createdAt: string
  updatedAt: string
  /** Id of its status. */
  status: string
  readonly labels: string[]
  readonly components: string[]
  issueType: string
  priority: string
  reporter: StoredUser | null
  assignee: StoredUser | null
  readonly comments: StoredComment[]
  /** Changes of its status, oldest first. */
  readonly changes: StoredChange[]
  /** By the id of the field. */
  readonly custom: Record<string, unknown>
}

export interface StoredStatus {
  readonly id: string
  readonly name: string
  readonly category: 'new' | 'indeterminate' | 'done' | 'undefined'
}

export interface StoredUser {
  readonly accountId: string
  readonly displayName: string
  readonly accountType: 'atlassian' | 'app' | 'customer'
}

export interface StoredComment {
  readonly createdAt: string
  readonly author: StoredUser
  readonly isPublic: boolean
}

export interface StoredChange {
  readonly createdAt: string
  readonly from: string
  readonly to: string
}

const aUser = (name: string, accountType: StoredUser['accountType'] = 'atlassian'): StoredUser => ({
  accountId: `account-${name}`,
  displayName: name,
  accountType,
})

export const ROBIN = aUser('robin')
export const KIM = aUser('kim')
/** Of the platform team. */
export const ALEX = aUser('alex')
export const APP = aUser('automation', 'app')

const OPEN = '1'
const DOING = '3'
const DONE = '10001'
export const STATUS = { open: OPEN, doing: DOING, done: DONE } as const

export function aJiraWorld(world: Partial<JiraWorld> = {}): JiraWorld {
  return {
    issues: [],
    timeZone: 'Pacific/Auckland',
    statuses: [
      { id: OPEN, name: 'Offen', category: 'new' },
      { id: DOING, name: 'In Arbeit', category: 'indeterminate' },
      { id: DONE, name: 'Fertig', category: 'done' },
    ],
    fields: [],
    embedded: 20,
    hidden: [],
    ...world,
  }
}

/** Asked by Robin, and nothing happened yet. */
export function anIssue(
  number: number,
  createdAt: string,
  issue: Partial<StoredIssue> = {},
): StoredIssue {
  return {
    id: String(10_000 + number),
    key: `HELP-${number}`,
    summary: 'How do I deploy?',
    createdAt,
    updatedAt: createdAt,
    status: OPEN,
    labels: [],
    components: [],
    issueType: 'Service request',
    priority: 'Medium',
    reporter: ROBIN,
    assignee: null,
    comments: [],
    changes: [],
    custom: {},
    ...issue,
  }
}

/** Moves an issue to another status. */
export function move(issue: StoredIssue, to: string, at: string): void {
  issue.changes.push({ createdAt: at, from: issue.status, to })
  issue.status = to
  issue.updatedAt = at
}

export function comment(
  issue: StoredIssue,
  author: StoredUser,
  at: string,
  { isPublic = true }: { isPublic?: boolean } = {},
): void {
  issue.comments.push({ createdAt: at, author, isPublic })
  issue.updatedAt = at
}
