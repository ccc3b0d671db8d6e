import { findCloneFolders, readClone } from '#collectors/git/clones.ts'
import type { Config } from '#lib/config.ts'

/** A repository that several sources of kind git read. */
interface SharedRepository {
  readonly id: string
  /** Folder of its clone, by id of the source. */
  readonly folders: ReadonlyMap<string, string>
}

/**
 * Repositories of which several sources of kind git have a clone. What the one tells of the changes of a
 * repository takes the place of what the other told. A clone that cannot be read is left out.
 */
async function listShared({ sources }: Config): Promise<SharedRepository[]> {
  const found = new Map<string, Map<string, string>>()
  const readers = sources.filter(({ kind }) => kind === 'git')
  if (readers.length < 2) return []
  const { signal } = new AbortController()
  for (const source of readers) {
    if (source.kind !== 'git') continue
    const { folders } = await findCloneFolders(source.repositories)
    for (const folder of folders) {
      const clone = await readClone(folder, signal).catch(() => null)
      if (clone === null) continue
      const known = found.get(clone.id) ?? new Map<string, string>()
      found.set(clone.id, known.set(source.id, known.get(source.id) ?? folder))
    }
  }
  return [...found]
    .filter(([, folders]) => folders.size > 1)
    .map(([id, folders]) => ({ id, folders }))
}

/** One line for each repository that several sources of kind git read: where, and what to do. */
export async function describeShared(config: Config): Promise<string[]> {
  return (await listShared(config)).map(({ id, folders }) => {
    const places = [...folders].map(([source, folder]) => `${source} (${folder})`)
    return `${id} is read by ${places.join(' and ')}: each would replace the changes that the other tells; leave it to one of them`
  })
}
