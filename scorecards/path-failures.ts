import type { Period } from '#lib/period.ts'
import type { Path } from '#scorecards/adoption/landscape.ts'
import { classifyDeployment } from '#scorecards/adoption/mechanism.ts'
import { valueAt } from '#scorecards/adoption/spans.ts'
import type { Model } from '#scorecards/adoption/tracks.ts'
import { presenceAt } from '#scorecards/adoption/usage-state.ts'
import { endedIn } from '#scorecards/delivery/attempts.ts'
import type { CauseClass } from '#scorecards/delivery/facts.ts'
import type { FailedDeployment } from '#scorecards/delivery/failed-deployments.ts'
import { isIn } from '#scorecards/delivery/production.ts'
import type { Failure } from '#scorecards/metrics/platform-caused-failure-share.ts'
import type { PathCases } from '#scorecards/path-cases.ts'

/**
 * What failed on a path in `period`, as it stood at its end: attempts, requests, and deployments as in
 * REL-03, which are those of the path.
 */
export function listFailures(
  { attempts, requests }: Pick<PathCases, 'attempts' | 'requests'>,
  delivered: readonly FailedDeployment[],
  period: Period,
): Failure[] {
  const { to: asOf } = period
  return [
    ...attempts
      .filter(({ result }) => result === 'failure')
      .map(({ id, endedAt, startedAt, causeCode }) => ({
        id,
        at: endedAt ?? startedAt,
        causes: [toCauseClass(causeCode)],
      })),
    ...endedIn(requests, period, asOf).flatMap(({ attempt, ending: { result, at } }) =>
      (result === 'failed' || result === 'timeout') && at !== null
        ? [{ id: attempt.id, at, causes: [toCauseClass(attempt.causeCode)] }]
        : [],
    ),
    ...delivered.flatMap((deployment) => toFailure(deployment, asOf)),
  ].filter(({ at }) => isIn(period, at))
}

const CAUSE_CLASSES = [
  'platform',
  'user_input',
  'policy',
  'dependency',
] as const satisfies readonly CauseClass[]

/** The class that a code is, or begins with: `platform:quota`. Null of any other. */
const toCauseClass = (code: string | null): CauseClass | null =>
  CAUSE_CLASSES.find((one) => one === code?.split(':')[0]) ?? null

function toFailure({ id, finishedAt, failures }: FailedDeployment, asOf: Date): Failure[] {
  const known = failures.filter(({ knownAt }) => knownAt < asOf)
  const causes = known.map(({ causeClass }) => causeClass)
  return known.length === 0 ? [] : [{ id, at: finishedAt, causes }]
}

/** Whether a deployment that failed was of those whom the path was meant for, and by the path. */
export function isFailureOnPath({ landscape: { serviceById } }: Model, path: Path) {
  return ({ serviceId, finishedAt, pathId, mechanism }: FailedDeployment): boolean => {
    const service = serviceById.get(serviceId)
    const at = finishedAt.toISOString()
    if (service === undefined) return false
    if (valueAt(path.eligibility(service), at)?.result !== 'eligible') return false
    const presence = () => presenceAt(path.presence(service), at)
    const use = classifyDeployment(path.id, { mechanism, path_id: pathId }, presence)
    return use.mechanism === 'path'
  }
}
