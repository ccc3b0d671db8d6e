import { millisecondsInHour } from 'date-fns/constants'
import { compareText } from '#lib/order.ts'
import type { Carriage } from '#scorecards/delivery/change-links.ts'
import {
  type Change,
  type Deployment,
  type Incident,
  idOf,
  type LinkKind,
  toFinder,
} from '#scorecards/delivery/facts.ts'
import { isLive, type LiveDeployment, liveByService } from '#scorecards/delivery/production.ts'
import { isSoonAfter, type Replacement, toReplacements } from '#scorecards/delivery/rollbacks.ts'

/** A reason to say that a deployment failed. */
export interface FailureLink {
  readonly deploymentId: string
  readonly linkKind: LinkKind
  /** Null: it was rolled back or hotfixed, and there is no incident that says why. */
  readonly incident: Incident | null
  /** The rollback or hotfix. */
  readonly byDeploymentId: string | null
  /** From when on this could be known. */
  readonly knownAt: Date
}

/** An incident, with the one deployment that it is attributed to. */
export interface AttributedIncident {
  readonly incident: Incident
  readonly deploymentId: string | null
  /** Null when it is attributed to none; `unlinked` says why. */
  readonly linkKind: LinkKind | null
  readonly unlinked:
    | null
    /** It names a deployment that we do not have. */
    | 'unknown_deployment'
    | 'no_service'
    | 'no_time'
    /** Nothing is known of what was deployed to its service. */
    | 'no_deployment_data'
    /** Nothing was deployed to its service soon before. */
    | 'none'
}

export interface FailureLinks {
  /** Each incident once, by id. */
  readonly incidents: readonly AttributedIncident[]
  /** By deployment, the strongest link first. */
  readonly failures: ReadonlyMap<string, readonly FailureLink[]>
  /** Of each deployment that reached production, whether it is a rollback. */
  readonly rollbacks: ReadonlyMap<string, Replacement['rollback']>
  /** Deployments that mended another: by rolling it back, or as the hotfix for it. */
  readonly remedies: ReadonlySet<string>
}

/**
 * Which deployments failed, and which incident is due to which: the first of four rules that finds
 * one. *explicit*: the incident names it. *rollback*: a rollback within 72 hours names it or took its
 * place, and the incident began in between. *hotfix*: a deployment that takes back one of its
 * changes, and the incident began in between; one that its source does not call a hotfix only within
 * 72 hours, since what is taken back later was no emergency. *inferred*: it was the newest one of the
 * service when the incident began, less than 24 hours before; that is shown and never counted.
 * Rollback and hotfix tell of a failure without any incident, too.
 *
 * What a source says of its own link stands, but for an inference, which yields to rules two and
 * three. An incident that names a deployment we do not have blames no other. All windows are
 * half-open, and what comes at the very moment of a deployment is not after it. Sorts once, then walks
 * deployments and incidents of a service side by side.
 */
export function linkFailures(facts: {
  readonly deployments: readonly Deployment[]
  readonly incidents: readonly Incident[]
  /** Of the same deployments; without them nothing is known of hotfixes. */
  readonly carriages: readonly Carriage[]
}): FailureLinks {
  const { deployments, incidents, carriages } = facts
  const live = liveByService(deployments)
  const find = toFinder(deployments)
  const places = new Map(carriages.map(({ deployment, upTo }) => [idOf(deployment), upTo]))
  const replacements = [...live.values()].flatMap((own) => toReplacements(own, places))
  const repairs = [...listRollbacks(replacements, find), ...listHotfixes(carriages)].toSorted(byId)
  const attributed = attributeAll(incidents, { live, repairs, find })
  return {
    incidents: attributed.map(({ deployment, repair, ...one }) => one),
    failures: toFailures([
      ...repairs.map(toRepairLink),
      ...attributed.flatMap((one) => toIncidentLink(one) ?? []),
    ]),
    rollbacks: new Map(
      replacements.map(({ deployment, rollback }) => [idOf(deployment), rollback]),
    ),
    remedies: new Set(repairs.map(({ by }) => idOf(by))),
  }
}

/** One deployment mended another. */
interface Repair {
  readonly kind: 'rollback' | 'hotfix'
  readonly failed: LiveDeployment
  readonly by: LiveDeployment
}

const byId = (a: Repair, b: Repair) =>
  compareText(idOf(a.by), idOf(b.by)) || compareText(idOf(a.failed), idOf(b.failed))

type Find = ReturnType<typeof toFinder<Deployment>>

