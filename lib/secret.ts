import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { ConfigError } from '#lib/errors.ts'

const REFERENCE = /^\$\{[A-Za-z_]\w*\}$/

const EXPECTED =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as a person writes it
  'expected ${NAME}, an environment variable: a secret does not belong into this file'

/** `${NAME}`: the environment variable that holds a secret. What is written instead is never told. */
export const SecretReference = z
  .string(EXPECTED)
  .refine((text) => REFERENCE.test(text), {
    error: EXPECTED,
    params: { secret: true },
  })
  .transform((text) => text.slice(2, -1))

/**
 * What the environment variable `name` holds, or the file that `<name>_FILE` names, trimmed.
 *
 * @throws {ConfigError} when neither is set, or the file cannot be read
 */
export function readSecret(
  name: string,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const value = env[name]?.trim() || readSecretFile(name, env[`${name}_FILE`])
  if (!value) throw new ConfigError(`${name}: set it, or ${name}_FILE, in the environment`)
  return value
}

function readSecretFile(name: string, file: string | undefined): string | undefined {
  if (file === undefined) return undefined
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (cause) {
    throw new ConfigError(`${name}_FILE: ${file} cannot be read`, { cause })
  }
}
