import { expect, test } from 'vitest'
import { measure } from '#scorecards/measure.ts'
import { evidenceTimeliness } from '#scorecards/metrics/evidence-timeliness.ts'
import { ASOF, daysAgo, hoursAgo, plusHours, setsOf } from '#test/support/delivery.ts'
import {
  aGovernedDeployment,
  aGovernedRequest,
  anEvidence,
  aRequirement,
} from '#test/support/governance.ts'
import { aContext } from '#test/support/metrics.ts'

const EFFECT = daysAgo(7)

/** Requests by id, each with one pass so many hours after its effect. */
const toInput = (hoursById: Readonly<Record<string, number>>) => ({
  asOf: ASOF,
  requirements: [aRequirement()],
  deployments: [],
  requests: Object.keys(hoursById).map((id) => aGovernedRequest({ id })),
  evidence: Object.entries(hoursById).map(([subjectId, hours]) =>
    anEvidence({ subjectId, producedAt: plusHours(EFFECT, hours) }),
  ),
})

test('of what is complete it counts what was so at the effect', () => {
  const result = evidenceTimeliness.compute(toInput({ early: -1, at: 0, late: 1, never: 25 }))
  expect(setsOf(result)).toEqual({
    counted: ['at', 'early'],
    not_counted: ['late'],
    'excluded:incomplete': ['never'],
  })
  expect(result).toMatchObject({ value: 2 / 3, numerator: 2, denominator: 3 })
})

test('a pass that follows a failure before the effect is late', () => {
  const input = toInput({ request: 1 })
  const failed = anEvidence({ result: 'fail', producedAt: plusHours(EFFECT, -1) })
  const result = evidenceTimeliness.compute({ ...input, evidence: [...input.evidence, failed] })
  expect(setsOf(result)).toEqual({ not_counted: ['request'] })
})

test('requests and deployments count together, unknown and young ones in neither', () => {
  const result = evidenceTimeliness.compute({
    ...toInput({}),
    requests: [
      aGovernedRequest({ id: 'unread', uncovered: new Set(['scan']) }),
      aGovernedRequest({ id: 'young', effectAt: hoursAgo(1) }),
    ],
    deployments: [aGovernedDeployment({ id: 'deployed' })],
    evidence: [anEvidence({ subjectType: 'deployment', subjectId: 'deployed' })],
  })
  expect(setsOf(result)).toEqual({
    counted: ['deployed'],
    not_matured: ['young'],
    unknown: ['unread'],
  })
})

test('twenty complete ones are enough for value and band', () => {
  const of = (length: number) => {
    const late = Object.fromEntries(Array.from({ length }, (_, index) => [`${index}`, 1]))
    return measure(evidenceTimeliness, toInput(late), aContext({ asOf: ASOF }))
  }
  expect(of(19)).toMatchObject({ status: 'insufficient_sample', band: 'insufficient' })
  expect(of(20)).toMatchObject({ status: 'ok', value: 0, band: 'bad' })
})
