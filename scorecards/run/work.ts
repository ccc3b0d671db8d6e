import { listWorkFacts, type Workers } from '#db/adoption-facts.ts'
import type { Database, Reader } from '#db/connection.ts'
import { listLedgers, writeLedgers } from '#db/ledgers.ts'
import type { Landscape, Path } from '#scorecards/adoption/landscape.ts'
import type { Agreements } from '#scorecards/adoption/tracks.ts'
import { toUnits, type Unit, workersOf } from '#scorecards/adoption/units.ts'
import { listWork, type Work, type WorkFacts } from '#scorecards/adoption/work.ts'
import { type Feeds, feedsOf } from '#scorecards/adoption/work-coverage.ts'
import {
  decodeTally,
  encodeTally,
  type TallyEntry,
  tallyDifferences,
  tallyWork,
} from '#scorecards/adoption/work-tally.ts'
import type { Plan } from '#scorecards/run/plan.ts'
import type { Session } from '#scorecards/run/session.ts'
import {
  decodeUses,
  differenceOfUses,
  encodeUses,
  type UseLedger,
} from '#scorecards/support/use-ledger.ts'
import { toUses } from '#scorecards/support/uses.ts'

/** Whose work is told apart as a whole: a unit's, or what a team did itself. */
type Subject = `unit:${string}` | `team:${string}`

/** What was told apart anew of one path. */
export interface PathWork {
  /** By subject, what it did; subjects that did nothing are here too. */
  readonly tallies: Map<string, readonly TallyEntry[]>
  /** By team, the weeks in which its work is another than it was. */
  readonly changed: Map<string, Set<number>>
  /** By subject, its work as metrics of support see it, as it is stored; null where there is none. */
  readonly uses: Map<string, Uint8Array | null>
  /** The first and the last moment at which that is another than it was, in milliseconds. */
  usesChanged: { readonly from: number; readonly to: number } | null
}

export interface WorkUpdate {
  /** By path. */
  readonly paths: ReadonlyMap<string, PathWork>
  /** Of all subjects. */
  readonly feeds: readonly Feeds[]
  /** Subjects whose work is told by other sources than before. */
  readonly retold: ReadonlySet<string>
}

/** As many units at a time as bound the memory that their rows need. */
const UNITS_AT_ONCE = 32

/** Tells the work of planned units and teams apart, path by path, and stores it. */
export async function updateWork(
  session: Session,
  landscape: Landscape,
  agreements: Agreements,
  plan: Plan,
): Promise<WorkUpdate> {
  const units = toUnits(landscape)
  const decoder = new TextDecoder()
  const samples = await listLedgers(session.db, FEEDS, { isWriter: true })
  const stored = new Map([...samples].map(([id, bytes]) => [id, decoder.decode(bytes)]))
  const retold = new Set<string>()
  const paths = new Map<string, PathWork>(landscape.paths.map(({ id }) => [id, nothingDone()]))
  for (const batch of batchesOf(landscape, units, plan)) {
    const facts = await listFactsOf(session.db, batch)
    const ofBatch = new Map<Subject, Feeds>()
    const subjects: Subject[] = []
    for (const [subject, own] of splitBySubject(batch, facts)) {
      subjects.push(subject)
      // Rows of some paths only do not tell of all sources, and nothing that is not planned changed them.
      if (batch.isPlanned) ofBatch.set(subject, feedsOf(own))
      for (const path of batch.paths) {
        const facts = { ...own, exceptions: agreements.exceptions }
        const work = [...ofSubject(subject, listWork(landscape, path, facts))]
        const attempts = own.attempts.filter((row) => row.path_id === path.id)
        const ofPath = paths.get(path.id)
        ofPath?.tallies.set(subject, tallyWork(work, attempts))
        ofPath?.uses.set(subject, toUseSample(work))
      }
    }
    const told = changedFeeds(stored, ofBatch)
    for (const subject of told.keys()) retold.add(subject)
    await store(session, batch.paths, paths, told, subjects)
  }
  if (plan.isFull) await dropUnknown(session, landscape, units, paths)
  // Only `changedFeeds` writes them.
  const feeds = [...stored.values()].map((text) => JSON.parse(text) as Feeds)
  return { paths, feeds, retold }
}

function toUseSample(work: readonly Work[]): Uint8Array | null {
  const uses = toUses(work)
  return uses.length === 0 ? null : encodeUses(uses)
}

const nothingDone = (): PathWork => ({
  tallies: new Map(),
  changed: new Map(),
  uses: new Map(),
  usesChanged: null,
})

