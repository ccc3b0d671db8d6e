import { rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { acceptance, RUN_AT, type Upstream } from '#test/collectors/acceptance.ts'
import { localSkips } from '#test/collectors/local-skips.ts'
import { collectFolder, swellFile, testFolder } from '#test/support/files.ts'

// A skip says why the test does not apply to this collector, and where its matter is tested.
acceptance({
  name: 'files',
  start: startFolder,
  skips: {
    ...localSkips('files are read from a folder, nobody is asked'),
    'T-C04': 'a cursor is a place in a file, not a time',
    'T-C09':
      'a file that changes is read from the beginning: test/collectors/files/collector.test.ts',
    'T-C10': 'rows have no order in time, all of a file are read',
    'T-C11': 'no clock but that of this machine is involved',
    'T-C12': 'an id in a file is the id; another one is another row',
    'T-C13': 'a row of another shape is put aside: test/collectors/files/collector.test.ts',
  },
})

const ROWS = 4500

/** A folder with several pages of deployments, or a few, and who owns what. */
async function startFolder({ few } = { few: false }): Promise<Upstream> {
  const folder = testFolder()
  const teams = [['clay', 'Clay']]
  const deployments = Array.from({ length: few ? 20 : ROWS }, (_, index) => toDeployment(index))
  let writings = 0
  const write = () => {
    writings += 1
    // The same in every start: the time of a file is part of its cursor.
    const at = new Date(Date.UTC(2026, 4, 1) + writings * 1000)
    const files = {
      'teams.csv': toCsv(['id', 'name'], teams),
      'deployments.csv': toCsv(HEADERS, deployments),
    }
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(folder, name), text)
      utimesSync(join(folder, name), at, at)
    }
  }
  write()
  return {
    collect: (db, { now = RUN_AT, signal, guard } = {}) =>
      collectFolder(db, folder, { now, ...(signal && { signal }), ...(guard && { guard }) }),
    tables: ['teams', 'deployments'],
    lose: () => rmSync(folder, { recursive: true }),
    evolve: (choice) => {
      const place = choice % 3
      if (place === 0) deployments.push(toDeployment(deployments.length))
      else if (place === 1) teams.push([`team-${teams.length}`, `Team ${choice}`])
      else {
        const changed = choice % deployments.length
        deployments[changed] = toDeployment(changed, 'failure')
      }
      write()
    },
    // What is not of events is read as a whole.
    swell: () => swellFile(join(folder, 'teams.csv')),
    write: (text) => {
      teams.push(['nasty', text])
      write()
    },
  }
}

const HEADERS = ['id', 'service_id', 'environment', 'created_at', 'finished_at', 'outcome']

function toDeployment(index: number, outcome = 'success'): string[] {
  const at = new Date(Date.UTC(2026, 0, 1) + index * 60_000).toISOString()
  return [`d-${index}`, 'shop', 'production', at, at, outcome]
}

const toCsv = (headers: readonly string[], rows: readonly (readonly string[])[]) =>
  [headers, ...rows].map((row) => `${row.map(quote).join(',')}\n`).join('')

const quote = (text: string) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
