import { cellWords } from '#app/cell-words.ts'
import type { ComparedPoint, ComparedSeries } from '#app/compared-series.ts'
import type { Column, DataTable } from '#app/data-table.ts'
import type { SealedFigure } from '#app/sealed-figures.ts'
import type { ComparedWindow } from '#app/windows.ts'
import { ADOPTION_ORDER, adoptionWord } from '#app/words.ts'
import { type Compared, comparedName, comparedValue } from '#app/yardstick.ts'
import { toDay } from '#lib/period.ts'
import type { AdoptionPoint } from '#lib/queries/adoption-trend.ts'
import type { Exception } from '#lib/queries/exceptions.ts'
import type { ChangeStory } from '#lib/queries/explain-change.ts'
import type { WeekOfStates } from '#lib/queries/state-counts.ts'
import type { Kind, Support, SupportWeek } from '#lib/queries/support.ts'
import type { InboxKind, MappingInbox, Unattributed } from '#lib/queries/unattributed.ts'
import { definitions } from '#scorecards/catalogue.ts'
import { PART_WORDS, type TellingPart } from '#scorecards/change/parts.ts'
import { cellOf } from '#scorecards/measurement-row.ts'
import type { MetricDefinition, MetricResult } from '#scorecards/result.ts'

/** Tables that are only had as files: on pages they have a form of their own. */

const dayOf = (instant: Date | null) => (instant === null ? null : toDay(instant))

export function exceptionRows(exceptions: readonly Exception[]): DataTable<Exception> {
  return {
    id: 'exceptions',
    caption: 'Exceptions, open ones first',
    rows: exceptions,
    keyOf: ({ sourceId, id }) => `${sourceId} ${id}`,
    metricIds: ['GOV-05', 'GOV-06'],
    columns: [
      { key: 'id', name: 'Exception', value: ({ id }) => id },
      { key: 'team', name: 'Team', value: ({ teamId }) => teamId },
      { key: 'path', name: 'Golden path', value: ({ pathId }) => pathId },
      { key: 'state', name: 'Stands', value: ({ state }) => state },
      { key: 'scope', name: 'Covers', value: ({ scope }) => scope },
      { key: 'services', name: 'Services', value: ({ serviceIds }) => serviceIds.join(' ') },
      { key: 'gap', name: 'Gap', value: ({ gapCode }) => gapCode },
      { key: 'reason', name: 'Reason', value: ({ reason }) => reason },
      { key: 'requested', name: 'Requested', value: ({ requestedAt }) => dayOf(requestedAt) },
      { key: 'expires', name: 'Expires', value: ({ expiresOn }) => dayOf(expiresOn) },
      { key: 'renewals', name: 'Renewals', value: ({ renewals }) => renewals },
    ],
  }
}

export function adoptionTrend(points: readonly AdoptionPoint[]): DataTable<AdoptionPoint> {
  return {
    id: 'adoption-trend',
    caption: 'Adoption by week, shares from 0 to 1',
    rows: points,
    keyOf: ({ at }) => toDay(at),
    metricIds: ['ADO-01', 'ADO-02'],
    columns: [
      { key: 'at', name: 'As of', value: ({ at }) => toDay(at) },
      { key: 'total', name: 'Adopted', value: ({ total }) => total },
      { key: 'voluntary', name: 'By choice', value: ({ voluntary }) => voluntary },
      { key: 'adopted', name: 'Teams', value: ({ adopted }) => adopted },
      { key: 'eligible', name: 'Eligible teams', value: ({ eligible }) => eligible },
    ],
  }
}

type MonthOfPath = AdoptionPoint & { readonly path: string }

export function adoptionMonths(
  byPath: ReadonlyMap<string, readonly AdoptionPoint[]>,
): DataTable<MonthOfPath> {
  const rows = [...byPath].flatMap(([path, points]) => points.map((point) => ({ ...point, path })))
  const { columns, ...table } = adoptionTrend([])
  return {
    ...table,
    id: 'adoption-months',
    caption: 'Adoption of each path by month, shares from 0 to 1',
    rows,
    keyOf: ({ path, at }) => `${path} ${toDay(at)}`,
    columns: [{ key: 'path', name: 'Golden path', value: ({ path }) => path }, ...columns],
  }
}

