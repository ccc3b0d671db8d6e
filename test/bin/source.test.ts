import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { definitions } from '#scorecards/catalogue.ts'
import { ARGOCD_TOKEN, anApplication, anArgoCd } from '#test/support/argocd/applications.ts'
import {
  aBackstage,
  aComponent,
  aGroup,
  BACKSTAGE_TOKEN,
} from '#test/support/backstage/catalogue.ts'
import { aFolder, CLI_TIMEOUT_MS, runCli } from '#test/support/cli.ts'
import { aGitHub } from '#test/support/github/collect.ts'
import { aRepository, aWorld } from '#test/support/github/store.ts'
import { aJira, JIRA_TOKEN } from '#test/support/jira/server.ts'
import { aJiraWorld, anIssue } from '#test/support/jira/world.ts'
import { anExportedIncident } from '#test/support/opsgenie.ts'
import { aPagerDuty, PAGERDUTY_TOKEN } from '#test/support/pagerduty/server.ts'
import { anIncident, aPagerDutyWorld } from '#test/support/pagerduty/world.ts'

/** Nothing listens there any more. */
async function aDeadPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // Of a server that listens.
  server.close()
  await once(server, 'close')
  return port
}

const SLOW = { timeout: CLI_TIMEOUT_MS }

const configuration = (baseUrl: string) => `organisation: { name: Acme }
sources:
  - id: gh
    kind: github
    org: acme
    baseUrl: ${baseUrl}
    privateNetwork: true
    token: \${TOKEN}
    ownerProperty: owner
    tickets: { repositories: [shop] }
`

test(
  'a source is tried, and says what can be read and which metrics that feeds',
  SLOW,
  async () => {
    const github = await aGitHub(aWorld({ repositories: [aRepository('shop')] }))
    const cwd = aFolder({ 'desirepath.yaml': configuration(github.baseUrl) })
    const env = { TOKEN: github.token }
    const { status, stdout } = await runCli(['source', 'test', 'gh'], { cwd, env })
    expect(status).toBe(0)
    expect(stdout).toContain('ok    repositories: 1 seen, 1 to be read → repositories, services\n')
    expect(stdout).toContain('ok    merged pull requests: tried with acme/shop → changes\n')
    expect(stdout).toMatch(/feeds:\n(?: {2}\w+\n)* {2}change_lead_time\n/)
    expect(stdout).toMatch(/ {2}change_fail_rate \(needs incidents as well\)\n/)
    const told = [...stdout.matchAll(/^ {2}(\w+)/gm)].map(([, key]) => key)
    const keys = definitions.map(({ key }) => key).filter((key) => key !== 'source_coverage')
    expect(keys).toEqual(expect.arrayContaining(told))
    expect(told).not.toContain('overdue_exceptions')
    const others = keys.length - told.length
    expect(stdout).toContain(`\ncannot feed ${others} of the metrics in METRICS.md\n`)
  },
)

test('what is not permitted is told with the permission that helps', SLOW, async () => {
  const github = await aGitHub(aWorld({ repositories: [aRepository('shop')] }))
  github.faults.push(null, { status: 403 })
  const cwd = aFolder({ 'desirepath.yaml': configuration(github.baseUrl) })
  const env = { TOKEN: github.token }
  const { status, stdout } = await runCli(['source', 'test', 'gh'], { cwd, env })
  expect(status).toBe(1)
  expect(stdout).toContain(
    'fail  teams: gh: answers 403: answer 403\n      → give the sign-in the organisation permission Members, read-only\n',
  )
})

test('what a source is asked for besides is tried, too, and fails by itself', SLOW, async () => {
  const refused = [{ path: /(actions\/runs|dependabot\/alerts)$/, status: 403 as const }]
  const shop = aRepository('shop', { secretAlerts: null })
  const github = await aGitHub(aWorld({ repositories: [shop], refused }))
  const besides = `    approvals: true
    branchRules: true
    runs: true
    alerts: true
goldenPaths:
  - id: ship
    name: Ship
    availableSince: 2026-01-01
    evidence: [{ kind: workflow-pin, uses: acme/paths/.github/workflows/ship.yml }]
`
  const cwd = aFolder({ 'desirepath.yaml': `${configuration(github.baseUrl)}${besides}` })
  const env = { TOKEN: github.token }
  const { status, stdout } = await runCli(['source', 'test', 'gh'], { cwd, env })
  expect(status).toBe(1)
  expect(stdout).toContain(
    'ok    approvals of deployments: tried with acme/shop → policy_evidence\n',
  )
  expect(stdout).toContain(
    'ok    rules of the default branch: tried with acme/shop → policy_evidence, mandates\n',
  )
  expect(stdout).toContain('ok    github secret scanning alerts: switched off in acme/shop')
  expect(stdout).toMatch(
    /fail {2}github dependabot alerts: .*\n {6}→ give the sign-in Dependabot alerts, read-only\n/,
  )
  expect(stdout).toMatch(
    /fail {2}runs of golden paths: gh: answers 403: .*\n {6}→ give the sign-in Actions, read-only\n/,
  )
})

