import { createHash } from 'node:crypto'
import { PARAMETERS, type ParameterName } from '#app/api/routes.ts'
import { currentView } from '#app/current-view.ts'
import { untilWritten } from '#app/database.ts'
import { surveyResults } from '#app/surveys/load.ts'
import {
  type FigureName,
  listRefused,
  type Parameter,
  readParameters,
  type Search,
} from '#app/url-state.ts'
import type { View } from '#app/view.ts'
import type { Within } from '#app/within.ts'
import { withinOf } from '#app/within-load.ts'
import { unknownText } from '#lib/closest.ts'
import { sourceIds } from '#lib/queries/data-health.ts'
import { listFormerPaths, listGoldenPaths } from '#lib/queries/golden-paths.ts'
import { teamNames } from '#lib/queries/teams.ts'
import { problem } from '#lib/request-error.ts'
import { definitions } from '#scorecards/catalogue.ts'
import { listCellFaults } from '#scorecards/cells.ts'

type Refusal = { readonly refusal: Response }

/** What a request for answers or for a file asks for. */
export interface Asked {
  readonly view: View
  readonly parameters: ReturnType<typeof readParameters>
  /** Null: of the whole organisation. */
  readonly within: Within | null
}

/**
 * Reads the parameters of a request, or answers with every fault of them: what a page would answer with
 * a notice, and whatever names something that nobody knows, is refused here.
 */
export async function readRequest(
  request: Request,
  known: readonly Parameter[],
): Promise<Asked | Refusal> {
  const all = new URL(request.url).searchParams
  const search: Search = Object.fromEntries(all)
  const view = currentView(search, '/')
  const parameters = readParameters(search)
  const within = await withinOf(view)
  const faults = new Map<string, string>([
    ...(await listUnknown(parameters, view)),
    ...(within === undefined ? [['in', `${view.within}: no such group or team`] as const] : []),
    ...[...listRefused(search), ...view.refused].map(
      ({ name, text, why }) => [name, why ?? meaningless(name, text)] as const,
    ),
    ...[...all.keys()].flatMap((name) => misplaced(name, all.getAll(name), known)),
  ])
  if (faults.size > 0 || within === undefined) {
    return { refusal: problem(400, [...faults].map((fault) => fault.join(': ')).join('; ')) }
  }
  return { view, parameters, within }
}

/** The same of a request that must name a figure. */
export async function readFigureRequest(
  request: Request,
  known: readonly ParameterName[],
): Promise<(Asked & { readonly figure: FigureName }) | Refusal> {
  const asked = await readRequest(request, known)
  if ('refusal' in asked) return asked
  const { ev } = asked.parameters
  if (ev === null) return { refusal: problem(400, `ev: names no figure; ${expected('ev')}`) }
  return { ...asked, figure: ev }
}

type Fault = readonly [name: string, why: string]

function misplaced(name: string, said: readonly string[], known: readonly Parameter[]): Fault[] {
  if (!known.some((one) => one === name)) {
    const all = known.length === 0 ? 'it takes none' : `known are ${known.join(', ')}`
    return [[name, `no such parameter here; ${all}`]]
  }
  if (said.includes('')) return [[name, 'is empty; leave it out, or say what it is']]
  return said.length > 1 ? [[name, 'is named more than once']] : []
}

const meaningless = (name: string, text: string) =>
  name in PARAMETERS
    ? `"${text}" means nothing here; ${expected(name as ParameterName)}` // It is one of them.
    : `"${text}" means nothing here`

/** `expected a span of time: 28d, …`. */
function expected(name: ParameterName): string {
  const text = PARAMETERS[name]
  return `expected ${text.charAt(0).toLowerCase()}${text.slice(1).replace(/\.$/, '')}`
}

/** Parameters that name a metric, path, team or source that nobody knows, also of what is no more. */
async function listUnknown(
  { ev, path, team, source }: Asked['parameters'],
  { at }: View,
): Promise<Fault[]> {
  const [paths, former, teams, sources, waves] = await Promise.all([
    untilWritten(listGoldenPaths),
    untilWritten(listFormerPaths),
    untilWritten(teamNames),
    untilWritten(sourceIds),
    surveyResults(at),
  ])
  // A survey may ask about paths, and groups, that nothing else tells of.
  const results = waves.flatMap((wave) => wave.results)
  const surveyed = {
    paths: results.flatMap(({ scope }) => scope.pathId ?? []),
    groups: results.flatMap(({ parameters: { group } }) =>
      typeof group === 'string' ? [group] : [],
    ),
  }
  const known = {
    metric: definitions.map(({ id }) => id),
    path: [...new Set([...[...paths, ...former].map(({ id }) => id), ...surveyed.paths])],
    team: [...new Set([...teams.keys(), ...surveyed.groups])].toSorted(),
    source: sources,
  }
  const faultsOf = (what: keyof typeof known, name: string | null | undefined) =>
    name == null || known[what].includes(name) ? [] : [unknownText(name, known[what])]
  const own = Object.entries({ path, team, source } as const).flatMap(([what, name]) =>
    faultsOf(what as 'path' | 'team' | 'source', name).map((why): Fault => [what, why]),
  )
  const { pathId, teamId, sourceId } = ev?.scope ?? {}
  const ofFigure = [
    ...faultsOf('metric', ev?.metricId),
    ...faultsOf('path', pathId).map((why) => `path: ${why}`),
    ...faultsOf('team', teamId).map((why) => `team: ${why}`),
    ...faultsOf('source', sourceId).map((why) => `source: ${why}`),
  ]
  const ofCell =
    ev === null || ofFigure.length > 0 ? [] : listCellFaults(ev.metricId, ev.cell ?? {})
  const why = [...ofFigure, ...ofCell].join(', ')
  return why === '' ? own : [...own, ['ev', why]]
}

/** JSON with an `ETag`, so that who asks often is answered with 304 while nothing changes. */
export function answer(request: Request, body: unknown): Response {
  const text = JSON.stringify(body)
  const tag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`
  const headers = {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'private, no-store',
    ETag: tag,
  }
  if (request.headers.get('If-None-Match') === tag) {
    return new Response(null, { status: 304, headers })
  }
  return new Response(text, { headers })
}
