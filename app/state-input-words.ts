import { z } from 'zod'
import { formatCountOf, formatPercent } from '#app/format.ts'

/** What the adoption state machine looked at in one week, as it stored it. */
const Inputs = z.object({
  eligibility: z.string(),
  eligibilityReason: z.string().nullish(),
  exception: z.string(),
  useCoverage: z.number(),
  activityCoverage: z.number(),
  attempts28: z.number(),
  uses28: z.number(),
  uses91: z.number(),
  activities28: z.number(),
  activities91: z.number(),
  weeks91: z.number(),
})
type Inputs = z.output<typeof Inputs>

/**
 * What a rule saw, in words: why a path is or may not be for a team, its uses of the path among its
 * work, what was tried, and how much of the time the sources tell. Empty for what is stored otherwise.
 */
export function inputWords(stored: Readonly<Record<string, unknown>>): string {
  const { data: inputs } = Inputs.safeParse(stored)
  if (inputs === undefined) return ''
  return [...standing(inputs), ...work(inputs), ...coverage(inputs)].join('; ')
}

function standing({ eligibility, eligibilityReason, exception }: Inputs): string[] {
  return [
    ...(eligibility === 'eligible' || eligibilityReason == null ? [] : [eligibilityReason]),
    ...(exception === 'full' ? ['an exception for the whole team'] : []),
  ]
}

function work(inputs: Inputs): string[] {
  const { eligibility, attempts28, uses28, uses91, activities28, activities91, weeks91 } = inputs
  if (eligibility === 'not_eligible') return []
  const within = (uses: number, all: number, days: number) =>
    all === 0
      ? `no work in scope in ${days} days`
      : `${formatCountOf(uses, 'use')} of the path among ${formatCountOf(all, 'piece')} of work in ${days} days`
  const weeks = weeks91 === 0 ? '' : `, in ${formatCountOf(weeks91, 'week')} of them`
  return [
    within(uses28, activities28, 28),
    `${within(uses91, activities91, 91)}${weeks}`,
    ...(attempts28 > uses28 ? [`${formatCountOf(attempts28, 'attempt')} in 28 days`] : []),
  ]
}

function coverage({ useCoverage, activityCoverage }: Inputs): string[] {
  const covered = Math.min(useCoverage, activityCoverage)
  return covered < 1 ? [`${formatPercent(covered, null)} of 28 days covered`] : []
}
