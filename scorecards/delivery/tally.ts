import { millisecondsInHour } from 'date-fns/constants'
import { lowerBound } from '#lib/order.ts'
import type { Duration } from '#lib/stats/survival.ts'
import { type CoveredDays, coveredIn, type Days, dayOf } from '#scorecards/delivery/calendar.ts'
import type { Stage } from '#scorecards/delivery/change-stages.ts'
import {
  CHANGE_SETS,
  type ChangeColumns,
  DEPLOYMENT_KINDS,
  DEPLOYMENT_SETS,
  type DeliveryRows,
  type LedgerPart,
  ROLLBACKS,
} from '#scorecards/delivery/ledger.ts'
import { ATTRIBUTION_MS } from '#scorecards/delivery/production.ts'
import type { UnitLedger } from '#scorecards/delivery/quarters.ts'

/** What services of one repository delivered, and when it was read. */
export interface DeliveryUnit {
  readonly ledger: UnitLedger
  /** By place in `ledger.services`. */
  readonly services: readonly ServiceDays[]
}

export interface ServiceDays {
  /** By day, the team that owned it: see `toOwnerOfDay`; places are those of the calendar. */
  readonly ownerOfDay: Int32Array
  /** Days on which its deployments were read. */
  readonly deployments: CoveredDays
  /** The same of its changes. */
  readonly changes: CoveredDays
}

export interface Calendar {
  readonly days: Days
  /** Days on which incidents were read. */
  readonly incidents: CoveredDays
  /** Place of every team. */
  readonly placeOf: ReadonlyMap<string, number>
}

/** Whole days in UTC, half-open, in milliseconds since 1970; and the moment that it speaks for. */
export interface TallyWindow {
  readonly from: number
  readonly to: number
  readonly asOf: number
}

/** What somebody delivered in a window, counted for every metric of delivery. */
export interface DeliveryTally {
  /** Deployments to production by whether they failed. */
  failed: number
  notFailed: number
  inferred: number
  notTold: number
  notMatured: number
  /** Deployments that are not known to have reached production. */
  unknown: number
  unmapped: number
  unlinkedIncidents: number
  rolledBack: number
  rolledBackInReadWeeks: number
  notRolledBack: number
  unordered: number
  /** Mature deployments by whether they mended something. */
  mended: number
  notMending: number
  kindUnknown: number
  hotfixes: number
  rollbacks: number
  linkedOnly: number
  /** Deployments in weeks that were read. */
  deployed: number
  deployedUnknown: number
  deployedUnmapped: number
  readDays: number
  readWeeks: number
  unreadWeeks: number
  weeksWithDeployment: number
  /** By week of the window; null for a part of a week, and where a service was not read. */
  wholeWeeks: (number | null)[]
  /** Sunday first. */
  readonly weekdays: number[]
  batchSizes: number[]
  /** Changes that count, where they are set down. */
  counted: ChangeRows[]
  negativeStage: number
  changesUnknown: number
  anomalous: number
  bot: number
  firstDeployment: number
  readonly watches: Duration[]
  hasDetectedStart: boolean
  failedUnknown: number
  noStart: number
  reversed: number
  recoveryInferred: number
  failedUnmapped: number
  /** Days of all services together, and those of them on which so much was read. */
  ownedDays: number
  deploymentDays: number
  changeDays: number
}

