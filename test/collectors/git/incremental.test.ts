import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { aPath, collectClones, storedFacts } from '#test/support/collect-clones.ts'
import { testDatabase } from '#test/support/database.ts'
import { aFolder, aHistory } from '#test/support/git.ts'

const START = Date.UTC(2026, 0, 1)
const at = (days: number) => new Date(START + days * 86_400_000).toISOString()

const PATHS = [
  aPath({
    evidence: [
      {
        kind: 'file-equals',
        path: 'Makefile',
        publishedIn: 'common',
        publishedPath: [
          { path: 'Makefile', until: at(5) },
          { path: 'new/Makefile', since: at(5) },
        ],
        optOut: { contains: 'mine' },
      },
      { kind: 'workflow-pin', uses: 'acme/deploy', publishedIn: 'common' },
      { kind: 'annotation', key: 'x' },
    ],
    offPath: [{ kind: 'workflow-file', glob: '.github/workflows/*b*.yml' }],
    eligible: { file: 'go.mod' },
  }),
]

const workflow = (ref: string) => `jobs:\n  a:\n    uses: acme/deploy@${ref}\n`
const catalogFile = (owner: string) =>
  `kind: Component\nmetadata: { annotations: { x: 1 } }\nspec: { owner: ${owner} }\n`

/** A file with what it may hold; null removes it. */
const CONTENTS: Readonly<Record<string, readonly (string | null)[]>> = {
  Makefile: ['v1', 'v2', 'v1', 'mine', null],
  'new/Makefile': ['v1', 'v2', 'v3', null],
  'go.mod': ['x', null],
  'catalog-info.yaml': [catalogFile('a'), catalogFile('b'), catalogFile('user:x'), '[', null],
  'opslevel.yml': ['service: { owner: c }', 'service: [', null],
  '.github/workflows/a.yml': [workflow('v1'), workflow('v2'), 'acme/deploy [', null],
  '.github/workflows/b.yml': [workflow('v1'), 'on: push', null],
  other: ['1', '2', '3'],
}

const aChange = fc.constantFrom(
  ...Object.entries(CONTENTS).flatMap(([path, contents]) =>
    contents.map((content) => ({ path, content })),
  ),
)

/** Clocks that stand still or run backwards, work on the side, tags. */
const aCommit = fc.record({
  clock: fc.constantFrom(-1, 0, 0, 1, 1, 2),
  changes: fc.array(aChange, { maxLength: 3 }),
  kind: fc.constantFrom('plain', 'plain', 'plain', 'side', 'merge'),
  tag: fc.boolean(),
})
type AnyCommit = typeof aCommit extends fc.Arbitrary<infer T> ? T : never

function toHistory(commits: readonly AnyCommit[]) {
  const history = aHistory()
  let days = 0
  let side: number | undefined
  for (const [index, { clock, changes, kind, tag }] of commits.entries()) {
    days = Math.max(0, days + clock)
    const files = Object.fromEntries(changes.map(({ path, content }) => [path, content]))
    const isSide = kind === 'side' && index > 0
    const place = isSide ? sideOf(side) : kind === 'merge' ? mergeOf(side) : {}
    const number = history.commit({ at: at(days), files, ...place })
    if (isSide) side = number
    if (tag) history.tag(`v${index}.0.0`, number)
  }
  return history
}

const sideOf = (side: number | undefined) => ({ branch: 'topic', from: side ?? 1 })

const mergeOf = (side: number | undefined) => (side === undefined ? {} : { merges: [side] })

test('reading in parts, cut anywhere, gives the same rows as reading at once', async () => {
  const plan = fc.record({
    commits: fc.array(aCommit, { minLength: 2, maxLength: 14 }),
    cuts: fc.array(fc.nat(13), { minLength: 1, maxLength: 3 }),
  })
  await fc.assert(
    fc.asyncProperty(plan, async ({ commits, cuts }) => {
      const parts = aFolder()
      const once = aFolder()
      const [inParts, atOnce] = [await testDatabase(), await testDatabase()]
      const counts = [...new Set(cuts.map((cut) => 1 + (cut % commits.length)))].toSorted(
        (a, b) => a - b,
      )
      for (const count of [...counts, commits.length]) {
        toHistory(commits.slice(0, count)).writeTo(join(parts, 'common.git'))
        await collectClones(inParts, parts, { paths: PATHS, releases: RELEASES })
      }
      mkdirSync(once, { recursive: true })
      toHistory(commits).writeTo(join(once, 'common.git'))
      await collectClones(atOnce, once, { paths: PATHS, releases: RELEASES })
      expect(await storedFacts(inParts)).toEqual(await storedFacts(atOnce))
    }),
    { numRuns: 60, seed: 20_260_101 },
  )
}, 120_000)

const RELEASES = [{ tags: 'v*', environment: 'production' }]
