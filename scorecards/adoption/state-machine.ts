import type { AdoptionParameters } from '#lib/golden-path.ts'

/**
 * How a team stands to a golden path, decided anew at the end of every ISO week: section 6 of the
 * metric reference.
 */

/** Where a team is in taking up a path. */
export const USAGE_STAGES = ['eligible', 'trying', 'adopted', 'partial', 'lapsed'] as const
export type UsageStage = (typeof USAGE_STAGES)[number]

/** Whether a team that could use a path is meant, rather than the reason why none can be said. */
export const isUsageStage = (state: string) => USAGE_STAGES.some((stage) => stage === state)

/** A stage, or the reason why none can be said. */
export type AdoptionState = UsageStage | 'not_eligible' | 'excepted' | 'unknown'

export type StateFlag = 'inactive' | 'abandoned_trial' | 'stuck' | 'returning' | 'slipping'

/** What one week says of a team; 28 and 91 are days before the end of the week. */
export interface WeeklyInput {
  readonly eligibility: 'eligible' | 'not_eligible' | 'unknown'
  /** Whether an approved exception for the whole team is active. */
  readonly exception: 'full' | 'none'
  /** Covered share of 28 days of the source that tells use, 0 to 1. */
  readonly useCoverage: number
  /** The same of the source that tells in-scope work. */
  readonly activityCoverage: number
  /** Attempts on the path, whatever came of them. */
  readonly attempts28: number
  /** Successful uses of the path. */
  readonly uses28: number
  readonly uses91: number
  /** Successful in-scope work on and off the path, without what is exempt, unknown or break-glass. */
  readonly activities28: number
  readonly activities91: number
  /** ISO weeks in 91 days with a successful use. */
  readonly weeks91: number
}

/** What is carried from week to week. */
export interface AdoptionRecord {
  readonly state: AdoptionState
  /** The last stage; survives weeks that say none. */
  readonly lastUsage: UsageStage
  /** Weeks in a row below the exit share. */
  readonly below: number
  readonly inactiveWeeks: number
  readonly tryingWeeks: number
  readonly flags: readonly StateFlag[]
  /** The rule that decided, such as `R5-adopt`. */
  readonly rule: string
}

/** Before the first week. */
export const INITIAL_RECORD: AdoptionRecord = {
  state: 'eligible',
  lastUsage: 'eligible',
  below: 0,
  inactiveWeeks: 0,
  tryingWeeks: 0,
  flags: [],
  rule: 'initial',
}

/** A team without in-scope work for so many weeks is listed apart; a trial that long is given up. */
export const INACTIVE_WEEKS_LIMIT = 13

const WEEKS_TO_DROP = 2
const WEEKS_TO_BE_STUCK = 4
const WORK_TO_LAPSE = 3

/** The record after a week. Deterministic, and looks only at what it is given. */
export function step(
  record: AdoptionRecord,
  input: WeeklyInput,
  parameters: AdoptionParameters,
): AdoptionRecord {
  return (
    administrative(record, input, parameters) ??
    inactive(record, input) ??
    (record.lastUsage === 'adopted' || record.lastUsage === 'partial'
      ? stepUser(record, input, parameters)
      : stepNewcomer(record, input, parameters))
  )
}

/** R0 to R2: no stage can be said, the last one is kept. */
function administrative(
  record: AdoptionRecord,
  input: WeeklyInput,
  { minimumCoverage }: AdoptionParameters,
): AdoptionRecord | null {
  const coverage = Math.min(input.useCoverage, input.activityCoverage)
  if (input.eligibility === 'unknown' || coverage < minimumCoverage) {
    return { ...record, state: 'unknown', flags: [], rule: 'R0' }
  }
  const { lastUsage, below } = record
  const kept = { ...RESET, lastUsage, below }
  if (input.eligibility === 'not_eligible') return { ...kept, state: 'not_eligible', rule: 'R1' }
  if (input.exception === 'full') return { ...kept, state: 'excepted', rule: 'R2' }
  return null
}

const RESET = { below: 0, inactiveWeeks: 0, tryingWeeks: 0, flags: [] } as const

