import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { acceptance, RUN_AT, type Upstream } from '#test/collectors/acceptance.ts'
import { localSkips } from '#test/collectors/local-skips.ts'
import { aPath, collectClones } from '#test/support/collect-clones.ts'
import { aFolder, aGrowingClone } from '#test/support/git.ts'

// A skip says why the test does not apply to this collector, and where its matter is tested.
acceptance({
  name: 'git',
  start: startClones,
  histories: 20,
  skips: {
    ...localSkips('clones are read from this machine, nobody is asked'),
    'T-C04': 'a cursor is a commit, not a time',
    'T-C09': 'a history is read up to a commit, which does not change',
    'T-C10':
      'commits follow one another; times that run backwards: test/collectors/git/incremental.test.ts',
    'T-C11': 'clocks of commits may be wrong: test/collectors/git/collector.test.ts',
    'T-C12': 'a clone with another remote is another repository, and the former is told as gone',
    'T-C13': 'a file of another shape is put aside: test/collectors/git/collector.test.ts',
    'T-C14':
      'files are read as those of requests are: test/collectors/git/requests-acceptance.test.ts',
    'T-C15': 'no text of a commit is stored; nasty paths: test/collectors/git/collector.test.ts',
  },
})

const PATHS = [
  aPath({ evidence: [{ kind: 'file-equals', path: 'Makefile', publishedIn: 'common' }] }),
]

const at = (hours: number) => new Date(Date.UTC(2026, 4, 1) + hours * 3_600_000).toISOString()

/** A repository that publishes a file, and two that copy it. */
async function startClones(): Promise<Upstream> {
  const folder = aFolder()
  const clones = ['common', 'pay', 'shop'].map((name) =>
    aGrowingClone(join(folder, `${name}.git`), RUN_AT.toISOString()),
  )
  let hours = 0
  const commit = (place: number, text: string) => {
    hours += 1
    clones[place % 3]?.commit({ at: at(hours), files: { Makefile: `${text}\n` } })
  }
  for (const place of [0, 1, 2, 0, 1]) commit(place, `version ${hours}`)
  return {
    collect: (db, { now = RUN_AT, signal, guard } = {}) => {
      for (const clone of clones) clone.write()
      return collectClones(db, folder, {
        paths: PATHS,
        now,
        ...(signal && { signal }),
        ...(guard && { guard }),
      })
    },
    tables: ['repositories', 'services', 'usage_evidence', 'path_versions', 'changes'],
    lose: () => rmSync(folder, { recursive: true }),
    evolve: (choice) => commit(choice, `version ${choice % 4}`),
  }
}
