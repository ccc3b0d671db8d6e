import type { SignIn } from '#collectors/rest.ts'
import type { Environment } from '#lib/config.ts'
import { readSecret } from '#lib/secret.ts'

/** Signs in with the token that an environment variable holds. @throws {ConfigError} when it is not set */
export function toBearer(variable: string, env: Environment): SignIn {
  const token = readSecret(variable, env)
  return { headers: { authorization: `Bearer ${token}` }, secrets: [token] }
}
