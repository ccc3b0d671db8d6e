import { millisecondsInHour } from 'date-fns/constants'
import { compareText } from '#lib/order.ts'
import { daysBefore, type Period } from '#lib/period.ts'
import { type Deployment, idOf } from '#scorecards/delivery/facts.ts'
import type { EvidenceKind } from '#scorecards/measure.ts'

/** A deployment that reached production, and when. */
export type LiveDeployment = Deployment & { readonly finishedAt: Date }

export const isLive = (deployment: Deployment): deployment is LiveDeployment =>
  deployment.environmentTier === 'production' &&
  deployment.outcome === 'success' &&
  deployment.finishedAt !== null

/** Deployments that reached production by service, each list in the order of time. */
export function liveByService(
  deployments: readonly Deployment[],
): ReadonlyMap<string, readonly LiveDeployment[]> {
  return Map.groupBy(deployments.filter(isLive).toSorted(oldestFirst), ({ serviceId }) => serviceId)
}

const oldestFirst = (a: LiveDeployment, b: LiveDeployment) =>
  a.finishedAt.getTime() - b.finishedAt.getTime() || compareText(idOf(a), idOf(b))

/** A deployment as metrics see it. */
export interface DeploymentCase
  extends Pick<Deployment, 'environmentTier' | 'createdAt' | 'finishedAt' | 'outcome'> {
  readonly id: string
  /** The owner of its service then; null when nobody is known. */
  readonly team: string | null
}

/**
 * The set of a deployment that is not known to have reached production; null when it is. One whose
 * environment nobody has mapped is unknown, never production, and of one that failed or was
 * cancelled the environment does not matter.
 */
export function setOutside(deployment: DeploymentCase): EvidenceKind | null {
  const { environmentTier, team, outcome, finishedAt } = deployment
  if (environmentTier !== null && environmentTier !== 'production') return 'excluded:not_production'
  if (team === null) return 'excluded:unowned'
  if (outcome === 'open') return 'excluded:not_finished'
  if (outcome === 'failure' || outcome === 'cancelled') return 'excluded:not_successful'
  const isKnown = environmentTier !== null && outcome === 'success' && finishedAt !== null
  return isKnown ? null : 'unknown'
}

/** Whether it could not be counted only because nobody has mapped its environment. */
export const isUnmapped = (deployment: DeploymentCase) =>
  deployment.environmentTier === null && setOutside(deployment) === 'unknown'

/** When it ended; while that is not known, when it was asked for. */
export const instantOf = ({ finishedAt, createdAt }: DeploymentCase) => finishedAt ?? createdAt

/** How long after a deployment its failure can show by a rollback, and then is known. */
export const ATTRIBUTION_MS = 72 * millisecondsInHour

/** Whether what came of it can be known: at 72 hours sharp it can. */
export const isMature = (deployment: DeploymentCase, asOf: Date) =>
  asOf.getTime() - instantOf(deployment).getTime() >= ATTRIBUTION_MS

/** The moment a result speaks for, and the period that it looks at where that is another than usual. */
export interface Span {
  readonly asOf: Date
  /** Half-open. Without it: the days of the metric before the as-of. */
  readonly window?: Period
}

/** What of it had passed at the as-of. */
export function periodOf({ asOf, window }: Span, days: number): Period {
  const { from, to } = window ?? { from: daysBefore(asOf, days), to: asOf }
  return { from, to: to < asOf ? to : asOf }
}

export function isIn({ from, to }: Period, instant: Date): boolean {
  const at = instant.getTime()
  return from.getTime() <= at && at < to.getTime()
}
