import { type Check, fail, pass, unknown } from '#scorecards/checks/check.ts'

/** A golden path, as far as it matters to whether its owner keeps what a product owes its users. */
export interface PathSubject {
  readonly id: string
  readonly ownerId: string | null
  readonly description: string | null
  /** Oldest first. */
  readonly versions: readonly PublishedVersion[]
  /** Tickets about the path that were opened in the last 91 days, bots left out. */
  readonly tickets: readonly PathTicket[]
  /** Attempts on the path that failed in the last 91 days. Null: no source tells of attempts. */
  readonly failures: readonly { readonly causeCode: string | null }[] | null
  /** Incidents that the platform caused in the last 182 days. Null: no source tells of incidents. */
  readonly incidents: readonly { readonly isReviewed: boolean | null }[] | null
}

export interface PublishedVersion {
  readonly version: string
  readonly publishedOn: string
  /** Null: nobody says. */
  readonly isBreaking: boolean | null
  readonly migrationGuide: string | null
  readonly endOfSupportOn: string | null
}

export interface PathTicket {
  readonly channel: string | null
  readonly openedAt: Date
  readonly firstResponseAt: Date | null
}

const FROM_THE_START = '2024-01-01'
const HOUR_MS = 3_600_000
const RESPONSE_HOURS = 48
const RESPONSE_SHARE = 0.9
const LEAST_TICKETS = 5
const CAUSE_SHARE = 0.8

const hasOwner: Check<PathSubject> = {
  definition: {
    id: 'OD-01',
    name: 'Has an owner',
    rule: 'A team answers for the path, and its purpose is written down.',
    reason: 'A path without an owner is a trap.',
    remedy: 'Name owner and description in desirepath.yaml.',
    level: 'bronze',
    countsFrom: FROM_THE_START,
  },
  evaluate({ ownerId, description }) {
    if (ownerId === null) return fail('no owner named')
    return description === null ? fail('no description') : pass(`owned by ${ownerId}`)
  },
}

const hasSupportChannel: Check<PathSubject> = {
  definition: {
    id: 'OD-02',
    name: 'Has a support channel',
    rule: 'Requests about the path come in by a channel that is named.',
    reason: 'Who does not know where to ask goes around the path.',
    remedy: 'Name the channel beside the path, and record it with each ticket.',
    level: 'bronze',
    countsFrom: FROM_THE_START,
  },
  evaluate({ tickets }) {
    if (tickets.length === 0) return unknown('no ticket about it in 91 days')
    const channels = new Set(tickets.flatMap(({ channel }) => channel ?? []))
    return channels.size === 0
      ? fail(`${tickets.length} tickets, none with a channel`)
      : pass([...channels].toSorted().join(', '))
  },
}

const answersInTime: Check<PathSubject> = {
  definition: {
    id: 'OD-03',
    name: 'Answers in time',
    rule: `Nine of ten requests of 91 days had a first answer within ${RESPONSE_HOURS} hours.`,
    reason: 'A path that does not answer teaches its users not to ask.',
    remedy: 'Publish what can be expected, and take turns in answering.',
    level: 'silver',
    countsFrom: FROM_THE_START,
  },
  evaluate({ tickets }, asOf) {
    const due = tickets.filter((ticket) => ticket.firstResponseAt !== null || isDue(ticket, asOf))
    if (due.length < LEAST_TICKETS) return unknown(`${due.length} requests, too few to say`)
    const inTime = due.filter(({ openedAt, firstResponseAt }) => {
      const waited =
        firstResponseAt === null ? null : firstResponseAt.getTime() - openedAt.getTime()
      return waited !== null && waited <= RESPONSE_HOURS * HOUR_MS
    })
    const evidence = `${inTime.length} of ${due.length} in time`
    return inTime.length >= RESPONSE_SHARE * due.length ? pass(evidence) : fail(evidence)
  },
}

/** Open for longer than an answer may take. */
const isDue = ({ openedAt }: PathTicket, asOf: Date) =>
  asOf.getTime() - openedAt.getTime() > RESPONSE_HOURS * HOUR_MS

const isVersioned: Check<PathSubject> = {
  definition: {
    id: 'OD-04',
    name: 'Has versions',
    rule: 'What the path offers is published in versions.',
    reason: 'Without versions nobody can stay, wait or go back.',
    remedy: 'Tag what you publish, and let teams pin it.',
    level: 'silver',
    countsFrom: FROM_THE_START,
  },
  evaluate({ versions }) {
    const newest = versions.at(-1)
    return newest === undefined
      ? unknown('no evidence rule of the path publishes versions')
      : pass(`${versions.length} versions, the newest ${newest.version} of ${newest.publishedOn}`)
  },
}

