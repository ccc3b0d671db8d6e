import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { Measurement } from '#app/api/shapes.ts'
import { asShownAt } from '#app/status.ts'
import { listMeasurements } from '#lib/queries/measurements.ts'
import { DELIVERY_METRICS } from '#scorecards/delivery/results.ts'
import { scoreAll } from '#scorecards/run.ts'
import {
  addChanges,
  addDeployments,
  addEvidence,
  addPath,
  addService,
  addTeam,
  cover,
} from '#test/support/adoption.ts'
import { servedDatabase } from '#test/support/served.ts'

const ASOF = '2026-03-02'
const COVERED = { from: '2025-10-06', to: '2026-03-02' }
const NUMBERS = [
  'Value',
  'Counted',
  'Of',
  'Cases',
  'Unknown',
  'Covered',
  'Interval from',
  'Interval to',
]

const weeksAgo = (weeks: number) =>
  new Date(Date.parse('2026-02-24') - weeks * 7 * 86_400_000).toISOString().slice(0, 10)

type Told = Pick<
  z.output<typeof Measurement>,
  | 'metricId'
  | 'scope'
  | 'value'
  | 'numerator'
  | 'denominator'
  | 'n'
  | 'nUnknown'
  | 'coverage'
  | 'ci'
  | 'status'
  | 'band'
>

/** What a figure says, in the order of the file's columns. */
const toCells = (one: Told) => [
  one.metricId,
  one.scope.pathId ?? '',
  one.scope.teamId ?? '',
  one.scope.sourceId ?? '',
  one.value,
  one.numerator,
  one.denominator,
  one.n,
  one.nUnknown,
  one.coverage,
  one.ci?.low ?? null,
  one.ci?.high ?? null,
  one.status,
  one.band,
]

test('every figure is the same on pages, in the interface and in files, when it is shown late, too', async () => {
  const { db, get } = await servedDatabase()
  await addPath(db)
  for (const [index, team] of ['payments', 'search', 'fraud', 'mail', 'index', 'attic'].entries()) {
    await addTeam(db, team)
    await addService(db, team, { team, covered: COVERED })
    const presence = index < 4 ? 'present' : 'absent'
    await addEvidence(db, team, { from: '2025-10-06', presence })
    await addChanges(db, team, [1, 2, 3, 4, 5, 6].map(weeksAgo))
    await addDeployments(
      db,
      team,
      Array.from({ length: 9 }, (_, week) => weeksAgo(week + index)),
    )
  }
  await cover(db, 'entity:deployments', { ...COVERED, sourceId: 'pipelines' })
  await cover(db, 'entity:incidents', { ...COVERED, sourceId: 'pager' })
  await scoreAll(db, { now: new Date('2026-03-02T10:00:00Z') })

  for (const asof of [ASOF, '2026-04-01']) {
    const at = new Date(asof)
    const asked = (await listMeasurements(db, at)).map((one) => toCells(asShownAt(one, at)))
    const answer = await (await get(`/api/v1/measurements?asof=${asof}`)).json()
    expect(
      z
        .object({ items: z.array(Measurement) })
        .parse(answer)
        .items.map(toCells),
    ).toEqual(asked)

    const file = await (await get(`/export/measurements.csv?asof=${asof}`)).text()
    const rows = z
      .array(z.record(z.string(), z.string()))
      .parse(parse(file, { columns: true, comment: '#', comment_no_infix: true }))
    const cells = rows.map((row) => {
      const numbers = NUMBERS.map((name) => (row[name] ? Number(row[name]) : null))
      const names = ['Metric', 'Golden path', 'Team', 'Source'].map((name) => row[name])
      return [...names, ...numbers, row['Status'], row['Band']]
    })
    expect(cells).toEqual(asked)
    expect(asked.length).toBeGreaterThan(100)
    expect(asked.map(([metricId]) => metricId)).toEqual(expect.arrayContaining(DELIVERY_METRICS))
  }
})
