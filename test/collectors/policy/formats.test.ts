import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { copyFileSync, existsSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { testDatabase } from '#test/support/database.ts'
import { testFolder } from '#test/support/files.ts'
import {
  collectPolicy,
  storedEvidence,
  WRITTEN_AT,
  writeResults,
} from '#test/support/policy-results.ts'

// Results made by hand from the documentation of their formats, where no real ones are at hand.

async function collected(
  files: Readonly<Record<string, unknown>>,
  options: Parameters<typeof collectPolicy>[2] = {},
) {
  const folder = testFolder()
  for (const [name, content] of Object.entries(files)) writeResults(folder, name, content)
  const db = await testDatabase()
  const outcome = await collectPolicy(db, folder, options)
  const rows = await storedEvidence(db)
  return {
    db,
    outcome,
    rows,
    told: rows.map((row) => [row.requirement_id, row.subject_id, row.result]),
  }
}

test('Conftest counts successes without names, so that a namespace passes as a whole', async () => {
  const { told, rows } = await collected({
    'conftest.json': [
      { filename: 'a.yaml', namespace: 'main', successes: 4 },
      {
        filename: 'b.yaml',
        namespace: 'main',
        successes: 3,
        warnings: [{ msg: 'w' }],
        failures: [{ msg: 'no', metadata: { rule: 'K8S-1', severity: 'high' } }],
      },
      { filename: 'c.yaml', successes: 1, warnings: [{ msg: 'w' }] },
      { filename: 'd.yaml', successes: 1, exceptions: [{ msg: 'e' }] },
      { filename: 'e.yaml', successes: 0 },
    ],
  })
  expect(told).toEqual([
    ['conftest/main', 'a.yaml', 'pass'],
    ['conftest/main', 'b.yaml', 'fail'],
    ['conftest/main', 'c.yaml', 'warn'],
    ['conftest/main', 'd.yaml', 'waived'],
    ['conftest/main', 'e.yaml', 'inconclusive'],
    ['conftest/main/K8S-1', 'b.yaml', 'fail'],
  ])
  // It tells no time: that of the file, and the id says so.
  expect(rows[0]).toMatchObject({
    subject_type: 'file',
    produced_at: WRITTEN_AT,
    native_id: expect.stringMatching(/^conftest:[0-9a-f]{24}~[0-9a-f]{12}$/),
    collector_kind: 'automated',
    verified: null,
  })
})

test('an exception, a warning or a pass hides no failure of the same rule and subject', async () => {
  const named = { msg: 'm', metadata: { rule: 'K8S-1' } }
  const check = { filename: 'a.yaml', namespace: 'main', successes: 0, failures: [named] }
  const { told } = await collected({
    'conftest.json': [{ ...check, warnings: [named], exceptions: [named] }],
    'report.json': {
      kind: 'PolicyReport',
      scope: { kind: 'Pod', name: 'a' },
      results: ['pass', 'fail', 'skip'].map((result) => ({
        policy: 'labels',
        rule: 'team',
        result,
        severity: result === 'fail' ? 'high' : null,
        timestamp: { seconds: 1_777_600_000 },
      })),
    },
  })
  expect(told).toEqual([
    ['conftest/main', 'a.yaml', 'fail'],
    ['conftest/main/K8S-1', 'a.yaml', 'fail'],
    ['kyverno/labels/team', 'Pod/a', 'fail'],
  ])
})

test('decisions of OPA are read without their input, packed or not', async () => {
  const decision = (id: string, path: string, rest: object) =>
    JSON.stringify({
      decision_id: id,
      path,
      timestamp: '2026-05-01T09:00:00.123456789Z',
      input: { password: 'hunter2' },
      ...rest,
    })
  const log = [
    decision('1', 'http/authz/allow', { result: true }),
    decision('2', '/http/authz/allow', { result: { allow: false } }),
    decision('3', 'k8s/deny', { result: ['no'] }),
    decision('4', 'k8s/deny', { result: [] }),
    decision('5', 'k8s/warn', { result: { a: 1 } }),
    decision('6', 'app/role', { result: 'admin' }),
    decision('7', 'app/allow', { error: { code: 'eval_error' } }),
    decision('8', 'app/allow', {}),
  ].join('\n')
  const { told, rows, db } = await collected({ 'opa.ndjson.gz': gzipSync(log) })
  expect(told).toEqual([
    ['opa/app/allow', '7', 'error'],
    ['opa/app/allow', '8', 'inconclusive'],
    ['opa/app/role', '6', 'inconclusive'],
    ['opa/http/authz/allow', '1', 'pass'],
    ['opa/http/authz/allow', '2', 'fail'],
    ['opa/k8s/deny', '3', 'fail'],
    ['opa/k8s/deny', '4', 'pass'],
    ['opa/k8s/warn', '5', 'warn'],
  ])
  expect(rows[0]).toMatchObject({ produced_at: '2026-05-01T09:00:00.123Z' })
  const aside = await db.selectFrom('quarantine').selectAll().execute()
  expect(JSON.stringify([rows, aside])).not.toContain('hunter2')
})

test('an evaluation of OPA is of the file that it stands in', async () => {
  const value = { result: [{ expressions: [{ text: 'data.k8s.deny', value: ['no'] }] }] }
  const { told } = await collected({ 'deployment/d-1/opa.json': value })
  expect(told).toEqual([['opa/k8s/deny', 'd-1', 'fail']])
})

const REPORT = `apiVersion: openreports.io/v1alpha1
kind: ClusterReport
metadata: { name: r }
scope: { kind: Namespace, name: shop }
results:
  - { policy: labels, rule: team, result: skip, timestamp: { seconds: 1777600000, nanos: 500000000 } }
  - { policy: labels, rule: cost, result: error, severity: low, resources: [{ kind: Pod, name: a, namespace: shop }, { kind: Pod, name: b, namespace: shop }] }
  - { policy: labels, rule: odd, result: perhaps }
summary: { pass: 99 }
`

test('policy reports are snapshots by resource; a result of another kind is put aside', async () => {
  const { told, rows, outcome, db } = await collected({
    'reports.yaml': `${REPORT}---\n${REPORT.replace('ClusterReport', 'ClusterPolicyReport').replaceAll('shop', 'pay')}`,
  })
  expect(told.filter(([, subject]) => !subject?.includes('pay'))).toEqual([
    ['kyverno/labels/cost', 'shop/Pod/a', 'error'],
    ['kyverno/labels/cost', 'shop/Pod/b', 'error'],
    ['kyverno/labels/team', 'Namespace/shop', 'skip'],
  ])
  expect(rows).toHaveLength(6)
  expect(rows.find((row) => row.result === 'skip')?.produced_at).toBe('2026-05-01T01:46:40.500Z')
  expect(outcome).toMatchObject({ status: 'partial', quarantined: 2 })
  const [aside] = await db.selectFrom('quarantine').selectAll().orderBy('position').execute()
  expect(aside?.position).toBe('reports.yaml:document 1: results.2')
  expect(aside?.reason).toMatch(/results\.2\.result: Invalid option/)
})

const RULES = ['xss', 'sqli', 'weak', 'quiet', 'off', 'noted'].map((id) => ({
  id,
  helpUri: `https://rules.example/${id}`,
  defaultConfiguration: { level: id === 'weak' ? 'note' : 'error', enabled: id !== 'off' },
}))

const aRun = (rest: object = {}) => ({
  tool: { driver: { name: 'Lint', rules: RULES } },
  versionControlProvenance: [{ repositoryUri: 'https://GitHub.com/acme/shop.git' }],
  invocations: [{ executionSuccessful: true, endTimeUtc: '2026-05-01T10:00:00Z' }],
  results: [
    { ruleId: 'xss', suppressions: [{ kind: 'external' }] },
    { ruleId: 'sqli', suppressions: [{ kind: 'external', status: 'underReview' }] },
    { ruleId: 'sqli', kind: 'pass' },
    { ruleIndex: 2 },
    { ruleId: 'noted', baselineState: 'absent' },
    { ruleId: 'unlisted' },
  ],
  ...rest,
})

test('SARIF: suppressed is waived, silent is a pass, and a rule counts by its worst result', async () => {
  const { told, rows } = await collected({ 'lint.sarif': { version: '2.1.0', runs: [aRun()] } })
  const subject = 'github.com/acme/shop'
  expect(told).toEqual([
    ['sarif/Lint/noted', subject, 'pass'],
    ['sarif/Lint/off', subject, 'skip'],
    ['sarif/Lint/quiet', subject, 'pass'],
    ['sarif/Lint/sqli', subject, 'fail'],
    // Without any level a result is a warning.
    ['sarif/Lint/unlisted', subject, 'warn'],
    ['sarif/Lint/weak', subject, 'warn'],
    ['sarif/Lint/xss', subject, 'waived'],
  ])
  expect(rows[0]).toMatchObject({
    subject_type: 'repository',
    produced_at: '2026-05-01T10:00:00.000Z',
    url: 'https://rules.example/noted',
  })
})

test('SARIF of a tool that broke off says nothing of the rules that were silent', async () => {
  const run = aRun({ invocations: [{ executionSuccessful: false }], results: [] })
  const { told } = await collected({ 'lint.sarif': { version: '2.1.0', runs: [run] } })
  expect(new Set(told.map(([, , result]) => result))).toEqual(new Set(['error']))
})

const aScorecard = (score: number) => ({
  date: '2026-05-01',
  repo: { name: 'github.com/acme/shop' },
  score: 6.8,
  checks: [{ name: 'Code-Review', score, documentation: { url: 'https://docs.example' } }],
})

test.each([
  [10, 'pass', 'pass'],
  [7, 'fail', 'pass'],
  [6, 'fail', 'fail'],
  [0, 'fail', 'fail'],
  // No conclusion is not a score of zero.
  [-1, 'inconclusive', 'inconclusive'],
])(
  'a Scorecard check of %d is a %s by itself, and a %s where 7 is enough',
  async (score, own, least7) => {
    const requirement = {
      id: 'reviewed',
      name: 'Reviewed',
      from: '2026-01-01',
      evidence: [{ tool: 'scorecard', rule: 'Code-Review', least: 7 }],
    }
    const files = { 'scorecard.json': aScorecard(score) }
    expect((await collected(files)).told).toEqual([
      ['scorecard/Code-Review', 'github.com/acme/shop', own],
    ])
    expect((await collected(files, { requirements: [requirement] })).told).toEqual([
      ['reviewed', 'github.com/acme/shop', least7],
    ])
  },
)

const BUILDER = 'https://github.com/acme/builder/.github/workflows/build.yml@refs/heads/main'

const aStatement = (rest: object = {}) => ({
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'shop', digest: { sha256: 'ab12' } }],
  predicateType: 'https://slsa.dev/provenance/v1',
  predicate: {
    buildDefinition: {
      buildType: 'https://actions.github.io/buildtypes/workflow/v1',
      externalParameters: {
        workflow: {
          repository: 'https://github.com/acme/shop',
          path: '.github/workflows/release.yml',
          ref: 'refs/heads/main',
        },
      },
    },
    runDetails: {
      builder: { id: BUILDER },
      metadata: { finishedOn: '2026-05-01T07:00:00Z' },
    },
  },
  ...rest,
})

