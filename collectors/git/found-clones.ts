import type { ScopeFailure } from '#collectors/collector.ts'
import { type Clone, findCloneFolders, readClone } from '#collectors/git/clones.ts'
import { GitError } from '#collectors/git/git.ts'
import { SourceError } from '#lib/errors.ts'

export const failed = (sourceId: string, scope: string, message: string, cause?: unknown) => ({
  scope,
  failure: new SourceError(sourceId, message, { cause }),
})

const noClone = (glob: string) => `repositories: no clone matches ${glob}`

interface FoundClones {
  readonly clones: readonly Clone[]
  readonly failures: readonly ScopeFailure[]
}

/** The clones that globs of folders match, each once. @throws {SourceError} when there are none */
export async function findClones(
  sourceId: string,
  repositories: readonly string[],
  signal: AbortSignal,
): Promise<FoundClones> {
  const { folders, empty } = await findCloneFolders(repositories)
  if (folders.length === 0) throw new SourceError(sourceId, noClone(repositories.join(', ')))
  const { clones, failures } = await readClones(sourceId, folders, signal)
  const unmatched = empty.map((glob) => failed(sourceId, `repositories:${glob}`, noClone(glob)))
  return { clones, failures: [...unmatched, ...failures] }
}

async function readClones(
  sourceId: string,
  folders: readonly string[],
  signal: AbortSignal,
): Promise<FoundClones> {
  const clones = new Map<string, Clone>()
  const failures: ScopeFailure[] = []
  const read = (folder: string) => readClone(folder, signal).catch((error: unknown) => ({ error }))
  for await (const [folder, result] of inTurn(folders, read)) {
    if ('error' in result) {
      failures.push(
        failed(sourceId, `folder:${folder}`, `${folder}: ${tell(result.error)}`, result.error),
      )
    } else if (clones.has(result.id)) {
      failures.push(
        failed(sourceId, `folder:${folder}`, `${folder}: a second clone of ${result.id}`),
      )
    } else clones.set(result.id, result)
  }
  return { clones: [...clones.values()], failures }
}

/** The message of a failure that may happen with any clone. @throws whatever else it is: a bug */
export function tell(error: unknown): string {
  if (error instanceof GitError) return error.message
  if (error instanceof Error && 'syscall' in error) return error.message
  throw error
}

/** Scopes that an earlier run read and whose clone is no longer there. */
export function listVanished(
  sourceId: string,
  scopes: Iterable<string>,
  present: readonly string[],
): ScopeFailure[] {
  return [...scopes]
    .filter((scope) => !present.includes(scope))
    .map((scope) => failed(sourceId, scope, `${scope}: was read before, and its clone is gone`))
}

/** Git of one clone runs while the rows of another are stored. */
const AT_ONCE = 2

/** Works on the next while the caller has the last; results come in the order of `inputs`. */
export async function* inTurn<In, Out>(
  inputs: readonly In[],
  work: (input: In) => Promise<Out>,
): AsyncGenerator<[In, Out]> {
  const started: Promise<Out>[] = []
  for (const [index, input] of inputs.entries()) {
    while (started.length < Math.min(index + AT_ONCE, inputs.length)) {
      const next = inputs[started.length]
      if (next !== undefined) started.push(work(next))
    }
    const result = await (started[index] as Promise<Out>) // Started just now, or before.
    started[index] = null as never // Its rows need not be held until the end.
    yield [input, result]
  }
}
