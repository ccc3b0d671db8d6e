import { toBearer } from '#bin/bearer.ts'
import type { JiraCollectorOptions } from '#collectors/jira/collector.ts'
import type { Config, Environment, JiraSourceConfig } from '#lib/config.ts'
import { toMilliseconds } from '#lib/duration.ts'
import { readSecret } from '#lib/secret.ts'

/** What the configuration says of a Jira; its secret is read when it signs in. */
export function toJiraOptions(
  source: JiraSourceConfig,
  { goldenPaths }: Pick<Config, 'goldenPaths'>,
  env: Environment = process.env,
): JiraCollectorOptions {
  const { id, kind: _, every: __, user, token, lookBack, categories, ...rest } = source
  return {
    ...rest,
    sourceId: id,
    lookBackMs: toMilliseconds(lookBack),
    rules: categories,
    paths: goldenPaths,
    signIn: () => {
      if (user === undefined) return toBearer(token, env)
      const secret = readSecret(token, env)
      const pair = Buffer.from(`${user}:${secret}`).toString('base64')
      return { headers: { authorization: `Basic ${pair}` }, secrets: [secret, pair] }
    },
  }
}
