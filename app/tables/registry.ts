import { loadSeries } from '#app/compared-series.ts'
import { toCsv } from '#app/csv.ts'
import { type DataTable, showRows } from '#app/data-table.ts'
import { type database, untilPublished, untilWritten } from '#app/database.ts'
import { findFigure } from '#app/find-figure.ts'
import { formatCountOf } from '#app/format.ts'
import { listCompared } from '#app/measured.ts'
import { findSealedFigures } from '#app/sealed-figures.ts'
import { storyOf } from '#app/story.ts'
import { isSurvey, listSurveyFigures } from '#app/surveys/figures.ts'
import { surveyResults } from '#app/surveys/load.ts'
import { findWave, measuredInWave, newestOfPaths } from '#app/surveys/waves.ts'
import { pathServices } from '#app/tables/path-services.tsx'
import { pathTeams } from '#app/tables/path-teams.tsx'
import {
  adoptionMonths,
  adoptionTrend,
  comparisonRows,
  exceptionRows,
  explanationRows,
  inboxRows,
  measurementRows,
  metricRows,
  retentionRows,
  sealedRows,
  seriesRows,
  stateCountRows,
  supportKinds,
  supportWeeks,
} from '#app/tables/plain-tables.ts'
import {
  checkRows,
  coverageRows,
  evidenceRows,
  policyRows,
  quarantineRows,
  runRows,
  stateRunRows,
  usageTable,
} from '#app/tables/record-tables.ts'
import { surveyFigures, surveyGroups, surveyPaths, surveyWaves } from '#app/tables/surveys.tsx'
import { teamStates } from '#app/tables/team-states.tsx'
import type { readParameters } from '#app/url-state.ts'
import { usageOfTeam, usageRows } from '#app/usage.ts'
import { dayOf, type View } from '#app/view.ts'
import { compareOver } from '#app/windows.ts'
import { isWithin } from '#app/within.ts'
import { withinOf } from '#app/within-load.ts'
import { weeksIn } from '#lib/period.ts'
import { getMonthlyAdoption, getWeeklyAdoption } from '#lib/queries/adoption-trend.ts'
import { getPathSubject, listServiceSubjects } from '#lib/queries/check-subjects.ts'
import { listCoveredScopes } from '#lib/queries/coverage.ts'
import { listRuns } from '#lib/queries/data-health.ts'
import { listExceptions } from '#lib/queries/exceptions.ts'
import { listGoldenPaths } from '#lib/queries/golden-paths.ts'
import { listMeasurements } from '#lib/queries/measurements.ts'
import { listPolicies } from '#lib/queries/policies.ts'
import { listQuarantine } from '#lib/queries/quarantine.ts'
import { listStateCounts } from '#lib/queries/state-counts.ts'
import { listStateRuns } from '#lib/queries/state-runs.ts'
import { listAdoptionStates } from '#lib/queries/states.ts'
import { getSupport } from '#lib/queries/support.ts'
import { listTeams, teamNames } from '#lib/queries/teams.ts'
import { getMappingInbox } from '#lib/queries/unattributed.ts'
import { ownerDuties } from '#scorecards/checks/owner-duties.ts'
import { productionReadiness } from '#scorecards/checks/production-readiness.ts'
import { toScorecard } from '#scorecards/checks/scorecard.ts'

type Reader = Awaited<ReturnType<typeof database>>
type Asked = ReturnType<typeof readParameters>

/** Writes a table as a view asks for it, sorted and filtered, with `head` above. */
type Write = (db: Reader, view: View, asked: Asked, head: readonly string[]) => Promise<string>

const writing =
  <Row>(read: (db: Reader, view: View, asked: Asked) => Promise<DataTable<Row>>): Write =>
  async (db, view, asked, head) => {
    const table = await read(db, view, asked)
    const { sort, q } = asked
    const { rows } = showRows(table, { sort, q, page: 1, pageSize: Number.MAX_SAFE_INTEGER })
    return toCsv(table, rows, head)
  }

