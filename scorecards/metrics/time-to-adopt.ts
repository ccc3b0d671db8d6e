import { millisecondsInDay } from 'date-fns/constants'
import { type Duration, endedShare, kaplanMeier } from '#lib/stats/survival.ts'
import {
  knownWeeks,
  onsetOf,
  type PathStart,
  PREVALENT,
  type StateAtWeekEnd,
  type TeamOnset,
} from '#scorecards/adoption/cohorts.ts'
import type { AdoptionState, UsageStage } from '#scorecards/adoption/state-machine.ts'
import { type EvidenceKind, type Metric, toEvidence } from '#scorecards/measure.ts'
import { timeToEvent } from '#scorecards/time-to-event.ts'

export interface AdoptionTimes extends PathStart {
  readonly asOf: Date
  readonly teams: readonly MandatedOnset[]
  /** Whether anybody keeps a list of mandates for the path. */
  readonly hasMandateRegister: boolean
}

export interface MandatedOnset extends TeamOnset {
  /** When the first mandate that names the path and covers the team was announced; null: none was. */
  readonly mandateAnnouncedAt: Date | null
}

const MINIMUM_TEAMS = 8
const MINIMUM_EVENTS = 4

export const timeToAdopt: Metric<AdoptionTimes> = {
  definition: {
    id: 'ADO-05',
    key: 'time_to_adopt',
    name: 'Time to adopt',
    area: 'adoption',
    unit: 'days',
    direction: 'lower',
    toldOf: 'moment',
    definition:
      'How long it takes a team to adopt the path from the moment at which it could have; teams that ' +
      'have not adopted it yet count.',
    formula:
      'Kaplan-Meier median over teams of (end of the first week in state adopted - the moment from ' +
      'which the path was both meant for the team and available). A team that has not adopted is ' +
      'watched until the last week end at which it could have: no longer while it is on a full ' +
      'exception or the path is not meant for it. Beside it the share of teams that adopt within ' +
      '28, 56 and 91 days, and voluntaryMedian, for which a team is watched only until a mandate ' +
      'that names the path is announced to it',
    eligibleSet:
      'Teams that could adopt on the first day that was read or later. Teams that could before are ' +
      'left out and counted, as prevalent where they had adopted when their state was first known.',
    window: 'Since the path was generally available.',
    minimumSample: 'Eight teams, of which four have adopted, for value and band.',
    missingData:
      'A team whose state is not known any more is watched until it last was; one whose state was ' +
      'never known is left out and reported, more than 20 % of them: no band. A share by a day that ' +
      'no team was watched for is empty. Without a register of mandates voluntaryMedian is empty.',
    interval:
      'Brookmeyer-Crowley on the log-log scale, 95 %; an empty upper limit was not reached.',
    bands: 'Good up to 56 days, bad above 182.',
    misleadsWhen:
      'Only those who adopted are looked at: who never came is left out. The first to adopt were ' +
      'keen to.',
    guardrails: ['ADO-06', 'ADO-01'],
    version: '1.0.0',
  },
  windowDays: 0,

  compute(input) {
    const rows = input.teams.map((team) => ({ id: team.team, ...watchTeam(team, input) }))
    const count = (kind: EvidenceKind) => rows.filter((row) => row.kind === kind).length
    const watches = rows.flatMap(({ watch }) => watch ?? [])
    const result = timeToEvent(watches, {
      nUnknown: count('unknown'),
      cutPoints: { good: 56, bad: 182 },
      valueFrom: MINIMUM_TEAMS,
      bandFrom: MINIMUM_TEAMS,
    })
    const isTooSmall = result.isTooSmall || count('counted') < MINIMUM_EVENTS
    const free = input.hasMandateRegister ? rows.flatMap(({ freeWatch }) => freeWatch ?? []) : []
    return {
      ...result,
      isTooSmall,
      isTooSmallForBand: isTooSmall,
      notMatured: count('not_matured'),
      parts: {
        ...result.parts,
        adoptedBy28Days: endedShare(watches, 28),
        adoptedBy56Days: endedShare(watches, 56),
        adoptedBy91Days: endedShare(watches, 91),
        prevalent: count(PREVALENT),
        voluntaryMedian: kaplanMeier(free).median,
        voluntaryEvents: input.hasMandateRegister ? free.filter(({ ended }) => ended).length : null,
      },
      evidence: toEvidence(rows),
      window: { from: input.availableSince, to: input.asOf },
    }
  },
}

interface Watched {
  readonly kind: EvidenceKind
  /** In days; null unless it counts. */
  readonly watch: Duration | null
  /** The same until a mandate was announced; null where it was announced before anything. */
  readonly freeWatch: Duration | null
}

function watchTeam(team: MandatedOnset, { asOf, ...path }: AdoptionTimes): Watched {
  const onset = onsetOf(team, path, asOf)
  if ('outside' in onset) return { kind: onset.outside, watch: null, freeWatch: null }
  const weeks = knownWeeks(team, asOf).filter(({ weekEnd }) => weekEnd > onset.at)
  const end = endOf(weeks)
  if (end === undefined) return { kind: setUnwatched(weeks), watch: null, freeWatch: null }
  const ended = end.state === 'adopted'
  const daysUntil = (instant: Date) => (instant.getTime() - onset.at.getTime()) / millisecondsInDay
  const watch = { time: daysUntil(end.weekEnd), ended }
  const announcedAt = team.mandateAnnouncedAt
  const free =
    announcedAt === null || announcedAt >= end.weekEnd
      ? watch
      : { time: daysUntil(announcedAt), ended: false }
  return {
    kind: ended ? 'counted' : 'not_counted:censored',
    watch,
    freeWatch: free.time > 0 ? free : null,
  }
}

/** The week end of the adoption, else the last at which the team could still adopt. */
const endOf = (weeks: readonly StateAtWeekEnd[]) =>
  weeks.find(({ state }) => state === 'adopted') ?? weeks.findLast(({ state }) => isStage(state))

/** Of a team that could never be seen to adopt: why. */
function setUnwatched(weeks: readonly StateAtWeekEnd[]): EvidenceKind {
  const state = weeks.at(-1)?.state
  if (state === undefined) return 'not_matured'
  return state === 'unknown' ? 'unknown' : `excluded:${state}`
}

const STAGES: readonly AdoptionState[] = [
  'eligible',
  'trying',
  'adopted',
  'partial',
  'lapsed',
] satisfies UsageStage[]

const isStage = (state: AdoptionState) => STAGES.includes(state)
