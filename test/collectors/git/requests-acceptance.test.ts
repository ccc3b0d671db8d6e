import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { acceptance, RUN_AT, type Upstream } from '#test/collectors/acceptance.ts'
import { localSkips } from '#test/collectors/local-skips.ts'
import { aRequestFile, collectRequests, STATE } from '#test/support/collect-requests.ts'
import { aFolder, aHistory, fetchedAt } from '#test/support/git.ts'

// A skip says why the test does not apply to this collector, and where its matter is tested.
acceptance({
  name: 'environment requests',
  start: startClones,
  histories: 5,
  skips: {
    ...localSkips('clones are read from this machine, nobody is asked'),
    'T-C04': 'a cursor is a commit, not a time',
    'T-C09': 'a history is read up to a commit, which does not change',
    'T-C10': 'commits follow one another, whatever their times',
    'T-C11': 'clocks of commits may be wrong: test/collectors/git/collector.test.ts',
    'T-C12': 'a file under another name is the same request: test/collectors/git/requests.test.ts',
    'T-C13': 'a file of another shape is put aside: test/collectors/git/requests.test.ts',
    'T-C14': 'git streams; a file beyond 1 MB is not parsed: collectors/git/blobs.ts',
    'T-C23': 'a clone that git cannot read keeps its rows: test/collectors/git/requests.test.ts',
  },
})

const at = (hours: number) => new Date(Date.UTC(2026, 4, 1) + hours * 3_600_000).toISOString()

const PHASES = [undefined, 'Pending', 'Ready', 'Failed']

/** Two repositories with a few requests each. */
async function startClones(): Promise<Upstream> {
  const folder = aFolder()
  const histories = ['eu', 'us'].map((name) => ({ name, history: aHistory() }))
  let hours = 0
  const commit = (choice: number, content?: string) => {
    hours += 1
    const name = `env-${choice % 3}`
    const phase = PHASES[choice % PHASES.length]
    const text = content ?? aRequestFile({ name, ...(phase && { phase }) })
    const files = { [`requests/${name}.yaml`]: choice % 5 === 4 ? null : text }
    const by = choice % 2 === 0 ? {} : { author: 'Ada Example <ada@example.com>' }
    histories[choice % 2]?.history.commit({ at: at(hours), files, ...by })
  }
  const write = () => {
    for (const { name, history } of histories) {
      const clone = join(folder, `${name}.git`)
      mkdirSync(clone, { recursive: true })
      history.writeTo(clone)
      fetchedAt(clone, RUN_AT.toISOString())
    }
  }
  for (const choice of [0, 1, 2, 3, 5, 6]) commit(choice)
  write()
  return {
    collect: (db, { now = RUN_AT, signal, guard } = {}) =>
      collectRequests(db, folder, {
        now,
        state: STATE,
        ...(signal && { signal }),
        ...(guard && { guard }),
      }),
    tables: ['provisioning_requests', 'steps'],
    evolve: (choice) => {
      commit(choice)
      write()
    },
    write: (text) => {
      commit(0, `${aRequestFile({ name: 'nasty' })}note: ${JSON.stringify(text)}\n`)
      write()
    },
  }
}