export function stateCountRows(weeks: readonly WeekOfStates[]): DataTable<WeekOfStates> {
  return {
    id: 'state-counts',
    caption: 'Teams by state at the end of each week; empty where it was not scored',
    rows: weeks,
    keyOf: ({ weekEnd }) => toDay(weekEnd),
    columns: [
      { key: 'week', name: 'Week that ended', value: ({ weekEnd }) => toDay(weekEnd) },
      ...ADOPTION_ORDER.map((state) => ({
        key: state,
        name: adoptionWord(state).word,
        value: ({ counts }: WeekOfStates) => (counts === null ? null : (counts[state] ?? 0)),
      })),
    ],
  }
}

export function seriesRows(
  metricId: string,
  { each, points, comparedWith }: ComparedSeries,
): DataTable<ComparedPoint> {
  return {
    id: 'series',
    caption: `${metricId} by ${each}`,
    rows: points,
    keyOf: ({ at }) => toDay(at),
    metricIds: [metricId],
    columns: [
      { key: 'at', name: 'As of', value: ({ at }) => toDay(at) },
      { key: 'value', name: 'Value', value: ({ value }) => value },
      { key: 'n', name: 'Cases', value: ({ n }) => n },
      ...(comparedWith === null
        ? []
        : [
            {
              key: 'compared',
              name: comparedWith,
              value: ({ compared }: ComparedPoint) => compared,
            },
          ]),
    ],
  }
}

/** One row for each unit of a part, and one for a part of which only the sum is known. */
interface ExplanationRow {
  readonly part: TellingPart['part']
  readonly unit: string | null
  readonly amount: number
}

/** Rows add up to the difference. */
export function explanationRows(story: ChangeStory | null): DataTable<ExplanationRow> {
  const leaves = (story?.parts ?? []).flatMap(({ part, amount, units }): ExplanationRow[] => {
    const told = units.flatMap((unit) =>
      unit.amount === null ? [] : [{ part, unit: unit.id, amount: unit.amount }],
    )
    return told.length > 0 ? told : [{ part, unit: null, amount }]
  })
  return {
    id: 'explanation',
    caption: 'Why a figure changed: amounts in its unit, which add up to the difference',
    rows: leaves,
    keyOf: ({ part, unit }) => `${part} ${unit}`,
    metricIds: story === null ? [] : [story.metricId],
    columns: [
      { key: 'part', name: 'Part', value: ({ part }) => PART_WORDS[part].name },
      {
        key: 'unit',
        name: story?.unitKind === 'service' ? 'Service' : 'Team',
        value: ({ unit }) => unit,
      },
      { key: 'amount', name: 'Amount', value: ({ amount }) => amount },
    ],
  }
}

interface Figure {
  readonly result: MetricResult
}

/** Of what a row is a figure. */
const FIGURE_COLUMNS: readonly Column<Figure>[] = [
  { key: 'metric', name: 'Metric', value: ({ result: { metricId } }) => metricId },
  { key: 'path', name: 'Golden path', value: ({ result: { scope } }) => scope.pathId ?? null },
  { key: 'team', name: 'Team', value: ({ result: { scope } }) => scope.teamId ?? null },
  { key: 'source', name: 'Source', value: ({ result: { scope } }) => scope.sourceId ?? null },
  { key: 'cell', name: 'Cell', value: ({ result }) => cellWords(result) },
]

const VALUE_COLUMNS: readonly Column<Figure>[] = [
  { key: 'value', name: 'Value', value: ({ result: { value } }) => value },
  { key: 'unit', name: 'Unit', value: ({ result: { unit } }) => unit },
]

const COUNT_COLUMNS: readonly Column<Figure>[] = [
  { key: 'numerator', name: 'Counted', value: ({ result: { numerator } }) => numerator },
  { key: 'denominator', name: 'Of', value: ({ result: { denominator } }) => denominator },
  { key: 'n', name: 'Cases', value: ({ result: { n } }) => n },
  { key: 'unknown', name: 'Unknown', value: ({ result: { nUnknown } }) => nUnknown },
  { key: 'coverage', name: 'Covered', value: ({ result: { coverage } }) => coverage },
  { key: 'low', name: 'Interval from', value: ({ result: { ci } }) => ci?.low ?? null },
  { key: 'high', name: 'Interval to', value: ({ result: { ci } }) => ci?.high ?? null },
  { key: 'status', name: 'Status', value: ({ result: { status } }) => status },
  { key: 'band', name: 'Band', value: ({ result: { band } }) => band },
]

