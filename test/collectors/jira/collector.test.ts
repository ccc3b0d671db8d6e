import { expect, test } from 'vitest'
import { addTeam } from '#test/support/adoption.ts'
import { NOW } from '#test/support/collector.ts'
import { testDatabase } from '#test/support/database.ts'
import { collectJira } from '#test/support/jira/collect.ts'
import { aJira, JIRA_TOKEN } from '#test/support/jira/server.ts'
import {
  ALEX,
  APP,
  aJiraWorld,
  anIssue,
  comment,
  type JiraWorld,
  KIM,
  move,
  ROBIN,
  STATUS,
  type StoredIssue,
} from '#test/support/jira/world.ts'

const at = (time: string) => `2026-05-20T${time}:00Z`
const stored = (time: string) => `2026-05-20T${time}:00.000Z`

type Options = Parameters<typeof collectJira>[2]

/** Collects a Jira with these issues; the rows are in the order of the issues. */
async function collect(issues: StoredIssue[], options: Options = {}, world = {}) {
  const jira = await aJira(aJiraWorld({ issues, ...world }))
  const db = await testDatabase()
  const outcome = await collectJira(db, jira, options)
  const rows = await db.selectFrom('tickets').selectAll().orderBy('native_id').execute()
  return { jira, db, outcome, rows }
}

const PLATFORM = { platformTeam: [ALEX.accountId] }

test('an issue is a ticket with its first response, its end and where it stands', async () => {
  const issue = anIssue(1, at('09:00'), { labels: ['deploy'] })
  comment(issue, ALEX, at('10:00'))
  move(issue, STATUS.doing, at('10:30'))
  move(issue, STATUS.done, at('12:00'))
  const { rows, outcome } = await collect([issue], {
    ...PLATFORM,
    rules: [
      { label: 'Deploy', category: 'deployment', path: 'http-service', type: 'how_to' },
      { label: 'deploy', text: 'how do i', executedBy: 'requester', category: 'other' },
    ],
  })
  expect(outcome).toMatchObject({ status: 'ok', error: null })
  expect(rows).toEqual([
    {
      source_id: 'desk',
      native_id: '10001',
      observed_at: NOW.toISOString(),
      gone_at: null,
      team_id: null,
      path_id: 'http-service',
      type: 'how_to',
      category: 'deployment',
      severity: null,
      status_category: 'done',
      opened_at: stored('09:00'),
      first_response_at: stored('10:00'),
      resolved_at: stored('12:00'),
      reopened_count: 0,
      channel: 'jira',
      opened_by_group: 'users',
      bot: 0,
      linked_request_id: null,
      session_count: null,
      platform_people_count: 1,
      executed_by: 'requester',
      both_sides_changed: null,
      co_design: null,
      repository_native_id: '20001',
    },
  ])
})

test.each([
  [{}, stored('09:30')],
  [PLATFORM, stored('11:00')],
])(
  'with the platform team %j the first public answer by somebody else counts',
  async (options, expected) => {
    const issue = anIssue(1, at('09:00'))
    comment(issue, ROBIN, at('09:10'))
    comment(issue, APP, at('09:20'))
    comment(issue, ALEX, at('09:25'), { isPublic: false })
    comment(issue, KIM, at('09:30'))
    comment(issue, ALEX, at('11:00'))
    const { rows } = await collect([issue], options)
    expect(rows).toMatchObject([{ first_response_at: expected }])
  },
)

test('who asks is the platform team, a machine, a user or not known', async () => {
  const byWhom = [ALEX, APP, ROBIN, null]
  const issues = byWhom.map((reporter, index) => anIssue(index + 1, at('09:00'), { reporter }))
  const told = await collect(issues, PLATFORM)
  expect(told.rows.map((row) => [row.opened_by_group, row.bot])).toEqual([
    ['platform', 0],
    [null, 1],
    ['users', 0],
    [null, 0],
  ])
  const { rows } = await collect(issues)
  // Any of them may be of the platform team.
  expect(rows.map((row) => row.opened_by_group)).toEqual([null, null, null, null])
})

