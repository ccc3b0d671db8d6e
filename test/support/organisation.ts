import { join } from 'node:path'
import { writeFiles } from '#test/support/cli.ts'
import { aHistory, fetchedAt } from '#test/support/git.ts'

/** The thirteen Tuesdays before `AS_OF`: every repository has one change at 09:00 of each. */
const TUESDAYS = [
  '2025-04-01',
  '2025-04-08',
  '2025-04-15',
  '2025-04-22',
  '2025-04-29',
  '2025-05-06',
  '2025-05-13',
  '2025-05-20',
  '2025-05-27',
  '2025-06-03',
  '2025-06-10',
  '2025-06-17',
  '2025-06-24',
]

/** A Monday, until which everything but one clone was read. */
export const AS_OF = '2025-06-30'

/** Team, its one service, and the number of the change from which on its repository is on the path. */
const TEAMS = [
  { team: 'shop', service: 'basket', joins: 1 },
  { team: 'sales', service: 'orders', joins: 3 },
  { team: 'find', service: 'search', joins: null },
  { team: 'post', service: 'mail', joins: 1 },
]

/** Its clone was not fetched after this Monday, and has one change. */
const SILENT = { service: 'mail', since: '2025-04-07' }

/**
 * An organisation small enough to be counted by hand. The path `starter` is one file; `sales` was
 * told to use it. The path `rooms` hands out environments: shop asked for six, of which five were
 * usable after 10, 20, 30⅓, 40 and 50 minutes and one never.
 */
export function writeOrganisation(folder: string): string {
  for (const { service, joins } of TEAMS)
    writeClone(join(folder, 'clones', service), service, joins)
  return writeFiles(folder, {
    'desirepath.yaml': CONFIGURATION,
    'catalog/teams.csv': toCsv(
      ['id', 'name'],
      TEAMS.map(({ team }) => [team, team]),
    ),
    'catalog/services.csv': toCsv(
      ['id', 'name', 'team_id', 'repository_id'],
      TEAMS.map(({ team, service }) => [service, service, team, `local/${service}`]),
    ),
    'requests/provisioning_requests.csv': toCsv(REQUEST_HEADERS, REQUESTS),
  })
}

const CONFIGURATION = `organisation: { name: Acme }
catalog: [{ source: files, path: ./catalog }]
goldenPaths:
  - id: starter
    name: Starter
    availableSince: 2025-04-01
    evidence: [{ kind: file-present, path: paved.yml }]
    mandates:
      - { kind: interface, announced: 2025-03-03, effective: 2025-05-01, scope: [sales] }
  - id: rooms
    name: Rooms
    availableSince: 2025-04-01
    work: provisioning
    mandates: []
sources:
  - { id: clones, kind: git, repositories: ./clones/* }
  - { id: requests, kind: files, path: ./requests, covers: { from: 2025-04-01, to: ${AS_OF} } }
`

function writeClone(folder: string, service: string, joins: number | null): void {
  const history = aHistory()
  const until = service === SILENT.service ? SILENT.since : AS_OF
  for (const [index, day] of TUESDAYS.filter((one) => one < until).entries()) {
    const paved = index + 1 === joins ? { 'paved.yml': 'yes' } : {}
    history.commit({ at: `${day}T09:00:00Z`, files: { 'src/main.ts': `${day}`, ...paved } })
  }
  fetchedAt(history.writeTo(folder), `${until}T00:00:00Z`)
}

const REQUEST_HEADERS = ['id', 'team_id', 'path_id', 'requested_at', 'usable_at', 'result']
const REQUESTS = [
  ['r1', 'shop', 'rooms', '2025-06-02T08:00:00Z', '2025-06-02T08:10:00Z', 'usable'],
  ['r2', 'shop', 'rooms', '2025-06-03T08:00:00Z', '2025-06-03T08:20:00Z', 'usable'],
  ['r3', 'shop', 'rooms', '2025-06-04T08:00:00Z', '2025-06-04T08:30:20Z', 'usable'],
  ['r4', 'shop', 'rooms', '2025-06-05T08:00:00Z', '2025-06-05T08:40:00Z', 'usable'],
  ['r5', 'shop', 'rooms', '2025-06-06T08:00:00Z', '2025-06-06T08:50:00Z', 'usable'],
  ['r6', 'shop', 'rooms', '2025-06-09T08:00:00Z', '', 'open'],
]

const toCsv = (headers: readonly string[], rows: readonly (readonly string[])[]) =>
  [headers, ...rows].map((row) => `${row.join(',')}\n`).join('')
