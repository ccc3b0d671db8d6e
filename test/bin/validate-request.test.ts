import { expect, test } from 'vitest'
import { aFolder, CLI_TIMEOUT_MS, runCli } from '#test/support/cli.ts'
import { aRequestFile } from '#test/support/collect-requests.ts'

const SLOW = { timeout: CLI_TIMEOUT_MS }

const CONFIGURATION = `organisation: { name: Acme }
sources:
  - id: environments
    kind: environment-requests
    repositories: ./clones/*
    rules: { allowed: { purpose: [demo] } }
`

test('a request without faults is ok, and one with a fault ends with status 1', SLOW, async () => {
  const cwd = aFolder({
    'good.yaml': aRequestFile(),
    'bad.yaml': aRequestFile({ lifetime: 'soon' }),
  })
  expect(await runCli(['validate-request', 'good.yaml'], { cwd })).toEqual({
    status: 0,
    stdout: 'good.yaml: ok\n',
    stderr: '',
  })
  expect(await runCli(['validate-request', 'good.yaml', 'bad.yaml'], { cwd })).toEqual({
    status: 1,
    stdout:
      'good.yaml: ok\nbad.yaml:4:62: spec.lifetime: expected a lifetime such as 14d, 72h, 30m or P14D, not "soon"\n',
    stderr: '',
  })
})

test('faults of a request are told in the order of its lines', SLOW, async () => {
  const request = `spec: { lifetime: soon }
metadata: { name: BIG }
kind: Other
apiVersion: v1
`
  const { stdout } = await runCli(['validate-request', 'r.yaml'], {
    cwd: aFolder({ 'r.yaml': request }),
  })
  const lines = [...stdout.matchAll(/^r\.yaml:(\d+):/gm)].map(([, line]) => Number(line))
  expect(lines.length).toBeGreaterThan(3)
  expect(lines).toEqual(lines.toSorted((a, b) => a - b))
})

test('the rules of the organisation count, and faults come as JSON', SLOW, async () => {
  const cwd = aFolder({ 'desirepath.yaml': CONFIGURATION, 'r.yaml': aRequestFile() })
  const { status, stdout } = await runCli(['validate-request', '--json', 'r.yaml'], { cwd })
  expect(status).toBe(1)
  expect(JSON.parse(stdout)).toEqual([
    {
      file: 'r.yaml',
      valid: false,
      faults: [
        {
          line: 4,
          column: 34,
          path: 'spec.purpose',
          message: 'expected demo, not "integration-test"',
        },
      ],
    },
  ])
})

test('a file that is not there and a source that is not configured are told', SLOW, async () => {
  const cwd = aFolder({ 'desirepath.yaml': CONFIGURATION, 'r.yaml': aRequestFile() })
  const missing = await runCli(['validate-request', 'gone.yaml'], { cwd })
  expect(missing).toMatchObject({ status: 1, stderr: 'gone.yaml: cannot be read\n' })
  const unknown = await runCli(['validate-request', '--source', 'x', 'r.yaml'], { cwd })
  expect(unknown.stderr).toBe('source: no "x"; known are environments\n')
})