test('it is resolved when it was done for the last time, and reopened when it was done before', async () => {
  const issue = anIssue(1, at('09:00'))
  move(issue, STATUS.done, at('10:00'))
  move(issue, STATUS.doing, at('11:00'))
  move(issue, STATUS.done, at('12:00'))
  move(issue, '10002', at('13:00'))
  const closed = { id: '10002', name: 'Geschlossen', category: 'done' as const }
  const statuses = [...aJiraWorld().statuses, closed]
  const { rows } = await collect([issue], {}, { statuses })
  expect(rows).toMatchObject([
    { status_category: 'done', resolved_at: stored('12:00'), reopened_count: 1 },
  ])
})

test('what was open again, or is done by no change that is told, has no end', async () => {
  const open = anIssue(1, at('09:00'))
  move(open, STATUS.done, at('10:00'))
  move(open, STATUS.open, at('11:00'))
  const untold = anIssue(2, at('09:00'))
  move(untold, STATUS.doing, at('10:00'))
  untold.status = STATUS.done
  const born = anIssue(3, at('09:00'), { status: STATUS.done })
  const { rows } = await collect([open, untold, born])
  expect(rows.map((row) => row.resolved_at)).toEqual([null, null, stored('09:00')])
})

test('the category of a status decides, unless the configuration does; without one nobody knows', async () => {
  const statuses: JiraWorld['statuses'] = [
    { id: '1', name: 'Fertig', category: 'new' },
    { id: '2', name: 'Wartet', category: 'indeterminate' },
    { id: '3', name: 'Irgendwie', category: 'undefined' },
    { id: '4', name: 'Abgelehnt', category: 'indeterminate' },
  ]
  const issues = statuses.map(({ id }) => anIssue(Number(id), at('09:00'), { status: id }))
  const statusMap = { open: ['wartet'], inProgress: [], done: ['4'] }
  const { rows } = await collect(issues, { statusMap }, { statuses })
  expect(rows.map((row) => row.status_category)).toEqual(['open', 'open', null, 'done'])
})

const FIELDS = [
  { id: 'customfield_1', name: 'Area', custom: 'select' },
  { id: 'customfield_2', name: 'Team', custom: 'team' },
  { id: 'customfield_3', name: 'Capability', custom: 'select' },
  { id: 'customfield_4', name: 'First response', custom: 'datetime' },
  { id: 'customfield_5', name: 'Team', custom: 'text' },
  { id: 'customfield_6', name: 'Request Type', custom: 'com.atlassian.servicedesk:vp-origin' },
  { id: 'customfield_7', name: 'Meetings', custom: 'float' },
]

test('fields by name or id tell category, team, path, response and meetings', async () => {
  const custom = {
    customfield_1: { value: 'Pipelines' },
    customfield_2: { name: 'Payments' },
    customfield_3: [{ value: 'Deployment' }],
    customfield_4: { completedCycles: [{ stopTime: { epochMillis: Date.parse(at('09:45')) } }] },
    customfield_6: { requestType: { name: 'Get access' } },
    customfield_7: 2,
  }
  const jira = await aJira(
    aJiraWorld({ issues: [anIssue(1, at('09:00'), { custom })], fields: FIELDS }),
  )
  const db = await testDatabase()
  await addTeam(db, 'team-pay', { name: 'Payments' })
  const outcome = await collectJira(db, jira, {
    fields: {
      category: 'area',
      team: 'customfield_2',
      capability: 'Capability',
      firstResponse: 'First response',
      sessions: 'Meetings',
    },
    paths: [{ id: 'http-service', name: 'HTTP service', capability: 'deployment' }],
    rules: [{ requestType: 'get access', type: 'access', category: 'what no field says' }],
  })
  expect(outcome.error).toBeNull()
  const rows = await db.selectFrom('tickets').selectAll().execute()
  expect(rows).toMatchObject([
    {
      category: 'Pipelines',
      team_id: 'team-pay',
      path_id: 'http-service',
      first_response_at: stored('09:45'),
      session_count: 2,
      type: 'access',
    },
  ])
})