const emptyTally = (): DeliveryTally => ({
  failed: 0,
  notFailed: 0,
  inferred: 0,
  notTold: 0,
  notMatured: 0,
  unknown: 0,
  unmapped: 0,
  unlinkedIncidents: 0,
  rolledBack: 0,
  rolledBackInReadWeeks: 0,
  notRolledBack: 0,
  unordered: 0,
  mended: 0,
  notMending: 0,
  kindUnknown: 0,
  hotfixes: 0,
  rollbacks: 0,
  linkedOnly: 0,
  deployed: 0,
  deployedUnknown: 0,
  deployedUnmapped: 0,
  readDays: 0,
  readWeeks: 0,
  unreadWeeks: 0,
  weeksWithDeployment: 0,
  wholeWeeks: [],
  weekdays: [0, 0, 0, 0, 0, 0, 0],
  batchSizes: [],
  counted: [],
  negativeStage: 0,
  changesUnknown: 0,
  anomalous: 0,
  bot: 0,
  firstDeployment: 0,
  watches: [],
  hasDetectedStart: false,
  failedUnknown: 0,
  noStart: 0,
  reversed: 0,
  recoveryInferred: 0,
  failedUnmapped: 0,
  ownedDays: 0,
  deploymentDays: 0,
  changeDays: 0,
})

export const PARTS: ReadonlySet<LedgerPart> = new Set(['changes', 'deployments'])

/**
 * What `team` delivered in `window`, of the units in which it owned anything at any time; only counts of
 * `parts`.
 */
export function tallyTeam(
  calendar: Calendar,
  team: string,
  units: readonly DeliveryUnit[],
  window: TallyWindow,
  parts: ReadonlySet<LedgerPart> = PARTS,
): DeliveryTally {
  const tally = emptyTally()
  const weeks = toWeeks(window)
  tally.wholeWeeks = weeks.map(({ from, to }) => (to - from === 7 ? 0 : null))
  const place = calendar.placeOf.get(team) ?? -1
  let hasService = false
  for (const unit of units) {
    const reading = readWeeks(calendar, unit, place, weeks)
    hasService = addReading(tally, reading) || hasService
    const own = unit.ledger.teams.indexOf(team)
    if (own === -1) continue
    if (parts.has('changes')) addChanges(tally, unit, own, window)
    if (parts.has('deployments'))
      addDelivered(tally, { calendar, unit, own, window, weeks, reading })
  }
  if (!hasService) tally.wholeWeeks = []
  return tally
}

/** Of the quarters that have a part of the window. */
const rowsIn = ({ ledger }: DeliveryUnit, window: TallyWindow) =>
  ledger.quarters
    .filter(({ from, to }) => from < window.to && to > window.from)
    .map(({ rows }) => rows)

function addDelivered(
  tally: DeliveryTally,
  scope: Omit<DeploymentScope, 'rows' | 'withDeployment'> & { readonly unit: DeliveryUnit },
): void {
  const { unit, own, window } = scope
  const withDeployment = new Set<number>()
  for (const rows of rowsIn(unit, window)) {
    addDeployments(tally, { ...scope, rows, withDeployment })
    addOutages(tally, rows, own, window)
    addUnlinked(tally, rows, own, window)
  }
  tally.weeksWithDeployment += withDeployment.size
}

/**
 * Tells whether the week of a window in which an instant lies was the team's, and read from beginning to end
 * of a service of a unit.
 */
export function weekReader(
  calendar: Calendar,
  window: TallyWindow,
): (team: string, unit: DeliveryUnit, serviceId: string, at: number) => boolean {
  const weeks = toWeeks(window)
  const known = new Map<DeliveryUnit, Map<string, Reading>>()
  return (team, unit, serviceId, at) => {
    const own = known.get(unit) ?? new Map<string, Reading>()
    known.set(unit, own)
    const reading =
      own.get(team) ?? readWeeks(calendar, unit, calendar.placeOf.get(team) ?? -1, weeks)
    own.set(team, reading)
    const service = unit.ledger.services.indexOf(serviceId)
    return reading.weeks[service * reading.count + weekAt(weeks, at)] === 1
  }
}

/** The place of the week in which an instant of the window lies. */
function weekAt(weeks: readonly Week[], at: number): number {
  const day = dayOf(at)
  const start = weeks[0]?.to ?? 0
  return day < start ? 0 : 1 + Math.floor((day - start) / 7)
}

/** A week, or the part of it within the window, in days since 1970. */
interface Week {
  readonly from: number
  readonly to: number
}

/** Monday 5 January 1970. */
const FIRST_MONDAY = 4

