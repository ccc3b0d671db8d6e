import type { z } from 'zod'
import {
  Comparison,
  Definition,
  Explanation,
  GoldenPath,
  Measurement,
  Point,
  SealedFigure,
  SurveyWave,
  Team,
} from '#app/api/shapes.ts'

/** Every route of the API: what it takes, and what a list of answers is made of. */
export interface ApiRoute {
  readonly summary: string
  readonly parameters: readonly ParameterName[]
  readonly item: z.ZodType
}

export const PARAMETERS = {
  path: 'Golden path id.',
  team: 'Team id.',
  source: 'Source id.',
  in: 'Whose teams: group:payments with all below it, team:checkout. Otherwise all.',
  asof: 'What was known at the start of this day, UTC.',
  range:
    'A span of time: 28d, 13w, 4q, 2y, 2026-W34, 2026-07, 2026-Q3, 2026, 2026-07-01..now. Quarters and years are fiscal.',
  cmp: 'What to compare with: prev, yoy, target, median, off, 2026, 2026-Q3, 2026-07, 2026-W34.',
  ev: 'A figure: ADO-02@path:deploy,team:payments; with window:2026-Q3, or any range, measured over that.',
  bucket: 'Of which windows a series is made: month, quarter. Otherwise of weeks.',
} as const
export type ParameterName = keyof typeof PARAMETERS

export const ROUTES = {
  '/api/v1/metrics': {
    summary: 'What every number means.',
    parameters: [],
    item: Definition,
  },
  '/api/v1/measurements': {
    summary: 'Every published figure, of one golden path where it is named.',
    parameters: ['path', 'asof', 'range'],
    item: Measurement,
  },
  '/api/v1/figures': {
    summary:
      'The figure of one metric and scope, as a list of one or none: over the days that the metric itself looks at, up to the end of the range, or over the window that it names. Its `window` says which days.',
    parameters: ['ev', 'asof', 'range'],
    item: Measurement,
  },
  '/api/v1/series': {
    summary:
      'A figure week by week over a range, or month by month or fiscal quarter by quarter, oldest first, beside what it is compared with; of a survey wave by wave.',
    parameters: ['ev', 'asof', 'range', 'cmp', 'bucket'],
    item: Point,
  },
  '/api/v1/comparisons': {
    summary:
      'A figure measured over the range, or the window that it names, beside the window before, that of a year earlier, another or the target; cell by cell of a table. None of what surveys tell.',
    parameters: ['ev', 'asof', 'range', 'cmp'],
    item: Comparison,
  },
  '/api/v1/explanations': {
    summary:
      'Why a figure changed, in parts that add up, as a list of one or none: between the moment compared with and the end of the range, or between the window that it names and that compared with.',
    parameters: ['ev', 'asof', 'range', 'cmp'],
    item: Explanation,
  },
  '/api/v1/golden-paths': {
    summary: 'Golden paths by name, with their teams by state.',
    parameters: ['in', 'asof', 'range'],
    item: GoldenPath,
  },
  '/api/v1/teams': {
    summary: 'Teams by name, with their state on each golden path.',
    parameters: ['in', 'asof', 'range'],
    item: Team,
  },
  '/api/v1/seals': {
    summary:
      'Every figure of a quarter as it was sealed, beside what it says today; none where nobody sealed it. The range is that quarter.',
    parameters: ['range'],
    item: SealedFigure,
  },
  '/api/v1/surveys': {
    summary: 'What was published of closed survey waves, the newest first. It never changes.',
    parameters: ['asof', 'range'],
    item: SurveyWave,
  },
} as const satisfies Readonly<Record<string, ApiRoute>>
