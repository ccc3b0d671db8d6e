import type { Known } from '#collectors/repository.ts'
import type { Database } from '#db/connection.ts'
import { deleteFactsWhere, upsertFacts } from '#db/facts.ts'

/** An incident as its source tells it. */
export interface ToldIncident {
  readonly row: Omit<Known<'incidents'>, 'caused_by_deployment_id' | 'link_kind'>
  /** What it calls its service, by id or name; null when it names none. */
  readonly service: string | null
  /** What it calls the deployment that caused it: an id, an address or a commit; null when it names none. */
  readonly deployment: string | null
  /** It is none, whatever was thought of it before. */
  readonly ignored: boolean
}

interface Seen {
  readonly sourceId: string
  readonly observedAt: Date
}

/** Stores incidents with the service and the deployment that they name. Returns rows changed. */
export async function saveIncidents(
  tx: Database,
  { sourceId, observedAt }: Seen,
  told: readonly ToldIncident[],
): Promise<number> {
  if (told.length === 0) return 0
  const ids = told.filter(({ ignored }) => ignored).map(({ row }) => row.native_id)
  const gone =
    ids.length === 0
      ? 0
      : await deleteFactsWhere(tx, 'incidents', { source_id: sourceId, native_id: ids })
  const findService = await toServiceFinder(tx)
  const rows = []
  for (const { row, service, deployment, ignored } of told) {
    if (ignored) continue
    const serviceId = service === null ? null : (findService(service) ?? service)
    const cause = deployment === null ? null : await findDeployment(tx, deployment, serviceId)
    rows.push({
      ...row,
      service_id: serviceId,
      caused_by_deployment_id: cause,
      link_kind: cause === null ? null : ('explicit' as const),
      source_id: sourceId,
      observed_at: observedAt.toISOString(),
    })
  }
  return gone + (await upsertFacts(tx, 'incidents', rows))
}

/** By id, else by a name that only one service has. */
async function toServiceFinder(tx: Database): Promise<(name: string) => string | null> {
  const services = await tx.selectFrom('services').select(['id', 'name']).execute()
  const byId = new Map(services.map(({ id }) => [id.toLowerCase(), id]))
  const byName = Map.groupBy(services, ({ name }) => name.toLowerCase())
  return (name) => {
    const own = byId.get(name.toLowerCase())
    const named = byName.get(name.toLowerCase()) ?? []
    return own ?? (named.length === 1 ? (named[0]?.id ?? null) : null)
  }
}

const SHA = /^[0-9a-f]{7,40}$/i

/**
 * The deployment that goes by its id or address, or that brought a commit or pull request to
 * production. One that is not stored, or not the only one, stays as it is told: then the link is
 * shown as unknown.
 */
async function findDeployment(
  tx: Database,
  told: string,
  serviceId: string | null,
): Promise<string> {
  const sha = SHA.test(told) ? told.toLowerCase() : await findMerge(tx, told)
  const found = await tx
    .selectFrom('deployments')
    .select(['native_id', 'service_id', 'environment_tier'])
    .where('gone_at', 'is', null)
    .where((eb) =>
      eb.or([
        eb('native_id', '=', told),
        eb('url', '=', told),
        ...(sha === null ? [] : [eb('sha', 'like', `${sha}%`)]),
      ]),
    )
    .execute()
  if (found.some(({ native_id: id }) => id === told)) return told
  const live = found.filter(({ environment_tier: tier }) => tier === 'production')
  const own = live.filter((one) => one.service_id === serviceId)
  const [only, ...others] = own.length > 0 ? own : live
  return only !== undefined && others.length === 0 ? only.native_id : told
}

const PULL_REQUEST = /^https:\/\/([^/]+\/[^/]+\/[^/]+)\/pull\/(\d{1,9})$/

/** The commit with which a pull request was merged; null when it is not stored. */
async function findMerge(tx: Database, address: string): Promise<string | null> {
  const [, repository, number] = PULL_REQUEST.exec(address) ?? []
  if (repository === undefined) return null
  const change = await tx
    .selectFrom('changes')
    .select('merge_sha')
    .where('repository_id', '=', repository)
    .where('number', '=', Number(number))
    .where('gone_at', 'is', null)
    .executeTakeFirst()
  return change?.merge_sha ?? null
}

/** What says which deployment caused an incident: `deployment: 4711`, `caused by deploy https://…`. */
const REFERENCE = /\b(?:deployment|deploy|caused by)\s*[:=]\s*(\S+)/i

/** Longer than any id, commit or address; what a search for its punctuation takes grows with the square. */
const MOST_CHARACTERS = 500

/** The deployment that a text names; null when it names none. */
export function findReference(texts: readonly string[]): string | null {
  for (const text of texts) {
    const [, reference = ''] = REFERENCE.exec(text) ?? []
    if (reference.length > MOST_CHARACTERS) continue
    const clean = reference.replace(/[),.;\]>]+$/, '')
    if (clean) return clean
  }
  return null
}