function toWeeks({ from, to }: TallyWindow): Week[] {
  const weeks: Week[] = []
  const end = dayOf(to)
  for (let day = dayOf(from); day < end; ) {
    const next = Math.min(end, day - ((((day - FIRST_MONDAY) % 7) + 7) % 7) + 7)
    weeks.push({ from: day, to: next })
    day = next
  }
  return weeks
}

interface Reading {
  /** By service and week: 1 its deployments were read from beginning to end, 2 not; 0 not the team's. */
  readonly weeks: Uint8Array
  readonly count: number
  readonly wholeWeeks: readonly boolean[]
  readonly readDays: number
  readonly ownedDays: number
  readonly deploymentDays: number
  readonly changeDays: number
}

/** A week of a service belongs to the team that owned it at the end of it. */
function readWeeks(
  { days }: Calendar,
  { services }: DeliveryUnit,
  place: number,
  weeks: readonly Week[],
): Reading {
  const read = new Uint8Array(services.length * weeks.length)
  const sums = { readDays: 0, ownedDays: 0, deploymentDays: 0, changeDays: 0 }
  services.forEach((service, index) => {
    weeks.forEach((week, at) => {
      const from = firstDay(service, place, week, days)
      const to = week.to - days.first
      if (from === null) return
      const covered = coveredIn(service.deployments, from, to)
      const isRead = covered === to - from
      read[index * weeks.length + at] = isRead ? 1 : 2
      sums.ownedDays += to - from
      sums.deploymentDays += covered
      sums.changeDays += coveredIn(service.changes, from, to)
      if (isRead) sums.readDays += to - from
    })
  })
  const wholeWeeks = weeks.map((_, at) =>
    services.every((_service, index) => read[index * weeks.length + at] !== 2),
  )
  return { weeks: read, count: weeks.length, wholeWeeks, ...sums }
}

/** The first day of the week on which the service was there; null when the week is not the team's. */
function firstDay(
  { ownerOfDay }: ServiceDays,
  place: number,
  week: Week,
  { first, count }: Days,
): number | null {
  const last = Math.min(week.to - first, count) - 1
  if (last < 0 || place === -1 || ownerOfDay[last] !== place) return null
  let day = Math.max(0, week.from - first)
  while (day < last && ownerOfDay[day] === -1) day += 1
  return day
}

/** Returns whether anything was the team's. */
function addReading(tally: DeliveryTally, reading: Reading): boolean {
  tally.readDays += reading.readDays
  tally.ownedDays += reading.ownedDays
  tally.deploymentDays += reading.deploymentDays
  tally.changeDays += reading.changeDays
  for (const state of reading.weeks) {
    if (state === 1) tally.readWeeks += 1
    if (state === 2) tally.unreadWeeks += 1
  }
  reading.wholeWeeks.forEach((isWhole, at) => {
    if (!isWhole) tally.wholeWeeks[at] = null
  })
  return reading.ownedDays > 0
}

interface DeploymentScope {
  readonly calendar: Calendar
  readonly rows: DeliveryRows
  /** Place of the team in the ledger. */
  readonly own: number
  readonly window: TallyWindow
  readonly weeks: readonly Week[]
  readonly reading: Reading
  /** Places of weeks of services in which there was one; all quarters add to them. */
  readonly withDeployment: Set<number>
}

const LIVE = DEPLOYMENT_SETS.indexOf('live')
const UNKNOWN = DEPLOYMENT_SETS.indexOf('unknown')
const UNMAPPED = DEPLOYMENT_SETS.indexOf('unmapped')

function addDeployments(tally: DeliveryTally, scope: DeploymentScope): void {
  const { rows, own, window } = scope
  const { at, team, set } = rows.deployments
  const end = lowerBound(at, window.to)
  for (let row = lowerBound(at, window.from); row < end; row += 1) {
    if (team[row] !== own) continue
    const place = set[row]
    if (place === UNKNOWN || place === UNMAPPED) addUnknown(tally, scope, row)
    else if (place === LIVE) addLive(tally, scope, row)
  }
}