interface Batch {
  /** Of those that the plan names, on all paths. */
  readonly isPlanned: boolean
  readonly paths: readonly Path[]
  readonly units: readonly Unit[]
  readonly teams: readonly string[]
}

/** A path that is another as a whole needs the work of everybody, the others only what is planned. */
function* batchesOf(
  landscape: Landscape,
  units: ReadonlyMap<string, Unit>,
  plan: Plan,
): Generator<Batch> {
  const planned = [...units.values()].filter(({ id }) => plan.units.has(id))
  const others = [...units.values()].filter(({ id }) => !plan.units.has(id))
  const whole = landscape.paths.filter(({ id }) => plan.pathsSince.has(id))
  const teams = landscape.teams.map(({ id }) => id)
  yield* inBatches({ isPlanned: true, paths: landscape.paths, units: planned, teams: [] })
  yield* inBatches({
    isPlanned: true,
    paths: landscape.paths,
    units: [],
    teams: teams.filter((id) => plan.teams.has(id)),
  })
  if (whole.length === 0) return
  yield* inBatches({ isPlanned: false, paths: whole, units: others, teams: [] })
  yield* inBatches({
    isPlanned: false,
    paths: whole,
    units: [],
    teams: teams.filter((id) => !plan.teams.has(id)),
  })
}

function* inBatches({ units, teams, ...of }: Batch): Generator<Batch> {
  for (let start = 0; start < units.length; start += UNITS_AT_ONCE) {
    yield { ...of, units: units.slice(start, start + UNITS_AT_ONCE), teams: [] }
  }
  for (let start = 0; start < teams.length; start += UNITS_AT_ONCE) {
    yield { ...of, units: [], teams: teams.slice(start, start + UNITS_AT_ONCE) }
  }
}

function listFactsOf(db: Reader, { paths, units, teams }: Batch): Promise<WorkFacts> {
  const workers: Workers = { ...workersOf(units), teams }
  return listWorkFacts(db, new Set(paths.map(({ rules }) => rules.work)), workers)
}

/** Rows by the subject that they are of. */
function splitBySubject({ units, teams }: Batch, facts: WorkFacts): Map<Subject, WorkFacts> {
  const unitOfService = new Map(
    units.flatMap((unit) => unit.services.map(({ id }) => [id, unit.id] as const)),
  )
  const unitOfRow = (serviceId: string | null) => unitOfService.get(serviceId ?? '')
  const changes = Map.groupBy(facts.changes, (row) => row.repository_id)
  const deployments = Map.groupBy(facts.deployments, (row) => unitOfRow(row.service_id))
  const activities = Map.groupBy(facts.activities, (row) => unitOfRow(row.service_id))
  const requests = Map.groupBy(facts.requests, (row) => row.team_id)
  const attempts = Map.groupBy(facts.attempts, (row) => row.team_id)
  const own = Map.groupBy(
    facts.activities.filter((row) => row.service_id === null),
    (row) => row.team_id,
  )
  return new Map<Subject, WorkFacts>([
    ...units.map(({ id, repositoryId }) => {
      const rows: WorkFacts = {
        changes: changes.get(repositoryId ?? '') ?? [],
        deployments: deployments.get(id) ?? [],
        activities: activities.get(id) ?? [],
        requests: [],
        attempts: [],
      }
      return [`unit:${id}`, rows] as const
    }),
    ...teams.map((id) => {
      const rows: WorkFacts = {
        changes: [],
        deployments: [],
        activities: own.get(id) ?? [],
        requests: requests.get(id) ?? [],
        attempts: attempts.get(id) ?? [],
      }
      return [`team:${id}`, rows] as const
    }),
  ])
}

/** A change may be named after a service of another unit. */
function* ofSubject(subject: Subject, work: Iterable<Work>): Generator<Work> {
  const isTeam = subject.startsWith('team:')
  for (const one of work) if ((one.serviceId === null) === isTeam) yield one
}

const WORK = 'work'
const USES = 'uses'
const FEEDS = { kind: 'feeds' } as const

async function store(
  session: Session,
  paths: readonly Path[],
  work: ReadonlyMap<string, PathWork>,
  feeds: ReadonlyMap<string, Uint8Array>,
  subjects: readonly Subject[],
): Promise<void> {
  await session.write(async (tx) => {
    for (const path of paths) {
      const own = work.get(path.id)
      if (own === undefined) continue
      const kind = { kind: WORK, pathId: path.id }
      const before = await listLedgers(tx, kind, { subjects, isWriter: true })
      await writeLedgers(tx, session.run, kind, changedTallies(own, subjects, before))
      await storeUses(tx, session, path.id, own, subjects)
    }
    await writeLedgers(tx, session.run, FEEDS, feeds)
  })
}

