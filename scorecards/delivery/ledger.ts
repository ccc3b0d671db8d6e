import { commonEnds, packColumns, unpackColumns } from '#lib/columns.ts'
import type { Span as Held } from '#scorecards/adoption/spans.ts'
import type { Pair } from '#scorecards/adoption/work-coverage.ts'
import {
  batchSizeOf,
  type Carriage,
  type DeployedChange,
  firstOfEach,
  linkChanges,
  toDeployedChanges,
} from '#scorecards/delivery/change-links.ts'
import { stagesOf } from '#scorecards/delivery/change-stages.ts'
import { type Change, type Deployment, type Incident, idOf } from '#scorecards/delivery/facts.ts'
import {
  type FailureLink,
  type FailureLinks,
  linkFailures,
} from '#scorecards/delivery/failure-links.ts'
import { instantOf, isUnmapped, setOutside } from '#scorecards/delivery/production.ts'
import { leadTimeOf, setOfChange } from '#scorecards/metrics/change-lead-time.ts'

/** Everything that was delivered by services that share a repository. */
export interface DeliveryFacts {
  readonly services: readonly OwnedService[]
  readonly changes: readonly Change[]
  readonly deployments: readonly Deployment[]
  /** Of the services, or that name one of the deployments. */
  readonly incidents: readonly Incident[]
}

export interface OwnedService {
  readonly id: string
  readonly repositoryId: string | null
  /** Team by time; null in a span is known to be nobody. */
  readonly owners: readonly Held<string | null>[]
}

/**
 * The delivery of some services in columns: exact samples of single deployments, changes and
 * outages, each kind in the order of time. All metrics of delivery, over any window, are sums and
 * quantiles of them. Times are milliseconds since 1970, durations hours; NaN is null.
 */
export interface DeliveryLedger extends DeliveryRows {
  readonly ids: RowIds
  readonly teams: readonly string[]
  readonly services: readonly string[]
  /** Which source told of the deployments of which service. */
  readonly sources: readonly Pair[]
}

/** What results call the facts that rows are of, row by row. */
export interface RowIds {
  readonly deployments: readonly string[]
  readonly changes: readonly string[]
}

/** Places are of the ledger that they are of. */
export interface DeliveryRows {
  readonly deployments: DeploymentColumns
  readonly changes: ChangeColumns
  readonly outages: OutageColumns
  /** Incidents that are attributed to no deployment. */
  readonly unlinked: { readonly at: Float64Array; readonly team: Int32Array }
}

export interface DeploymentColumns {
  readonly at: Float64Array
  /** Place in `teams`; -1: nobody is known to have owned the service. */
  readonly team: Int32Array
  readonly service: Int32Array
  /** Place in `DEPLOYMENT_SETS`. */
  readonly set: Uint8Array
  /** Place in `DEPLOYMENT_KINDS`. */
  readonly kind: Uint8Array
  readonly isRemedy: Uint8Array
  /** Place in `ROLLBACKS`. */
  readonly rollback: Uint8Array
  /** From when on it is known to have failed, by a link that counts; infinite: never. */
  readonly failedFrom: Float64Array
  /** The same of an inference. */
  readonly inferredFrom: Float64Array
  /** Changes that it carried first; -1: not known. */
  readonly batch: Int32Array
}

export interface ChangeColumns {
  /** First deployed. */
  readonly at: Float64Array
  readonly team: Int32Array
  /** Place in `CHANGE_SETS`. */
  readonly set: Uint8Array
  readonly hours: Float64Array
  readonly commitToOpen: Float64Array
  readonly openToReview: Float64Array
  readonly reviewToMerge: Float64Array
  readonly mergeToDeploy: Float64Array
  readonly isReversed: Uint8Array
}

/** Incidents by the deployment that they are attributed to, by a link that counts. */
export interface OutageColumns {
  /** Place in `deployments`; ascending. */
  readonly deployment: Int32Array
  readonly startedAt: Float64Array
  readonly detectedAt: Float64Array
  readonly restoredAt: Float64Array
}

export const DEPLOYMENT_SETS = [
  'live',
  'unknown',
  'unmapped',
  'not_production',
  'unowned',
  'not_finished',
  'not_successful',
] as const

export const DEPLOYMENT_KINDS = ['unknown', 'planned', 'hotfix', 'rollback'] as const
export const ROLLBACKS = ['no', 'unknown', 'explicit', 'lower_version'] as const

