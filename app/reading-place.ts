/** A reader looks at what is in the upper third of the window. */
const LINE = 1 / 3

/**
 * The part of a page that is being read: the last whose heading has come up to the upper third of
 * the window; at the end of the page the last of all, which may be too short to get there. Null
 * above the first.
 */
export function readPlace(
  /** In the order of the page; `top` in pixels from the upper edge of the window. */
  headings: readonly { readonly id: string; readonly top: number }[],
  { height, isAtEnd }: { readonly height: number; readonly isAtEnd: boolean },
): string | null {
  const line = isAtEnd ? height : height * LINE
  return headings.findLast(({ top }) => top <= line)?.id ?? null
}
