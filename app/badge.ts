import type { Tone } from '#app/status.ts'

/** What a badge says: of what, and how it stands. */
export interface Badge {
  readonly label: string
  readonly message: string
  readonly tone: Tone
}

const COLOURS: Readonly<Record<Tone, string>> = {
  good: '#0a6459',
  watch: '#7a4f00',
  bad: '#a33a06',
  quiet: '#5b6158',
}

/** As shields.io reads it: https://shields.io/badges/endpoint-badge */
export const toShieldsJson = ({ label, message, tone }: Badge) => ({
  schemaVersion: 1,
  label,
  message,
  color: COLOURS[tone].slice(1),
})

const LETTER = 6.6
const PAD = 8
const HEIGHT = 20

export function toBadgeSvg({ label, message, tone }: Badge): string {
  const left = widthOf(label)
  const width = left + widthOf(message)
  const text = (x: number, words: string) =>
    `<text x="${x}" y="14" textLength="${(words.length * LETTER).toFixed(0)}">${toText(words)}</text>`
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT}" role="img" aria-label="${toText(`${label}: ${message}`)}"><title>${toText(`${label}: ${message}`)}</title><rect width="${width}" height="${HEIGHT}" rx="3" fill="#2b302a"/><path d="M${left} 0H${width - 3}a3 3 0 0 1 3 3V17a3 3 0 0 1-3 3H${left}z" fill="${COLOURS[tone]}"/><g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">${text(PAD, label)}${text(left + PAD, message)}</g></svg>`
}

const widthOf = (words: string) => Math.round(words.length * LETTER + 2 * PAD)

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const toText = (words: string) => words.replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] ?? '')