export const CHANGE_SETS = ['counted', 'unknown', 'first_deployment', 'bot', 'anomaly'] as const

const CHANGE_PLACES = new Map<string, number>(CHANGE_SETS.map((set, place) => [set, place]))

/** What was delivered, with what belongs to what. */
export interface LinkedDelivery extends DeliveryFacts {
  readonly carriages: readonly Carriage[]
  readonly links: FailureLinks
}

/** Links changes, deployments and incidents. */
export function linkDelivery(facts: DeliveryFacts): LinkedDelivery {
  const carriages = linkChanges(facts)
  return { ...facts, carriages, links: linkFailures({ ...facts, carriages }) }
}

/** Sets down what came of each change, deployment and incident. */
export function toDeliveryLedger(facts: LinkedDelivery): DeliveryLedger {
  const { carriages, links } = facts
  const names = toNames(facts)
  const deployments = facts.deployments
    .map((deployment) => toDeploymentRow(deployment, names))
    .toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
  const batches = new Map(
    carriages.map((carriage) => [idOf(carriage.deployment), batchSizeOf(carriage)]),
  )
  const changes = listFirstDeployed(carriages)
  return {
    ids: {
      deployments: deployments.map(({ id }) => id),
      changes: changes.map(({ change }) => change.id),
    },
    teams: names.teams,
    services: names.services,
    sources: listSources(facts.deployments),
    deployments: toDeploymentColumns(deployments, links, batches),
    changes: toChangeColumns(changes, names),
    outages: toOutageColumns(deployments, links),
    unlinked: toUnlinked(links, names),
  }
}

function listSources(deployments: readonly Deployment[]): Pair[] {
  const pairs = new Map(
    deployments.map(({ serviceId, sourceId }): [string, Pair] => [
      JSON.stringify([serviceId, sourceId]),
      [serviceId, sourceId],
    ]),
  )
  return [...pairs].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, pair]) => pair)
}

interface Names {
  readonly teams: readonly string[]
  readonly services: readonly string[]
  readonly teamAt: (serviceId: string | null, at: Date) => number
  readonly ownerAt: (serviceId: string, at: Date) => string | null
  readonly serviceOf: (serviceId: string) => number
}

function toNames({ services }: DeliveryFacts): Names {
  const teams = [
    ...new Set(services.flatMap(({ owners }) => owners.flatMap(({ value }) => value ?? []))),
  ].toSorted()
  const byId = new Map(
    services.map(({ id, owners }) => [
      id,
      owners.map(({ from, to, value }) => ({
        from: Date.parse(from),
        to: to === null ? Number.POSITIVE_INFINITY : Date.parse(to),
        value,
      })),
    ]),
  )
  const places = new Map(teams.map((team, place) => [team, place]))
  const ids = services.map(({ id }) => id)
  const ownerAt = (serviceId: string, at: Date) =>
    (byId.get(serviceId) ?? []).findLast(
      ({ from, to }) => from <= at.getTime() && at.getTime() < to,
    )?.value ?? null
  return {
    teams,
    services: ids,
    ownerAt,
    teamAt: (serviceId, at) => places.get(ownerAt(serviceId ?? '', at) ?? '') ?? -1,
    serviceOf: (serviceId) => ids.indexOf(serviceId),
  }
}

interface DeploymentRow {
  readonly id: string
  readonly at: number
  readonly team: number
  readonly service: number
  readonly set: (typeof DEPLOYMENT_SETS)[number]
  readonly kind: Deployment['kind']
}

function toDeploymentRow(deployment: Deployment, names: Names): DeploymentRow {
  const { serviceId } = deployment
  const at = instantOf({ ...deployment, id: '', team: null })
  const team = names.ownerAt(serviceId, at)
  const aCase = { ...deployment, id: '', team }
  const outside = setOutside(aCase)
  return {
    id: idOf(deployment),
    at: at.getTime(),
    team: names.teamAt(serviceId, at),
    service: names.serviceOf(serviceId),
    set: isUnmapped(aCase) ? 'unmapped' : toSet(outside),
    kind: deployment.kind,
  }
}

function toSet(outside: string | null): DeploymentRow['set'] {
  if (outside === null) return 'live'
  const name = outside.replace('excluded:', '')
  return DEPLOYMENT_SETS.find((set) => set === name) ?? 'unknown'
}

