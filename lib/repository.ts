/**
 * The names by which a catalogue may call a repository, the most exact first: `host/owner/name`,
 * `owner/name`, `name`. A clone without a remote is `local/name`.
 */
export function repositoryNames(id: string): string[] {
  const [, ...path] = id.split('/')
  const name = path.at(-1) ?? id
  return [...new Set([id, path.join('/') || id, name])]
}
