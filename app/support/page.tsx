import type { Metadata } from 'next'
import { AreaCards } from '#app/area-cards.tsx'
import { Bars } from '#app/bars.tsx'
import { currentView } from '#app/current-view.ts'
import { CsvLink } from '#app/data-table-view.tsx'
import { untilWritten } from '#app/database.ts'
import { EmptyDatabase } from '#app/empty-database.tsx'
import { formatCount, formatCountOf, formatDay, formatMinutes } from '#app/format.ts'
import { Link } from '#app/link.tsx'
import { measuredInScope } from '#app/measured.ts'
import { rangeName } from '#app/pickers.tsx'
import { Screen } from '#app/screen.tsx'
import { Scroll } from '#app/scroll.tsx'
import { readParameters } from '#app/url-state.ts'
import { hereWith, type View } from '#app/view.ts'
import { toDay } from '#lib/period.ts'
import { plainName } from '#lib/plain-names.ts'
import { listGoldenPaths } from '#lib/queries/golden-paths.ts'
import { getSupport, type Kind, type Support } from '#lib/queries/support.ts'
import { teamNames } from '#lib/queries/teams.ts'
import { naturalLimits } from '#lib/stats/process-behaviour.ts'

export const metadata: Metadata = { title: 'Support' }

export default async function SupportPage({ searchParams }: PageProps<'/support'>) {
  const search = await searchParams
  const view = currentView(search, '/support')
  const { path, team } = readParameters(search)
  const paths = await untilWritten(listGoldenPaths)
  if (paths.length === 0) return <EmptyDatabase lacks="golden paths" />
  const filter = { pathId: path ?? undefined, teamId: team ?? undefined }
  const [support, names, whole] = await Promise.all([
    untilWritten(getSupport, { ...view.range, ...filter }),
    untilWritten(teamNames),
    measuredInScope(view, { ...(path !== null && { pathId: path }) }),
  ])
  const pathNames = new Map(paths.map(({ id, name }) => [id, name]))
  const load = new Map([...whole].filter(([id]) => id.startsWith('SUP')))
  return (
    <Screen
      view={view}
      search={search}
      title="Requests to the platform"
      lead={<p>{supportSentence(support, view)}</p>}
      above={[{ href: '/', name: 'Outcomes' }]}
    >
      <nav className="choices mt-5" aria-label="Golden path">
        <Link
          href={hereWith(view, { path: undefined })}
          aria-current={path === null ? 'true' : undefined}
        >
          All paths
        </Link>
        {paths.map(({ id, name }) => (
          <Link
            key={id}
            href={hereWith(view, { path: id })}
            aria-current={path === id ? 'true' : undefined}
          >
            {name}
          </Link>
        ))}
      </nav>
      {load.size > 0 && (
        <section className="section" aria-label="Figures">
          <AreaCards measured={load} view={view} />
        </section>
      )}
      <section className="section" aria-labelledby="by-week">
        <h2 id="by-week">By week</h2>
        <CsvLink id="support-weeks" view={view} />
        <ByWeek support={support} view={view} />
      </section>
      <section className="section kinds" aria-label="What they were about">
        <KindTable
          title="By golden path"
          kinds={support.byPath}
          nameOf={(key) => (key === null ? 'about no path' : (pathNames.get(key) ?? key))}
        />
        <KindTable
          title="By type"
          kinds={support.byType}
          nameOf={(key) => (key === null ? 'type not known' : plainName(key))}
        />
        <KindTable
          title="By team"
          kinds={support.byTeam.toSorted((a, b) => (a.key ?? '').localeCompare(b.key ?? '', 'en'))}
          nameOf={(key) => (key === null ? 'of no team' : (names.get(key) ?? key))}
        />
      </section>
    </Screen>
  )
}

function supportSentence({ total, open }: Support, view: View): string {
  const span = rangeName(view.range)
  if (total === 0) return `No request is known, ${span}.`
  return `${formatCountOf(total, 'request')}, ${span}; ${formatCount(open)} of them still open.`
}

function ByWeek({ support, view }: { support: Support; view: View }) {
  const values = support.weeks.map(({ opened }) => opened)
  if (values.every((value) => value === null)) {
    return (
      <p className="note mt-2">
        No source tells of tickets in this time. Connect one in <code>desirepath.yaml</code>.
      </p>
    )
  }
  const limits = naturalLimits(values)
  const caption = weeksSentence(values, limits?.upper ?? null)
  return (
    <figure className="mt-4">
      <Bars
        values={values}
        limit={limits?.upper ?? null}
        label={`Requests by week, ${rangeName(view.range)}. ${caption}`}
      />
      <p className="note flex max-w-none justify-between">
        <span>{firstDay(support)}</span>
        <span>{formatDay(view.range.to)}</span>
      </p>
      <figcaption className="small mt-1">{caption}</figcaption>
      <details className="mt-2">
        <summary>The same as a table</summary>
        <Scroll label="Requests by week">
          <table>
            <caption>Requests opened by week, newest first</caption>
            <thead>
              <tr>
                <th scope="col">Week from</th>
                <th scope="col" className="number">
                  Opened
                </th>
              </tr>
            </thead>
            <tbody>
              {support.weeks.toReversed().map(({ from, opened }) => (
                <tr key={toDay(from)}>
                  <th scope="row">{toDay(from)}</th>
                  <td className="number">{opened ?? 'no data'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      </details>
    </figure>
  )
}

const firstDay = ({ weeks: [first] }: Support) => (first === undefined ? '' : formatDay(first.from))

function weeksSentence(values: readonly (number | null)[], limit: number | null): string {
  const known = values.filter((value) => value !== null)
  const range = `Between ${Math.min(...known)} and ${Math.max(...known)} a week.`
  if (limit === null) return range
  const beyond = known.filter((value) => value > limit).length
  const usual = `More than ${formatCount(Math.floor(limit))} a week would be unusual (dashed)`
  return `${range} ${usual}; ${beyond === 0 ? 'none was' : `${formatCountOf(beyond, 'week')} had more`}.`
}

function KindTable({
  title,
  kinds,
  nameOf,
}: {
  title: string
  kinds: readonly Kind[]
  nameOf: (key: string | null) => string
}) {
  if (kinds.length === 0) return null
  return (
    <Scroll label={title}>
      <table>
        <caption>{title}</caption>
        <thead>
          <tr>
            <th scope="col">
              <span className="hidden-text">About</span>
            </th>
            <th scope="col" className="number">
              Opened
            </th>
            <th scope="col" className="number">
              Open
            </th>
            <th scope="col" className="number">
              First answer
            </th>
            <th scope="col" className="number">
              Resolved
            </th>
          </tr>
        </thead>
        <tbody>
          {kinds.map(({ key, count, open, medianHours, medianResponseHours }) => (
            <tr key={key ?? ''}>
              <th scope="row">{nameOf(key)}</th>
              <td className="number">{formatCount(count)}</td>
              <td className="number">{formatCount(open)}</td>
              <td className="number">{hoursText(medianResponseHours)}</td>
              <td className="number">{hoursText(medianHours)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="note mt-1">Times are medians of those that were answered or resolved.</p>
    </Scroll>
  )
}

const MINUTES_IN_AN_HOUR = 60
const hoursText = (hours: number | null) =>
  hours === null ? 'none yet' : formatMinutes(hours * MINUTES_IN_AN_HOUR)
