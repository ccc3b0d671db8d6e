import type { RequestsSource } from '#collectors/git/request-collector.ts'
import type { SourceConfig } from '#lib/config.ts'

export function toRequests(
  source: Extract<SourceConfig, { kind: 'environment-requests' }>,
): RequestsSource {
  const { id: sourceId, repositories, files, rules, goldenPath, state, bots, platform } = source
  return {
    sourceId,
    repositories,
    files,
    rules,
    goldenPath: goldenPath ?? null,
    state: state ?? null,
    bots,
    platform,
  }
}
