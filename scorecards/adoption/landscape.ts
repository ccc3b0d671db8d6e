import { type EvidenceRule, type GoldenPathRules, toRuleId } from '#lib/golden-path.ts'
import { compareText } from '#lib/order.ts'
import { wholeDaysBetween } from '#lib/period.ts'
import { repositoryNames } from '#lib/repository.ts'
import {
  type AttributeRow,
  type Eligibility,
  type ExplicitRow,
  eligibilityTimeline,
  type PathTerms,
  type ServiceTerms,
} from '#scorecards/adoption/eligibility.ts'
import { type OwnerRow, ownershipTimeline } from '#scorecards/adoption/ownership.ts'
import type { Span } from '#scorecards/adoption/spans.ts'
import {
  type EvidenceRow,
  indexVersions,
  type PresenceSegment,
  presenceTimeline,
  type UsageState,
  usageStateReader,
  type VersionRow,
} from '#scorecards/adoption/usage-state.ts'
import type { CoveredInterval } from '#scorecards/coverage.ts'
import type { Release } from '#scorecards/metrics/version-lag.ts'

/** Stored rows, as far as they matter to who could use a path and who does. */
export interface LandscapeFacts {
  readonly teams: readonly TeamRow[]
  readonly paths: readonly PathRow[]
  readonly services: readonly ServiceRow[]
  readonly repositories: readonly RepositoryRow[]
  readonly attributes: readonly (AttributeRow & { readonly repository_id: string })[]
  readonly owners: readonly (OwnerRow & { readonly service_id: string })[]
  readonly versions: readonly PathVersionRow[]
  readonly eligibility: readonly (ExplicitRow & { readonly path_id: string })[]
  readonly evidence: readonly (EvidenceRow & {
    readonly path_id: string
    readonly repository_id: string
  })[]
  readonly coverage: readonly CoverageRow[]
}

export interface TeamRow {
  readonly id: string
  readonly name: string
  readonly active_from: string | null
  readonly active_to: string | null
}

export interface PathRow {
  readonly id: string
  readonly name: string
  readonly available_since: string
  readonly deprecated_on: string | null
  readonly gone_at: string | null
  readonly rules: GoldenPathRules
  readonly has_mandate_register: number
}

export interface ServiceRow {
  readonly id: string
  readonly source_id: string
  readonly repository_id: string | null
  readonly workload_class: string | null
  readonly lifecycle: string | null
  readonly tier: string | null
  readonly data_classification: string | null
  readonly created_at: string | null
  readonly gone_at: string | null
}

export interface RepositoryRow {
  readonly id: string
  readonly source_id: string
  readonly native_id: string
  readonly created_at: string | null
  readonly gone_at: string | null
  readonly language: string | null
}

interface PathVersionRow extends VersionRow {
  readonly path_id: string
  readonly end_of_support_on: string | null
}

export interface CoverageRow {
  readonly source_id: string
  readonly scope: string
  readonly covered_from: string
  readonly covered_to: string
}

export interface Service extends ServiceTerms {
  /** Who describes it. */
  readonly sourceId: string
  readonly repositoryId: string | null
  readonly dataClassification: string | null
}

/** A path with what is known of each service on it. */
export interface Path extends PathTerms {
  readonly name: string
  /** Since when the configuration names it no more; null while it does. What was before stands. */
  readonly goneAt: string | null
  readonly hasMandateRegister: boolean
  readonly explicit: readonly ExplicitRow[]
  readonly eligibility: (service: Service) => readonly Span<Eligibility>[]
  readonly presence: (service: Service) => readonly PresenceSegment[]
  readonly usage: (service: Service) => (asOf: Date) => UsageState
  /** What an evidence rule's versions are compared with. */
  readonly releases: (ruleId: string) => readonly Release[]
}

/** Whole weeks since it became available; 0 before that. */
export function ageInWeeks({ available_since }: Pick<Path, 'available_since'>, asOf: Date): number {
  const days = wholeDaysBetween(new Date(available_since), asOf)
  return Math.max(0, Math.floor(days / 7))
}

