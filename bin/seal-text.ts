import { scopeText, toText, valueText } from '#bin/show-text.ts'
import { count } from '#lib/count.ts'
import type { SealedQuarter } from '#lib/queries/sealed-quarter.ts'
import { cellParameters } from '#scorecards/measurement-row.ts'
import type { Restatement } from '#scorecards/restatement.ts'

/** When it was sealed, and each figure that was restated since, as it was and as it is. */
export function toSealText({ quarter, sealedAt, results, hash, restated }: SealedQuarter): string {
  const withoutValue = results.filter(({ value }) => value === null).length
  return toText([
    `${quarter}: ${count(results.length, 'figure')} sealed on ${sealedAt.toISOString()}, ${withoutValue} of them without a value, SHA-256 ${hash}`,
    restated.length === 0 ? 'none restated since' : `${restated.length} restated since:`,
    ...restated.map(toLine),
  ])
}

function toLine({ was, is }: Restatement): string {
  const cell = Object.values(cellParameters(was)).map(String)
  const subject = [was.metricId, scopeText(was), ...cell].join(', ')
  const now = is === null ? 'told no more' : `now ${valueText(is)}`
  return `  ${subject}: ${valueText(was)}, ${now}`
}
