import { toBearer } from '#bin/bearer.ts'
import type { BackstageCollectorOptions } from '#collectors/backstage/collector.ts'
import type { BackstageSourceConfig, Config, Environment } from '#lib/config.ts'

/** What the configuration says of a Backstage: files are believed before it, and so are catalogues above it. */
export function toBackstageOptions(
  { id, baseUrl, privateNetwork, token }: BackstageSourceConfig,
  { sources }: Pick<Config, 'sources'>,
  env: Environment = process.env,
): BackstageCollectorOptions {
  const place = sources.findIndex((source) => source.id === id)
  const before = sources.filter(
    ({ kind }, index) => kind === 'files' || (kind === 'backstage' && index < place),
  )
  return {
    sourceId: id,
    baseUrl,
    privateNetwork,
    believedFirst: before.map((source) => source.id),
    signIn: () => toBearer(token, env),
  }
}
