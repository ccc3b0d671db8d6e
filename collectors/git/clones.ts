import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { type GitPlace, gitText } from '#collectors/git/git.ts'
import { toRepositoryId } from '#lib/repository.ts'

/** A clone or bare mirror on this machine, without its history. */
export interface Clone {
  /** `host/owner/name`, or `local/name` without a remote. */
  readonly id: string
  /** The folder's own name and its parent's, without `.git`. */
  readonly folder: string
  readonly parentFolder: string
  /** Where objects and refs lie. */
  readonly commonDir: string
  readonly sha256: boolean
  readonly shallow: boolean
  /** What cuts the history off; empty for a whole clone. */
  readonly shallowHash: string
  readonly mainBranch: string | null
  /** Tip of the main line; null in an empty repository. */
  readonly head: string | null
  readonly tags: readonly Tag[]
  readonly tagsHash: string
  /** When it was last fetched. */
  readonly fetchedAt: Date
}

export interface Tag {
  readonly name: string
  /** The commit that it names, through an annotated tag. */
  readonly commit: string
  /** As tagged; of a plain tag, when its commit was made. */
  readonly createdAt: Date
}

/** Folders that look like clones, each once, by glob; a glob without any is listed as empty. */
export async function findCloneFolders(
  globs: readonly string[],
): Promise<{ folders: string[]; empty: string[] }> {
  const folders = new Set<string>()
  const empty: string[] = []
  for (const pattern of globs) {
    const found = (await Array.fromAsync(glob(pattern))).filter((path) => findGitDir(path) !== null)
    if (found.length === 0) empty.push(pattern)
    for (const path of found) folders.add(resolve(path))
  }
  return { folders: [...folders].toSorted(), empty }
}

/** The git folder of a working copy, a linked working copy, or a bare repository. */
function findGitDir(folder: string): string | null {
  const inside = join(folder, '.git')
  if (existsSync(inside)) return statSync(inside).isDirectory() ? inside : linkedGitDir(inside)
  return existsSync(join(folder, 'HEAD')) && existsSync(join(folder, 'objects')) ? folder : null
}

function linkedGitDir(file: string): string | null {
  const [, target] = /^gitdir: (.+)$/m.exec(readFileSync(file, 'utf8')) ?? []
  if (target === undefined) return null
  return isAbsolute(target) ? target : resolve(dirname(file), target)
}

