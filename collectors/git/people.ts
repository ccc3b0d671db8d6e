import { toTime } from '#collectors/git/clones.ts'
import { type GitPlace, gitRecords } from '#collectors/git/git.ts'

/**
 * Who made a commit, for as long as it takes to tell people apart: it is compared with another, and
 * never stored.
 */
export interface Made {
  readonly authoredAt: Date | null
  readonly author: Person
  readonly committer: Person
}

export interface Person {
  readonly name: string
  readonly email: string
}

export const isSame = (a: Person, b: Person) =>
  a.email === '' ? a.name === b.name : a.email.toLowerCase() === b.email.toLowerCase()

/** GitHub signs what somebody does on its pages in its own name. */
export const isHost = ({ email }: Person) => email.toLowerCase() === 'noreply@github.com'

const FORMAT = '@%H%n%at%n%an%n%ae%n%cn%n%ce'

/** Who made each of `shas`, and all commits that touch `paths`, by sha. @throws {GitError} */
export async function listMade(
  place: GitPlace,
  head: string,
  paths: readonly string[],
): Promise<{ made: Map<string, Made>; touched: Map<string, string[]> }> {
  const made = new Map<string, Made>()
  const touched = new Map<string, string[]>()
  const args = ['log', '-z', '--full-history', '--name-only', '--no-renames', `--format=${FORMAT}`]
  let sha = ''
  for await (const records of gitRecords(place, [...args, head, '--', ...paths])) {
    for (const record of records) {
      const header = parse(record)
      if (header !== null) {
        sha = header.sha
        made.set(sha, header.made)
      } else if (record !== '') {
        touched.set(sha, [...(touched.get(sha) ?? []), record.replace(/^\n/, '')])
      }
    }
  }
  return { made, touched }
}

function parse(record: string): { sha: string; made: Made } | null {
  const lines = record.split('\n')
  const [sha, authored, name = '', email = '', committer = '', committerEmail = ''] = lines
  if (lines.length !== 6 || !sha?.startsWith('@')) return null
  return {
    sha: sha.slice(1),
    made: {
      authoredAt: toTime(Number(authored)),
      author: { name, email },
      committer: { name: committer, email: committerEmail },
    },
  }
}

/** Who made the merges of the main line. @throws {GitError} */
export async function listMergers(place: GitPlace, head: string): Promise<Map<string, Made>> {
  const mergers = new Map<string, Made>()
  const args = ['log', '-z', '--first-parent', '--merges', `--format=${FORMAT}`, head, '--']
  for await (const records of gitRecords(place, args)) {
    for (const record of records) {
      const header = parse(record)
      if (header !== null) mergers.set(header.sha, header.made)
    }
  }
  return mergers
}
