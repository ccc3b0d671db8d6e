import { formatCountOf } from '#app/format.ts'

/** What a page is about, and what the database may lack although sources were read. */
export type Lacking = 'golden paths' | 'teams'

interface EmptyWords {
  readonly title: string
  readonly sentence: string
}

const TITLES: Readonly<Record<Lacking, string>> = {
  'golden paths': 'No golden path is configured yet',
  teams: 'No team is known yet',
}

const WAYS: Readonly<Record<Lacking, string>> = {
  'golden paths':
    'and no golden path. Name them in desirepath.yaml under goldenPaths: what marks a repository that is on the path, and whom it is for.',
  teams:
    'and none of them has told of a team. Teams come from a catalogue: teams.csv in a source of kind files, the groups of Backstage, or the teams of GitHub.',
}

/** What to do next where sources are configured and still nothing can be shown. */
export function emptyWords(lacks: Lacking, sources: number): EmptyWords {
  const are = `${formatCountOf(sources, 'source')} ${sources === 1 ? 'is' : 'are'} configured`
  return { title: TITLES[lacks], sentence: `${are}, ${WAYS[lacks]}` }
}
