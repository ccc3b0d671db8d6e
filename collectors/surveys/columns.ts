import { type Row, UnreadableExport } from '#collectors/surveys/table.ts'
import { closest } from '#lib/closest.ts'
import type { ColumnReference } from '#lib/survey-profile.ts'

/** Trimmed, with single blanks and straight quotes. */
export const normalise = (text: string) =>
  text
    .normalize('NFC')
    .replaceAll(/[‘’‛′]/g, "'")
    .replaceAll(/[“”„″]/g, '"')
    .replaceAll(/\s+/g, ' ')
    .trim()

/** What each column may be called by, in their order. */
export type Headers = readonly (readonly string[])[]

/** What says nothing more than the question above it. */
const PLAIN = /^(?:open-ended )?response$/i

/**
 * The names of each column: its header or, of two header rows, the question alone where it has one
 * column, and `Question [option]` where it has several. Google Forms writes grids in that way itself.
 */
export function toHeaders(rows: readonly Row[]): Headers {
  const [questions = [], options = []] = rows.map(({ cells }) => cells.map(normalise))
  if (rows.length === 1) return questions.map((question) => [question])
  let current = ''
  return questions.map((question, index) => {
    if (question !== '') current = question
    const option = options[index] ?? ''
    return option === '' || PLAIN.test(option) ? [current] : [`${current} [${option}]`]
  })
}

/**
 * The place of a column, from 0.
 *
 * @throws {UnreadableExport} when there is none, or when several have that name
 */
export function findColumn(headers: Headers, reference: ColumnReference): number {
  if (typeof reference === 'number') {
    if (reference <= headers.length) return refusePrivate(headers, reference - 1)
    throw new UnreadableExport(`has ${headers.length} columns, and none with number ${reference}`)
  }
  const wanted = normalise(reference)
  const places = headers.flatMap((names, index) => (names.includes(wanted) ? [index] : []))
  const [place] = places
  if (places.length === 1 && place !== undefined) return refusePrivate(headers, place)
  if (places.length > 1) {
    const numbers = places.map((one) => one + 1).join(', ')
    throw new UnreadableExport(`has "${wanted}" in the columns ${numbers}; name one by its number`)
  }
  const near = closest(wanted, headers.flat())
  const hint = near === undefined ? `; it has ${listNames(headers)}` : `; did you mean "${near}"?`
  throw new UnreadableExport(`has no column "${wanted}"${hint}`)
}

const MOST_NAMES = 30

/** Of a column without a name its number. */
function listNames(headers: Headers): string {
  const names = headers.map(([name = ''], index) => (name === '' ? `${index + 1}` : `"${name}"`))
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : ''
  return names.slice(0, MOST_NAMES).join(', ') + more
}

/** Headers under which products and people ask who somebody is. */
const PRIVATE =
  /^(?:(?:your |first |last |full |user |display )?name|user ?name|(?:your )?e-?mail(?: address)?|ip(?: address)?|network id|(?:tele)?phone(?: number)?|(?:vor|nach|benutzer)name|e-mail-adresse|custom data 1)\??$/i

function refusePrivate(headers: Headers, place: number): number {
  const [name = ''] = headers[place] ?? []
  if (!PRIVATE.test(name)) return place
  throw new UnreadableExport(`tells in "${name}" who answered; no survey is read by that`)
}
