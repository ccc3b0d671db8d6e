import { withoutFuture } from '#collectors/clock.ts'
import type { FileChange, Step } from '#collectors/evidence/walk.ts'

/**
 * One step for each commit of several histories, oldest first. Every history keeps its own order, whatever
 * the dates of its commits; between histories the earlier comes first. A state is visible from the latest
 * time so far, and none is later than `now`.
 */
export function mergeHistories(histories: readonly (readonly Step[])[], now: Date): Step[] {
  const rests = histories.map((history) => new Rest(toPast(history, now)))
  const merged: Step[] = []
  let latest = 0
  for (;;) {
    const heads = rests.flatMap(({ head }) => head ?? [])
    const ready = heads.filter(({ commit }) => rests.every((rest) => rest.isReadyFor(commit.sha)))
    const [next] = (ready.length > 0 ? ready : heads).toSorted(
      (a, b) => a.commit.at.getTime() - b.commit.at.getTime(),
    )
    if (next === undefined) return merged
    const { sha, at } = next.commit
    const events = rests.flatMap((rest) => rest.take(sha))
    latest = Math.max(latest, at.getTime())
    merged.push({ commit: { sha, at: new Date(latest) }, events })
  }
}

function toPast(history: readonly Step[], now: Date): Step[] {
  const dates = withoutFuture(
    history.map(({ commit }) => commit.at),
    now,
  )
  return history.map(({ commit, events }, place) => ({
    commit: { ...commit, at: dates[place] ?? now },
    events,
  }))
}

/** What of a history is still to come. */
class Rest {
  readonly #history: readonly Step[]
  /** The last place of each commit. */
  readonly #places: ReadonlyMap<string, number>
  #next = 0

  constructor(history: readonly Step[]) {
    this.#history = history
    this.#places = new Map(history.map(({ commit }, place) => [commit.sha, place]))
  }

  get head(): Step | undefined {
    return this.#history[this.#next]
  }

  /** Whether nothing stands before the commit here. */
  isReadyFor(sha: string): boolean {
    return (this.#places.get(sha) ?? -1) <= this.#next
  }

  /** What the commit did, where it comes next. */
  take(sha: string): readonly FileChange[] {
    if (this.head?.commit.sha !== sha) return []
    const { events } = this.head
    this.#next += 1
    return events
  }
}
