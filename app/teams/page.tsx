import type { Metadata } from 'next'
import { currentView } from '#app/current-view.ts'
import { DataTableView } from '#app/data-table-view.tsx'
import { database, untilPublished, untilWritten } from '#app/database.ts'
import { EmptyDatabase } from '#app/empty-database.tsx'
import { formatCountOf } from '#app/format.ts'
import { Screen } from '#app/screen.tsx'
import { teamStates } from '#app/tables/team-states.tsx'
import { isWithin } from '#app/within.ts'
import { withinOf } from '#app/within-load.ts'
import { listGoldenPaths } from '#lib/queries/golden-paths.ts'
import { listAdoptionStates } from '#lib/queries/states.ts'
import { listTeams } from '#lib/queries/teams.ts'

export const metadata: Metadata = { title: 'Teams' }

const PAGE = 100

export default async function TeamsPage({ searchParams }: PageProps<'/teams'>) {
  const search = await searchParams
  const view = currentView(search, '/teams')
  const db = await database()
  const [teams, paths, states] = await Promise.all([
    listTeams(db, view.at),
    untilWritten(listGoldenPaths),
    untilPublished(listAdoptionStates, { asOf: view.weekEnd }),
  ])
  if (teams.length === 0) return <EmptyDatabase lacks="teams" />
  const within = await withinOf(view)
  const listed = teams.filter(({ id }) => isWithin(within, id))
  const [scored] = states
  return (
    <Screen
      view={view}
      search={search}
      title="Teams"
      lead={
        <p>
          {formatCountOf(listed.length, 'team')} by name, each with its state on each golden path.
          This is no ranking: a team is compared with its own past, on its own page.
        </p>
      }
      within="Teams"
      measured={scored?.weekEnd ?? null}
    >
      <section className="section" aria-label="Teams and golden paths">
        <DataTableView
          table={teamStates(listed, paths, states, view)}
          view={view}
          search={search}
          pageSize={PAGE}
        />
      </section>
    </Screen>
  )
}