const TYPE = 'application/vnd.in-toto+json'

/** An envelope, signed as https://github.com/secure-systems-lab/dsse says. */
function anEnvelope(statement: object, key?: KeyObject) {
  const body = Buffer.from(JSON.stringify(statement))
  const bytes = Buffer.concat([Buffer.from(`DSSEv1 ${TYPE.length} ${TYPE} ${body.length} `), body])
  const signature = key === undefined ? Buffer.from('none') : sign('sha256', bytes, key)
  const signatures = [{ keyid: '', sig: signature.toString('base64') }]
  return { payloadType: TYPE, payload: body.toString('base64'), signatures }
}

function aKey(folder: string) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const file = join(folder, 'builder.pem')
  writeFileSync(file, publicKey.export({ type: 'spki', format: 'pem' }))
  return { file, privateKey }
}

test('provenance is a claim until its signature is that of a trusted key', async () => {
  const { file, privateKey } = aKey(testFolder())
  const { privateKey: stranger } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const signed = anEnvelope(aStatement(), privateKey)
  const tampered = {
    ...signed,
    payload: anEnvelope(aStatement({ subject: [{ digest: { sha256: 'ee' } }] })).payload,
  }
  const { rows } = await collected(
    {
      'deployment/good/p.json': signed,
      'deployment/stranger/p.json': { dsseEnvelope: anEnvelope(aStatement(), stranger) },
      'deployment/tampered/p.json': tampered,
      'deployment/unsigned/p.jsonl': `${JSON.stringify(anEnvelope(aStatement()))}\n`,
    },
    { keys: [file] },
  )
  expect(rows.map((row) => [row.subject_id, row.result, row.verified])).toEqual([
    ['good', 'pass', 1],
    ['stranger', 'inconclusive', 0],
    ['tampered', 'inconclusive', 0],
    ['unsigned', 'inconclusive', 0],
  ])
  expect(rows[0]).toMatchObject({
    requirement_id: 'provenance/slsa.dev/provenance/v1',
    produced_at: '2026-05-01T07:00:00.000Z',
  })
})

