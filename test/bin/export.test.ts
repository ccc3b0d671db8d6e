import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { beforeAll, expect, test } from 'vitest'
import {
  aFolder,
  CLI_TIMEOUT_MS,
  prepareByCli,
  runCli,
  startCli,
  writeFiles,
} from '#test/support/cli.ts'
import { aHistory, aSharedFolder, fetchedAt, git } from '#test/support/git.ts'
import { AS_OF, writeOrganisation } from '#test/support/organisation.ts'

const SLOW = { timeout: CLI_TIMEOUT_MS }

const HEADER = 'service,path,state,version,lag_versions,lag_days,evidence,observed_at'

/** What `common` publishes as its Makefile.common, all at 08:00. */
const PUBLISHED = { first: 'one\n', second: 'two\n', third: 'three\n' }

/** Content of each service's Makefile.common by the day on which it came, at 08:00. */
const SERVICES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // Follows the second version at once and the third five weeks late.
  basket: {
    '2025-02-10': PUBLISHED.first,
    '2025-03-03': PUBLISHED.second,
    '2025-05-12': PUBLISHED.third,
  },
  // Is not fetched any more after 2025-03-17.
  ledger: { '2025-02-10': PUBLISHED.first },
  mail: { '2025-02-10': PUBLISHED.first, '2025-04-14': `${PUBLISHED.first}ours\n` },
  orders: { '2025-02-10': PUBLISHED.first, '2025-04-14': `# opted out\n${PUBLISHED.first}` },
  search: {},
}

const SOURCES = 'sources: [{ id: clones, kind: git, repositories: ./clones/* }]\n'

const CONFIGURATION = `organisation: { name: Acme }
goldenPaths:
  - id: build
    name: Build file
    availableSince: 2025-01-01
    eligible: { exceptServices: [common] }
    evidence:
      - kind: file-equals
        path: Makefile.common
        publishedIn: acme/common
        optOut: { contains: '# opted out' }
  - id: docs
    name: Documents
    availableSince: 2025-01-01
    evidence: [{ kind: file-present, path: docs/index.md }]
${SOURCES}`

const morning = (day: string) => `${day}T08:00:00Z`

/** Clones whose first commit is of 2025-01-06, read until `fetched`. */
function writeClone(
  folder: string,
  name: string,
  contents: Readonly<Record<string, string>>,
  fetched = '2025-06-30',
): void {
  const history = aHistory()
  history.commit({ at: morning('2025-01-06'), files: { 'README.md': name } })
  for (const [day, text] of Object.entries(contents)) {
    history.commit({ at: morning(day), files: { 'Makefile.common': text } })
  }
  const clone = history.writeTo(join(folder, 'clones', name))
  git(clone, 'config', 'remote.origin.url', `https://git.example/acme/${name}.git`)
  fetchedAt(clone, `${fetched}T00:00:00Z`)
}

const platform = aSharedFolder()
const startedAt = new Date().toISOString()

beforeAll(async () => {
  writeFiles(platform, { 'desirepath.yaml': CONFIGURATION })
  writeClone(platform, 'common', {
    '2025-02-03': PUBLISHED.first,
    '2025-03-03': PUBLISHED.second,
    '2025-04-07': PUBLISHED.third,
  })
  for (const [name, contents] of Object.entries(SERVICES)) {
    writeClone(platform, name, contents, name === 'ledger' ? '2025-03-17' : '2025-06-30')
  }
  await prepareByCli(['collect'], { cwd: platform })
}, CLI_TIMEOUT_MS)

/** What a command prints that succeeds without a word on stderr. */
async function exported(cwd: string, ...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await runCli(['export', ...args], { cwd })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return stdout
}

/** Rows of the build path, with commits and moments of collecting left out. */
async function buildRows(asOf: string): Promise<string[]> {
  const csv = await exported(platform, 'usage', '--path', 'build', '--as-of', asOf)
  const [header, ...rows] = csv.trimEnd().split('\n')
  expect(header).toBe(HEADER)
  return rows.map((row) =>
    row.replace(/@[0-9a-f]{7}\b/, '@…').replace(/,\d{4}-\d\d-\d\dT[\d:.]+Z$/, ',seen'),
  )
}

test('before the first publication nobody is eligible', SLOW, async () => {
  expect(await buildRows('2025-02-01')).toEqual([
    'basket,build,not_eligible,,,,not published yet,',
    'common,build,not_eligible,,,,not published yet,',
    'ledger,build,not_eligible,,,,not published yet,',
    'mail,build,not_eligible,,,,not published yet,',
    'orders,build,not_eligible,,,,not published yet,',
    'search,build,not_eligible,,,,not published yet,',
  ])
})

