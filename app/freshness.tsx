import { formatCountOf } from '#app/format.ts'
import { Link } from '#app/link.tsx'
import { StatusShape } from '#app/shape.tsx'
import { type SourceState, sourceState } from '#app/source-state.ts'
import { VerdictWord } from '#app/state-word.tsx'
import { hrefOf, type View } from '#app/view.ts'
import type { SourceHealth } from '#lib/queries/data-health.ts'

type Named = SourceState & { readonly id: string }

/** How far the facts reach, the worst source first. A late one is named, not hidden. */
export function Freshness({
  sources,
  view,
  now,
}: {
  sources: readonly SourceHealth[]
  view: View
  now: Date
}) {
  const states = sources
    .map((source): Named => ({ id: source.id, ...sourceState(source, now) }))
    .toSorted((a, b) => a.rank - b.rank)
  if (states.length === 0) return null
  return (
    <>
      <button type="button" className="control" popoverTarget="sources-panel" data-key=".">
        <span className="flex gap-0.5" aria-hidden="true">
          {states.map(({ id, verdict }) => (
            <span key={id} className={`tone-${verdict.tone}`}>
              <StatusShape shape={verdict.shape} />
            </span>
          ))}
        </span>
        {freshnessWords(states)}
      </button>
      <section id="sources-panel" popover="auto" className="panel" aria-label="Freshness">
        <p className="eyebrow">Sources, those that need a look first</p>
        <ul aria-label="Sources" className="sources">
          {states.map(({ id, verdict, sentence }) => (
            <li key={id}>
              <Link href={`${hrefOf(view, '/data')}#source-${id}`}>{id}</Link>{' '}
              <VerdictWord verdict={verdict} /> <span className="note">{sentence}</span>
            </li>
          ))}
        </ul>
      </section>
    </>
  )
}

/** `all 7 sources on time`, `2 of 7 sources need a look`. */
function freshnessWords(states: readonly Named[]): string {
  const late = states.filter(({ verdict }) => verdict.tone !== 'good').length
  return late === 0
    ? `all ${formatCountOf(states.length, 'source')} on time`
    : `${late} of ${formatCountOf(states.length, 'source')} need a look`
}