function listRollbacks(replacements: readonly Replacement[], find: Find): Repair[] {
  return replacements.flatMap(({ deployment, replaced, rollback }): Repair[] => {
    if (rollback !== 'explicit' && rollback !== 'lower_version') return []
    const named = find(deployment, deployment.rollbackOf)
    const failed = named !== null && isLive(named) ? named : replaced
    const isInTime = failed !== null && isSoonAfter(deployment, failed)
    return isInTime ? [{ kind: 'rollback', failed, by: deployment }] : []
  })
}

function listHotfixes(carriages: readonly Carriage[]): Repair[] {
  // Who first had what the first deployment of a service brought is not known.
  const known = carriages.filter(({ result }) => result === 'carries')
  const reverting = known.filter(({ changes }) => changes.some(({ reverts }) => reverts !== null))
  const carriers = reverting.length === 0 ? new Map() : toCarriers(known)
  return reverting.flatMap(({ deployment, changes }) => {
    const failed = changes.flatMap((change) => findCarrier(carriers, deployment, change) ?? [])
    return [...new Set(failed)]
      .filter((one) => isHotfixOf(deployment, one))
      .map((one): Repair => ({ kind: 'hotfix', failed: one, by: deployment }))
  })
}

const isHotfixOf = (by: LiveDeployment, failed: LiveDeployment) =>
  by !== failed &&
  by.finishedAt >= failed.finishedAt &&
  (by.kind === 'hotfix' || isSoonAfter(by, failed))

/** By service, repository and each name of a change: the deployment that carried it first. */
type Carriers = ReadonlyMap<string, LiveDeployment>

const toCarriers = (carriages: readonly Carriage[]): Carriers =>
  new Map(
    carriages.flatMap(({ deployment, changes }) =>
      changes.flatMap((change) =>
        namesOf(change).map((name) => [keyOf(deployment, change, name), deployment] as const),
      ),
    ),
  )

const namesOf = ({ nativeId, mergeSha, number }: Change): string[] => [
  nativeId,
  ...(mergeSha === null ? [] : [mergeSha]),
  ...(number === null ? [] : [`#${number}`]),
]

const keyOf = ({ serviceId }: LiveDeployment, { repositoryId }: Change, name: string) =>
  JSON.stringify([serviceId, repositoryId, name])

const findCarrier = (carriers: Carriers, by: LiveDeployment, change: Change) =>
  change.reverts === null ? undefined : carriers.get(keyOf(by, change, change.reverts))

/** The time in which a deployment was there to cause what began. */
interface Exposure<Cause> {
  readonly from: number
  readonly to: number
  readonly cause: Cause
}

/**
 * Finds the cause that came last of those that were there at an instant, strictly after their
 * beginning. To be asked for instants in order: it walks along.
 */
function walk<Cause>(exposures: readonly Exposure<Cause>[]): (instant: number) => Cause | null {
  const sorted = exposures.toSorted((a, b) => a.from - b.from)
  const begun: Exposure<Cause>[] = []
  let next = 0
  return (instant) => {
    for (let one = sorted[next]; one !== undefined && one.from < instant; one = sorted[next]) {
      begun.push(one)
      next += 1
    }
    // What has ended on top has ended for all later instants, too.
    while (begun.length > 0 && (begun.at(-1)?.to ?? 0) <= instant) begun.pop()
    return begun.at(-1)?.cause ?? null
  }
}

interface Context {
  readonly live: ReadonlyMap<string, readonly LiveDeployment[]>
  readonly repairs: readonly Repair[]
  readonly find: Find
}

interface Attribution extends AttributedIncident {
  readonly deployment: Deployment | null
  readonly repair: Repair | null
}

function attributeAll(incidents: readonly Incident[], context: Context): Attribution[] {
  const repairs = Map.groupBy(context.repairs, ({ failed }) => failed.serviceId)
  return [...Map.groupBy(incidents, ({ serviceId }) => serviceId)]
    .flatMap(([serviceId, own]) => {
      const live = context.live.get(serviceId ?? '') ?? []
      return attributeOfService(own, live, repairs.get(serviceId ?? '') ?? [], context.find)
    })
    .toSorted((a, b) => compareText(idOf(a.incident), idOf(b.incident)))
}

const beginningOf = ({ startedAt, detectedAt }: Incident) => startedAt ?? detectedAt

