import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { buildPages } from '#bin/build.ts'
import { withProject } from '#bin/context.ts'
import { ensureDemo } from '#bin/demo/ensure.ts'
import { DEMO_FOLDER, DEMO_HINT } from '#bin/demo/place.ts'
import { isPortFree, parseHost, parsePort } from '#bin/port.ts'
import { configFile } from '#lib/config.ts'
import { ConfigError } from '#lib/errors.ts'

const PROJECT = fileURLToPath(new URL('..', import.meta.url))
const COMMANDS = fileURLToPath(new URL('./desirepath.ts', import.meta.url))

export interface StartOptions {
  readonly port: string
  readonly host: string
  /** False: the pages as they were built last. */
  readonly build: boolean
  readonly signal: AbortSignal
}

/**
 * Serves the pages and runs the worker until `signal`. Without a configuration of its own it shows
 * the demonstration organisation.
 *
 * @throws {ConfigError} for an address that others could reach, a port in use, a faulty configuration
 */
export async function start({ port: portText, host, build, signal }: StartOptions): Promise<void> {
  const port = parsePort(portText)
  parseHost(host)
  await refuseBusyPort(host, port)
  const isDemo = process.env['DESIREPATH_CONFIG'] === undefined && !existsSync(configFile())
  // A faulty configuration is refused before anything is built.
  const own = isDemo ? undefined : await prepareProject()
  // Two cores: the demonstration is written while the pages are built.
  const [config] = await Promise.all([
    own ?? prepareDemo(),
    build ? buildPages(PROJECT, signal, say) : undefined,
  ])
  if (signal.aborted) return
  const stop = new AbortController()
  const either = AbortSignal.any([signal, stop.signal])
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  const ready = sayWhenReady(url, isDemo ? DEMO_HINT : undefined, either)
  const children = startChildren({ config, host, port, signal, isDemo })
  await Promise.all([ready, children.finally(() => stop.abort())])
}

async function prepareDemo(): Promise<string> {
  const { configFile: file } = await ensureDemo({ folder: DEMO_FOLDER, now: new Date(), log: say })
  return resolve(file)
}

/** Reports every fault of the configuration now, rather than on the first page. */
async function prepareProject(): Promise<string> {
  return withProject(async ({ config }) => config.file)
}

async function refuseBusyPort(host: string, port: number): Promise<void> {
  if (await isPortFree(host, port)) return
  throw new ConfigError(`port ${port} is in use; --port chooses another`)
}

interface Children {
  readonly config: string
  readonly host: string
  readonly port: number
  readonly signal: AbortSignal
  readonly isDemo: boolean
}

/** Ends when both have ended: on `signal`, or when the pages cannot be served. */
async function startChildren({ config, host, port, signal, isDemo }: Children): Promise<void> {
  const env = { ...process.env, DESIREPATH_CONFIG: config }
  const stopWorker = new AbortController()
  signal.addEventListener('abort', () => stopWorker.abort())
  const pages = run([COMMANDS, 'pages', '--host', host, '--port', String(port)], env, signal)
  // The demonstration is complete as it was written: there is nothing to collect from it.
  const worker = isDemo ? undefined : keepWorker(env, stopWorker.signal)
  const how = await ended(pages)
  stopWorker.abort()
  await worker
  if (!signal.aborted) throw new ConfigError(`the pages ended by themselves, ${how}`)
}

const SHORTEST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 60_000

/** Starts the worker, and again whenever it dies, ever more slowly. */
async function keepWorker(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<void> {
  for (
    let pause = SHORTEST_PAUSE_MS;
    !signal.aborted;
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
  ) {
    const started = performance.now()
    const how = await ended(run([COMMANDS, 'worker'], env, signal))
    if (signal.aborted) return
    if (performance.now() - started > LONGEST_PAUSE_MS) pause = SHORTEST_PAUSE_MS
    console.error(`the worker ended ${how}; it starts again in ${pause / 1000} s`)
    await sleep(pause, undefined, { signal }).catch(() => {})
  }
}

/** A job that does not hear can be killed: what it had not committed is rolled back. */
const LONGEST_STOP_MS = 8000

function run(args: readonly string[], env: NodeJS.ProcessEnv, signal: AbortSignal): ChildProcess {
  const child = spawn(process.execPath, args, {
    cwd: PROJECT,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  let killing: NodeJS.Timeout | undefined
  const stop = () => {
    child.kill('SIGTERM')
    killing = setTimeout(() => child.kill('SIGKILL'), LONGEST_STOP_MS)
  }
  signal.addEventListener('abort', stop)
  child.once('exit', () => {
    clearTimeout(killing)
    signal.removeEventListener('abort', stop)
  })
  return child
}

const ended = (child: ChildProcess) =>
  new Promise<string>((resolved) =>
    child.once('exit', (code, signal) =>
      resolved(code === null ? `by ${signal}` : `with status ${code}`),
    ),
  )

async function sayWhenReady(
  url: string,
  hint: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const answer = await fetch(url, { signal }).catch(() => undefined)
    if (answer) {
      say(`Desirepath is ready on ${url}`)
      if (hint !== undefined) say(hint)
      return
    }
    await sleep(200, undefined, { signal }).catch(() => {})
  }
}

const say = (line: string) => {
  process.stdout.write(`${line}\n`)
}
