/**
 * A collector that neither tells progress, stores a page nor is given an answer for so long is ended.
 * The longest that a sound one needs is a page of the whole history of a large clone, which SQLite
 * stores in minutes; no request takes longer than its own limit, a fraction of this.
 */
export const LONGEST_SILENCE_MS = 10 * 60_000
/** A collector that is told to stop and does not hear is killed; shorter than whoever started us waits. */
export const LONGEST_STOP_MS = 5000
