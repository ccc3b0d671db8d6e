import { forEachChunk } from '#db/chunks.ts'
import type { Reader } from '#db/connection.ts'
import { withEvents } from '#db/environment-events.ts'
import type { Period } from '#lib/period.ts'

export const listPolicyRequirements = (db: Reader) =>
  db
    .selectFrom('policy_requirements')
    .select([
      'source_id',
      'native_id',
      'path_id',
      'workload_class',
      'data_classification',
      'required_from',
      'required_to',
    ])
    .execute()

const selectEvidence = (db: Reader) =>
  db
    .selectFrom('policy_evidence')
    .select([
      'source_id',
      'native_id',
      'subject_type',
      'subject_id',
      'requirement_id',
      'result',
      'produced_at',
      'collector_kind',
      'waiver_id',
    ])

export const listEvidenceIn = (db: Reader, { from, to }: Period) =>
  selectEvidence(db)
    .where('produced_at', '>=', from.toISOString())
    .where('produced_at', '<', to.toISOString())
    .execute()

export type EvidenceRow = Awaited<ReturnType<typeof listEvidenceIn>>[number]

/** Evidence for whatever any source calls by one of `nativeIds`. */
export async function listEvidenceFor(
  db: Reader,
  nativeIds: readonly string[],
): Promise<EvidenceRow[]> {
  const found: EvidenceRow[] = []
  await forEachChunk(nativeIds, async (ids) => {
    found.push(...(await selectEvidence(db).where('subject_id', 'in', ids).execute()))
  })
  return found
}

/** Which source told of evidence for which requirement, and since when. */
export const listEvidenceSources = (db: Reader) =>
  db
    .selectFrom('policy_evidence')
    .select(['requirement_id', 'source_id', (eb) => eb.fn.min('produced_at').as('told_since')])
    .groupBy(['requirement_id', 'source_id'])
    .execute()

/** Requests to a path, and those that name none. */
export async function listRequestsAround(db: Reader, pathId: string) {
  const rows = await db
    .selectFrom('provisioning_requests')
    .select([
      'source_id',
      'native_id',
      'team_id',
      'workload_class',
      'requested_at',
      'usable_at',
      'ended_at',
      'result',
      'created_event_at',
    ])
    .where('gone_at', 'is', null)
    .where((eb) => eb.or([eb('path_id', '=', pathId), eb('path_id', 'is', null)]))
    .execute()
  return rows.map(withEvents)
}
