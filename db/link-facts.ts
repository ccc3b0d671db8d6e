import { forEachChunk } from '#db/chunks.ts'
import type { Reader } from '#db/connection.ts'
import { listDeploymentsIn, listDeploymentsNamed, listSources } from '#db/delivery-facts.ts'
import type { Period } from '#lib/period.ts'

/** What happened in a period that should name something else, and what of it was found. */
export async function listLinkFacts(db: Reader, period: Period) {
  const deployments = await listDeploymentsIn(db, await listDeployed(db), period)
  const incidents = await listIncidentsIn(db, period)
  const named = incidents.flatMap((row) => row.caused_by_deployment_id ?? [])
  return {
    deployments,
    commits: await listCommits(db, [...new Set(deployments.flatMap(({ sha }) => sha ?? []))]),
    incidents,
    named: await listDeploymentsNamed(db, [...new Set(named)]),
    sources: {
      deployments: await listSources(db, 'deployments'),
      incidents: await listSources(db, 'incidents'),
    },
  }
}

/** Services that were ever deployed: one look at the index for each, not for each of its deployments. */
async function listDeployed(db: Reader): Promise<string[]> {
  const rows = await db
    .withRecursive('deployed(id)', (query) =>
      query
        .selectFrom('deployments')
        .select((eb) => eb.fn.min<string | null>('service_id').as('id'))
        .unionAll(
          query
            .selectFrom('deployed')
            .where('deployed.id', 'is not', null)
            .select((eb) =>
              eb
                .selectFrom('deployments')
                .select(({ fn }) => fn.min('service_id').as('next'))
                .whereRef('service_id', '>', 'deployed.id')
                .as('id'),
            ),
        ),
    )
    .selectFrom('deployed')
    .select('id')
    .execute()
  return rows.flatMap(({ id }) => id ?? [])
}

const listIncidentsIn = (db: Reader, { from, to }: Period) =>
  db
    .selectFrom('incidents')
    .select([
      'source_id',
      'native_id',
      'caused_by_deployment_id',
      (eb) => eb.fn.coalesce('started_at', 'detected_at').$notNull().as('at'),
    ])
    .where('gone_at', 'is', null)
    .where((eb) => eb(eb.fn.coalesce('started_at', 'detected_at'), '>=', from.toISOString()))
    .where((eb) => eb(eb.fn.coalesce('started_at', 'detected_at'), '<', to.toISOString()))
    .execute()

/** Merged changes that made one of `shas`. */
async function listCommits(db: Reader, shas: readonly string[]) {
  const found: { merge_sha: string | null; repository_id: string; service_id: string | null }[] = []
  await forEachChunk(shas, async (chunk) => {
    const query = db
      .selectFrom('changes')
      .select(['merge_sha', 'repository_id', 'service_id'])
      .where('gone_at', 'is', null)
      .where('merge_sha', 'in', chunk)
      .where('merged_at', 'is not', null)
    found.push(...(await query.execute()))
  })
  return found
}
