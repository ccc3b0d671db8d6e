import type { GitHubAuth } from '#collectors/github/client.ts'
import type { GitHubCollectorOptions } from '#collectors/github/collector.ts'
import type { Config, Environment, GitHubSourceConfig } from '#lib/config.ts'
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
