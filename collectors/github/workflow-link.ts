import { matchesGlob } from 'node:path'
import { z } from 'zod'
import type { WatchedPath } from '#collectors/evidence/watch.ts'
import type { Known } from '#collectors/repository.ts'
import type { Database } from '#db/connection.ts'
import { Pin, toRuleId } from '#lib/golden-path.ts'

/** How a deployment was done; both null: by the evidence of its moment. */
export type WorkflowLink = Pick<Known<'deployments'>, 'path_id' | 'mechanism'>

const UNKNOWN: WorkflowLink = { path_id: null, mechanism: null }

/** What the files of a repository referred to, by path and rule, the latest first. */
export type PinHistory = ReadonlyMap<
  string,
  readonly { readonly from: string; readonly pins: readonly Pin[] }[]
>

const keyOf = (pathId: string, ruleId: string) => JSON.stringify([pathId, ruleId])

const isCarried = ({ rules }: WatchedPath) => rules.work === 'deployments'

/** Whether a golden path carries deployments that workflows make; else nobody need ask for them. */
export const wantsWorkflows = (paths: readonly WatchedPath[]) =>
  paths.some((path) => isCarried(path) && path.rules.evidence.some(isPin))

const isPin = ({ kind }: WatchedPath['rules']['evidence'][number]) => kind === 'workflow-pin'

/** What is stored of the references in a repository's workflows. */
export async function loadPins(
  tx: Database,
  repositoryId: string,
  paths: readonly WatchedPath[],
): Promise<PinHistory> {
  const ids = paths.filter(isCarried).map(({ id }) => id)
  if (ids.length === 0) return new Map()
  const rows = await tx
    .selectFrom('usage_evidence')
    .select(['path_id', 'rule_id', 'valid_from', 'pins'])
    .where('repository_id', '=', repositoryId)
    .where('path_id', 'in', ids)
    .orderBy('valid_from', 'desc')
    .execute()
  const history = rows.map(({ path_id: path, rule_id: rule, valid_from: from, pins }) => ({
    key: keyOf(path, rule),
    from,
    pins: z.array(Pin).parse(JSON.parse(pins ?? '[]')),
  }))
  return Map.groupBy(history, ({ key }) => key)
}

/**
 * By which golden path a deployment went whose run executed the workflow `file`: the one path that
 * the file referred to at that time; around a path where the file is one of its detours. Where it
 * referred to several, no single one can be named.
 */
export function linkWorkflow(
  file: string | null,
  at: string,
  paths: readonly WatchedPath[],
  history: PinHistory,
): WorkflowLink {
  if (file === null) return UNKNOWN
  const carried = paths.filter(isCarried)
  const used = carried.filter(({ id, rules }) =>
    rules.evidence.filter(isPin).some((rule) => {
      const seen = history.get(keyOf(id, toRuleId(rule)))?.find(({ from }) => from <= at)
      return seen?.pins.some((pin) => pin.file === file) ?? false
    }),
  )
  const [one, ...others] = used
  if (one !== undefined) return others.length > 0 ? UNKNOWN : { path_id: one.id, mechanism: 'path' }
  const around = carried.find(({ rules }) =>
    rules.offPath.some(({ glob }) => matchesGlob(file, glob)),
  )
  return around === undefined ? UNKNOWN : { path_id: around.id, mechanism: 'parallel_pipeline' }
}
