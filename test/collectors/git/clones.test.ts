import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findCloneFolders, readClone } from '#collectors/git/clones.ts'
import { aFolder, aHistory, git } from '#test/support/git.ts'

const { signal } = new AbortController()

/** A bare repository with a commit on main and one on `topic`. */
function aMirror(folder: string): string {
  const history = aHistory()
  history.commit({ at: '2026-01-01T00:00:00Z', files: { a: 'on main' } })
  history.commit({ at: '2026-01-02T00:00:00Z', files: { a: 'on topic' }, branch: 'topic', from: 1 })
  return history.writeTo(folder)
}

test('the main line of a mirror is its HEAD, even when that is called neither main nor master', async () => {
  const mirror = aMirror(join(aFolder(), 'shop.git'))
  git(mirror, 'symbolic-ref', 'HEAD', 'refs/heads/topic')
  expect(await readClone(mirror, signal)).toMatchObject({
    id: 'local/shop',
    folder: 'shop',
    mainBranch: 'topic',
    head: git(mirror, 'rev-parse', 'topic'),
  })
})

test('the main line of a working copy is the host’s default, whatever is checked out', async () => {
  const folder = aFolder()
  const mirror = aMirror(join(folder, 'shop.git'))
  git(folder, 'clone', '--quiet', mirror, 'copy')
  const copy = join(folder, 'copy')
  git(copy, 'checkout', '--quiet', 'topic')
  expect(await readClone(copy, signal)).toMatchObject({
    mainBranch: 'main',
    head: git(mirror, 'rev-parse', 'main'),
  })
})

test('without a remote the main line of a working copy is main', async () => {
  const folder = aFolder()
  git(folder, 'init', '--quiet', '--initial-branch=main')
  writeFileSync(join(folder, 'a'), 'a')
  git(folder, 'add', 'a')
  git(folder, 'commit', '--quiet', '--message=a')
  git(folder, 'checkout', '--quiet', '-b', 'topic')
  git(folder, 'commit', '--quiet', '--allow-empty', '--message=b')
  expect((await readClone(folder, signal)).head).toBe(git(folder, 'rev-parse', 'main'))
})

test('a linked working copy reads what it is linked to', async () => {
  const folder = aFolder()
  const mirror = aMirror(join(folder, 'shop.git'))
  git(folder, 'clone', '--quiet', mirror, 'copy')
  git(join(folder, 'copy'), 'worktree', 'add', '--quiet', '../linked', 'topic')
  expect((await readClone(join(folder, 'linked'), signal)).head).toBe(
    git(mirror, 'rev-parse', 'main'),
  )
})

test('a repository without commits has no main line', async () => {
  const folder = aFolder()
  git(folder, 'init', '--quiet', '--bare')
  expect(await readClone(folder, signal)).toMatchObject({ head: null, mainBranch: null, tags: [] })
})

test('tags are the commits that they name, annotated or plain', async () => {
  const history = aHistory()
  history.commit({ at: '2026-01-01T00:00:00Z', files: { a: 'a' } })
  history.tag('plain', 1)
  history.tag('annotated', 1, '2026-02-01T00:00:00Z')
  const mirror = history.writeTo(join(aFolder(), 'shop.git'))
  const commit = git(mirror, 'rev-parse', 'main')
  expect((await readClone(mirror, signal)).tags).toEqual([
    { name: 'annotated', commit, createdAt: new Date('2026-02-01T00:00:00Z') },
    { name: 'plain', commit, createdAt: new Date('2026-01-01T00:00:00Z') },
  ])
})

test('globs find working copies and mirrors, each once, and say which found none', async () => {
  const folder = aFolder()
  aMirror(join(folder, 'shop.git'))
  git(folder, 'clone', '--quiet', 'shop.git', 'copy')
  mkdirSync(join(folder, 'notes'))
  writeFileSync(join(folder, 'README.md'), 'text')
  const globs = [join(folder, '*'), join(folder, 's*'), join(folder, 'notes'), join(folder, 'x*')]
  expect(await findCloneFolders(globs)).toEqual({
    folders: [join(folder, 'copy'), join(folder, 'shop.git')],
    empty: [join(folder, 'notes'), join(folder, 'x*')],
  })
})