test('a sign-in that is refused or missing is told without the secret', SLOW, async () => {
  const github = await aGitHub(aWorld())
  const cwd = aFolder({ 'desirepath.yaml': configuration(github.baseUrl) })
  const refused = await runCli(['source', 'test', 'gh'], { cwd, env: { TOKEN: 'wr0ng' } })
  expect(refused).toEqual({
    status: 1,
    stdout: '',
    stderr: 'gh: GitHub refuses the sign-in: Bad credentials\n',
  })
  const missing = await runCli(['source', 'test', 'gh'], { cwd, env: { TOKEN: '' } })
  expect(missing.stderr).toBe('gh: TOKEN: set it, or TOKEN_FILE, in the environment\n')
})

const ofBackstage = (baseUrl: string) => `organisation: { name: Acme }
catalog:
  - { source: backstage, baseUrl: '${baseUrl}', token: '\${TOKEN}', privateNetwork: true }
`

test('a Backstage is tried, and collected as a part of the catalogue', SLOW, async () => {
  const backstage = await aBackstage([aGroup('wood'), aComponent('shop', 'group:default/wood')])
  const cwd = aFolder({ 'desirepath.yaml': ofBackstage(backstage.url) })
  const env = { TOKEN: BACKSTAGE_TOKEN }
  const tried = await runCli(['source', 'test', 'catalog'], { cwd, env })
  expect(tried.stdout).toContain(
    'ok    groups: 1 seen → teams\nok    components: 1 seen → services, service_owners\n',
  )
  expect(tried.stdout).toMatch(/feeds:\n(?: {2}\w+\n)* {2}new_work_choice_rate\n/)
  const collected = await runCli(['collect'], { cwd, env })
  expect(collected.stderr).toMatch(/^catalog: ok, 3 records read, 3 rows changed/)
  const refused = await runCli(['source', 'test', 'catalog'], { cwd, env: { TOKEN: 'wr0ng' } })
  expect(refused).toEqual({
    status: 1,
    stdout: '',
    stderr: 'catalog: Backstage refuses the sign-in: Missing credentials\n',
  })
})

test('a catalogue in which nothing can be seen is a fault', SLOW, async () => {
  const backstage = await aBackstage([])
  const cwd = aFolder({ 'desirepath.yaml': ofBackstage(backstage.url) })
  const env = { TOKEN: BACKSTAGE_TOKEN }
  const { status, stdout } = await runCli(['source', 'test', 'catalog'], { cwd, env })
  expect(status).toBe(1)
  expect(stdout).toContain(
    'fail  groups: none can be seen\n      → let the token of external access read the catalogue\n',
  )
})

test('an Argo CD is tried, and what its token may not see is told', SLOW, async () => {
  const argo = await anArgoCd([anApplication('shop-prod')])
  const configuration = `organisation: { name: Acme }
sources:
  - { id: argo, kind: argocd, baseUrl: '${argo.url}', token: '\${TOKEN}', privateNetwork: true }
`
  const cwd = aFolder({ 'desirepath.yaml': configuration })
  const env = { TOKEN: ARGOCD_TOKEN }
  const tried = await runCli(['source', 'test', 'argo'], { cwd, env })
  expect(tried.stdout).toContain('ok    applications: 1 seen, 1 to be read → deployments\n')
  expect(tried.stdout).toMatch(/feeds:\n(?: {2}\w+\n)* {2}deployment_frequency\n/)
  argo.applications.length = 0
  const hidden = await runCli(['source', 'test', 'argo'], { cwd, env })
  expect(hidden.status).toBe(1)
  expect(hidden.stdout).toContain(
    'fail  applications: none can be seen\n      → give its role applications, get; check applications in the configuration\n',
  )
})

test('a collection from the command line stores what GitHub has', SLOW, async () => {
  const github = await aGitHub(aWorld({ repositories: [aRepository('shop')] }))
  const cwd = aFolder({ 'desirepath.yaml': configuration(github.baseUrl) })
  const env = { TOKEN: github.token }
  const first = await runCli(['collect'], { cwd, env })
  expect(first.stderr).toMatch(/^gh: ok, /)
  const anew = await runCli(['collect', '--anew', 'gh'], { cwd, env })
  expect([first.status, anew.status]).toEqual([0, 0])
  expect(anew.stderr).toMatch(/^gh: ok, \d+ records read, 0 rows changed, /)
})

