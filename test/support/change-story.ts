import type { Database } from '#db/connection.ts'
import { scoreAll } from '#scorecards/run.ts'
import {
  addChanges,
  addEvidence,
  addException,
  addPath,
  addService,
  addTeam,
  day,
} from '#test/support/adoption.ts'

/** The two week ends that are held against each other. */
export const BEFORE = '2026-02-02'
export const AFTER = '2026-05-11'

const tuesdays = (monday: string, count: number) =>
  Array.from({ length: count }, (_, week) =>
    new Date(Date.parse(monday) + (week * 7 + 1) * 86_400_000).toISOString().slice(0, 10),
  )

/**
 * Four teams stay on a path, `moved` comes to it and `left` is excepted from it; `dark` is no longer
 * read, and `fresh` begins beside it. 6 of 7 before, 5 of 6 after.
 */
export async function addMovingTeams(db: Database): Promise<void> {
  await addPath(db)
  for (const team of ['a', 'b', 'c', 'd', 'moved', 'left', 'dark']) {
    await addTeam(db, team)
    const to = team === 'dark' ? '2026-02-09' : '2026-06-01'
    await addService(db, team, { team, covered: { from: '2025-10-06', to } })
    const from = team === 'moved' ? '2026-02-03' : '2025-10-06'
    if (team === 'moved') await addEvidence(db, team, { from: '2025-10-06', presence: 'absent' })
    await addEvidence(db, team, { from })
    await addChanges(db, team, tuesdays('2026-01-05', 18))
  }
  await addTeam(db, 'fresh', { active_from: day('2026-02-10') })
  await addService(db, 'fresh', { team: 'fresh', created_at: day('2026-02-10') })
  await addEvidence(db, 'fresh', { from: '2026-02-10', presence: 'absent' })
  await addChanges(db, 'fresh', tuesdays('2026-02-16', 12))
  await addException(db, { team_id: 'left', decided_at: day('2026-02-10') })
  await scoreAll(db, { now: new Date(`${AFTER}T10:00:00Z`) })
}

/**
 * By hand. Those in both went from 4 of 5 to 5 of 5: a fifth, all of it `moved`. `fresh` pulls the
 * later figure down from 1 to 5/6; `left` and `dark` had pulled up the earlier, each 1/7 of the
 * distance from 4/5 to 1.
 */
export const MOVING_PARTS = {
  newcomers: -1 / 6,
  leavers: -1 / 35,
  rate: 1 / 5,
  mix: 0,
  dataGaps: -1 / 35,
  definition: 0,
  unexplained: 0,
}
export const MOVING_DIFFERENCE = 5 / 6 - 6 / 7
