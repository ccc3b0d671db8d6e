import { beforeAll, expect, test } from 'vitest'
import { CLI_TIMEOUT_MS, prepareByCli, runCli } from '#test/support/cli.ts'
import { aSharedFolder } from '#test/support/git.ts'
import { writeOrganisation } from '#test/support/organisation.ts'

const SLOW = { timeout: CLI_TIMEOUT_MS }

const acme = aSharedFolder()

beforeAll(async () => {
  writeOrganisation(acme)
  await prepareByCli(['collect'], { cwd: acme })
  await prepareByCli(['score'], { cwd: acme })
}, 2 * CLI_TIMEOUT_MS)

const explain = (...args: string[]) => runCli(['explain', ...args], { cwd: acme })

test('the parts of a difference stand below each other, with their teams', SLOW, async () => {
  const { status, stdout, stderr } = await explain(
    'ADO-02',
    '--path',
    'starter',
    '--period',
    '2025-06',
  )
  expect({ status, stdout, stderr }).toEqual({
    status: 0,
    stderr: '',
    stdout: `ADO-02 Total adoption rate
path starter

  before      33.3 % of teams (1 of 3), partial data (source_partial), as it stood at 2025-06-01T00:00:00.000Z
  after       66.7 % of teams (2 of 3), partial data (source_partial), as it stood at 2025-07-01T00:00:00.000Z
  difference  +33.3 points

  newcomers      0.0 points
  leavers        0.0 points
  rate           +33.3 points: sales +33.3 points
  mix            0.0 points
  data gaps      0.0 points
  definition     0.0 points
  not explained  0.0 points
`,
  })
})

interface Told {
  readonly difference: number
  readonly parts: readonly { readonly amount: number }[]
}

test('as JSON the parts add up to the difference', SLOW, async () => {
  const { stdout } = await explain(
    'ADO-02',
    '--path',
    'starter',
    '--from',
    '2025-06-02',
    '--to',
    '2025-06-30',
    '--json',
  )
  const { difference, parts } = JSON.parse(stdout) as Told // As the command prints it.
  expect(parts).toHaveLength(7)
  expect(parts.reduce((sum, { amount }) => sum + amount, 0)).toBeCloseTo(difference, 12)
})

test('what cannot be told apart says why', SLOW, async () => {
  const { stdout } = await explain(
    'ADO-02',
    '--path',
    'rooms',
    '--period',
    '2025-W26',
    '--compare',
    '2020',
  )
  expect(stdout).toContain('parts       none: the earlier figure has no value\n')
})

test.each([
  [
    ['ADO-02', '--period', '2025-06', '--compare', 'yesterday'],
    '--compare: expected previous, year-ago or a period such as 2026-Q2, not "yesterday"',
  ],
  [
    ['ADO-02', '--from', 'yesterday', '--to', 'today'],
    '--from: expected a day such as 2026-01-31, or an instant such as 2026-01-31T08:00:00Z, up to now, not "yesterday"',
  ],
  [
    ['ADO-02', '--from', '2025-06-02', '--to', '2025-06-02'],
    '--to: expected a moment after that of --from, 2025-06-02, not "2025-06-02"',
  ],
  [['DQ-01', '--period', '2025-06'], 'DQ-01: is about sources, and no team moves it'],
])('%j is refused', SLOW, async (args, message) => {
  expect(await explain(...args)).toEqual({ status: 1, stdout: '', stderr: `${message}\n` })
})

test.each([
  [['ADO-02'], 'error: --period, or both --from and --to, say what is explained'],
  [
    ['ADO-02', '--from', '2025-06-01'],
    'error: --period, or both --from and --to, say what is explained',
  ],
  [
    ['ADO-02', '--period', '2025-06', '--from', '2025-06-01'],
    "error: option '--from <day>' cannot be used with option '--period <name>'",
  ],
])('%j is wrong usage, as with every command', SLOW, async (args, message) => {
  const { status, stdout, stderr } = await explain(...args)
  expect([status, stdout, stderr.split('\n')[0]]).toEqual([2, '', message])
})

test('before the golden path existed there is no figure, and it says so', SLOW, async () => {
  const { status, stdout } = await explain('ADO-02', '--path', 'starter', '--period', '2001')
  expect([status, stdout]).toEqual([
    0,
    `ADO-02 Total adoption rate
path starter

  before      no value, does not apply (not_applicable), as it stood at 2001-01-01T00:00:00.000Z
  after       no value, does not apply (not_applicable), as it stood at 2002-01-01T00:00:00.000Z
  difference  none
  parts       none: neither figure has a value
`,
  ])
})

test('of two periods the figures over them are explained', SLOW, async () => {
  const { stdout } = await explain('ADO-04', '--path', 'starter', '--period', '2025-06')
  expect(stdout).toContain('over 30 days, 2025-06-01 to 2025-06-30\n')
  expect(stdout).toContain('over 31 days, 2025-05-01 to 2025-05-31\n')
})
