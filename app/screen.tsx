import { untilWritten } from '#app/database.ts'
import { EvidenceDrawer } from '#app/evidence-drawer.tsx'
import { formatDay, formatInstant } from '#app/format.ts'
import { Freshness } from '#app/freshness.tsx'
import { Link } from '#app/link.tsx'
import { ComparisonPicker, RangePicker } from '#app/pickers.tsx'
import type { Refused, Search } from '#app/url-state.ts'
import { hrefOf, type View } from '#app/view.ts'
import type { Within } from '#app/within.ts'
import { teamsOf, withinOf } from '#app/within-load.ts'
import { WithinPicker } from '#app/within-picker.tsx'
import { listSourceHealth } from '#lib/queries/data-health.ts'

export interface ScreenProps {
  readonly view: View
  readonly search: Search
  readonly title: React.ReactNode
  readonly lead?: React.ReactNode
  /** The screens above this one. */
  readonly above?: readonly { readonly href: string; readonly name: string }[]
  /** As-of of the figures shown; null: there are none. Left out where a page shows no figures. */
  readonly measured?: Date | null
  /** What of the page is of the teams asked for, `Teams and services`; left out: nothing is. */
  readonly within?: string
  readonly children: React.ReactNode
}

/** What every screen has: where it hangs, which moment it speaks for, what is late, the drawer. */
export async function Screen({
  view,
  search,
  title,
  lead,
  above = [],
  measured,
  within: listed,
  children,
}: ScreenProps) {
  const now = new Date()
  const [sources, teams, within] = await Promise.all([
    untilWritten(listSourceHealth),
    teamsOf(view),
    withinOf(view),
  ])
  const refused =
    within === undefined ? [...view.refused, { name: 'in', text: view.within ?? '' }] : view.refused
  return (
    <>
      <div className="topbar">
        <p className="crumbs">
          {above.map(({ href, name }, index) => (
            <span key={href}>
              {index > 0 && <span aria-hidden="true">/ </span>}
              <Link href={hrefOf(view, href)}>{name}</Link>{' '}
            </span>
          ))}
        </p>
        <div className="tools flex flex-wrap gap-x-5 gap-y-1">
          {listed !== undefined && teams.length > 0 && (
            <WithinPicker view={view} within={within} teams={teams} />
          )}
          <RangePicker view={view} now={now} />
          <ComparisonPicker view={view} now={now} />
          <Freshness sources={sources} view={view} now={now} />
        </div>
      </div>
      <div className="screen-head mt-5">
        <h1>{title}</h1>
        {lead !== undefined && <div className="lead">{lead}</div>}
        {measured !== undefined && (
          <p className="as-of note mt-2">{asOfSentence(view, measured)}</p>
        )}
      </div>
      {refused.map((one) => (
        <RefusedNotice key={one.name} refused={one} />
      ))}
      {within != null && <WithinNotice within={within} listed={listed} view={view} />}
      {children}
      <EvidenceDrawer view={view} search={search} />
    </>
  )
}

function asOfSentence({ day, at }: View, measured: Date | null): React.ReactNode {
  if (measured === null) return 'No figures were computed for this moment.'
  const time = <time dateTime={measured.toISOString()}>{formatInstant(measured)}</time>
  if (day === null) return <>As of {time}</>
  return (
    <>
      As of {time}, the newest figures on {formatDay(at)}
    </>
  )
}

/** What of the page is of the teams asked for, and the way back to all of them. */
function WithinNotice({
  within: { name, teamIds },
  listed,
  view,
}: {
  within: Within
  listed: string | undefined
  view: View
}) {
  const of = teamIds.size === 1 ? name : `${name} and the teams below it`
  return (
    <p className="notice" role="status">
      {listed === undefined
        ? `This page is of the whole organisation, not of ${name} alone. `
        : `${listed}: only those of ${of}. All other figures are of the whole organisation. `}
      <Link href={hrefOf(view, view.address, { ...view.kept, in: undefined })}>Show all teams</Link>
    </p>
  )
}

/** What stands in place of what the address asked for. */
const INSTEAD: Readonly<Record<string, string>> = {
  in: 'which is no group or team such as group:payments or team:checkout. All teams are shown.',
  asof: 'which is not a day up to today. The newest figures are shown instead.',
  range: 'which is no span of time such as 13w, 2026-Q3 or 2026-07-01..now. 13 weeks are shown.',
  present: 'where only 1 means something. The page is shown as usual.',
  slide: 'which is no part of this page. Its first part is shown.',
  cmp: 'which is no comparison such as prev, yoy, target, median, off or 2026-Q1. The time before is compared with.',
}

function RefusedNotice({ refused: { name, text } }: { refused: Refused }) {
  return (
    <p className="notice" role="status">
      The address asks for{' '}
      <code>
        {name}={text.slice(0, 40)}
      </code>
      , {INSTEAD[name] ?? 'which means nothing here. It is left out.'}
    </p>
  )
}