const jiraConfiguration = (baseUrl: string) => `organisation: { name: Acme }
sources:
  - id: desk
    kind: jira
    baseUrl: ${baseUrl}
    privateNetwork: true
    user: reader@acme.example
    token: \${TOKEN}
    jql: project = HELP
    lookBack: 5200w
`

test('a Jira is tried, and says what its issues tell', SLOW, async () => {
  const jira = await aJira(aJiraWorld({ issues: [anIssue(1, '2026-05-20T09:00:00Z')] }))
  const cwd = aFolder({ 'desirepath.yaml': jiraConfiguration(jira.url) })
  const env = { TOKEN: JIRA_TOKEN }
  const { status, stdout } = await runCli(['source', 'test', 'desk'], { cwd, env })
  expect(stdout).toContain('ok    sign-in: searches by the clock of Pacific/Auckland\n')
  expect(stdout).toContain('ok    issues: 1 seen, 0 unreadable, 0 with a team')
  expect(stdout).toMatch(/feeds:\n(?: {2}\w+\n)* {2}support_resolution_time\n/)
  expect(status).toBe(0)
  const collected = await runCli(['collect'], { cwd, env })
  expect(collected.stderr).toMatch(/^desk: ok, 1 record read, 1 row changed, /)
})

test('a Jira whose search finds nothing is a fault that says what to check', SLOW, async () => {
  const jira = await aJira(aJiraWorld())
  const cwd = aFolder({ 'desirepath.yaml': jiraConfiguration(jira.url) })
  const env = { TOKEN: JIRA_TOKEN }
  const { status, stdout } = await runCli(['source', 'test', 'desk'], { cwd, env })
  expect(status).toBe(1)
  expect(stdout).toContain(
    'fail  issues: the search finds nothing in the time that is looked back to\n      → check jql and lookBack',
  )
})

test('a PagerDuty is tried, and says which services nobody maps', SLOW, async () => {
  const yesterday = new Date(Date.now() - 24 * 60 * 60_000).toISOString()
  const incidents = [anIncident(1, yesterday), anIncident(2, yesterday, { service: 'PBASKET' })]
  const pagerDuty = await aPagerDuty(aPagerDutyWorld({ incidents }))
  const cwd = aFolder({
    'desirepath.yaml': `organisation: { name: Acme }
sources:
  - id: pager
    kind: pagerduty
    baseUrl: ${pagerDuty.url}
    privateNetwork: true
    token: \${TOKEN}
    services: { PBASKET: basket }
`,
  })
  const env = { TOKEN: PAGERDUTY_TOKEN }
  const { status, stdout } = await runCli(['source', 'test', 'pager'], { cwd, env })
  expect(stdout).toContain(
    'ok    incidents: 2 in 30 days, 0 unreadable, 0 ignored by a rule or merged, looked up by name: Shop → incidents\n',
  )
  expect(stdout).toContain('ok    log of an incident: 3 entries\n')
  expect(stdout).toContain('  platform_caused_failure_share (needs deployments as well)\n')
  expect(status).toBe(0)
  const collected = await runCli(['collect'], { cwd, env })
  expect(collected.stderr).toMatch(/^pager: ok, 2 records read, 2 rows changed, /)
})

test('exports of Opsgenie are tried, and what is none is told', SLOW, async () => {
  const configuration = `organisation: { name: Acme }
sources: [{ id: genie, kind: opsgenie, path: ./exports }]
`
  const cwd = aFolder({
    'desirepath.yaml': configuration,
    'exports/page-1.json': JSON.stringify({ data: [anExportedIncident('a-1')] }),
    'exports/page-2.json': '{',
  })
  const { status, stdout } = await runCli(['source', 'test', 'genie'], { cwd })
  expect(status).toBe(1)
  expect(stdout).toContain('ok    page-1.json: 1 incident → incidents\n')
  expect(stdout).toContain('fail  page-2.json: genie: page-2.json: expected incidents as Opsgenie')
  const collected = await runCli(['collect'], { cwd })
  expect(collected.stderr).toMatch(/^genie: partial, 1 record read, 1 row changed, /)
})

test(
  'exports of surveys are tried, and one that does not fit its profile says why',
  SLOW,
  async () => {
    const cwd = aFolder({
      'desirepath.yaml': `organisation: { name: Acme }
sources:
  - id: survey
    kind: surveys
    path: ./surveys
    surveys:
      - { id: a, name: A, file: a.csv, opened: 2026-01-01, closed: 2026-01-09, questions: [{ column: 2, is: nps }] }
      - { id: b, name: B, file: b.csv, opened: 2026-02-01, questions: [{ column: Score, is: nps }] }
`,
      'surveys/a.csv': 'Timestamp,Score\n2026-01-02,9\n2026-01-03,2\n',
      'surveys/b.csv': 'Timestamp,Scores\n2026-02-02,9\n',
    })
    const { status, stdout } = await runCli(['source', 'test', 'survey'], { cwd })
    expect(status).toBe(1)
    expect(stdout).toContain(
      'ok    a (a.csv): 2 answers, 0 of no known group; not published until the profile says exported → survey_waves, survey_responses\n',
    )
    expect(stdout).toContain('fail  b (b.csv): has no column "Score"; did you mean "Scores"?\n')
    expect(stdout).toMatch(/feeds:\n(?: {2}\w+\n)* {2}internal_nps\n/)
  },
)