test('who has the newest version is current, and who has none is absent', SLOW, async () => {
  expect(await buildRows('2025-02-17')).toEqual([
    'basket,build,current,1,0,0,Makefile.common@…: version 1,seen',
    'common,build,not_eligible,,,,on the list of services left out,',
    'ledger,build,current,1,0,0,Makefile.common@…: version 1,seen',
    'mail,build,current,1,0,0,Makefile.common@…: version 1,seen',
    'orders,build,current,1,0,0,Makefile.common@…: version 1,seen',
    expect.stringMatching(/^search,build,absent,,,,.*Makefile\.common.*,seen$/),
  ])
})

test('a new version leaves copies behind, by versions and whole days', SLOW, async () => {
  // Two days and sixteen hours after the second publication.
  expect(await buildRows('2025-03-06')).toEqual([
    'basket,build,current,2,0,0,Makefile.common@…: version 2,seen',
    'common,build,not_eligible,,,,on the list of services left out,',
    'ledger,build,outdated,1,1,2,"Makefile.common@…: version 1, superseded 2025-03-03, 1 behind",seen',
    'mail,build,outdated,1,1,2,"Makefile.common@…: version 1, superseded 2025-03-03, 1 behind",seen',
    'orders,build,outdated,1,1,2,"Makefile.common@…: version 1, superseded 2025-03-03, 1 behind",seen',
    expect.stringMatching(/^search,build,absent,,,,.*,seen$/),
  ])
  // The lag in days counts from the version that came next, not from the newest.
  expect((await buildRows('2025-04-08T08:00:00Z'))[3]).toBe(
    'mail,build,outdated,1,2,36,"Makefile.common@…: version 1, superseded 2025-03-03, 2 behind",seen',
  )
})

test(
  'edits are drift, a marker opts out, and a clone that nobody fetches is unknown',
  SLOW,
  async () => {
    // Twenty-three days and sixteen hours after the third publication.
    expect(await buildRows('2025-05-01')).toEqual([
      'basket,build,outdated,2,1,23,"Makefile.common@…: version 2, superseded 2025-04-07, 1 behind",seen',
      'common,build,not_eligible,,,,on the list of services left out,',
      'ledger,build,unknown,,,,git.example/acme/ledger was not read for that time,',
      'mail,build,drifted,,,,Makefile.common@…: equals no published version,seen',
      expect.stringMatching(/^orders,build,opted_out,,,,Makefile\.common@….*,seen$/),
      expect.stringMatching(/^search,build,absent,,,,.*,seen$/),
    ])
  },
)

test('a clone stays known for eight days after its last fetch', SLOW, async () => {
  const ledgerOn = async (asOf: string) => (await buildRows(asOf))[2]?.split(',')[2]
  expect([await ledgerOn('2025-03-25'), await ledgerOn('2025-03-26')]).toEqual([
    'outdated',
    'unknown',
  ])
})

test('who catches up is current again', SLOW, async () => {
  expect((await buildRows('2025-06-01'))[0]).toBe(
    'basket,build,current,3,0,0,Makefile.common@…: version 3,seen',
  )
})

test('before its first commit a service is not there', SLOW, async () => {
  const { stdout } = await runCli(['export', 'usage', '--as-of', '2025-01-06'], { cwd: platform })
  expect(stdout).toBe(`${HEADER}\n`)
})

test('all paths are told, or only the one that is named', SLOW, async () => {
  const rows = parse(await exported(platform, 'usage', '--as-of', '2025-06-01')) as string[][]
  expect(rows.slice(1, 5).map(([service, path]) => `${service} ${path}`)).toEqual([
    'basket build',
    'basket docs',
    'common build',
    'common docs',
  ])
  const { status, stderr } = await runCli(['export', 'usage', '--path', 'buil'], {
    cwd: platform,
  })
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: '--path: no "buil"; did you mean build?\n',
  })
})

