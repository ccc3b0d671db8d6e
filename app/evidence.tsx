import { type database, untilWritten } from '#app/database.ts'
import { formatDay, formatDays, formatElapsed, formatInstant, formatPercent } from '#app/format.ts'
import { Link } from '#app/link.tsx'
import { inputWords } from '#app/state-input-words.ts'
import { StateWord } from '#app/state-word.tsx'
import { usageRows } from '#app/usage.ts'
import { hrefOf, type View } from '#app/view.ts'
import { adoptionWord, mechanismWord, originWord, ruleWord, usageWord } from '#app/words.ts'
import { selectWork } from '#app/work-query.ts'
import { daysBefore, earlierOf, wholeDaysBetween } from '#lib/period.ts'
import { type Activity, listActivities } from '#lib/queries/activities.ts'
import { type CoveredScope, listCoveredScopes } from '#lib/queries/coverage.ts'
import { type Exception, listExceptions } from '#lib/queries/exceptions.ts'
import {
  listProvisioningRequests,
  type ProvisioningRequest,
} from '#lib/queries/provisioning-requests.ts'
import { type FactRecord, listRecords, type RecordTable } from '#lib/queries/records.ts'
import { listAdoptionStates, type TeamState } from '#lib/queries/states.ts'
import { teamNames } from '#lib/queries/teams.ts'
import type { UsageRow } from '#lib/queries/usage.ts'
import { coveredShare } from '#scorecards/coverage.ts'
import { DELIVERY_METRICS } from '#scorecards/delivery/results.ts'
import { type MetricResult, openedSets } from '#scorecards/result.ts'

type Reader = Awaited<ReturnType<typeof database>>

export interface EvidenceRow {
  readonly id: string
  /** One for each column; the first heads the row. */
  readonly cells: readonly React.ReactNode[]
}

export interface Evidence {
  readonly columns: readonly string[]
  /** In the order of the result's own sets. */
  readonly sets: readonly { readonly kind: string; readonly rows: readonly EvidenceRow[] }[]
}

type Load = (db: Reader, result: MetricResult, view: View) => Promise<Evidence>

/** The stored rows that a result counted or left out, by set. */
export function loadEvidence(db: Reader, result: MetricResult, view: View): Promise<Evidence> {
  const load = ROWS[result.metricId] ?? teamRows
  return load(db, result, view)
}

/** What a path can carry. */
const WORK: readonly RecordTable[] = [
  'activities',
  'deployments',
  'changes',
  'provisioning_requests',
]

/** What a metric's rows are, where they are not teams. */
const ROWS: Readonly<Record<string, Load>> = {
  ...Object.fromEntries(
    DELIVERY_METRICS.map((id) => [id, recordRows('deployments', 'changes', 'incidents')]),
  ),
  'ADO-04': activityRows,
  'ADO-09': activityRows,
  'ADO-10': serviceRows,
  'ADO-11': serviceRows,
  'GOV-06': exceptionRows,
  'GOV-07': exceptionRows,
  'SPD-01': requestRows,
  'SPD-04': requestRows,
  'SPD-05': recordRows('provisioning_requests', 'steps'),
  'REL-01': requestRows,
  'REL-06': recordRows('path_attempts', 'provisioning_requests', 'deployments'),
  'SUP-01': recordRows('tickets'),
  'SUP-02': recordRows('tickets', ...WORK),
  'SUP-03': recordRows('tickets'),
  'SUP-04': recordRows('tickets'),
  'SUP-05': recordRows('tickets'),
  'SUP-06': recordRows('path_attempts', ...WORK),
  'GOV-01': recordRows('provisioning_requests'),
  'GOV-02': recordRows('deployments'),
  'GOV-03': recordRows('deployments', 'provisioning_requests'),
  'GOV-04': recordRows('policy_evidence'),
  'DQ-01': coverageRows,
  'DQ-02': linkRows,
}

/** A row that the result names and that is stored no more is shown by its id. */
function toSets<T>(
  result: MetricResult,
  find: (id: string) => T | undefined,
  cells: (row: T) => readonly React.ReactNode[],
): Evidence['sets'] {
  return openedSets(result).map(({ kind, ids }) => ({
    kind,
    rows: ids.map((id) => {
      const row = find(id)
      return { id, cells: row === undefined ? [id, 'no longer stored'] : cells(row) }
    }),
  }))
}

const NO_OWNER = 'no owner known'

