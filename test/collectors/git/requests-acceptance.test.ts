import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { acceptance, RUN_AT, type Upstream } from '#test/collectors/acceptance.ts'
import { localSkips } from '#test/collectors/local-skips.ts'
import { aRequestFile, collectRequests, STATE } from '#test/support/collect-requests.ts'
import { aFolder, aGrowingClone } from '#test/support/git.ts'

// A skip says why the test does not apply to this collector, and where its matter is tested.
acceptance({
  name: 'environment requests',
  start: startClones,
  histories: 20,
  skips: {
    ...localSkips('clones are read from this machine, nobody is asked'),
    'T-C04': 'a cursor is a commit, not a time',
    'T-C09': 'a history is read up to a commit, which does not change',
    'T-C10': 'commits follow one another, whatever their times',
    'T-C11': 'clocks of commits may be wrong: test/collectors/git/collector.test.ts',
    'T-C12': 'a file under another name is the same request: test/collectors/git/requests.test.ts',
    'T-C13': 'a file of another shape is put aside: test/collectors/git/requests.test.ts',
  },
})

const at = (hours: number) => new Date(Date.UTC(2026, 4, 1) + hours * 3_600_000).toISOString()

const PHASES = [undefined, 'Pending', 'Ready', 'Failed']

/** Two repositories with a few requests each. */
async function startClones(): Promise<Upstream> {
  const folder = aFolder()
  const clones = ['eu', 'us'].map((name) =>
    aGrowingClone(join(folder, `${name}.git`), RUN_AT.toISOString()),
  )
  let hours = 0
  const commit = (choice: number, content?: string) => {
    hours += 1
    const name = `env-${choice % 3}`
    const phase = PHASES[choice % PHASES.length]
    const text = content ?? aRequestFile({ name, ...(phase && { phase }) })
    const files = { [`requests/${name}.yaml`]: choice % 5 === 4 ? null : text }
    const by = choice % 2 === 0 ? {} : { author: 'Ada Example <ada@example.com>' }
    clones[choice % 2]?.commit({ at: at(hours), files, ...by })
  }
  for (const choice of [0, 1, 2, 3, 5, 6]) commit(choice)
  return {
    collect: (db, { now = RUN_AT, signal, guard } = {}) => {
      for (const clone of clones) clone.write()
      return collectRequests(db, folder, {
        now,
        state: STATE,
        ...(signal && { signal }),
        ...(guard && { guard }),
      })
    },
    tables: ['provisioning_requests', 'steps'],
    swell: () => commit(0, `# ${'x'.repeat(2 << 20)}\n`),
    lose: () => rmSync(folder, { recursive: true }),
    evolve: (choice) => commit(choice),
    write: (text) => commit(0, `${aRequestFile({ name: 'nasty' })}note: ${JSON.stringify(text)}\n`),
  }
}