test('as JSON a row has numbers and nulls, and says which commit proves it', SLOW, async () => {
  const args = ['usage', '--path=build', '--as-of=2025-05-01', '--format=json']
  const rows = JSON.parse(await exported(platform, ...args)) as unknown[]
  const basket = join(platform, 'clones/basket')
  const commit = git(basket, 'log', '-1', '--format=%H', '--before=2025-05-01').slice(0, 7)
  expect([rows.length, rows[0], rows[1]]).toEqual([
    6,
    {
      service: 'basket',
      path: 'build',
      state: 'outdated',
      version: '2',
      lag_versions: 1,
      lag_days: 23,
      evidence: `Makefile.common@${commit}: version 2, superseded 2025-04-07, 1 behind`,
      observed_at: expect.toSatisfy(
        (at: string) => at >= startedAt && at < new Date().toISOString(),
      ),
    },
    {
      service: 'common',
      path: 'build',
      state: 'not_eligible',
      version: null,
      lag_versions: null,
      lag_days: null,
      evidence: 'on the list of services left out',
      observed_at: null,
    },
  ])
})

test('--out writes a file instead, and a folder that is not there is a fault', SLOW, async () => {
  const cwd = aFolder()
  const config = ['--config', join(platform, 'desirepath.yaml')]
  const args = [...config, 'export', 'usage', '--as-of', '2025-05-01']
  expect(await runCli([...args, '--out', 'usage.csv'], { cwd })).toEqual({
    status: 0,
    stdout: '',
    stderr: '',
  })
  const printed = await exported(platform, 'usage', '--as-of', '2025-05-01')
  expect(readFileSync(join(cwd, 'usage.csv'), 'utf8')).toBe(printed)
  const { status, stdout, stderr } = await runCli([...args, '--out', 'no/usage.csv'], { cwd })
  expect({ status, stdout, stderr }).toEqual({
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(/^--out: no\/usage\.csv cannot be written: ENOENT: .*\n$/),
  })
})

test('a cell that a spreadsheet would take for a formula is text', SLOW, async () => {
  const cwd = aFolder({ 'desirepath.yaml': CONFIGURATION })
  writeClone(cwd, '=1+1', {})
  await runCli(['collect'], { cwd })
  const args = ['usage', '--path', 'docs', '--as-of', '2025-06-01']
  const csv = await exported(cwd, ...args)
  const json = await exported(cwd, ...args, '--format', 'json')
  expect((parse(csv) as string[][])[1]?.[0]).toBe("'=1+1")
  expect(JSON.parse(json)).toMatchObject([{ service: '=1+1' }])
})

const HEADERS = {
  usage: HEADER,
  states:
    'team,path,week_end,state,origin,currently_mandated,ever_under_interface_mandate,inactive_weeks,flags,rule,reason,first_adopted_week',
  measurements:
    'metric,path,team,source,as_of,window_start,window_end,value,unit,numerator,denominator,n,n_unknown,not_matured,coverage,ci_low,ci_high,bounds_low,bounds_high,status,band,flags,definition_version,computed_at',
}

test.each(Object.entries(HEADERS))(
  'of an empty database %s are a header only, and stderr says what to do',
  SLOW,
  async (table, header) => {
    const cwd = aFolder({ 'desirepath.yaml': 'organisation: { name: Acme }' })
    expect(await runCli(['export', table], { cwd })).toEqual({
      status: 0,
      stdout: `${header}\n`,
      stderr: expect.stringMatching(/^no rows: .*desirepath (collect|score)/),
    })
    expect(await runCli(['export', table, '--format', 'json'], { cwd })).toMatchObject({
      status: 0,
      stdout: '[]\n',
    })
  },
)

test('an unknown table or format is wrong usage', SLOW, async () => {
  const cwd = aFolder()
  const results = await Promise.all([
    runCli(['export', 'usag'], { cwd }),
    runCli(['export', 'usage', '--format', 'xml'], { cwd }),
    runCli(['export'], { cwd }),
  ])
  expect(results.map(({ status, stdout }) => ({ status, stdout }))).toEqual(
    Array(3).fill({ status: 2, stdout: '' }),
  )
  expect(results.map(({ stderr }) => stderr)).toEqual([
    expect.stringContaining('Allowed choices are usage, states, measurements.'),
    expect.stringContaining('Allowed choices are csv, json.'),
    expect.stringContaining("missing required argument 'table'"),
  ])
})

test('a moment that lies ahead is refused', SLOW, async () => {
  expect(await runCli(['export', 'usage', '--as-of', '2999-01-01'], { cwd: platform })).toEqual({
    status: 1,
    stdout: '',
    stderr: expect.stringContaining('up to now, not "2999-01-01"'),
  })
})

test('a reader that leaves early is no failure', SLOW, async () => {
  const { child, ended } = startCli(['export', 'usage'], { cwd: platform })
  child.stdout?.destroy()
  expect(await ended).toMatchObject({ status: 0, stderr: '' })
})

