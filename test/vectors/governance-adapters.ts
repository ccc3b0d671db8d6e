import { z } from 'zod'
import { measureCells } from '#scorecards/measure.ts'
import { automatedEvidenceShare } from '#scorecards/metrics/automated-evidence-share.ts'
import { completePolicyEvidenceChanges } from '#scorecards/metrics/complete-policy-evidence-changes.ts'
import { completePolicyEvidenceRequests } from '#scorecards/metrics/complete-policy-evidence-requests.ts'
import { evidenceTimeliness } from '#scorecards/metrics/evidence-timeliness.ts'
import { exceptionDecisionTime } from '#scorecards/metrics/exception-decision-time.ts'
import { linkageRate } from '#scorecards/metrics/linkage-rate.ts'
import { ASOF, daysAgo, plusHours } from '#test/support/delivery.ts'
import {
  aGovernedDeployment,
  aGovernedRequest,
  anEvidence,
  aRequirement,
} from '#test/support/governance.ts'
import { aContext } from '#test/support/metrics.ts'
import { idsOf, record } from '#test/vectors/record.ts'
import { adapter, toPair } from '#test/vectors/statistic-adapters.ts'

const GovernedVector = z.object({
  requests: z.array(
    z.object({
      id: z.string(),
      required: z.array(z.string()),
      evidence: z.array(z.tuple([z.string(), z.enum(['pass', 'fail', 'waived']), z.number()])),
      covered: z.boolean(),
    }),
  ),
  graceMinutes: z.literal(1440).optional(),
})

const effectAt = daysAgo(7)

/** The requirements of a request apply to its own class of workload. */
function toGoverned({ requests }: z.output<typeof GovernedVector>) {
  const anywhere = { pathId: null, dataClassification: null }
  return {
    asOf: ASOF,
    requirements: requests.flatMap(({ id, required }) =>
      required.map((requirement) =>
        aRequirement({
          id: `${id} ${requirement}`,
          appliesTo: { ...anywhere, workloadClass: id },
        }),
      ),
    ),
    evidence: requests.flatMap(({ id, evidence }) =>
      evidence.map(([requirement, result, minutes]) =>
        anEvidence({
          subjectId: id,
          requirementId: `${id} ${requirement}`,
          result,
          producedAt: plusHours(effectAt, minutes / 60),
          isWaiverApproved: result === 'waived' ? true : null,
        }),
      ),
    ),
    requests: requests.map(({ id, required, covered }) =>
      aGovernedRequest({
        id,
        effectAt,
        attributes: { pathId: 'deploy', workloadClass: id, dataClassification: null },
        uncovered: new Set(covered ? [] : required.map((requirement) => `${id} ${requirement}`)),
      }),
    ),
  }
}

const rowsOf = <Row>(length: number, toRow: (index: number) => Row): Row[] =>
  Array.from({ length }, (_, index) => toRow(index))

export const governanceAdapters: Readonly<Record<string, (inputs: unknown) => unknown>> = {
  'GOV-01': adapter(GovernedVector, (inputs) => {
    const governed = { ...toGoverned(inputs), reach: 'team' as const }
    const result = record(completePolicyEvidenceRequests, governed, ASOF)
    return { ...result, incomplete: idsOf(result, 'not_counted') }
  }),
  'GOV-02': adapter(
    z.object({
      changes: z.object({ complete: z.int(), incomplete: z.int(), unknown: z.int() }),
    }),
    ({ changes: { complete, incomplete, unknown } }) => {
      const deployments = rowsOf(complete + incomplete + unknown, (index) =>
        aGovernedDeployment({
          id: `${index}`,
          uncovered: new Set(index < complete + incomplete ? [] : ['scan']),
        }),
      )
      const evidence = rowsOf(complete, (index) =>
        anEvidence({ subjectType: 'deployment', subjectId: `${index}` }),
      )
      const requirements = [aRequirement()]
      return record(
        completePolicyEvidenceChanges,
        { asOf: ASOF, reach: 'team', requirements, evidence, deployments },
        ASOF,
      )
    },
  ),
  'GOV-03': adapter(GovernedVector, (inputs) => {
    const result = record(evidenceTimeliness, { ...toGoverned(inputs), deployments: [] }, ASOF)
    return { ...result, late: idsOf(result, 'not_counted') }
  }),
  'GOV-04': adapter(
    z.object({
      evidence: z.object({ automated: z.int(), manual: z.int(), unknown: z.int() }),
    }),
    ({ evidence: { automated, manual, unknown } }) => {
      const items = (kind: 'automated' | 'manual' | null, length: number) =>
        rowsOf(length, (index) => ({
          id: `${kind} ${index}`,
          producedAt: daysAgo(7),
          collectorKind: kind,
        }))
      const evidence = [
        ...items('automated', automated),
        ...items('manual', manual),
        ...items(null, unknown),
      ]
      return record(automatedEvidenceShare, { asOf: ASOF, evidence }, ASOF)
    },
  ),
  'GOV-07': adapter(
    z.object({ decisions: z.array(z.object({ days: z.number(), decided: z.boolean() })) }),
    ({ decisions }) => {
      const exceptions = decisions.map(({ days, decided }, index) => ({
        id: `${index}`,
        requestedAt: daysAgo(decided ? 30 : days),
        decidedAt: decided ? daysAgo(30 - days) : null,
        decision: decided ? ('approved' as const) : null,
      }))
      return record(exceptionDecisionTime, { asOf: ASOF, exceptions }, ASOF)
    },
  ),
  'DQ-02': adapter(
    z.object({ deployments: z.int(), linkedToTeam: z.int() }),
    ({ deployments, linkedToTeam }) => {
      const records = rowsOf(deployments, (index) => ({
        id: `${index}`,
        at: daysAgo(7),
        isLinked: index < linkedToTeam,
      }))
      const none = {
        deployment_changes: null,
        deployment_path: null,
        incident_deployment: null,
        service_owner: null,
      }
      const input = { asOf: ASOF, records: { ...none, deployment_team: records } }
      const [cell] = measureCells(linkageRate, input, aContext({ asOf: ASOF }))
      return cell && { ...cell, ci: toPair(cell.ci) }
    },
  ),
}
