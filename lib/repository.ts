/**
 * The names by which a catalogue may call a repository, the most exact first: `host/owner/name`,
 * `owner/name`, `name`. A clone without a remote is `local/name`.
 */
export function repositoryNames(id: string): string[] {
  const [, ...path] = id.split('/')
  const name = path.at(-1) ?? id
  return [...new Set([id, path.join('/') || id, name])]
}

/** `host/owner/name` of a remote's address, without user or secret; null for a folder. */
export function toRepositoryId(url: string): string | null {
  const [, host, path] =
    /^[a-z][a-z+]*:\/\/(?:[^@/]*@)?([^/:]+)(?::\d+)?\/(.+)$/i.exec(url) ??
    /^(?:[^@/:]+@)?([^/:]{2,}):(?!\/\/)(.+)$/.exec(url) ??
    []
  if (host === undefined || path === undefined || url.startsWith('file:')) return null
  const name = path
    .replace(/[?#].*$/, '')
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
    .replace(/^\/+/, '')
  return name === '' ? null : `${host.toLowerCase()}/${name}`
}
