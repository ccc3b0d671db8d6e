import type { Landscape, Service } from '#scorecards/adoption/landscape.ts'

/**
 * Services that are scored together: those of one repository, since a change to it may be of all of
 * them; or one service whose repository is not known.
 */
export interface Unit {
  readonly id: string
  readonly services: readonly Service[]
  /** Null when it is not known. */
  readonly repositoryId: string | null
}

export const unitIdOf = ({ id, repositoryId }: Service) => repositoryId ?? id

/** By id. */
export function toUnits({ services }: Landscape): Map<string, Unit> {
  return new Map(
    [...Map.groupBy(services, unitIdOf)].map(([id, own]) => [
      id,
      { id, services: own, repositoryId: own[0]?.repositoryId ?? null },
    ]),
  )
}

/** The services of `units` and their repositories. */
export const workersOf = (units: readonly Unit[]) => ({
  services: units.flatMap(({ services }) => services.map(({ id }) => id)),
  repositories: units.flatMap(({ repositoryId }) => repositoryId ?? []),
})
