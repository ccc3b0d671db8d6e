import { z } from 'zod'
import { ConfigError } from '#lib/errors.ts'

const Moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })])

/**
 * The moment that an option such as `--as-of` names: a day means 00:00 UTC of it.
 *
 * @throws {ConfigError} when it is no moment, or lies ahead of `now`
 */
export function parseMoment(option: string, text: string, now: Date): Date {
  const { data } = Moment.safeParse(text)
  const instant = new Date(data ?? Number.NaN)
  if (instant <= now) return instant
  throw new ConfigError(
    `${option}: expected a day such as 2026-01-31, or an instant such as 2026-01-31T08:00:00Z, up to now, not "${text}"`,
  )
}
