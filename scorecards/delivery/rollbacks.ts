import compare from 'semver/functions/compare.js'
import parse from 'semver/functions/parse.js'
import { byMerge, type MergedChange } from '#scorecards/delivery/change-links.ts'
import { idOf } from '#scorecards/delivery/facts.ts'
import { ATTRIBUTION_MS, type LiveDeployment } from '#scorecards/delivery/production.ts'

/** A deployment beside the one of the same service that it took the place of. */
export interface Replacement {
  readonly deployment: LiveDeployment
  readonly replaced: LiveDeployment | null
  /**
   * `explicit`: its source says so; `lower_version`: it went back behind what it replaced within 72
   * hours; `unknown`: it came that soon, and nothing tells which of the two is newer.
   */
  readonly rollback: 'explicit' | 'lower_version' | 'no' | 'unknown'
}

/** The change that each deployment went up to on the main line, by deployment, where that is known. */
export type Places = ReadonlyMap<string, MergedChange | null>

/** `deployments`: of one service, in the order of time. */
export function toReplacements(
  deployments: readonly LiveDeployment[],
  places: Places,
): Replacement[] {
  return deployments.map((deployment, index) => {
    const replaced = deployments[index - 1] ?? null
    return { deployment, replaced, rollback: recognise(deployment, replaced, places) }
  })
}

function recognise(
  deployment: LiveDeployment,
  replaced: LiveDeployment | null,
  places: Places,
): Replacement['rollback'] {
  if (deployment.kind === 'rollback' || deployment.rollbackOf !== null) return 'explicit'
  if (replaced === null || !isSoonAfter(deployment, replaced)) return 'no'
  const isLower = isBehind(deployment, replaced, places)
  if (isLower === null) return 'unknown'
  return isLower ? 'lower_version' : 'no'
}

/** Half-open, as every window: at 72 hours sharp the other one has stood the test. */
export function isSoonAfter(later: LiveDeployment, earlier: LiveDeployment): boolean {
  const ms = later.finishedAt.getTime() - earlier.finishedAt.getTime()
  return ms >= 0 && ms < ATTRIBUTION_MS
}

/** By semantic version, else by place on the main line. Null when neither tells. */
function isBehind(one: LiveDeployment, other: LiveDeployment, places: Places): boolean | null {
  if (isSame(one.version, other.version) || isSame(one.sha, other.sha)) return false
  if (one.version !== null && other.version !== null) {
    const version = parse(one.version)
    const otherVersion = parse(other.version)
    if (version !== null && otherVersion !== null) return compare(version, otherVersion) < 0
  }
  const place = places.get(idOf(one)) ?? null
  const otherPlace = places.get(idOf(other)) ?? null
  return place === null || otherPlace === null ? null : byMerge(place, otherPlace) < 0
}

const isSame = (a: string | null, b: string | null) => a !== null && a === b
