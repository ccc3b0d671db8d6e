import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { RequestsSource } from '#collectors/git/request-collector.ts'
import { hasPlatformStep } from '#scorecards/delivery/step-log.ts'
import { addTeam } from '#test/support/adoption.ts'
import { aRequestFile, collectRequests, STATE } from '#test/support/collect-requests.ts'
import { testDatabase } from '#test/support/database.ts'
import { aFolder, aHistory, fetchedAt, git, type History } from '#test/support/git.ts'

const ADA = 'Ada Lovelace <ada@example.com>'
const LIN = 'Lin Platform <lin@example.com>'
const BOT = 'env-operator[bot] <env@example.com>'
const GITHUB = 'GitHub <noreply@github.com>'
const FILE = 'requests/payments.yaml'

const at = (day: number, hour = 0) => new Date(Date.UTC(2026, 4, day, hour)).toISOString()

function aClone(history: History) {
  const folder = aFolder()
  const clone = join(folder, 'envs.git')
  const write = () => {
    mkdirSync(clone, { recursive: true })
    history.writeTo(clone)
    fetchedAt(clone, at(30))
  }
  write()
  return { folder, clone, write }
}

async function collected(history: History, options: Partial<RequestsSource> = {}) {
  const { folder } = aClone(history)
  const db = await testDatabase()
  const outcome = await collectRequests(db, folder, options)
  const requests = await db
    .selectFrom('provisioning_requests')
    .selectAll()
    .orderBy('native_id')
    .execute()
  const steps = await db.selectFrom('steps').selectAll().orderBy('native_id').execute()
  return { db, outcome, requests, steps }
}

/** What is told of the only step log, as the metric of work by hand reads it. */
const isByHand = ({ requests, steps }: Awaited<ReturnType<typeof collected>>) =>
  hasPlatformStep(
    steps.map((step) => ({
      kind: step.kind,
      startedAt: new Date(step.started_at),
      endedAt: step.ended_at === null ? null : new Date(step.ended_at),
      actorGroup: step.actor_group,
    })),
    requests[0]?.first_human_step_at ? new Date(requests[0].first_human_step_at) : null,
  )

/** Ada asks on a branch, `merger` merges two days later. */
function aMergedRequest(merger: string): History {
  const history = aHistory()
  history.commit({ at: at(1), files: { 'README.md': 'environments' } })
  const asked = history.commit({
    at: at(2),
    author: ADA,
    branch: 'ask',
    from: 1,
    files: { [FILE]: aRequestFile() },
  })
  history.commit({
    at: at(4),
    author: merger,
    from: 1,
    merges: [asked],
    files: { [FILE]: aRequestFile() },
  })
  return history
}

test('a request was made with its first commit, and approved by its merge', async () => {
  const { requests, steps, db } = await collected(aMergedRequest(LIN))
  expect(requests).toMatchObject([
    {
      source_id: 'environments',
      native_id: 'local/envs:payments-staging',
      team_id: 'payments',
      path_id: 'environments',
      target_key: 'environment/payments-staging',
      requested_at: at(2),
      approved_at: at(4),
      first_human_step_at: at(4),
      usable_at: null,
      ended_at: null,
      expires_at: at(16),
      expired_at: null,
      result: 'open',
    },
  ])
  // When it was usable is told by nobody: its log is not known to its end.
  expect(steps).toEqual([])
  expect(await db.selectFrom('coverage').selectAll().execute()).toEqual([])
})

test('where the file tells its state, it is usable from the commit that says so', async () => {
  const history = aMergedRequest(LIN)
  history.commit({
    at: at(4, 1),
    author: BOT,
    committer: BOT,
    files: { [FILE]: aRequestFile({ phase: 'Ready' }) },
  })
  const told = await collected(history, { state: STATE, platform: ['lin@example.com'] })
  expect(told.requests).toMatchObject([
    { usable_at: at(4, 1), ended_at: at(4, 1), result: 'usable', first_human_step_at: at(4) },
  ])
  expect(
    told.steps.map((step) => [step.kind, step.started_at, step.ended_at, step.actor_group]),
  ).toEqual([
    ['human_wait', at(2), at(4), 'platform'],
    ['auto', at(4, 1), at(4, 1), null],
  ])
  expect(isByHand(told)).toBe(true)
  // Of which group the person was who merged is then not known.
  expect(isByHand(await collected(history, { state: STATE }))).toBe(null)
  const coverage = await told.db.selectFrom('coverage').selectAll().execute()
  expect(coverage).toMatchObject([
    { scope: 'entity:provisioning_requests', covered_from: at(1), covered_to: at(30) },
  ])
})