test.each([
  ['as its priority is mapped', { rules: [{ priority: 'highest', severity: 'sev1' }] }, 'sev1'],
  ['as its priority is called', { fields: { severity: 'Priority' } }, 'Highest'],
  ['as a field of its own says', { fields: { severity: 'Area' } }, 'Pipelines'],
  ['not known where nobody maps it', {}, null],
  ['not known where no rule fits', { rules: [{ priority: 'low', severity: 'sev4' }] }, null],
])('how severe a ticket is is %s', async (_, options, severity) => {
  const issue = anIssue(1, at('09:00'), {
    priority: 'Highest',
    custom: { customfield_1: { value: 'Pipelines' } },
  })
  const { rows, outcome } = await collect([issue], options, {
    fields: [...FIELDS, { id: 'priority', name: 'Priority', custom: 'priority' }],
  })
  expect(outcome.error).toBeNull()
  expect(rows).toMatchObject([{ severity }])
})

test('a name that several fields have, and one that none has, are told at once', async () => {
  const { outcome } = await collect(
    [anIssue(1, at('09:00'))],
    { fields: { team: 'Team', category: 'Aera' } },
    { fields: FIELDS },
  )
  expect(outcome).toMatchObject({
    status: 'failed',
    error: [
      'desk: fields.team: "Team" names customfield_2, customfield_5; write the id',
      'fields.category: Jira has no field "Aera", or hides it',
    ].join('\n'),
  })
})

test('a person in a field is no team', async () => {
  const custom = { customfield_2: { displayName: 'robin', name: 'robin' } }
  const { rows } = await collect([anIssue(1, at('09:00'), { custom })], {
    fields: { team: 'customfield_2' },
  })
  expect(rows).toMatchObject([{ team_id: null }])
})

test('comments and changes that a search leaves out are asked for', async () => {
  const issue = anIssue(1, at('09:00'))
  for (let minute = 10; minute < 40; minute += 1) comment(issue, ROBIN, at(`09:${minute}`))
  comment(issue, ALEX, at('10:00'))
  for (const hosting of ['cloud', 'data-center'] as const) {
    const changed = structuredClone(issue)
    for (let minute = 10; minute < 40; minute += 1) {
      move(changed, minute % 2 === 0 ? STATUS.done : STATUS.doing, at(`11:${minute}`))
    }
    const jira = await aJira(aJiraWorld({ issues: [changed] }), hosting)
    const db = await testDatabase()
    await collectJira(db, jira, PLATFORM)
    const rows = await db.selectFrom('tickets').selectAll().execute()
    expect(rows).toMatchObject([
      { first_response_at: stored('10:00'), reopened_count: 15, status_category: 'in_progress' },
    ])
  }
})

test('the whole of what was read is covered, from the look-back to the clock of Jira', async () => {
  const jira = await aJira(aJiraWorld())
  jira.clock = () => new Date('2026-06-01T11:00:00Z')
  const db = await testDatabase()
  await collectJira(db, jira)
  const coverage = await db
    .selectFrom('coverage')
    .select(['scope', 'covered_from', 'covered_to'])
    .execute()
  expect(coverage).toEqual([
    {
      scope: 'entity:tickets',
      covered_from: '2025-06-01T12:00:00.000Z',
      covered_to: '2026-06-01T11:00:00.000Z',
    },
  ])
})

test('an issue whose history is cut is put aside', async () => {
  const issue = anIssue(1, at('09:00'))
  for (let minute = 10; minute < 14; minute += 1) move(issue, STATUS.done, at(`11:${minute}`))
  const world = aJiraWorld({ issues: [issue], embedded: 2 })
  const jira = await aJira(world, 'data-center')
  const cut = (answer: unknown) => {
    const { changelog } = answer as { changelog: { histories: unknown[] } }
    changelog.histories.pop()
    return answer
  }
  // Myself, the statuses, the search, then the issue alone.
  jira.faults.push(null, null, null, { change: cut })
  const db = await testDatabase()
  expect(await collectJira(db, jira)).toMatchObject({ status: 'partial', quarantined: 1 })
  const [row] = await db.selectFrom('quarantine').select(['position', 'reason']).execute()
  expect(row).toEqual({
    position: 'issue HELP-1',
    reason: 'changelog: expected all changes of the status; Jira gives only some of them',
  })
})

test('when the time zone is hidden the search begins half a day earlier', async () => {
  const { jira, rows } = await collect([anIssue(1, at('09:00'))], {}, { timeZone: null })
  const searches = jira.requests.filter(({ url }) => url.pathname.endsWith('/search/jql'))
  const jql = '(project = HELP) AND updated >= "2025-06-01 00:00" ORDER BY updated ASC, key ASC'
  // The second only lists what is there.
  expect(searches.map(({ body }) => JSON.parse(body))).toMatchObject([
    { jql, fields: expect.arrayContaining(['summary']) },
    { jql, fields: ['updated', 'project'] },
  ])
  expect(rows).toHaveLength(1)
})

