import { formatCountOf, formatDay } from '#app/format.ts'
import { Link } from '#app/link.tsx'
import { hrefOf, type View } from '#app/view.ts'
import type { Exception } from '#lib/queries/exceptions.ts'
import type { GoldenPath } from '#lib/queries/golden-paths.ts'
import { calendar, quarterBefore, quarterOf } from '#lib/range.ts'
import { ownerDuties, type PathSubject } from '#scorecards/checks/owner-duties.ts'
import { toScorecard } from '#scorecards/checks/scorecard.ts'
import type { MetricResult } from '#scorecards/result.ts'

/** What may go wrong next quarter, each with where to look. */
export function Risks({
  exceptions,
  results,
  paths,
  subjects,
  names,
  view,
}: {
  exceptions: readonly Exception[]
  results: readonly MetricResult[]
  paths: readonly GoldenPath[]
  /** One for each path, in their order. */
  subjects: readonly PathSubject[]
  /** Team id → name. */
  names: ReadonlyMap<string, string>
  view: View
}) {
  const items = [
    ...endingExceptions(exceptions, names, view),
    ...driftedPaths(results, paths),
    ...openDuties(paths, subjects, view.at),
  ]
  if (items.length === 0) return <p className="note">None was found in what was read.</p>
  return (
    <ul className="movements">
      {items.map(({ key, words, href }) => (
        <li key={key}>
          {words} <Link href={hrefOf(view, href)}>Look</Link>
        </li>
      ))}
    </ul>
  )
}

interface Risk {
  readonly key: string
  readonly words: string
  readonly href: string
}

/** Those past their day, and those that end until the next quarter does. */
function endingExceptions(
  exceptions: readonly Exception[],
  names: ReadonlyMap<string, string>,
  { at, organisation }: View,
): Risk[] {
  const until = calendar(quarterBefore(quarterOf(at, organisation), -1), organisation)?.to ?? at
  return exceptions
    .filter(
      ({ state, expiresOn }) =>
        state === 'overdue' || (state === 'active' && expiresOn !== null && expiresOn < until),
    )
    .map(({ id, state, teamId, pathId, expiresOn }) => ({
      key: id,
      words: `The exception of ${names.get(teamId) ?? teamId} for ${pathId} ${
        state === 'overdue' ? 'is past its day' : 'ends'
      }${expiresOn === null ? '' : `, ${formatDay(expiresOn)}`}.`,
      href: `/golden-paths/${pathId}`,
    }))
}

function driftedPaths(results: readonly MetricResult[], paths: readonly GoldenPath[]): Risk[] {
  return results
    .filter(({ metricId, numerator }) => metricId === 'ADO-10' && (numerator ?? 0) > 0)
    .map(({ scope, numerator, denominator }) => ({
      key: `drift ${scope.pathId}`,
      words: `${numerator} of ${denominator} copies of ${
        paths.find(({ id }) => id === scope.pathId)?.name ?? scope.pathId
      } have drifted, and get no fix.`,
      href: `/golden-paths/${scope.pathId}`,
    }))
}

function openDuties(
  paths: readonly GoldenPath[],
  subjects: readonly PathSubject[],
  at: Date,
): Risk[] {
  return paths.flatMap((path, index) => {
    const { checks } = toScorecard(ownerDuties, subjects.slice(index, index + 1), at)
    const open = checks.filter(({ outcome, counts }) => counts && outcome === 'fail')
    if (open.length === 0) return []
    return [
      {
        key: `duties ${path.id}`,
        words: `${path.name}: ${formatCountOf(open.length, 'duty', 'duties')} of its owner open: ${open
          .map(({ definition }) => definition.name.toLowerCase())
          .join(', ')}.`,
        href: `/golden-paths/${path.id}#duties`,
      },
    ]
  })
}
