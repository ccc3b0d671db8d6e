import type { PolicySource } from '#collectors/policy/collector.ts'
import type { SourceConfig } from '#lib/config.ts'

export const toPolicyResults = ({
  id: sourceId,
  path: folder,
  keys,
  requirements,
  covers,
}: Extract<SourceConfig, { kind: 'policy-results' }>): PolicySource => ({
  sourceId,
  folder,
  keys,
  requirements,
  covers: covers ?? null,
})
