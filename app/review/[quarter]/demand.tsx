import { formatCount, formatMinutes } from '#app/format.ts'
import { Scroll } from '#app/scroll.tsx'
import type { Support } from '#lib/queries/support.ts'

const MINUTES_IN_AN_HOUR = 60

/** Requests for help by path, beside those of the quarter before. */
export function Demand({
  support,
  before,
  names,
}: {
  support: Support
  before: Support
  names: ReadonlyMap<string, string>
}) {
  if (support.total === 0 && before.total === 0) {
    return <p className="note">No request is known of either quarter.</p>
  }
  const earlier = new Map(before.byPath.map(({ key, count }) => [key, count]))
  return (
    <Scroll label="Requests for help">
      <table>
        <caption>Requests by golden path, the most frequent first</caption>
        <thead>
          <tr>
            <th scope="col">Golden path</th>
            <th scope="col" className="number">
              Requests
            </th>
            <th scope="col" className="number">
              Quarter before
            </th>
            <th scope="col" className="number">
              Still open
            </th>
            <th scope="col" className="number">
              Half resolved within
            </th>
          </tr>
        </thead>
        <tbody>
          {support.byPath.map(({ key, count, open, medianHours }) => (
            <tr key={key ?? ''}>
              <th scope="row">{key === null ? 'about no path' : (names.get(key) ?? key)}</th>
              <td className="number">{formatCount(count)}</td>
              <td className="number">{formatCount(earlier.get(key) ?? 0)}</td>
              <td className="number">{formatCount(open)}</td>
              <td className="number">
                {medianHours === null
                  ? 'none resolved'
                  : formatMinutes(medianHours * MINUTES_IN_AN_HOUR)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}
