import type { PagerDutyCollectorOptions } from '#collectors/pagerduty/collector.ts'
import type { Environment, PagerDutySourceConfig } from '#lib/config.ts'
import { toMilliseconds } from '#lib/duration.ts'
import { readSecret } from '#lib/secret.ts'

/** What the configuration says of an account; its secret is read when it signs in. */
export function toPagerDutyOptions(
  source: PagerDutySourceConfig,
  env: Environment = process.env,
): PagerDutyCollectorOptions {
  const { id, kind: _, every: __, token, lookBack, ...rest } = source
  return {
    ...rest,
    sourceId: id,
    lookBackMs: toMilliseconds(lookBack),
    signIn: () => {
      const secret = readSecret(token, env)
      const headers = {
        authorization: `Token token=${secret}`,
        accept: 'application/vnd.pagerduty+json;version=2',
      }
      return { headers, secrets: [secret] }
    },
  }
}
