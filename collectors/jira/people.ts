import { z } from 'zod'

/** Someone in Jira: of Cloud an account, of Data Center a user. */
const User = z.looseObject({
  accountId: z.string().nullish(),
  accountType: z.string().nullish(),
  name: z.string().nullish(),
  key: z.string().nullish(),
  emailAddress: z.string().nullish(),
})

/** What is kept of a person. */
export type PersonKind = 'human' | 'bot' | 'platform' | 'unknown'

export interface People {
  readonly kindOf: (user: unknown) => PersonKind
  /** Names two values of the same person alike, for this run only; null when nobody is there. */
  readonly nameOf: (user: unknown) => string | null
  /** Whether anybody says who is of the platform team. */
  readonly knowsPlatform: boolean
}

/** `platformTeam` and `bots` are account ids, user names, keys or e-mail addresses. */
export function toPeople(lists: {
  readonly platformTeam: readonly string[]
  readonly bots: readonly string[]
}): People {
  const platform = toSet(lists.platformTeam)
  const bots = toSet(lists.bots)
  return {
    knowsPlatform: platform.size > 0,
    nameOf: (user) => listNames(user)[0] ?? null,
    kindOf: (user) => {
      const names = listNames(user)
      if (names.length === 0) return 'unknown'
      const isBot = User.safeParse(user).data?.accountType === 'app'
      if (isBot || names.some((name) => bots.has(name))) return 'bot'
      return names.some((name) => platform.has(name)) ? 'platform' : 'human'
    },
  }
}

const toSet = (names: readonly string[]) => new Set(names.map((name) => name.toLowerCase()))

function listNames(user: unknown): string[] {
  const { data } = User.safeParse(user)
  if (data === undefined) return []
  const { accountId, name, key, emailAddress } = data
  return [accountId, name, key, emailAddress].flatMap((one) => one?.toLowerCase() || [])
}
