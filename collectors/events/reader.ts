import { z } from 'zod'
import { type CdEventFact, cdEvent } from '#collectors/events/cdevents.ts'
import { saveCdEvents, TOLD_BY_OTHER } from '#collectors/events/save.ts'
import type { EventTickets } from '#collectors/events/tickets.ts'
import { findSentEntity, readBodyRows } from '#collectors/files/body.ts'
import type { EntityRow } from '#collectors/files/entities.ts'
import { saveRows } from '#collectors/files/save.ts'
import {
  type EventReader,
  passIssues,
  type Stored,
  type Told,
  type ToldFact,
} from '#collectors/received.ts'
import { isToldByOther } from '#collectors/repository.ts'
import {
  type Naming,
  saveToldDeployments,
  type ToldDeployment,
} from '#collectors/told-deployment.ts'
import type { Database } from '#db/connection.ts'
import type { KeptEvent } from '#db/received-events.ts'
import type { TierRule } from '#lib/environment-tier.ts'

/** What was sent with a token: rows of an entity, deployments that a tool tells, or a CloudEvent. */
export type SentFact =
  | { readonly kind: 'rows'; readonly rows: readonly EntityRow[] }
  | { readonly kind: 'deployed'; readonly deployments: readonly ToldDeployment[] }
  | CdEventFact

/** A tool that deploys, and tells so by a webhook of its own. */
interface Tool {
  readonly event: z.ZodType<
    { readonly fact: ToldDeployment | ToldDeployment[] } | { readonly ignored: string }
  >
  /** The source that its deployments are stored under. */
  readonly sourceId: string
  readonly naming: Naming
}

export interface SentOptions {
  readonly sourceId: string
  readonly tiers: readonly TierRule[]
  /** Null: tickets that CDEvents tell of ask nobody that is known. */
  readonly tickets: EventTickets | null
  /** By the kind of what they send. */
  readonly tools: Readonly<Record<string, Tool>>
}

/**
 * Reads rows as files of the same entities are read, CDEvents by what they mean, and what tools tell as
 * the deployments that it is.
 */
export function sentReader({
  sourceId,
  tiers,
  tickets,
  tools,
}: SentOptions): EventReader<SentFact> {
  const cloudEvent = cdEvent(tiers, tickets)
  return {
    toScope: ({ kind, type }) =>
      kind === 'rows' ? `entity:${type}` : kind === 'cloudevent' ? 'cloudevents' : kind,
    event: z.custom<KeptEvent>().transform((kept, context): Told<SentFact> => {
      if (kept.kind === 'rows') return toRows(kept, context)
      const event: unknown = JSON.parse(kept.body)
      if (kept.kind === 'cloudevent') return passIssues(cloudEvent.safeParse(event), context)
      const tool = tools[kept.kind]
      if (tool === undefined) return { ignored: `${kept.kind} is not set for the source` }
      const read = tool.event.transform((told) => toDeployed(told))
      return passIssues(read.safeParse(event), context)
    }),
    save(tx, told, { scope }, observedAt) {
      const saving = { sourceId, observedAt }
      if (scope === 'cloudevents') return saveCdEvents(tx, told.filter(isCdEvent), saving)
      const tool = tools[scope]
      if (tool !== undefined) return saveDeployed(tx, told, { ...tool, observedAt })
      return saveSentRows(tx, told, { ...saving, scope })
    },
  }
}

const toDeployed = (
  told: { readonly fact: ToldDeployment | ToldDeployment[] } | { readonly ignored: string },
): Told<SentFact> =>
  'ignored' in told ? told : { fact: { kind: 'deployed', deployments: [told.fact].flat() } }

async function saveDeployed(
  tx: Database,
  told: readonly ToldFact<SentFact>[],
  saving: Parameters<typeof saveToldDeployments>[1],
): Promise<Stored[]> {
  const deployments = told.map(({ fact }) => (fact.kind === 'deployed' ? fact.deployments : []))
  const { changed, ignored } = await saveToldDeployments(tx, saving, deployments.flat())
  let next = 0
  return deployments.map((own, index) => {
    const reasons = ignored.slice(next, next + own.length)
    next += own.length
    const isStored = reasons.includes(null)
    // They are counted together.
    return {
      changed: index === 0 ? changed : 0,
      ignored: isStored ? null : (reasons[0] ?? null),
    }
  })
}

async function saveSentRows(
  tx: Database,
  told: readonly ToldFact<SentFact>[],
  { scope, ...saving }: { scope: string; sourceId: string; observedAt: Date },
): Promise<Stored[]> {
  const stored: Stored[] = []
  for (const { fact } of told) {
    const sent = fact.kind === 'rows' ? fact.rows : []
    const rows = scope === 'entity:changes' ? await withoutTold(tx, sent, saving.sourceId) : sent
    const changed = await saveRows(tx, { ...saving, rows, page: { scope, records: [] } })
    stored.push({ changed, ignored: rows.length === 0 ? TOLD_BY_OTHER : null })
  }
  return stored
}

/** Changes of repositories of which no other source tells them. */
async function withoutTold(
  tx: Database,
  rows: readonly EntityRow[],
  sourceId: string,
): Promise<EntityRow[]> {
  const kept: EntityRow[] = []
  for (const [repositoryId, own] of Map.groupBy(rows, (row) => String(row['repository_id']))) {
    if (!(await isToldByOther(tx, { sourceId, repositoryId }))) kept.push(...own)
  }
  return kept
}

function toRows({ type, body }: KeptEvent, context: z.RefinementCtx): Told<SentFact> {
  const entity = findSentEntity(type)
  if (entity === undefined) return { ignored: `${type} is no longer taken one by one` }
  const { rows, faults } = readBodyRows(entity, body)
  for (const { line, fault } of faults) context.addIssue(`line ${line}: ${fault}`)
  return faults.length === 0 ? { fact: { kind: 'rows', rows } } : z.NEVER
}

const isCdEvent = (told: ToldFact<SentFact>): told is ToldFact<CdEventFact> =>
  told.fact.kind !== 'rows' && told.fact.kind !== 'deployed'
