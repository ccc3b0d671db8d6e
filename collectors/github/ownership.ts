import { isDeepStrictEqual } from 'node:util'
import {
  CATALOGUE_FILES,
  type CatalogueFile,
  type Description,
  toSlug,
} from '#collectors/evidence/catalogue.ts'
import { BEGINNING } from '#lib/instant.ts'

/** What each place says of a repository's owner. */
export interface OwnerClaims {
  /** Of its catalogue files, the first that is believed first. */
  readonly descriptions: readonly Description[]
  /** Value of the configured custom property. */
  readonly property: string | undefined
  /** Teams of the CODEOWNERS rule for everything; null without such a rule. */
  readonly codeowners: readonly string[] | null
  /** Teams that administer or maintain the repository. */
  readonly teams: readonly string[]
  /** As configured. */
  readonly configured: string | undefined
}

/** The place that a decision rests on, as it is stored and shown. */
export type OwnerPlace =
  | CatalogueFile
  | 'custom property'
  | 'CODEOWNERS'
  | 'team permission'
  | 'configuration'

/** What they say is dated by commits. */
const FILES: readonly OwnerPlace[] = [...CATALOGUE_FILES, 'CODEOWNERS']
/** Of what they say it is only known when it was seen; none of them says that nobody does. */
export const SEEN: readonly OwnerPlace[] = ['custom property', 'team permission', 'configuration']
/** The one that decides first comes first. */
const PLACES: readonly OwnerPlace[] = [
  ...CATALOGUE_FILES,
  'custom property',
  'CODEOWNERS',
  'team permission',
  'configuration',
]

export interface OwnerClaim {
  readonly place: OwnerPlace
  /** Null: it says that nobody does. Several teams decide nothing. */
  readonly teams: readonly string[] | null
}

/** Everything that was said, the place that decides first; see `decideOwner`. */
export function listClaims(claims: OwnerClaims): OwnerClaim[] {
  const { descriptions, property, codeowners, teams, configured } = claims
  return [
    descriptions.flatMap(({ file, component }) => toClaim(file, component.owners)),
    property === undefined ? [] : toClaim('custom property', [toSlug(property)]),
    codeowners === null ? [] : toClaim('CODEOWNERS', codeowners),
    teams.length === 0 ? [] : toClaim('team permission', teams),
    configured === undefined ? [] : toClaim('configuration', [configured]),
  ].flat()
}

const toClaim = (place: OwnerPlace, teams: readonly string[]): OwnerClaim[] => [
  { place, teams: teams.length === 0 ? null : teams },
]

/** What a place said of the owner from an instant on. */
export interface OwnerSaying {
  readonly place: OwnerPlace
  readonly at: string
  /** Null: it says nothing any more. */
  readonly claim: OwnerClaim | null
}

/** What was told of the owner by one reading. */
export interface OwnerTold {
  /** Of every place, now. */
  readonly claims: readonly OwnerClaim[]
  /** Of files, from commits on, oldest first. */
  readonly past: readonly { readonly at: string; readonly claims: readonly OwnerClaim[] }[]
  /** `past` goes back to the first commit, and not only to the reading before. */
  readonly isWhole: boolean
}

/**
 * What every place said, each oldest first: `known` and what a reading told at `seenAt`. A file says
 * something from its commit on; any other place from when it was seen, or since ever where nothing was
 * known before. What files said is replaced by a history that is whole.
 */
export function followClaims(
  known: readonly OwnerSaying[],
  { claims, past, isWhole }: OwnerTold,
  seenAt: string,
): OwnerSaying[] {
  const seen = known.filter(({ place }) => SEEN.includes(place))
  const sayings = new Sayings(isWhole ? seen : known)
  // A commit may be older than what was seen before it was pushed.
  const floor = isWhole ? BEGINNING : latestOf(seen)
  for (const told of past) sayings.add(FILES, later(told.at, floor), told.claims)
  sayings.add(FILES, seenAt, claims)
  sayings.add(SEEN, known.length === 0 ? BEGINNING : seenAt, claims)
  return sayings.list()
}

const later = (a: string, b: string) => (a < b ? b : a)

const latestOf = (sayings: readonly OwnerSaying[]) =>
  sayings.map(({ at }) => at).reduce(later, BEGINNING)

class Sayings {
  readonly #byPlace: Map<OwnerPlace, OwnerSaying[]>

  constructor(known: readonly OwnerSaying[]) {
    this.#byPlace = Map.groupBy(known, ({ place }) => place)
  }

  add(places: readonly OwnerPlace[], at: string, claims: readonly OwnerClaim[]): void {
    for (const place of places) {
      const claim = claims.find((one) => one.place === place) ?? null
      const own = this.#byPlace.get(place) ?? []
      const from = later(at, own.at(-1)?.at ?? BEGINNING)
      // Of two sayings of one instant the later counts.
      const before = own.filter((saying) => saying.at < from)
      const says = own.at(-1)?.claim ?? null
      if (isDeepStrictEqual(says, claim)) continue
      const stands = isDeepStrictEqual(before.at(-1)?.claim ?? null, claim)
      this.#byPlace.set(place, stands ? before : [...before, { place, at: from, claim }])
    }
  }

  list(): OwnerSaying[] {
    return [...this.#byPlace.values()].flat()
  }
}

interface OwnerDecision {
  /** Null: nobody, which is known. */
  readonly team: string | null
  readonly by: OwnerPlace
}

/** The first place that names exactly one team decides, else the first, when it says that nobody does; null when none does. */
function decideOwner(claims: readonly OwnerClaim[]): OwnerDecision | null {
  for (const { place, teams } of claims) {
    const [team] = teams ?? []
    if (team !== undefined && teams?.length === 1) return { team, by: place }
  }
  const [first] = claims
  return first?.teams === null ? { team: null, by: first.place } : null
}

export interface OwnerSpan extends OwnerDecision {
  readonly from: string
  /** Null while it lasts. */
  readonly to: string | null
}

/** Who owned it when, oldest first; where nothing decides there is a gap. */
export function toOwnerSpans(sayings: readonly OwnerSaying[]): OwnerSpan[] {
  const instants = [...new Set(sayings.map(({ at }) => at))].toSorted()
  const changes = instants
    .map((from) => ({ from, decision: decideOwner(claimsAt(sayings, from)) }))
    .filter(
      ({ decision }, place, all) => !isDeepStrictEqual(decision, all[place - 1]?.decision ?? null),
    )
  return changes.flatMap(({ from, decision }, place) =>
    decision === null ? [] : { ...decision, from, to: changes[place + 1]?.from ?? null },
  )
}

const claimsAt = (sayings: readonly OwnerSaying[], instant: string): OwnerClaim[] =>
  PLACES.flatMap(
    (place) => sayings.findLast((one) => one.place === place && one.at <= instant)?.claim ?? [],
  )
