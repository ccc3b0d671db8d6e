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
    expect(stdout).toMatch(/cannot feed:\n(?: {2}\w+\n)* {2}overdue_exceptions\n/)
    const told = [...stdout.matchAll(/^ {2}(\w+)/gm)].map(([, key]) => key)
    const keys = definitions.map(({ key }) => key).filter((key) => key !== 'source_coverage')
    expect(told.toSorted()).toEqual(keys.toSorted())
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
