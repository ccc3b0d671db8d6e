import { SCREENS } from '#app/screens.ts'
import { listNamed, type Named } from '#lib/queries/search.ts'
import { definitions } from '#scorecards/catalogue.ts'

/** Something to go to. */
export interface Entry {
  readonly kind: string
  readonly name: string
  readonly href: string
  /** What it is found by, in lower case. */
  readonly words: string
}

/** Everything that can be gone to: screens first, then what has a name. */
export async function listEntries(db: Parameters<typeof listNamed>[0]): Promise<Entry[]> {
  const named = await listNamed(db)
  return [
    ...SCREENS.map(({ name, href }) => entry('Screens', name, href, '')),
    ...definitions.map(({ id, name, key }) =>
      entry('Metrics', name, `/metrics/${id}`, `${id} ${key}`),
    ),
    ...named.flatMap(toEntry),
  ]
}

const entry = (kind: string, name: string, href: string, words: string): Entry => ({
  kind,
  name,
  href,
  words: `${kind} ${name} ${words}`.toLowerCase(),
})

function toEntry({ kind, id, name, teamId }: Named): Entry[] {
  if (kind === 'team') return [entry('Teams', name, `/teams/${id}`, id)]
  if (kind === 'golden path') return [entry('Golden paths', name, `/golden-paths/${id}`, id)]
  // A service or repository leads to the team that owns it, or to where owners are missed.
  const href = teamId === null ? '/data/mapping' : `/teams/${teamId}#services`
  const owner = teamId ?? 'no owner known'
  return [entry(kind === 'service' ? 'Services' : 'Repositories', `${name} (${owner})`, href, '')]
}

/** Those that every word of `query` is found in, in their order. */
export function findEntries(entries: readonly Entry[], query: string): Entry[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  return entries.filter((one) => words.every((word) => one.words.includes(word)))
}