export interface Landscape {
  /** By id; also teams that only own something. */
  readonly teams: readonly TeamRow[]
  readonly teamById: ReadonlyMap<string, TeamRow>
  /** By id. */
  readonly paths: readonly Path[]
  /** By id; a repository that no service names is a service of its own. */
  readonly services: readonly Service[]
  readonly serviceById: ReadonlyMap<string, Service>
  readonly servicesByRepository: ReadonlyMap<string, readonly Service[]>
  /** Services that a team owned at any time, by team. */
  readonly servicesByOwner: ReadonlyMap<string, readonly Service[]>
  /** By scope. */
  readonly coverage: ReadonlyMap<string, readonly CoveredInterval[]>
}

export function toLandscape(facts: LandscapeFacts): Landscape {
  const services = toServices(facts)
  const evidence = Map.groupBy(facts.evidence, (row) => row.path_id)
  const versions = Map.groupBy(facts.versions, (row) => row.path_id)
  const explicit = Map.groupBy(facts.eligibility, (row) => row.path_id)
  const teams = toTeams(facts)
  return {
    teams,
    teamById: new Map(teams.map((team) => [team.id, team])),
    paths: byId(facts.paths).map((row) =>
      toPath(row, {
        evidence: evidence.get(row.id) ?? [],
        versions: versions.get(row.id) ?? [],
        explicit: explicit.get(row.id) ?? [],
      }),
    ),
    services,
    serviceById: new Map(services.map((service) => [service.id, service])),
    servicesByRepository: Map.groupBy(
      services.filter(({ repositoryId }) => repositoryId !== null),
      ({ repositoryId }) => repositoryId ?? '',
    ),
    servicesByOwner: byOwner(services),
    coverage: toCoverage(facts.coverage),
  }
}

function byOwner(services: readonly Service[]): Map<string, Service[]> {
  const owned = services.flatMap((service) => {
    const owners = new Set(service.owners.map(({ value }) => value))
    return [...owners].flatMap((owner) => (owner === null ? [] : [{ owner, service }]))
  })
  const grouped = Map.groupBy(owned, ({ owner }) => owner)
  return new Map([...grouped].map(([owner, own]) => [owner, own.map(({ service }) => service)]))
}

function byId<T extends { readonly id: string }>(rows: Iterable<T>): T[] {
  return [...rows].toSorted((a, b) => compareText(a.id, b.id))
}

function toTeams({ teams, owners }: LandscapeFacts): TeamRow[] {
  const all = new Map(teams.map((team) => [team.id, team]))
  for (const { team_id: id } of owners) {
    if (id === null || all.has(id)) continue
    all.set(id, { id, name: id, active_from: null, active_to: null })
  }
  return byId(all.values())
}

function toCoverage(rows: readonly CoverageRow[]): Map<string, CoveredInterval[]> {
  const byScope = new Map<string, CoveredInterval[]>()
  for (const row of rows) {
    const interval = {
      sourceId: row.source_id,
      from: Date.parse(row.covered_from),
      to: Date.parse(row.covered_to),
    }
    const others = byScope.get(row.scope)
    if (others) others.push(interval)
    else byScope.set(row.scope, [interval])
  }
  return byScope
}

function toServices(facts: LandscapeFacts): Service[] {
  const repositories = new Map(facts.repositories.map((row) => [row.id, row]))
  const named = byRepositoryName(facts.repositories)
  const owners = Map.groupBy(facts.owners, (row) => row.service_id)
  const attributes = Map.groupBy(facts.attributes, (row) => row.repository_id)
  const all = facts.services.map((row) => ({
    ...row,
    repository_id: named.get(row.repository_id ?? row.id) ?? row.repository_id,
  }))
  const rows = withoutStandIns(all, facts.coverage)
  const services = [...rows, ...unnamed(facts.repositories, rows)].map((row): Service => {
    const repository = repositories.get(row.repository_id ?? '')
    return {
      id: row.id,
      sourceId: row.source_id,
      repositoryId: row.repository_id,
      createdAt: row.created_at ?? repository?.created_at ?? null,
      goneAt: row.gone_at,
      workloadClass: row.workload_class,
      lifecycle: row.lifecycle,
      tier: row.tier,
      dataClassification: row.data_classification,
      language: repository?.language ?? null,
      owners: ownershipTimeline(owners.get(row.id) ?? []),
      attributes: attributes.get(row.repository_id ?? '') ?? [],
    }
  })
  return byId(services)
}

