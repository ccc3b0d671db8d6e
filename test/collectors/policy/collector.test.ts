import { rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { toJudge } from '#scorecards/governance/policy-evidence.ts'
import { testDatabase } from '#test/support/database.ts'
import { testFolder } from '#test/support/files.ts'
import { collectPolicy, storedEvidence, writeResults } from '#test/support/policy-results.ts'

const REQUIREMENTS = [
  {
    id: 'manifests',
    name: 'Manifests are checked',
    path: 'http-service',
    from: '2026-01-01',
    evidence: [{ tool: 'conftest', rule: 'main' }],
  },
  {
    id: 'labels',
    name: 'Resources are labelled',
    from: '2026-01-01',
    to: '2027-01-01',
    evidence: [{ tool: 'kyverno', rule: 'labels/*' }],
  },
]

const passed = (successes = 4) => [{ filename: 'a.yaml', namespace: 'main', successes }]

const aReport = (result: string) => ({
  kind: 'PolicyReport',
  scope: { kind: 'Pod', name: 'a', namespace: 'shop' },
  results: [{ policy: 'labels', rule: 'team', result, timestamp: { seconds: 1777626000 } }],
})

test('a subject is complete, incomplete, and complete before or only after its effect', async () => {
  const folder = testFolder()
  // The report was made at 2026-05-01T09:00:00Z.
  writeResults(folder, 'deployment/d-1/conftest.json', passed(), '2026-05-01T08:00:00Z')
  writeResults(folder, 'deployment/d-1/report.json', aReport('pass'))
  writeResults(folder, 'deployment/d-2/conftest.json', passed(), '2026-05-01T08:00:00Z')
  writeResults(folder, 'deployment/d-2/report.json', aReport('fail'))
  writeResults(folder, 'request/envs%2Fpay/conftest.json', passed(), '2026-05-01T08:00:00Z')
  const db = await testDatabase()
  const outcome = await collectPolicy(db, folder, { requirements: REQUIREMENTS })
  expect(outcome).toMatchObject({ status: 'ok', error: null })

  const requirements = await db.selectFrom('policy_requirements').selectAll().execute()
  const judge = toJudge({
    requirements: requirements.map((row) => ({
      id: row.native_id,
      appliesTo: {
        pathId: row.path_id,
        workloadClass: row.workload_class,
        dataClassification: row.data_classification,
      },
      from: new Date(row.required_from),
      to: row.required_to === null ? null : new Date(row.required_to),
    })),
    evidence: (await storedEvidence(db)).map((row) => ({
      subjectType: row.subject_type as 'request' | 'deployment',
      subjectId: row.subject_id,
      requirementId: row.requirement_id,
      result: row.result,
      producedAt: new Date(row.produced_at),
      isWaiverApproved: null,
    })),
  })
  const judged = (subjectType: 'request' | 'deployment', id: string, effect: string) => {
    const effectAt = new Date(effect)
    const attributes = { pathId: 'http-service', workloadClass: null, dataClassification: null }
    const subject = { subjectType, id, effectAt, attributes, uncovered: new Set<string>() }
    const dayLater = new Date(effectAt.getTime() + 24 * 3_600_000)
    return [judge(subject, effectAt), judge(subject, dayLater)]
  }
  expect(judged('deployment', 'd-1', '2026-05-01T10:00:00Z')).toEqual(['complete', 'complete'])
  expect(judged('deployment', 'd-1', '2026-05-01T08:30:00Z')).toEqual(['incomplete', 'complete'])
  expect(judged('deployment', 'd-2', '2026-05-01T10:00:00Z')).toEqual(['incomplete', 'incomplete'])
  expect(judged('request', 'envs/pay', '2026-05-01T10:00:00Z')).toEqual([
    'incomplete',
    'incomplete',
  ])
})

test('a requirement that leaves the configuration goes, and its results stand under their own names', async () => {
  const folder = testFolder()
  writeResults(folder, 'conftest.json', passed())
  const db = await testDatabase()
  await collectPolicy(db, folder, { requirements: REQUIREMENTS })
  const ids = async () =>
    (await db.selectFrom('policy_requirements').select('native_id').execute()).map(
      (row) => row.native_id,
    )
  expect(await ids()).toEqual(['labels', 'manifests'])
  await collectPolicy(db, folder, { requirements: REQUIREMENTS.slice(0, 1) })
  expect(await ids()).toEqual(['manifests'])
  expect((await storedEvidence(db)).map((row) => row.requirement_id)).toEqual(['manifests'])
})

test('a result is one piece of evidence for each requirement, whenever that came, and none beside', async () => {
  const folder = testFolder()
  writeResults(folder, 'conftest.json', passed(), '2026-05-01T08:00:00Z')
  writeResults(folder, 'report.json', aReport('pass'))
  const db = await testDatabase()
  const collect = async (requirements: readonly object[]) => {
    await collectPolicy(db, folder, { requirements })
    return (await storedEvidence(db)).map((row) => row.requirement_id)
  }
  const [manifests = {}] = REQUIREMENTS
  const again = { ...manifests, id: 'again' }
  const other = { ...again, evidence: [{ tool: 'conftest', rule: 'other' }] }
  expect(await collect([])).toEqual(['conftest/main', 'kyverno/labels/team'])
  expect(await collect([manifests])).toEqual(['kyverno/labels/team', 'manifests'])
  // Written anew with the same content.
  utimesSync(join(folder, 'conftest.json'), new Date(), new Date('2026-05-03T08:00:00Z'))
  expect(await collect([manifests, again])).toEqual(['again', 'kyverno/labels/team', 'manifests'])
  expect(await collect([manifests, other])).toEqual(['kyverno/labels/team', 'manifests'])
  expect(await collect([])).toEqual(['conftest/main', 'kyverno/labels/team'])
})

test('a result without a time of its own keeps that of its first reading, whenever it is written again', async () => {
  const folder = testFolder()
  const db = await testDatabase()
  const [manifests = {}] = REQUIREMENTS
  writeResults(folder, 'conftest.json', passed(), '2026-05-01T08:00:00Z')
  await collectPolicy(db, folder)
  const times = []
  for (const [at, requirements] of [
    ['2026-05-03T08:00:00Z', [manifests]],
    ['2026-05-05T08:00:00Z', [manifests, { ...manifests, id: 'again' }]],
  ] as const) {
    writeResults(folder, 'conftest.json', passed(), at)
    await collectPolicy(db, folder, { requirements })
    times.push(...(await storedEvidence(db)).map((row) => [row.requirement_id, row.produced_at]))
  }
  const first = '2026-05-01T08:00:00.000Z'
  expect(times).toEqual([
    ['manifests', first],
    ['again', first],
    ['manifests', first],
  ])
})

test('evidence for a requirement that left the configuration goes also when its file is gone', async () => {
  const folder = testFolder()
  writeResults(folder, 'conftest.json', passed())
  const db = await testDatabase()
  await collectPolicy(db, folder, { requirements: REQUIREMENTS })
  rmSync(join(folder, 'conftest.json'))
  await collectPolicy(db, folder, { requirements: REQUIREMENTS })
  expect(await storedEvidence(db)).toHaveLength(1)
  await collectPolicy(db, folder, { requirements: REQUIREMENTS.slice(1) })
  expect(await storedEvidence(db)).toEqual([])
})

test('a newer result of the same file is another piece of evidence, and the older stays', async () => {
  const folder = testFolder()
  const db = await testDatabase()
  writeResults(folder, 'conftest.json', passed(), '2026-05-01T08:00:00Z')
  await collectPolicy(db, folder)
  expect(await collectPolicy(db, folder)).toMatchObject({ read: 0, changed: 0 })
  writeResults(folder, 'conftest.json', passed(0), '2026-05-02T08:00:00Z')
  await collectPolicy(db, folder)
  rmSync(join(folder, 'conftest.json'))
  await collectPolicy(db, folder)
  expect((await storedEvidence(db)).map((row) => [row.result, row.produced_at])).toEqual([
    ['pass', '2026-05-01T08:00:00.000Z'],
    ['inconclusive', '2026-05-02T08:00:00.000Z'],
  ])
})

test('the time is covered only when every file could be read', async () => {
  const folder = testFolder()
  const db = await testDatabase()
  const covers = { from: '2026-01-01T00:00:00.000Z' }
  const covered = async () =>
    (await db.selectFrom('coverage').selectAll().execute()).map((row) => [
      row.scope,
      row.covered_from,
      row.covered_to,
    ])
  writeResults(folder, 'a.json', passed())
  writeResults(folder, 'b.json', aReport('perhaps'))
  await collectPolicy(db, folder, { covers })
  await collectPolicy(db, folder, { covers })
  expect(await covered()).toEqual([])
  writeResults(folder, 'b.json', aReport('pass'))
  await collectPolicy(db, folder, { covers })
  expect(await covered()).toEqual([
    ['entity:policy_evidence', '2026-01-01T00:00:00.000Z', '2026-06-01T12:00:00.000Z'],
  ])
  expect(await db.selectFrom('quarantine').selectAll().execute()).toEqual([])
})

test('files that are no results, and a folder or a key that cannot be read, are told', async () => {
  const folder = testFolder()
  writeResults(folder, 'a.txt', 'hello')
  writeResults(folder, 'b.json', '{"a":1}\n{"b"')
  writeResults(folder, 'c.yaml', 'a: [1')
  writeResults(folder, 'd.json.gz', 'not packed')
  writeResults(folder, 'e.yaml', '{ hello: world }')
  writeResults(folder, 'f.yaml', 'a: *nothing')
  writeResults(folder, 'README.md', 'ignored')
  const db = await testDatabase()
  const { error } = await collectPolicy(db, folder)
  expect(error?.split('\n')).toEqual([
    'policy: a.txt: expected .json, .sarif, .yaml, .yml, .ndjson or .jsonl, also .gz',
    'policy: b.json: line 2 is no JSON',
    'policy: c.yaml: line 1 is no YAML: BAD_INDENT',
    'policy: d.json.gz: cannot be unpacked',
    expect.stringMatching(/^policy: e\.yaml: is of no format that we know/),
    'policy: f.yaml: has an alias that expands without end, or stands for nothing',
  ])
  const keys = [join(folder, 'a.txt')]
  expect((await collectPolicy(db, folder, { keys })).error).toMatch(
    /keys: .*a\.txt is no public key in PEM that can be read/,
  )
  rmSync(folder, { recursive: true })
  expect(await collectPolicy(db, folder)).toMatchObject({ status: 'failed' })
})

test.each([
  ['a text that goes on', 'token: "hunter2\nb: [1'],
  ['a text where none may stand', 'a: 1\nhunter2\nb: 2'],
  ['a text after another', 'token: "a" hunter2'],
  ['an alias that stands for nothing', 'token: *hunter2'],
  ['a tag', 'a: [1\ntoken: !hunter2 hunter2'],
])('no text of a file is told when YAML has %s at fault', async (_fault, yaml) => {
  const folder = testFolder()
  writeResults(folder, 'a.yaml', yaml)
  const db = await testDatabase()
  const { error } = await collectPolicy(db, folder)
  expect(error).toMatch(/^policy: a\.yaml: (line \d is no YAML: [A-Z_]+|has an alias .*)$/)
})

test('of several files that one deployment was made of, one that passes hides no failure', async () => {
  const folder = testFolder()
  writeResults(folder, 'deployment/d-1/conftest.json', [
    { filename: 'a.yaml', namespace: 'main', successes: 1, failures: [{ msg: 'no' }] },
    { filename: 'b.yaml', namespace: 'main', successes: 4 },
  ])
  const db = await testDatabase()
  await collectPolicy(db, folder)
  const results = (await storedEvidence(db)).map((row) => [row.subject_id, row.result])
  expect(results.toSorted()).toEqual([
    ['d-1', 'fail'],
    ['d-1', 'pass'],
  ])
})
