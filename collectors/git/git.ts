import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { devNull, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { isProcessRunning } from '#lib/process.ts'
import { giveSignOfLife } from '#lib/sign-of-life.ts'

/** What git said when it refused. */
export class GitError extends Error {
  override readonly name = 'GitError'
  /** Null when it was killed or never started. */
  readonly exitCode: number | null

  constructor(message: string, exitCode: number | null, options?: ErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
  }
}

/** Where git looks. Without a `cleanRoom` it also reads the clone's own configuration. */
export interface GitPlace {
  readonly gitDir: string
  readonly environment: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

const OPTIONS = [
  '--no-replace-objects',
  '--no-optional-locks',
  '--literal-pathspecs',
  ...[
    'core.hooksPath=/dev/null',
    'core.fsmonitor=false',
    'safe.directory=*',
    'log.showRoot=true',
  ].flatMap((setting) => ['-c', setting]),
]

/** A clone is a stranger's input: nothing of this machine's or user's settings, and no network. */
const ENVIRONMENT = {
  PATH: process.env['PATH'] ?? '',
  LC_ALL: 'C',
  HOME: devNull,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: devNull,
  GIT_ATTR_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  // A missing blob is reported, not fetched. Before git 2.45 only forbidding every protocol helps.
  GIT_NO_LAZY_FETCH: '1',
  GIT_ALLOW_PROTOCOL: '',
}

export function startGit(
  { gitDir, environment, signal }: GitPlace,
  args: readonly string[],
): ChildProcessWithoutNullStreams {
  return spawn('git', [`--git-dir=${gitDir}`, ...OPTIONS, ...args], {
    env: { ...ENVIRONMENT, ...environment, NODE_ENV: process.env.NODE_ENV },
    signal,
    stdio: 'pipe',
  })
}

/**
 * What git prints, split at NUL, a few records at a time. The last may lack its NUL.
 *
 * @throws {GitError} when git exits with anything but 0
 */
export async function* gitRecords(
  place: GitPlace,
  args: readonly string[],
): AsyncGenerator<string[]> {
  const child = startGit(place, args)
  child.stdin.end()
  const ended = exitOf(child, args)
  try {
    yield* splitAtNul(child.stdout)
    await ended
  } finally {
    child.kill()
    // Already reported, or nobody waits for the rest.
    await ended.catch(() => {})
  }
}

/** Everything that git prints. @throws {GitError} when git exits with anything but 0 */
export async function gitText(place: GitPlace, args: readonly string[]): Promise<string> {
  const records: string[] = []
  for await (const some of gitRecords(place, args)) records.push(...some)
  return records.join('\0')
}

/** Resolves when git exits with 0. @throws {GitError} otherwise, with its last words */
export function exitOf(child: ChildProcessWithoutNullStreams, args: readonly string[]) {
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2_000)
  })
  const exit = new Promise<void>((resolve, reject) => {
    child.on('error', (cause) => {
      reject(new GitError(`git cannot be run: ${cause.message}`, null, { cause }))
    })
    child.on('close', (code) => {
      if (code === 0) resolve()
      else reject(new GitError(`git ${args[0]}: ${said.trim() || `exit ${code}`}`, code))
    })
  })
  // Looked at only once the output has been read.
  exit.catch(() => {})
  return exit
}

async function* splitAtNul(stream: Readable): AsyncGenerator<string[]> {
  let rest: Buffer[] = []
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    giveSignOfLife()
    const records: string[] = []
    let start = 0
    for (let end = chunk.indexOf(0); end !== -1; end = chunk.indexOf(0, start)) {
      rest.push(chunk.subarray(start, end))
      records.push(toText(rest))
      rest = []
      start = end + 1
    }
    if (start < chunk.length) rest.push(chunk.subarray(start))
    if (records.length > 0) yield records
  }
  if (rest.length > 0) yield [toText(rest)]
}

const toText = (parts: readonly Buffer[]) =>
  (parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)).toString('utf8')

/**
 * An empty repository of our own, through which the objects of a clone are read: so nothing that a
 * clone configures (filters, a monitor, a remote to fetch missing blobs from, replaced or grafted
 * commits) has any effect.
 */
export interface CleanRoom {
  /** Reads objects of the clone whose git folder is `commonDir`. */
  readonly into: (clone: ObjectStore) => GitPlace
  readonly close: () => void
}

interface ObjectStore {
  readonly commonDir: string
  readonly sha256: boolean
  readonly shallow: boolean
}

const ROOM = 'desirepath-git-'
const ROOM_OF = new RegExp(`^${ROOM}(\\d+)-`)

export function openCleanRoom(signal: AbortSignal): CleanRoom {
  removeAbandonedRooms()
  const folder = mkdtempSync(join(tmpdir(), `${ROOM}${process.pid}-`))
  makeEmptyRepository(
    join(folder, 'sha1'),
    '[core]\n\trepositoryformatversion = 0\n\tbare = true\n',
  )
  makeEmptyRepository(
    join(folder, 'sha256'),
    '[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectformat = sha256\n',
  )
  return {
    into: ({ commonDir, sha256, shallow }) => ({
      gitDir: join(folder, sha256 ? 'sha256' : 'sha1'),
      environment: {
        GIT_OBJECT_DIRECTORY: join(commonDir, 'objects'),
        ...(shallow ? { GIT_SHALLOW_FILE: join(commonDir, 'shallow') } : {}),
      },
      signal,
    }),
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Those of processes that were killed before they could remove their own. */
function removeAbandonedRooms(): void {
  for (const name of readdirSync(tmpdir())) {
    const [, pid] = ROOM_OF.exec(name) ?? []
    const folder = join(tmpdir(), name)
    if (pid === undefined || isProcessRunning(Number(pid)) || !isOurs(folder)) continue
    rmSync(folder, { recursive: true, force: true })
  }
}

const isOurs = (folder: string) =>
  statSync(folder, { throwIfNoEntry: false })?.uid === process.getuid?.()

function makeEmptyRepository(folder: string, config: string): void {
  for (const part of ['objects', 'refs']) mkdirSync(join(folder, part), { recursive: true })
  writeFileSync(join(folder, 'HEAD'), 'ref: refs/heads/none\n')
  writeFileSync(join(folder, 'config'), config)
}
