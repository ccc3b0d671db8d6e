import { type Inventory, isInventory, saveInventory } from '#collectors/removed.ts'
import type { Known } from '#collectors/repository.ts'
import type { Database } from '#db/connection.ts'
import { deleteFactsWhere, upsertFacts } from '#db/facts.ts'
import { linkCause, toCauseText } from '#db/incident-causes.ts'
import { serviceLinker } from '#db/incident-services.ts'

/** An incident as its source tells it. */
export interface ToldIncident {
  readonly row: Omit<
    Known<'incidents'>,
    | 'caused_by_deployment_id'
    | 'cause_told'
    | 'cause_key'
    | 'link_kind'
    | 'service_told'
    | 'service_key'
  >
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
  const linkService = await serviceLinker(tx)
  const rows = []
  for (const { row, service, deployment, ignored } of told) {
    if (ignored) continue
    const incident = {
      ...row,
      ...linkService(service),
      source_id: sourceId,
      observed_at: observedAt.toISOString(),
    }
    const told = deployment === null ? null : toCauseText({ reference: deployment })
    rows.push({
      ...incident,
      ...(await linkCause(tx, {
        ...incident,
        detected_at: row.detected_at ?? null,
        cause_told: told,
      })),
    })
  }
  return gone + (await upsertFacts(tx, 'incidents', rows))
}

/** The same, and what is no longer among all that its source holds is gone. */
export async function saveToldOrInventory(
  tx: Database,
  seen: Seen,
  facts: readonly (ToldIncident | Inventory)[],
): Promise<number> {
  const told = facts.filter((fact): fact is ToldIncident => !isInventory(fact))
  let changed = await saveIncidents(tx, seen, told)
  for (const fact of facts.filter(isInventory))
    changed += await saveInventory(tx, 'incidents', seen, fact)
  return changed
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