/** The place of a week of a service that was read; -1 when it was not, or is not the team's. */
function readWeekOf({ rows, weeks, reading }: DeploymentScope, row: number): number {
  const { at, service } = rows.deployments
  const place = (service[row] ?? -1) * reading.count + weekAt(weeks, at[row] ?? 0)
  return reading.weeks[place] === 1 ? place : -1
}

function addUnknown(tally: DeliveryTally, scope: DeploymentScope, row: number): void {
  const isUnmapped = scope.rows.deployments.set[row] === UNMAPPED
  tally.unknown += 1
  if (isUnmapped) tally.unmapped += 1
  if (readWeekOf(scope, row) === -1) return
  tally.deployedUnknown += 1
  if (isUnmapped) tally.deployedUnmapped += 1
}

function addLive(tally: DeliveryTally, scope: DeploymentScope, row: number): void {
  const place = readWeekOf(scope, row)
  if (place !== -1) {
    scope.withDeployment.add(place)
    addDeployed(tally, scope, row, place)
  }
  addRollback(tally, scope, row, place !== -1)
  const { at } = scope.rows.deployments
  if (scope.window.asOf - (at[row] ?? 0) < ATTRIBUTION_MS) {
    tally.notMatured += 1
    return
  }
  addFailure(tally, scope, row)
  addRework(tally, scope, row)
}

function addDeployed(
  tally: DeliveryTally,
  { rows, reading }: DeploymentScope,
  row: number,
  place: number,
): void {
  const { at, batch } = rows.deployments
  const week = place % reading.count
  const soFar = tally.wholeWeeks[week]
  if (soFar !== null && soFar !== undefined) tally.wholeWeeks[week] = soFar + 1
  tally.deployed += 1
  const weekday = (dayOf(at[row] ?? 0) + FIRST_DAY_OF_1970) % 7
  tally.weekdays[weekday] = (tally.weekdays[weekday] ?? 0) + 1
  const size = batch[row] ?? -1
  if (size >= 0) tally.batchSizes.push(size)
}

/** A Thursday, Sunday being 0. */
const FIRST_DAY_OF_1970 = 4

function addRollback(
  tally: DeliveryTally,
  { rows }: DeploymentScope,
  row: number,
  isRead: boolean,
): void {
  const rollback = ROLLBACKS[rows.deployments.rollback[row] ?? 0]
  if (rollback === 'explicit' || rollback === 'lower_version') {
    tally.rolledBack += 1
    if (isRead) tally.rolledBackInReadWeeks += 1
  } else {
    tally.notRolledBack += 1
    if (rollback === 'unknown') tally.unordered += 1
  }
}

function addFailure(
  tally: DeliveryTally,
  { calendar, rows, window }: DeploymentScope,
  row: number,
): void {
  const { at, failedFrom, inferredFrom } = rows.deployments
  if ((failedFrom[row] ?? 0) < window.asOf) {
    tally.failed += 1
    return
  }
  const day = dayOf(at[row] ?? 0) - calendar.days.first
  if (coveredIn(calendar.incidents, day, day + 1) === 0) {
    tally.notTold += 1
    return
  }
  tally.notFailed += 1
  if ((inferredFrom[row] ?? 0) < window.asOf) tally.inferred += 1
}

function addRework(tally: DeliveryTally, { rows }: DeploymentScope, row: number): void {
  const { kind, isRemedy } = rows.deployments
  const name = DEPLOYMENT_KINDS[kind[row] ?? 0]
  const mends = name === 'hotfix' || name === 'rollback'
  if (mends || isRemedy[row] === 1) {
    tally.mended += 1
    if (name === 'hotfix') tally.hotfixes += 1
    else if (name === 'rollback') tally.rollbacks += 1
    else tally.linkedOnly += 1
  } else if (name === 'unknown') tally.kindUnknown += 1
  else tally.notMending += 1
}