const givesNotice: Check<PathSubject> = {
  definition: {
    id: 'OD-05',
    name: 'Gives notice of change',
    rule: 'Each breaking version says until when the one before it is supported.',
    reason: 'A surprise costs every user the same day.',
    remedy: 'Give the version before an end of support when you publish a breaking one.',
    level: 'gold',
    countsFrom: FROM_THE_START,
  },
  evaluate({ versions }) {
    const breaking = breakingOf(versions)
    if (breaking === null) return unknown('no version says whether it breaks anything')
    const without = breaking.filter(({ before }) => before?.endOfSupportOn === null)
    return without.length === 0
      ? pass(`${breaking.length} breaking versions, each with notice`)
      : fail(`no end of support before ${without.map(({ one }) => one.version).join(', ')}`)
  },
}

const hasMigrationPath: Check<PathSubject> = {
  definition: {
    id: 'OD-06',
    name: 'Shows the way to new versions',
    rule: 'Each breaking version has a migration guide.',
    reason: 'Else each team finds the way alone.',
    remedy: 'Write the guide with the version, and link it.',
    level: 'gold',
    countsFrom: FROM_THE_START,
  },
  evaluate({ versions }) {
    const breaking = breakingOf(versions)
    if (breaking === null) return unknown('no version says whether it breaks anything')
    const without = breaking.filter(({ one }) => one.migrationGuide === null)
    return without.length === 0
      ? pass(`${breaking.length} breaking versions, each with a guide`)
      : fail(`no guide for ${without.map(({ one }) => one.version).join(', ')}`)
  },
}

/** Breaking versions, each with the one before it; null when no version says. */
function breakingOf(versions: readonly PublishedVersion[]) {
  if (versions.every(({ isBreaking }) => isBreaking === null)) return null
  return versions.flatMap((one, index) =>
    one.isBreaking === true ? [{ one, before: versions[index - 1] }] : [],
  )
}

const saysWhyItFails: Check<PathSubject> = {
  definition: {
    id: 'OD-07',
    name: 'Says why it failed',
    rule: 'Four of five failed attempts of 91 days name their cause.',
    reason: 'An error without a cause becomes a ticket.',
    remedy: 'Give each failure a cause code, and the next step with it.',
    level: 'silver',
    countsFrom: FROM_THE_START,
  },
  evaluate({ failures }) {
    if (failures === null) return unknown('no source tells of attempts')
    if (failures.length === 0) return pass('no attempt failed')
    const named = failures.filter(({ causeCode }) => causeCode !== null).length
    const evidence = `${named} of ${failures.length} with a cause`
    return named >= CAUSE_SHARE * failures.length ? pass(evidence) : fail(evidence)
  },
}

const isObservable: Check<PathSubject> = {
  definition: {
    id: 'OD-08',
    name: 'Can be observed',
    rule: 'Attempts on the path are recorded with their result.',
    reason: 'Its owner should know of a failure before a ticket tells.',
    remedy: 'Send the result of each attempt to a source that Desirepath reads.',
    level: 'silver',
    countsFrom: FROM_THE_START,
  },
  evaluate: ({ failures }) =>
    failures === null ? fail('no source tells of attempts') : pass('attempts are recorded'),
}

const reviewsIncidents: Check<PathSubject> = {
  definition: {
    id: 'OD-09',
    name: 'Reviews its incidents',
    rule: 'Each incident of 182 days that the platform caused was reviewed.',
    reason: 'What was not understood comes again.',
    remedy: 'Review it, and record the review with the incident.',
    level: 'gold',
    countsFrom: FROM_THE_START,
  },
  evaluate({ incidents }) {
    if (incidents === null) return unknown('no source tells of incidents')
    if (incidents.some(({ isReviewed }) => isReviewed === null)) {
      return unknown('the source does not say whether incidents were reviewed')
    }
    const open = incidents.filter(({ isReviewed }) => isReviewed === false).length
    return open === 0 ? pass(`${incidents.length} reviewed`) : fail(`${open} not reviewed`)
  },
}

/** What the owner of a golden path owes those who walk it. */
export const ownerDuties: readonly Check<PathSubject>[] = [
  hasOwner,
  hasSupportChannel,
  answersInTime,
  isVersioned,
  saysWhyItFails,
  isObservable,
  givesNotice,
  hasMigrationPath,
  reviewsIncidents,
]
