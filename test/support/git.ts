import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { devNull, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, onTestFinished } from 'vitest'

/** A commit to be made, known by its number in the history: 1, 2, 3 … */
export interface CommitOptions {
  /** Committer time. */
  readonly at: string
  /** What it writes; null removes. */
  readonly files?: Readonly<Record<string, string | null>>
  readonly message?: string
  readonly author?: string
  readonly committer?: string
  /** Author time; the committer's when left out. */
  readonly authoredAt?: string
  readonly branch?: string
  /** The parent, when it is not the tip of the branch; 0 for none. */
  readonly from?: number
  /** Further parents. */
  readonly merges?: readonly number[]
}

export interface History {
  /** Adds a commit and returns its number. */
  readonly commit: (options: CommitOptions) => number
  /** An annotated tag when `at` is given, else a plain one. */
  readonly tag: (name: string, commit: number, at?: string) => void
  /** Writes all of it into `folder`, a new or older bare repository. Main is its main branch. */
  readonly writeTo: (folder: string) => string
}

const PERSON = 'Robin Example <robin@example.com>'

/** A history that is always made of the same objects, so that it can be written again when longer. */
export function aHistory(): History {
  const commands: string[] = []
  const tips = new Map<string, number>()
  let commits = 0
  return {
    commit({ branch = 'main', from = tips.get(branch) ?? 0, ...options }) {
      commits += 1
      commands.push(toCommit(commits, branch, from, options))
      tips.set(branch, commits)
      return commits
    },
    tag(name, commit, at) {
      commands.push(
        at === undefined
          ? `reset refs/tags/${name}\nfrom :${commit}\n`
          : `tag ${name}\nfrom :${commit}\ntagger ${PERSON} ${toGitTime(at)}\n${toBlock(name)}`,
      )
    },
    writeTo(folder) {
      if (!existsSync(join(folder, 'HEAD'))) {
        git(tmpdir(), 'init', '--quiet', '--bare', '--initial-branch=main', folder)
      }
      git(folder, { input: commands.join('') }, 'fast-import', '--quiet', '--force')
      return folder
    },
  }
}

function toCommit(
  mark: number,
  branch: string,
  from: number,
  options: Omit<CommitOptions, 'branch' | 'from'>,
): string {
  const { at, files = {}, message = `change ${mark}`, authoredAt = at } = options
  const { author = PERSON, committer = PERSON } = options
  const changes = Object.entries(files).map(([path, content]) =>
    content === null
      ? `D ${JSON.stringify(path)}\n`
      : `M 100644 inline ${JSON.stringify(path)}\n${toBlock(content)}`,
  )
  return [
    from === 0 ? `reset refs/heads/${branch}\n\n` : '',
    `commit refs/heads/${branch}\nmark :${mark}\n`,
    `author ${author} ${toGitTime(authoredAt)}\ncommitter ${committer} ${toGitTime(at)}\n`,
    toBlock(message),
    from === 0 ? '' : `from :${from}\n`,
    ...(options.merges ?? []).map((merge) => `merge :${merge}\n`),
    ...changes,
    '\n',
  ].join('')
}

const toGitTime = (at: string) => `${Math.floor(Date.parse(at) / 1000)} +0000`

const toBlock = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`

/** Runs git in `folder` without this machine's settings and returns what it prints. */
export function git(folder: string, ...args: (string | { readonly input: string })[]): string {
  const [options] = args.filter((arg) => typeof arg !== 'string')
  const words = args.filter((arg) => typeof arg === 'string')
  return execFileSync('git', words, {
    cwd: folder,
    encoding: 'utf8',
    input: options?.input ?? '',
    maxBuffer: 1 << 28,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      ...process.env,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: devNull,
      GIT_AUTHOR_NAME: 'Robin Example',
      GIT_AUTHOR_EMAIL: 'robin@example.com',
      GIT_COMMITTER_NAME: 'Robin Example',
      GIT_COMMITTER_EMAIL: 'robin@example.com',
    },
  }).trimEnd()
}

/** Leaves behind what a fetch does: the bare repository's word for how far it reaches. */
export function fetchedAt(folder: string, instant: string): void {
  const file = join(folder, 'FETCH_HEAD')
  writeFileSync(file, '')
  utimesSync(file, new Date(instant), new Date(instant))
}

/** A bare repository in `folder`, last fetched at `instant`: `write` writes it, if there is more to write. */
export function aGrowingClone(
  folder: string,
  instant: string,
): Pick<History, 'commit'> & { readonly write: () => void } {
  const history = aHistory()
  let isWritten = false
  return {
    commit(options) {
      isWritten = false
      return history.commit(options)
    },
    write() {
      if (isWritten) return
      history.writeTo(folder)
      fetchedAt(folder, instant)
      isWritten = true
    },
  }
}

/** An empty folder of this test's own, removed after it. */
export function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'desirepath-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** An empty folder that the tests of a file share, removed after the last of them. */
export function aSharedFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'desirepath-test-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
