import { listWorkFacts } from '#db/adoption-facts.ts'
import type { Reader } from '#db/connection.ts'
import { listDeploymentsIn, listDeploymentsNamed } from '#db/delivery-facts.ts'
import { writeMeasurements } from '#db/measurements.ts'
import { listPathCases, listWrittenTrails } from '#db/path-cases.ts'
import {
  listEvidenceFor,
  listEvidenceIn,
  listEvidenceSources,
  listPolicyRequirements,
  listRequestsAround,
} from '#db/policy-facts.ts'
import { daysBefore } from '#lib/period.ts'
import type { Path, Service } from '#scorecards/adoption/landscape.ts'
import { listWork } from '#scorecards/adoption/work.ts'
import type { FailedDeployment } from '#scorecards/delivery/failed-deployments.ts'
import { GOVERNED_DAYS } from '#scorecards/governance/governed-share.ts'
import {
  EVIDENCE_SCOPE,
  NO_POLICIES,
  type PathPolicies,
  toPathPolicies,
} from '#scorecards/governance/path-policies.ts'
import { toMeasurementRow } from '#scorecards/measurement-row.ts'
import { interactionModeMix } from '#scorecards/metrics/interaction-mode-mix.ts'
import { toPathCases } from '#scorecards/path-cases.ts'
import { listFailures } from '#scorecards/path-failures.ts'
import {
  FAILURE_METRICS,
  POLICY_METRICS,
  STANDING_METRICS,
  type Standing,
  standingResults,
  TICKETS,
  TRAIL_METRICS,
  toTrails,
  USE_METRICS,
} from '#scorecards/path-standing.ts'
import { CHART_WEEKS } from '#scorecards/process-chart.ts'
import type { PathOutcome, PathUpdate } from '#scorecards/run/adoption.ts'
import { readFailedDeployments } from '#scorecards/run/delivery-ledgers.ts'
import { listWeekEnds, STANDING_WEEKS } from '#scorecards/run/horizons.ts'
import type { Plan } from '#scorecards/run/plan.ts'
import type { Session } from '#scorecards/run/session.ts'
import { toUses } from '#scorecards/support/uses.ts'

/** What is known of a path before its cases are read. */
export type PathKnowledge = Pick<Standing, 'model' | 'path' | 'trails' | 'firstUses' | 'asOf'>

type Failed = readonly FailedDeployment[]

/** All that the metrics named are computed from. `listFailed`: deployments that failed lately. */
export async function loadStanding(
  db: Reader,
  known: PathKnowledge,
  metricIds: readonly string[],
  listFailed: () => Promise<Failed>,
): Promise<Standing> {
  const { model, path, asOf } = known
  const isAnyOf = (ids: readonly string[]) => metricIds.some((id) => ids.includes(id))
  const isOfSupport = metricIds.some((id) => !TRAIL_METRICS.includes(id))
  const cases = toPathCases(await listPathCases(db, path.id, { isOfSupport }))
  const failed = isAnyOf(FAILURE_METRICS) ? await listFailed() : []
  return {
    ...known,
    cases,
    uses: isAnyOf(USE_METRICS) ? await loadUses(db, known) : [],
    failures: listFailures(model, path, cases, failed, asOf),
    policies: isAnyOf(POLICY_METRICS) ? await loadPolicies(db, known) : NO_POLICIES,
  }
}

const WEEK_DAYS = 7

/** Nothing without support requests that were read. */
async function loadUses(
  db: Reader,
  { model, path, asOf }: PathKnowledge,
): Promise<Standing['uses']> {
  const { landscape, exceptions } = model
  if (!landscape.coverage.has(TICKETS)) return []
  const since = daysBefore(asOf, CHART_WEEKS * WEEK_DAYS).toISOString()
  const facts = await listWorkFacts(db, new Set([path.rules.work]), undefined, since)
  return toUses(listWork(landscape, path, { ...facts, exceptions }), asOf)
}

/**
 * Nothing without evidence that was read. A path that provisions something is asked for requests, any
 * other for deployments.
 */
