import { millisecondsInHour } from 'date-fns/constants'
import type { DeployedChange } from '#scorecards/delivery/change-links.ts'

/** What a change waits for on its way. */
export type Stage = 'commitToOpen' | 'openToReview' | 'reviewToMerge' | 'mergeToDeploy'

/**
 * Hours of each stage; null where one of its two ends did not come or is not known, as the review of
 * a change that was merged without, and where they are in the wrong order. Stages explain a lead time.
 * They do not add up to it, and nothing adds them up.
 */
export type Stages = Readonly<Record<Stage, number | null>> & { readonly isReversed: boolean }

/** A change is open from when it was ready for review. */
export function stagesOf(change: DeployedChange): Stages {
  const { firstCommitAt, firstReviewAt, mergedAt, deployedAt } = change
  const openedAt = change.readyAt ?? change.openedAt
  const hours = {
    commitToOpen: hoursBetween(firstCommitAt, openedAt),
    openToReview: hoursBetween(openedAt, firstReviewAt),
    reviewToMerge: hoursBetween(firstReviewAt, mergedAt),
    mergeToDeploy: hoursBetween(mergedAt, deployedAt),
  }
  const isReversed = Object.values(hours).some((value) => value !== null && value < 0)
  return {
    commitToOpen: orEmpty(hours.commitToOpen),
    openToReview: orEmpty(hours.openToReview),
    reviewToMerge: orEmpty(hours.reviewToMerge),
    mergeToDeploy: orEmpty(hours.mergeToDeploy),
    isReversed,
  }
}

export const hoursBetween = (from: Date | null, to: Date | null) =>
  from === null || to === null ? null : (to.getTime() - from.getTime()) / millisecondsInHour

const orEmpty = (hours: number | null) => (hours !== null && hours < 0 ? null : hours)