/** Repositories by every name that a catalogue may use; a name that several share is no name. */
function byRepositoryName(repositories: readonly RepositoryRow[]): Map<string, string> {
  const candidates = new Map<string, Set<string>>()
  for (const { id, native_id } of repositories) {
    for (const name of [...repositoryNames(id), folderName(native_id)]) {
      candidates.set(name, (candidates.get(name) ?? new Set()).add(id))
    }
  }
  const named = [...candidates].flatMap(([name, ids]) => {
    const [only = name] = ids
    if (ids.has(name)) return [[name, name] as const]
    return ids.size === 1 ? [[name, only] as const] : []
  })
  return new Map(named)
}

/**
 * What reads a repository names a service after it until a catalogue describes that; which of the
 * two comes first must not matter.
 */
function withoutStandIns(
  services: readonly ServiceRow[],
  coverage: readonly CoverageRow[],
): ServiceRow[] {
  const reads = new Set(coverage.map((row) => `${row.source_id} ${row.scope}`))
  const isStandIn = (row: ServiceRow) =>
    row.repository_id !== null && reads.has(`${row.source_id} repository:${row.repository_id}`)
  const described = new Set(
    services.filter((row) => !isStandIn(row)).map((row) => row.repository_id),
  )
  return services.filter((row) => !(isStandIn(row) && described.has(row.repository_id)))
}

function unnamed(
  repositories: readonly RepositoryRow[],
  services: readonly ServiceRow[],
): ServiceRow[] {
  const named = new Set(services.map((row) => row.repository_id))
  const taken = new Set(services.map(({ id }) => id))
  return repositories
    .filter(({ id }) => !named.has(id))
    .map((repository) => {
      const name = folderName(repository.native_id)
      return {
        id: taken.has(name) ? repository.id : name,
        source_id: repository.source_id,
        repository_id: repository.id,
        workload_class: null,
        lifecycle: null,
        tier: null,
        data_classification: null,
        created_at: repository.created_at,
        gone_at: repository.gone_at,
      }
    })
}

const folderName = (path: string) => (path.split('/').at(-1) ?? path).replace(/\.git$/, '')

interface PathFacts {
  readonly evidence: LandscapeFacts['evidence']
  readonly versions: readonly PathVersionRow[]
  readonly explicit: readonly ExplicitRow[]
}

function toPath(row: PathRow, { evidence, versions, explicit }: PathFacts): Path {
  const { rules } = row
  const published = indexVersions(versions)
  const byRepository = Map.groupBy(evidence, (one) => one.repository_id)
  const evidenceOf = ({ repositoryId }: Service) => byRepository.get(repositoryId ?? '') ?? []
  const firstPublication = (rule: EvidenceRule) => published.of(rule).published[0]?.publishedAt
  const terms = { ...row, firstPublication }
  return {
    ...terms,
    goneAt: row.gone_at,
    hasMandateRegister: row.has_mandate_register === 1,
    explicit,
    eligibility: once((service) =>
      eligibilityTimeline(terms, service, explicit, (rule) =>
        firstProof(toRuleId(rule), evidenceOf(service)),
      ),
    ),
    presence: once((service) => presenceTimeline(rules, evidenceOf(service), published)),
    usage: once((service) => usageStateReader(rules, evidenceOf(service), published)),
    releases: releasesByRule(versions),
  }
}

/** Versions of rule `*` stand for rules that have none. */
function releasesByRule(versions: readonly PathVersionRow[]): Path['releases'] {
  const byRule = Map.groupBy(versions, (row) => row.rule_id)
  const releases = new Map([...byRule].map(([ruleId, rows]) => [ruleId, rows.map(toRelease)]))
  return (ruleId) => releases.get(ruleId) ?? releases.get('*') ?? []
}

function toRelease(row: PathVersionRow): Release {
  const { version, published_at, end_of_support_on: end } = row
  return {
    version,
    releasedOn: new Date(published_at),
    endOfSupportOn: end === null ? null : new Date(end),
  }
}

function firstProof(ruleId: string, evidence: readonly EvidenceRow[]): string | undefined {
  const present = evidence.filter((row) => row.rule_id === ruleId && row.presence === 'present')
  return present.map((row) => row.valid_from).toSorted()[0]
}

/** Computes once for each service. */
function once<T>(compute: (service: Service) => T): (service: Service) => T {
  const known = new Map<string, T>()
  return (service) => {
    const before = known.get(service.id)
    if (before !== undefined) return before
    const value = compute(service)
    known.set(service.id, value)
    return value
  }
}
