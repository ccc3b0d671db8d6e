import { formatCount } from '#app/format.ts'
import { StateShape } from '#app/shape.tsx'
import { ADOPTION_ORDER, adoptionWord } from '#app/words.ts'

export interface StateCount {
  /** Names colour and shape. */
  readonly key: string
  readonly label: string
  readonly count: number
}

interface TeamState {
  readonly state: string
  readonly origin: string | null
}

const ORIGIN_PARTS = [
  { key: 'voluntary', origin: 'voluntary', label: 'adopted by choice' },
  { key: 'mandated', origin: 'mandated', label: 'adopted under a mandate' },
  { key: 'origin-unknown', origin: 'unknown', label: 'adopted, motive not known' },
]

/** Teams by state, adopters by origin, in the order of the bar; states without a team left out. */
export function countStates(teams: readonly TeamState[]): StateCount[] {
  const inState = (state: string) => teams.filter((team) => team.state === state)
  const parts = ADOPTION_ORDER.flatMap((state): StateCount[] => {
    if (state !== 'adopted') {
      const { word, key } = adoptionWord(state)
      return [{ key, label: word.toLowerCase(), count: inState(state).length }]
    }
    return ORIGIN_PARTS.map(({ key, origin, label }) => ({
      key,
      label,
      count: inState(state).filter((team) => (team.origin ?? 'unknown') === origin).length,
    }))
  })
  return parts.filter(({ count }) => count > 0)
}

/** Every team of a path as one bar, each part as wide as its teams, and the same in words. */
export function StateBar({ counts }: { counts: readonly StateCount[] }) {
  const shown = counts.filter(({ key }) => key !== 'not_eligible')
  return (
    <div>
      <div className="state-bar" aria-hidden="true">
        {shown.map(({ key, count }) => (
          <span key={key} className={`key-${key}`} style={{ flexGrow: count }} />
        ))}
      </div>
      <ul className="legend">
        {counts.map(({ key, label, count }) => (
          <li key={key} className={`state key-${key}`}>
            <StateShape name={key} />
            {formatCount(count)} {label}
          </li>
        ))}
      </ul>
    </div>
  )
}
