import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { CLI_TIMEOUT_MS, prepareByCli, runCli } from '#test/support/cli.ts'
import { aSharedFolder } from '#test/support/git.ts'
import { writeOrganisation } from '#test/support/organisation.ts'

const SLOW = { timeout: CLI_TIMEOUT_MS }

const acme = aSharedFolder()

beforeAll(async () => {
  writeOrganisation(acme)
  const file = join(acme, 'desirepath.yaml')
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace('name: Acme', 'name: Acme, fiscalYearStart: 4'),
  )
  await prepareByCli(['collect'], { cwd: acme })
  await prepareByCli(['score'], { cwd: acme })
}, CLI_TIMEOUT_MS)

const seal = (...args: string[]) => runCli(['seal', ...args], { cwd: acme })

test('a quarter is sealed once, and shown whenever it is asked for', SLOW, async () => {
  const first = await seal('2026-Q1')
  expect({ status: first.status, stderr: first.stderr }).toEqual({ status: 0, stderr: '' })
  expect(first.stdout).toMatch(
    /^2026-Q1: \d+ figures sealed on [-\d:.TZ]+, \d+ of them without a value, SHA-256 [0-9a-f]{64}\nnone restated since\n$/,
  )
  expect((await seal('2026-Q1', '--show')).stdout).toBe(first.stdout)
  expect(await seal('2026-Q1')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('2026-Q1: is sealed already'),
  })
  const { results, definitions } = JSON.parse((await seal('2026-Q1', '--show', '--json')).stdout)
  // The fiscal year begins in April: its first quarter ended with June, its last week on the 30th.
  expect(results[0].asOf).toBe('2025-06-30T00:00:00.000Z')
  expect(definitions[0]).toMatchObject({ id: 'ADO-01' })
})

test('what is no quarter, or was never sealed, is told', SLOW, async () => {
  expect(await seal('2026-08')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('expected a fiscal quarter such as 2026-Q3, not "2026-08"'),
  })
  expect(await seal('2025-Q4', '--show')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('2025-Q4: was never sealed'),
  })
})
