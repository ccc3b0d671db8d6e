import type { Organisation } from '#db/organisation.ts'
import {
  type Config,
  everyOf,
  type GoldenPathConfig,
  isCatalog,
  type SourceConfig,
} from '#lib/config.ts'

/** The configuration's model as it is stored. */
export function toOrganisation({ goldenPaths, sources }: Config): Organisation {
  return {
    paths: goldenPaths.map(toPath),
    mandates: goldenPaths.flatMap(toMandates),
    sources: sources.map(toSource),
  }
}

/** The catalogue is read like files, and yet tells of what stands, not of what happened. */
function toSource(source: SourceConfig): Organisation['sources'][number] {
  const { id, kind } = source
  return { id, kind: isCatalog(id) ? 'catalog' : kind, every: everyOf(source) ?? null }
}

function toPath(path: GoldenPathConfig): Organisation['paths'][number] {
  const { eligible, evidence, requires, offPath, work, adoption, targets } = path
  return {
    id: path.id,
    name: path.name,
    capability: path.capability ?? null,
    owner_team_id: path.owner ?? null,
    description: path.description ?? null,
    available_since: path.availableSince,
    deprecated_on: path.deprecatedOn ?? null,
    rules: JSON.stringify({ eligible, evidence, requires, offPath, work, adoption, targets }),
    has_mandate_register: path.mandates === undefined ? 0 : 1,
  }
}

function toMandates({ id: pathId, mandates = [] }: GoldenPathConfig): Organisation['mandates'] {
  return mandates.map(({ id, kind, announced, effective, ended, scope }, index) => ({
    native_id: `${pathId}/${id ?? index + 1}`,
    path_id: pathId,
    team_scope: scope === 'all' ? scope : JSON.stringify(scope),
    kind,
    announced_at: announced,
    effective_at: effective,
    ended_at: ended ?? null,
  }))
}
