import { definitionOf } from '#app/definitions.ts'
import type { Family, Sample } from '#app/prometheus/exposition.ts'
import { asShownAt } from '#app/status.ts'
import type { CollectorRun, SourceHealth } from '#lib/queries/data-health.ts'
import type { MetricResult } from '#scorecards/result.ts'

interface Published {
  /** Headline figures, of the organisation, of paths and of teams. */
  readonly results: readonly MetricResult[]
  readonly sources: readonly SourceHealth[]
  /** The scoring run that readers see; undefined before the first. */
  readonly scored: { readonly asOf: Date; readonly finishedAt: Date } | undefined
  readonly now: Date
}

/** What pages show, for a time series: figures, how fresh the sources are, how their runs ended. */
export function toFamilies({ results, sources, scored, now }: Published): Family[] {
  const shown = results.map((result) => asShownAt(result, now)).filter(hasNumber)
  const perSource = (of: (source: SourceHealth) => number | undefined): Sample[] =>
    sources.flatMap((source) => {
      const value = of(source)
      return value === undefined ? [] : [{ labels: labelsOf(source), value }]
    })
  return [
    {
      name: 'desirepath_headline_value',
      help: 'The metric that stands for an area, as published, in the unit of the label.',
      samples: shown.map((result) => ({
        labels: { ...subjectOf(result), unit: result.unit },
        value: result.value ?? Number.NaN,
      })),
    },
    {
      name: 'desirepath_headline_as_of_timestamp_seconds',
      help: 'The moment that the value speaks for.',
      samples: shown.map((result) => ({
        labels: subjectOf(result),
        value: seconds(new Date(result.asOf)),
      })),
    },
    {
      name: 'desirepath_source_last_success_timestamp_seconds',
      help: 'When the newest run of the source began that did not fail.',
      samples: perSource(({ lastSuccessAt }) =>
        lastSuccessAt ? seconds(lastSuccessAt) : undefined,
      ),
    },
    {
      name: 'desirepath_source_complete_until_timestamp_seconds',
      help: 'Until when everything of the source was read, by the part that reaches least far.',
      samples: perSource(({ reaches: [least] }) => least && seconds(least)),
    },
    {
      name: 'desirepath_source_quarantined_records',
      help: 'Records of the source that could not be read.',
      samples: perSource(({ quarantinedCount }) => quarantinedCount),
    },
    {
      name: 'desirepath_source_last_run',
      help: '1 for the state of the newest run of the source, 0 for the others.',
      samples: sources.flatMap((source) => statesOf(source)),
    },
    {
      name: 'desirepath_scored_as_of_timestamp_seconds',
      help: 'The moment that the published scoring run speaks for.',
      samples: scored === undefined ? [] : [{ labels: {}, value: seconds(scored.asOf) }],
    },
    {
      name: 'desirepath_scored_timestamp_seconds',
      help: 'When the published scoring run ended.',
      samples: scored === undefined ? [] : [{ labels: {}, value: seconds(scored.finishedAt) }],
    },
  ]
}

/** Where a page shows words in place of a number, or an old one, there is none. */
const hasNumber = ({ status, value }: MetricResult) =>
  value !== null && (status === 'ok' || status === 'source_partial')

const subjectOf = ({ metricId, scope: { pathId, teamId } }: MetricResult) => ({
  metric: metricId,
  key: definitionOf(metricId).key,
  path: pathId,
  team: teamId,
})

const labelsOf = ({ id, kind }: SourceHealth) => ({ source: id, kind })

const RUN_STATES: readonly CollectorRun['status'][] = ['running', 'ok', 'partial', 'failed']

function statesOf(source: SourceHealth): Sample[] {
  const { lastRun } = source
  if (lastRun === null) return []
  return RUN_STATES.map((state) => ({
    labels: { ...labelsOf(source), state },
    value: lastRun.status === state ? 1 : 0,
  }))
}

const seconds = (instant: Date) => instant.getTime() / 1000