test('without anybody but the requester and a bot nobody had to act', async () => {
  const history = aMergedRequest(BOT)
  history.commit({
    at: at(4, 1),
    author: BOT,
    committer: BOT,
    files: { [FILE]: aRequestFile({ phase: 'Ready' }) },
  })
  const told = await collected(history, { state: STATE })
  expect(told.requests).toMatchObject([{ result: 'usable', first_human_step_at: null }])
  expect(isByHand(told)).toBe(false)
})

test('who pressed the button of a squashed pull request is not known, and not guessed', async () => {
  const history = aHistory()
  history.commit({
    at: at(2),
    author: ADA,
    committer: GITHUB,
    message: 'Ask for staging (#12)',
    files: { [FILE]: aRequestFile() },
  })
  history.commit({
    at: at(3),
    author: BOT,
    committer: BOT,
    files: { [FILE]: aRequestFile({ phase: 'Ready' }) },
  })
  const told = await collected(history, { state: STATE })
  expect(told.requests).toMatchObject([
    { requested_at: at(2), approved_at: at(2), first_human_step_at: null, result: 'usable' },
  ])
  expect(told.steps).toEqual([])
  expect(isByHand(told)).toBe(null)
})

test('what is pushed to the main line was approved by nobody', async () => {
  const history = aHistory()
  history.commit({ at: at(2), author: ADA, committer: ADA, files: { [FILE]: aRequestFile() } })
  expect((await collected(history)).requests).toMatchObject([
    { requested_at: at(2), approved_at: null, first_human_step_at: null },
  ])
})

test('a request that fails, is refused or is taken away before it was usable ends so', async () => {
  const end = async (after: string | null) => {
    const history = aHistory()
    history.commit({ at: at(2), files: { [FILE]: aRequestFile() } })
    history.commit({ at: at(3), files: { [FILE]: after } })
    const { requests } = await collected(history, { state: STATE })
    return requests.map((row) => [row.result, row.ended_at, row.expired_at])
  }
  expect(await end(aRequestFile({ phase: 'Failed' }))).toEqual([['failed', at(3), null]])
  expect(await end(aRequestFile({ phase: 'Denied' }))).toEqual([['rejected', at(3), null]])
  expect(await end(null)).toEqual([['cancelled', at(3), at(3)]])
})

test('a file under another name is the same request, one that comes back is another', async () => {
  const history = aHistory()
  history.commit({ at: at(2), files: { [FILE]: aRequestFile() } })
  history.commit({ at: at(3), files: { [FILE]: null, 'requests/p2.yaml': aRequestFile() } })
  history.commit({ at: at(4), files: { 'requests/p2.yaml': aRequestFile({ lifetime: '1w' }) } })
  history.commit({ at: at(5), files: { 'requests/p2.yaml': null } })
  history.commit({ at: at(6), files: { [FILE]: aRequestFile() } })
  history.commit({ at: at(7), files: { [FILE]: aRequestFile({ name: 'other' }) } })
  const { requests } = await collected(history)
  expect(
    requests.map((row) => [row.native_id, row.requested_at, row.expires_at, row.expired_at]),
  ).toEqual([
    ['local/envs:other', at(7), at(21), null],
    ['local/envs:payments-staging', at(2), at(9), at(5)],
    ['local/envs:payments-staging#2', at(6), at(20), at(7)],
  ])
})

