import { z } from 'zod'
import type { Collector, CollectorContext, Page, ScopeFailure } from '#collectors/collector.ts'
import { upsertFacts } from '#db/facts.ts'

export const MONDAY = new Date('2026-10-05T12:00:00Z')

export const context: CollectorContext = {
  now: () => MONDAY,
  signal: new AbortController().signal,
  progress: () => {},
}

/** A page of team names; what is no text cannot be read. */
export function aPage(names: readonly unknown[], page: Partial<Page> = {}): Page {
  return {
    scope: 'entity:teams',
    records: names.map((value, index) => ({ position: `line ${index + 1}`, value })),
    cursor: names.length,
    covers: null,
    ...page,
  }
}

export type Step = Page | ScopeFailure | Error

/** Yields the pages in turn, and keeps the cursors it was given; an `Error` among them is thrown. */
export function aCollector(steps: readonly Step[], configuration: unknown = 'as it was') {
  const given: unknown[] = []
  const collector: Collector<string> = {
    sourceId: 'people-system',
    configuration,
    async *fetch(cursors) {
      given.push(Object.fromEntries(cursors))
      for (const step of steps) {
        if (step instanceof Error) throw step
        yield step
      }
    },
    record: z.string(),
    save: (tx, names, _page, observedAt) =>
      upsertFacts(
        tx,
        'teams',
        names.map((name) => ({
          id: name,
          name,
          kind: null,
          parent_id: null,
          active_from: null,
          active_to: null,
          size_bucket: null,
          source_id: 'people-system',
          observed_at: observedAt.toISOString(),
        })),
      ),
  }
  return { collector, given }
}