/** Every table and chart that can be had as a file, by its name in addresses. */
const TABLES: Readonly<Record<string, Write>> = {
  'team-states': writing(async (db, view) => {
    const [teams, paths, states, within] = await Promise.all([
      listTeams(db, view.at),
      untilWritten(listGoldenPaths),
      untilPublished(listAdoptionStates, { asOf: view.weekEnd }),
      withinOf(view),
    ])
    const own = teams.filter(({ id }) => isWithin(within, id))
    return teamStates(own, paths, states, view)
  }),
  'path-teams': writing(async (_db, view, asked) => {
    const published = { asOf: view.weekEnd, ...pathOf(asked) }
    const [states, runs, names, within] = await Promise.all([
      untilPublished(listAdoptionStates, published),
      untilPublished(listStateRuns, published),
      untilWritten(teamNames),
      withinOf(view),
    ])
    const own = states.filter(({ team }) => isWithin(within, team))
    return pathTeams(own, runs, names, view)
  }),
  'path-services': writing(async (_db, view, asked) => {
    const [usage, names, within] = await Promise.all([
      usageRows(view.at, pathOf(asked)),
      untilWritten(teamNames),
      withinOf(view),
    ])
    const own = usage.filter(({ team }) => isWithin(within, team))
    return pathServices(own, names, formatCountOf(own.length, 'service'), view)
  }),
  exceptions: writing(async (db, view, asked) => {
    const filter = { asOf: view.at, ...pathOf(asked), ...teamOf(asked) }
    const [all, within] = await Promise.all([listExceptions(db, filter), withinOf(view)])
    return exceptionRows(all.filter(({ teamId }) => isWithin(within, teamId)))
  }),
  'adoption-trend': writing(async (db, view, asked) =>
    adoptionTrend(
      await getWeeklyAdoption(db, {
        pathId: asked.path ?? '',
        asOf: view.at,
        count: weeksIn(view.range).length,
      }),
    ),
  ),
  'state-counts': writing(async (db, view, asked) =>
    stateCountRows(
      await listStateCounts(db, {
        pathId: asked.path ?? '',
        asOf: view.at,
        count: weeksIn(view.range).length,
      }),
    ),
  ),
  series: writing(async (_, view, asked) => {
    const { metricId, scope } = asked.ev ?? { metricId: '', scope: {} }
    return seriesRows(metricId, await loadSeries(view, metricId, scope, asked.bucket))
  }),
  comparison: writing(async (_, view, asked) =>
    comparisonRows(asked.ev === null ? [] : await compareOver(view, asked.ev)),
  ),
  explanation: writing(async (db, view, asked) =>
    explanationRows(asked.ev === null ? null : await storyOf(db, view, asked.ev)),
  ),
  measurements: writing(async (_, view, asked) =>
    measurementRows(
      asked.ev !== null && isSurvey(asked.ev.metricId)
        ? await listSurveyFigures(view, asked.ev.metricId)
        : await listCompared(view, {
            ...pathOf(asked),
            ...(asked.ev !== null && { metricIds: [asked.ev.metricId] }),
          }),
    ),
  ),
  'sealed-figures': writing(async (_, view) => sealedRows(await findSealedFigures(view))),
  retention: writing(async (_, view, asked) => {
    const filter = { ...pathOf(asked), metricIds: ['ADO-06'] }
    return retentionRows(await untilPublished(listMeasurements, view.weekEnd, filter))
  }),
  metrics: writing(async () => metricRows()),
  'support-weeks': writing(async (_db, view, asked) =>
    supportWeeks(
      await untilWritten(getSupport, { ...view.range, ...pathOf(asked), ...teamOf(asked) }),
    ),
  ),
  'support-kinds': writing(async (_db, view, asked) =>
    supportKinds(
      await untilWritten(getSupport, { ...view.range, ...pathOf(asked), ...teamOf(asked) }),
    ),
  ),
  surveys: writing(async (_db, view) => surveyWaves(await surveyResults(view.at), view)),
  'survey-paths': writing(async (_db, view) => {
    const [waves, paths] = await Promise.all([
      surveyResults(view.at),
      untilWritten(listGoldenPaths),
    ])
    const names = new Map(paths.map(({ id, name }) => [id, name]))
    return surveyPaths(newestOfPaths(waves, view), names, view)
  }),
  'survey-groups': writing(async (_db, view, asked) => {
    const [waves, names] = await Promise.all([surveyResults(view.at), untilWritten(teamNames)])
    const wave = findWave(waves, asked.survey ?? '', asked.source)
    const measured = wave === undefined ? [] : measuredInWave(waves, wave, view)
    const own = measured.filter(({ result }) => (result.scope.pathId ?? null) === asked.path)
    return surveyGroups(own, names, `${wave?.name ?? 'No such wave'}, by group`)
  }),
  'survey-figures': writing(async (_db, view, asked) => {
    const waves = await surveyResults(view.at)
    return surveyFigures(findWave(waves, asked.survey ?? '', asked.source), asked.path)
  }),
  'adoption-months': writing(async (_, view) => {
    const asOf = dayOf(view.at)
    const byPath = await untilPublished(getMonthlyAdoption, { asOf, months: MONTHS })
    return adoptionMonths(byPath)
  }),
  runs: writing(async (db) => runRows(await listRuns(db, Number.MAX_SAFE_INTEGER))),
  coverage: writing(async (db) => coverageRows(await listCoveredScopes(db))),
  quarantine: writing(async (db) =>
    quarantineRows(await listQuarantine(db, Number.MAX_SAFE_INTEGER)),
  ),
  policies: writing(async (db, view) => policyRows(await listPolicies(db, view.at))),
  'state-runs': writing(async (_, view, asked) =>
    stateRunRows(
      await untilPublished(listStateRuns, {
        asOf: view.weekEnd,
        ...pathOf(asked),
        ...teamOf(asked),
      }),
    ),
  ),
  'team-services': writing(async (_, view, asked) =>
    usageTable(await usageOfTeam(view.at, asked.team ?? '')),
  ),
  checks: writing(async (db, view, asked) =>
    checkRows(
      asked.team === null
        ? await dutiesOf(db, view, asked.path)
        : await readinessOf(db, view, asked.team),
    ),
  ),
  evidence: writing(async (_, view, { ev }) => {
    return evidenceRows(ev === null ? undefined : await findFigure(view, ev))
  }),
  mapping: writing(async (db) => inboxRows(await getMappingInbox(db, Number.POSITIVE_INFINITY))),
}

