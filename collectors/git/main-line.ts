import { withoutFuture } from '#collectors/clock.ts'
import { toTime } from '#collectors/git/clones.ts'
import { type GitPlace, gitRecords, gitText } from '#collectors/git/git.ts'

/** A commit of the main line. Who wrote it is reduced to a kind here, and not kept. */
export interface MainCommit {
  readonly sha: string
  readonly parents: readonly string[]
  /**
   * Committer time, made monotonic: the largest up to here along the main line. A commit of the future came
   * with the next that is not, or by the time of the reading.
   */
  readonly at: Date
  /** Author time; null when it is no time. */
  readonly authoredAt: Date | null
  readonly authorKind: 'human' | 'bot' | 'unknown'
  /** Of the pull request, where the subject names it. */
  readonly number: number | null
  /** A commit, or `#number` of a pull request. */
  readonly reverts: string | null
}

/** What is read: everything up to `head`, or what came after `since`. */
export interface Range {
  readonly head: string
  /** When it is read. */
  readonly now: Date
  /** A commit of the main line, and the time that the line had reached with it. */
  readonly since: { readonly head: string; readonly at: Date } | null
}

const COMMIT_FORMAT = ['%H', '%P', '%ct', '%at', '%an', '%ae', '%s', '%b'].join('%n')

const revisions = ({ head, since }: Range) => (since === null ? [head] : [head, `^${since.head}`])

/** The main line, oldest first. @throws {GitError} */
export async function listMainLine(
  place: GitPlace,
  range: Range,
  bots: readonly string[],
): Promise<MainCommit[]> {
  const isBot = botRecogniser(bots)
  const commits: ReadCommit[] = []
  const args = ['log', '-z', '--first-parent', '--reverse', `--format=${COMMIT_FORMAT}`]
  for await (const records of gitRecords(place, [...args, ...revisions(range), '--'])) {
    for (const record of records) commits.push(parseCommit(record, isBot))
  }
  let latest = range.since?.at ?? BEFORE_ALL
  const dates = withoutFuture(
    commits.map(({ committedAt }) => committedAt ?? BEFORE_ALL),
    range.now,
  )
  return commits.map(({ committedAt: _, ...commit }, place) => {
    const at = dates[place] ?? latest
    if (at > latest) latest = at
    return { ...commit, at: latest }
  })
}

/** Of a commit whose date is no time. */
const BEFORE_ALL = new Date(0)

type ReadCommit = Omit<MainCommit, 'at'> & { readonly committedAt: Date | null }

function parseCommit(record: string, isBot: BotRecogniser): ReadCommit {
  const lines = record.split('\n')
  const [sha = '', parents = '', committed, authored, name = '', email = '', subject = ''] = lines
  const body = lines.slice(7).join('\n')
  return {
    sha,
    parents: parents === '' ? [] : parents.split(' '),
    committedAt: toTime(Number(committed)),
    authoredAt: toTime(Number(authored)),
    authorKind: toAuthorKind({ name, email, subject, body }, isBot),
    number: toNumber(subject),
    reverts: toReverts(body),
  }
}

interface Authorship {
  readonly name: string
  readonly email: string
  readonly subject: string
  readonly body: string
}

type BotRecogniser = (text: string) => boolean

const KNOWN_BOTS = /\[bot\]|\b(?:dependabot|renovate|greenkeeper|snyk-bot|github-actions)\b/i
const BOT_BRANCH =
  /^Merge (?:pull request #\d+ from|(?:remote-tracking )?branch) .*?\b(?:dependabot|renovate)[/-]/i
const BOT_SUBJECT =
  /^(?:\w+\(deps[^)]*\)!?: )?(?:bump \S+ from \S+ to \S+|update (?:dependency|module) \S+ to )/i
const BOT_TRAILER = /^(?:signed-off-by|co-authored-by): .*\[bot\]/im

/** A bot's change that somebody merged carries that person's name: branch and subject tell, too. */
function toAuthorKind(by: Authorship, isBot: BotRecogniser): MainCommit['authorKind'] {
  if ([by.name, by.email].some((one) => KNOWN_BOTS.test(one) || isBot(one))) return 'bot'
  if (BOT_BRANCH.test(by.subject) || BOT_SUBJECT.test(by.subject) || BOT_TRAILER.test(by.body)) {
    return 'bot'
  }
  const [, branch = ''] = /^Merge pull request #\d+ from \S+?\/(\S+)/.exec(by.subject) ?? []
  if (branch !== '' && isBot(branch.split('/')[0] ?? '')) return 'bot'
  return by.name === '' && by.email === '' ? 'unknown' : 'human'
}

function botRecogniser(bots: readonly string[]): BotRecogniser {
  const configured = new Set(bots.map((bot) => bot.toLowerCase()))
  return (text) => configured.has(text.toLowerCase())
}

function toNumber(subject: string): number | null {
  const [, number] =
    /^Merge pull request #(\d{1,9})\b/.exec(subject) ?? /\(#(\d{1,9})\)\s*$/.exec(subject) ?? []
  return number === undefined ? null : Number(number)
}

function toReverts(body: string): string | null {
  const [, sha] = /^This reverts commit ([0-9a-f]{7,64})\b/m.exec(body) ?? []
  if (sha !== undefined) return sha
  const [, number] = /^Reverts (?:[\w.-]+\/[\w.-]+)?#(\d{1,9})\b/m.exec(body) ?? []
  return number === undefined ? null : `#${number}`
}

