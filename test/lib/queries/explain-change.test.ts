import { expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import { upsertFacts } from '#db/facts.ts'
import type { ComputedMeasurement } from '#db/measurements.ts'
import {
  type ChangeQuestion,
  type ChangeStory,
  explainChange,
} from '#lib/queries/explain-change.ts'
import { scoreAll } from '#scorecards/run.ts'
import { addDeployments, addPath, addService, addTeam, cover, day } from '#test/support/adoption.ts'
import {
  AFTER,
  addMovingTeams,
  BEFORE,
  MOVING_DIFFERENCE,
  MOVING_PARTS,
} from '#test/support/change-story.ts'
import { testDatabase } from '#test/support/database.ts'
import { aMeasurement, NO_DETAILS, publishResults } from '#test/support/published.ts'

const MOMENTS = {
  before: new Date(BEFORE),
  after: new Date(AFTER),
  now: new Date(`${AFTER}T12:00:00Z`),
}
const MARCH = new Date('2026-03-02')
const PATH = { pathId: 'http-service' }
const near = (amount: number) => expect.closeTo(amount, 12)

const explain = (db: Database, metricId: string, question: Partial<ChangeQuestion> = {}) =>
  explainChange(db, { metricId, scope: PATH, ...MOMENTS, ...question })

const amountsOf = ({ parts }: ChangeStory) =>
  Object.fromEntries(parts.map(({ part, amount }) => [part, amount]))
/** Units that have a share in a part. */
const unitsOf = ({ parts }: ChangeStory, key: string) =>
  parts.find(({ part }) => part === key)?.units.filter(({ amount }) => amount !== 0)
const nearly = (amounts: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(amounts).map(([part, amount]) => [part, near(amount)]))
const sumOf = (amounts: readonly number[]) => amounts.reduce((sum, amount) => sum + amount, 0)

/** Parts add up to the difference, and the units of each part to it where they are told. */
function expectToAddUp(story: ChangeStory): void {
  expect(story.untold).toBeNull()
  expect(sumOf(story.parts.map(({ amount }) => amount))).toBeCloseTo(story.difference ?? 99, 12)
  for (const { amount, units } of story.parts) {
    const told = units.flatMap((unit) => unit.amount ?? [])
    if (told.length > 0) expect(sumOf(told)).toBeCloseTo(amount, 12)
  }
}

test('the parts of a share of teams add up, and each names its teams', async () => {
  const db = await testDatabase()
  await addMovingTeams(db)
  const story = await explain(db, 'ADO-02')
  expect(story).toMatchObject({
    before: { numerator: 6, denominator: 7 },
    after: { numerator: 5, denominator: 6 },
    difference: near(MOVING_DIFFERENCE),
    unitKind: 'team',
  })
  expect(amountsOf(story)).toEqual(nearly(MOVING_PARTS))
  expect(unitsOf(story, 'rate')).toEqual([{ id: 'moved', amount: near(1 / 5) }])
  expect(unitsOf(story, 'newcomers')).toEqual([{ id: 'fresh', amount: near(-1 / 6) }])
  expect(unitsOf(story, 'leavers')).toEqual([{ id: 'left', amount: near(-1 / 35) }])
  expect(unitsOf(story, 'dataGaps')).toEqual([{ id: 'dark', amount: near(-1 / 35) }])
  expectToAddUp(story)
})

test('a share of work is told by what each team was measured', async () => {
  const db = await testDatabase()
  await addMovingTeams(db)
  const story = await explain(db, 'ADO-04', { before: MARCH })
  // Of eight weeks of `moved` four were on the path by March, and of thirteen by May all; the share of
  // all teams went from 36 of 42 to 65 of 77. What is not its doing is that `fresh` works twelve weeks, not two.
  const rate = ((8 / 42 + 13 / 77) / 2) * (1 - 4 / 8)
  expect(amountsOf(story)).toEqual(nearly({ ...NO_PARTS, rate, mix: 65 / 77 - 36 / 42 - rate }))
  expect(unitsOf(story, 'rate')).toEqual([{ id: 'moved', amount: near(rate) }])
  expectToAddUp(story)
})

/** Six teams that deploy, of whom one fails more often later and another stops. */
const STEADY = ['a', 'b', 'c', 'd']

async function addDeliveringTeams(db: Database): Promise<void> {
  const covered = { from: '2025-06-02', to: '2026-06-01' }
  await addPath(db)
  for (const team of [...STEADY, 'worse', 'stops']) {
    await addTeam(db, team)
    await addService(db, team, { team, covered })
  }
  await cover(db, 'entity:deployments', { ...covered, sourceId: 'pipelines' })
  await cover(db, 'entity:incidents', { ...covered, sourceId: 'pager' })
  const weekly = (from: string, count: number) =>
    Array.from({ length: count }, (_, week) =>
      new Date(Date.parse(from) + week * 7 * 86_400_000).toISOString().slice(0, 10),
    )
  const [early, late] = [weekly('2025-11-04', 12), weekly('2026-02-10', 12)]
  for (const team of [...STEADY, 'worse']) await addDeployments(db, team, [...early, ...late])
  await addDeployments(db, 'stops', early)
  await upsertFacts(db, 'incidents', [
    ...early.slice(0, 6).map((date) => anIncident('stops', date)),
    ...late.slice(0, 3).map((date) => anIncident('worse', date)),
  ])
  await scoreAll(db, { now: MOMENTS.now })
}

const anIncident = (service: string, date: string) => ({
  source_id: 'pager',
  native_id: `${service}/${date}`,
  service_id: service,
  severity: null,
  started_at: `${date}T13:00:00.000Z`,
  detected_at: null,
  acknowledged_at: null,
  mitigated_at: null,
  restored_at: `${date}T15:00:00.000Z`,
  caused_by_deployment_id: `${service}/${date}`,
  link_kind: null,
  cause_class: null,
  reassignment_count: null,
  owner_found_at: null,
  observed_at: day('2026-05-01'),
})

test('a rate of delivery is told from the samples, also of a day that nothing was published of', async () => {
  const db = await testDatabase()
  await addDeliveringTeams(db)
  const story = await explain(db, 'REL-03', { scope: {} })
  // 6 of 72 failed, then 3 of 60. Without the one that stops: 0 of 60, then 3 of 60.
  expect(story).toMatchObject({
    before: { numerator: 6, denominator: 72 },
    after: { numerator: 3, denominator: 60 },
    difference: near(3 / 60 - 6 / 72),
  })
  expect(amountsOf(story)).toEqual(nearly({ ...NO_PARTS, rate: 3 / 60, leavers: -6 / 72 }))
  expect(unitsOf(story, 'leavers')).toEqual([{ id: 'stops', amount: near(-6 / 72) }])
  expectToAddUp(story)
})

const NO_PARTS = {
  newcomers: 0,
  leavers: 0,
  rate: 0,
  mix: 0,
  dataGaps: 0,
  definition: 0,
  unexplained: 0,
}

test('a median names the teams of a part, and tells them together', async () => {
  const db = await testDatabase()
  await addDeliveringTeams(db)
  await addLeadTimes(db)
  const story = await explain(db, 'SPD-02', { scope: {} })
  expect(story).toMatchObject({ before: { value: 10 }, after: { value: 30 }, difference: 20 })
  expect(amountsOf(story)).toEqual(nearly({ ...NO_PARTS, rate: 20 }))
  expect(story.parts.find(({ part }) => part === 'rate')?.units).toEqual([
    ...STEADY.map((id) => ({ id, amount: null })),
    { id: 'worse', amount: null },
  ])
  expectToAddUp(story)
})

/** Each deployment of two teams carries a change that is 10 hours old at first, and 30 later. */
async function addLeadTimes(db: Database): Promise<void> {
  const deployments = await db
    .selectFrom('deployments')
    .selectAll()
    .where('service_id', 'in', [...STEADY, 'worse'])
    .execute()
  const carrying = deployments.map(({ gone_at: _, ...row }) => ({
    ...row,
    sha: `sha ${row.native_id}`,
  }))
  await upsertFacts(db, 'deployments', carrying)
  await upsertFacts(
    db,
    'changes',
    carrying.map(({ native_id, service_id, sha, finished_at }) => {
      const hours = (finished_at ?? '') < '2026-02' ? 10 : 30
      const first = new Date(Date.parse(finished_at ?? '') - hours * 3_600_000).toISOString()
      return {
        source_id: 'clones',
        native_id,
        repository_id: `local/${service_id}`,
        service_id: null,
        number: null,
        first_commit_at: first,
        opened_at: null,
        ready_at: null,
        first_review_at: null,
        approved_at: null,
        merged_at: first,
        merge_sha: sha,
        size_lines: null,
        author_kind: 'human' as const,
        reverts: null,
        observed_at: day('2026-05-01'),
      }
    }),
  )
  await scoreAll(db, { now: MOMENTS.now })
}

test.each([
  ['no_value_before', 'ADO-02', { before: new Date('2025-12-01') }],
  ['no_value', 'ADO-02', { scope: { pathId: 'nowhere' } }],
  ['same_figure', 'ADO-02', { before: new Date('2026-05-13') }],
  ['one_team', 'ADO-04', { scope: { ...PATH, teamId: 'a' }, before: MARCH }],
] as const)('what cannot be told apart says why: %s', async (untold, metricId, question) => {
  const db = await testDatabase()
  await addMovingTeams(db)
  expect(await explain(db, metricId, question)).toMatchObject({ untold, parts: [] })
})

test('a rate over time is told by the time of each team', async () => {
  const db = await testDatabase()
  await addDeliveringTeams(db)
  const story = await explain(db, 'SPD-03', { scope: {} })
  // Twelve deployments of each of six services in thirteen weeks, then of five.
  expect(story.difference).toBeCloseTo(60 / 78 - 72 / 78, 12)
  expect(amountsOf(story)).toEqual(nearly({ ...NO_PARTS, rate: -12 / 78 }))
  expect(unitsOf(story, 'rate')).toEqual([{ id: 'stops', amount: near(-12 / 78) }])
})

/** Published at both moments, with such rows. */
async function published(
  metricId: string,
  before: Partial<ComputedMeasurement> & { counted: readonly string[] },
  after: Partial<ComputedMeasurement> & { counted: readonly string[] },
): Promise<Database> {
  const db = await testDatabase()
  const rows = [
    { date: BEFORE, ...before },
    { date: AFTER, ...after },
  ].map(({ date, counted, ...row }) =>
    aMeasurement({
      metric_id: metricId,
      as_of: day(date),
      value: 1,
      numerator: counted.length,
      denominator: counted.length,
      details: JSON.stringify({
        ...NO_DETAILS,
        evidence: [{ kind: 'counted', ids: counted }],
      }),
      ...row,
    }),
  )
  await publishResults(db, rows)
  return db
}

test('a time of which some may still be running is not told apart', async () => {
  const db = await published('SUP-05', { counted: ['a'], value: 4 }, { counted: ['a'], value: 6 })
  expect(await explain(db, 'SUP-05')).toMatchObject({ difference: 2, untold: 'not_divisible' })
})

test('where nobody is in both, and where teams were not kept, nothing is told apart', async () => {
  const nobody = await published('ADO-02', { counted: ['a'] }, { counted: ['b'] })
  expect(await explain(nobody, 'ADO-02')).toMatchObject({ difference: 0, untold: 'nobody_in_both' })
  const work = { counted: ['activities?team=a&days=28&successful=true&mechanism=path'] }
  const gone = await published('ADO-04', work, work)
  expect(await explain(gone, 'ADO-04')).toMatchObject({ difference: 0, untold: 'teams_not_kept' })
})

test('what another definition did to a figure is a part of its own', async () => {
  const db = await published(
    'ADO-02',
    { counted: ['a'], value: 0.8 },
    { counted: ['a'], definition_version: '2.0.0' },
  )
  const story = await explain(db, 'ADO-02')
  expect(amountsOf(story)).toEqual(nearly({ ...NO_PARTS, definition: 0.2 }))
  expectToAddUp(story)
})

test('what the rows do not account for is told as not explained', async () => {
  const db = await published('ADO-02', { counted: ['a'], value: 0.8 }, { counted: ['a'] })
  const story = await explain(db, 'ADO-02')
  expect(amountsOf(story)).toEqual(nearly({ ...NO_PARTS, unexplained: 0.2 }))
  expectToAddUp(story)
})
