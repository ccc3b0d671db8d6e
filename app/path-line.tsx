import { formatDay } from '#app/format.ts'
import type { GoldenPath } from '#lib/queries/golden-paths.ts'

/** Who keeps a path, what for, and since when: `Platform · deployment · since 5 Oct 2026`. */
export function PathLine({ path }: { path: GoldenPath }) {
  const parts = [
    path.ownerName ?? 'no owner named',
    ...(path.capability === null ? [] : [path.capability]),
    `since ${formatDay(path.availableSince)}`,
  ]
  return <p className="small">{parts.join(' · ')}</p>
}
