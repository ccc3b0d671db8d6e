import type { Metadata } from 'next'
import { currentView } from '#app/current-view.ts'
import { untilWritten } from '#app/database.ts'
import { EmptyDatabase } from '#app/empty-database.tsx'
import { formatDay } from '#app/format.ts'
import { Link } from '#app/link.tsx'
import { quarterName } from '#app/pickers.tsx'
import { Screen } from '#app/screen.tsx'
import { hrefOf } from '#app/view.ts'
import { listGoldenPaths } from '#lib/queries/golden-paths.ts'
import { listSeals } from '#lib/queries/sealed-quarter.ts'
import { calendar, quarterBefore, quarterOf } from '#lib/range.ts'

export const metadata: Metadata = { title: 'Reviews' }

const MOST = 12

export default async function ReviewsPage({ searchParams }: PageProps<'/review'>) {
  const now = new Date()
  const search = await searchParams
  const view = currentView(search, '/review', now)
  const [paths, seals] = await Promise.all([untilWritten(listGoldenPaths), untilWritten(listSeals)])
  if (paths.length === 0) return <EmptyDatabase lacks="golden paths" />
  const first = new Date(Math.min(...paths.map(({ availableSince }) => availableSince.getTime())))
  const quarters = Array.from({ length: MOST }, (_, back) =>
    quarterBefore(quarterOf(now, view.organisation), back),
  ).filter((quarter) => (calendar(quarter, view.organisation)?.to ?? now) > first)
  return (
    <Screen
      view={view}
      search={search}
      title="Quarterly reviews"
      lead={
        <p>
          Did it work, can it be trusted, and what is needed next. A review reads from top to bottom
          and prints as the paper for the meeting.
        </p>
      }
    >
      <ul className="section quarters">
        {quarters.map((quarter, index) => {
          const period = calendar(quarter, view.organisation)
          return (
            <li key={quarter}>
              <Link href={hrefOf(view, `/review/${quarter}`, { range: undefined })}>
                {quarterName(quarter)}
              </Link>
              <span className="note">
                {index === 0 && period !== null && period.to > now
                  ? 'so far, draft'
                  : period !== null &&
                    `${formatDay(period.from)} to ${formatDay(new Date(period.to.getTime() - 1))}, ${standOf(seals.get(quarter))}`}
              </span>
            </li>
          )
        })}
      </ul>
    </Screen>
  )
}

const standOf = (sealedAt: Date | undefined) =>
  sealedAt === undefined ? 'draft' : `sealed on ${formatDay(sealedAt)}`
