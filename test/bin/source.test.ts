import { expect, test } from 'vitest'
import { definitions } from '#scorecards/catalogue.ts'
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
