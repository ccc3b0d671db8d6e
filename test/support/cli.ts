import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { onTestFinished } from 'vitest'
import { aFolder as anEmptyFolder } from '#test/support/git.ts'

const COMMANDS = resolve('bin/desirepath.ts')

/** Starting Node a few times takes longer than Vitest allows a test by itself. */
export const CLI_TIMEOUT_MS = 60_000

export interface CliResult {
  /** Null when a signal ended it. */
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Cli {
  readonly child: ChildProcess
  /** Resolves once the command has said something on stderr or stdout that matches. */
  readonly hasSaid: (pattern: RegExp) => Promise<void>
  readonly ended: Promise<CliResult>
}

interface CliOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** What Node runs. */
  readonly script?: string
}

/** Starts `desirepath` in `cwd`. Whatever still runs after the test is killed. */
export function startCli(args: readonly string[], options: CliOptions): Cli {
  const cli = spawnCli(args, options)
  onTestFinished(() => void cli.child.kill('SIGKILL'))
  return cli
}

function spawnCli(args: readonly string[], { cwd, env = {}, script = COMMANDS }: CliOptions): Cli {
  const { DESIREPATH_CONFIG: _, ...inherited } = process.env
  const child = spawn(process.execPath, [script, ...args], {
    cwd,
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text
    })
  }
  const ended = new Promise<CliResult>((end) => {
    child.once('close', (status) => end({ status, ...said }))
  })
  const hasSaid = (pattern: RegExp) =>
    new Promise<void>((yes, no) => {
      const look = () => pattern.test(said.stdout + said.stderr) && yes()
      look()
      child.stdout.on('data', look)
      child.stderr.on('data', look)
      child.once('close', () => no(new Error(`never said ${pattern}: ${said.stderr}`)))
    })
  return { child, hasSaid, ended }
}

export const runCli = (args: readonly string[], options: CliOptions): Promise<CliResult> =>
  startCli(args, options).ended

/** Runs a command in a hook, before the tests that look at what it did. It must succeed. */
export async function prepareByCli(args: readonly string[], options: CliOptions): Promise<void> {
  const { status, stderr } = await spawnCli(args, options).ended
  if (status !== 0) throw new Error(`desirepath ${args.join(' ')} ended with ${status}: ${stderr}`)
}

/** A folder of these files, deleted after the test. */
export const aFolder = (files: Readonly<Record<string, string>> = {}): string =>
  writeFiles(anEmptyFolder(), files)

/** Writes these files into a folder, and returns that. */
export function writeFiles(folder: string, files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}
