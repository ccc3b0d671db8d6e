import { z } from 'zod'
import type { Collector, CollectorContext, Page, ScopeFailure } from '#collectors/collector.ts'
import { type RunOutcome, runCollector } from '#collectors/run.ts'
import type { Database } from '#db/connection.ts'
import { upsertFacts } from '#db/facts.ts'
import { hearSignsOfLife } from '#lib/sign-of-life.ts'

export const MONDAY = new Date('2026-10-05T12:00:00Z')

export const context: CollectorContext = {
  now: () => MONDAY,
  signal: new AbortController().signal,
  progress: () => {},
}

/** When tests collect from a local server, unless they say otherwise; also what its clock shows. */
export const NOW = new Date('2026-06-01T12:00:00Z')

export interface CollectOptions {
  readonly now?: Date | undefined
  readonly context?: Partial<CollectorContext> | undefined
  readonly guard?: ((tx: Database) => Promise<void>) | undefined
}

/** Runs a collector at `now`. */
export const collectAt = <Fact>(
  db: Database,
  collector: Collector<Fact>,
  { now = NOW, context: given, guard }: CollectOptions,
): Promise<RunOutcome> =>
  runCollector(db, collector, { ...context, now: () => now, ...given }, guard)

/** How many signs of life `work` gives. */
export async function countSigns(work: () => Promise<unknown>): Promise<number> {
  let signs = 0
  hearSignsOfLife(() => {
    signs += 1
  })
  await work()
  return signs
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
