import { listApprovals } from '#db/approvals.ts'
import type { Reader } from '#db/connection.ts'
import { listDeploymentsIn, listDeploymentsNamed } from '#db/delivery-facts.ts'
import { listPathCases } from '#db/path-cases.ts'
import {
  listEvidenceFor,
  listEvidenceIn,
  listEvidenceSources,
  listPolicyRequirements,
  listRequestsAround,
} from '#db/policy-facts.ts'
import type { Period } from '#lib/period.ts'

/** Reads the rows that a path is measured from by single cases. */
export const pathRows = (db: Reader) => ({
  cases: (pathId: string, opened: Period | null) => listPathCases(db, pathId, opened),
  approvals: (period: Period) => listApprovals(db, period),
  requirements: () => listPolicyRequirements(db),
  evidenceSources: () => listEvidenceSources(db),
  requests: (pathId: string) => listRequestsAround(db, pathId),
  deployments: (services: readonly string[], period: Period) =>
    listDeploymentsIn(db, services, period),
  deploymentsNamed: (nativeIds: readonly string[]) => listDeploymentsNamed(db, nativeIds),
  evidence: (period: Period) => listEvidenceIn(db, period),
  evidenceFor: (nativeIds: readonly string[]) => listEvidenceFor(db, nativeIds),
})
