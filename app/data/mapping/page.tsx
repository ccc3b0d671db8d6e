import type { Metadata } from 'next'
import { currentView } from '#app/current-view.ts'
import { CsvLink } from '#app/data-table-view.tsx'
import { untilWritten } from '#app/database.ts'
import { formatCount, formatDay } from '#app/format.ts'
import { Screen } from '#app/screen.tsx'
import { Scroll } from '#app/scroll.tsx'
import { getMappingInbox, type InboxKind, type Unattributed } from '#lib/queries/unattributed.ts'

export const metadata: Metadata = { title: 'Mapping' }

const MOST = 100

const KINDS: readonly {
  readonly kind: InboxKind
  readonly title: string
  readonly none: string
  readonly remedy: React.ReactNode
}[] = [
  {
    kind: 'repositories',
    title: 'Repositories of no service',
    none: 'Every repository belongs to a service.',
    remedy: (
      <>
        Their work is in no figure of a team. Name the repository in the catalogue’s services, or
        add a <code>catalog-info.yaml</code> to it; end it in the catalogue when nobody uses it.
      </>
    ),
  },
  {
    kind: 'services',
    title: 'Services without an owner',
    none: 'Every service has an owner.',
    remedy: (
      <>
        They count for nobody. Name the team in <code>services.csv</code> of the catalogue, or as
        owner in the service’s <code>catalog-info.yaml</code>.
      </>
    ),
  },
  {
    kind: 'deployments',
    title: 'Deployments to nowhere known',
    none: 'Every deployment is of a known service, to an environment with a tier.',
    remedy: (
      <>
        Production is never guessed. Add the tier (<code>production</code>, <code>staging</code> …)
        to the source’s records, or the service to the catalogue.
      </>
    ),
  },
  {
    kind: 'tickets',
    title: 'Tickets of no team or path',
    none: 'Every ticket names its team and its path.',
    remedy: 'They are in no figure of support. Name team and path in the tracker’s fields.',
  },
  {
    kind: 'surveyGroups',
    title: 'Groups of surveys that nobody knows',
    none: 'Every group that was answered is known.',
    remedy: (
      <>
        Their answers count for the whole survey and for no team. Name the group under{' '}
        <code>answers</code> of the survey in <code>desirepath.yaml</code>.
      </>
    ),
  },
]

export default async function MappingPage({ searchParams }: PageProps<'/data/mapping'>) {
  const search = await searchParams
  const view = currentView(search, '/data/mapping')
  const inbox = await untilWritten(getMappingInbox, MOST)
  const all = Object.values(inbox.counts).reduce((sum, count) => sum + count, 0)
  return (
    <Screen
      view={view}
      search={search}
      title={all === 0 ? 'Everything is attributed' : `${formatCount(all)} things belong to nobody`}
      lead={
        <p>
          What no team, service or environment could be found for. It is in no figure until somebody
          says whose it is; the next scoring counts it then, for the past as well.
        </p>
      }
      above={[{ href: '/data', name: 'Data' }]}
    >
      <p className="mt-6">
        All of it as one file: <CsvLink id="mapping" view={view} />
      </p>
      {KINDS.map(({ kind, title, none, remedy }) => (
        <section key={kind} id={kind} className="section" aria-labelledby={`${kind}-title`}>
          <h2 id={`${kind}-title`}>
            {title} <span className="text-faint">{formatCount(inbox.counts[kind])}</span>
          </h2>
          {inbox[kind].length === 0 ? (
            <p className="small">{none}</p>
          ) : (
            <>
              <p className="small mb-3">{remedy}</p>
              <InboxTable title={title} rows={inbox[kind]} all={inbox.counts[kind]} />
            </>
          )}
        </section>
      ))}
    </Screen>
  )
}

function InboxTable({
  title,
  rows,
  all,
}: {
  title: string
  rows: readonly Unattributed[]
  all: number
}) {
  return (
    <Scroll label={title}>
      <table>
        <caption>
          {all > rows.length
            ? `The ${formatCount(rows.length)} newest of ${formatCount(all)}`
            : 'All of them, the newest first'}
        </caption>
        <thead>
          <tr>
            <th scope="col">Which</th>
            <th scope="col">What is known</th>
            <th scope="col">Source</th>
            <th scope="col">When</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, sourceId, detail, at }) => (
            <tr key={`${sourceId} ${id}`}>
              <th scope="row">{id}</th>
              <td>{detail}</td>
              <td>{sourceId}</td>
              <td className="nowrap">{at === null ? 'not said' : formatDay(at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}
