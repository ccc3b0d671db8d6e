import { z } from 'zod'
import { type CdEventFact, cdEvent } from '#collectors/events/cdevents.ts'
import { saveCdEvents, TOLD_BY_OTHER } from '#collectors/events/save.ts'
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
import type { Database } from '#db/connection.ts'
import type { KeptEvent } from '#db/received-events.ts'
import type { TierRule } from '#lib/environment-tier.ts'

/** What was sent with a token: rows of an entity, or a CloudEvent. */
export type SentFact = { readonly kind: 'rows'; readonly rows: readonly EntityRow[] } | CdEventFact

interface SentOptions {
  readonly sourceId: string
  readonly tiers: readonly TierRule[]
}

/** Reads rows as files of the same entities are read, and CDEvents by what they mean. */
export function sentReader({ sourceId, tiers }: SentOptions): EventReader<SentFact> {
  const cloudEvent = cdEvent(tiers)
  return {
    toScope: ({ kind, type }) => (kind === 'rows' ? `entity:${type}` : 'cloudevents'),
    event: z.custom<KeptEvent>().transform((kept, context): Told<SentFact> => {
      if (kept.kind === 'rows') return toRows(kept, context)
      return passIssues(cloudEvent.safeParse(JSON.parse(kept.body)), context)
    }),
    save(tx, told, { scope }, observedAt) {
      const saving = { sourceId, observedAt }
      if (scope === 'cloudevents') return saveCdEvents(tx, told.flatMap(toCdEvent), saving)
      return saveSentRows(tx, told, { ...saving, scope })
    },
  }
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

const toCdEvent = ({ fact }: ToldFact<SentFact>) => (fact.kind === 'rows' ? [] : [fact])
