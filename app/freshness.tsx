import { type AsOf, at } from '#app/as-of.ts'
import { Link } from '#app/link.tsx'
import { sourceState } from '#app/source-state.ts'
import { VerdictWord } from '#app/state-word.tsx'
import type { SourceHealth } from '#lib/queries/data-health.ts'

/** How far the facts reach, the worst source first. A late one is named, not hidden. */
export function Freshness({
  sources,
  asOf,
  now,
}: {
  sources: readonly SourceHealth[]
  asOf: AsOf
  now: Date
}) {
  const states = sources
    .map((source) => ({ id: source.id, ...sourceState(source, now) }))
    .toSorted((a, b) => a.rank - b.rank)
  if (states.length === 0) return <p className="note">No source is configured.</p>
  return (
    <ul className="plain sources" aria-label="Sources">
      {states.map(({ id, verdict, sentence }) => (
        <li key={id}>
          <Link href={`${at(asOf, '/data')}#source-${id}`}>{id}</Link>
          <VerdictWord verdict={verdict} />
          <span className="note">{sentence}</span>
        </li>
      ))}
    </ul>
  )
}
