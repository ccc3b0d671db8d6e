import { HiddenFields } from '#app/hidden-fields.tsx'
import type { View } from '#app/view.ts'
import { listGroups, type Within } from '#app/within.ts'
import type { Team } from '#lib/queries/teams.ts'

/** So many names fit a list that one looks through; of more only those of the group are offered. */
const MOST_TEAMS = 100

/** Whose teams are listed: the whole organisation, a group, one team. */
export function WithinPicker({
  view,
  within,
  teams,
}: {
  view: View
  within: Within | null | undefined
  teams: readonly Team[]
}) {
  const groups = listGroups(teams)
  const near = teams.filter(({ id }) => within?.teamIds.has(id))
  const offered = teams.length <= MOST_TEAMS ? teams : near
  return (
    <>
      <button type="button" className="control" popoverTarget="within-panel">
        {within?.name ?? 'all teams'}
      </button>
      <section id="within-panel" popover="auto" className="panel" aria-label="Teams">
        <form className="flex flex-wrap items-center gap-2" action={view.address}>
          <HiddenFields view={view} asks="in" />
          <label htmlFor="within">Teams of</label>
          <select id="within" className="field" name="in" defaultValue={within?.text ?? ''}>
            <option value="">the whole organisation</option>
            <Options label="Groups" kind="group" of={groups} />
            <Options label="Teams" kind="team" of={offered} />
          </select>
          <button type="submit" className="control">
            Show
          </button>
        </form>
      </section>
    </>
  )
}

function Options({
  label,
  kind,
  of,
}: {
  label: string
  kind: string
  of: readonly Pick<Team, 'id' | 'name'>[]
}) {
  if (of.length === 0) return null
  return (
    <optgroup label={label}>
      {of.map(({ id, name }) => (
        <option key={id} value={`${kind}:${id}`}>
          {name}
        </option>
      ))}
    </optgroup>
  )
}
