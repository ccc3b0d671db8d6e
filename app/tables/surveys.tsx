import { changeOf } from '#app/change.ts'
import type { Column, DataTable } from '#app/data-table.ts'
import { definitionOf, metricName } from '#app/definitions.ts'
import { ChangeWords } from '#app/figure.tsx'
import { formatDay } from '#app/format.ts'
import { Link } from '#app/link.tsx'
import type { MeasuredMetric } from '#app/measured.ts'
import { VerdictMark } from '#app/state-word.tsx'
import { readResult } from '#app/status.ts'
import { figureHref, waveAddress } from '#app/surveys/waves.ts'
import type { View } from '#app/view.ts'
import { toDay } from '#lib/period.ts'
import type { SurveyResults } from '#lib/queries/survey-results.ts'
import type { MetricResult } from '#scorecards/result.ts'

export function surveyWaves(waves: readonly SurveyResults[], view: View): DataTable<SurveyResults> {
  return {
    id: 'surveys',
    caption: 'Closed waves, the newest first',
    rows: waves,
    keyOf: ({ sourceId, waveId }) => `${sourceId} ${waveId}`,
    columns: [
      {
        key: 'name',
        name: 'Wave',
        value: ({ name }) => name,
        cell: (wave) => <Link href={waveAddress(view, wave)}>{wave.name}</Link>,
      },
      dayColumn('opened', 'Opened', ({ openedAt }) => openedAt),
      dayColumn('closed', 'Closed', ({ closedAt }) => closedAt),
      {
        key: 'paths',
        name: 'Golden paths',
        isNumber: true,
        value: ({ results }) => new Set(results.map(({ scope }) => scope.pathId)).size,
      },
      {
        key: 'groups',
        name: 'Groups',
        isNumber: true,
        value: ({ results }) =>
          new Set(results.flatMap(({ parameters: { group } }) => group ?? [])).size,
      },
      { key: 'source', name: 'Source', value: ({ sourceId }) => sourceId },
    ],
  }
}

function dayColumn(
  key: string,
  name: string,
  of: (wave: SurveyResults) => Date,
): Column<SurveyResults> {
  return {
    key,
    name,
    value: (wave) => toDay(of(wave)),
    cell: (wave) => formatDay(of(wave)),
    className: 'nowrap',
  }
}

/** Who said something: a group, or all who were asked about a path. */
interface ScoreRow {
  readonly id: string
  readonly name: string
  /** Where more is said of it; null: nowhere. */
  readonly href: string | null
  /** By metric. */
  readonly figures: ReadonlyMap<string, MeasuredMetric>
}

/** In the order of a page; the share that answered goes first. */
const SCORES = ['SAT-05', 'SAT-01', 'SAT-02', 'SAT-03']

/** What the groups of one path said, by name. A group that is hidden says so in every column. */
export function surveyGroups(
  measured: readonly MeasuredMetric[],
  names: ReadonlyMap<string, string>,
  caption: string,
): DataTable<ScoreRow> {
  const groupOf = ({ result: { parameters } }: MeasuredMetric) => {
    const { group } = parameters
    return typeof group === 'string' ? group : undefined
  }
  const rows = toRows(measured, groupOf, (id) => names.get(id) ?? id)
  return scoreTable({ id: 'survey-groups', caption, rows, of: 'Group' })
}

/** What was said of each path when it was last asked about, by name. */
export function surveyPaths(
  measured: readonly MeasuredMetric[],
  names: ReadonlyMap<string, string>,
  view: View,
): DataTable<ScoreRow> {
  const rows = toRows(
    measured,
    ({ result }) => result.scope.pathId ?? '',
    (id) => (id === '' ? 'No path in particular' : (names.get(id) ?? id)),
    ({ result }) => figureHref(view, result),
  )
  const caption = 'Golden paths by name, each in the last wave that asked about it'
  return scoreTable({ id: 'survey-paths', caption, rows, of: 'Golden path' })
}

