import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { toPeople } from '#collectors/jira/people.ts'
import { toStatuses } from '#collectors/jira/statuses.ts'
import { reduceIssue, ticketRecord } from '#collectors/jira/tickets.ts'

// Real answers of Jira Cloud. They are not part of this repository.
const FIXTURES = '../shared/fixtures/devlake/raw'
const isThere = existsSync(FIXTURES)

interface RawIssue {
  readonly key: string
  readonly fields: { readonly comment?: { readonly comments: unknown[] } }
  readonly changelog: { readonly histories: unknown[] }
}

function readTickets() {
  const statuses = toStatuses({ open: [], inProgress: [], done: [] }, [])
  const people = toPeople({ platformTeam: [], bots: [] })
  const reading = { people, statuses, rules: [], fields: {}, paths: [] }
  const lines = readFileSync(join(FIXTURES, 'jira.issues.ndjson'), 'utf8').trim().split('\n')
  return lines.map((line) => {
    const { data: issue } = JSON.parse(line) as { data: RawIssue }
    const comments = issue.fields.comment?.comments ?? null
    const { histories } = issue.changelog
    return { issue, reduced: reduceIssue({ issue, comments, histories }, reading) }
  })
}

test.skipIf(!isThere)('every real issue can be read, and keeps no person', () => {
  const tickets = readTickets().map(({ reduced }) => ticketRecord.parse(reduced))
  expect(tickets).toHaveLength(33)
  expect(tickets[0]).toMatchObject({ native_id: '10063', opened_at: '2020-06-12T00:13:13.360Z' })
  const kept = JSON.stringify([tickets, readTickets().map(({ reduced }) => reduced)])
  expect(kept).not.toMatch(/user-|anon-|@/)
})

test.skipIf(!isThere)(
  'five issues are named done and are of the category new: the category decides',
  () => {
    const named = readTickets().map(({ issue, reduced }) => ({
      name: (issue.fields as unknown as { status: { name: string } }).status.name,
      status: ticketRecord.parse(reduced).status_category,
    }))
    const done = named.filter(({ name }) => name === '已完成')
    expect(done.filter(({ status }) => status === 'open')).toHaveLength(5)
    expect(done.filter(({ status }) => status === 'done')).toHaveLength(25)
  },
)
