import { wholeDaysBetween } from '#lib/period.ts'
import { type Check, exempt, fail, pass, unknown } from '#scorecards/checks/check.ts'

/** A service, as far as it matters to whether it is ready for production. */
export interface ServiceSubject {
  readonly id: string
  readonly ownerId: string | null
  readonly workloadClass: string | null
  readonly lifecycle: string | null
  readonly tier: string | null
  /** False where no source tells of deployments, or none reaches the days that a check looks at. */
  readonly isDeploymentCovered: boolean
  /** The newest success in production; null when none is known. */
  readonly lastDeployedAt: Date | null
  /** Changes to production by hand in the last 28 days, emergencies left out. */
  readonly manualChanges: number
  readonly usage: readonly PathUsage[]
}

export interface PathUsage {
  readonly pathId: string
  readonly state: string
  /** Days behind the newest version; null when not behind or not known. */
  readonly lagDays: number | null
  /** Whether an approved exception covers it, and the day it ends. */
  readonly exception: { readonly expiresOn: string | null } | null
}

const FROM_THE_START = '2024-01-01'
const IDLE_DAYS = 90
const BEHIND_DAYS = 90

const hasOwner: Check<ServiceSubject> = {
  definition: {
    id: 'PR-01',
    name: 'Has an owner',
    rule: 'A team owns the service.',
    reason: 'What nobody owns, nobody mends.',
    remedy: 'Name the team in the catalogue, or in the repository’s catalog-info.yaml.',
    level: 'bronze',
    countsFrom: FROM_THE_START,
  },
  evaluate: ({ ownerId }) =>
    ownerId === null ? fail('no team owns it') : pass(`owned by ${ownerId}`),
}

const isDescribed: Check<ServiceSubject> = {
  definition: {
    id: 'PR-02',
    name: 'Is described',
    rule: 'The catalogue says its workload class, lifecycle and tier.',
    reason: 'Without them nobody can tell which path is meant for it, or what its failure costs.',
    remedy: 'Add what is missing to its entry in the catalogue.',
    level: 'bronze',
    countsFrom: FROM_THE_START,
  },
  evaluate({ workloadClass, lifecycle, tier }) {
    const facts = { 'workload class': workloadClass, lifecycle, tier }
    const missing = Object.entries(facts).flatMap(([name, value]) => (value === null ? [name] : []))
    return missing.length === 0
      ? pass(`${workloadClass}, ${lifecycle}, tier ${tier}`)
      : fail(`${missing.join(', ')} not given`)
  },
}

const isDeployed: Check<ServiceSubject> = {
  definition: {
    id: 'PR-03',
    name: 'Is deployed now and then',
    rule: `It was deployed to production in the last ${IDLE_DAYS} days.`,
    reason: 'A service that was not deployed for long cannot be mended quickly.',
    remedy: 'Deploy it, if only to rebuild it on current parts; or end its life in the catalogue.',
    level: 'silver',
    countsFrom: FROM_THE_START,
  },
  evaluate({ isDeploymentCovered, lastDeployedAt }, asOf) {
    if (!isDeploymentCovered) return unknown('no source tells of its deployments')
    if (lastDeployedAt === null) return fail('never deployed, as far as the sources reach')
    const days = wholeDaysBetween(lastDeployedAt, asOf)
    return days <= IDLE_DAYS
      ? pass(`deployed ${days} days ago`)
      : fail(`last deployed ${days} days ago`)
  },
}

const isChangedByPipeline: Check<ServiceSubject> = {
  definition: {
    id: 'PR-04',
    name: 'Is changed by a pipeline',
    rule: 'Nobody changed it in production by hand in 28 days, emergencies left out.',
    reason: 'What was done by hand cannot be repeated, and nobody else knows of it.',
    remedy: 'Put the change into the pipeline, or say which case the pipeline does not know.',
    level: 'silver',
    countsFrom: FROM_THE_START,
  },
  evaluate({ isDeploymentCovered, manualChanges }) {
    if (!isDeploymentCovered) return unknown('no source tells of its deployments')
    return manualChanges === 0
      ? pass('no change by hand')
      : fail(`${manualChanges} ${manualChanges === 1 ? 'change' : 'changes'} by hand`)
  },
}

const DRIFTED: ReadonlySet<string> = new Set(['drifted'])
const OFF_PATH: ReadonlySet<string> = new Set(['absent', 'opted_out', 'drifted'])

const hasNotDrifted: Check<ServiceSubject> = {
  definition: {
    id: 'PR-05',
    name: 'Has not drifted',
    rule: 'No copy of a golden path in it was changed so that updates no longer fit.',
    reason: 'A drifted copy gets no fix of the path.',
    remedy: 'Take the published version again, and bring your change to the path’s owner.',
    level: 'silver',
    countsFrom: FROM_THE_START,
  },
  evaluate: ({ usage }) => onPaths(usage, DRIFTED, 'drifted'),
}

const walksItsPaths: Check<ServiceSubject> = {
  definition: {
    id: 'PR-06',
    name: 'Walks the paths meant for it',
    rule: 'It uses each golden path that it is eligible for.',
    reason: 'The path carries what every service needs, so that no team builds it alone.',
    remedy: 'Move it to the path, or ask for an exception and say what the path lacks.',
    level: 'gold',
    countsFrom: FROM_THE_START,
  },
  evaluate: ({ usage }) => onPaths(usage, OFF_PATH, 'not on'),
}

const isUpToDate: Check<ServiceSubject> = {
  definition: {
    id: 'PR-07',
    name: 'Is up to date',
    rule: `On each path it is at most ${BEHIND_DAYS} days behind the newest version.`,
    reason: 'The further behind, the harder the way back.',
    remedy: 'Update to the newest version of the path.',
    level: 'gold',
    countsFrom: '2027-01-01',
  },
  evaluate({ usage }) {
    const versioned = usage.filter(({ state }) => state === 'current' || state === 'outdated')
    if (versioned.length === 0) return unknown('no version is known')
    const behind = versioned.filter(({ lagDays }) => (lagDays ?? 0) > BEHIND_DAYS)
    return behind.length === 0
      ? pass('no path too far behind')
      : fail(behind.map(({ pathId, lagDays }) => `${pathId} ${lagDays} days behind`).join(', '))
  },
}

/** Fails on any path in a bad state, unless an exception covers it; eligible paths only. */
function onPaths(usage: readonly PathUsage[], bad: ReadonlySet<string>, words: string) {
  const meant = usage.filter(({ state }) => state !== 'not_eligible')
  const failing = meant.filter(({ state }) => bad.has(state))
  const open = failing.filter(({ exception }) => exception === null)
  if (open.length > 0) return fail(`${words} ${open.map(({ pathId }) => pathId).join(', ')}`)
  const [covered] = failing
  if (covered !== undefined) {
    return exempt(`exception for ${covered.pathId}`, covered.exception?.expiresOn ?? null)
  }
  const known = meant.filter(({ state }) => state !== 'unknown')
  return known.length === 0
    ? unknown('no path can be read in it')
    : pass(`${known.length} ${known.length === 1 ? 'path' : 'paths'} looked at`)
}

/** Whether a service is ready for production. */
export const productionReadiness: readonly Check<ServiceSubject>[] = [
  hasOwner,
  isDescribed,
  isDeployed,
  isChangedByPipeline,
  hasNotDrifted,
  walksItsPaths,
  isUpToDate,
]