test('a page that is too large is asked for with fewer issues', async () => {
  const issues = Array.from({ length: 8 }, (_, index) => anIssue(index + 1, at(`09:0${index}`)))
  const jira = await aJira(aJiraWorld({ issues }))
  const db = await testDatabase()
  const padded = { change: (answer: unknown) => ({ ...(answer as object), x: 'x'.repeat(50_000) }) }
  jira.faults.push(null, null, padded)
  const outcome = await collectJira(db, jira, { limits: { bytes: 40_000 } })
  expect(outcome).toMatchObject({ status: 'ok', read: 8 })
  const sizes = jira.requests
    .filter(({ url }) => url.pathname.endsWith('/search/jql'))
    .map(({ body }) => (JSON.parse(body) as { maxResults: number }).maxResults)
  // Of the list of what is there, which has less of each, too.
  expect(sizes).toEqual([50, 25, 500])
})

test('a search that Jira refuses ends the run in its words, without the secret', async () => {
  const jira = await aJira(aJiraWorld())
  const body = { errorMessages: [`no project HELP for ${JIRA_TOKEN}`], errors: {} }
  jira.faults.push(null, null, { status: 400, body })
  const { status, error } = await collectJira(await testDatabase(), jira)
  expect(status).toBe('failed')
  expect(error).toBe('desk: POST /rest/api/3/search/jql: answers 400: no project HELP for [secret]')
})

test('nothing that is stored names a person or repeats a text, not even what cannot be read', async () => {
  const issue = anIssue(1, at('09:00'), { assignee: KIM, summary: 'robin asks' })
  comment(issue, ALEX, at('10:00'))
  const broken = anIssue(2, at('11:00'), { summary: 'robin asks' })
  const jira = await aJira(aJiraWorld({ issues: [issue, broken] }), 'data-center')
  const spoil = (answer: unknown) => {
    const { issues } = answer as { issues: { fields: Record<string, unknown> }[] }
    for (const { fields } of issues.slice(1)) fields['created'] = 'yesterday'
    return answer
  }
  jira.faults.push(null, null, { change: spoil })
  const db = await testDatabase()
  expect(await collectJira(db, jira)).toMatchObject({ quarantined: 1 })
  for (const { name } of await db.introspection.getTables()) {
    const rows = await db
      .selectFrom(name as 'tickets')
      .selectAll()
      .execute()
    expect(JSON.stringify(rows), name).not.toMatch(/robin|kim|alex/)
  }
})

const hoursLater = (hours: number) => new Date(NOW.getTime() + hours * 3_600_000)

/** Three issues of the help desk and one of another project; `standing` lists the ids of those that are not gone. */
async function aDesk(hosting: 'cloud' | 'data-center' = 'cloud') {
  const issues = [1, 2, 3].map((number) => anIssue(number, at(`0${number}:00`)))
  issues.push(anIssue(4, at('04:00'), { key: 'OPS-4' }))
  const jira = await aJira(aJiraWorld({ issues }), hosting)
  const db = await testDatabase()
  const collectAfter = (hours: number, options: Options = {}) =>
    collectJira(db, jira, { now: hoursLater(hours), jql: 'project in (HELP, OPS)', ...options })
  const standing = async () => {
    const rows = await db.selectFrom('tickets').select('native_id').where('gone_at', 'is', null)
    return (await rows.orderBy('native_id').execute()).map(({ native_id: id }) => id)
  }
  return { jira, db, issues, collectAfter, standing }
}

test.each(['cloud', 'data-center'] as const)(
  'an issue that was deleted is gone within a day, and comes back when it does (%s)',
  async (hosting) => {
    const { db, issues, collectAfter, standing } = await aDesk(hosting)
    await collectAfter(0)
    const [deleted] = issues.splice(1, 1)
    await collectAfter(23)
    expect(await standing()).toEqual(['10001', '10002', '10003', '10004'])
    expect(await collectAfter(24)).toMatchObject({ status: 'ok', changed: 1 })
    expect(await standing()).toEqual(['10001', '10003', '10004'])
    const gone = await db.selectFrom('tickets').select('gone_at').where('gone_at', 'is not', null)
    expect(await gone.execute()).toEqual([{ gone_at: hoursLater(24).toISOString() }])
    if (deleted) issues.push(deleted)
    await collectAfter(48)
    expect(await standing()).toEqual(['10001', '10002', '10003', '10004'])
  },
)

