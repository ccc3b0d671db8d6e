// https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners

/** Where GitHub looks, the first that is there. */
export const CODEOWNERS_FILES = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'] as const

/** Larger ones GitHub ignores. */
const LARGEST = 3 * 1024 * 1024

const EVERYTHING: ReadonlySet<string> = new Set(['*', '**', '/**', '/'])

/**
 * The teams (slugs) that own everything not owned by another rule: of the rules for `*` the last
 * counts. An empty list says that nobody does, or only people; null that no rule says so.
 */
export function ownersOfAll(text: string): readonly string[] | null {
  if (Buffer.byteLength(text) > LARGEST) return null
  const rule = text
    .split('\n')
    .map(toRule)
    .findLast((one) => one !== null && EVERYTHING.has(one.pattern))
  return rule === undefined || rule === null ? null : rule.owners.flatMap(toTeam)
}

interface Rule {
  readonly pattern: string
  readonly owners: readonly string[]
}

/** Null for a comment, an empty line, and what GitHub counts as an error. */
function toRule(line: string): Rule | null {
  const words = line
    .replace(/(?:^|\s)#.*$/, '')
    .trim()
    .split(/(?<!\\)\s+/)
  const [pattern = '', ...owners] = words
  const isError = pattern.startsWith('!') || pattern.startsWith('\\#') || /[[\]]/.test(pattern)
  return pattern === '' || isError ? null : { pattern, owners }
}

/** `payments` of `@acme/payments`; nothing for a person. */
function toTeam(owner: string): string[] {
  const [, slug] = /^@[\w.-]+\/([\w.-]+)$/.exec(owner) ?? []
  return slug === undefined ? [] : [slug.toLowerCase()]
}
