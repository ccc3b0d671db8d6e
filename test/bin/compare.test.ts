import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { CLI_TIMEOUT_MS, prepareByCli, runCli } from '#test/support/cli.ts'
import { aSharedFolder } from '#test/support/git.ts'
import { writeOrganisation } from '#test/support/organisation.ts'

const SLOW = { timeout: CLI_TIMEOUT_MS }

const acme = aSharedFolder()

const TARGET = '{ metric: time_to_usable_environment, baseline: 1h, target: 30min, by: 2025-12-31 }'

beforeAll(() => {
  writeOrganisation(acme)
  const file = join(acme, 'desirepath.yaml')
  const yaml = readFileSync(file, 'utf8')
    .replace('work: provisioning', `work: provisioning\n    targets: [${TARGET}]`)
    .replace('name: Acme', 'name: Acme, fiscalYearStart: 4')
  writeFileSync(file, yaml)
  return prepareByCli(['collect'], { cwd: acme })
}, CLI_TIMEOUT_MS)

const compare = (...args: string[]) => runCli(['compare', ...args], { cwd: acme })

async function compareJson(...args: string[]): Promise<unknown> {
  const { status, stdout, stderr } = await compare(...args, '--json')
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return JSON.parse(stdout)
}

/** In which all environments were asked for. */
const SPRING = '2025-04-01..2025-06-30'
const SALES = ['ADO-04', '--path', 'starter', '--team', 'sales']

test(
  'a number stands beside that of the period before, and says what it looked at',
  SLOW,
  async () => {
    // One change a week, all but the first two on the path: six of six, and five of the six before.
    const { stdout } = await compare(...SALES, '--period', '2025-05-19..2025-06-29')
    expect(stdout).toBe(`ADO-04 Share of in-scope work that runs on the path (depth)
path starter, team sales

  2025-05-19..2025-06-29  100.0 % of activities (6 of 6), ok, over 42 days, 2025-05-19 to 2025-06-29
  2025-04-07..2025-05-18  83.3 % of activities (5 of 6), ok, over 42 days, 2025-04-07 to 2025-05-18
  difference              +16.7 points
  interval                -24.7 points to +56.4 points (95 %, Newcombe)
`)
  },
)

test(
  'a fiscal quarter begins where the organisation says, and a year earlier nobody was read',
  SLOW,
  async () => {
    const quarter = ['--period', '2026-Q1', '--with', 'year-ago']
    expect(await compareJson('ADO-02', '--path', 'rooms', ...quarter)).toMatchObject({
      period: {
        kind: 'quarter',
        name: '2026-Q1',
        period: { from: '2025-04-01T00:00:00.000Z', to: '2025-07-01T00:00:00.000Z' },
      },
      current: { asOf: '2025-07-01T00:00:00.000Z', numerator: 0, denominator: 4, status: 'ok' },
      referencePeriod: { name: '2025-Q1' },
      reference: { asOf: '2024-07-01T00:00:00.000Z', value: null },
      difference: null,
      incomparable: 'not_ok',
      ci: null,
    })
    const { stdout } = await compare('ADO-02', '--path', 'rooms', ...quarter)
    expect(stdout.split('\n').at(-2)).toBe(
      '  difference  none: not both are figures of all of their period: the status of each says why (not_ok)',
    )
  },
)

test('a number stands beside the target of its golden path', SLOW, async () => {
  const { stdout } = await compare('SPD-01', '--period', SPRING, '--with', 'target')
  // 30⅓ of the 30 minutes from 60; 91 days of the 275 from 1 April to the end of the year.
  expect(stdout).toBe(`SPD-01 Median time to a usable environment
path rooms

  2025-04-01..2025-06-30  30.333 minutes, ok, over 91 days, 2025-04-01 to 2025-06-30
  target                  30 minutes, by the end of 2025-12-31
  baseline                60 minutes
  progress                on track
  gap                     +0.333 minutes
  way                     98.9 %
  time                    33.1 %
`)
})

test('as JSON a target comes with the record that it is held against', SLOW, async () => {
  expect(await compareJson('SPD-01', '--period', SPRING, '--with', 'target')).toMatchObject({
    current: { metricId: 'SPD-01', value: 1820 / 60 },
    target: { target: 30, baseline: 60, by: '2026-01-01T00:00:00.000Z' },
    outcome: 'on_track',
    timeShare: 91 / 275,
  })
})

test('without a path each of them is compared', SLOW, async () => {
  expect(await compareJson('ADO-02', '--period', '2025-06')).toMatchObject([
    { current: { scope: { pathId: 'starter' } } },
    { current: { scope: { pathId: 'rooms' } } },
  ])
})

test.each([
  [
    ['ADO-02', '--period', '2025-W53'],
    '--period: expected a week such as 2026-W34, a month such as 2026-08, a fiscal quarter such as 2026-Q3 or year such as 2026, or days such as 2026-07-01..2026-09-30, both of them in it, not "2025-W53"',
  ],
  [
    ['ADO-02', '--period', '2998'],
    '--period: 2998 goes on until 2998-04-01T00:00:00.000Z; name a period that is over',
  ],
  [
    ['ADO-02', '--period', '2024-02-29..2024-02-29', '--with', 'year-ago'],
    '--period: 2024-02-29..2024-02-29 has no counterpart a year earlier',
  ],
  [
    ['ADO-02', '--period', '2025-06', '--team', 'shop'],
    'ADO-02: does not exist for one team; leave out --team',
  ],
  [
    ['ADO-02', '--period', '2025-06', '--with', 'target'],
    'ADO-02: no golden path has a target for it; goldenPaths.targets holds them',
  ],
])('compare %j is refused with the way out', SLOW, async (args, message) => {
  expect(await compare(...args)).toEqual({ status: 1, stdout: '', stderr: `${message}\n` })
})

test('a target in another unit than its metric is refused', SLOW, async () => {
  const yaml = readFileSync(join(acme, 'desirepath.yaml'), 'utf8')
  const other = join(acme, 'other.yaml')
  writeFileSync(other, yaml.replace('target: 30min', 'target: 80%'))
  const args = ['compare', 'SPD-01', '--period', '2025-06', '--with', 'target']
  expect(await runCli(['--config', other, ...args], { cwd: acme })).toEqual({
    status: 1,
    stdout: '',
    stderr: 'goldenPaths.rooms.targets: SPD-01 is in minutes, not "80%"\n',
  })
})
