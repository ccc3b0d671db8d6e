import type { Metadata } from 'next'
import { Link } from '#app/link.tsx'

export const metadata: Metadata = { title: 'Nothing here' }

export default function NotFound() {
  return (
    <div className="stack">
      <h1>Nothing here</h1>
      <p className="lead">
        No golden path, team or metric has this address. It may have been renamed, or it was never
        collected: <code>npx desirepath collect</code>, then <code>npx desirepath score</code>.
      </p>
      <p>
        <Link href="/golden-paths">All golden paths</Link> · <Link href="/teams">All teams</Link>
      </p>
    </div>
  )
}