test('what gh verified is verified, what GitHub lists is a claim, and a requirement names the builder', async () => {
  const verified = [
    { attestation: { bundle: {} }, verificationResult: { statement: aStatement() } },
  ]
  const listed = { attestations: [{ bundle: { dsseEnvelope: anEnvelope(aStatement()) } }] }
  const built = (evidence: object) => ({
    requirements: [
      {
        id: 'built',
        name: 'Built by the path',
        from: '2026-01-01',
        evidence: [{ tool: 'provenance', ...evidence }],
      },
    ],
  })
  const files = { 'verified.json': verified, 'deployment/d/listed.json': listed }
  const told = async (evidence: object) =>
    (await collected(files, built(evidence))).rows.map((row) => [row.subject_id, row.result])
  const path = { builder: 'github.com/acme/builder/**', workflow: 'acme/*/.github/workflows/*' }
  expect(await told(path)).toEqual([
    ['d', 'inconclusive'],
    ['sha256:ab12', 'pass'],
  ])
  expect(await told({ ...path, builder: 'github.com/other/**' })).toEqual([
    ['d', 'fail'],
    ['sha256:ab12', 'fail'],
  ])
})

test('older provenance and a summary of a verification are read, too', async () => {
  const { file, privateKey } = aKey(testFolder())
  const older = aStatement({
    _type: 'https://in-toto.io/Statement/v0.1',
    predicateType: 'https://slsa.dev/provenance/v0.2',
    predicate: { builder: { id: BUILDER }, metadata: { buildFinishedOn: '2026-04-01T00:00:00Z' } },
  })
  const summary = aStatement({
    predicateType: 'https://slsa.dev/verification_summary/v1',
    predicate: {
      verifier: { id: 'https://verifier.example' },
      timeVerified: '2026-05-02T00:00:00Z',
      verificationResult: 'FAILED',
    },
  })
  const broken = aStatement({ predicate: { runDetails: {} } })
  const { rows, outcome } = await collected(
    {
      'a.json': anEnvelope(older, privateKey),
      'b.json': anEnvelope(summary, privateKey),
      'c.json': anEnvelope(broken, privateKey),
    },
    { keys: [file] },
  )
  expect(rows.map((row) => [row.requirement_id, row.result, row.produced_at])).toEqual([
    ['provenance/slsa.dev/provenance/v0.2', 'pass', '2026-04-01T00:00:00.000Z'],
    ['provenance/slsa.dev/verification_summary/v1', 'fail', '2026-05-02T00:00:00.000Z'],
  ])
  expect(outcome).toMatchObject({ status: 'partial', quarantined: 1 })
})

