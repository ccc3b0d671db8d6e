import { untilWritten } from '#app/database.ts'
import { dayOf, type View } from '#app/view.ts'
import { findWithin, type Within } from '#app/within.ts'
import { listTeams, type Team } from '#lib/queries/teams.ts'

/** Teams as they stood then. */
export const teamsOf = (view: View): Promise<Team[]> => untilWritten(listTeams, dayOf(view.at))

/** What the address limits a view to; null: the whole organisation. Undefined: nobody knows it. */
export async function withinOf(view: View): Promise<Within | null | undefined> {
  return view.within === null ? null : findWithin(await teamsOf(view), view.within)
}