test('a file that is no request is put aside, without what may be a person', async () => {
  const history = aHistory()
  history.commit({ at: at(2), files: { [FILE]: aRequestFile() } })
  history.commit({
    at: at(3),
    files: { [FILE]: aRequestFile({ team: 'Ada Lovelace', lifetime: 'long' }) },
  })
  const { requests, outcome, db } = await collected(history)
  expect(requests).toMatchObject([{ team_id: 'payments', expired_at: null }])
  expect(outcome).toMatchObject({ status: 'partial', quarantined: 1 })
  const [aside] = await db.selectFrom('quarantine').selectAll().execute()
  expect(aside?.position).toMatch(/^requests\/payments\.yaml@[0-9a-f]{7}$/)
  expect(aside?.reason).toContain(
    '4:15 spec.team: expected the id of a team; 4:66 spec.lifetime: expected a lifetime such as 14d, 72h, 30m or P14D',
  )
  expect(JSON.stringify(aside)).not.toMatch(/lovelace/i)
})

test('an owner is stored once it is a known team, and a person never', async () => {
  const history = aHistory()
  const ownedBy = (owner: string) =>
    aRequestFile({ name: owner, team: owner }).replace('team:', 'owner:')
  const files = {
    [FILE]: ownedBy('payments'),
    'requests/b.yaml': ownedBy('jane.doe').replace('name: jane.doe', 'name: b'),
  }
  history.commit({ at: at(2), files })
  const { folder } = aClone(history)
  const db = await testDatabase()
  const stored = async () => {
    await collectRequests(db, folder)
    const rows = await db.selectFrom('provisioning_requests').selectAll().execute()
    return rows.map((row) => [row.native_id, row.team_id]).toSorted()
  }
  expect(await stored()).toEqual([
    ['local/envs:b', ''],
    ['local/envs:payments', ''],
  ])
  await addTeam(db, 'payments')
  expect(await stored()).toEqual([
    ['local/envs:b', ''],
    ['local/envs:payments', 'payments'],
  ])
  expect(await collectRequests(db, folder)).toMatchObject({ changed: 0 })
  const rest = await db.selectFrom('cursors').selectAll().execute()
  expect(JSON.stringify(rest)).not.toContain('jane')
})

test('nobody who wrote a commit is stored', async () => {
  const { db } = await collected(aMergedRequest(LIN), { state: STATE, platform: ['Lin Platform'] })
  for (const table of ['provisioning_requests', 'steps', 'cursors', 'quarantine'] as const) {
    const rows = await db
      .selectFrom(table as 'steps')
      .selectAll()
      .execute()
    expect(JSON.stringify(rows).replaceAll(/[0-9a-f]{40,64}/g, '')).not.toMatch(
      /ada|lovelace|lin@|example\.com/i,
    )
  }
})

test('history that was rewritten takes its requests with it, and an unmoved line is not read', async () => {
  const history = aMergedRequest(LIN)
  const { folder, clone } = aClone(history)
  const db = await testDatabase()
  await collectRequests(db, folder)
  expect(await collectRequests(db, folder)).toMatchObject({ read: 0, changed: 0 })
  const other = aHistory()
  other.commit({ at: at(2), files: { 'requests/new.yaml': aRequestFile({ name: 'new' }) } })
  other.writeTo(clone)
  await collectRequests(db, folder)
  const rows = await db.selectFrom('provisioning_requests').select('native_id').execute()
  expect(rows).toEqual([{ native_id: 'local/envs:new' }])
})

test('a shallow clone and a folder without clones are told', async () => {
  const { folder, clone } = aClone(aMergedRequest(LIN))
  const shallow = aFolder()
  git(shallow, 'clone', '--quiet', '--bare', '--depth=1', `file://${clone}`, 'envs.git')
  const db = await testDatabase()
  expect((await collectRequests(db, shallow)).error).toMatch(/the clone is shallow.*--unshallow/)
  await collectRequests(db, folder)
  writeFileSync(join(clone, 'HEAD'), 'broken')
  const { error, status } = await collectRequests(db, folder)
  expect([status, error !== null]).toEqual(['partial', true])
  expect(await db.selectFrom('provisioning_requests').select('native_id').execute()).toHaveLength(1)
  expect(await collectRequests(db, aFolder())).toMatchObject({ status: 'failed' })
})
