import type { AsOf } from '#app/as-of.ts'
import { formatDay, formatInstant, toDay } from '#app/format.ts'

/**
 * The moment that the page speaks for, and a way to another one. `measured`: as-of of the figures
 * shown; null when there are none.
 */
export function AsOfLine({
  asOf,
  measured,
  keep = {},
}: {
  asOf: AsOf
  measured: Date | null
  /** Other parameters of the address. */
  keep?: Readonly<Record<string, string | undefined>>
}) {
  return (
    <>
      <AsOfRefused asOf={asOf} />
      <div className="as-of">
        <p>{asOfSentence(asOf, measured)}</p>
        <form>
          {Object.entries(keep).map(
            ([name, value]) =>
              value !== undefined && <input key={name} type="hidden" name={name} value={value} />,
          )}
          <label htmlFor="asof">Look back to</label>
          <input id="asof" type="date" name="asof" defaultValue={asOf.day ?? ''} />
          <button type="submit">Show</button>
        </form>
      </div>
    </>
  )
}

function asOfSentence({ day, at }: AsOf, measured: Date | null): React.ReactNode {
  if (measured === null) return 'No figures were computed for this moment.'
  const time = <time dateTime={measured.toISOString()}>{formatInstant(measured)}</time>
  if (day === null) return <>As of {time}</>
  return (
    <>
      As of {time}, the newest figures on {formatDay(at)}
    </>
  )
}

/** Names what the address asked for in vain; nothing when it did not. */
export function AsOfRefused({ asOf: { refused, at } }: { asOf: AsOf }) {
  if (refused === null) return null
  return (
    <p className="notice" role="status">
      The address asks for <code>asof={refused.slice(0, 40)}</code>, which is not a day up to today
      such as <code>{toDay(at)}</code>. The newest figures are shown instead.
    </p>
  )
}