const figureKeys = (figures: readonly Figure[]) => ({
  keyOf: ({ result }: Figure) =>
    `${result.metricId} ${JSON.stringify(result.scope)} ${cellOf(result)}`,
  metricIds: [...new Set(figures.map(({ result }) => result.metricId))],
})

export function measurementRows(compared: readonly Compared[]): DataTable<Compared> {
  return {
    id: 'measurements',
    caption: 'Every published figure',
    rows: compared,
    ...figureKeys(compared),
    columns: [
      ...FIGURE_COLUMNS,
      ...VALUE_COLUMNS,
      ...COUNT_COLUMNS,
      { key: 'asOf', name: 'As of', value: ({ result: { asOf } }) => asOf },
      { key: 'compared', name: 'Compared with', value: comparedValue },
      { key: 'comparedAs', name: 'Which is', value: comparedName },
    ],
  }
}

/** Figures as they were sealed, beside what they say today. */
export function sealedRows(figures: readonly SealedFigure[]): DataTable<SealedFigure> {
  return {
    id: 'sealed-figures',
    caption: 'Figures of a quarter as they were sealed, beside what they say today',
    rows: figures,
    ...figureKeys(figures),
    columns: [
      ...FIGURE_COLUMNS,
      ...VALUE_COLUMNS,
      ...COUNT_COLUMNS,
      { key: 'version', name: 'Definition', value: ({ result }) => result.definitionVersion },
      { key: 'restated', name: 'Restated', value: ({ isRestated }) => (isRestated ? 'yes' : 'no') },
      { key: 'now', name: 'Value today', value: ({ current }) => current?.value ?? null },
      {
        key: 'nowCounted',
        name: 'Counted today',
        value: ({ current }) => current?.numerator ?? null,
      },
      { key: 'nowOf', name: 'Of today', value: ({ current }) => current?.denominator ?? null },
      { key: 'nowStatus', name: 'Status today', value: ({ current }) => current?.status ?? null },
      { key: 'sealedAt', name: 'Sealed', value: ({ sealedAt }) => sealedAt.toISOString() },
      { key: 'hash', name: 'SHA-256', value: ({ hash }) => hash },
    ],
  }
}

/** A figure over a window and what stands beside it, with the difference. */
export function comparisonRows(compared: readonly ComparedWindow[]): DataTable<ComparedWindow> {
  return {
    id: 'comparison',
    caption: 'A figure over a span of time, beside what it is compared with',
    rows: compared,
    ...figureKeys(compared),
    columns: [
      ...FIGURE_COLUMNS,
      { key: 'from', name: 'From', value: ({ result: { window } }) => window.start },
      { key: 'to', name: 'To', value: ({ result: { window } }) => window.end },
      ...VALUE_COLUMNS,
      { key: 'n', name: 'Cases', value: ({ result: { n } }) => n },
      { key: 'status', name: 'Status', value: ({ result: { status } }) => status },
      {
        key: 'referenceFrom',
        name: 'Compared from',
        value: ({ reference }) => reference?.window.start ?? null,
      },
      {
        key: 'referenceTo',
        name: 'Compared to',
        value: ({ reference }) => reference?.window.end ?? null,
      },
      {
        key: 'reference',
        name: 'Compared value',
        value: ({ reference, yardstick }) => yardstick?.value ?? reference?.value ?? null,
      },
      {
        key: 'referenceCases',
        name: 'Compared cases',
        value: ({ reference }) => reference?.n ?? null,
      },
      {
        key: 'difference',
        name: 'Difference',
        value: ({ comparison }) => comparison?.difference ?? null,
      },
      { key: 'low', name: 'Interval from', value: ({ comparison }) => comparison?.ci?.low ?? null },
      { key: 'high', name: 'Interval to', value: ({ comparison }) => comparison?.ci?.high ?? null },
    ],
  }
}

