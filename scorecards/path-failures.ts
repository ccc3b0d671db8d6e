import { daysBefore } from '#lib/period.ts'
import type { Landscape, Path } from '#scorecards/adoption/landscape.ts'
import { classifyDeployment } from '#scorecards/adoption/mechanism.ts'
import { valueAt } from '#scorecards/adoption/spans.ts'
import type { Model } from '#scorecards/adoption/tracks.ts'
import { presenceAt } from '#scorecards/adoption/usage-state.ts'
import { endedIn } from '#scorecards/delivery/attempts.ts'
import { linkChanges } from '#scorecards/delivery/change-links.ts'
import { type CauseClass, idOf } from '#scorecards/delivery/facts.ts'
import { failuresAt, linkFailures } from '#scorecards/delivery/failure-links.ts'
import type { DeliveryFacts } from '#scorecards/delivery/ledger.ts'
import { isIn, isLive, type LiveDeployment } from '#scorecards/delivery/production.ts'
import {
  type Failure,
  platformCausedFailureShare,
} from '#scorecards/metrics/platform-caused-failure-share.ts'
import type { PathCases } from '#scorecards/path-cases.ts'

/** What failed on a path in the window of REL-06: attempts, requests, and deployments as in REL-03. */
export function listFailures(
  model: Model,
  path: Path,
  { attempts, requests }: Pick<PathCases, 'attempts' | 'requests'>,
  delivered: readonly DeliveryFacts[],
  asOf: Date,
): Failure[] {
  const period = { from: daysBefore(asOf, platformCausedFailureShare.windowDays), to: asOf }
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
    ...delivered.flatMap((own) => failedDeployments(model, path, own, asOf)),
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

/** Those that went by the path and failed by a link that counts. */
function failedDeployments(
  { landscape }: Model,
  path: Path,
  facts: DeliveryFacts,
  asOf: Date,
): Failure[] {
  const links = linkFailures({ ...facts, carriages: linkChanges(facts) })
  return facts.deployments.filter(isLive).flatMap((deployment) => {
    const id = idOf(deployment)
    const counted = failuresAt(links, id, asOf).filter(({ linkKind }) => linkKind !== 'inferred')
    if (counted.length === 0 || !isOnPath(landscape, path, deployment)) return []
    const causes = counted.map(({ incident }) => incident?.causeClass ?? null)
    return [{ id, at: deployment.finishedAt, causes }]
  })
}

function isOnPath(
  { serviceById }: Landscape,
  path: Path,
  { serviceId, finishedAt, pathId, mechanism }: LiveDeployment,
): boolean {
  const service = serviceById.get(serviceId)
  const at = finishedAt.toISOString()
  if (service === undefined) return false
  if (valueAt(path.eligibility(service), at)?.result !== 'eligible') return false
  const presence = () => presenceAt(path.presence(service), at)
  return classifyDeployment(path.id, { mechanism, path_id: pathId }, presence).mechanism === 'path'
}
