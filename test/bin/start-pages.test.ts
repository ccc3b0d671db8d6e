import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { aFolder, CLI_TIMEOUT_MS, type Cli, runCli, startCli } from '#test/support/cli.ts'
import { aProjectCopy, type ProjectCopy } from '#test/support/project.ts'

const SLOW = { timeout: CLI_TIMEOUT_MS }

const anOrganisation = () =>
  aFolder({
    'desirepath.yaml': 'organisation: { name: Acme }\nsources: [{ id: a, kind: files, path: ./a }]',
    'a/teams.csv': 'id,name\nbasket,Basket\n',
  })

/** A port that was free a moment ago. */
async function aFreePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  await new Promise((closed) => server.close(closed))
  if (address === null || typeof address === 'string') throw new TypeError('it listens on a port')
  return address.port
}

async function startProject(
  { script }: ProjectCopy,
  ...args: string[]
): Promise<Cli & { readonly url: string }> {
  const port = await aFreePort()
  const all = ['start', '--port', String(port), ...args]
  return { ...startCli(all, { cwd: anOrganisation(), script }), url: `http://127.0.0.1:${port}` }
}

/** What is printed until the pages are served, and after they were told to stop. */
async function startAndStop(project: ProjectCopy, ...args: string[]): Promise<string[]> {
  const { child, hasSaid, ended, url } = await startProject(project, ...args)
  await hasSaid(/is ready/)
  child.kill('SIGTERM')
  const { status, stdout } = await ended
  expect(status).toBe(0)
  return stdout.replaceAll(url, 'address').trimEnd().split('\n')
}

const READY = 'Desirepath is ready on address'

test('it says where the pages are once they answer, and ends in order', SLOW, async () => {
  const { child, hasSaid, ended, url } = await startProject(aProjectCopy())
  await hasSaid(/is ready/)
  expect(await (await fetch(url)).text()).toBe('pages')
  await hasSaid(/worker: scored/)
  child.kill('SIGTERM')
  const { status, stderr } = await ended
  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining('stopped') })
  await expect(fetch(url)).rejects.toThrow()
})

test('pages that were never built are built, once', SLOW, async () => {
  const project = aProjectCopy({ isBuilt: false })
  expect(await startAndStop(project)).toEqual(['building the pages', READY])
  expect(await startAndStop(project)).toEqual([READY])
})

test('pages newer than all they are made of are not built again', SLOW, async () => {
  const project = aProjectCopy({ builder: 'process.exit(1)' })
  project.touch('bin/start.ts')
  project.touch('collectors/run.ts')
  expect(await startAndStop(project)).toEqual([READY])
})

test.each([
  'app/page.tsx',
  'app/globals.css',
  'db/schema.ts',
  'lib/queries/teams.ts',
  'scorecards/result.ts',
  'package.json',
  'next.config.mjs',
])('a newer %s makes the pages old', SLOW, async (file) => {
  const project = aProjectCopy({ builder: `console.log('no such page'); process.exit(3)` })
  project.touch(file)
  const { script } = project
  const args = ['start', '--port', String(await aFreePort())]
  // The failure of the builder shows that it ran, in its own words.
  expect(await runCli(args, { cwd: anOrganisation(), script })).toEqual({
    status: 1,
    stdout: 'building the pages\n',
    stderr: 'the pages could not be built:\nno such page\n\n',
  })
})

test('--no-build serves old pages', SLOW, async () => {
  const project = aProjectCopy({ builder: 'process.exit(1)' })
  project.touch('app/page.tsx')
  expect(await startAndStop(project, '--no-build')).toEqual([READY])
})

test('it can be stopped while the pages are built', SLOW, async () => {
  const builder = `require('node:fs').writeFileSync('begun', String(process.pid)); return setInterval(() => {}, 1000);`
  const project = aProjectCopy({ builder, isBuilt: false })
  const { child, hasSaid, ended } = await startProject(project)
  await hasSaid(/building the pages/)
  const begun = join(project.folder, 'begun')
  await expect.poll(() => existsSync(begun), { timeout: CLI_TIMEOUT_MS }).toBe(true)
  child.kill('SIGTERM')
  expect(await ended).toMatchObject({ status: 0, stderr: '' })
  expect(() => process.kill(Number(readFileSync(begun, 'utf8')), 0)).toThrow('ESRCH')
})

test('pages that end by themselves end the worker, too', SLOW, async () => {
  const project = aProjectCopy()
  const { hasSaid, ended, url } = await startProject(project)
  await hasSaid(/worker: scored/)
  await hasSaid(/is ready/)
  await fetch(`${url}/end`).catch(() => {})
  const { status, stderr } = await ended
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: expect.stringMatching(/stopped\nthe pages ended by themselves, with status 7\n$/),
  })
})

/** The worker of `start`, as Linux knows it. */
function findWorker(parent: number | undefined): number {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8')
  const pids = children.trim().split(' ').map(Number)
  const worker = pids.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('worker'))
  if (worker === undefined) throw new Error('no worker is running')
  return worker
}

test.skipIf(!existsSync('/proc/self/task'))(
  // How else would we find the worker?
  'a worker that dies is started again',
  SLOW,
  async () => {
    const { child, hasSaid, ended } = await startProject(aProjectCopy())
    await hasSaid(/worker: started/)
    process.kill(findWorker(child.pid), 'SIGKILL')
    await hasSaid(/the worker ended by SIGKILL; it starts again in 1 s/)
    await hasSaid(/worker: started.*worker: started/s)
    child.kill('SIGTERM')
    expect((await ended).status).toBe(0)
  },
)

/** What is left of a group of processes; usually nothing. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended, as it should.
  }
}

test('npm that is told to stop takes pages and worker with it', SLOW, async () => {
  const { folder } = aProjectCopy()
  const port = await aFreePort()
  const url = `http://127.0.0.1:${port}`
  const npm = spawn('npm', ['start', '--', '--port', String(port)], {
    cwd: folder,
    env: { ...process.env, DESIREPATH_CONFIG: join(anOrganisation(), 'desirepath.yaml') },
    stdio: ['ignore', 'pipe', 'ignore'],
    // A group of its own, all of which can be killed should it not end.
    detached: true,
  })
  onTestFinished(() => killGroup(npm.pid))
  const said = { text: '' }
  npm.stdout.on('data', (text: Buffer) => {
    said.text += text
  })
  await expect.poll(() => said.text, { timeout: CLI_TIMEOUT_MS }).toContain('is ready')
  // Its end is that of all who hold it.
  const allEnded = once(npm.stdout, 'end')
  npm.kill('SIGTERM')
  await allEnded
  await expect(fetch(url)).rejects.toThrow()
})
