import type { AdoptionState } from '#scorecards/adoption/state-machine.ts'
import { type Computed, type EvidenceKind, type Metric, toEvidence } from '#scorecards/measure.ts'
import { isTooFew, type Side, sideOf, type WaveSpan } from '#scorecards/survey/answers.ts'

export interface NonadopterVoice extends WaveSpan {
  readonly responses: readonly {
    readonly id: string
    /** Of the team, or of the group that it was merged into. Null when it is not known. */
    readonly groupState: AdoptionState | null
  }[]
  readonly groups: readonly {
    readonly groupState: AdoptionState | null
    /** People who were asked. Null when nobody knows how many. */
    readonly invited: number | null
  }[]
}

export const nonadopterVoice: Metric<NonadopterVoice> = {
  definition: {
    id: 'SAT-06',
    key: 'nonadopter_voice',
    name: 'Voice of non-adopters',
    area: 'satisfaction',
    unit: 'ratio',
    direction: 'higher',
    toldOf: 'wave',
    definition:
      'How much of what a survey wave heard came from people in teams that have not adopted the ' +
      'path, by how many of the people asked they are.',
    formula: 'their share of the responses / their share of the people invited; 1 is their due',
    eligibleSet:
      'People in eligible teams. Not adopted are eligible, trying, partial and lapsed. Teams on a ' +
      'full exception, and teams that are not meant to use the path, are left out.',
    window: 'One closed survey wave; states as they were in it.',
    minimumSample: 'Ten responses. Either side has none or at least five.',
    missingData:
      'Responses and people of unknown state are left out, the responses are reported. Without the ' +
      'number of people invited there is no value; if nobody from a team that has not adopted was ' +
      'asked the question does not arise.',
    interval: 'None: it is a full count.',
    bands: 'Good from 0.8, bad below 0.5, by the value. Below 0.8 flag survivorship.',
    misleadsWhen: 'An equal voice is not equal weight: few answers of many still decide little.',
    guardrails: ['SAT-01'],
    version: '1.0.0',
  },
  windowDays: 91,

  compute({ wave, k, responses, groups }) {
    const answers = countSides(responses, () => 1)
    const isCounted = groups.every(
      ({ groupState, invited }) => invited !== null || !HEARD.has(sideOf(groupState)),
    )
    const people = countSides(groups, ({ invited }) => invited ?? 0)
    const n = answers.adopter + answers.nonadopter
    const voice = voiceOf(shareOf(answers), isCounted ? shareOf(people) : null)
    const { value } = voice
    return {
      ...voice,
      n,
      nUnknown: answers.unknown,
      notMatured: 0,
      ci: null,
      bounds: null,
      parts: {
        nonAdopterShareOfResponses: voice.numerator,
        nonAdopterShareOfPopulation: voice.denominator,
      },
      flags: [
        ...(answers.unknown > 0 ? ['has_unknown'] : []),
        ...(value !== null && value < GOOD ? ['survivorship'] : []),
      ],
      evidence: toEvidence(
        responses.map(({ id, groupState }) => ({ id, kind: SETS[sideOf(groupState)] })),
      ),
      ...absenceOf(isCounted, people),
      isTooSmall: n < ENOUGH,
      isTooSmallForBand: n < ENOUGH,
      cutPoints: { good: GOOD, bad: 0.5 },
      isCensus: true,
      isSuppressed: [answers.adopter, answers.nonadopter, answers.unknown].some((count) =>
        isTooFew(count, k),
      ),
      window: wave,
      parameters: { k },
    }
  },
}

const ENOUGH = 10
const GOOD = 0.8

const HEARD: ReadonlySet<Side> = new Set<Side>(['adopter', 'nonadopter'])

const SETS: Readonly<Record<Side, EvidenceKind>> = {
  nonadopter: 'counted',
  adopter: 'not_counted',
  outside: 'excluded:not_meant_to_use_it',
  unknown: 'unknown',
}

type SideCounts = Readonly<Record<Side, number>>

function countSides<Row extends { readonly groupState: AdoptionState | null }>(
  rows: readonly Row[],
  countOf: (row: Row) => number,
): SideCounts {
  const counts = { adopter: 0, nonadopter: 0, outside: 0, unknown: 0 }
  for (const row of rows) counts[sideOf(row.groupState)] += countOf(row)
  return counts
}

/** Numerator and denominator are the two shares; null where there is nobody. */
function voiceOf(
  numerator: number | null,
  denominator: number | null,
): Pick<Computed, 'value' | 'numerator' | 'denominator'> {
  const isMissing = numerator === null || denominator === null || denominator === 0
  return { value: isMissing ? null : numerator / denominator, numerator, denominator }
}

function shareOf({ adopter, nonadopter }: SideCounts): number | null {
  const all = adopter + nonadopter
  return all === 0 ? null : nonadopter / all
}

function absenceOf(isCounted: boolean, people: SideCounts): Pick<Computed, 'absence'> {
  if (!isCounted) return { absence: 'source_missing' }
  return people.nonadopter === 0 ? { absence: 'not_applicable' } : {}
}
