import { formatDay } from '#app/format.ts'
import { Link } from '#app/link.tsx'
import { hrefOf, type View } from '#app/view.ts'
import type { Exception, ExceptionState } from '#lib/queries/exceptions.ts'

const STATES: Readonly<Record<ExceptionState, string>> = {
  requested: 'Requested',
  active: 'Active',
  overdue: 'Past its expiry',
  rejected: 'Rejected',
  withdrawn: 'Withdrawn',
  closed: 'Closed',
}

/** Open exceptions first; what is exempt is counted apart, never as a pass. */
export function ExceptionTable({
  exceptions,
  names,
  view,
  pathNames,
}: {
  exceptions: readonly Exception[]
  /** Team id → name. */
  names: ReadonlyMap<string, string>
  view: View
  /** Path id → name, where the table spans paths. */
  pathNames?: ReadonlyMap<string, string>
}) {
  if (exceptions.length === 0) return <p className="note">No exception was ever asked for.</p>
  return (
    <div className="scroll">
      <table>
        <caption>Open ones first</caption>
        <thead>
          <tr>
            <th scope="col">{pathNames === undefined ? 'Team' : 'Golden path'}</th>
            <th scope="col">Stands</th>
            <th scope="col">Covers</th>
            <th scope="col">Gap</th>
            <th scope="col">Reason</th>
            <th scope="col">Requested</th>
            <th scope="col">Expires</th>
            <th scope="col" className="number">
              Renewals
            </th>
          </tr>
        </thead>
        <tbody>
          {exceptions.map((one) => (
            <tr key={one.id} id={`exception-${one.id}`}>
              <th scope="row">
                {pathNames === undefined ? (
                  <Link href={hrefOf(view, `/teams/${one.teamId}`)}>
                    {names.get(one.teamId) ?? one.teamId}
                  </Link>
                ) : (
                  <Link href={hrefOf(view, `/golden-paths/${one.pathId}`)}>
                    {pathNames.get(one.pathId) ?? one.pathId}
                  </Link>
                )}
              </th>
              <td>{standing(one)}</td>
              <td>{one.scope === 'full' ? 'the whole team' : one.serviceIds.join(', ')}</td>
              <td>{one.gapCode ?? 'not named'}</td>
              <td className="evidence">{one.reason ?? ''}</td>
              <td className="nowrap">{dayOr(one.requestedAt, 'not recorded')}</td>
              <td className="nowrap">{dayOr(one.expiresOn, 'no expiry set')}</td>
              <td className="number">{one.renewals}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const standing = ({ state, closeReason }: Exception) =>
  state === 'closed' && closeReason !== null
    ? `Closed: ${closeReason.replaceAll('_', ' ')}`
    : STATES[state]

const dayOr = (day: Date | null, otherwise: string) => (day === null ? otherwise : formatDay(day))
