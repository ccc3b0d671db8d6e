/** Text in code unit order, which for instants in UTC is time order. For `toSorted`. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
