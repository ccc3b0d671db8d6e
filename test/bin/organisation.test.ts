import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type Database, openDatabase } from '#db/connection.ts'
import { GoldenPathRules } from '#lib/golden-path.ts'
import { aFolder, CLI_TIMEOUT_MS, runCli, writeFiles } from '#test/support/cli.ts'

const SLOW = { timeout: CLI_TIMEOUT_MS }

/** A database that holds what a configuration says, as after every command. */
async function organise(lines: readonly string[], cwd = aFolder()): Promise<Database> {
  writeFiles(cwd, { 'acme.yaml': ['organisation: { name: Acme }', ...lines].join('\n') })
  const migrated = await runCli(['migrate', '--config', 'acme.yaml'], { cwd })
  expect(migrated).toMatchObject({ status: 0, stderr: '' })
  const db = openDatabase(join(cwd, 'data/desirepath.db'))
  onTestFinished(() => db.destroy())
  return db
}

test('every catalogue is a source of its own kind, with its schedule', SLOW, async () => {
  const db = await organise([
    'catalog:',
    '  - { source: files, path: ./a, every: 1h }',
    '  - { source: files, path: ./b }',
    'sources:',
    '  - { id: catalogues, kind: files, path: ./c }',
    '  - { id: clones, kind: git, repositories: ./clones/*, every: 1d }',
  ])
  const sources = await db.selectFrom('sources').selectAll().orderBy('id').execute()
  expect(sources).toEqual([
    { id: 'catalog', kind: 'catalog', every: '1h', gone_at: null },
    { id: 'catalog-2', kind: 'catalog', every: null, gone_at: null },
    { id: 'catalogues', kind: 'files', every: null, gone_at: null },
    { id: 'clones', kind: 'git', every: '1d', gone_at: null },
  ])
})

/** Mandates without their source and when they were stored. */
async function listMandates(db: Database) {
  const rows = await db.selectFrom('mandates').selectAll().orderBy('native_id').execute()
  return rows.map(({ source_id: _, observed_at: __, ...row }) => row)
}

test('a mandate is named by its path, and by its id or its place', SLOW, async () => {
  const db = await organise([
    'goldenPaths:',
    '  - id: deploy',
    '    name: Deploy',
    '    availableSince: 2026-01-01',
    '    mandates:',
    '      - { kind: outcome, announced: 2026-01-05, effective: 2026-02-01 }',
    '      - id: all-hands',
    '        kind: interface',
    '        announced: 2026-03-02T09:00:00+01:00',
    '        effective: 2026-04-01',
    '        ended: 2026-05-01',
    '        scope: [basket, search]',
  ])
  expect(await listMandates(db)).toEqual([
    {
      native_id: 'deploy/1',
      path_id: 'deploy',
      team_scope: 'all',
      kind: 'outcome',
      announced_at: '2026-01-05T00:00:00.000Z',
      effective_at: '2026-02-01T00:00:00.000Z',
      ended_at: null,
    },
    {
      native_id: 'deploy/all-hands',
      path_id: 'deploy',
      team_scope: '["basket","search"]',
      kind: 'interface',
      announced_at: '2026-03-02T08:00:00.000Z',
      effective_at: '2026-04-01T00:00:00.000Z',
      ended_at: '2026-05-01T00:00:00.000Z',
    },
  ])
})

test(
  'what the configuration no longer names is gone, a mandate without a trace',
  SLOW,
  async () => {
    const cwd = aFolder()
    const path = '{ id: deploy, name: Deploy, availableSince: 2026-01-01'
    const mandate = '{ kind: outcome, announced: 2026-01-05, effective: 2026-02-01 }'
    await organise([`goldenPaths: [${path}, mandates: [${mandate}] }]`], cwd)
    const db = await organise([`goldenPaths: [${path} }]`], cwd)
    expect(await listMandates(db)).toEqual([])
    await organise([], cwd)
    const paths = await db.selectFrom('golden_paths').select(['id', 'gone_at']).execute()
    expect(paths).toEqual([{ id: 'deploy', gone_at: expect.any(String) }])
  },
)

test('an empty register of mandates is kept apart from none', SLOW, async () => {
  const db = await organise([
    'goldenPaths:',
    '  - { id: a, name: A, availableSince: 2026-01-01, mandates: [] }',
    '  - { id: b, name: B, availableSince: 2026-01-01 }',
  ])
  const paths = await db
    .selectFrom('golden_paths')
    .select(['id', 'has_mandate_register'])
    .orderBy('id')
    .execute()
  expect(paths).toEqual([
    { id: 'a', has_mandate_register: 1 },
    { id: 'b', has_mandate_register: 0 },
  ])
})

test('a path is stored with the rules that scoring reads', SLOW, async () => {
  const db = await organise([
    'goldenPaths:',
    '  - id: deploy',
    '    name: Deploy',
    '    capability: deployment',
    '    owner: platform',
    '    description: To production',
    '    availableSince: 2026-01-01',
    '    deprecatedOn: 2026-12-31',
    '    eligible: { workload: http }',
    '    evidence: [{ kind: file-present, path: deploy.yml }]',
    '    requires: all',
    '    offPath: [{ kind: workflow-file, glob: old.yml }]',
    '    work: deployments',
    '    adoption: { entryShare: 0.9 }',
    '    targets: [{ metric: bypass_rate, target: "5 %" }]',
  ])
  const { rules, ...row } = await db
    .selectFrom('golden_paths')
    .selectAll()
    .executeTakeFirstOrThrow()
  expect(row).toEqual({
    id: 'deploy',
    name: 'Deploy',
    capability: 'deployment',
    owner_team_id: 'platform',
    description: 'To production',
    available_since: '2026-01-01T00:00:00.000Z',
    deprecated_on: '2026-12-31',
    has_mandate_register: 0,
    gone_at: null,
    source_id: 'config',
    observed_at: expect.any(String),
  })
  expect(GoldenPathRules.parse(JSON.parse(rules))).toEqual({
    eligible: { workload: ['http'] },
    evidence: [{ kind: 'file-present', path: 'deploy.yml' }],
    requires: 'all',
    offPath: [{ kind: 'workflow-file', glob: 'old.yml' }],
    work: 'deployments',
    adoption: {
      entryShare: 0.9,
      exitShare: 0.6,
      partialShare: 0.2,
      qualifyingUses: 3,
      qualifyingWeeks: 2,
      minimumActivities: 5,
      minimumCoverage: 0.8,
    },
    targets: [{ metric: 'bypass_rate', target: '5 %' }],
  })
})
