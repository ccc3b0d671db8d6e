import { expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import { upsertFacts } from '#db/facts.ts'
import { listUsage, loadUsage, usageAt } from '#lib/queries/usage.ts'
import { addEvidence, addPath, addService, addTeam, cover, day } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'

const states = async (db: Database, asOf: string) =>
  (await listUsage(db, { asOf: new Date(day(asOf)) })).map(
    ({ service, team, state, evidence }) => [service, team, state, evidence] as const,
  )

/** A path whose use is a copy of a file that has been published three times. */
async function addCopiedPath(db: Database) {
  const evidence = [{ kind: 'file-equals', path: 'Makefile.common', publishedIn: 'acme/common' }]
  await addPath(db, { rules: { evidence } })
  const published = ['2026-01-10', '2026-02-10', '2026-03-10']
  await upsertFacts(
    db,
    'path_versions',
    published.map((date, index) => ({
      source_id: 'clones',
      path_id: 'http-service',
      rule_id: 'file-equals:Makefile.common',
      sequence: index + 1,
      version: String(index + 1),
      published_at: day(date),
      blob: `blob-${index + 1}`,
      commit_sha: null,
      breaking: null,
      migration_guide: null,
      end_of_support_on: null,
      observed_at: day('2026-06-01'),
    })),
  )
}

test('the use of any date in the past follows from the facts, without a scoring run', async () => {
  const db = await testDatabase()
  await addPath(db)
  await addTeam(db, 'payments')
  await addService(db, 'checkout', { team: 'payments' })
  await addEvidence(db, 'checkout', { from: '2025-10-06', presence: 'absent' })
  await addEvidence(db, 'checkout', { from: '2026-03-01' })

  const loaded = await loadUsage(db)
  const on = (date: string) => usageAt(loaded, new Date(day(date)))

  expect(on('2026-02-28').map(({ state }) => state)).toEqual(['absent'])
  expect(on('2026-03-01')).toEqual([
    {
      service: 'checkout',
      repository: 'local/checkout',
      team: 'payments',
      path: 'http-service',
      state: 'present',
      version: null,
      lagVersions: null,
      lagDays: null,
      evidence: 'deploy.yml@2026-03-01',
      observedAt: new Date(day('2026-06-01')),
      since: new Date(day('2026-03-01')),
    },
  ])
})

test('a copy of an earlier publication lags from the day that it was superseded', async () => {
  const db = await testDatabase()
  await addCopiedPath(db)
  await addService(db, 'checkout', { team: null })
  await upsertFacts(db, 'usage_evidence', [
    {
      source_id: 'clones',
      path_id: 'http-service',
      rule_id: 'file-equals:Makefile.common',
      repository_id: 'local/checkout',
      valid_from: day('2026-01-15'),
      presence: 'present',
      blob: 'blob-1',
      pins: null,
      proof: 'Makefile.common@1a2b3c4',
      commit_sha: '1a2b3c4',
      observed_at: day('2026-06-01'),
    },
  ])

  const loaded = await loadUsage(db)
  const on = (date: string) =>
    usageAt(loaded, new Date(day(date))).map((row) => [
      row.state,
      row.version,
      row.lagVersions,
      row.lagDays,
    ])

  expect(on('2026-01-09')).toEqual([['not_eligible', null, null, null]])
  expect(on('2026-01-15')).toEqual([['current', '1', 0, 0]])
  expect(on('2026-03-20')).toEqual([['outdated', '1', 2, 38]])
})

test('what was not read is unknown, never absent', async () => {
  const db = await testDatabase()
  await addPath(db)
  await addService(db, 'never-read', { team: null, covered: null })
  await addService(db, 'read-once', {
    team: null,
    covered: { from: '2025-10-06', to: '2026-03-02' },
  })
  await addEvidence(db, 'read-once', { from: '2025-10-06', presence: 'absent' })

  expect(await states(db, '2026-03-09')).toEqual([
    ['never-read', null, 'unknown', 'local/never-read was not read for that time'],
    ['read-once', null, 'absent', 'deploy.yml@2025-10-06'],
  ])
  expect((await states(db, '2026-03-11'))[1]?.[2]).toBe('unknown')
})

test('a service that is not eligible says why, one that did not exist is left out', async () => {
  const db = await testDatabase()
  await addPath(db, { rules: { eligible: { workload: 'batch' } } })
  await addService(db, 'checkout', { team: null })
  await addService(db, 'later', { team: null, created_at: day('2026-04-01') })

  expect(await states(db, '2026-03-01')).toEqual([
    ['checkout', null, 'not_eligible', 'workload class is http'],
  ])
  expect(await states(db, '2026-04-01')).toHaveLength(2)
})

test('a path that is no longer configured was used until then, and is left out afterwards', async () => {
  const db = await testDatabase()
  await addPath(db, { gone_at: day('2026-03-02') })
  await addService(db, 'checkout', { team: null })
  await addEvidence(db, 'checkout', { from: '2026-02-01' })

  expect((await states(db, '2026-03-01')).map(([, , state]) => state)).toEqual(['present'])
  expect(await states(db, '2026-03-02')).toEqual([])
})

test('use proves itself even where an attribute that decides eligibility is not known', async () => {
  const db = await testDatabase()
  await addPath(db, { rules: { eligible: { tier: '1' } } })
  await addService(db, 'using', { team: null })
  await addEvidence(db, 'using', { from: '2026-02-01' })
  await addService(db, 'without', { team: null })
  await addEvidence(db, 'without', { from: '2026-02-01', presence: 'absent' })

  expect((await states(db, '2026-03-01')).map(([, , state]) => state)).toEqual([
    'present',
    'unknown',
  ])
})

test('a repository that no service names is a service of its own', async () => {
  const db = await testDatabase()
  await addPath(db)
  await addService(db, 'renamed', { team: null, repository_id: 'github.com/acme/basket' })
  await upsertFacts(db, 'repositories', [
    {
      id: 'github.com/acme/basket',
      source_id: 'clones',
      native_id: 'basket.git',
      name: 'basket',
      default_branch: 'main',
      created_at: day('2025-11-01'),
      archived_at: null,
      language: null,
      head_sha: null,
      former_names: '[]',
      gone_at: null,
      observed_at: day('2026-06-01'),
    },
  ])
  await cover(db, 'repository:github.com/acme/basket', { from: '2025-11-01', to: '2026-06-01' })

  const services = (await listUsage(db, { asOf: new Date(day('2026-03-01')) })).map(
    ({ service }) => service,
  )

  // The catalogue's service lives in acme/basket; the repository local/renamed has none.
  expect(services).toEqual(['local/renamed', 'renamed'])
})
