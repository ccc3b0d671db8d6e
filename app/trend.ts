import { formatDay, formatPercent } from '#app/format.ts'

/** A share at one moment of a series; null where nothing was measured. */
export interface TrendPoint {
  readonly at: Date
  readonly value: number | null
}

/** Neighbours with a value, as one run each: a gap ends a run and nothing is drawn across it. */
export function runsOf(points: readonly TrendPoint[]): { index: number; value: number }[][] {
  const runs: { index: number; value: number }[][] = []
  let run: { index: number; value: number }[] = []
  for (const [index, { value }] of points.entries()) {
    if (value === null) {
      run = []
      continue
    }
    if (run.length === 0) runs.push(run)
    run.push({ index, value })
  }
  return runs
}

/** What a trend shows, in a sentence: `Rose from 12% (5 Jan 2026) to 64% (5 Oct 2026).` */
export function trendSentence(
  points: readonly TrendPoint[],
  say: (value: number) => string = (value) => formatPercent(value, null),
): string {
  const known = points.filter((point) => point.value !== null)
  const [first] = known
  const last = known.at(-1)
  if (first === undefined || last === undefined) return 'Nothing was measured in this time.'
  const missing = points.filter(({ at, value }) => value === null && at > first.at).length
  return [movement(first, last, say), ...(missing > 0 ? [gapSentence(missing)] : [])].join(' ')
}

function movement(first: TrendPoint, last: TrendPoint, say: (value: number) => string): string {
  const share = ({ value }: TrendPoint) => say(value ?? 0)
  const end = `${share(last)} (${formatDay(last.at)})`
  if (first === last) return `${end} is the only measurement.`
  const start = `${share(first)} (${formatDay(first.at)})`
  if (share(first) === share(last)) return `${start} at the start and at the end.`
  const verb = (last.value ?? 0) > (first.value ?? 0) ? 'Rose' : 'Fell'
  return `${verb} from ${start} to ${end}.`
}

const gapSentence = (missing: number) =>
  `${missing} ${missing === 1 ? 'point is' : 'points are'} missing and drawn as a gap.`
