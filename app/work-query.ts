import { daysBefore } from '#lib/period.ts'
import type { Activity } from '#lib/queries/activities.ts'

/** Work of nobody, or that the path was not meant for, is in no count of a team. */
const OUT_OF_SCOPE: ReadonlySet<string> = new Set([
  'excluded:unowned',
  'excluded:not_eligible',
  'excluded:eligibility_unknown',
])

/**
 * The rows that an evidence id such as `activities?team=payments&days=28&mechanism=path` names,
 * in the days before `end`. Null when it is no such query, but a team.
 */
export function selectWork(
  activities: readonly Activity[],
  id: string,
  end: Date,
): Activity[] | null {
  const [table, terms] = id.split('?')
  if (table !== 'activities' || terms === undefined) return null
  const query = new URLSearchParams(terms)
  const from = daysBefore(end, Number(query.get('days')))
  return activities.filter(
    (one) => one.team === query.get('team') && one.at >= from && one.at < end && meets(one, query),
  )
}

function meets(one: Activity, query: URLSearchParams): boolean {
  if (OUT_OF_SCOPE.has(one.set)) return false
  const mechanism = query.get('mechanism')
  const successful = query.get('successful')
  return (
    (mechanism === null || mechanism === kindOf(one)) &&
    (successful === null || (successful === 'true') === (one.result === 'success'))
  )
}

function kindOf({ set, mechanism }: Activity): string {
  return set === 'excluded:exempt' ? 'exempt' : (mechanism ?? 'unknown')
}
