import type { DataTable } from '#app/data-table.ts'
import { adoptionWord, usageWord } from '#app/words.ts'
import { toDay } from '#lib/period.ts'
import type { CoveredScope } from '#lib/queries/coverage.ts'
import type { CollectorRun } from '#lib/queries/data-health.ts'
import type { Policy } from '#lib/queries/policies.ts'
import type { RefusedRecord } from '#lib/queries/quarantine.ts'
import type { StateRun } from '#lib/queries/state-runs.ts'
import type { UsageRow } from '#lib/queries/usage.ts'
import type { CheckResult } from '#scorecards/checks/scorecard.ts'
import { type MetricResult, openedSets } from '#scorecards/result.ts'

/** Files of what pages show in forms of their own: runs, coverage, checks, and rows behind numbers. */

const momentOf = (instant: Date | null | undefined) => instant?.toISOString() ?? null

export function runRows(runs: readonly CollectorRun[]): DataTable<CollectorRun> {
  return {
    id: 'runs',
    caption: 'Runs of every source, the newest first',
    rows: runs,
    keyOf: ({ id }) => id,
    columns: [
      { key: 'source', name: 'Source', value: ({ sourceId }) => sourceId },
      { key: 'started', name: 'Started', value: ({ startedAt }) => momentOf(startedAt) },
      { key: 'finished', name: 'Finished', value: ({ finishedAt }) => momentOf(finishedAt) },
      { key: 'status', name: 'Ended', value: ({ status }) => status },
      { key: 'read', name: 'Read', value: ({ readCount }) => readCount },
      { key: 'changed', name: 'Changed', value: ({ changedCount }) => changedCount },
      {
        key: 'quarantined',
        name: 'Quarantined',
        value: ({ quarantinedCount }) => quarantinedCount,
      },
      { key: 'error', name: 'Error', value: ({ error }) => error },
    ],
  }
}

export function coverageRows(scopes: readonly CoveredScope[]): DataTable<CoveredScope> {
  return {
    id: 'coverage',
    caption: 'What was completely read; the intervals between From and Until may have gaps',
    rows: scopes,
    keyOf: ({ sourceId, scope }) => `${sourceId} ${scope}`,
    columns: [
      { key: 'source', name: 'Source', value: ({ sourceId }) => sourceId },
      { key: 'part', name: 'Part', value: ({ scope }) => scope },
      { key: 'from', name: 'From', value: ({ intervals }) => momentOf(intervals[0]?.from) },
      { key: 'until', name: 'Until', value: ({ intervals }) => momentOf(intervals.at(-1)?.to) },
      { key: 'intervals', name: 'Intervals', value: ({ intervals }) => intervals.length },
    ],
  }
}

/** Not the records themselves: they stay where a reader of the page opens them one by one. */
export function quarantineRows(refused: readonly RefusedRecord[]): DataTable<RefusedRecord> {
  return {
    id: 'quarantine',
    caption: 'Records that could not be stored',
    rows: refused,
    keyOf: ({ sourceId, scope, position }) => `${sourceId} ${scope} ${position}`,
    columns: [
      { key: 'source', name: 'Source', value: ({ sourceId }) => sourceId },
      { key: 'where', name: 'Where', value: ({ position }) => position },
      { key: 'reason', name: 'Reason', value: ({ reason }) => reason },
    ],
  }
}

export function policyRows(policies: readonly Policy[]): DataTable<Policy> {
  const results = [...new Set(policies.flatMap((policy) => Object.keys(policy.results)))].toSorted()
  return {
    id: 'policies',
    caption: 'Subjects by the newest result of each policy',
    rows: policies,
    keyOf: ({ id }) => id,
    columns: [
      { key: 'policy', name: 'Policy', value: ({ name }) => name },
      { key: 'path', name: 'Golden path', value: ({ pathId }) => pathId },
      { key: 'since', name: 'Required since', value: ({ requiredFrom }) => String(requiredFrom) },
      ...results.map((result) => ({
        key: result,
        name: result,
        value: (policy: Policy) => policy.results[result] ?? 0,
      })),
    ],
  }
}

