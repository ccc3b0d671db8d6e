import { formatCountOf, formatDay } from '#app/format.ts'
import type { EligibilityRule } from '#lib/golden-path.ts'
import type { Mandate } from '#lib/queries/mandates.ts'

/** Who a path is for, in words: `services with workload http, of teams checkout or search`. */
export function eligibilityWords(rule: EligibilityRule): string {
  const conditions = [
    ...listed('with workload', rule.workload),
    ...listed('in lifecycle', rule.lifecycle),
    ...listed('of tier', rule.tier),
    ...listed('written in', rule.language),
    ...listed('of team', rule.teams),
    ...listed('named', rule.services),
    ...(rule.file === undefined ? [] : [`whose repository holds ${rule.file}`]),
  ]
  const except = listed('except', rule.exceptServices)
  const who = conditions.length === 0 ? 'every service' : `services ${conditions.join(', and ')}`
  return [who, ...except].join(', ')
}

function listed(words: string, values: readonly string[] | undefined): string[] {
  return values === undefined ? [] : [`${words} ${values.join(' or ')}`]
}

/** More than these are counted, not named: the table of teams tells who they are. */
const MOST_NAMED = 4

function teamWords(scope: Mandate['scope']): string {
  if (scope === 'all') return 'all teams'
  return scope.length > MOST_NAMED ? formatCountOf(scope.length, 'team') : scope.join(', ')
}

/** A mandate in words, with its dates. */
export function mandateWords(mandate: Mandate): string {
  const what =
    mandate.kind === 'interface' ? 'Mandate to use this path' : 'Mandate for an outcome, not a tool'
  const who = `for ${teamWords(mandate.scope)}`
  const ended = mandate.endedAt === null ? '' : `, ended ${formatDay(mandate.endedAt)}`
  const announced = `announced ${formatDay(mandate.announcedAt)}`
  return `${what} ${who}: ${announced}, in force from ${formatDay(mandate.effectiveAt)}${ended}`
}
