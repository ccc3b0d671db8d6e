import { daysBefore, weekNumber } from '#lib/period.ts'
import {
  knownWeeks,
  onsetOf,
  type PathStart,
  retentionSet,
  type TeamOnset,
} from '#scorecards/adoption/cohorts.ts'
import {
  attemptsByTeam,
  type PathAttempt,
  successesOf,
  successOf,
} from '#scorecards/adoption/path-attempts.ts'
import type { EvidenceKind, TableMetric } from '#scorecards/measure.ts'
import { proportionOf } from '#scorecards/proportion.ts'

export interface Funnel extends PathStart {
  readonly asOf: Date
  readonly teams: readonly TeamOnset[]
  /** All attempts on the path of these teams. */
  readonly attempts: readonly PathAttempt[]
}

/** In this order; the first is that of every team that could adopt. */
export const STAGES = [
  'eligible',
  'attempted',
  'first_success',
  'repeat',
  'adopted',
  'retained_12w',
] as const
type Stage = (typeof STAGES)[number]

const WINDOW_DAYS = 56
const RETAINED_WEEKS = 12
const REPEATS = 3
const REPEAT_WEEKS = 2
const ENOUGH_FOR_BAND = 10

/** A cell for each stage after the first: the step that leads to it. */
export const funnelConversion: TableMetric<Funnel> = {
  definition: {
    id: 'ADO-07',
    key: 'funnel_conversion',
    name: 'Adoption funnel',
    area: 'adoption',
    unit: 'fraction of teams',
    direction: 'higher',
    toldOf: 'moment',
    definition:
      'How far teams get within 56 days of the moment at which they could adopt the path, step by ' +
      'step: eligible, attempted, first_success, repeat (a third success, in at least two ISO ' +
      'weeks), adopted; then retained_12w, on the path 12 weeks after adopting it.',
    formula:
      'teams that reached the stage / teams that reached the one before. A team that skipped a stage ' +
      'counts as having reached it: skipped says how many did (flag skipped_stage). Beside it lost, ' +
      'the teams that did not go on; isLargestLoss names the stage to ask about; and for adopted ' +
      'attemptToAdopted, the share of those that attempted',
    eligibleSet:
      'Teams that could adopt on the first day that was read or later. At retained_12w one that is on ' +
      'a full exception or for which the path is not meant any more is left out.',
    window: '56 days of each team; for retained_12w 12 weeks since it adopted.',
    minimumSample: 'One team at the stage before for the value, ten for a band.',
    missingData:
      'A team whose days are not over yet leaves the step and is counted. One that had not adopted ' +
      'when its state was last asked for and then was unknown is reported with bounds; more than 20 % ' +
      'of them: no band. Nobody counts who looks at a path without trying it, so there is no stage ' +
      'for that. A success that ended at an unknown moment is put where it began.',
    interval: 'Wilson score, 95 %, for each step.',
    bands: 'Good from 80 %, bad below 50 %, for each step.',
    misleadsWhen: 'Teams that came at different times are mixed.',
    guardrails: ['ADO-08', 'SUP-04'],
    version: '1.0.0',
  },
  windowDays: 0,

  computeCells(input) {
    const byTeam = attemptsByTeam(input.attempts, input.asOf)
    const journeys = input.teams.map((team) => toJourney(team, byTeam.get(team.team) ?? [], input))
    const cells = STAGES.slice(1).map((stage) => cellOf(stage, journeys))
    const losses = cells.map(({ parts }) => parts.lost)
    const largest = losses.indexOf(Math.max(...losses))
    return cells.map((cell, place) => ({
      ...cell,
      parts: { ...cell.parts, isLargestLoss: cell.parts.lost > 0 && place === largest },
      window: { from: input.availableSince, to: input.asOf },
    }))
  },
}

/** How a team went through the stages. */
interface Journey {
  readonly team: string
  /** The place in `STAGES` of the furthest stage; below 0 for a team that is in no step. */
  readonly reached: number
  /** By place: the stages at which it was seen, those that it skipped aside. */
  readonly seen: readonly boolean[]
  /** The set that it belongs to in the step to that place. */
  readonly setAt: (place: number) => EvidenceKind
}

const ATTEMPTED = STAGES.indexOf('attempted')
const ADOPTED = STAGES.indexOf('adopted')
const RETAINED = STAGES.indexOf('retained_12w')

function toJourney(team: TeamOnset, attempts: readonly PathAttempt[], input: Funnel): Journey {
  const { asOf } = input
  const onset = onsetOf(team, input, asOf)
  if ('outside' in onset) {
    return { team: team.team, reached: -1, seen: [], setAt: () => onset.outside }
  }
  const deadline = daysBefore(onset.at, -WINDOW_DAYS)
  const weeks = knownWeeks(team, asOf).filter(({ weekEnd }) => weekEnd <= deadline)
  const adoptedAt = weeks.find(({ state }) => state === 'adopted')?.weekEnd ?? null
  const retention =
    adoptedAt === null ? 'not_counted' : retentionSet(team, adoptedAt, RETAINED_WEEKS, asOf)
  const isUnknown = (weeks.at(-1)?.state ?? 'unknown') === 'unknown'
  const uses = stagesOfUse(attempts, deadline, asOf)
  const seen = [true, ...uses, adoptedAt !== null, retention === 'counted']
  const reached = seen.lastIndexOf(true)
  const setAt = (place: number): EvidenceKind => {
    if (reached < place - 1) return 'excluded:not_at_stage_before'
    if (place === RETAINED) return retention
    if (deadline > asOf) return 'not_matured'
    if (reached >= place) return 'counted'
    return place === ADOPTED && isUnknown ? 'unknown' : 'not_counted'
  }
  return { team: team.team, reached, seen, setAt }
}

/** Whether it attempted, succeeded, and did so again and again, up to `deadline`. */
function stagesOfUse(attempts: readonly PathAttempt[], deadline: Date, asOf: Date): boolean[] {
  const successes = successesOf(attempts, asOf)
    .map(successOf)
    .filter((at) => at <= deadline)
  const weeks = new Set(successes.map(weekNumber))
  return [
    attempts.some(({ startedAt }) => startedAt <= deadline),
    successes.length > 0,
    successes.length >= REPEATS && weeks.size >= REPEAT_WEEKS,
  ]
}

function cellOf(stage: Stage, journeys: readonly Journey[]) {
  const place = STAGES.indexOf(stage)
  const rows = journeys.map(({ team, setAt }) => ({ id: team, kind: setAt(place) }))
  const cutPoints = { good: 0.8, bad: 0.5 }
  const result = proportionOf(rows, { cutPoints, valueFrom: 1, bandFrom: ENOUGH_FOR_BAND })
  const skipped = journeys.filter(
    ({ seen, setAt }) => setAt(place) === 'counted' && seen[place] === false,
  ).length
  return {
    ...result,
    flags: skipped > 0 ? [...result.flags, 'skipped_stage'] : result.flags,
    parts: {
      lost: rows.filter(({ kind }) => kind === 'not_counted').length,
      skipped,
      ...(place === ADOPTED && { attemptToAdopted: attemptToAdopted(journeys) }),
    },
    parameters: { step: stage },
  }
}

/** Null when no team attempted whose days are over and whose state was known. */
function attemptToAdopted(journeys: readonly Journey[]): number | null {
  const attempted = journeys.filter(
    ({ setAt }) => setAt(ATTEMPTED) === 'counted' && setAt(ADOPTED) !== 'unknown',
  )
  const adopted = attempted.filter(({ reached }) => reached >= ADOPTED)
  return attempted.length === 0 ? null : adopted.length / attempted.length
}
