import { join } from 'node:path'
import { type RequestsSource, requestCollector } from '#collectors/git/request-collector.ts'
import { type RunOutcome, runCollector } from '#collectors/run.ts'
import type { Database } from '#db/connection.ts'
import { DEFAULT_RULES } from '#lib/environment-request.ts'
import { NOW } from '#test/support/collect-clones.ts'

interface CollectOptions extends Partial<RequestsSource> {
  readonly now?: Date
  readonly signal?: AbortSignal
  readonly guard?: (tx: Database) => Promise<void>
}

/** Where the files of tests say what became of them. */
export const STATE = {
  field: 'status.phase',
  usable: ['Ready'],
  failed: ['Failed'],
  rejected: ['Denied'],
}

/** Collects the requests of every clone in `folder` as source `environments`. */
export function collectRequests(
  db: Database,
  folder: string,
  options: CollectOptions = {},
): Promise<RunOutcome> {
  const { now = NOW, signal = new AbortController().signal, guard, ...rest } = options
  const collector = requestCollector({
    sourceId: 'environments',
    repositories: [join(folder, '*')],
    files: ['requests/*.yaml'],
    rules: DEFAULT_RULES,
    goldenPath: 'environments',
    state: null,
    bots: [],
    platform: [],
    ...rest,
  })
  return runCollector(db, collector, { now: () => now, signal, progress: () => {} }, guard)
}

/** A request file; `phase` is what its status says. */
export const aRequestFile = ({
  name = 'payments-staging',
  team = 'payments',
  lifetime = '14d',
  phase,
}: {
  readonly name?: string
  readonly team?: string
  readonly lifetime?: string
  readonly phase?: string
} = {}) => `apiVersion: platform.kubedojo.io/v1
kind: EnvironmentRequest
metadata: { name: ${name} }
spec: { team: ${team}, purpose: integration-test, lifetime: ${lifetime} }
${phase === undefined ? '' : `status: { phase: ${phase} }\n`}`
