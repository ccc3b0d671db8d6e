import { z } from 'zod'

/** An instant as a source writes it, with its offset, as `YYYY-MM-DDTHH:mm:ss.sssZ`. */
export const Instant = z.iso
  .datetime({ offset: true, error: 'expected an instant with its offset' })
  .transform((text) => new Date(text).toISOString())

/** Stands for a beginning that nobody knows. */
export const BEGINNING = '0001-01-01T00:00:00.000Z'
