import { REQUEST_TYPES } from '#lib/request-types.ts'
import { cohortRetention, WEEKS } from '#scorecards/metrics/cohort-retention.ts'
import { commentThemeShare } from '#scorecards/metrics/comment-theme-share.ts'
import { funnelConversion, STAGES } from '#scorecards/metrics/funnel-conversion.ts'
import { LINK_TYPES, linkageRate } from '#scorecards/metrics/linkage-rate.ts'
import { supportRequestMix } from '#scorecards/metrics/support-request-mix.ts'
import { THEMES } from '#scorecards/survey/answers.ts'

type Names = Readonly<Record<string, RegExp | readonly (string | number)[]>>

/** What names the cells of a metric that is a table, by its id. */
const CELL_NAMES: Readonly<Record<string, Names>> = {
  [cohortRetention.definition.id]: { cohort: /^(all|\d{4}-\d\d-\d\d)$/, weeks: WEEKS },
  [funnelConversion.definition.id]: { step: STAGES.slice(1) },
  [supportRequestMix.definition.id]: { type: REQUEST_TYPES },
  [commentThemeShare.definition.id]: { theme: THEMES },
  [linkageRate.definition.id]: { linkType: LINK_TYPES },
}

/** What is wrong with the name of a cell, one line for each part; none where there may be such a cell. */
export function listCellFaults(
  metricId: string,
  cell: Readonly<Record<string, unknown>>,
): string[] {
  const names = CELL_NAMES[metricId] ?? {}
  return Object.entries(cell).flatMap(([part, name]) => {
    const known = names[part]
    if (known === undefined) return [`${metricId} has no cells by ${part}`]
    if (known instanceof RegExp) return known.test(String(name)) ? [] : [`${part}: no "${name}"`]
    const isKnown = known.some((one) => one === name)
    return isKnown ? [] : [`${part}: no "${name}"; known are ${known.join(', ')}`]
  })
}
