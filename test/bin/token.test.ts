import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { type Database, openDatabase } from '#db/connection.ts'
import { insertReceived } from '#db/received-events.ts'
import { aFolder, CLI_TIMEOUT_MS, runCli, startCli } from '#test/support/cli.ts'
import { aCloudEvent } from '#test/support/receiving.ts'

const SLOW = { timeout: CLI_TIMEOUT_MS }

const anOrganisation = () =>
  aFolder({
    'desirepath.yaml': `organisation: { name: Acme }
sources:
  - { id: ci, kind: ingest, tickets: {}, covers: { deployments: 2026-01-01 } }
  - { id: gh, kind: github, org: acme, token: '\${GH_TOKEN}' }
  - { id: gh-events, kind: github-webhook, of: gh, secret: '\${GH_WEBHOOK}' }
`,
  })

const createToken = (cwd: string, ...args: string[]) =>
  runCli(['token', 'create', '--source', 'ci', ...args], { cwd })

test('a token is printed once, listed without its secret part, and ended', SLOW, async () => {
  const cwd = anOrganisation()
  const created = await createToken(cwd, '--scope', 'deployments', 'cloudevents')
  expect(created).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^dp_[0-9a-f]{8}_[\w-]{43}\n$/),
    stderr: 'This is the only time that it is shown.\n',
  })
  const prefix = created.stdout.slice(3, 11)
  const listed = await runCli(['token', 'list'], { cwd })
  expect(listed.stdout).toMatch(
    new RegExp(`^${prefix} {2}ci {2}cloudevents,deployments {2}valid until [-\\dT:.]+Z\\n$`),
  )
  expect(await runCli(['token', 'revoke', prefix], { cwd })).toMatchObject({ status: 0 })
  expect((await runCli(['token', 'list'], { cwd })).stdout).toContain('  revoked 2')
})

test.each([
  [['--scope', 'deployment'], '--scope: no "deployment"; did you mean deployments?'],
  [['--scope', 'teams'], '--scope: no "teams"; '],
  [['--scope', 'cloudevents', '--expires', '2w', '--source', 'gh'], '--source: no "gh"; '],
  [['--scope', 'cloudevents', '--expires', '367d'], '--expires: expected a duration such as 90d'],
  [['--scope', 'cloudevents', '--expires', 'never'], '--expires: expected a duration such as 90d'],
])('%j makes no token', SLOW, async (args, fault) => {
  const cwd = anOrganisation()
  const { status, stdout, stderr } = await createToken(cwd, ...args)
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
  expect(stderr).toContain(fault)
})

function openProject(cwd: string): Database {
  const db = openDatabase(join(cwd, 'data/desirepath.db'))
  onTestFinished(() => db.destroy())
  return db
}

const receive = (db: Database, id: string) =>
  db.transaction().execute((tx) =>
    insertReceived(
      tx,
      [
        {
          source_id: 'ci',
          event_id: id,
          kind: 'cloudevent',
          type: 'dev.cdevents.service.deployed.0.3.0',
          body: JSON.stringify(aCloudEvent(id)),
        },
      ],
      new Date(),
    ),
  )

test(
  'a source that is sent to says who may send, and what became of what was sent',
  SLOW,
  async () => {
    const cwd = anOrganisation()
    const without = await runCli(['source', 'test', 'ci'], { cwd })
    expect(without.status).toBe(1)
    expect(without.stdout).toContain('fail  tokens: nobody may send\n')
    await createToken(cwd, '--scope', 'cloudevents')
    const db = openProject(cwd)
    await receive(db, 'a')
    await runCli(['collect', 'ci'], { cwd })
    await receive(db, 'b')
    const { status, stdout } = await runCli(['source', 'test', 'ci'], { cwd })
    expect(status).toBe(0)
    expect(stdout).toContain(
      'ok    tokens: 1 valid, for cloudevents → deployments, incidents, changes, tickets\n',
    )
    expect(stdout).toContain('ok    waiting: 1 event\nok    stored: 1 event\n')
    expect(stdout).toMatch(/feeds:\n(?: {2}\w+\n)* {2}change_fail_rate\n/)
  },
)

test('a webhook without its secret says which variable to set', SLOW, async () => {
  const cwd = anOrganisation()
  const { status, stdout } = await runCli(['source', 'test', 'gh-events'], { cwd })
  expect(status).toBe(1)
  expect(stdout).toContain('fail  secret: GH_WEBHOOK: set it, or GH_WEBHOOK_FILE')
  const env = { GH_WEBHOOK: 'of the webhook' }
  const there = await runCli(['source', 'test', 'gh-events'], { cwd, env })
  expect(there.stdout).toContain('ok    secret: is there → deployments')
  expect(there.stdout).not.toContain('of the webhook')
})

test(
  'the worker reads what is sent within seconds, and scores it with the next minute',
  SLOW,
  async () => {
    const cwd = aFolder({
      'desirepath.yaml': 'organisation: { name: Acme }\nsources: [{ id: ci, kind: ingest }]',
    })
    const { child, hasSaid, ended } = startCli(['worker'], { cwd })
    await hasSaid(/scored/)
    const db = openProject(cwd)
    await receive(db, 'a')
    const started = performance.now()
    await waitFor(async () => (await db.selectFrom('deployments').selectAll().execute()).length > 0)
    expect(performance.now() - started).toBeLessThan(20_000)
    child.kill('SIGTERM')
    expect((await ended).status).toBe(0)
  },
)

async function waitFor(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await sleep(100)
}
