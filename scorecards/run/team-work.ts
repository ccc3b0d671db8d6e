import { listLedgers, writeLedgers } from '#db/ledgers.ts'
import type { TeamWeeks, Weeks } from '#scorecards/adoption/weekly-counts.ts'
import { encodeTally, type TallyEntry, toTeamWork } from '#scorecards/adoption/work-tally.ts'
import type { Session } from '#scorecards/run/session.ts'
import { type PathWork, readTallies } from '#scorecards/run/work.ts'

const TEAM_WORK = 'team_work'
const TEAM_SUBJECTS = 'team_subjects'

/**
 * The work of every team on a path week by week, those whose work changed summed up anew from the
 * subjects that name them.
 */
export async function updateTeamWork(
  session: Session,
  pathId: string,
  { tallies, changed }: PathWork,
  weeks: Weeks,
): Promise<Map<string, TeamWeeks>> {
  const subjects = await listSubjects(session, pathId)
  const touched = new Set(changed.keys())
  for (const [subject, entries] of tallies) {
    const named = new Set(entries.map(({ team }) => team))
    for (const team of touched) {
      const own = subjects.get(team) ?? new Set()
      if (named.has(team)) own.add(subject)
      else own.delete(subject)
      subjects.set(team, own)
    }
  }
  const sums = await sumUp(session, pathId, tallies, subjects, touched)
  await session.write(async (tx) => {
    const encode = (ids: ReadonlySet<string> | undefined) =>
      ids === undefined || ids.size === 0 ? null : toBytes([...ids].toSorted())
    const kind = { kind: TEAM_SUBJECTS, pathId }
    await writeLedgers(
      tx,
      session.run,
      kind,
      new Map([...touched].map((team) => [team, encode(subjects.get(team))])),
    )
    await writeLedgers(
      tx,
      session.run,
      { kind: TEAM_WORK, pathId },
      new Map([...sums].map(([team, own]) => [team, own.length === 0 ? null : encodeTally(own)])),
    )
  })
  return readTeamWork(session, pathId, weeks)
}

async function listSubjects(session: Session, pathId: string): Promise<Map<string, Set<string>>> {
  const stored = await listLedgers(session.db, { kind: TEAM_SUBJECTS, pathId }, { isWriter: true })
  const decoder = new TextDecoder()
  return new Map(
    [...stored].map(([team, bytes]) => [team, new Set(JSON.parse(decoder.decode(bytes)))]),
  )
}

/** By team; entries of several subjects stand side by side. */
async function sumUp(
  session: Session,
  pathId: string,
  tallies: ReadonlyMap<string, readonly TallyEntry[]>,
  subjects: ReadonlyMap<string, ReadonlySet<string>>,
  teams: ReadonlySet<string>,
): Promise<Map<string, TallyEntry[]>> {
  const needed = new Set([...teams].flatMap((team) => [...(subjects.get(team) ?? [])]))
  const missing = [...needed].filter((subject) => !tallies.has(subject))
  const read = await readTallies(session.db, pathId, missing)
  const sums = new Map<string, TallyEntry[]>([...teams].map((team) => [team, []]))
  for (const subject of [...needed].toSorted()) {
    for (const entry of tallies.get(subject) ?? read.get(subject) ?? []) {
      sums.get(entry.team)?.push(entry)
    }
  }
  return sums
}

const readTeamWork = async ({ db }: Session, pathId: string, weeks: Weeks) =>
  toTeamWork(await listLedgers(db, { kind: TEAM_WORK, pathId }, { isWriter: true }), weeks)

const toBytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))
