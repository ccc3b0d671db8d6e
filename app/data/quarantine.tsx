import { formatCount, formatInstant } from '#app/format.ts'
import type { RefusedRecord } from '#lib/queries/quarantine.ts'

/** Records that could not be read, each with its place and reason, shown as they came. */
export function Quarantine({ refused, all }: { refused: readonly RefusedRecord[]; all: number }) {
  if (refused.length === 0) return <p>Every record that was read could be stored.</p>
  return (
    <>
      <p>
        Mend these at the source. The next run reads them again, and what fits leaves this list.
      </p>
      {all > refused.length && (
        <p className="note">
          The {formatCount(refused.length)} newest of {formatCount(all)}.
        </p>
      )}
      <div className="scroll">
        <table>
          <caption>Records that could not be stored</caption>
          <thead>
            <tr>
              <th scope="col">Where</th>
              <th scope="col">Source</th>
              <th scope="col">Reason</th>
              <th scope="col">Seen</th>
            </tr>
          </thead>
          <tbody>
            {refused.map((one) => (
              <tr key={`${one.sourceId} ${one.scope} ${one.position}`}>
                <th scope="row">{one.position}</th>
                <td>{one.sourceId}</td>
                <td className="evidence">
                  <ul className="plain">
                    {toReasons(one.reason).map((reason) => (
                      <li key={reason}>{reason}</li>
                    ))}
                  </ul>
                  <details>
                    <summary>The record as it came</summary>
                    <pre className="record">{one.record}</pre>
                  </details>
                </td>
                <td className="nowrap">{formatInstant(one.observedAt)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}

/** `opened_at: has no offset` of what zod prints over two lines. */
const toReasons = (reason: string): string[] =>
  reason
    .split(/^✖ /m)
    .filter((part) => part !== '')
    .map((part) => {
      const [fault = '', field] = part.trim().split(/\s*→ at /)
      return field === undefined ? fault : `${field}: ${fault}`
    })
