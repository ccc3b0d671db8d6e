import { formatCountOf } from '#app/format.ts'
import { sourceState } from '#app/source-state.ts'
import type { SourceHealth } from '#lib/queries/data-health.ts'
import type { GoldenPath } from '#lib/queries/golden-paths.ts'
import type { Band, MetricResult } from '#scorecards/result.ts'

const WELL: ReadonlySet<Band> = new Set(['good', 'good_uncertain'])
const BADLY: ReadonlySet<Band> = new Set(['bad', 'bad_uncertain'])

/** How adoption stands, in a sentence; it counts paths, and makes no score of them. */
export function adoptionSentence(
  paths: readonly GoldenPath[],
  adoption: readonly MetricResult[],
): string {
  const named = (bands: ReadonlySet<Band>) =>
    paths.filter(({ id }) =>
      adoption.some(({ scope, band }) => scope.pathId === id && bands.has(band)),
    )
  const [well, badly] = [named(WELL), named(BADLY)]
  if (adoption.length === 0) return 'Adoption has not been computed for this moment.'
  if (adoption.every(({ value }) => value === null)) {
    return 'Adoption cannot be told of any golden path yet; beside each stands why.'
  }
  const all = formatCountOf(paths.length, 'golden path')
  const first = `Total adoption is on track on ${well.length} of ${all}`
  if (badly.length === 0) return `${first}, and off track on none.`
  return `${first}, and off track on ${listed(badly.map(({ name }) => name))}.`
}

/** What limits every figure of the page; null when nothing does. */
export function caveatSentence(
  adoption: readonly MetricResult[],
  sources: readonly SourceHealth[],
  now: Date,
): string | null {
  const unknown = Math.max(0, ...adoption.map(({ nUnknown }) => nUnknown))
  const failed = sources.filter((source) => sourceState(source, now).verdict.tone === 'bad')
  const parts = [
    ...(unknown > 0
      ? [`of up to ${formatCountOf(unknown, 'team')} on a path too little is known to count them`]
      : []),
    ...(failed.length > 0 ? [`${listed(failed.map(({ id }) => id))} could not be read`] : []),
  ]
  return parts.length === 0 ? null : `But ${parts.join(', and ')}.`
}

const list = new Intl.ListFormat('en-GB', { type: 'conjunction' })
const listed = (names: readonly string[]) => list.format(names)
