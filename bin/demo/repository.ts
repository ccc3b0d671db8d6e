import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HOST, OWNER } from '#bin/demo/organisation.ts'
import { ConfigError } from '#lib/errors.ts'

/** One change of the main line. */
export interface Edit {
  readonly at: Date
  readonly subject: string
  readonly bot?: boolean
  /** Contents by path; null removes the file. */
  readonly files: Readonly<Record<string, string | null>>
  /** Arrives by a merge commit instead of a squash. */
  readonly merge?: boolean
  /** Tags put on it. */
  readonly tags?: readonly string[]
}

/** A commit of the main line as it was written. */
export interface Commit {
  readonly at: Date
  readonly sha: string
  readonly tags: readonly string[]
}

const AUTHOR = 'Demo <demo@example.invalid>'
export const BOT = 'update-bot[bot]'
const NOBODY = '0'.repeat(40)

/** Nothing of the machine's own settings may decide a byte. */
const ENVIRONMENT = {
  PATH: process.env['PATH'] ?? '',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_DEFAULT_HASH: 'sha1',
}

/**
 * Writes a bare clone of `name` under `folder` whose main line is `edits`, in the order of their
 * times. Returns its main line, oldest first.
 */
export async function writeRepository(
  folder: string,
  name: string,
  edits: readonly Edit[],
): Promise<Commit[]> {
  const directory = join(folder, `${name}.git`)
  const ordered = edits.toSorted((a, b) => a.at.getTime() - b.at.getTime())
  await mkdir(directory, { recursive: true })
  await git(['init', '--quiet', '--bare', '--template=', directory])
  await writeFile(join(directory, 'HEAD'), 'ref: refs/heads/main\n')
  await writeFile(
    join(directory, 'config'),
    `[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n[remote "origin"]\n\turl = https://${HOST}/${OWNER}/${name}.git\n`,
  )
  const marks = join(directory, 'marks')
  await git([...fastImport(directory), `--export-marks=${marks}`], toStream(ordered))
  const shas = toShas(await readFile(marks, 'utf8'))
  await rm(marks)
  return ordered.map(({ at, tags = [] }, index) => ({ at, sha: shas.get(index + 1) ?? '', tags }))
}

/** A pack and no waiting for the disk: what is lost can be written again. */
const fastImport = (directory: string) => [
  '-c',
  'core.fsync=none',
  '-c',
  'fastimport.unpackLimit=0',
  `--git-dir=${directory}`,
  'fast-import',
  '--quiet',
  '--force',
]

/** What `git fetch` leaves behind: the clone's word for how far it reaches. */
export async function markFetched(directory: string, at: Date): Promise<void> {
  const file = join(directory, 'FETCH_HEAD')
  await writeFile(file, '')
  await utimes(file, at, at)
}

/** Marks 1, 2, 3 … are the main line; the commits that merges bring have no mark. */
function toStream(edits: readonly Edit[]): string {
  return [...edits.map(toCommit), 'done\n'].join('')
}

function toCommit(edit: Edit, index: number): string {
  const parent = index > 0 ? `from :${index}\n` : ''
  const files = Object.entries(edit.files).map(toFile).join('')
  const stamp = `${edit.bot ? `${BOT} <update-bot@example.invalid>` : AUTHOR} ${seconds(edit.at)}`
  const commit = (branch: string, mark: string, subject: string, second: string) =>
    `commit ${branch}\n${mark}author ${stamp}\ncommitter ${stamp}\n${data(`${subject}\n`)}${parent}${second}${files}\n`
  const tags = (edit.tags ?? []).map((tag) => toTag(tag, index + 1, edit.at)).join('')
  const mark = `mark :${index + 1}\n`
  if (!edit.merge || index === 0) return commit('refs/heads/main', mark, edit.subject, '') + tags
  return [
    commit('refs/heads/topic', '', edit.subject, ''),
    commit('refs/heads/main', mark, `Merge: ${edit.subject}`, 'merge refs/heads/topic\n'),
    `reset refs/heads/topic\nfrom ${NOBODY}\n\n`,
    tags,
  ].join('')
}

const toFile = ([path, content]: [string, string | null]) =>
  content === null ? `D ${path}\n` : `M 100644 inline ${path}\n${data(content)}`

/** A full version is an annotated tag; a major one (`v2`) is light, and moves. */
const toTag = (tag: string, mark: number, at: Date) =>
  tag.includes('.')
    ? `tag ${tag}\nfrom :${mark}\ntagger ${AUTHOR} ${seconds(at)}\n${data(`${tag}\n`)}`
    : `reset refs/tags/${tag}\nfrom :${mark}\n\n`

const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`
const seconds = (at: Date) => `${Math.floor(at.getTime() / 1000)} +0000`

function toShas(marks: string): Map<number, string> {
  const lines = marks.split('\n').filter((line) => line !== '')
  return new Map(
    lines.map((line) => {
      const [mark = '', sha = ''] = line.split(' ')
      return [Number(mark.slice(1)), sha]
    }),
  )
}

async function git(args: readonly string[], input = ''): Promise<void> {
  const child = spawn('git', args, {
    env: { ...ENVIRONMENT, NODE_ENV: process.env.NODE_ENV },
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  const errors: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
  child.stdin.on('error', () => {}) // Git left early: its own words say why.
  child.stdin.end(input)
  const [code] = await once(child, 'close').catch((cause) => {
    throw new ConfigError('git: cannot be run; the demonstration writes git repositories', {
      cause,
    })
  })
  if (code === 0) return
  throw new Error(`git ${args.join(' ')}: ${Buffer.concat(errors).toString().trim()}`)
}
