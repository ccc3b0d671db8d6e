import type { AdoptionRecord, UsageStage } from '#scorecards/adoption/state-machine.ts'

/** Why an adoption began. `unknown`: nobody keeps a register of mandates for the path. */
export type Origin = 'voluntary' | 'mandated' | 'unknown'

/** A mandate that covers the team; instants as ISO text. */
export interface TeamMandate {
  /** An interface mandate names the tool; an outcome mandate asks for evidence. */
  readonly kind: 'interface' | 'outcome'
  readonly announcedAt: string
  /** Null while it lasts. */
  readonly endedAt: string | null
}

/**
 * Why a run of use began. The announcement counts, not the day of effect: teams move early. A
 * mandate for an outcome leaves the choice of means. `mandates` is null without a register.
 */
export function adoptionOrigin(
  firstUseOfRun: string,
  mandates: readonly TeamMandate[] | null,
): Origin {
  if (mandates === null) return 'unknown'
  const isMandated = mandates.some(
    ({ kind, announcedAt, endedAt }) =>
      kind === 'interface' &&
      announcedAt <= firstUseOfRun &&
      (endedAt === null || endedAt >= firstUseOfRun),
  )
  return isMandated ? 'mandated' : 'voluntary'
}

/** Use since the first ever or since the last lapse. */
export interface Run {
  /** Its first successful use; null before it. */
  readonly firstUse: string | null
  /** Null before the team adopted the path, wholly or in part. */
  readonly origin: Origin | null
}

export const NO_RUN: Run = { firstUse: null, origin: null }

/**
 * The run after a week. `was` is the stage before the week, `record` what the week made of it, and
 * `firstUse` the first successful use within the week, null when there was none.
 */
export function continueRun(
  run: Run,
  week: {
    readonly was: UsageStage
    readonly record: AdoptionRecord
    readonly firstUse: string | null
  },
  mandates: readonly TeamMandate[] | null,
): Run {
  const { was, record } = week
  if (record.state === 'lapsed' && was !== 'lapsed') return NO_RUN
  const firstUse = run.firstUse ?? week.firstUse
  if (!isUser(record.lastUsage) || isUser(was)) return { ...run, firstUse }
  const origin = firstUse === null ? 'unknown' : adoptionOrigin(firstUse, mandates)
  return { firstUse, origin }
}

const isUser = (stage: UsageStage) => stage === 'adopted' || stage === 'partial'