/** Whether a name or an e-mail address is a bot's; `bots` besides the well-known ones. */
export function botOf(bots: readonly string[]): (name: string, email: string) => boolean {
  const isBot = botRecogniser(bots)
  return (name, email) => [name, email].some((one) => KNOWN_BOTS.test(one) || isBot(one))
}

/**
 * For every merge on the main line, the commits that it brought in, by sha. @throws {GitError}
 */
export async function listBroughtIn(
  place: GitPlace,
  range: Range,
  mainLine: readonly MainCommit[],
): Promise<Map<string, readonly string[]>> {
  const commits = await listAncestry(place, range)
  const broughtBefore = new Set(mainLine.map(({ sha }) => sha))
  const merges = mainLine.filter(({ parents }) => parents.length > 1)
  return new Map(
    merges.map(({ sha, parents }) => {
      const side = takeSideCommits(parents.slice(1), commits, broughtBefore)
      return [sha, side.map((commit) => commit.sha)]
    }),
  )
}

/**
 * For every merge on the main line, the earliest author time among the commits that it brought in,
 * itself included, by sha. @throws {GitError}
 */
export async function listFirstCommits(
  place: GitPlace,
  range: Range,
  mainLine: readonly MainCommit[],
): Promise<Map<string, Date>> {
  if (!mainLine.some(({ parents }) => parents.length > 1)) return new Map()
  const commits = await listAncestry(place, range)
  const broughtBefore = new Set(mainLine.map(({ sha }) => sha))
  const earliest = new Map<string, Date>()
  for (const { sha, parents, authoredAt } of mainLine) {
    if (parents.length < 2) continue
    const side = takeSideCommits(parents.slice(1), commits, broughtBefore)
    const times = [authoredAt, ...side.map((commit) => commit.authoredAt)]
    const first = times.reduce((a, b) => (a !== null && (b === null || a <= b) ? a : b), null)
    if (first !== null) earliest.set(sha, first)
  }
  return earliest
}

type Ancestor = Pick<MainCommit, 'sha' | 'authoredAt' | 'parents'>

async function listAncestry(place: GitPlace, range: Range): Promise<Map<string, Ancestor>> {
  const commits = new Map<string, Ancestor>()
  const args = ['log', '-z', '--format=%H %at %P', ...revisions(range), '--']
  for await (const records of gitRecords(place, args)) {
    for (const record of records) {
      const [sha = '', authored, ...parents] = record.split(' ')
      commits.set(sha, { sha, authoredAt: toTime(Number(authored)), parents })
    }
  }
  return commits
}

/** What is reachable from `tips` and was in nothing before; it is in `broughtBefore` afterwards. */
function takeSideCommits(
  tips: readonly string[],
  commits: ReadonlyMap<string, Ancestor>,
  broughtBefore: Set<string>,
): Ancestor[] {
  const taken: Ancestor[] = []
  const waiting = [...tips]
  for (let sha = waiting.pop(); sha !== undefined; sha = waiting.pop()) {
    const commit = commits.get(sha)
    if (commit === undefined || broughtBefore.has(sha)) continue
    broughtBefore.add(sha)
    taken.push(commit)
    waiting.push(...commit.parents)
  }
  return taken
}

/** What one commit did to one file of the main line. */
export interface FileEvent {
  readonly sha: string
  readonly path: string
  /** Its content afterwards; null when it is gone. */
  readonly blob: string | null
}

/** What happened to `paths` (files and folders), oldest first. @throws {GitError} */
export async function listFileEvents(
  place: GitPlace,
  range: Range,
  paths: readonly string[],
): Promise<FileEvent[]> {
  const events: FileEvent[] = []
  const args = ['log', '-z', '--first-parent', '-m', '--reverse', '--raw', '--no-abbrev']
  const flags = ['--no-renames', '--format=@%H', ...revisions(range), '--', ...paths]
  let sha = ''
  let entry: RawEntry | null = null
  for await (const records of gitRecords(place, [...args, ...flags])) {
    for (const record of records) {
      if (entry !== null) {
        events.push({ sha, path: record, blob: entry.blob })
        entry = null
      } else if (record.startsWith('@')) sha = record.slice(1)
      else entry = parseRawEntry(record)
    }
  }
  return events
}

interface RawEntry {
  readonly blob: string | null
}

/** `:<old mode> <new mode> <old blob> <new blob> <status>`, after a line feed where one begins. */
function parseRawEntry(record: string): RawEntry | null {
  const [, mode, blob = ''] = /:\d+ (\d+) [0-9a-f]+ ([0-9a-f]+) [A-Z]/.exec(record) ?? []
  return mode === undefined ? null : { blob: isFile(mode) ? blob : null }
}

/** A submodule is no file; a file that was removed has mode 000000. */
const isFile = (mode: string) => mode.startsWith('10') || mode.startsWith('12')

/** The files at or below `paths` at `commit`, with their blobs. @throws {GitError} */
export async function listTree(
  place: GitPlace,
  commit: string,
  paths: readonly string[],
): Promise<Map<string, string>> {
  const text = await gitText(place, ['ls-tree', '-r', '-z', commit, '--', ...paths])
  return new Map(
    text.split('\0').flatMap((line) => {
      const [, mode = '', blob, path] = /^(\d+) \w+ ([0-9a-f]+)\t([\s\S]+)$/.exec(line) ?? []
      return blob === undefined || path === undefined || !isFile(mode) ? [] : [[path, blob]]
    }),
  )
}
