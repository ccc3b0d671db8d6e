import { beforeAll, expect, test } from 'vitest'
import { aFolder, CLI_TIMEOUT_MS, prepareByCli, runCli } from '#test/support/cli.ts'
import { aSharedFolder } from '#test/support/git.ts'
import { AS_OF, writeOrganisation } from '#test/support/organisation.ts'

const SLOW = { timeout: CLI_TIMEOUT_MS }

const acme = aSharedFolder()

beforeAll(() => prepareByCli(['collect'], { cwd: writeOrganisation(acme) }), CLI_TIMEOUT_MS)

const show = (...args: string[]) => runCli(['show', ...args], { cwd: acme })

/** The printed JSON of a command that succeeds. */
async function showJson(...args: string[]): Promise<unknown> {
  const { status, stdout, stderr } = await show(...args, '--json')
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return JSON.parse(stdout)
}

/** What follows a term in the printed text. */
async function textOf(term: string, ...args: string[]): Promise<string | undefined> {
  const { stdout } = await show(...args)
  const line = stdout.split('\n').find((one) => one.startsWith(`  ${term} `))
  return line?.slice(term.length + 2).trim()
}

test('a number of a period is measured over it', SLOW, async () => {
  const sales = ['ADO-04', '--path', 'starter', '--team', 'sales']
  // One change a week, all but the first two on the path.
  expect(await showJson(...sales, '--period', '2025-05-19..2025-06-29')).toMatchObject({
    window: { start: '2025-05-19T00:00:00.000Z', end: '2025-06-30T00:00:00.000Z' },
    numerator: 6,
    denominator: 6,
  })
  const both = await show(...sales, '--period', '2025-06', '--as-of', '2025-06-01')
  expect(both).toMatchObject({ status: 2, stdout: '' })
})

test('an id is known in any case, and a key as it is written', SLOW, async () => {
  const titles = []
  for (const name of ['ADO-02', 'ado-02', 'total_adoption_rate']) {
    titles.push((await show(name, '--path', 'starter')).stdout.split('\n')[0])
  }
  expect(titles).toEqual(Array(3).fill('ADO-02 Total adoption rate'))
})

test.each([
  [['ado-2'], 'metric: no "ado-2"; did you mean ADO-02?'],
  [['total_adoption_rat'], 'metric: no "total_adoption_rat"; did you mean total_adoption_rate?'],
  [['ADO-02', '--path', 'startr'], '--path: no "startr"; did you mean starter?'],
  [['ADO-04', '--team', 'shoop'], '--team: no "shoop"; did you mean shop?'],
  [['ADO-04', '--team', 'marketing'], '--team: no "marketing"; known are find, post, sales, shop'],
  [['DQ-01', '--source', 'clone'], '--source: no "clone"; did you mean clones?'],
  [['DQ-01', '--path', 'starter'], 'DQ-01 is about sources: use --source'],
  [['DQ-01', '--team', 'shop'], 'DQ-01 is about sources: use --source'],
  [['ADO-02', '--source', 'clones'], 'ADO-02 is about golden paths: use --path'],
  [['ADO-02', '--team', 'shop'], 'ADO-02: does not exist for one team; leave out --team'],
  [
    ['SPD-01', '--path', 'starter'],
    'SPD-01: does not exist for starter; METRICS.md says what it is about',
  ],
])('show %j is refused with the way out', SLOW, async (args, message) => {
  expect(await show(...args)).toEqual({ status: 1, stdout: '', stderr: `${message}\n` })
})

test('an unknown metric that is near none has all of them named', SLOW, async () => {
  expect((await show('happiness')).stderr).toMatch(
    /^metric: no "happiness"; known are ADO-01, ADO-02, .*DQ-02\n$/,
  )
})

test('where nothing is configured that it could be about, it says so', SLOW, async () => {
  const cwd = aFolder({
    'desirepath.yaml': 'organisation: { name: Acme }\ncatalog: [{ source: files, path: ./c }]',
  })
  expect(await runCli(['show', 'ADO-02'], { cwd })).toEqual({
    status: 1,
    stdout: '',
    stderr: 'no golden path is configured\n',
  })
  expect(await runCli(['show', 'DQ-01'], { cwd })).toEqual({
    status: 1,
    stdout: '',
    stderr: 'no source is configured\n',
  })
})

