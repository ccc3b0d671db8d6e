import { formatDay } from '#app/format.ts'
import { Link } from '#app/link.tsx'
import { StateWord } from '#app/state-word.tsx'
import { StateStrip } from '#app/teams/[team]/state-strip.tsx'
import { hrefOf, type View } from '#app/view.ts'
import { adoptionWord, flagWord, originWord, ruleWord } from '#app/words.ts'
import type { GoldenPath } from '#lib/queries/golden-paths.ts'
import type { StateRun } from '#lib/queries/state-runs.ts'
import type { TeamState } from '#lib/queries/states.ts'

/** A team on one path: where it stands, why, its figures and its history. */
export function TeamPath({
  path,
  state,
  runs,
  view,
  children,
}: {
  path: GoldenPath
  /** Undefined: never scored. */
  state: TeamState | undefined
  runs: readonly StateRun[]
  view: View
  /** Its figures. */
  children: React.ReactNode
}) {
  return (
    <article className="team-path" aria-labelledby={`path-${path.id}`}>
      <div className="stack">
        <h3 id={`path-${path.id}`}>
          <Link href={hrefOf(view, `/golden-paths/${path.id}`)}>{path.name}</Link>
        </h3>
        {state === undefined ? (
          <p className="note">not scored yet</p>
        ) : (
          <Standing state={state} run={runs.at(-1)} />
        )}
      </div>
      <div className="stack">
        <StateStrip runs={runs} title={path.name} />
        <div className="team-figures">{children}</div>
      </div>
    </article>
  )
}

function Standing({ state, run }: { state: TeamState; run: StateRun | undefined }) {
  const origin = originWord(state.origin)
  return (
    <>
      <p>
        <StateWord word={adoptionWord(state.state)} />
      </p>
      <p className="small">
        {run !== undefined && `since ${formatDay(run.first)}`}
        {origin !== '' && `, ${origin}`}
        {state.currentlyMandated && '; a mandate is in force'}
      </p>
      <p className="note">{[ruleWord(state.rule), ...state.flags.map(flagWord)].join('; ')}</p>
    </>
  )
}
