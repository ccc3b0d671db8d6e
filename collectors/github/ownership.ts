import { type CatalogueFile, type Description, toSlug } from '#collectors/evidence/catalogue.ts'

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
type OwnerPlace =
  | CatalogueFile
  | 'custom property'
  | 'CODEOWNERS'
  | 'team permission'
  | 'configuration'

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

/** What `claims` tell of the places that no commit dates. */
export function findUndated(
  claims: readonly OwnerClaim[],
): Pick<OwnerClaims, 'property' | 'teams' | 'configured'> {
  const teamsOf = (place: OwnerPlace) => claims.find((one) => one.place === place)?.teams ?? []
  return {
    property: teamsOf('custom property')[0],
    teams: teamsOf('team permission'),
    configured: teamsOf('configuration')[0],
  }
}

const toClaim = (place: OwnerPlace, teams: readonly string[]): OwnerClaim[] => [
  { place, teams: teams.length === 0 ? null : teams },
]

export interface OwnerDecision {
  readonly team: string
  readonly by: OwnerPlace
}

/** The first place that names exactly one team decides; null when none does. */
export function decideOwner(claims: readonly OwnerClaim[]): OwnerDecision | null {
  for (const { place, teams } of claims) {
    const [team] = teams ?? []
    if (team !== undefined && teams?.length === 1) return { team, by: place }
  }
  return null
}