test('a metric prints value, interval, bounds, cases and the rows behind it', SLOW, async () => {
  // Wilson for 2 of 3: (2/3 + z²/6 ± z √(2/27 + z²/36)) / (1 + z²/3) with z = 1.96.
  expect(await show('ADO-02', '--path', 'starter', '--as-of', AS_OF)).toEqual({
    status: 0,
    stderr: '',
    stdout: `ADO-02 Total adoption rate
path starter, as of 2025-06-30T00:00:00.000Z

  value                       66.7 % of teams (2 of 3)
  time                        as it stood at 2025-06-30T00:00:00.000Z
  interval                    20.8 % to 93.9 % (95 %, wilson)
  bounds                      50.0 % to 75.0 %, if the unknown were known
  cases                       3, 1 unknown
  status                      partial data (source_partial)
  band                        insufficient (good 0.7, bad 0.4)
  coverage                    75.0 %
  flags                       has_unknown
  mandated share of adopters  0.5
  n voluntary                 1
  n mandated                  1
  n origin unknown            0
  clones until                2025-04-07T00:00:00.000Z

  counted (2): sales, shop
  not_counted (1): find
  unknown (1): post
`,
  })
})

test('--team asks of one team only, over 91 days when it does little', SLOW, async () => {
  const result = await showJson('ADO-04', '--path=starter', '--team=sales', `--as-of=${AS_OF}`)
  // Eleven of its thirteen changes came with or after the file; four lie within 28 days.
  expect(result).toMatchObject({
    scope: { pathId: 'starter', teamId: 'sales' },
    window: { start: '2025-03-31T00:00:00.000Z', end: '2025-06-30T00:00:00.000Z' },
    value: 11 / 13,
    numerator: 11,
    denominator: 13,
    status: 'ok',
    band: 'good_uncertain',
  })
})

test('all sources are told when none is named, but not the catalogue', SLOW, async () => {
  expect(await showJson('DQ-01', '--as-of', AS_OF)).toMatchObject([
    { scope: { sourceId: 'clones' } },
    { scope: { sourceId: 'requests' } },
  ])
  expect(await showJson('DQ-01', '--source', 'catalog', '--as-of', AS_OF)).toMatchObject({
    scope: { sourceId: 'catalog' },
  })
})

test('a set without rows has no line', SLOW, async () => {
  const { stdout } = await show('DQ-01', '--source', 'requests', '--as-of', AS_OF)
  expect(stdout.split('\n').slice(-3)).toEqual([
    '',
    '  counted (1): 2025-06-02T00:00:00.000Z/2025-06-30T00:00:00.000Z',
    '',
  ])
})

test('--source tells how much of the time a source was read', SLOW, async () => {
  const { stdout } = await show('dq-01', '--source', 'clones', '--as-of', AS_OF)
  expect(stdout).toBe(`DQ-01 Source coverage
source clones, as of 2025-06-30T00:00:00.000Z

  value         75.0 % of time
  time          over 28 days, 2025-06-02 to 2025-06-29
  cases         4
  status        partial data (source_partial)
  band          watch (good 0.9, bad 0.5)
  coverage      75.0 %
  scopes        4
  incomplete    1
  clones until  2025-04-07T00:00:00.000Z

  counted (3): repository:local/basket, repository:local/orders, repository:local/search
  not_counted (1): repository:local/mail
`)
})

test('as JSON one scope is the whole record', SLOW, async () => {
  const result = await showJson('spd-01', '--as-of', AS_OF)
  // Half of the six requests were usable after 30⅓ minutes; one still waits after the longest. On the
  // log-log scale neither the share after 10 nor that after 50 minutes is 1.96 errors from a half.
  expect(result).toEqual({
    metricId: 'SPD-01',
    definitionVersion: '1.0.0',
    engineVersion: '1.3.0',
    scope: { pathId: 'rooms' },
    window: { start: '2025-03-31T00:00:00.000Z', end: '2025-06-30T00:00:00.000Z' },
    asOf: '2025-06-30T00:00:00.000Z',
    computedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    parameters: { good: 30, bad: 1440 },
    watermarks: { requests: '2025-06-30T00:00:00.000Z' },
    value: 1820 / 60,
    unit: 'minutes',
    numerator: null,
    denominator: 6,
    n: 6,
    nUnknown: 0,
    notMatured: 0,
    coverage: 1,
    ci: { low: 10, high: null, level: 0.95, method: 'log-log, Brookmeyer-Crowley' },
    bounds: null,
    parts: { events: 5, censored: 1, p90: null, naiveMedianOfCompleted: 1820 / 60 },
    status: 'ok',
    band: 'insufficient',
    flags: [],
    guardrails: ['REL-01', 'GOV-01', 'SPD-05'],
    evidence: [
      { kind: 'counted', ids: ['r1', 'r2', 'r3', 'r4', 'r5'].map((id) => `requests:${id}`) },
      { kind: 'not_counted:censored', ids: ['requests:r6'] },
    ],
  })
})

