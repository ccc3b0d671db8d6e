import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

const PATTERN = /^dp_([0-9a-f]{8})_[\w-]{43}$/

/** A token as it is given out once. */
export interface NewToken {
  readonly text: string
  /** The part that may be seen. */
  readonly prefix: string
  readonly hash: string
}

/** A token of 256 random bits: `dp_<prefix>_<secret>`. */
export function createToken(): NewToken {
  const prefix = randomBytes(4).toString('hex')
  const text = `dp_${prefix}_${randomBytes(32).toString('base64url')}`
  return { text, prefix, hash: hash(text) }
}

/** The prefix of a text that has the shape of a token; null when it has not. */
export const toPrefix = (text: string): string | null => PATTERN.exec(text)?.[1] ?? null

/** Whether `text` is the token of this hash; as slow for the wrong one as for the right one. */
export const isToken = (text: string, expected: string) =>
  timingSafeEqual(Buffer.from(hash(text), 'hex'), Buffer.from(expected, 'hex'))

const hash = (text: string) => createHash('sha256').update(text).digest('hex')
