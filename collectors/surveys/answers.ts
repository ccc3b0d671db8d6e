import { normalise } from '#collectors/surveys/columns.ts'
import { SCALES, type SurveyProfile } from '#lib/survey-profile.ts'

type Question = SurveyProfile['questions'][number]
export type Rating = Extract<Question, { is: keyof typeof SCALES }>

/** What stands in a cell that nobody filled. */
const NOT_ANSWERED = /^(?:|n\/?a|n\.a\.|-+)$/i

export const isAnswered = (cell: string) => !NOT_ANSWERED.test(cell.trim())

/** A rating on the instrument's own scale, or why it is none. Null: not answered. */
export function readRating(
  cell: string,
  question: Pick<Rating, 'is' | 'lowest' | 'best' | 'labels'>,
): { readonly value: number | null } | { readonly fault: string } {
  if (!isAnswered(cell)) return { value: null }
  const { least, most } = SCALES[question.is]
  const { lowest = least, best } = question
  const highest = lowest + most - least
  const point = toPoint(cell, question)
  if (point === null || point < lowest || point > highest) {
    const words = question.labels === undefined ? '' : ` or one of ${question.labels.join(', ')}`
    return { fault: `expected a number from ${lowest} to ${highest}${words}` }
  }
  const up = best === 'high' ? point - lowest : highest - point
  return { value: least + up }
}

/** `4`, `1 (very easy)`, `10 - extremely likely`, or a label. */
function toPoint(cell: string, { is, lowest, labels }: Pick<Rating, 'is' | 'lowest' | 'labels'>) {
  const text = normalise(cell).toLowerCase()
  const place = labels?.findIndex((label) => normalise(label).toLowerCase() === text) ?? -1
  if (place !== -1) return place + (lowest ?? SCALES[is].least)
  const [, number] = /^(-?\d{1,3})(?:\.0+)?(?:\s*[-–—(:].*)?$/.exec(text) ?? []
  return number === undefined ? null : Number(number)
}

/** Begins where a word does, or a long word would be searched from each of its letters. */
const E_MAIL = /(?<![^\s<>(),;:"])[^\s<>(),;:"@]+@[^\s<>(),;:"]+/g
const IP_ADDRESS = /\b(?:\d{1,3}\.){3}\d{1,3}\b|\b(?:[\da-f]{1,4}:){4,7}[\da-f]{1,4}\b/gi
const PHONE = /(?<![\w.])\+\d[\d ()/-]{7,}\d/g

/** Without e-mail addresses, IP addresses and telephone numbers. */
export const withoutAddresses = (text: string) =>
  [E_MAIL, IP_ADDRESS, PHONE].reduce(
    (clean, pattern) => clean.replaceAll(pattern, '[removed]'),
    text,
  )
