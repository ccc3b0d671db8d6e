import { formatCount, formatCountOf, formatPercent, formatShare } from '#app/format.ts'
import type { TeamState } from '#lib/queries/states.ts'
import type { MetricResult } from '#scorecards/result.ts'

/** How long an adoption must have lasted to count as kept. */
export const KEPT_WEEKS = 12

/** What the drawing draws: how many teams come how far on the path, and where else people walk. */
export interface DesirePath {
  /** Eligible, tried, adopted and kept, in this order; each a part of the one before. */
  readonly stations: readonly Station[]
  /** Teams that do not go on, by the station they got to. */
  readonly leavers: readonly Leaver[]
  /** Ways beside the path, the widest first. */
  readonly tracks: readonly Track[]
  readonly unknown: number
}

export interface Station {
  readonly key: 'eligible' | 'tried' | 'adopted' | 'kept'
  readonly label: string
  readonly teams: number
  /** Of these, under a mandate; null where origins play no part. */
  readonly mandated: number | null
}

export interface Leaver {
  /** Index of the station that these teams got to. */
  readonly station: number
  readonly key: 'eligible' | 'partial' | 'lapsed' | 'young'
  readonly label: string
  readonly teams: number
}

export interface Track {
  readonly key: 'parallel' | 'manual' | 'other' | 'drift' | 'exception'
  readonly name: string
  /** `114 of 349 activities`. */
  readonly counts: string
  /** 0 to 1, of the work, the services or the teams that `counts` names. */
  readonly share: number
}

const BEGUN: ReadonlySet<string> = new Set(['trying', 'partial', 'adopted', 'lapsed'])

/** From the states of a path's teams, the teams that kept it, and its published results. */
export function toDesirePath(
  states: readonly TeamState[],
  keepers: ReadonlySet<string>,
  results: ReadonlyMap<string, MetricResult>,
): DesirePath {
  const inState = (...names: readonly string[]) =>
    states.filter(({ state }) => names.includes(state))
  const begun = states.filter(({ state }) => BEGUN.has(state))
  const adopted = inState('adopted')
  const kept = adopted.filter(({ team }) => keepers.has(team))
  const mandated = (own: readonly TeamState[]) =>
    own.filter(({ origin }) => origin === 'mandated').length
  const waiting = inState('eligible')
  return {
    stations: [
      station('eligible', 'eligible', begun.length + waiting.length, null),
      station('tried', 'tried it', begun.length, null),
      station('adopted', 'adopted it', adopted.length, mandated(adopted)),
      station('kept', `kept it ${KEPT_WEEKS} weeks`, kept.length, mandated(kept)),
    ],
    leavers: [
      leaver(0, 'eligible', 'not using it', waiting.length),
      leaver(1, 'partial', 'part of the way', inState('trying', 'partial').length),
      leaver(1, 'lapsed', 'left it again', inState('lapsed').length),
      leaver(2, 'young', `for less than ${KEPT_WEEKS} weeks`, adopted.length - kept.length),
    ].filter(({ teams }) => teams > 0),
    tracks: [
      ...workTracks(results.get('ADO-04')),
      ...driftTrack(results.get('ADO-10')),
      ...exceptionTrack(inState('excepted').length, begun.length + waiting.length),
    ].toSorted((a, b) => b.share - a.share),
    unknown: inState('unknown').length,
  }
}

const station = (
  key: Station['key'],
  label: string,
  teams: number,
  mandated: number | null,
): Station => ({ key, label, teams, mandated })

const leaver = (at: number, key: Leaver['key'], label: string, teams: number): Leaver => ({
  station: at,
  key,
  label,
  teams,
})

const DETOURS = [
  { key: 'parallel', part: 'parallelPipeline', name: 'another pipeline' },
  { key: 'manual', part: 'manualChange', name: 'by hand' },
  { key: 'other', part: 'otherOffPath', name: 'by a way not known' },
] as const

/** The work that went around the path, by how. */
function workTracks(share: MetricResult | undefined): Track[] {
  const all = share?.denominator ?? null
  if (share === undefined || all === null || all === 0) return []
  return DETOURS.flatMap(({ key, part, name }) => {
    const count = share.parts[part]
    if (typeof count !== 'number' || count === 0) return []
    const counts = formatShare(count, all, share.unit) ?? ''
    return [{ key, name, counts, share: count / all }]
  })
}

function driftTrack(drift: MetricResult | undefined): Track[] {
  const { numerator, denominator, unit } = drift ?? {}
  if (!numerator || !denominator || unit === undefined) return []
  const counts = formatShare(numerator, denominator, unit) ?? ''
  return [{ key: 'drift', name: 'copied, and drifted', counts, share: numerator / denominator }]
}

function exceptionTrack(teams: number, eligible: number): Track[] {
  if (teams === 0) return []
  const all = teams + eligible
  return [
    {
      key: 'exception',
      name: 'under an exception',
      counts: `${formatCount(teams)} of ${formatCountOf(all, 'team')}`,
      share: teams / all,
    },
  ]
}

/** The picture in sentences. */
export function desirePathSentence({ stations, tracks, unknown }: DesirePath): string {
  const [eligible, tried, adopted, kept] = stations.map(({ teams }) => teams)
  if (!eligible) return 'No team is eligible yet.'
  const way = `Of ${formatCountOf(eligible, 'eligible team')}, ${tried} tried the path, ${adopted} adopted it and ${kept} have kept it for ${KEPT_WEEKS} weeks.`
  const beside =
    tracks.length === 0
      ? 'No way beside it was seen.'
      : `Beside it: ${tracks.map(({ name, counts, share }) => `${name}, ${counts} (${formatPercent(share, null)})`).join('; ')}.`
  const gap = unknown === 0 ? '' : ` Of ${formatCountOf(unknown, 'team')} too little is known.`
  return `${way} ${beside}${gap}`
}
