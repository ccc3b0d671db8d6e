import { closest } from '#lib/closest.ts'
import { ConfigError } from '#lib/errors.ts'

/** @throws {ConfigError} that names the nearest of `known`, or all of them, when `name` is none */
export function requireKnown(what: string, name: string, known: readonly string[]): void {
  if (known.includes(name)) return
  const near = closest(name, known)
  const all = known.length === 0 ? 'none is known' : `known are ${known.join(', ')}`
  const hint = near === undefined ? all : `did you mean ${near}?`
  throw new ConfigError(`${what}: no "${name}"; ${hint}`)
}
