import { type Refused, readParameters, type Search } from '#app/url-state.ts'

/** A page of which one part at a time fills the screen. */
export interface Presentation {
  /** Id of the part that is shown. */
  readonly shown: string
  /** Its number, from 1, and of how many. */
  readonly slide: number
  readonly count: number
  /** A number that no part has; the first is shown in its place. */
  readonly refused: readonly Refused[]
}

/** How an address asks for a page to be presented; null when it does not. */
export function readPresentation(
  search: Search,
  /** Ids of its parts, in order. */
  parts: readonly [string, ...string[]],
): Presentation | null {
  const { present, slide: asked } = readParameters(search)
  if (present === null) return null
  const slide = asked ?? 1
  const shown = parts[slide - 1]
  const count = parts.length
  if (shown !== undefined) return { shown, slide, count, refused: [] }
  return { shown: parts[0], slide: 1, count, refused: [{ name: 'slide', text: String(slide) }] }
}