test('issues of a project that may no longer be seen are not gone, and the run says so', async () => {
  const { jira, issues, collectAfter, standing } = await aDesk()
  await collectAfter(0)
  jira.world.hidden.push('OPS')
  issues.splice(0, 1)
  expect(await collectAfter(24)).toMatchObject({
    status: 'partial',
    error: expect.stringMatching(
      /^desk: project 20002: gone, or hidden from this sign-in; until it is seen, none of the issues is marked as gone\..*collect --anew desk$/,
    ),
  })
  expect(await standing()).toEqual(['10001', '10002', '10003', '10004'])
  jira.world.hidden.length = 0
  expect(await collectAfter(25)).toMatchObject({ status: 'ok' })
  expect(await standing()).toEqual(['10002', '10003', '10004'])
})

test('the issues of a project that is seen and has none are gone', async () => {
  const { issues, collectAfter, standing } = await aDesk()
  await collectAfter(0)
  issues.splice(3, 1)
  expect(await collectAfter(24)).toMatchObject({ status: 'ok' })
  expect(await standing()).toEqual(['10001', '10002', '10003'])
})

test.each(['cloud', 'data-center'] as const)(
  'issues of a project that the search leaves out from now on stand, and no others (%s)',
  async (hosting) => {
    const { db, jira, issues, collectAfter, standing } = await aDesk(hosting)
    await collectAfter(0)
    // As an earlier version stored them.
    await db.updateTable('tickets').set({ repository_native_id: null }).execute()
    await collectAfter(24)
    const helpOnly = { jql: 'project = HELP' }
    await collectAfter(25, helpOnly)
    expect(await collectAfter(49, helpOnly)).toMatchObject({ status: 'ok', changed: 0 })
    expect(await standing()).toEqual(['10001', '10002', '10003', '10004'])
    issues.splice(0, 1)
    jira.world.hidden.push('OPS')
    expect(await collectAfter(73, helpOnly)).toMatchObject({ status: 'ok', changed: 1 })
    expect(await standing()).toEqual(['10002', '10003', '10004'])
  },
)

test('an issue that moves to a project where the search does not look is gone', async () => {
  const { issues, collectAfter, standing } = await aDesk()
  const helpOnly = { jql: 'project = HELP' }
  await collectAfter(0, helpOnly)
  const [moved] = issues
  if (moved) Object.assign(moved, { key: 'OPS-9', updatedAt: hoursLater(1).toISOString() })
  await collectAfter(24, helpOnly)
  expect(await standing()).toEqual(['10002', '10003'])
})

test('an issue is not gone because another cannot be read in the list', async () => {
  const { jira, issues, collectAfter, standing } = await aDesk()
  await collectAfter(0)
  issues.splice(0, 1)
  const damage = (answer: unknown) => {
    const [first] = (answer as { issues?: { id?: string }[] }).issues ?? []
    if (first) delete first.id
    return answer
  }
  jira.faults.push(...Array.from({ length: 20 }, () => ({ change: damage })))
  expect(await collectAfter(24)).toMatchObject({
    status: 'partial',
    error: expect.stringMatching(/which issues are gone: an answer of unknown shape: 1 without/),
  })
  expect(await standing()).toEqual(['10001', '10002', '10003', '10004'])
  jira.faults.length = 0
  expect(await collectAfter(25)).toMatchObject({ status: 'ok' })
  expect(await standing()).toEqual(['10002', '10003', '10004'])
})

test('what was opened before the look-back is not gone because it is not listed', async () => {
  const { issues, collectAfter, standing } = await aDesk()
  await collectAfter(0)
  // Another configuration looks back less far: nothing of May is listed.
  const DAY_MS = 24 * 3_600_000
  const short = { lookBackMs: DAY_MS }
  await collectAfter(24, short)
  issues.length = 0
  expect(await collectAfter(49, short)).toMatchObject({ changed: 0 })
  expect(await standing()).toEqual(['10001', '10002', '10003', '10004'])
})
