import { eligibilityWords, mandateWords } from '#app/eligibility-words.ts'
import { formatDay } from '#app/format.ts'
import { Link } from '#app/link.tsx'
import { hrefOf, type View } from '#app/view.ts'
import { workWord } from '#app/words.ts'
import type { GoldenPath } from '#lib/queries/golden-paths.ts'
import type { Mandate } from '#lib/queries/mandates.ts'

/** Who keeps the path, whom it is for, and what was ordered about it. */
export function PathFacts({
  path,
  mandates,
  view,
}: {
  path: GoldenPath
  mandates: readonly Mandate[]
  view: View
}) {
  return (
    <dl className="facts">
      <Fact term="Owner">
        {path.ownerId === null ? (
          'no owner named'
        ) : (
          <Link href={hrefOf(view, `/teams/${path.ownerId}`)}>{path.ownerName}</Link>
        )}
      </Fact>
      <Fact term="Capability">{path.capability ?? 'not named'}</Fact>
      <Fact term="Available">
        since {formatDay(path.availableSince)}
        {path.deprecatedOn !== null && `, deprecated on ${formatDay(path.deprecatedOn)}`}
      </Fact>
      <Fact term="For">{eligibilityWords(path.rules.eligible)}</Fact>
      <Fact term="Use is measured by">{workWord(path.rules.work)}</Fact>
      <Fact term="Mandates">
        <Mandates path={path} mandates={mandates} />
      </Fact>
    </dl>
  )
}

function Fact({ term, children }: { term: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Mandates({ path, mandates }: { path: GoldenPath; mandates: readonly Mandate[] }) {
  if (!path.hasMandateRegister) return 'nobody keeps a list of them, so motives are not known'
  if (mandates.length === 0) return 'none: every use is by choice'
  return (
    <ul>
      {mandates.map((mandate) => (
        <li key={mandate.id}>{mandateWords(mandate)}</li>
      ))}
    </ul>
  )
}
