/** Base class of the failures we expect and handle. Anything else is a bug and may crash. */
export abstract class DesirepathError extends Error {}

/** A setting is missing or malformed. Thrown once, at start-up. */
export class ConfigError extends DesirepathError {
  override readonly name = 'ConfigError'
}

/** There is no file with the configuration. */
export class MissingConfigError extends ConfigError {}

/** The database cannot be used as it is, and why. */
export class DatabaseError extends DesirepathError {
  override readonly name = 'DatabaseError'
}

/** A source refused, timed out, or answered in a shape we do not know. */
export class SourceError extends DesirepathError {
  override readonly name = 'SourceError'
  readonly source: string

  constructor(source: string, message: string, options?: ErrorOptions) {
    super(`${source}: ${message}`, options)
    this.source = source
  }
}
