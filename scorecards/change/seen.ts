import type { ChangedUnit } from '#scorecards/change/explanation.ts'
import { NOTHING, type RatioSeen } from '#scorecards/change/ratio-change.ts'
import type { EvidenceSet, MetricResult } from '#scorecards/result.ts'

/** What each unit adds to a fraction of cases, by the rows of its evidence; `unitOf` tells whose a case is. */
export function seenInEvidence(
  evidence: readonly EvidenceSet[],
  unitOf: (caseId: string) => string,
): Map<string, RatioSeen> {
  const cases = evidence.flatMap(({ kind, ids }) => {
    const adds = ADDED[kind.split(':')[0] ?? '']
    return adds === undefined ? [] : ids.map((id) => ({ unit: unitOf(id), adds }))
  })
  const byUnit = Map.groupBy(cases, ({ unit }) => unit)
  return new Map([...byUnit].map(([unit, own]) => [unit, addUp(own.map(({ adds }) => adds))]))
}

/** By set, what one case adds; a case that is left out adds nothing, and is no gap. */
const ADDED: Readonly<Record<string, RatioSeen>> = {
  counted: { ...NOTHING, numerator: 1, denominator: 1, knownCases: 1 },
  not_counted: { ...NOTHING, denominator: 1, knownCases: 1 },
  unknown: { ...NOTHING, nUnknown: 1 },
}

const addUp = (all: readonly RatioSeen[]): RatioSeen => {
  const total = (key: 'numerator' | 'denominator' | 'knownCases' | 'nUnknown') =>
    all.reduce((sum, one) => sum + one[key], 0)
  return {
    numerator: total('numerator'),
    denominator: total('denominator'),
    coverage: 1,
    knownCases: total('knownCases'),
    nUnknown: total('nUnknown'),
  }
}

/** What a team with a result of its own adds to that of all. */
export function seenInResult({
  numerator,
  denominator,
  coverage,
  nUnknown,
}: MetricResult): RatioSeen {
  return {
    numerator: numerator ?? 0,
    denominator: denominator ?? 0,
    coverage,
    knownCases: denominator ?? 0,
    nUnknown,
  }
}

/** Units of either period; one that a period does not name was not there to be counted. */
export function joinUnits<Seen>(
  before: ReadonlyMap<string, Seen>,
  after: ReadonlyMap<string, Seen>,
): ChangedUnit<Seen>[] {
  return [...new Set([...before.keys(), ...after.keys()])].map((id) => ({
    id,
    before: before.get(id) ?? null,
    after: after.get(id) ?? null,
  }))
}