/** @throws {GitError} when git cannot read its settings or refs */
export async function readClone(folder: string, signal: AbortSignal): Promise<Clone> {
  const gitDir = findGitDir(folder) ?? folder
  const commonDir = findCommonDir(gitDir)
  const place: GitPlace = { gitDir: commonDir, environment: {}, signal }
  const [settings, refs] = await Promise.all([readSettings(place), readRefs(place)])
  const name = basename(folder).replace(/\.git$/, '')
  const mainRef = chooseMainRef(refs, commonDir)
  const tags = refs.flatMap(toTag)
  const shallowFile = join(commonDir, 'shallow')
  const shallow = existsSync(shallowFile) ? readFileSync(shallowFile, 'utf8') : ''
  return {
    id: toRepositoryId(settings.get('remote.origin.url') ?? '') ?? `local/${name}`,
    folder: name,
    parentFolder: basename(dirname(folder)),
    commonDir,
    sha256: settings.get('extensions.objectformat') === 'sha256',
    shallow: shallow !== '',
    shallowHash: shallow === '' ? '' : hash(shallow),
    mainBranch: mainRef?.name.replace(/^refs\/(heads|remotes\/origin)\//, '') ?? null,
    head: mainRef?.commit ?? null,
    tags,
    tagsHash: hash(tags.map(({ name: tag, commit }) => `${tag} ${commit}`).join('\n')),
    fetchedAt: lastFetch(gitDir, commonDir, mainRef),
  }
}

const hash = (text: string) => createHash('sha256').update(text).digest('hex')

/** Linked working copies share the objects and refs of another folder. */
function findCommonDir(gitDir: string): string {
  const pointer = join(gitDir, 'commondir')
  return existsSync(pointer) ? resolve(gitDir, readFileSync(pointer, 'utf8').trim()) : gitDir
}

async function readSettings(place: GitPlace): Promise<Map<string, string>> {
  const file = join(place.gitDir, 'config')
  const text = await gitText(place, ['config', '--file', file, '--null', '--list'])
  return new Map(
    text.split('\0').flatMap((setting) => {
      const [key = '', ...value] = setting.split('\n')
      return key === '' ? [] : [[key, value.join('\n')]]
    }),
  )
}

interface Ref {
  readonly name: string
  readonly commit: string
  readonly isCommit: boolean
  readonly createdAt: number
  /** The ref that it stands for, or empty. */
  readonly symbolic: string
}

const REF_FORMAT = [
  '%(refname)',
  '%(objecttype)',
  '%(objectname)',
  '%(*objecttype)',
  '%(*objectname)',
  '%(creatordate:unix)',
  '%(symref)',
].join('%00')

async function readRefs(place: GitPlace): Promise<Ref[]> {
  const patterns = ['refs/heads', 'refs/remotes/origin', 'refs/tags']
  const text = await gitText(place, ['for-each-ref', `--format=${REF_FORMAT}`, ...patterns])
  return text.split('\n').flatMap((line) => {
    const [name, type, object, peeledType, peeled, created, symbolic] = line.split('\0')
    if (!name) return []
    return {
      name,
      commit: peeled || object || '',
      isCommit: (peeledType || type) === 'commit',
      createdAt: Number(created),
      symbolic: symbolic ?? '',
    }
  })
}

const BRANCHES = ['main', 'master']

/**
 * The host's default branch where the clone knows it; of a bare mirror the branch of HEAD; else
 * main or master. HEAD comes last: in a working copy it is whatever somebody works on.
 */
function chooseMainRef(refs: readonly Ref[], commonDir: string): Ref | undefined {
  const byName = new Map(refs.map((ref) => [ref.name, ref]))
  const [, headTarget = ''] =
    /^ref: (\S+)/.exec(readFileSync(join(commonDir, 'HEAD'), 'utf8')) ?? []
  const remoteDefault = byName.get('refs/remotes/origin/HEAD')?.symbolic ?? ''
  const ofHead = basename(commonDir) === '.git' ? [] : [headTarget]
  const names = [
    remoteDefault,
    ...ofHead,
    ...BRANCHES.map((branch) => `refs/remotes/origin/${branch}`),
    ...BRANCHES.map((branch) => `refs/heads/${branch}`),
    headTarget,
  ]
  return names.map((name) => byName.get(name)).find((ref) => ref?.isCommit)
}

function toTag(ref: Ref): Tag[] {
  if (!ref.name.startsWith('refs/tags/') || !ref.isCommit) return []
  const createdAt = toTime(ref.createdAt)
  return createdAt === null
    ? []
    : [{ name: ref.name.slice('refs/tags/'.length), commit: ref.commit, createdAt }]
}

/** Years of more than four digits would not sort as text. */
const LATEST_SECONDS = 253_402_300_799

/** Null when git's `seconds` are no time that we can store. */
export function toTime(seconds: number): Date | null {
  return seconds >= 0 && seconds <= LATEST_SECONDS ? new Date(Math.trunc(seconds) * 1000) : null
}

/** Without FETCH_HEAD (a fresh clone, or commits made here) when the refs last moved. */
function lastFetch(gitDir: string, commonDir: string, mainRef: Ref | undefined): Date {
  const fetched =
    modifiedAt(join(gitDir, 'FETCH_HEAD')) ?? modifiedAt(join(commonDir, 'FETCH_HEAD'))
  if (fetched !== null) return new Date(fetched)
  const refFiles = ['HEAD', 'packed-refs', 'refs/heads', mainRef?.name ?? 'refs']
  const moved = refFiles.flatMap((file) => modifiedAt(join(commonDir, file)) ?? [])
  return new Date(Math.max(0, ...moved))
}

/** Milliseconds; null when there is no such file. */
function modifiedAt(file: string): number | null {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? null
}
