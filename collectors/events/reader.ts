import { z } from 'zod'
import { type CdEventFact, cdEvent } from '#collectors/events/cdevents.ts'
import { saveCdEvents } from '#collectors/events/save.ts'
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
    async save(tx, told, { scope }, observedAt) {
      const saving = { sourceId, observedAt }
      if (scope === 'cloudevents') return saveCdEvents(tx, told.flatMap(toCdEvent), saving)
      const stored: Stored[] = []
      for (const { fact } of told) {
        const rows = fact.kind === 'rows' ? fact.rows : []
        const changed = await saveRows(tx, { ...saving, rows, page: { scope, records: [] } })
        stored.push({ changed, ignored: null })
      }
      return stored
    },
  }
}

function toRows({ type, body }: KeptEvent, context: z.RefinementCtx): Told<SentFact> {
  const entity = findSentEntity(type)
  if (entity === undefined) return { ignored: `${type} is no longer taken one by one` }
  const { rows, faults } = readBodyRows(entity, body)
  for (const { line, fault } of faults) context.addIssue(`line ${line}: ${fault}`)
  return faults.length === 0 ? { fact: { kind: 'rows', rows } } : z.NEVER
}

const toCdEvent = ({ fact }: ToldFact<SentFact>) => (fact.kind === 'rows' ? [] : [fact])
