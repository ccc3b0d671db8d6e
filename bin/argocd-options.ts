import { toBearer } from '#bin/bearer.ts'
import type { ArgoCdCollectorOptions } from '#collectors/argocd/collector.ts'
import type { ArgoCdSourceConfig, Environment } from '#lib/config.ts'

/** What the configuration says of an Argo CD; its secret is read when it signs in. */
export function toArgoCdOptions(
  { id, kind: _, every: __, token, ...rest }: ArgoCdSourceConfig,
  env: Environment = process.env,
): ArgoCdCollectorOptions {
  return { ...rest, sourceId: id, signIn: () => toBearer(token, env) }
}