/** R3: nothing happened at all, on the path or elsewhere. */
function inactive(record: AdoptionRecord, input: WeeklyInput): AdoptionRecord | null {
  if (input.activities28 > 0 || input.attempts28 > 0) return null
  const inactiveWeeks = record.inactiveWeeks + 1
  const isGivenUp = record.lastUsage === 'trying' && inactiveWeeks >= INACTIVE_WEEKS_LIMIT
  const stage = isGivenUp ? 'eligible' : record.lastUsage
  return {
    ...toStage(stage, 'R3', isGivenUp ? ['abandoned_trial', 'inactive'] : ['inactive']),
    inactiveWeeks,
    below: record.below,
  }
}

function toStage(
  stage: UsageStage,
  rule: string,
  flags: readonly StateFlag[] = [],
): AdoptionRecord {
  return { ...RESET, state: stage, lastUsage: stage, flags, rule }
}

/** R4: the team was on the path, wholly or in part. */
function stepUser(
  record: AdoptionRecord,
  input: WeeklyInput,
  parameters: AdoptionParameters,
): AdoptionRecord {
  if (hasLapsed(input)) return toStage('lapsed', 'R4-lapse')
  const share = pathShare(input, parameters)
  if (record.lastUsage === 'partial') {
    const recovers = reaches(share, parameters.entryShare) && isQualified(input, parameters)
    return recovers ? toStage('adopted', 'R4-recover') : toStage('partial', 'R4-partial')
  }
  if (reaches(share, parameters.exitShare)) return toStage('adopted', 'R4-hold')
  const below = record.below + 1
  if (below >= WEEKS_TO_DROP) return toStage('partial', 'R4-drop')
  return { ...toStage('adopted', 'R4-slip', ['slipping']), below }
}

/** Work went on without the path: enough of it, or the last use is long ago. */
function hasLapsed({ uses28, uses91, activities28 }: WeeklyInput): boolean {
  if (uses28 > 0 || activities28 === 0) return false
  return activities28 >= WORK_TO_LAPSE || uses91 === 0
}

/** R5: the team was not on the path. */
function stepNewcomer(
  record: AdoptionRecord,
  input: WeeklyInput,
  parameters: AdoptionParameters,
): AdoptionRecord {
  const share = pathShare(input, parameters)
  if (isQualified(input, parameters)) {
    if (reaches(share, parameters.entryShare)) return toStage('adopted', 'R5-adopt')
    if (reaches(share, parameters.partialShare)) return toStage('partial', 'R5-partial')
  }
  if (input.attempts28 >= 1) return stepTrial(record, input)
  if (record.lastUsage === 'lapsed') return toStage('lapsed', 'R5-stay-lapsed')
  const flags: StateFlag[] = record.lastUsage === 'trying' ? ['abandoned_trial'] : []
  return toStage('eligible', 'R5-none', flags)
}

function stepTrial(record: AdoptionRecord, input: WeeklyInput): AdoptionRecord {
  const tryingWeeks = record.lastUsage === 'trying' ? record.tryingWeeks + 1 : 1
  const flags: StateFlag[] = []
  if (record.lastUsage === 'lapsed') flags.push('returning')
  if (tryingWeeks >= WEEKS_TO_BE_STUCK && input.uses91 === 0) flags.push('stuck')
  return { ...toStage('trying', 'R5-try', flags), tryingWeeks }
}

function isQualified(
  { uses91, weeks91 }: WeeklyInput,
  { qualifyingUses, qualifyingWeeks }: AdoptionParameters,
): boolean {
  return uses91 >= qualifyingUses && weeks91 >= qualifyingWeeks
}

/** The path's share of the work, of 28 days if there was enough of it; null without any work. */
function pathShare(input: WeeklyInput, { minimumActivities }: AdoptionParameters): number | null {
  if (input.activities28 >= minimumActivities) return input.uses28 / input.activities28
  return input.activities91 === 0 ? null : input.uses91 / input.activities91
}

const reaches = (share: number | null, limit: number) => share !== null && share >= limit
