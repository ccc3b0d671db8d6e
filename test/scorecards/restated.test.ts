import { expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import { deleteFacts, markGone, upsertFacts } from '#db/facts.ts'
import { findMeasurement } from '#lib/queries/measurements.ts'
import { measureCellsOn, scoreAll } from '#scorecards/run.ts'
import {
  addChanges,
  addDeployments,
  addEvidence,
  addException,
  addMandate,
  addOwner,
  addPath,
  addRequest,
  addService,
  addTeam,
  cover,
  day,
} from '#test/support/adoption.ts'
import { addAttempt, addProof, addRequirement, addTicket } from '#test/support/cases.ts'
import { testDatabase } from '#test/support/database.ts'
import { aDeployingOrganisation, SPAN } from '#test/support/deploying.ts'
import { differencesFromRebuild } from '#test/support/rebuild.ts'

const NOW = new Date('2026-03-04T10:00:00Z')
const BY_PATH = { path_id: 'http-service', mechanism: 'path' } as const
const at = (text: string) => new Date(day(text))

async function twoCis() {
  const db = await aDeployingOrganisation()
  await cover(db, 'entity:policy_evidence', { ...SPAN, sourceId: 'policies' })
  await addRequirement(db, { native_id: 'signed', required_from: day('2025-11-01') })
  await addDeployments(db, 'payments', ['2026-01-15'], {
    ...BY_PATH,
    source_id: 'old-ci',
    native_id: '7',
  })
  await addProof(db, { subject_id: '7', produced_at: day('2026-01-20') })
  await addDeployments(db, 'search', ['2026-02-25'], {
    ...BY_PATH,
    source_id: 'new-ci',
    native_id: '7',
  })
  await addDeployments(db, 'payments', ['2026-01-14'], { ...BY_PATH, native_id: 'early' })
  await scoreAll(db, { now: NOW })
  return db
}
const evOf = async (db: Database, metricId: string, weekEnd: string) => {
  const f = await findMeasurement(db, { metricId, pathId: 'http-service' }, at(weekEnd))
  return { asOf: f?.asOf, ev: f?.evidence, n: f?.n, value: f?.value }
}
async function anOlderOrganisation() {
  const db = await testDatabase()
  await addPath(db, { rules: { work: 'deployments' }, available_since: day('2025-01-06') })
  for (const team of ['payments', 'search']) {
    await addTeam(db, team)
    await addService(db, team, { team, created_at: day('2024-10-06') })
  }
  return db
}
const FILE = { kind: 'file-equals', path: 'Makefile.common', publishedIn: 'acme/paths' } as const
const RULE = 'file-equals:Makefile.common'
const version = (n: number, published_at: string, blob: string) => ({
  source_id: 'clones',
  path_id: 'http-service',
  rule_id: RULE,
  sequence: n,
  version: String(n),
  published_at: day(published_at),
  blob,
  commit_sha: null,
  breaking: null,
  migration_guide: null,
  end_of_support_on: null,
  observed_at: day('2026-06-01'),
})
const blobOf = (db: Database, service: string, from: string, blob: string) =>
  upsertFacts(db, 'usage_evidence', [
    {
      source_id: 'clones',
      path_id: 'http-service',
      rule_id: RULE,
      repository_id: `local/${service}`,
      valid_from: day(from),
      presence: 'present',
      blob,
      pins: null,
      proof: 'x',
      commit_sha: from,
      observed_at: day('2026-06-01'),
    },
  ])
const govern = async (db: Database) => {
  await cover(db, 'entity:policy_evidence', { ...SPAN, sourceId: 'policies' })
  await addRequirement(db, { native_id: 'signed' })
}
test('the first requirement of a register says nothing of weeks before it', async () => {
  const db = await aDeployingOrganisation()
  await cover(db, 'entity:policy_evidence', { ...SPAN, sourceId: 'policies' })
  await addDeployments(db, 'payments', ['2026-01-20', '2026-02-03', '2026-02-11'], BY_PATH)
  await scoreAll(db, { now: NOW })
  await addRequirement(db, { native_id: 'signed', required_from: day('2026-02-20') })
  await scoreAll(db, { now: NOW })
  expect(await differencesFromRebuild(db, NOW)).toEqual([])
})

test('what is read of a repository without a service is in the watermarks of all', async () => {
  const db = await aDeployingOrganisation()
  await addDeployments(db, 'payments', ['2026-01-20', '2026-02-03', '2026-02-11'], BY_PATH)
  await addChanges(db, 'payments', ['2026-02-02'])
  await cover(db, 'repository:local/orphan', { from: '2025-10-06', to: '2026-01-10' })
  await scoreAll(db, { now: NOW })
  await cover(db, 'repository:local/orphan', { from: '2026-01-10', to: '2026-06-01' })
  await scoreAll(db, { now: NOW })
  expect(await differencesFromRebuild(db, NOW)).toEqual([])
})

test('an attempt that ended before it began restates the week of its end', async () => {
  const db = await aDeployingOrganisation()
  await cover(db, 'entity:path_attempts', { ...SPAN, sourceId: 'runs' })
  await scoreAll(db, { now: NOW })
  await addAttempt(db, {
    native_id: 'x',
    started_at: '2026-02-10T10:00:00.000Z',
    ended_at: '2026-02-08T23:00:00.000Z',
    cause_code: 'platform',
  })
  await scoreAll(db, { now: NOW })
  expect(await differencesFromRebuild(db, NOW)).toEqual([])
})

test('a hotfix of after the last week end is counted in the week of what it mends, once its own is over', async () => {
  const db = await aDeployingOrganisation()
  await addDeployments(db, 'payments', ['2026-02-02'], { native_id: 'first', sha: 'aaaaaaa0' })
  await addChanges(db, 'payments', ['2026-02-01'], { native_id: 'c0', merge_sha: 'aaaaaaa0' })
  await addChanges(db, 'payments', ['2026-02-09'], { native_id: 'c1', merge_sha: 'aaaaaaa1' })
  await addDeployments(db, 'payments', ['2026-02-10'], { native_id: 'bad', sha: 'aaaaaaa1' })
  await addChanges(db, 'payments', ['2026-03-03'], {
    native_id: 'c2',
    merge_sha: 'aaaaaaa2',
    reverts: 'c1',
  })
  await addDeployments(db, 'payments', ['2026-03-03'], {
    native_id: 'fix',
    sha: 'aaaaaaa2',
    kind: 'hotfix',
  })
  await scoreAll(db, { now: NOW })
  const next = new Date('2026-03-11T10:00:00Z')
  await scoreAll(db, { now: next })
  expect(await differencesFromRebuild(db, next)).toEqual([])
})

test('work of a unit that is no more counts nowhere, also without an owner', async () => {
  const db = await aDeployingOrganisation()
  await cover(db, 'entity:tickets', { ...SPAN, sourceId: 'desk' })
  await addService(db, 'lonely', { team: null, repository_id: null })
  await addDeployments(db, 'lonely', ['2026-02-11', '2026-02-12'], BY_PATH)
  await scoreAll(db, { now: NOW })
  await addService(db, 'lonely', { team: null, repository_id: 'local/lonely' })
  await scoreAll(db, { now: NOW })
  expect(await differencesFromRebuild(db, NOW)).toEqual([])
})

test('a request that was usable before it was asked for restates the week of its end', async () => {
  const db = await aDeployingOrganisation(undefined, { work: 'provisioning', evidence: [] })
  for (const t of ['provisioning_requests', 'policy_evidence'])
    await cover(db, `entity:${t}`, { ...SPAN, sourceId: 'portal' })
  await addRequirement(db, { native_id: 'signed' })
  await addRequest(db, {
    native_id: 'y',
    requested_at: '2026-01-17T10:00:00.000Z',
    usable_at: '2026-01-18T09:00:00.000Z',
    result: 'usable',
  })
  await scoreAll(db, { now: NOW })
  await addRequest(db, {
    native_id: 'x',
    requested_at: '2026-02-17T10:00:00.000Z',
    usable_at: '2026-02-07T09:00:00.000Z',
    result: 'usable',
  })
  await scoreAll(db, { now: NOW })
  expect(await differencesFromRebuild(db, NOW)).toEqual([])
})

test('evidence about what two sources call the same is judged alike in whatever weeks are measured', async () => {
  const db = await twoCis()
  await addDeployments(db, 'payments', ['2026-02-24'], { ...BY_PATH, native_id: 'late' })
  await scoreAll(db, { now: NOW })
  expect(await differencesFromRebuild(db, NOW)).toEqual([])
})

test('evidence about what two sources call the same is published as it is measured for a moment', async () => {
  const db = await twoCis()
  const subject = { metricId: 'GOV-02', pathId: 'http-service' }
  const published = await findMeasurement(db, subject, at('2026-03-02'))
  const [measured] = await measureCellsOn(db, { ...subject, asOf: at('2026-03-02'), now: NOW })
  const sum = (r: typeof measured) => ({
    n: r?.n,
    numerator: r?.numerator,
    value: r?.value,
    status: r?.status,
  })
  expect(sum(published)).toEqual(sum(measured))
})

test('an exception that is asked for later says nothing of a waiver of before', async () => {
  const db = await aDeployingOrganisation()
  await cover(db, 'entity:policy_evidence', { ...SPAN, sourceId: 'policies' })
  await addRequirement(db, { native_id: 'signed' })
  await addDeployments(db, 'payments', ['2026-02-10'], { ...BY_PATH, native_id: 'd' })
  await addProof(db, {
    subject_id: 'd',
    produced_at: day('2026-02-10'),
    result: 'waived',
    waiver_id: 'w',
  })
  await scoreAll(db, { now: NOW })
  const before = await evOf(db, 'GOV-02', '2026-02-16')
  await addException(db, {
    team_id: 'payments',
    native_id: 'w',
    source_id: 'policies',
    requested_at: day('2026-02-26'),
    decision: null,
  })
  await scoreAll(db, { now: NOW })
  expect(await evOf(db, 'GOV-02', '2026-02-16')).toEqual(before)
})

test('failures count where attempts are told of one path only', async () => {
  const db = await aDeployingOrganisation()
  await cover(db, 'entity:path_attempts:http-service', { ...SPAN, sourceId: 'runs' })
  for (let i = 0; i < 12; i += 1)
    await addAttempt(db, {
      native_id: `x${i}`,
      started_at: '2026-02-10T10:00:00.000Z',
      cause_code: 'platform',
    })
  await scoreAll(db, { now: NOW })
  expect(
    await findMeasurement(db, { metricId: 'REL-06', pathId: 'http-service' }, at('2026-03-02')),
  ).toMatchObject({ status: 'ok', value: 1 })
})

test('a step that ended later went on until then', async () => {
  const db = await aDeployingOrganisation(undefined, { work: 'provisioning', evidence: [] })
  await cover(db, 'entity:provisioning_requests', { ...SPAN, sourceId: 'portal' })
  await addRequest(db, {
    native_id: 'r1',
    requested_at: day('2026-02-03'),
    usable_at: day('2026-02-05'),
    result: 'usable',
  })
  const step = {
    source_id: 'portal',
    native_id: 's1',
    request_id: 'r1',
    change_sha: null,
    kind: 'human_wait' as const,
    started_at: day('2026-02-04'),
    actor_group: 'platform',
    observed_at: NOW.toISOString(),
  }
  await upsertFacts(db, 'steps', [{ ...step, ended_at: null }])
  await scoreAll(db, { now: NOW })
  const before = await evOf(db, 'SPD-05', '2026-02-09')
  await upsertFacts(db, 'steps', [{ ...step, ended_at: day('2026-02-25') }])
  await scoreAll(db, { now: NOW })
  expect(await evOf(db, 'SPD-05', '2026-02-09')).toEqual(before)
})

test('a version is published of which a copy was there before', async () => {
  const db = await aDeployingOrganisation(undefined, { work: 'deployments', evidence: [FILE] })
  await upsertFacts(db, 'path_versions', [version(1, '2026-01-01', 'b1')])
  await blobOf(db, 'payments', '2026-01-10', 'b2')
  await blobOf(db, 'search', '2026-01-10', 'b1')
  await addDeployments(db, 'payments', ['2026-02-03'], BY_PATH)
  await scoreAll(db, { now: NOW })
  await upsertFacts(db, 'path_versions', [version(2, '2026-02-20', 'b2')])
  await scoreAll(db, { now: NOW })
  expect(await differencesFromRebuild(db, NOW)).toEqual([])
})

test('nothing was on a path before the first publication that is known', async () => {
  const db = await aDeployingOrganisation(undefined, {
    work: 'deployments',
    evidence: [{ kind: 'workflow-pin', uses: 'acme/deploy' }],
  })
  await govern(db)
  await cover(db, 'entity:incidents', { ...SPAN, sourceId: 'pager' })
  await cover(db, 'entity:tickets', { ...SPAN, sourceId: 'desk' })
  await addDeployments(db, 'payments', ['2026-01-20', '2026-02-03', '2026-02-25'], BY_PATH)
  await scoreAll(db, { now: NOW })
  await upsertFacts(db, 'path_versions', [
    { ...version(1, '2026-02-20', 'b1'), rule_id: '*', blob: null, version: 'v1.0.0' },
  ])
  await scoreAll(db, { now: NOW })
  expect(await differencesFromRebuild(db, NOW)).toEqual([])
})

test('a team comes to be by owning something', async () => {
  const db = await aDeployingOrganisation()
  await addDeployments(db, 'payments', ['2026-01-20', '2026-02-03', '2026-02-25'], BY_PATH)
  await scoreAll(db, { now: NOW })
  await addOwner(db, 'search', 'newbies', '2026-02-10')
  await scoreAll(db, { now: NOW })
  expect(await differencesFromRebuild(db, NOW)).toEqual([])
})

test('a service stands in for those of a repository until that is read', async () => {
  const db = await aDeployingOrganisation()
  await cover(db, 'entity:tickets', { ...SPAN, sourceId: 'desk' })
  await addService(db, 'shop', { team: 'payments', covered: null, repository_id: 'local/shop' })
  await addService(db, 'local-shop', {
    team: null,
    covered: null,
    source_id: 'clones',
    repository_id: 'local/shop',
  })
  await addDeployments(db, 'local-shop', ['2026-01-20', '2026-02-03', '2026-02-25'], BY_PATH)
  await addDeployments(db, 'shop', ['2026-01-20', '2026-02-03', '2026-02-25'], BY_PATH)
  await scoreAll(db, { now: NOW })
  await cover(db, 'repository:local/shop', { ...SPAN })
  await scoreAll(db, { now: NOW })
  expect(await differencesFromRebuild(db, NOW)).toEqual([])
})

test('a change that names a service of another repository goes with its owner', async () => {
  const db = await aDeployingOrganisation(undefined, { work: 'changes' })
  await addTeam(db, 'quiet')
  for (const s of ['payments', 'search']) await addEvidence(db, s, { from: '2026-01-01' })
  await addChanges(db, 'payments', ['2026-02-03', '2026-02-12'], { service_id: 'search' })
  await cover(db, 'entity:tickets', { ...SPAN, sourceId: 'desk' })
  await scoreAll(db, { now: NOW })
  await addOwner(db, 'search', 'quiet', '2026-02-01')
  await scoreAll(db, { now: NOW })
  expect(await differencesFromRebuild(db, NOW)).toEqual([])
})

test('what is read of a repository that nobody owns is in the watermarks of all', async () => {
  const db = await aDeployingOrganisation()
  await addDeployments(db, 'payments', ['2026-01-20', '2026-02-03', '2026-02-11'], BY_PATH)
  await addService(db, 'orphan', { team: null, covered: { from: '2025-10-06', to: '2026-01-10' } })
  await scoreAll(db, { now: NOW })
  await cover(db, 'repository:local/orphan', { from: '2026-01-10', to: '2026-06-01' })
  await scoreAll(db, { now: NOW })
  expect(await differencesFromRebuild(db, NOW)).toEqual([])
})

test('a mandate took effect before it was announced', async () => {
  const db = await aDeployingOrganisation()
  await addDeployments(db, 'payments', ['2026-01-20', '2026-02-03', '2026-02-11'], BY_PATH)
  await addDeployments(db, 'payments', ['2026-01-21', '2026-02-04', '2026-02-12'], BY_PATH)
  await scoreAll(db, { now: NOW })
  await addMandate(db, { announced_at: day('2026-02-20'), effective_at: day('2026-01-20') })
  await scoreAll(db, { now: NOW })
  expect(await differencesFromRebuild(db, NOW)).toEqual([])
})

test('an attempt that was removed is told beside the failures', async () => {
  const db = await aDeployingOrganisation()
  await cover(db, 'entity:path_attempts', { ...SPAN, sourceId: 'runs' })
  await addAttempt(db, {
    native_id: 'b',
    started_at: '2026-02-10T10:00:00.000Z',
    cause_code: 'platform',
  })
  await markGone(db, 'path_attempts', 'runs', NOW, () => true)
  await scoreAll(db, { now: NOW })
  const found = await findMeasurement(
    db,
    { metricId: 'REL-06', pathId: 'http-service' },
    at('2026-03-02'),
  )
  expect(found?.evidence).toEqual([{ kind: 'excluded:removed_at_source', count: 1 }])
})

test('facts of before still count on a path that has left the configuration', async () => {
  const db = await aDeployingOrganisation()
  await cover(db, 'entity:tickets', { ...SPAN, sourceId: 'desk' })
  await govern(db)
  await addDeployments(db, 'payments', ['2026-01-20', '2026-02-03', '2026-02-11'], BY_PATH)
  await scoreAll(db, { now: NOW })
  await addPath(db, { rules: { work: 'deployments' }, gone_at: day('2026-02-18') })
  await scoreAll(db, { now: NOW })
  await addTicket(db, { native_id: 'a', opened_at: day('2026-02-03') })
  await addDeployments(db, 'payments', ['2026-02-12'], BY_PATH)
  const later = new Date('2026-04-01T10:00:00Z')
  await scoreAll(db, { now: later })
  expect(await differencesFromRebuild(db, later)).toEqual([])
})

test('what is older than three years is withdrawn', async () => {
  const db = await testDatabase()
  await addPath(db, { rules: { work: 'deployments' }, available_since: day('2023-01-02') })
  const span = { from: '2022-11-07', to: '2026-06-01' }
  await addTeam(db, 'payments')
  await addService(db, 'payments', {
    team: 'payments',
    created_at: day('2022-01-01'),
    covered: span,
  })
  await cover(db, 'entity:deployments', { ...span, sourceId: 'pipelines' })
  await cover(db, 'entity:tickets', { ...span, sourceId: 'desk' })
  await addDeployments(
    db,
    'payments',
    ['2023-01-20', '2023-03-08', '2024-03-05', '2026-02-11'],
    BY_PATH,
  )
  await addTicket(db, { native_id: 'a', opened_at: day('2024-02-20') })
  await scoreAll(db, { now: NOW })
  const later = new Date('2026-04-01T10:00:00Z')
  await scoreAll(db, { now: later })
  await addDeployments(db, 'payments', ['2023-03-02'], BY_PATH)
  await scoreAll(db, { now: later })
  expect(await differencesFromRebuild(db, later)).toEqual([])
}, 60000)

test('one repository is read further back than anything was', async () => {
  const db = await anOlderOrganisation()
  await cover(db, 'entity:deployments', { ...SPAN, sourceId: 'pipelines' })
  await addDeployments(db, 'payments', ['2025-09-20', '2026-02-03'], BY_PATH)
  await addDeployments(db, 'search', ['2025-09-20', '2026-02-03'], BY_PATH)
  await scoreAll(db, { now: NOW })
  await cover(db, 'repository:local/payments', { from: '2025-09-01', to: '2025-10-06' })
  await scoreAll(db, { now: NOW })
  expect(await differencesFromRebuild(db, NOW)).toEqual([])
})

test('one repository that tells deployments is read further back than anything was', async () => {
  const db = await anOlderOrganisation()
  const told = { ...BY_PATH, source_id: 'clones' }
  await addDeployments(db, 'payments', ['2025-09-20', '2026-02-03'], told)
  await addDeployments(db, 'search', ['2025-09-20', '2026-02-03'], told)
  await scoreAll(db, { now: NOW })
  await cover(db, 'repository:local/payments', { from: '2025-09-01', to: '2025-10-06' })
  await scoreAll(db, { now: NOW })
  expect(await differencesFromRebuild(db, NOW)).toEqual([])
})

test('the last requirement of a register goes', async () => {
  const db = await aDeployingOrganisation()
  await cover(db, 'entity:policy_evidence', { ...SPAN, sourceId: 'policies' })
  await addDeployments(db, 'payments', ['2026-01-20', '2026-02-03'], BY_PATH)
  await addRequirement(db, { native_id: 'signed', required_from: day('2026-02-20') })
  await scoreAll(db, { now: NOW })
  await deleteFacts(db, 'policy_requirements', 'policies', () => true)
  await scoreAll(db, { now: NOW })
  expect(await differencesFromRebuild(db, NOW)).toEqual([])
})