// Results of real runs. They are not part of this repository.
const FIXTURES = '../shared/fixtures/policy'
const isThere = existsSync(FIXTURES)

test.skipIf(!isThere)('real results are evidence, and what is none is told', async () => {
  const folder = testFolder()
  const names = [
    'conftest-output.json',
    'kyverno-policyreport-fail.yaml',
    'kyverno-policyreport-pass.yaml',
    'scorecard-excerpt.json',
    'flux-event-error.json',
  ]
  for (const name of names) {
    copyFileSync(join(FIXTURES, name), join(folder, name))
    utimesSync(join(folder, name), new Date(WRITTEN_AT), new Date(WRITTEN_AT))
  }
  const db = await testDatabase()
  const { error } = await collectPolicy(db, folder)
  expect(error).toMatch(/^policy: flux-event-error\.json: is of no format that we know/)
  const rows = await storedEvidence(db)
  expect(
    rows.map((row) => [row.requirement_id, row.subject_id, row.result, row.produced_at]),
  ).toEqual([
    ['conftest/main', 'examples/kubernetes/service.yaml', 'warn', WRITTEN_AT],
    [
      'kyverno/block-updates-deletes/block-updates-deletes-service',
      'blocks/Service/nginx-service',
      'pass',
      '2025-02-18T23:21:45.000Z',
    ],
    [
      'kyverno/disallow-host-namespaces/host-namespaces',
      'kube-system/Pod/kube-apiserver-kind-control-plane',
      'fail',
      '2023-12-06T13:19:22.000Z',
    ],
    ['scorecard/Code-Review', 'github.com/ljharb/qs', 'fail', '2023-05-22T00:00:00.000Z'],
    ['scorecard/Maintained', 'github.com/ljharb/qs', 'fail', '2023-05-22T00:00:00.000Z'],
  ])
})
