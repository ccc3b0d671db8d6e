import { COMMAND } from '#lib/command.ts'
import { SourceError } from '#lib/errors.ts'

const DAY_MS = 24 * 60 * 60_000

/**
 * What is wrong with a source that was read up to `times`: with one in the future nothing would ever
 * be read again. Null when nothing is.
 */
export function describeFuture(
  sourceId: string,
  times: readonly (string | null)[],
  now: Date,
): string | null {
  const limit = now.getTime() + DAY_MS
  const time = times.find((one) => one !== null && Date.parse(one) > limit)
  return time === undefined
    ? null
    : `was read up to ${time}, which is in the future; ${COMMAND} collect --anew ${sourceId} reads everything again`
}

/**
 * Until when an answer counts: `theirs` is the other side's clock when it was given, null where it did
 * not tell; ours where that is behind.
 */
export const readUntil = (theirs: Date | null, now: Date) =>
  new Date(Math.min((theirs ?? now).getTime(), now.getTime()))

/** @throws {SourceError} when `time` is in the future */
export function refuseFuture(sourceId: string, time: string | null, now: Date): void {
  const fault = describeFuture(sourceId, [time], now)
  if (fault !== null) throw new SourceError(sourceId, fault)
}

/**
 * When the commits of a line came to it, oldest first, as far as their dates may be: one in the future says
 * nothing, and came with the next that does, or by `now`.
 */
export function withoutFuture(dates: readonly Date[], now: Date): Date[] {
  let next = now
  return dates
    .toReversed()
    .map((date) => {
      if (date <= now) next = date
      return next
    })
    .toReversed()
}