async function storeUses(
  tx: Database,
  session: Session,
  pathId: string,
  work: PathWork,
  subjects: readonly string[],
): Promise<void> {
  const kind = { kind: USES, pathId }
  const before = await listLedgers(tx, kind, { subjects, isWriter: true })
  const samples = new Map<string, Uint8Array | null>()
  for (const subject of subjects) {
    const [was, is] = [before.get(subject), work.uses.get(subject) ?? undefined]
    if (Buffer.compare(was ?? NOTHING, is ?? NOTHING) === 0) continue
    samples.set(subject, is ?? null)
    const span = differenceOfUses(was && decodeUses(was), is && decodeUses(is))
    work.usesChanged = joinedSpan(work.usesChanged, span)
  }
  // They are read again where they are needed.
  work.uses.clear()
  await writeLedgers(tx, session.run, kind, samples)
}

const NOTHING = Buffer.alloc(0)

type Span = PathWork['usesChanged']

const joinedSpan = (a: Span, b: Span): Span =>
  a === null || b === null ? (a ?? b) : { from: Math.min(a.from, b.from), to: Math.max(a.to, b.to) }

/** Work on a path, as the last run left it, published or not. */
export async function readUseLedgers(db: Reader, pathId: string): Promise<UseLedger[]> {
  const stored = await listLedgers(db, { kind: USES, pathId }, { isWriter: true })
  return [...stored.values()].map(decodeUses)
}

/** Of what is another than before, the new samples; notes in which weeks of which teams. */
function changedTallies(
  { tallies, changed }: PathWork,
  subjects: readonly string[],
  before: ReadonlyMap<string, Uint8Array>,
): Map<string, Uint8Array | null> {
  const samples = new Map<string, Uint8Array | null>()
  for (const subject of subjects) {
    const stored = before.get(subject)
    const was = stored === undefined ? [] : decodeTally(stored)
    const is = tallies.get(subject) ?? []
    const differences = tallyDifferences(was, is)
    if (differences.size === 0) continue
    samples.set(subject, is.length === 0 ? null : encodeTally(is))
    for (const [team, weeks] of differences) {
      changed.set(team, new Set([...(changed.get(team) ?? []), ...weeks]))
    }
  }
  return samples
}

/** What is stored of units, teams and paths that are no more. */
async function dropUnknown(
  session: Session,
  landscape: Landscape,
  units: ReadonlyMap<string, Unit>,
  paths: ReadonlyMap<string, PathWork>,
): Promise<void> {
  const isKnown = (subject: string) =>
    subject.startsWith('unit:')
      ? units.has(subject.slice('unit:'.length))
      : landscape.teamById.has(subject.slice('team:'.length))
  for (const [pathId, own] of paths) {
    const kind = { kind: WORK, pathId }
    const stored = await listLedgers(session.db, kind, { isWriter: true })
    const gone = [...stored.keys()].filter((subject) => !isKnown(subject))
    if (gone.length === 0) continue
    for (const subject of gone) own.tallies.set(subject, [])
    await session.write(async (tx) => {
      await writeLedgers(tx, session.run, kind, changedTallies(own, gone, stored))
      await storeUses(tx, session, pathId, own, gone)
    })
  }
}

/** The samples of the subjects that are told by other sources than before; `stored` is brought up to date. */
function changedFeeds(
  stored: Map<string, string>,
  feeds: ReadonlyMap<string, Feeds>,
): Map<string, Uint8Array> {
  const changed = new Map<string, Uint8Array>()
  for (const [subject, own] of feeds) {
    const text = JSON.stringify(own)
    if (stored.get(subject) === text) continue
    stored.set(subject, text)
    changed.set(subject, new TextEncoder().encode(text))
  }
  return changed
}

/** What the subjects of a path did, as it is stored. */
export async function readTallies(
  db: Reader,
  pathId: string,
  subjects: readonly string[],
): Promise<Map<string, readonly TallyEntry[]>> {
  const samples = await listLedgers(db, { kind: WORK, pathId }, { subjects, isWriter: true })
  return new Map([...samples].map(([subject, bytes]) => [subject, decodeTally(bytes)]))
}
