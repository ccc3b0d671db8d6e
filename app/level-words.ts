import type { Scorecard } from '#scorecards/checks/scorecard.ts'

/** `Silver, 6 of 8 to gold`. */
export function levelWords({ level, next }: Scorecard): string {
  const name = level === null ? 'No level yet' : capital(level)
  return next === null ? name : `${name}, ${next.passed} of ${next.of} to ${next.level}`
}

export const capital = (word: string) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`
