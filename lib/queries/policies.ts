import type { Reader } from '#db/connection.ts'

/** A requirement with the newest evidence of each subject, counted by its result. */
export interface Policy {
  readonly id: string
  readonly name: string
  readonly pathId: string | null
  readonly requiredFrom: string
  /** Result → subjects. */
  readonly results: Readonly<Record<string, number>>
}

/** Requirements in force at `asOf`, by name. A subject without evidence is not counted anywhere. */
export async function listPolicies(db: Reader, asOf: Date): Promise<Policy[]> {
  const at = asOf.toISOString()
  const [requirements, evidence] = await Promise.all([
    db
      .selectFrom('policy_requirements')
      .select(['native_id', 'name', 'path_id', 'required_from'])
      .where('required_from', '<=', at)
      .where((eb) => eb.or([eb('required_to', 'is', null), eb('required_to', '>', at)]))
      .orderBy('name')
      .orderBy('native_id')
      .execute(),
    db
      .selectFrom('policy_evidence')
      .select(['requirement_id', 'subject_type', 'subject_id', 'result', 'produced_at'])
      .where('produced_at', '<=', at)
      .orderBy('produced_at')
      .execute(),
  ])
  // Later rows replace earlier ones of the same subject.
  const newest = new Map(
    evidence.map((row) => [`${row.requirement_id} ${row.subject_type} ${row.subject_id}`, row]),
  )
  const byRequirement = Map.groupBy(newest.values(), ({ requirement_id }) => requirement_id)
  return requirements.map((row) => ({
    id: row.native_id,
    name: row.name,
    pathId: row.path_id,
    requiredFrom: row.required_from.slice(0, 10),
    results: countBy(byRequirement.get(row.native_id) ?? []),
  }))
}

function countBy(rows: readonly { readonly result: string }[]): Record<string, number> {
  const groups = Map.groupBy(rows, ({ result }) => result)
  return Object.fromEntries([...groups].map(([result, own]) => [result, own.length]))
}
