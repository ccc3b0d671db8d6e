import type { ChangeToScore } from '#db/changes-to-score.ts'
import type { Landscape, Service } from '#scorecards/adoption/landscape.ts'
import { firstReadAt } from '#scorecards/adoption/tracks.ts'
import { unitIdOf } from '#scorecards/adoption/units.ts'

/** What has to be looked at again. Instants are text; empty text: from the beginning. */
export interface Plan {
  /** Everything is looked at, what is no more included. */
  readonly isFull: boolean
  /** Units (see scorecards/adoption/units.ts) in which work was done or undone. */
  readonly units: ReadonlySet<string>
  /** Teams whose own work, requests, agreements or services changed. */
  readonly teams: ReadonlySet<string>
  /** By team: since when something is known otherwise that decides its states. */
  readonly teamsSince: ReadonlyMap<string, string>
  /** By path: since when something is known otherwise of the path as a whole. */
  readonly pathsSince: ReadonlyMap<string, string>
  /** Since when anything is known otherwise that results of every path rest on; null: never. */
  readonly since: string | null
  /**
   * By path: since when its support requests, the steps of requests, or what policies ask and have are
   * others; under empty text: of every path.
   */
  readonly casesSince: ReadonlyMap<string, string>
  /** Since when coverage changed; null: it did not. */
  readonly coverageSince: string | null
}

const BEGINNING = ''

/** Everything, since the beginning. */
export function planAll(landscape: Landscape): Plan {
  return {
    isFull: true,
    casesSince: new Map([['', BEGINNING]]),
    units: new Set(landscape.services.map(unitIdOf)),
    teams: new Set(landscape.teams.map(({ id }) => id)),
    teamsSince: new Map(landscape.teams.map(({ id }) => [id, BEGINNING])),
    pathsSince: new Map(landscape.paths.map(({ id }) => [id, BEGINNING])),
    since: BEGINNING,
    coverageSince: BEGINNING,
  }
}

/**
 * What `changes` touch. `weekEnd`: the end of the last week that was scored, if weeks have ended
 * since; those are looked at for everybody.
 */
export function planChanges(
  landscape: Landscape,
  changes: readonly ChangeToScore[],
  weekEnd: string | null,
): Plan {
  const draft: Draft = {
    units: new Set(),
    teams: new Set(),
    teamsSince: new Map(),
    pathsSince: new Map(),
    casesSince: new Map(),
  }
  for (const { id } of weekEnd === null ? [] : landscape.teams) {
    draft.teamsSince.set(id, weekEnd ?? BEGINNING)
  }
  for (const change of changes) addChange(draft, landscape, change)
  const earliestOf = (isMeant: (change: ChangeToScore) => boolean) =>
    changes.filter(isMeant).reduce((first, { since }) => earlier(first, since), weekEnd)
  return {
    isFull: false,
    ...draft,
    since: earliestOf(isKnowledge),
    coverageSince: earliestOf(({ subject_kind }) => subject_kind === 'scope'),
  }
}

interface Draft {
  readonly units: Set<string>
  readonly teams: Set<string>
  readonly teamsSince: Map<string, string>
  readonly pathsSince: Map<string, string>
  readonly casesSince: Map<string, string>
}

function addChange(draft: Draft, landscape: Landscape, change: ChangeToScore): void {
  const { subject_kind: kind, subject_id: id, since } = change
  for (const unit of unitsOf(landscape, change)) draft.units.add(unit)
  if (kind === 'path') keepEarlier(draft.pathsSince, id, since)
  if (CASES.has(kind)) keepEarlier(draft.casesSince, id, since)
  if (!isKnowledge(change)) return
  for (const team of teamsOf(landscape, change)) {
    keepEarlier(draft.teamsSince, team, since)
    // Its services decide whether a path is meant for what the team itself did.
    if (kind !== 'scope') draft.teams.add(team)
  }
}

const CASES: ReadonlySet<string> = new Set(['policy', 'support'])

/** What is known of teams and services, rather than what they did. */
const KNOWLEDGE: ReadonlySet<string> = new Set(['evidence', 'ownership', 'scope', 'team'])

const isKnowledge = ({ subject_kind }: ChangeToScore) => KNOWLEDGE.has(subject_kind)

/** Units whose work has to be told apart anew. */
function unitsOf(landscape: Landscape, { subject_kind, subject_id }: ChangeToScore): string[] {
  switch (subject_kind) {
    case 'service':
    case 'ownership':
      return serviceOf(landscape, subject_id).map(unitIdOf)
    case 'repository':
    case 'evidence':
      return (landscape.servicesByRepository.get(subject_id) ?? []).map(unitIdOf)
    case 'team':
      // An exception may take the work of any of its services out.
      return (landscape.servicesByOwner.get(subject_id) ?? []).map(unitIdOf)
    default:
      return []
  }
}

/** Services of which anything is known otherwise: whoever did something for them is told apart anew. */
export function listKnownOtherwise(
  landscape: Landscape,
  changes: readonly ChangeToScore[],
): string[] {
  const units = new Set(changes.filter(isKnowledge).flatMap((one) => unitsOf(landscape, one)))
  return landscape.services.filter((one) => units.has(unitIdOf(one))).map(({ id }) => id)
}

/** With the units of repositories of which changes name a service of another. */
export function withUnitsNaming(
  plan: Plan,
  { servicesByRepository }: Landscape,
  repositoryIds: readonly string[],
): Plan {
  const naming = repositoryIds.flatMap((id) => servicesByRepository.get(id) ?? []).map(unitIdOf)
  return { ...plan, units: new Set([...plan.units, ...naming]) }
}

const serviceOf = ({ serviceById }: Landscape, id: string): Service[] => {
  const service = serviceById.get(id)
  return service === undefined ? [] : [service]
}

const REPOSITORY = 'repository:'

function teamsOf(
  landscape: Landscape,
  { subject_kind, subject_id, since }: ChangeToScore,
): string[] {
  switch (subject_kind) {
    case 'team':
      return [subject_id]
    case 'ownership':
      return ownersOf(serviceOf(landscape, subject_id))
    case 'evidence':
      return ownersOf(landscape.servicesByRepository.get(subject_id) ?? [])
    default:
      return readersOf(landscape, subject_id, since)
  }
}

/**
 * Whom it matters to what was read of a scope: of a repository its owners. It is everybody if nobody owns
 * it, if it is read for the first time, and if nothing was read so far back before.
 */
function readersOf(landscape: Landscape, scope: string, since: string): string[] {
  const owners = ownersOf(servicesOfScope(landscape, scope))
  const isFurther = Date.parse(since) > (firstReadAt(landscape) ?? 0)
  return isFurther && owners.length > 0 ? owners : landscape.teams.map(({ id }) => id)
}

const servicesOfScope = ({ servicesByRepository }: Landscape, scope: string) =>
  (scope.startsWith(REPOSITORY) && servicesByRepository.get(scope.slice(REPOSITORY.length))) || []

/** Whoever owned them at any time. */
const ownersOf = (services: readonly Service[]) =>
  services.flatMap(({ owners }) => owners.flatMap(({ value }) => value ?? []))

function keepEarlier(map: Map<string, string>, key: string, since: string): void {
  map.set(key, earlier(map.get(key) ?? null, since))
}

const earlier = (a: string | null, b: string) => (a === null || b < a ? b : a)
