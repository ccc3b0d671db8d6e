import { type Badge, toBadgeSvg, toShieldsJson } from '#app/badge.ts'
import { database } from '#app/database.ts'
import { levelWords } from '#app/level-words.ts'
import { asShownAt, readResult } from '#app/status.ts'
import { usageOfTeam } from '#app/usage.ts'
import { listServiceSubjects } from '#lib/queries/check-subjects.ts'
import { listExceptions } from '#lib/queries/exceptions.ts'
import { findGoldenPath } from '#lib/queries/golden-paths.ts'
import { findMeasurement } from '#lib/queries/measurements.ts'
import { findTeam } from '#lib/queries/teams.ts'
import { productionReadiness } from '#scorecards/checks/production-readiness.ts'
import { toScorecard } from '#scorecards/checks/scorecard.ts'

type Reader = Awaited<ReturnType<typeof database>>

const FINDERS: Readonly<Record<string, (db: Reader, id: string) => Promise<Badge | undefined>>> = {
  team: findTeamBadge,
  'golden-path': findPathBadge,
}

/** `/badge/team/payments.svg`, `/badge/golden-path/deploy.json`. */
export async function GET(
  _: Request,
  { params }: RouteContext<'/badge/[kind]/[file]'>,
): Promise<Response> {
  const { kind, file } = await params
  const [, id, form] = /^(.+)\.(svg|json)$/.exec(file) ?? []
  const find = Object.hasOwn(FINDERS, kind) ? FINDERS[kind] : undefined
  const badge = id === undefined ? undefined : await find?.(await database(), id)
  if (badge === undefined) return new Response('no such badge\n', { status: 404 })
  const headers = { 'Cache-Control': 'public, max-age=300' }
  if (form === 'json') return Response.json(toShieldsJson(badge), { headers })
  return new Response(toBadgeSvg(badge), {
    headers: { ...headers, 'Content-Type': 'image/svg+xml; charset=utf-8' },
  })
}

async function findTeamBadge(db: Reader, id: string): Promise<Badge | undefined> {
  const team = await findTeam(db, id)
  if (team === undefined) return undefined
  const asOf = new Date()
  const [usage, exceptions] = await Promise.all([
    usageOfTeam(asOf, id),
    listExceptions(db, { asOf, teamId: id }),
  ])
  const subjects = await listServiceSubjects(db, { teamId: id, asOf, usage, exceptions })
  const scorecard = toScorecard(productionReadiness, subjects, asOf)
  const tone = scorecard.level === null ? 'quiet' : 'good'
  return { label: 'production readiness', message: levelWords(scorecard).toLowerCase(), tone }
}

async function findPathBadge(db: Reader, id: string): Promise<Badge | undefined> {
  const path = await findGoldenPath(db, id)
  if (path === undefined) return undefined
  const now = new Date()
  const found = await findMeasurement(db, { metricId: 'ADO-02', pathId: id }, now)
  if (found === undefined) return { label: path.name, message: 'not computed yet', tone: 'quiet' }
  const { figure, counts, verdict } = readResult(asShownAt(found, now))
  const message = counts === null ? figure : `${figure} adopted, ${counts}`
  return { label: path.name, message, tone: verdict?.tone ?? 'quiet' }
}
