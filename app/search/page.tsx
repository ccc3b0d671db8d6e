import type { Metadata } from 'next'
import { currentView } from '#app/current-view.ts'
import { database } from '#app/database.ts'
import { formatCount, formatCountOf } from '#app/format.ts'
import { Link } from '#app/link.tsx'
import { Screen } from '#app/screen.tsx'
import { findEntries, listEntries } from '#app/search/entry-list.ts'
import { SearchForm } from '#app/search-form.tsx'
import { readParameters } from '#app/url-state.ts'

export const metadata: Metadata = { title: 'Search' }

const MOST_OF_A_KIND = 30

export default async function SearchPage({ searchParams }: PageProps<'/search'>) {
  const search = await searchParams
  const view = currentView(search, '/search')
  const { q } = readParameters(search)
  const found = findEntries(await listEntries(await database()), q ?? '')
  const kinds = [...Map.groupBy(found, ({ kind }) => kind)]
  return (
    <Screen view={view} search={search} title="Search">
      <SearchForm q={q} />
      <p className="note mt-3" role="status">
        {q === null
          ? `${formatCountOf(found.length, 'thing')} to go to`
          : `${formatCount(found.length)} found`}
      </p>
      <div className="kinds mt-6">
        {kinds.map(([kind, own]) => (
          <section key={kind} aria-label={kind}>
            <h2>{kind}</h2>
            <ul className="mt-2">
              {own.slice(0, MOST_OF_A_KIND).map(({ name, href }) => (
                <li key={`${href} ${name}`}>
                  <Link href={href}>{name}</Link>
                </li>
              ))}
            </ul>
            {own.length > MOST_OF_A_KIND && (
              <p className="note">and {formatCount(own.length - MOST_OF_A_KIND)} more</p>
            )}
          </section>
        ))}
      </div>
    </Screen>
  )
}
