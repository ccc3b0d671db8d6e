import { CsvLink } from '#app/data-table-view.tsx'
import { database } from '#app/database.ts'
import {
  amountsAre,
  causesSentence,
  changeSentence,
  formatAmount,
  tellingUnits,
  unitsText,
  untoldSentence,
} from '#app/explanation-words.ts'
import { Link } from '#app/link.tsx'
import { Scroll } from '#app/scroll.tsx'
import { storyOf } from '#app/story.ts'
import type { FigureName } from '#app/url-state.ts'
import { hrefOf, type View } from '#app/view.ts'
import type { ChangeStory } from '#lib/queries/explain-change.ts'
import { teamNames } from '#lib/queries/teams.ts'
import { PART_WORDS, type TellingPart } from '#scorecards/change/parts.ts'
import type { Unit } from '#scorecards/result.ts'

/** Which teams moved a figure since the time that is compared with, in parts that add up. */
export async function WhyItChanged({
  figure,
  view,
}: {
  /** Over a window where that is what the page shows. */
  figure: FigureName
  view: View
}) {
  const db = await database()
  const story = await storyOf(db, view, figure)
  if (story === null || view.comparison.at === null) return null
  const sentence = changeSentence(story)
  return (
    <section className="section why" aria-labelledby="why-it-changed">
      <h2 id="why-it-changed">Why it changed</h2>
      {sentence !== null && (
        <p>
          {sentence} {causesSentence(story)}
        </p>
      )}
      {story.untold === null && <CsvLink id="explanation" view={view} file={{ ev: figure }} />}
      {story.untold === null && story.after !== null ? (
        <PartTable story={story} unit={story.after.unit} names={await teamNames(db)} view={view} />
      ) : (
        <p className="note">{untoldSentence(story, view.comparison.at)}</p>
      )}
    </section>
  )
}

interface Shown {
  readonly story: ChangeStory
  readonly unit: Unit
  readonly names: ReadonlyMap<string, string>
  readonly view: View
}

function PartTable({ story, unit, names, view }: Shown) {
  const { parts, difference } = story
  const largest = Math.max(...parts.map(({ amount }) => Math.abs(amount)))
  return (
    <Scroll label="Why it changed: parts">
      <table>
        <caption>What the difference is made of; the parts add up to it</caption>
        <thead>
          <tr>
            <th scope="col">Part</th>
            <th scope="col">What it is</th>
            <th scope="col" className="number">
              {amountsAre(unit)}
            </th>
          </tr>
        </thead>
        <tbody>
          {parts
            .filter(({ part, amount }) => part !== 'unexplained' || amount !== 0)
            .map((one) => (
              <tr key={one.part} data-part={one.part}>
                <th scope="row">{PART_WORDS[one.part].name}</th>
                <td>
                  <Units part={one} story={story} unit={unit} names={names} view={view} />
                </td>
                <td className="number">
                  <span className="amount">
                    <Gauge share={largest === 0 ? 0 : one.amount / largest} />
                    <span>{formatAmount(one.amount, unit)}</span>
                  </span>
                </td>
              </tr>
            ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Together</th>
            <td />
            <td className="number">{formatAmount(difference ?? 0, unit)}</td>
          </tr>
        </tfoot>
      </table>
    </Scroll>
  )
}

function Units({ part, story, unit, names, view }: Shown & { part: TellingPart }) {
  const { tells } = PART_WORDS[part.part]
  if (part.part === 'definition' || part.part === 'unexplained') {
    return part.amount === 0 ? <span className="note">No change</span> : tells
  }
  const units = tellingUnits(part, unit)
  if (units.length === 0) return <span className="note">None</span>
  return (
    <details>
      <summary>{unitsText(units.length, story.unitKind, tells)}</summary>
      <ul>
        {units.map(({ id, amount }) => (
          <li key={id}>
            <span>
              {story.unitKind === 'team' && names.has(id) ? (
                <Link href={hrefOf(view, `/teams/${id}`)}>{names.get(id)}</Link>
              ) : (
                id
              )}
            </span>
            {amount !== null && <span className="number">{formatAmount(amount, unit)}</span>}
          </li>
        ))}
      </ul>
    </details>
  )
}

/** A bar to the right for what raised the figure, to the left for what lowered it. */
function Gauge({ share }: { share: number }) {
  return (
    <svg viewBox="-50 0 100 12" preserveAspectRatio="none" aria-hidden="true">
      <rect
        className={share < 0 ? 'lower' : 'raise'}
        x={Math.min(0, share * 48)}
        y="1"
        width={Math.abs(share) * 48}
        height="10"
      />
      <line x1="0" x2="0" y1="0" y2="12" />
    </svg>
  )
}
