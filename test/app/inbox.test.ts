import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { receive } from '#app/inbox.ts'
import { aFolder } from '#test/support/cli.ts'

test('while the configuration is faulty nothing is taken, and it may be sent again', async () => {
  const cwd = aFolder({ 'desirepath.yaml': 'organisation: {}' })
  vi.stubEnv('DESIREPATH_CONFIG', join(cwd, 'desirepath.yaml'))
  onTestFinished(() => void vi.unstubAllEnvs())
  const answer = await receive(() => Promise.reject(new TypeError('never asked')))
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5'])
})