test('as JSON several scopes are a list in the order of the configuration', SLOW, async () => {
  expect(await showJson('ADO-02', '--as-of', AS_OF)).toMatchObject([
    { scope: { pathId: 'starter' }, numerator: 2, denominator: 3 },
    { scope: { pathId: 'rooms' } },
  ])
})

test('a day means 00:00 UTC, and any instant of the past can be asked for', SLOW, async () => {
  const ofDay = await showJson('ADO-02', '--path=starter', '--as-of=2025-05-05')
  // By then three of the five changes of sales were on the path: partial, not adopted.
  expect(ofDay).toMatchObject({
    asOf: '2025-05-05T00:00:00.000Z',
    numerator: 1,
    denominator: 3,
    nUnknown: 1,
  })
  const ofInstant = await showJson('ADO-02', '--path=starter', '--as-of=2025-05-05T02:00:00+02:00')
  expect(ofInstant).toEqual({ ...(ofDay as object), computedAt: expect.any(String) })
})

test('before anybody was read there is no value, and that is no failure', SLOW, async () => {
  expect(await showJson('ADO-02', '--path=starter', '--as-of=2025-01-06')).toMatchObject({
    value: null,
    n: 0,
    evidence: [],
  })
})

test.each(['2999-01-01', '2999-01-01T00:00:00Z', 'tomorrow', '2025-02-30', '2025-06-30T08:00:00'])(
  '--as-of %s is refused',
  SLOW,
  async (text) => {
    const { status, stdout, stderr } = await show('ADO-02', '--as-of', text)
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: '',
      stderr: `--as-of: expected a day such as 2026-01-31, or an instant such as 2026-01-31T08:00:00Z, up to now, not "${text}"\n`,
    })
  },
)

test('too few cases stand as counts in the place of a value', SLOW, async () => {
  // Three teams had work, where five are needed.
  const path = ['--path', 'starter', '--as-of', AS_OF]
  expect(await textOf('value', 'ADO-04', ...path)).toBe('not enough cases (24 of 39)')
  // By then three environments had been asked for, where six are needed.
  expect(await textOf('value', 'SPD-01', '--as-of', '2025-06-05')).toBe('not enough cases')
})

test('no value is a word, and zero a number', SLOW, async () => {
  expect(await textOf('value', 'ADO-02', '--path=starter', '--as-of=2025-01-06')).toBe('no value')
  const find = ['ADO-04', '--path', 'starter', '--team', 'find', '--as-of', AS_OF]
  expect(await textOf('value', ...find)).toBe('0.0 % of activities (0 of 13)')
})

test('a number that is no fraction has its unit and at most three digits', SLOW, async () => {
  const { stdout } = await show('SPD-01', '--as-of', AS_OF)
  expect(stdout).toBe(`SPD-01 Median time to a usable environment
path rooms, as of 2025-06-30T00:00:00.000Z

  value                      30.333 minutes
  time                       over 91 days, 2025-03-31 to 2025-06-29
  interval                   10 minutes to not reached (95 %, log-log, Brookmeyer-Crowley)
  cases                      6
  status                     ok
  band                       insufficient (good 30, bad 1440)
  coverage                   100.0 %
  events                     5
  censored                   1
  p90                        no value
  naive median of completed  30.333
  requests until             2025-06-30T00:00:00.000Z

  counted (5): requests:r1, requests:r2, requests:r3, requests:r4, requests:r5
  not_counted:censored (1): requests:r6
`)
})

test('of many rows the first are named, with their number and how to get all', SLOW, async () => {
  const teams = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
  const cwd = aFolder({
    'desirepath.yaml': `organisation: { name: Acme }
catalog: [{ source: files, path: ./catalog }]
goldenPaths: [{ id: deploy, name: Deploy, availableSince: 2025-01-01 }]
`,
    'catalog/teams.csv': `id,name\n${teams.map((id) => `${id},${id}\n`).join('')}`,
    'catalog/services.csv': `id,name,team_id\n${teams.map((id) => `${id},${id},${id}\n`).join('')}`,
  })
  await runCli(['collect'], { cwd })
  const { stdout } = await runCli(['show', 'ADO-02'], { cwd })
  expect(stdout).toMatch(/ {2}[\w:]+ \(7\): a, b, c, d, e, and 2 more\n/)
  expect(stdout).toMatch(/\n\n {2}the first 5 rows of each set; --json names them all\n$/)
})

test('a cell of a table says which it is', SLOW, async () => {
  const { stdout } = await show('SUP-03', '--path', 'starter', '--as-of', AS_OF)
  expect(stdout).toContain('\npath starter, type how to, as of 2025-06-30T00:00:00.000Z\n')
})
