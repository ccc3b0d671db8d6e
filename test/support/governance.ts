import type { GovernedDeployment, GovernedRequest } from '#scorecards/governance/evidence-cases.ts'
import type { PolicyEvidence, PolicyRequirement } from '#scorecards/governance/policy-evidence.ts'
import { aCase, daysAgo } from '#test/support/delivery.ts'

const OF_THE_PATH = { pathId: 'deploy', workloadClass: 'http', dataClassification: 'internal' }

/** Asked of everything, from long ago. */
export const aRequirement = (requirement: Partial<PolicyRequirement> = {}): PolicyRequirement => ({
  id: 'scan',
  appliesTo: { pathId: null, workloadClass: null, dataClassification: null },
  from: daysAgo(1000),
  to: null,
  ...requirement,
})

/** A pass of `scan` for the request `request`, a day before it took effect. */
export const anEvidence = (evidence: Partial<PolicyEvidence> = {}): PolicyEvidence => ({
  subjectType: 'request',
  subjectId: 'request',
  requirementId: 'scan',
  result: 'pass',
  producedAt: daysAgo(8),
  isWaiverApproved: null,
  ...evidence,
})

/** A request of `payments` that took effect a week before the as-of; all evidence was read. */
export const aGovernedRequest = (request: Partial<GovernedRequest> = {}): GovernedRequest => ({
  id: 'request',
  team: 'payments',
  effectAt: daysAgo(7),
  attributes: OF_THE_PATH,
  uncovered: new Set(),
  ...request,
})

/** A deployment of `payments` a week before the as-of; all evidence was read. */
export const aGovernedDeployment = (
  deployment: Partial<GovernedDeployment> = {},
): GovernedDeployment => ({
  ...aCase(deployment),
  attributes: OF_THE_PATH,
  uncovered: new Set(),
  ...deployment,
})