async function loadPolicies(db: Reader, known: PathKnowledge): Promise<PathPolicies> {
  const { model, path, asOf } = known
  if (!model.landscape.coverage.has(EVIDENCE_SCOPE)) return NO_POLICIES
  const period = { from: daysBefore(asOf, GOVERNED_DAYS), to: asOf }
  const isOfRequests = path.rules.work === 'provisioning'
  const services = isOfRequests ? [] : model.landscape.services.filter(isEverInScope(known))
  const requests = isOfRequests ? await listRequestsAround(db, path.id) : []
  const recent = await listDeploymentsIn(
    db,
    services.map(({ id }) => id),
    period,
  )
  const produced = await listEvidenceIn(db, period)
  const ids = isOfRequests ? [] : produced.map(({ subject_id }) => subject_id)
  const named = await listDeploymentsNamed(db, ids)
  const subjects = [...requests, ...recent].map(({ native_id }) => native_id)
  const about = await listEvidenceFor(db, [...new Set(subjects)])
  const rows = {
    requirements: await listPolicyRequirements(db),
    evidence: distinct([...produced, ...about]),
    sources: await listEvidenceSources(db),
    requests,
    deployments: distinct([...recent, ...named]),
  }
  return toPathPolicies(model, path, rows, asOf)
}

const isEverInScope =
  ({ path }: PathKnowledge) =>
  (service: Service) =>
    path.eligibility(service).some(({ value }) => value.result === 'eligible')

const distinct = <Row extends { readonly source_id: string; readonly native_id: string }>(
  rows: readonly Row[],
): Row[] => [
  ...new Map(rows.map((row) => [JSON.stringify([row.source_id, row.native_id]), row])).values(),
]

interface StandingUpdate extends Pick<PathUpdate, 'model' | 'path' | 'plan'> {
  readonly outcome: PathOutcome
  readonly hasNewWork: boolean
  readonly listFailed: () => Promise<Failed>
}

/** Measures paths anew as they stand now, where that may be another. Returns the rows that changed. */
export async function updateStandings(
  session: Session,
  outcomes: ReadonlyMap<Path, PathOutcome>,
  terms: Pick<StandingUpdate, 'model' | 'plan' | 'hasNewWork'>,
): Promise<number> {
  let changed = 0
  let failed: Promise<Failed> | undefined
  const listFailed = () => {
    const known = failed ?? readFailedDeployments(session.db)
    failed = known
    return known
  }
  for (const [path, outcome] of outcomes) {
    changed += await updateStanding(session, { ...terms, path, outcome, listFailed })
  }
  return changed
}

/** Those that rest on single rows of what was delivered. */
const WORK_METRICS = [...USE_METRICS, ...FAILURE_METRICS, ...POLICY_METRICS]

async function updateStanding(session: Session, update: StandingUpdate): Promise<number> {
  const { model, path, outcome, listFailed } = update
  const metricIds = listTouched(update)
  // What the configuration dropped stands as it stood.
  if (path.goneAt !== null || metricIds.length === 0) return 0
  const { db, until, now } = session
  const trails = toTrails(await listWrittenTrails(db, path.id))
  const known = { model, path, trails, firstUses: outcome.firstUses, asOf: until }
  const standing = await loadStanding(db, known, metricIds, listFailed)
  const rows = standingResults(standing, now, metricIds)
  const region = {
    pathId: path.id,
    teamId: '',
    sourceId: '',
    windowKind: 'own' as const,
    // What is measured as it stands replaces what stood before.
    windowEnds: listWeekEnds(until, STANDING_WEEKS),
    metricIds,
  }
  return session.write((tx) =>
    writeMeasurements(
      tx,
      session.run,
      region,
      rows.map((one) => toMeasurementRow(one)),
    ),
  )
}

function listTouched({ path, plan, outcome, hasNewWork }: StandingUpdate): readonly string[] {
  if (isAnother(path.id, plan)) return STANDING_METRICS
  return STANDING_METRICS.filter(
    (id) =>
      (outcome.weekEnds.size > 0 && TRAIL_METRICS.includes(id)) ||
      (hasNewWork && WORK_METRICS.includes(id)) ||
      (outcome.hasNewFirstUse && id === interactionModeMix.definition.id),
  )
}

const isAnother = (pathId: string, plan: Plan) =>
  plan.isFull || plan.hasNewCases || plan.since !== null || plan.pathsSince.has(pathId)