function teamCell(
  view: View,
  names: ReadonlyMap<string, string>,
  id: string | null,
  unknown = 'not known',
): React.ReactNode {
  if (id === null) return unknown
  return (
    <Link key="team" href={hrefOf(view, `/teams/${id}`)}>
      {names.get(id) ?? id}
    </Link>
  )
}

async function teamRows(db: Reader, result: MetricResult, view: View): Promise<Evidence> {
  const [states, names] = await Promise.all([statesBehind(db, result), untilWritten(teamNames)])
  const byTeam = new Map(states.map((state) => [state.team, state]))
  return {
    columns: ['Team', 'State', 'Adopted', 'Rule', 'What the rule saw'],
    sets: toSets(
      result,
      (id) => byTeam.get(id),
      (state: TeamState) => [
        teamCell(view, names, state.team),
        <StateWord key="state" word={adoptionWord(state.state)} />,
        originWord(state.origin),
        `${state.rule}: ${ruleWord(state.rule)}`,
        inputWords(state.inputs),
      ],
    ),
  }
}

function statesBehind(db: Reader, { scope, asOf }: MetricResult): Promise<TeamState[]> {
  return listAdoptionStates(db, {
    asOf: new Date(asOf),
    ...(scope.pathId !== undefined && { pathId: scope.pathId }),
  })
}

async function serviceRows(_db: Reader, result: MetricResult, view: View): Promise<Evidence> {
  const { pathId } = result.scope
  const [usage, names] = await Promise.all([
    usageRows(new Date(result.asOf), { pathId }),
    untilWritten(teamNames),
  ])
  const byService = new Map(usage.map((row) => [row.service, row]))
  return {
    columns: ['Service', 'Team', 'State', 'Version', 'Days behind', 'Evidence'],
    sets: toSets(
      result,
      (id) => byService.get(id),
      (row: UsageRow) => [
        row.service,
        teamCell(view, names, row.team, NO_OWNER),
        <StateWord key="state" word={usageWord(row.state)} />,
        row.version ?? '',
        row.lagDays === null ? '' : formatDays(row.lagDays),
        row.evidence,
      ],
    ),
  }
}

/** Days that a share of work may look back to. */
const LONGEST_WINDOW_DAYS = 91

async function activityRows(db: Reader, result: MetricResult, view: View): Promise<Evidence> {
  const { pathId, teamId } = result.scope
  const to = new Date(result.window.end)
  const [activities, names] = await Promise.all([
    listActivities(db, {
      pathId: pathId ?? '',
      ...(teamId !== undefined && { teamId }),
      from: earlierOf(new Date(result.window.start), daysBefore(to, LONGEST_WINDOW_DAYS)),
      to,
    }),
    untilWritten(teamNames),
  ])
  const nameOf = (id: string) => names.get(id) ?? id
  const cells = (one: Activity) => [
    one.id,
    formatInstant(one.at),
    teamCell(view, names, one.team, NO_OWNER),
    one.service ?? '',
    mechanismWord(one.mechanism),
    one.rule.replaceAll('_', ' '),
    one.result,
  ]
  return {
    columns: ['Activity', 'When', 'Team', 'Service', 'How', 'Decided by', 'Result'],
    sets: openedSets(result).map(({ kind, ids }) => ({
      kind,
      rows: ids.flatMap((id): EvidenceRow[] => {
        const work = selectWork(activities, id, to)
        if (work === null) return [{ id, cells: [nameOf(id), 'no work in scope'] }]
        return work.toReversed().map((one) => ({ id: one.id, cells: cells(one) }))
      }),
    })),
  }
}

async function exceptionRows(db: Reader, result: MetricResult, view: View): Promise<Evidence> {
  const { pathId } = result.scope
  const [exceptions, names] = await Promise.all([
    listExceptions(db, { asOf: new Date(result.asOf), ...(pathId !== undefined && { pathId }) }),
    untilWritten(teamNames),
  ])
  const byId = new Map(exceptions.map((one) => [`${one.sourceId}:${one.id}`, one]))
  return {
    columns: ['Exception', 'Team', 'Stands', 'Covers', 'Gap', 'Expires'],
    sets: toSets(
      result,
      (id) => byId.get(id),
      (one: Exception) => [
        one.id,
        teamCell(view, names, one.teamId),
        one.state === 'overdue' ? 'past its expiry' : one.state,
        one.scope === 'full' ? 'the whole team' : one.serviceIds.join(', '),
        one.gapCode ?? 'not named',
        one.expiresOn === null ? 'no expiry set' : formatDay(one.expiresOn),
      ],
    ),
  }
}

