import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { indexVersions, usageStateReader } from '#scorecards/adoption/usage-state.ts'
import { aPath, collectClones } from '#test/support/collect-clones.ts'
import { testDatabase } from '#test/support/database.ts'
import { aFolder, aHistory, type CommitOptions } from '#test/support/git.ts'

// Derived facts of eight real repositories. They are not part of this repository.
const FIXTURES = '../shared/fixtures/prometheus'
const isThere = existsSync(FIXTURES)

type Line = Readonly<Record<string, string>>

const read = (name: string): Line[] =>
  parse(readFileSync(join(FIXTURES, name)), { columns: true, skip_empty_lines: true })

const MARKER = 'not synchronised'
const MOVED = '2023-06-27T13:22:34Z'
const LINT = '.github/workflows/golangci-lint.yml'

const time = (line: Line, column = 'at') => Date.parse(line[column] ?? '')

const byTime = (column?: string) => (a: Line, b: Line) => time(a, column) - time(b, column)

/** From when each file is on the path; Makefile.common was there before the first list. */
function listedSince(file: string): string | undefined {
  if (file === 'Makefile.common') return undefined
  const names = file === LINT ? [file, 'scripts/golangci-lint.yml'] : [file]
  return read('path-list-history.csv').find((line) =>
    names.some((name) => line['files']?.split(' ').includes(name)),
  )?.['effective_at']
}

/** Blobs become their ids as text, so that equal stays equal and different stays different. */
function toCommit(line: Line): CommitOptions {
  const { path = '', at = '', blob = '', opt_out_marker: marked } = line
  const content = marked === '1' ? `${blob}\n${MARKER}` : blob
  return { at, files: { [path]: blob === '' ? null : content } }
}

function writeRepositories(folder: string): void {
  mkdirSync(join(folder, 'prometheus'))
  const events = Map.groupBy(read('change-events.csv'), (line) => line['repo'] ?? '')
  const begun = read('repository-attributes.csv').filter((line) => line['attribute'] === 'exists')
  for (const { repo = '', at = '' } of begun) {
    const history = aHistory()
    history.commit({ at, files: { 'README.md': repo } })
    for (const line of (events.get(repo) ?? []).toSorted(byTime())) history.commit(toCommit(line))
    history.writeTo(join(folder, `${repo}.git`))
  }
  writePublisher(join(folder, 'prometheus/prometheus.git'))
}

function writePublisher(folder: string): void {
  const history = aHistory()
  for (const line of publications().toSorted(byTime('published_at'))) {
    const { path = '', blob_or_commit: blob = '', published_at: at = '' } = line
    const moved = path === LINT && Date.parse(at) >= Date.parse(MOVED)
    const files = moved
      ? { 'scripts/golangci-lint.yml': blob, [LINT]: 'its own' }
      : { [path]: blob }
    history.commit({ at, files })
  }
  history.writeTo(folder)
}

const publications = () =>
  read('golden-path-versions.csv').filter((line) => !line['path']?.startsWith('uses:'))

function toPath(file: string) {
  const since = listedSince(file)
  const publishedPath = [
    { path: LINT, until: MOVED },
    { path: 'scripts/golangci-lint.yml', since: MOVED },
  ]
  const rule = {
    kind: 'file-equals',
    path: file,
    publishedIn: 'prometheus/prometheus',
    optOut: { contains: MARKER },
    ...(since === undefined ? {} : { since }),
    ...(file === LINT ? { publishedPath } : {}),
  }
  return aPath({ evidence: [rule] }, file)
}

/** What the README's rules say of one copy, straight from the lines. */
function expectedState(
  events: readonly Line[],
  versions: readonly Line[],
  file: string,
  asOf: number,
) {
  const since = listedSince(file)
  const out = versions.filter((line) => time(line, 'published_at') <= asOf)
  if (out.length === 0 || (since !== undefined && asOf < Date.parse(since))) return 'unknown'
  const event = events.filter((line) => time(line) <= asOf).at(-1)
  if (event === undefined || event['blob'] === '') return 'absent'
  if (event['opt_out_marker'] === '1') return 'opted_out'
  const equal = versions.filter((line) => line['blob_or_commit'] === event['blob'])
  const matched = equal.filter((line) => out.includes(line)).at(-1)
  if (matched === undefined) return equal.length > 0 ? 'ahead' : 'drifted'
  const superseded = time(matched, 'superseded_at')
  const version = Number(matched['version'])
  if (Number.isNaN(superseded) || superseded > asOf) return `current ${version} 0 0`
  const behind = out.filter((line) => Number(line['version']) > version).length
  return `outdated ${version} ${behind} ${Math.floor((asOf - superseded) / 86_400_000)}`
}

/** The last second of every month from May 2018 to December 2024. */
const MONTH_ENDS = Array.from({ length: 80 }, (_, month) => Date.UTC(2018, 5 + month, 1) - 1000)

test.skipIf(!isThere)(
  'every copy of a real platform has the state of its time, at every month end',
  async () => {
    const folder = aFolder()
    writeRepositories(folder)
    const files = [...new Set(publications().map((line) => line['path'] ?? ''))]
    const paths = files.map(toPath)
    const db = await testDatabase()
    const outcome = await collectClones(db, join(folder, 'prometheus'), { paths })
    expect(outcome).toMatchObject({ status: 'ok', quarantined: 0 })

    const evidence = await db.selectFrom('usage_evidence').selectAll().execute()
    const versions = await db.selectFrom('path_versions').selectAll().execute()
    const events = read('change-events.csv')
    const begun = read('repository-attributes.csv').filter((line) => line['attribute'] === 'exists')
    const told: string[] = []
    const expected: string[] = []
    for (const { id: file, rules } of paths) {
      const published = indexVersions(versions.filter((row) => row.path_id === file))
      const publishedLines = publications().filter((line) => line['path'] === file)
      for (const { repo = '' } of begun) {
        const id = `local/${repo.replace('prometheus/', '')}`
        const own = evidence.filter((row) => row.path_id === file && row.repository_id === id)
        const lines = events
          .filter((line) => line['repo'] === repo && line['path'] === file)
          .toSorted(byTime())
        const at = usageStateReader(rules, own, published)
        for (const asOf of MONTH_ENDS) {
          const name = `${repo} ${file} ${new Date(asOf).toISOString()}`
          const { state, version, lagVersions, lagDays } = at(new Date(asOf))
          const hasLag = state === 'current' || state === 'outdated'
          told.push(`${name} ${hasLag ? `${state} ${version} ${lagVersions} ${lagDays}` : state}`)
          expected.push(`${name} ${expectedState(lines, publishedLines, file, asOf)}`)
        }
      }
    }
    expect(told).toHaveLength(8 * 9 * 80)
    expect(told).toEqual(expected)
    const seen = new Set(expected.map((line) => line.split(' ')[3]))
    expect([...seen].toSorted()).toEqual([
      'absent',
      'ahead',
      'current',
      'drifted',
      'outdated',
      'unknown',
    ])
  },
  60_000,
)