function attributeOfService(
  incidents: readonly Incident[],
  live: readonly LiveDeployment[],
  repairs: readonly Repair[],
  find: Find,
): Attribution[] {
  const rollback = walk(repairs.filter(({ kind }) => kind === 'rollback').map(toExposure))
  const hotfix = walk(repairs.filter(({ kind }) => kind === 'hotfix').map(toExposure))
  const newest = walk(live.map(toInference))
  return inOrder(incidents).map((incident) => {
    const instant = beginningOf(incident)?.getTime()
    const told = find(incident, incident.causedByDeploymentId)
    const repair = instant === undefined ? null : (rollback(instant) ?? hotfix(instant))
    const inferred = told ?? (instant === undefined ? null : newest(instant))
    return (
      toNamed(incident, told) ??
      toRepaired(incident, repair) ??
      toInferred(incident, inferred) ??
      toUnlinked(incident, reasonOf(incident, live))
    )
  })
}

const inOrder = (incidents: readonly Incident[]) =>
  incidents.toSorted((a, b) => (beginningOf(a)?.getTime() ?? 0) - (beginningOf(b)?.getTime() ?? 0))

/** What began while it was still being rolled out may be due to it as well. */
const toExposure = (repair: Repair): Exposure<Repair> => ({
  from: (repair.failed.startedAt ?? repair.failed.finishedAt).getTime(),
  to: repair.by.finishedAt.getTime(),
  cause: repair,
})

const INFERENCE_MS = 24 * millisecondsInHour

const toInference = (deployment: LiveDeployment): Exposure<LiveDeployment> => {
  const from = deployment.finishedAt.getTime()
  return { from, to: from + INFERENCE_MS, cause: deployment }
}

/** Null unless it names a deployment for more than an inference. */
function toNamed(incident: Incident, told: Deployment | null): Attribution | null {
  const { causedByDeploymentId, linkKind } = incident
  if (causedByDeploymentId === null || linkKind === 'inferred') return null
  return told === null
    ? toUnlinked(incident, 'unknown_deployment')
    : toLinked(incident, told, linkKind ?? 'explicit', null)
}

const toRepaired = (incident: Incident, repair: Repair | null) =>
  repair && toLinked(incident, repair.failed, repair.kind, repair)

const toInferred = (incident: Incident, deployment: Deployment | null) =>
  deployment && toLinked(incident, deployment, 'inferred', null)

function toLinked(
  incident: Incident,
  deployment: Deployment,
  linkKind: LinkKind,
  repair: Repair | null,
): Attribution {
  const deploymentId = idOf(deployment)
  return { incident, deploymentId, linkKind, unlinked: null, deployment, repair }
}

const toUnlinked = (incident: Incident, unlinked: AttributedIncident['unlinked']): Attribution => ({
  incident,
  deploymentId: null,
  linkKind: null,
  unlinked,
  deployment: null,
  repair: null,
})

function reasonOf(
  incident: Incident,
  live: readonly LiveDeployment[],
): AttributedIncident['unlinked'] {
  if (incident.serviceId === null) return 'no_service'
  if (live.length === 0) return 'no_deployment_data'
  return beginningOf(incident) === null ? 'no_time' : 'none'
}

const toRepairLink = ({ kind, failed, by }: Repair): FailureLink => ({
  deploymentId: idOf(failed),
  linkKind: kind,
  incident: null,
  byDeploymentId: idOf(by),
  knownAt: by.finishedAt,
})

function toIncidentLink({ incident, deployment, linkKind, repair }: Attribution) {
  if (deployment === null || linkKind === null) return null
  const began = beginningOf(incident) ?? deployment.finishedAt ?? deployment.createdAt
  const link: FailureLink = {
    deploymentId: idOf(deployment),
    linkKind,
    incident,
    byDeploymentId: repair && idOf(repair.by),
    knownAt: repair?.by.finishedAt ?? began,
  }
  return link
}

const STRENGTH: readonly LinkKind[] = ['explicit', 'rollback', 'hotfix', 'inferred']

const strongestFirst = (a: FailureLink, b: FailureLink) =>
  STRENGTH.indexOf(a.linkKind) - STRENGTH.indexOf(b.linkKind) ||
  a.knownAt.getTime() - b.knownAt.getTime() ||
  compareText(nameOf(a), nameOf(b))

const nameOf = ({ incident, byDeploymentId }: FailureLink) =>
  incident ? idOf(incident) : (byDeploymentId ?? '')

const toFailures = (links: readonly FailureLink[]): FailureLinks['failures'] =>
  Map.groupBy(links.toSorted(strongestFirst), ({ deploymentId }) => deploymentId)

/** The links of a deployment that could be known before `asOf`, the strongest first. */
export const failuresAt = (
  { failures }: FailureLinks,
  deploymentId: string,
  asOf: Date,
): readonly FailureLink[] =>
  (failures.get(deploymentId) ?? []).filter(({ knownAt }) => knownAt < asOf)