function toRows(
  measured: readonly MeasuredMetric[],
  idOf: (one: MeasuredMetric) => string | undefined,
  nameOf: (id: string) => string,
  hrefOf: (one: MeasuredMetric) => string | null = () => null,
): ScoreRow[] {
  return [...Map.groupBy(measured, idOf)]
    .flatMap(([id, own]) => {
      const [first] = own
      if (id === undefined || first === undefined) return []
      const figures = new Map(own.map((one) => [one.result.metricId, one]))
      return [{ id, name: nameOf(id), href: hrefOf(first), figures }]
    })
    .toSorted((a, b) => a.name.localeCompare(b.name, 'en'))
}

function scoreTable({
  id,
  caption,
  rows,
  of,
}: Pick<DataTable<ScoreRow>, 'id' | 'caption' | 'rows'> & { of: string }): DataTable<ScoreRow> {
  const asked = SCORES.filter((metricId) => rows.some(({ figures }) => figures.has(metricId)))
  return {
    id,
    caption,
    rows,
    keyOf: (row) => row.id,
    metricIds: asked,
    columns: [
      {
        key: 'name',
        name: of,
        value: ({ name }) => name,
        cell: ({ name, href }) => (href === null ? name : <Link href={href}>{name}</Link>),
      },
      ...asked.map(scoreColumn),
    ],
  }
}

const scoreColumn = (metricId: string): Column<ScoreRow> => ({
  key: metricId.toLowerCase().replace('-', ''),
  name: metricName(metricId),
  isNumber: true,
  value: ({ figures }) => figures.get(metricId)?.result.value ?? null,
  cell: ({ figures }) => <Score one={figures.get(metricId)} />,
})

function Score({ one }: { one: MeasuredMetric | undefined }) {
  if (one === undefined) return <span className="note">not asked</span>
  const { figure, hasFigure, verdict, interval, counts } = readResult(one.result)
  const change = changeOf(one.result, one.before, definitionOf(one.result.metricId).direction)
  return (
    <div className={hasFigure ? 'score' : 'score note'} data-metric={one.result.metricId}>
      <p>
        {verdict !== null && <VerdictMark verdict={verdict} />} {figure}
      </p>
      {(interval ?? counts) !== null && <p className="note">{interval ?? counts}</p>}
      {change !== null && <ChangeWords change={change} short />}
    </div>
  )
}

/** Every figure of a wave, one a line. */
export function surveyFigures(
  wave: SurveyResults | undefined,
  pathId: string | null,
): DataTable<MetricResult> {
  const { name = 'no such wave', results = [] } = wave ?? {}
  const said = (key: string) => (result: MetricResult) => {
    const value = result.parameters[key]
    return typeof value === 'string' ? value : null
  }
  return {
    id: 'survey-figures',
    caption: `What was published of ${name}; a figure that is hidden has neither value nor counts`,
    rows: results.filter(({ scope }) => pathId === null || scope.pathId === pathId),
    keyOf: ({ metricId, scope, parameters }) =>
      [metricId, scope.pathId, parameters['group'], parameters['theme']].join(' '),
    metricIds: [...new Set(results.map(({ metricId }) => metricId))],
    columns: [
      { key: 'path', name: 'Golden path', value: ({ scope }) => scope.pathId ?? null },
      { key: 'group', name: 'Group', value: said('group') },
      { key: 'metric', name: 'Metric', value: ({ metricId }) => metricId },
      { key: 'theme', name: 'Theme', value: said('theme') },
      { key: 'value', name: 'Value', value: ({ value }) => value },
      { key: 'unit', name: 'Unit', value: ({ unit }) => unit },
      { key: 'low', name: 'Interval from', value: ({ ci }) => ci?.low ?? null },
      { key: 'high', name: 'Interval to', value: ({ ci }) => ci?.high ?? null },
      { key: 'n', name: 'Answers', value: ({ n }) => n },
      { key: 'status', name: 'Status', value: ({ status }) => status },
    ],
  }
}