export function stateRunRows(runs: readonly StateRun[]): DataTable<StateRun> {
  return {
    id: 'state-runs',
    caption: 'Weeks in a row in one state, by the ends of the first and the last',
    rows: runs,
    keyOf: ({ teamId, pathId, first }) => `${teamId} ${pathId} ${toDay(first)}`,
    columns: [
      { key: 'team', name: 'Team', value: ({ teamId }) => teamId },
      { key: 'path', name: 'Golden path', value: ({ pathId }) => pathId },
      { key: 'state', name: 'State', value: ({ state }) => adoptionWord(state).word },
      { key: 'first', name: 'First week end', value: ({ first }) => toDay(first) },
      { key: 'last', name: 'Last week end', value: ({ last }) => toDay(last) },
      { key: 'weeks', name: 'Weeks', value: ({ weeks }) => weeks },
      { key: 'rule', name: 'Rule', value: ({ rule }) => rule },
    ],
  }
}

export function usageTable(usage: readonly UsageRow[]): DataTable<UsageRow> {
  return {
    id: 'team-services',
    caption: 'Each service on each golden path',
    rows: usage,
    keyOf: ({ service, path }) => `${service} ${path}`,
    metricIds: ['ADO-10', 'ADO-11'],
    columns: [
      { key: 'service', name: 'Service', value: ({ service }) => service },
      { key: 'path', name: 'Golden path', value: ({ path }) => path },
      { key: 'state', name: 'State', value: ({ state }) => usageWord(state).word },
      { key: 'version', name: 'Version', value: ({ version }) => version },
      { key: 'versions', name: 'Versions behind', value: ({ lagVersions }) => lagVersions },
      { key: 'days', name: 'Days behind', value: ({ lagDays }) => lagDays },
      { key: 'evidence', name: 'Evidence', value: ({ evidence }) => evidence },
    ],
  }
}

interface CheckRow {
  readonly of: string
  readonly check: CheckResult
  readonly finding: CheckResult['findings'][number]
}

/** By what is checked: a team with its services, or golden paths. */
export function checkRows(
  scorecards: readonly { readonly of: string; readonly checks: readonly CheckResult[] }[],
): DataTable<CheckRow> {
  return {
    id: 'checks',
    caption: 'What each check saw; what is exempt or unknown is neither passed nor open',
    rows: scorecards.flatMap(({ of, checks }) =>
      checks.flatMap((check) => check.findings.map((finding) => ({ of, check, finding }))),
    ),
    keyOf: ({ of, check, finding }) => `${of} ${check.definition.id} ${finding.subject}`,
    columns: [
      { key: 'of', name: 'Of', value: ({ of }) => of },
      { key: 'subject', name: 'Subject', value: ({ finding }) => finding.subject },
      { key: 'check', name: 'Check', value: ({ check }) => check.definition.name },
      { key: 'level', name: 'Level', value: ({ check }) => check.definition.level },
      { key: 'outcome', name: 'Outcome', value: ({ finding }) => finding.outcome },
      { key: 'seen', name: 'What was seen', value: ({ finding }) => finding.evidence },
    ],
  }
}

interface EvidenceId {
  readonly kind: string
  readonly id: string
}

/** The rows of a figure by the set that each is in; work is named by the query that selects it. */
export function evidenceRows(result: MetricResult | undefined): DataTable<EvidenceId> {
  const sets = result === undefined ? [] : openedSets(result)
  const rows = sets.flatMap(({ kind, ids }) => ids.map((id) => ({ kind, id })))
  return {
    id: 'evidence',
    caption:
      'Rows behind a figure: counted are in numerator and denominator, not_counted in the denominator, others in neither',
    rows,
    keyOf: ({ kind, id }) => `${kind} ${id}`,
    metricIds: result === undefined ? [] : [result.metricId],
    columns: [
      { key: 'set', name: 'Set', value: ({ kind }) => kind },
      { key: 'row', name: 'Row', value: ({ id }) => id },
    ],
  }
}
