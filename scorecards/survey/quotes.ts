import { compareText } from '#lib/order.ts'

/** What must not stand in a comment that others read. */
export interface Removals {
  /** Of groups and teams. */
  readonly names: readonly string[]
  readonly serviceIds: readonly string[]
}

export interface Comment {
  readonly text: string
  /** The writer allowed to show it. */
  readonly quotable: boolean
}

/** What stands where something was removed. */
const REMOVED = '[removed]'

/**
 * Comments that may be shown word for word, without names, services, addresses and handles: above
 * `k` comments those whose writers allowed it, in an order that says nothing of who wrote when.
 *
 * Nobody keeps a list of people, so a word is taken for a name when it is capitalised inside a
 * sentence or beside another such word; a product goes with them. One capitalised word that begins a
 * sentence stays.
 */
export function quote(comments: readonly Comment[], k: number, removals: Removals): string[] {
  const written = comments.filter(({ text }) => hasWords(text))
  if (written.length <= k) return []
  const clean = toCleaner(removals)
  return written
    .filter(({ quotable }) => quotable)
    .map(({ text }) => clean(text))
    .filter((text) => hasWords(text.replaceAll(REMOVED, '')))
    .toSorted(compareText)
}

const hasWords = (text: string) => /\p{L}/u.test(text)

/** E-mail and web addresses, and handles. */
const ADDRESSES =
  /(?:https?:\/\/|www\.)\S+|(?<![^\s<>(),;:"])[^\s<>(),;:"@]+@[^\s<>(),;:"]+|(?<![\p{L}\p{N}_])@[\w.-]+/giu

function toCleaner({ names, serviceIds }: Removals): (text: string) => string {
  const terms = [...names, ...serviceIds]
    .map(normalise)
    .filter((term) => term !== '')
    // The longest first, so that no rest of it is left.
    .toSorted((a, b) => b.length - a.length)
  const known = new RegExp(terms.map(toPattern).join('|'), 'giu')
  return (text) => {
    const withoutAddresses = normalise(text).replace(ADDRESSES, REMOVED)
    const withoutTerms =
      terms.length === 0 ? withoutAddresses : withoutAddresses.replace(known, REMOVED)
    return withoutTerms.replace(PROPER_NAMES, REMOVED)
  }
}

const NAME = String.raw`\p{Lu}[\p{Ll}\p{M}'’-]+(?:\p{Lu}[\p{Ll}'’-]+)*`

/** Two in a row, or one after anything that does not end a sentence. */
const PROPER_NAMES = new RegExp(
  `(?<!\\p{L})${NAME}(?:\\s+${NAME})+|(?<=[^\\s.!?:…]["'(“‘„]*\\s+["'(“‘„]*)${NAME}`,
  'gu',
)

/** One spelling for what looks the same, without what cannot be seen. */
const normalise = (text: string) =>
  text
    .normalize('NFKC')
    .replaceAll(/\p{Cf}/gu, '')
    .trim()

/** As a word of its own, also in the genitive; anywhere in scripts that put no space between words. */
function toPattern(term: string): string {
  const pattern = term.split(/\s+/).map(literally).join('\\s+')
  if (WITHOUT_SPACES.test(term)) return pattern
  return `(?<![\\p{L}\\p{N}_])${pattern}(?:['’]?s)?(?![\\p{L}\\p{N}_])`
}

const WITHOUT_SPACES = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u

const literally = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
