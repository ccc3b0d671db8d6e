import { z } from 'zod'

const LONGEST = 500

/** Control characters, marks that turn the direction of writing, and characters without width. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

/** A name from outside as it may be stored and shown: what cannot be seen goes, 500 characters stay. */
export const PlainText = z.string().transform((text) =>
  text
    .slice(0, LONGEST * 4)
    .toWellFormed()
    .replace(UNSEEN, '')
    .slice(0, LONGEST),
)