function addChanges(
  tally: DeliveryTally,
  unit: DeliveryUnit,
  own: number,
  window: TallyWindow,
): void {
  for (const rows of rowsIn(unit, window)) addChangesOf(tally, rows, own, window)
}

function addChangesOf(
  tally: DeliveryTally,
  { changes }: DeliveryRows,
  own: number,
  window: TallyWindow,
): void {
  const { at, team, set } = changes
  const [from, to] = [lowerBound(at, window.from), lowerBound(at, window.to)]
  for (let row = from; row < to; row += 1) {
    if (team[row] !== own) continue
    switch (CHANGE_SETS[set[row] ?? 0]) {
      case 'counted':
        tally.negativeStage += changes.isReversed[row] ?? 0
        break
      case 'unknown':
        tally.changesUnknown += 1
        break
      case 'first_deployment':
        tally.firstDeployment += 1
        break
      case 'bot':
        tally.bot += 1
        break
      default:
        tally.anomalous += 1
    }
  }
  if (from < to) tally.counted.push({ changes, own, from, to })
}

/** Of one ledger, the rows [from, to), of which the changes of one team matter that count. */
interface ChangeRows {
  readonly changes: ChangeColumns
  /** Place of the team in the ledger. */
  readonly own: number
  readonly from: number
  readonly to: number
}

const COUNTED = CHANGE_SETS.indexOf('counted')

/** What changes take: all their time, and that of each stage. */
export type HoursColumn = 'hours' | Stage

/** Hours of changes that count, of a stage those that had it. */
export function hoursOf(counted: readonly ChangeRows[], column: HoursColumn): number[] {
  const hours: number[] = []
  for (const { changes, own, from, to } of counted) {
    const { team, set, [column]: taken } = changes
    for (let row = from; row < to; row += 1) {
      const value = taken[row] ?? Number.NaN
      if (team[row] === own && set[row] === COUNTED && !Number.isNaN(value)) hours.push(value)
    }
  }
  return hours
}

function addOutages(
  tally: DeliveryTally,
  rows: DeliveryRows,
  own: number,
  window: TallyWindow,
): void {
  const { at, team, failedFrom, inferredFrom } = rows.deployments
  const end = lowerBound(at, window.to)
  for (let row = lowerBound(at, window.from); row < end; row += 1) {
    if (team[row] !== own) continue
    const isFailed = (failedFrom[row] ?? 0) < window.asOf
    if (isFailed || (inferredFrom[row] ?? 0) < window.asOf) {
      addFailed(tally, rows, row, isFailed ? window.asOf : null)
    }
  }
}

/** `asOf`: null where the failure is only inferred. */
function addFailed(
  tally: DeliveryTally,
  { deployments, outages }: DeliveryRows,
  row: number,
  asOf: number | null,
): void {
  const set = deployments.set[row]
  if (set === UNMAPPED) tally.failedUnmapped += 1
  if (set === UNMAPPED || set === UNKNOWN) tally.failedUnknown += 1
  if (set !== LIVE) return
  if (asOf === null) tally.recoveryInferred += 1
  else addWatch(tally, watchOf(outages, row, asOf))
}

interface Watch {
  /** Milliseconds; infinite: no beginning is known. */
  readonly start: number
  readonly end: number
  readonly isDetected: boolean
  readonly isOver: boolean
}

/** From the first beginning to the last end of what had begun before the as-of. */
function watchOf(outages: DeliveryRows['outages'], deployment: number, asOf: number): Watch {
  let watch: Watch = {
    start: Number.POSITIVE_INFINITY,
    end: Number.NEGATIVE_INFINITY,
    isDetected: false,
    isOver: true,
  }
  const first = lowerBound(outages.deployment, deployment)
  for (let row = first; outages.deployment[row] === deployment; row += 1) {
    const started = outages.startedAt[row] ?? Number.NaN
    const isNoticed = Number.isNaN(started)
    const begun = isNoticed ? (outages.detectedAt[row] ?? Number.NaN) : started
    const restored = outages.restoredAt[row] ?? Number.NaN
    if (begun < asOf) watch = extend(watch, { begun, isNoticed, restored, asOf })
  }
  return watch.isOver ? watch : { ...watch, end: asOf }
}

