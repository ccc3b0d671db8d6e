import { formatCountOf } from '#app/format.ts'
import { StateShape } from '#app/shape.tsx'
import { USAGE_ORDER, usageWord } from '#app/words.ts'
import type { UsageRow } from '#lib/queries/usage.ts'

/** How many services are in which state, and on which version. */
export function VersionSummary({ usage }: { usage: readonly UsageRow[] }) {
  const byState = Map.groupBy(usage, ({ state }) => state)
  const versions = Map.groupBy(
    usage.filter(({ version }) => version !== null),
    ({ version }) => version ?? '',
  )
  const largestFirst = [...versions].toSorted(
    ([a, x], [b, y]) => y.length - x.length || a.localeCompare(b, 'en', { numeric: true }),
  )
  return (
    <div className="version-summary">
      <ul className="legend">
        {USAGE_ORDER.flatMap((state) => {
          const count = byState.get(state)?.length ?? 0
          const { word, key } = usageWord(state)
          if (count === 0) return []
          return [
            <li key={state} className={`state key-${key}`}>
              <StateShape name={key} />
              {formatCountOf(count, 'service')} {word.toLowerCase()}
            </li>,
          ]
        })}
      </ul>
      {largestFirst.length > 0 && (
        <p className="small">
          Versions in use:{' '}
          {largestFirst.map(([version, own]) => `${version} (${own.length})`).join(', ')}
        </p>
      )}
    </div>
  )
}
