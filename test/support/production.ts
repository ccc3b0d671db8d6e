import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

/** An organisation in `folder` that takes in what is sent, and a token for CloudEvents and deployments. */
export async function prepareIngest(folder: string): Promise<{ token: string }> {
  writeFileSync(
    join(folder, 'desirepath.yaml'),
    `organisation: { name: Acme }
sources:
  - { id: ci, kind: ingest }
  - { id: gh, kind: github, org: acme, token: '\${GH_TOKEN}' }
  - { id: gh-events, kind: github-webhook, of: gh, secret: '\${GH_WEBHOOK}' }
`,
  )
  const scopes = ['--scope', 'cloudevents', 'deployments']
  const { stdout } = await promisify(execFile)(process.execPath, [
    'bin/desirepath.ts',
    '--config',
    join(folder, 'desirepath.yaml'),
    'token',
    'create',
    '--source',
    'ci',
    ...scopes,
  ])
  return { token: stdout.trim() }
}

const toEnvironment = (folder: string) => ({
  ...process.env,
  DESIREPATH_CONFIG: join(folder, 'desirepath.yaml'),
  GH_TOKEN: 'unused',
  GH_WEBHOOK: WEBHOOK_SECRET,
})

export const WEBHOOK_SECRET = 'of the webhook'

/** Serves the production build for what `prepareIngest` made, on this port; the caller ends it. */
export const serveProduction = (folder: string, port: number): Promise<ChildProcess> =>
  servePages(toEnvironment(folder), port)

/** Serves the production build as `start` does, on this port; the caller ends it. */
export async function servePages(env: NodeJS.ProcessEnv, port: number): Promise<ChildProcess> {
  const args = ['bin/desirepath.ts', 'pages', '--port', `${port}`]
  const server = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'inherit'] })
  for (let tries = 0; tries < 300 && server.exitCode === null; tries += 1) {
    const answer = await fetch(`http://127.0.0.1:${port}/livez`).catch(() => undefined)
    if (answer?.ok) return server
    await sleep(100)
  }
  server.kill('SIGKILL')
  throw new Error('the server does not start: `npm run build` first')
}

/** Reads what was sent, as `desirepath start` has it read; the caller ends it. */
export const startWorker = (folder: string): ChildProcess =>
  spawn(process.execPath, ['bin/desirepath.ts', 'worker'], {
    env: toEnvironment(folder),
    stdio: 'ignore',
  })
