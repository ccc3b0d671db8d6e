import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { aFolder, CLI_TIMEOUT_MS, runCli } from '#test/support/cli.ts'

const SLOW = { timeout: CLI_TIMEOUT_MS }

test.each(['0.0.0.0', '::', '192.168.1.5', 'desirepath.example', '127.0.0.1.example', ''])(
  'the address "%s" is refused until sign-in exists',
  SLOW,
  async (host) => {
    const cwd = aFolder()
    const { status, stdout, stderr } = await runCli(['start', '--host', host], { cwd })
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining('there is no sign-in yet'),
    })
    expect(existsSync(join(cwd, 'data'))).toBe(false)
  },
)

test('the pages alone refuse it, too', SLOW, async () => {
  const { status, stderr } = await runCli(['pages', '--host', '0.0.0.0'], { cwd: aFolder() })
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: expect.stringContaining('there is no sign-in yet'),
  })
})

test('a port in use is refused before anything is done', SLOW, async () => {
  const server = createServer()
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => void server.close())
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('it listens on a port')
  const cwd = aFolder()
  expect(await runCli(['start', '--port', String(address.port)], { cwd })).toEqual({
    status: 1,
    stdout: '',
    stderr: `port ${address.port} is in use; --port chooses another\n`,
  })
  expect(existsSync(join(cwd, 'data'))).toBe(false)
})

test('a faulty configuration is refused with its faults, and nothing is built', SLOW, async () => {
  const cwd = aFolder({ 'desirepath.yaml': 'organisation: { name: 1 }' })
  expect(await runCli(['start', '--port', '39871'], { cwd })).toEqual({
    status: 1,
    stdout: '',
    stderr: `${cwd}/desirepath.yaml:1:23: organisation.name: expected a text, not 1\n`,
  })
})
