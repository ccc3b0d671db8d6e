import { StateShape, StatusShape } from '#app/shape.tsx'
import type { Verdict } from '#app/status.ts'
import type { StateWord as Word } from '#app/words.ts'

/** A status as word, shape and colour. */
export function VerdictWord({ verdict }: { verdict: Verdict }) {
  return (
    <span className={`verdict tone-${verdict.tone}`}>
      <StatusShape shape={verdict.shape} />
      {verdict.word}
    </span>
  )
}

/** The same where there is no room for the word, which is then only said. */
export function VerdictMark({ verdict }: { verdict: Verdict }) {
  return (
    <span className={`verdict tone-${verdict.tone}`}>
      <StatusShape shape={verdict.shape} />
      <span className="hidden-text">{verdict.word}</span>
    </span>
  )
}

/** An adoption or usage state as word, shape and colour. */
export function StateWord({ word: { word, key, meaning } }: { word: Word }) {
  return (
    <span className={`state key-${key}`} title={meaning}>
      <StateShape name={key} />
      {word}
    </span>
  )
}