test(
  'answers that cannot be read are told with the first reasons, and where the rest is',
  SLOW,
  async () => {
    const cwd = aFolder({
      'desirepath.yaml': `organisation: { name: Acme }
sources:
  - id: survey
    kind: surveys
    path: ./surveys
    surveys:
      - { id: a, name: A, file: a.csv, opened: 2026-01-01, questions: [{ column: Score, is: nps }] }
      - { id: b, name: B, file: b.csv, opened: 2025-01-01, closed: 2025-02-01, questions: [{ column: Mood, is: nps }] }
      - { id: c, name: C, file: c.csv, opened: 2024-01-01, closed: 2024-02-01, questions: [{ column: 2, is: nps }] }
`,
      'surveys/a.csv': 'Timestamp,Score\n2026-01-02,11\n2026-01-03,11\n2026-01-04,9\n',
      'surveys/b.csv': 'Timestamp,Score,\n2025-01-02,9,x\n',
    })
    const { status, stdout } = await runCli(['source', 'test', 'survey'], { cwd })
    expect(status).toBe(1)
    expect(stdout).toMatch(
      /^fail {2}a \(a\.csv\): answers that cannot be read: 2, beside 1 answer, 0 of no known group\n {6}Score: [^\n]+\n {6}→ mend the file or the profile; after collecting, the page \/data lists each answer\n/,
    )
    expect(stdout).toContain(
      'fail  b (b.csv): has no column "Mood"; it has "Timestamp", "Score", 3\n',
    )
    expect(stdout).toContain('fail  c (c.csv): is not in the folder\n')
  },
)

test(
  'a server that is down is told with what to check, and that it is waited for',
  SLOW,
  async () => {
    const port = await aDeadPort()
    const cwd = aFolder({ 'desirepath.yaml': jiraConfiguration(`http://127.0.0.1:${port}`) })
    const env = { TOKEN: JIRA_TOKEN }
    const { status, stdout, stderr } = await runCli(['source', 'test', 'desk'], { cwd, env })
    expect(status).toBe(1)
    expect(stderr).toMatch(/ECONNREFUSED 127\.0\.0\.1:\d+; waiting until \d{4}-/)
    expect(stdout).toMatch(
      /^fail {2}server: [^\n]+ECONNREFUSED 127\.0\.0\.1:\d+\n {6}→ check baseUrl, privateNetwork, and whether the server runs\n/,
    )
  },
)

test('a folder of policy results without a file is a fault', SLOW, async () => {
  const cwd = aFolder({
    'desirepath.yaml': `organisation: { name: Acme }
sources: [{ id: policy, kind: policy-results, path: ./results }]
`,
    'results/.keep': '',
  })
  const { status, stdout } = await runCli(['source', 'test', 'policy'], { cwd })
  expect(status).toBe(1)
  expect(stdout).toMatch(
    /^fail {2}results: no file in [^\n]+\n {6}→ check path in the configuration; /,
  )
})

test('results of policy tools and clones of environments are tried', SLOW, async () => {
  const cwd = aFolder({
    'desirepath.yaml': `organisation: { name: Acme }
sources:
  - id: policy
    kind: policy-results
    path: ./results
    requirements:
      - { id: manifests, name: Manifests, from: 2026-01-01, evidence: [{ tool: conftest }] }
  - id: environments
    kind: environment-requests
    repositories: ./clones/*
`,
    'results/conftest.json': '[{ "filename": "a.yaml", "namespace": "main", "successes": 2 }]',
    'results/odd.json': '{}',
  })
  const policy = await runCli(['source', 'test', 'policy'], { cwd })
  expect(policy.status).toBe(1)
  expect(policy.stdout).toContain(
    'ok    requirements: 1 in the configuration → policy_requirements\nok    conftest.json: Conftest, 1 result → policy_evidence\nfail  odd.json: is of no format that we know',
  )
  expect(policy.stdout).toContain(
    '  complete_policy_evidence_requests (needs provisioning_requests as well)\n',
  )
  const requests = await runCli(['source', 'test', 'environments'], { cwd })
  expect(requests.stdout).toContain('fail  clones of environments: no clone in ')
})
