/** A row of `path_attempts`: somebody tried the path. */
export interface PathAttempt {
  readonly id: string
  readonly team: string
  readonly startedAt: Date
  /** Null while it is open, or when the source does not say. */
  readonly endedAt: Date | null
  readonly result: 'success' | 'failure' | 'cancelled' | 'open'
}

/** Attempts that had begun before `asOf`, by team, each list in the order of their start. */
export function attemptsByTeam(
  attempts: readonly PathAttempt[],
  asOf: Date,
): ReadonlyMap<string, readonly PathAttempt[]> {
  const begun = attempts
    .filter(({ startedAt }) => startedAt < asOf)
    .toSorted((a, b) => a.startedAt.getTime() - b.startedAt.getTime())
  return Map.groupBy(begun, ({ team }) => team)
}

/** When an attempt succeeded; where that is not known, when it began. */
export const successOf = ({ endedAt, startedAt }: PathAttempt) => endedAt ?? startedAt

/** Attempts that had succeeded before `asOf`, in the order in which they did. */
export function successesOf(attempts: readonly PathAttempt[], asOf: Date): PathAttempt[] {
  return attempts
    .filter((attempt) => attempt.result === 'success' && successOf(attempt) < asOf)
    .toSorted((a, b) => successOf(a).getTime() - successOf(b).getTime())
}