/** Tables that keep to the teams of a view; all others are of the whole organisation. */
export const TABLES_OF_TEAMS: ReadonlySet<string> = new Set([
  'team-states',
  'path-teams',
  'path-services',
  'exceptions',
])

/** As far back as the outcomes show. */
const MONTHS = 24

/** What owners of paths owe, of one path or of all. */
async function dutiesOf(db: Reader, view: View, path: string | null) {
  const paths = await untilWritten(listGoldenPaths)
  return Promise.all(
    paths
      .filter(({ id }) => path === null || id === path)
      .map(async (one) => {
        const subject = await getPathSubject(db, one, view.at)
        return { of: one.id, checks: toScorecard(ownerDuties, [subject], view.at).checks }
      }),
  )
}

async function readinessOf(db: Reader, view: View, teamId: string) {
  const scope = { asOf: view.at, teamId }
  const [usage, exceptions] = await Promise.all([
    usageOfTeam(view.at, teamId),
    listExceptions(db, scope),
  ])
  const subjects = await listServiceSubjects(db, { ...scope, usage, exceptions })
  return [{ of: teamId, checks: toScorecard(productionReadiness, subjects, view.at).checks }]
}

/** Undefined: no table is called so. */
export const findTable = (name: string): Write | undefined =>
  Object.hasOwn(TABLES, name) ? TABLES[name] : undefined

const pathOf = ({ path }: Asked) => (path === null ? {} : { pathId: path })
const teamOf = ({ team }: Asked) => (team === null ? {} : { teamId: team })