async function requestRows(db: Reader, result: MetricResult, view: View): Promise<Evidence> {
  const [requests, names] = await Promise.all([
    listProvisioningRequests(db),
    untilWritten(teamNames),
  ])
  const byId = new Map(requests.map((one) => [`${one.sourceId}:${one.id}`, one]))
  return {
    columns: ['Request', 'Team', 'For', 'Requested', 'Usable', 'Took', 'Result'],
    sets: toSets(
      result,
      (id) => byId.get(id),
      (one: ProvisioningRequest) => [
        one.id,
        teamCell(view, names, one.teamId),
        one.target ?? 'not named',
        formatInstant(one.requestedAt),
        one.usableAt === null ? 'not yet, or never' : formatInstant(one.usableAt),
        one.usableAt === null
          ? ''
          : formatElapsed(one.usableAt.getTime() - one.requestedAt.getTime()),
        one.result,
      ],
    ),
  }
}

/** Deployments and incidents are records; services are named by what they are called. */
function linkRows(db: Reader, result: MetricResult, view: View): Promise<Evidence> {
  if (result.parameters['linkType'] !== 'service_owner') {
    return recordRows('deployments', 'incidents')(db, result, view)
  }
  const sets = toSets(
    result,
    (id) => id,
    (id) => [id],
  )
  return Promise.resolve({ columns: ['Service'], sets })
}

function recordRows(...tables: readonly RecordTable[]): Load {
  return async (db, result, view) => {
    const ids = new Set(openedSets(result).flatMap((set) => set.ids))
    const [byId, names] = await Promise.all([listRecords(db, tables, ids), untilWritten(teamNames)])
    return {
      columns: ['Record', 'When', 'Of', 'Says', 'Ended'],
      sets: toSets(
        result,
        (id) => byId.get(id),
        (record: FactRecord) => [
          record.id,
          momentOf(record.at),
          record.teamId === null
            ? (record.of ?? 'not named')
            : teamCell(view, names, record.teamId),
          saysOf(record),
          momentOf(record.endedAt),
        ],
      ),
    }
  }
}

const momentOf = (instant: Date | null) => (instant === null ? '' : formatInstant(instant))

function saysOf({ says, goneAt }: FactRecord): string {
  const removed = goneAt === null ? [] : [`removed by ${formatDay(goneAt)}`]
  return [...says.map((one) => one.replaceAll('_', ' ')), ...removed].join(', ')
}

/** Of a source with one scope the rows are intervals, `from/to`; of one with several, its scopes. */
async function coverageRows(db: Reader, result: MetricResult): Promise<Evidence> {
  if (result.parts['scopes'] !== undefined) return scopeRows(db, result)
  return {
    columns: ['From', 'To', 'Whole days'],
    sets: toSets(
      result,
      (id) => id.split('/').map((end) => new Date(end)),
      ([from, to]) => {
        if (from === undefined || to === undefined) return []
        return [formatInstant(from), formatInstant(to), String(wholeDaysBetween(from, to))]
      },
    ),
  }
}

async function scopeRows(db: Reader, result: MetricResult): Promise<Evidence> {
  const all = await listCoveredScopes(db)
  const own = all.filter(({ sourceId }) => sourceId === result.scope.sourceId)
  const byScope = new Map(own.map((one) => [one.scope, one]))
  return {
    columns: ['Part', 'Read from', 'Read until', 'Of the window'],
    sets: toSets(
      result,
      (id) => byScope.get(id),
      (one: CoveredScope) => [
        one.scope.replace(/^(repository|entity):/, ''),
        dayOf(one.intervals[0]?.from),
        dayOf(one.intervals.at(-1)?.to),
        formatPercent(coveredOf(one, result), null),
      ],
    ),
  }
}

const dayOf = (instant: Date | undefined) => (instant === undefined ? '' : formatDay(instant))

/** A repository exists since its first commit, which is where its coverage begins. */
function coveredOf({ sourceId, scope, intervals }: CoveredScope, { window }: MetricResult): number {
  const read = intervals.map(({ from, to }) => ({
    sourceId,
    from: from.getTime(),
    to: to.getTime(),
  }))
  const start = Date.parse(window.start)
  const first = scope.startsWith('repository:') ? (read[0]?.from ?? start) : start
  return coveredShare(read, Math.max(start, first), Date.parse(window.end))
}