export function retentionRows(cells: readonly MetricResult[]): DataTable<MetricResult> {
  const said = (name: string) => (cell: MetricResult) => {
    const value = cell.parameters[name]
    return typeof value === 'string' || typeof value === 'number' ? value : null
  }
  return {
    id: 'retention',
    caption: 'Teams still on the path so many weeks after adopting it, by four weeks of adopting',
    rows: cells,
    keyOf: ({ parameters }) => JSON.stringify(parameters),
    metricIds: ['ADO-06'],
    columns: [
      { key: 'cohort', name: 'Adopted in four weeks from', value: said('cohort') },
      { key: 'weeks', name: 'Weeks later', value: said('weeks') },
      { key: 'value', name: 'Share', value: ({ value }) => value },
      { key: 'kept', name: 'Still on it', value: ({ numerator }) => numerator },
      { key: 'of', name: 'Of', value: ({ denominator }) => denominator },
      { key: 'status', name: 'Status', value: ({ status }) => status },
    ],
  }
}

export function metricRows(): DataTable<MetricDefinition> {
  return {
    id: 'metrics',
    caption: 'What every number means',
    rows: definitions,
    keyOf: ({ id }) => id,
    columns: [
      { key: 'id', name: 'Metric', value: ({ id }) => id },
      { key: 'name', name: 'Name', value: ({ name }) => name },
      { key: 'area', name: 'Area', value: ({ area }) => area },
      { key: 'unit', name: 'Unit', value: ({ unit }) => unit },
      { key: 'direction', name: 'Better when', value: ({ direction }) => direction },
      { key: 'definition', name: 'Definition', value: ({ definition }) => definition },
      { key: 'formula', name: 'Formula', value: ({ formula }) => formula },
      { key: 'version', name: 'Version', value: ({ version }) => version },
    ],
  }
}

export function supportWeeks({ weeks }: Support): DataTable<SupportWeek> {
  return {
    id: 'support-weeks',
    caption: 'Requests opened by week; empty where tickets were not read',
    rows: weeks,
    keyOf: ({ from }) => toDay(from),
    columns: [
      { key: 'from', name: 'Week from', value: ({ from }) => toDay(from) },
      { key: 'opened', name: 'Opened', value: ({ opened }) => opened },
    ],
  }
}

type KindRow = Kind & { readonly by: string }

export function supportKinds({ byPath, byType, byTeam }: Support): DataTable<KindRow> {
  const of = (by: string, kinds: readonly Kind[]) => kinds.map((kind) => ({ ...kind, by }))
  return {
    id: 'support-kinds',
    caption: 'Requests by what they were about; times in hours, medians of those that ended',
    rows: [...of('golden path', byPath), ...of('type', byType), ...of('team', byTeam)],
    keyOf: ({ by, key }) => `${by} ${key}`,
    columns: [
      { key: 'by', name: 'By', value: ({ by }) => by },
      { key: 'key', name: 'About', value: ({ key }) => key },
      { key: 'count', name: 'Opened', value: ({ count }) => count },
      { key: 'open', name: 'Open', value: ({ open }) => open },
      {
        key: 'response',
        name: 'Hours to first answer',
        value: ({ medianResponseHours }) => medianResponseHours,
      },
      { key: 'resolved', name: 'Hours to resolve', value: ({ medianHours }) => medianHours },
    ],
  }
}

type InboxRow = Unattributed & { readonly kind: InboxKind }

export function inboxRows({ counts: _, ...inbox }: MappingInbox): DataTable<InboxRow> {
  const kinds = Object.entries(inbox) as [InboxKind, readonly Unattributed[]][]
  return {
    id: 'mapping',
    caption: 'What is attributed to nobody, and so is in no figure',
    rows: kinds.flatMap(([kind, rows]) => rows.map((row) => ({ ...row, kind }))),
    keyOf: ({ kind, sourceId, id }) => `${kind} ${sourceId} ${id}`,
    columns: [
      { key: 'kind', name: 'Kind', value: ({ kind }) => kind },
      { key: 'id', name: 'Which', value: ({ id }) => id },
      { key: 'detail', name: 'What is known', value: ({ detail }) => detail },
      { key: 'source', name: 'Source', value: ({ sourceId }) => sourceId },
      { key: 'at', name: 'When', value: ({ at }) => dayOf(at) },
    ],
  }
}
