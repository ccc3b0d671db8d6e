import { coveredTime } from '#scorecards/coverage.ts'
import type { Step } from '#scorecards/delivery/facts.ts'

/** Groups on the platform's side of a request. */
const PLATFORM_SIDE: ReadonlySet<string> = new Set(['platform', 'infra', 'security'])

const isHuman = ({ kind }: Step) => kind !== 'auto'

/**
 * Whether somebody on the platform's side had to act or was waited for. Null where the log does not
 * tell: it is empty, names no group for a person, or knows of no person although one acted.
 */
export function hasPlatformStep(
  steps: readonly Step[],
  firstHumanStepAt: Date | null,
): boolean | null {
  const human = steps.filter(isHuman)
  if (platformGroups(human).length > 0) return true
  if (human.some(({ actorGroup }) => actorGroup === null)) return null
  const isComplete = steps.length > 0 && (firstHumanStepAt === null || human.length > 0)
  return isComplete ? false : null
}

/** The groups on the platform's side of which a person acted or was waited for. */
export const platformGroups = (steps: readonly Step[]): string[] =>
  steps
    .filter(isHuman)
    .flatMap(({ actorGroup }) => actorGroup ?? [])
    .filter((group) => PLATFORM_SIDE.has(group))

/** A step that had not begun was no part of it yet, and one that ended later went on. */
export function withStepsUntil<Logged extends { readonly steps: readonly Step[] }>(
  logged: Logged,
  asOf: Date,
): Logged {
  const isOver = ({ startedAt, endedAt }: Step) =>
    startedAt < asOf && (endedAt === null || endedAt < asOf)
  if (logged.steps.every(isOver)) return logged
  const begun = logged.steps.filter(({ startedAt }) => startedAt < asOf)
  const steps = begun.map((step) => (isOver(step) ? step : { ...step, endedAt: null }))
  return { ...logged, steps }
}

/** Whether a log has steps, and the end of each. */
export const isComplete = (steps: readonly Step[]) =>
  steps.length > 0 && steps.every(({ endedAt }) => endedAt !== null)

/**
 * Milliseconds in [from, to) in which a person was waited for; of two waits at a time each moment
 * counts once.
 */
export function humanWait(steps: readonly Step[], from: number, to: number): number {
  const waits = steps
    .filter(({ kind }) => kind === 'human_wait')
    .map(({ startedAt, endedAt }) => ({
      from: startedAt.getTime(),
      to: endedAt?.getTime() ?? startedAt.getTime(),
    }))
  return coveredTime(waits, from, to)
}