function toDeploymentColumns(
  rows: readonly DeploymentRow[],
  { failures, rollbacks, remedies }: FailureLinks,
  batches: ReadonlyMap<string, number | null>,
): DeploymentColumns {
  const firstOf = (id: string, isCounted: boolean) =>
    Math.min(
      ...(failures.get(id) ?? [])
        .filter(({ linkKind }) => (linkKind !== 'inferred') === isCounted)
        .map(({ knownAt }) => knownAt.getTime()),
    )
  return {
    at: Float64Array.from(rows, ({ at }) => at),
    team: Int32Array.from(rows, ({ team }) => team),
    service: Int32Array.from(rows, ({ service }) => service),
    set: Uint8Array.from(rows, ({ set }) => DEPLOYMENT_SETS.indexOf(set)),
    kind: Uint8Array.from(rows, ({ kind }) => DEPLOYMENT_KINDS.indexOf(kind ?? 'unknown')),
    isRemedy: Uint8Array.from(rows, ({ id }) => Number(remedies.has(id))),
    rollback: Uint8Array.from(rows, ({ id }) => ROLLBACKS.indexOf(rollbacks.get(id) ?? 'no')),
    failedFrom: Float64Array.from(rows, ({ id }) => firstOf(id, true)),
    inferredFrom: Float64Array.from(rows, ({ id }) => firstOf(id, false)),
    batch: Int32Array.from(rows, ({ id }) => batches.get(id) ?? -1),
  }
}

interface FirstDeployed {
  readonly change: DeployedChange
  readonly serviceId: string
}

/** In the order of time. */
function listFirstDeployed(carriages: readonly Carriage[]): FirstDeployed[] {
  const all = carriages.flatMap((carriage) =>
    toDeployedChanges([carriage]).map((change) => ({
      change,
      serviceId: carriage.deployment.serviceId,
    })),
  )
  return firstOfEach(all, ({ change }) => change).toSorted(
    (a, b) =>
      a.change.deployedAt.getTime() - b.change.deployedAt.getTime() ||
      (a.change.id < b.change.id ? -1 : 1),
  )
}

function toChangeColumns(rows: readonly FirstDeployed[], names: Names): ChangeColumns {
  const stages = rows.map(({ change }) => stagesOf(change))
  const hours = (value: number | null) => value ?? Number.NaN
  return {
    at: Float64Array.from(rows, ({ change }) => change.deployedAt.getTime()),
    team: Int32Array.from(rows, ({ change, serviceId }) =>
      names.teamAt(serviceId, change.deployedAt),
    ),
    set: Uint8Array.from(rows, ({ change }) => {
      const name = setOfChange(change).replace('excluded:', '')
      return CHANGE_PLACES.get(name) ?? 0
    }),
    hours: Float64Array.from(rows, ({ change }) => hours(leadTimeOf(change))),
    commitToOpen: Float64Array.from(stages, (one) => hours(one.commitToOpen)),
    openToReview: Float64Array.from(stages, (one) => hours(one.openToReview)),
    reviewToMerge: Float64Array.from(stages, (one) => hours(one.reviewToMerge)),
    mergeToDeploy: Float64Array.from(stages, (one) => hours(one.mergeToDeploy)),
    isReversed: Uint8Array.from(stages, (one) => Number(one.isReversed)),
  }
}

function toOutageColumns(
  rows: readonly DeploymentRow[],
  { failures }: FailureLinks,
): OutageColumns {
  const outages = rows.flatMap(({ id }, deployment) =>
    (failures.get(id) ?? []).filter(isOutage).map(({ incident }) => ({ deployment, incident })),
  )
  const instant = (at: Date | null | undefined) => at?.getTime() ?? Number.NaN
  return {
    deployment: Int32Array.from(outages, ({ deployment }) => deployment),
    startedAt: Float64Array.from(outages, ({ incident }) => instant(incident?.startedAt)),
    detectedAt: Float64Array.from(outages, ({ incident }) => instant(incident?.detectedAt)),
    restoredAt: Float64Array.from(outages, ({ incident }) => instant(incident?.restoredAt)),
  }
}

const isOutage = ({ incident, linkKind }: FailureLink) =>
  incident !== null && linkKind !== 'inferred'

function toUnlinked({ incidents }: FailureLinks, names: Names): DeliveryLedger['unlinked'] {
  const begun = incidents.flatMap(({ incident, linkKind }) => {
    const at = incident.startedAt ?? incident.detectedAt
    return linkKind === null && at !== null ? [{ at, serviceId: incident.serviceId }] : []
  })
  const sorted = begun.toSorted((a, b) => a.at.getTime() - b.at.getTime())
  return {
    at: Float64Array.from(sorted, ({ at }) => at.getTime()),
    team: Int32Array.from(sorted, ({ serviceId, at }) => names.teamAt(serviceId, at)),
  }
}

