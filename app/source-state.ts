import { formatAgo, formatCountOf, formatDay } from '#app/format.ts'
import type { Verdict } from '#app/status.ts'
import { toMilliseconds } from '#lib/duration.ts'
import { daysBefore } from '#lib/period.ts'
import type { SourceHealth } from '#lib/queries/data-health.ts'

export interface SourceState {
  readonly verdict: Verdict
  /** What is the matter, or how far it reaches, in a sentence without its full stop. */
  readonly sentence: string
  /** 0 is the worst. */
  readonly rank: number
}

/** A source that reads completely only up to so many days ago no longer speaks for today. */
const REACH_DAYS = 8
/** A run that is missing for so many of its intervals is late. */
const LATE_INTERVALS = 2

/** How a source stands at `now`, in words; sources that need somebody come first by `rank`. */
export function sourceState(source: SourceHealth, now: Date): SourceState {
  return (
    neverRan(source) ??
    failed(source, now) ??
    behind(source, now) ??
    late(source, now) ??
    incomplete(source) ?? {
      verdict: { word: 'On time', shape: 'up', tone: 'good' },
      sentence: reachSentence(source),
      rank: 5,
    }
  )
}

function neverRan({ lastRun }: SourceHealth): SourceState | undefined {
  if (lastRun !== null) return undefined
  return {
    verdict: { word: 'Never run', shape: 'gap', tone: 'quiet' },
    sentence: 'nothing was collected from it yet',
    rank: 1,
  }
}

function failed({ lastRun, lastSuccessAt }: SourceHealth, now: Date): SourceState | undefined {
  if (lastRun?.status !== 'failed') return undefined
  const before =
    lastSuccessAt === null ? 'it never succeeded' : `last success ${formatDay(lastSuccessAt)}`
  return {
    verdict: { word: 'Failed', shape: 'down', tone: 'bad' },
    sentence: `the last run failed ${formatAgo(lastRun.startedAt, now)}; ${before}`,
    rank: 0,
  }
}

/** Runs end well, and yet what they read stops in the past. */
function behind({ reaches }: SourceHealth, now: Date): SourceState | undefined {
  const limit = daysBefore(now, REACH_DAYS)
  const short = reaches.filter((reach) => reach < limit)
  const [least] = short
  if (least === undefined) return undefined
  const which =
    short.length === reaches.length ? '' : ` in ${short.length} of ${reaches.length} parts`
  return {
    verdict: { word: 'Late', shape: 'clock', tone: 'bad' },
    sentence: `complete only until ${formatDay(least)}${which}`,
    rank: 2,
  }
}

function late({ every, lastSuccessAt }: SourceHealth, now: Date): SourceState | undefined {
  if (every === null || lastSuccessAt === null) return undefined
  const age = now.getTime() - lastSuccessAt.getTime()
  if (age <= LATE_INTERVALS * toMilliseconds(every)) return undefined
  return {
    verdict: { word: 'Late', shape: 'clock', tone: 'watch' },
    sentence: `due every ${every}, last read ${formatAgo(lastSuccessAt, now)}`,
    rank: 3,
  }
}

function incomplete(source: SourceHealth): SourceState | undefined {
  if (source.quarantinedCount === 0) return undefined
  const refused = formatCountOf(source.quarantinedCount, 'record')
  return {
    verdict: { word: 'Partial', shape: 'half', tone: 'watch' },
    sentence: `${refused} could not be read; ${reachSentence(source)}`,
    rank: 4,
  }
}

function reachSentence({ kind, reaches }: SourceHealth): string {
  if (kind === 'catalog') return 'says who owns what now'
  const [least] = reaches
  return least === undefined
    ? 'it does not say how far it reaches'
    : `complete until ${formatDay(least)}`
}
