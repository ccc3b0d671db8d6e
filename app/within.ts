import type { Team } from '#lib/queries/teams.ts'

/** The teams that a view is limited to. */
export interface Within {
  /** As an address says it: `group:payments`. */
  readonly text: string
  readonly name: string
  readonly teamIds: ReadonlySet<string>
}

/** One team, or a group: a team with those below it, however deep. Undefined: nobody knows it. */
export function findWithin(teams: readonly Team[], text: string): Within | undefined {
  const [, kind, id = ''] = /^(team|group):(.+)$/.exec(text) ?? []
  const own = teams.find((team) => team.id === id)
  if (kind === 'team') return own && { text, name: own.name, teamIds: new Set([id]) }
  const teamIds = new Set([id])
  // A set hands out what is added while it is walked; a team that is its own ancestor is met once.
  for (const parent of teamIds) {
    for (const team of teams) if (team.parentId === parent) teamIds.add(team.id)
  }
  return teamIds.size === 1 ? undefined : { text, name: own?.name ?? id, teamIds }
}

/** Ids and names of all that have teams below them, by name. */
export function listGroups(
  teams: readonly Team[],
): { readonly id: string; readonly name: string }[] {
  const names = new Map(teams.map(({ id, name }) => [id, name]))
  const ids = new Set(teams.flatMap(({ parentId }) => parentId ?? []))
  return [...ids]
    .map((id) => ({ id, name: names.get(id) ?? id }))
    .toSorted((a, b) => a.name.localeCompare(b.name, 'en'))
}

/** Whether a row belongs into a view; what is of no team belongs to the whole organisation only. */
export const isWithin = (within: Within | null | undefined, teamId: string | null): boolean =>
  within == null || (teamId !== null && within.teamIds.has(teamId))