export function encodeRows({ deployments, changes, outages, unlinked }: DeliveryRows): Uint8Array {
  return packColumns(
    null,
    Object.fromEntries(
      Object.entries({ deployments, changes, outages, unlinked }).flatMap(([table, columns]) =>
        Object.entries(columns).map(([name, column]) => [`${table}.${name}`, column]),
      ),
    ),
  )
}

/** What `encodeRows` wrote. */
export function decodeRows(bytes: Uint8Array): DeliveryRows {
  const tables: Record<string, Record<string, unknown>> = {}
  for (const [path, column] of Object.entries(unpackColumns(bytes).columns)) {
    const [table, name] = placeOf(path)
    tables[table] ??= {}
    tables[table][name] = column
  }
  return tables as unknown as DeliveryRows
}

/** Of the few there are; they are read thousands of times. */
const places = new Map<string, readonly [table: string, name: string]>()

function placeOf(path: string): readonly [table: string, name: string] {
  const known = places.get(path)
  if (known !== undefined) return known
  const [table = '', name = ''] = path.split('.')
  places.set(path, [table, name])
  return [table, name]
}

/** Changes are told apart from all else: how long they took is the costliest to measure. */
export type LedgerPart = 'changes' | 'deployments'

/** Milliseconds: [from, to), or from the first to the last instant, as whoever has one says. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** From the first to the last instant at which a part of two ledgers differs. */
export interface LedgerDifference extends Span {
  readonly part: LedgerPart
}

/** Where rows of the same names differ; none: they say the same. */
export function rowDifferences(
  before: DeliveryRows | undefined,
  after: DeliveryRows | undefined,
): LedgerDifference[] {
  if (before === undefined || after === undefined) {
    return inBoth(spanOf(...instantsOf(before), ...instantsOf(after)))
  }
  const old = tablesOf(before)
  return tablesOf(after).flatMap((table, place) => {
    const span = differenceOf(old[place] ?? table, table)
    return span === null ? [] : [{ part: table.part, ...span }]
  })
}

/** The same difference of either part. */
export const inBoth = (span: Span | null): LedgerDifference[] =>
  span === null
    ? []
    : [
        { part: 'changes', ...span },
        { part: 'deployments', ...span },
      ]

/** An outage counts at the time of its deployment. */
const instantsOf = (rows: DeliveryRows | undefined) =>
  rows === undefined ? [] : [rows.deployments.at, rows.changes.at, rows.unlinked.at]

/** Null of no instants. */
function spanOf(...instants: readonly ArrayLike<number>[]): Span | null {
  let from = Number.POSITIVE_INFINITY
  let to = Number.NEGATIVE_INFINITY
  for (const own of instants) {
    for (const at of Array.from(own)) {
      from = Math.min(from, at)
      to = Math.max(to, at)
    }
  }
  return from > to ? null : { from, to }
}

/** Rows in the order of time. */
interface Table {
  readonly part: LedgerPart
  readonly at: Float64Array
  readonly columns: readonly (Float64Array | Int32Array | Uint8Array)[]
}

function tablesOf({ deployments, changes, outages, unlinked }: DeliveryRows): Table[] {
  const { startedAt, detectedAt, restoredAt } = outages
  const deployedAt = Float64Array.from(outages.deployment, (row) => deployments.at[row] ?? 0)
  return [
    { part: 'deployments', at: deployments.at, columns: Object.values(deployments) },
    { part: 'changes', at: changes.at, columns: Object.values(changes) },
    // The place of the deployment moves with every one before it: its time does not.
    {
      part: 'deployments',
      at: deployedAt,
      columns: [deployedAt, startedAt, detectedAt, restoredAt],
    },
    { part: 'deployments', at: unlinked.at, columns: [unlinked.at, unlinked.team] },
  ]
}

/** What is the same at the beginning and at the end is left out. */
function differenceOf(before: Table, after: Table): Span | null {
  const [was, is] = [before.at.length, after.at.length]
  const isSame = (old: number, now: number) =>
    after.columns.every((column, place) => Object.is(before.columns[place]?.[old], column[now]))
  const { head, tail } = commonEnds(was, is, isSame)
  return spanOf(before.at.subarray(head, was - tail), after.at.subarray(head, is - tail))
}
