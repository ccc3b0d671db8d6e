import { z } from 'zod'

/** The moment that a page speaks for. */
export interface AsOf {
  readonly at: Date
  /** The day as the address names it; null when it names none, and the newest figures are meant. */
  readonly day: string | null
  /** What the address asked for in vain; null when nothing was wrong with it. */
  readonly refused: string | null
}

type SearchParams = Readonly<Record<string, string | string[] | undefined>>

/** Reads `asof`: a day means 00:00 UTC of it. What is no day, or lies ahead, means now. */
export function readAsOf(search: SearchParams, now: Date): AsOf {
  const asked = search['asof']
  if (asked === undefined || asked === '') return { at: now, day: null, refused: null }
  const day = z.iso
    .date()
    .refine((text) => new Date(text) <= now)
    .safeParse(asked)
  if (!day.success) return { at: now, day: null, refused: String(asked) }
  return { at: new Date(day.data), day: day.data, refused: null }
}

/** An address that speaks for the same moment. */
export function at(asOf: AsOf, path: string, parameters: Record<string, string | undefined> = {}) {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.set(name, value)
  }
  if (asOf.day !== null) query.set('asof', asOf.day)
  const text = query.toString()
  return text === '' ? path : `${path}?${text}`
}

/** Where the rows behind a number are listed. */
export function metricAddress(
  asOf: AsOf,
  metricId: string,
  { pathId, teamId, sourceId }: { pathId?: string; teamId?: string; sourceId?: string },
): string {
  return at(asOf, `/metrics/${metricId}`, { path: pathId, team: teamId, source: sourceId })
}
