import { unknownText } from '#lib/closest.ts'
import { ConfigError } from '#lib/errors.ts'

/** @throws {ConfigError} that names the nearest of `known`, or all of them, when `name` is none */
export function requireKnown(what: string, name: string, known: readonly string[]): void {
  if (!known.includes(name)) throw new ConfigError(`${what}: ${unknownText(name, known)}`)
}
