import { z } from 'zod'

/** Who did something, as GitHub tells; null when the account is gone. */
export const Actor = z.object({ __typename: z.string(), login: z.string() }).nullable()
export type Actor = z.output<typeof Actor>

export type ActorKind = 'human' | 'bot' | 'unknown'

/** Reduces a person to a kind; the login is not kept. `bots` are logins, besides those that say so. */
export function kindOf(actor: Actor, bots: ReadonlySet<string>): ActorKind {
  if (actor === null) return 'unknown'
  const login = actor.login.toLowerCase()
  const isBot = actor.__typename === 'Bot' || login.endsWith('[bot]') || bots.has(login)
  return isBot ? 'bot' : 'human'
}

export const toLogins = (logins: readonly string[]): ReadonlySet<string> =>
  new Set(logins.map((login) => login.toLowerCase()))

export const isSame = (a: Actor, b: Actor) => a !== null && b !== null && a.login === b.login
