import { rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { acceptance, RUN_AT, RUNS_APART, type Upstream } from '#test/collectors/acceptance.ts'
import { swellFile, testFolder } from '#test/support/files.ts'
import { anExportedIncident, collectOpsgenie } from '#test/support/opsgenie.ts'

const NO_NETWORK = 'exports are read from a folder, nobody is asked'

// A skip says why the test does not apply to this collector, and where its matter is tested.
acceptance({
  name: 'opsgenie',
  start: startFolder,
  skips: {
    'T-C04': 'a cursor is a place in a file, not a time',
    'T-C05': NO_NETWORK,
    'T-C06': NO_NETWORK,
    'T-C07': NO_NETWORK,
    'T-C08': NO_NETWORK,
    'T-C09':
      'a file that changes is read from the beginning: test/collectors/opsgenie/collector.test.ts',
    'T-C10': 'incidents of a file have no order in time, all of them are read',
    'T-C11': 'no clock but that of this machine is involved',
    'T-C12': 'the id in an export is the id; another one is another incident',
    'T-C13':
      'an incident of another shape is put aside: test/collectors/opsgenie/collector.test.ts',
    'T-C16': NO_NETWORK,
    'T-C17': NO_NETWORK,
    'T-C18': NO_NETWORK,
    'T-C19': NO_NETWORK,
    'T-C20': 'belongs to the lease that every run holds: test/db/leases.test.ts',
    'T-C21': RUNS_APART,
    'T-C22': 'belongs to the pages, which read published measurements only: test/e2e/data.spec.ts',
  },
})

/** A folder with two exports, of which one has several pages, or one. */
async function startFolder({ few } = { few: false }): Promise<Upstream> {
  const folder = testFolder()
  const incidents = Array.from({ length: few ? 8 : 1100 }, (_, index) =>
    anExportedIncident(`old-${index}`),
  )
  const recent = [anExportedIncident('new-0', { status: 'open' })]
  let writings = 0
  const write = () => {
    writings += 1
    // The same in every start: the time of a file is part of its cursor.
    const at = new Date(Date.UTC(2026, 4, 1) + writings * 1000)
    for (const [name, data] of Object.entries({ old: incidents, recent })) {
      const path = join(folder, `${name}.json`)
      writeFileSync(path, JSON.stringify({ data }))
      utimesSync(path, at, at)
    }
  }
  write()
  return {
    collect: (db, { now = RUN_AT, signal, guard } = {}) =>
      collectOpsgenie(db, folder, {
        now,
        complete: true,
        ...(signal && { context: { signal } }),
        ...(guard && { guard }),
      }),
    tables: ['incidents'],
    lose: () => rmSync(folder, { recursive: true }),
    evolve: (choice) => {
      if (choice % 2 === 0) recent.push(anExportedIncident(`new-${recent.length}`))
      else recent[0] = anExportedIncident('new-0', { priority: `P${choice}` })
      write()
    },
    remove: (choice) => {
      incidents.splice(choice % Math.max(1, incidents.length), 1)
      write()
    },
    swell: () => swellFile(join(folder, 'old.json')),
    write: (text) => {
      recent.push(anExportedIncident('nasty', { message: text, priority: text }))
      write()
    },
  }
}
