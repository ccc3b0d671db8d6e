import { type Change, changeOf } from '#app/change.ts'
import { definitionOf } from '#app/definitions.ts'
import { ChangeWords } from '#app/figure.tsx'
import { Link } from '#app/link.tsx'
import type { MeasuredMetric } from '#app/measured.ts'
import { metricAddress, type View } from '#app/view.ts'

interface Movement {
  readonly one: MeasuredMetric
  readonly change: Change
  /** Of the value before. */
  readonly size: number
}

const MOST = 5

/** What moved most since the moment compared with: for the better, and for the worse. */
export function Movements({
  measured,
  names,
  view,
}: {
  measured: readonly MeasuredMetric[]
  names: ReadonlyMap<string, string>
  view: View
}) {
  const moved = measured
    .flatMap((one): Movement[] => {
      const { direction } = definitionOf(one.result.metricId)
      const change = changeOf(one.result, one.before, direction)
      if (change === null || change.arrow === null) return []
      return [{ one, change, size: sizeOf(one) }]
    })
    .toSorted((a, b) => b.size - a.size)
  if (moved.length === 0) {
    return <p className="note">Nothing can be compared with the quarter before.</p>
  }
  const lists = [
    { name: 'For the better', own: moved.filter(({ change }) => change.arrow === 'up') },
    { name: 'For the worse', own: moved.filter(({ change }) => change.arrow === 'down') },
  ]
  return (
    <div className="two-figures">
      {lists.map(({ name, own }) => (
        <div key={name}>
          <h3>{name}</h3>
          {own.length === 0 && <p className="note">Nothing.</p>}
          <ol className="movements">
            {own.slice(0, MOST).map(({ one: { result }, change }) => (
              <li key={`${result.metricId} ${result.scope.pathId}`}>
                <Link href={metricAddress(view, result.metricId, result.scope)}>
                  {definitionOf(result.metricId).name}
                </Link>
                , {names.get(result.scope.pathId ?? '') ?? 'all'}
                <ChangeWords change={change} />
              </li>
            ))}
          </ol>
        </div>
      ))}
    </div>
  )
}

/** Shares by points, others by their part of the value before. */
function sizeOf({ result, before }: MeasuredMetric): number {
  const [now, then] = [result.value ?? 0, before?.value ?? 0]
  const difference = Math.abs(now - then)
  return result.unit.startsWith('fraction') || then === 0 ? difference : difference / Math.abs(then)
}
