import type { GitHubAuth } from '#collectors/github/client.ts'
import type { GitHubCollectorOptions } from '#collectors/github/collector.ts'
import type { HeardOptions } from '#collectors/github/save-heard.ts'
import type { Config, Environment, GitHubSourceConfig, SourceConfig } from '#lib/config.ts'
import { toMilliseconds } from '#lib/duration.ts'
import { readSecret } from '#lib/secret.ts'

/** What the configuration says of an organisation; its secret is read when it signs in. */
export function toGitHubOptions(
  source: GitHubSourceConfig,
  { goldenPaths }: Pick<Config, 'goldenPaths'>,
  env: Environment = process.env,
): GitHubCollectorOptions {
  const { id, kind: _, every: __, token, app, lookBack, ...rest } = source
  return {
    ...rest,
    sourceId: id,
    lookBackMs: toMilliseconds(lookBack),
    paths: goldenPaths.map((path) => ({ id: path.id, rules: path })),
    auth: () => readAuth({ token, app }, env),
  }
}

/** How the deliveries of a webhook are read: as the source that they make fresher reads. */
export function toHeardOptions(
  { id: heardBy, of }: Extract<SourceConfig, { kind: 'github-webhook' }>,
  { sources }: Pick<Config, 'sources'>,
): HeardOptions {
  const source = sources.find(({ id }) => id === of)
  // The configuration was checked for it.
  if (source?.kind !== 'github') throw new TypeError(`${of} is no source of kind github`)
  const { id: sourceId, baseUrl, environments, tickets, incidents, bots } = source
  return { heardBy, sourceId, baseUrl, environments, tickets, incidents, bots }
}

/** @throws {ConfigError} when the secret is not in the environment */
function readAuth(
  { token, app }: Pick<GitHubSourceConfig, 'token' | 'app'>,
  env: Environment,
): GitHubAuth {
  if (app === undefined) return { token: readSecret(token ?? '', env) }
  const { id, installation, privateKey } = app
  // Environments that hold one line write the ends of lines so.
  const key = readSecret(privateKey, env).replaceAll('\\n', '\n')
  return { appId: id, installationId: installation, privateKey: key }
}