function extend(
  watch: Watch,
  by: {
    readonly begun: number
    readonly isNoticed: boolean
    readonly restored: number
    readonly asOf: number
  },
): Watch {
  const isFirst = by.begun < watch.start
  // Of two at a time, that whose start is known.
  const isBetter = isFirst || (by.begun === watch.start && !by.isNoticed)
  const isRestored = by.restored < by.asOf
  return {
    start: Math.min(watch.start, by.begun),
    end: isRestored ? Math.max(watch.end, by.restored) : watch.end,
    isDetected: isBetter ? by.isNoticed : watch.isDetected,
    isOver: watch.isOver && isRestored,
  }
}

function addWatch(tally: DeliveryTally, { start, end, isDetected, isOver }: Watch): void {
  const time = (end - start) / millisecondsInHour
  if (start === Number.POSITIVE_INFINITY) tally.noStart += 1
  else if (time < 0) tally.reversed += 1
  else {
    tally.watches.push({ time, ended: isOver })
    tally.hasDetectedStart ||= isDetected
  }
}

function addUnlinked(
  tally: DeliveryTally,
  { unlinked }: DeliveryRows,
  own: number,
  window: TallyWindow,
): void {
  const end = lowerBound(unlinked.at, window.to)
  for (let row = lowerBound(unlinked.at, window.from); row < end; row += 1) {
    if (unlinked.team[row] === own) tally.unlinkedIncidents += 1
  }
}

/** What several teams delivered together in the same window; of one that is its own, as it is. */
export function mergeTallies(tallies: readonly DeliveryTally[]): DeliveryTally {
  const [only] = tallies
  if (only !== undefined && tallies.length === 1) return only
  const known = MERGED.get(tallies)
  if (known !== undefined) return known
  const sum = emptyTally()
  for (const tally of tallies) add(sum, tally)
  // All at once: one by one takes many times as long.
  sum.batchSizes = NO_SIZES.concat(...tallies.map(({ batchSizes }) => batchSizes))
  sum.counted = tallies.flatMap(({ counted }) => counted)
  MERGED.set(tallies, sum)
  return sum
}

/** Of every list: paths that all teams could use ask for the same. */
const MERGED = new WeakMap<readonly DeliveryTally[], DeliveryTally>()

function add(sum: DeliveryTally, tally: DeliveryTally): void {
  for (const name of COUNTS) sum[name] += tally[name]
  for (const watch of tally.watches) sum.watches.push(watch)
  tally.weekdays.forEach((count, day) => {
    sum.weekdays[day] = (sum.weekdays[day] ?? 0) + count
  })
  sum.hasDetectedStart ||= tally.hasDetectedStart
  addWholeWeeks(sum, tally)
}

type CountName = {
  [Name in keyof DeliveryTally]: DeliveryTally[Name] extends number ? Name : never
}[keyof DeliveryTally]

const EMPTY = emptyTally()
const isCount = (name: string): name is CountName =>
  typeof EMPTY[name as keyof DeliveryTally] === 'number'
const COUNTS = Object.keys(EMPTY).filter(isCount)

const NO_SIZES: readonly number[] = []

/** A week counts where it was whole for everybody who had a service. */
function addWholeWeeks(sum: DeliveryTally, { wholeWeeks }: DeliveryTally): void {
  if (wholeWeeks.length === 0) return
  if (sum.wholeWeeks.length === 0) sum.wholeWeeks = [...wholeWeeks]
  else {
    sum.wholeWeeks = sum.wholeWeeks.map((count, week) => {
      const own = wholeWeeks[week]
      return count === null || own === null || own === undefined ? null : count + own
    })
  }
}
