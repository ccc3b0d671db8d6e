import { metricName } from '#app/definitions.ts'
import type { MeasuredMetric } from '#app/measured.ts'
import { VerdictMark } from '#app/state-word.tsx'
import { readResult } from '#app/status.ts'

/** What must be read beside a number; a good number with a bad one beside it is contested. */
export function Guardrails({
  ids,
  results,
}: {
  ids: readonly string[]
  results: ReadonlyMap<string, MeasuredMetric>
}) {
  if (ids.length === 0) return null
  return (
    <p className="note guardrails">
      Read beside:{' '}
      {ids.map((id, index) => {
        const result = results.get(id)?.result
        const reading = result && readResult(result)
        return (
          <span key={id}>
            {index > 0 && ', '}
            {metricName(id)}
            {reading?.hasFigure && (
              <>
                {' '}
                {reading.figure}{' '}
                {reading.verdict !== null && <VerdictMark verdict={reading.verdict} />}
              </>
            )}
          </span>
        )
      })}
    </p>
  )
}
