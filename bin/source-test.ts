import { toArgoCdOptions } from '#bin/argocd-options.ts'
import { toBackstageOptions } from '#bin/backstage-options.ts'
import { toGitHubOptions } from '#bin/github-options.ts'
import { examineArgoCd } from '#collectors/argocd/collector.ts'
import { examineBackstage } from '#collectors/backstage/collector.ts'
import type { CollectorContext, Examination } from '#collectors/collector.ts'
import { listFolder } from '#collectors/files/folder.ts'
import { findCloneFolders } from '#collectors/git/clones.ts'
import { examineGitHub } from '#collectors/github/examine.ts'
import type { FactTable } from '#db/natural-keys.ts'
import type { Config, SourceConfig } from '#lib/config.ts'

/**
 * Connects to a source and tries what a run would read. Stores nothing.
 *
 * @throws {SourceError} when it cannot be reached at all
 */
export function examineSource(
  source: SourceConfig,
  config: Config,
  context: CollectorContext,
): AsyncGenerator<Examination> {
  if (source.kind === 'github') return examineGitHub(toGitHubOptions(source, config), context)
  if (source.kind === 'argocd') return examineArgoCd(toArgoCdOptions(source), context)
  if (source.kind === 'backstage') {
    return examineBackstage(toBackstageOptions(source, config), context)
  }
  return source.kind === 'git' ? examineClones(source) : examineFolder(source)
}

const FROM_CLONES: readonly FactTable[] = [
  'repositories',
  'repository_attributes',
  'services',
  'service_owners',
  'usage_evidence',
  'path_versions',
  'changes',
]

async function* examineClones(
  source: Extract<SourceConfig, { kind: 'git' }>,
): AsyncGenerator<Examination> {
  const { folders, empty } = await findCloneFolders(source.repositories)
  const fills: FactTable[] = [...FROM_CLONES]
  if (source.releases.length > 0) fills.push('deployments')
  const todo = 'check repositories in the configuration'
  const why = `no clone in ${empty.join(', ')}`
  const problem = empty.length === 0 ? null : { why, todo }
  yield { what: 'clones', fills, says: `${folders.length} found`, problem }
}

async function* examineFolder({
  id,
  path,
}: Extract<SourceConfig, { kind: 'files' }>): AsyncGenerator<Examination> {
  const { files, failures } = await listFolder(id, path)
  for (const { entity, name } of files) {
    yield { what: name, fills: [entity.table], says: 'found', problem: null }
  }
  for (const { scope, failure } of failures) {
    const problem = { why: failure.message, todo: 'rename it; desirepath template --list helps' }
    yield { what: scope, fills: [], says: '', problem }
  }
}