const acme = aSharedFolder()

beforeAll(async () => {
  const cwd = writeOrganisation(acme)
  await prepareByCli(['collect'], { cwd })
  await prepareByCli(['score'], { cwd })
}, CLI_TIMEOUT_MS)

test('states are those of the last week that had ended, with what decided', SLOW, async () => {
  const on = (asOf: string) => exported(acme, 'states', '--path', 'starter', '--as-of', asOf)
  const endOfJune = `${HEADERS.states}
find,starter,2025-06-30T00:00:00.000Z,eligible,,0,0,0,,R5-none,,
post,starter,2025-06-30T00:00:00.000Z,unknown,,0,0,0,,R0,0 % of the last 28 days were read,
sales,starter,2025-06-30T00:00:00.000Z,adopted,mandated,1,1,0,,R4-hold,,2025-06-09T00:00:00.000Z
shop,starter,2025-06-30T00:00:00.000Z,adopted,voluntary,0,0,0,,R4-hold,,2025-04-21T00:00:00.000Z
`
  expect(await on(AS_OF)).toBe(endOfJune)
  expect(await on('2025-07-06T23:59:59Z')).toBe(endOfJune)
  // Sales had its third use in the last week of April, and had been told to since March.
  expect(await on('2025-05-05')).toContain(
    'sales,starter,2025-05-05T00:00:00.000Z,partial,mandated,1,1,0,,R5-partial,,\n',
  )
  expect(await on('2025-04-28')).toContain(
    'sales,starter,2025-04-28T00:00:00.000Z,trying,,0,1,0,,R5-try,,\n',
  )
})

/** The text of a number. */
const near = (expected: number) =>
  expect.toSatisfy((text: string) => Math.abs(Number(text) - expected) < 0.000_01)

test('measurements are told for each metric and scope', SLOW, async () => {
  const csv = await exported(acme, 'measurements', '--path=starter', '--as-of', AS_OF)
  const rows = parse(csv, { columns: true }) as Record<string, string>[]
  const row = rows.find(({ metric, team }) => metric === 'ADO-02' && team === '')
  expect(row).toEqual({
    metric: 'ADO-02',
    path: 'starter',
    team: '',
    source: '',
    as_of: '2025-06-30T00:00:00.000Z',
    window_start: '2025-06-30T00:00:00.000Z',
    window_end: '2025-06-30T00:00:00.000Z',
    value: String(2 / 3),
    unit: 'fraction of teams',
    numerator: '2',
    denominator: '3',
    n: '3',
    n_unknown: '1',
    not_matured: '0',
    coverage: '0.75',
    // Wilson: (2/3 + z²/6 ± z √(2/27 + z²/36)) / (1 + z²/3) with z = 1.95996.
    ci_low: near(0.20766),
    ci_high: near(0.93851),
    bounds_low: '0.5',
    bounds_high: '0.75',
    status: 'source_partial',
    band: 'insufficient',
    flags: 'has_unknown',
    definition_version: '1.0.0',
    computed_at: expect.any(String),
  })
})

test('measurements as JSON are the records that show prints', SLOW, async () => {
  const args = ['--path', 'starter', '--as-of', AS_OF]
  const all = JSON.parse(await exported(acme, 'measurements', ...args, '--format', 'json'))
  const shown = await runCli(['show', 'ADO-02', ...args, '--json'], { cwd: acme })
  const one = { ...JSON.parse(shown.stdout), computedAt: expect.any(String) }
  expect(all).toContainEqual(one)
})

test('a path that the configuration drops is exported as it was before that', SLOW, async () => {
  const folder = aFolder({ 'desirepath.yaml': CONFIGURATION })
  writeClone(folder, 'common', { '2025-02-03': PUBLISHED.first })
  writeClone(folder, 'basket', { '2025-02-10': PUBLISHED.first })
  await prepareByCli(['collect'], { cwd: folder })
  const told = () => exported(folder, 'usage', '--path', 'build', '--as-of', '2025-05-01')
  const before = await told()
  expect(before).toContain('basket,build,current,1')

  const [without = ''] = CONFIGURATION.split('  - id: build')
  writeFiles(folder, {
    'desirepath.yaml': `${without.replace('goldenPaths:', 'goldenPaths: []')}${SOURCES}`,
  })
  await prepareByCli(['collect'], { cwd: folder })
  expect(await told()).toBe(before)
})
