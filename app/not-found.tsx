import type { Metadata } from 'next'
import { Link } from '#app/link.tsx'
import { SCREENS } from '#app/screens.ts'
import { SearchForm } from '#app/search-form.tsx'

export const metadata: Metadata = { title: 'Nothing here' }

export default function NotFound() {
  return (
    <div className="stack">
      <h1>Nothing here</h1>
      <p className="lead">
        No page has this address. If it was one of a golden path, a team, a metric or a survey: it
        may have been renamed, or has not been collected yet.
      </p>
      <SearchForm q={null} />
      <p>Or go to what there is:</p>
      <ul className="choices">
        {SCREENS.map(({ href, name }) => (
          <li key={href}>
            <Link href={href}>{name}</Link>
          </li>
        ))}
      </ul>
      <p className="note">
        What is new in the sources comes with <code>npx desirepath collect</code>, then{' '}
        <code>npx desirepath score</code>.
      </p>
    </div>
  )
}
