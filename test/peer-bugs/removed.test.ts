import { expect, test } from 'vitest'
import { caveats } from '#app/status.ts'
import { markGone, upsertFacts } from '#db/facts.ts'
import type { NewRow } from '#db/schema.ts'
import type { StoredRow } from '#db/statements.ts'
import { listDeliveryEvidence } from '#lib/queries/delivery.ts'
import { openMeasurement } from '#lib/queries/opened.ts'
import { scoreAll } from '#scorecards/run.ts'
import { addDeployments, addPath, addService, addTeam, cover } from '#test/support/adoption.ts'
import { collectFolder, testFolder, writeIn } from '#test/support/files.ts'
import { figureOf, servedDatabase } from '#test/support/served.ts'

const FROM = '2025-10-06T00:00:00Z'
const PATH = { pathId: 'http-service' }

/** Tickets of checkout about the path, by number, all opened in the last week of February. */
const ticketsFile = (numbers: readonly number[]) =>
  ['id,team_id,path_id,opened_at,bot', ...numbers.map(toLine), ''].join('\n')

const toLine = (number: number) =>
  `T-${number},checkout,http-service,2026-02-${23 + (number % 5)}T09:00:00Z,false`

const TEN = Array.from({ length: 10 }, (_, index) => index + 1)

async function aDesk() {
  const served = await servedDatabase()
  const { db } = served
  await addPath(db)
  await addTeam(db, 'checkout')
  const folder = testFolder()
  /** The export of a day that says all there is; then everything is scored. */
  const readOn = async (day: string, numbers: readonly number[], rest = '') => {
    const now = new Date(`${day}T12:00:00Z`)
    writeIn(folder, 'tickets.csv', `${ticketsFile(numbers)}${rest}`)
    const outcome = await collectFolder(db, folder, {
      covers: { from: FROM },
      complete: ['tickets'],
      now,
    })
    await scoreAll(db, { now })
    return outcome
  }
  const perWeek = async () => {
    const { value, numerator, denominator } = await figureOf(served, 'SUP-01', PATH, '2026-03-02')
    return { value, requests: numerator, weeks: denominator }
  }
  const told = async () => {
    const question = { metricId: 'SUP-01', ...PATH }
    const result = await openMeasurement(db, question, new Date('2026-03-02'))
    return { evidence: result?.evidence, caveats: result && caveats(result) }
  }
  return { db, readOn, perWeek, told }
}

const ids = (numbers: readonly number[]) => numbers.map((one) => `exports:T-${one}`).toSorted()

test('T-B20 a ticket that its source deleted is counted no more, and said to be removed', async () => {
  const { db, readOn, perWeek, told } = await aDesk()
  await readOn('2026-03-02', TEN)
  expect(await perWeek()).toEqual({ value: 2.5, requests: 10, weeks: 4 })

  const nine = TEN.slice(1)
  expect(await readOn('2026-03-03', nine)).toMatchObject({ status: 'ok', changed: 1 })
  expect(await perWeek()).toEqual({ value: 2.25, requests: 9, weeks: 4 })
  expect(await told()).toEqual({
    evidence: [
      { kind: 'counted', ids: ids(nine) },
      { kind: 'excluded:removed_at_source', ids: ['exports:T-1'] },
    ],
    caveats: ['1 removed at source'],
  })
  // A tombstone, not an erasure; and what was published stays, with the run that closed it.
  expect(
    await db
      .selectFrom('tickets')
      .select(['native_id', 'opened_at', 'gone_at'])
      .where('gone_at', 'is not', null)
      .execute(),
  ).toEqual([
    {
      native_id: 'T-1',
      opened_at: '2026-02-24T09:00:00.000Z',
      gone_at: '2026-03-03T12:00:00.000Z',
    },
  ])
  const rows = db
    .selectFrom('measurements')
    .select(['value', 'from_run', 'to_run'])
    .where('metric_id', '=', 'SUP-01')
    .where('window_end', '=', '2026-03-02T00:00:00.000Z')
    .orderBy('from_run')
  expect(await rows.execute()).toEqual([
    { value: 2.5, from_run: 1, to_run: 2 },
    { value: 2.25, from_run: 2, to_run: null },
  ])
})

test('T-B20 a ticket that is told again counts again', async () => {
  const { readOn, perWeek, told } = await aDesk()
  await readOn('2026-03-02', TEN)
  await readOn('2026-03-03', TEN.slice(1))
  expect(await readOn('2026-03-04', TEN)).toMatchObject({ status: 'ok', changed: 1 })
  expect(await perWeek()).toEqual({ value: 2.5, requests: 10, weeks: 4 })
  expect(await told()).toEqual({ evidence: [{ kind: 'counted', ids: ids(TEN) }], caveats: [] })
})

test('T-B20 a line that cannot be read is no deletion', async () => {
  const { readOn, perWeek } = await aDesk()
  await readOn('2026-03-02', TEN)
  const unreadable = 'T-1,checkout,http-service,yesterday,false\n'
  expect(await readOn('2026-03-03', TEN.slice(1), unreadable)).toMatchObject({
    status: 'partial',
    changed: 0,
    quarantined: 1,
  })
  expect(await perWeek()).toMatchObject({ requests: 10 })
})

test('T-B20 a deployment and an incident that were removed are in no figure of delivery', async () => {
  const served = await servedDatabase()
  const { db } = served
  const covered = { from: '2025-10-06', to: '2026-03-09' }
  await addPath(db)
  await addTeam(db, 'checkout')
  await addService(db, 'basket', { team: 'checkout', covered })
  await cover(db, 'entity:deployments', { ...covered, sourceId: 'pipelines' })
  await cover(db, 'entity:incidents', { ...covered, sourceId: 'pager' })
  const mondays = ['2026-01-12', '2026-01-19', '2026-01-26', '2026-02-02', '2026-02-09']
  await addDeployments(db, 'basket', mondays)
  await upsertFacts(db, 'incidents', [
    anIncident('basket/2026-01-19'),
    anIncident('basket/2026-02-02'),
  ])

  const now = new Date('2026-03-09T10:00:00Z')
  const scope = { teamId: 'checkout' }
  const failRate = async () => {
    await scoreAll(db, { now })
    const { numerator, denominator } = await figureOf(served, 'REL-03', scope, '2026-03-09')
    const window = { from: new Date('2025-12-08'), to: new Date('2026-03-09') }
    const question = { metricId: 'REL-03', ...scope, ...window, asOf: window.to }
    const sets = (await listDeliveryEvidence(db, question)) ?? []
    const removed = sets.find(({ kind }) => kind === 'excluded:removed_at_source')?.ids
    return { failed: numerator, deployments: denominator, removed }
  }
  expect(await failRate()).toEqual({ failed: 2, deployments: 5, removed: undefined })

  const isFirst = (row: StoredRow) => String(row['native_id']).endsWith('basket/2026-01-19')
  await markGone(db, 'incidents', 'pager', now, isFirst)
  expect(await failRate()).toEqual({
    failed: 1,
    deployments: 5,
    removed: ['pager:incident of basket/2026-01-19'],
  })
  await markGone(db, 'deployments', 'pipelines', now, isFirst)
  expect(await failRate()).toEqual({
    failed: 1,
    deployments: 4,
    removed: ['pager:incident of basket/2026-01-19', 'pipelines:basket/2026-01-19'],
  })
})

/** An hour after a deployment that it names. */
const anIncident = (deployment: string): NewRow<'incidents'> => ({
  source_id: 'pager',
  native_id: `incident of ${deployment}`,
  service_id: 'basket',
  severity: null,
  started_at: `${deployment.split('/')[1]}T13:00:00.000Z`,
  detected_at: null,
  acknowledged_at: null,
  mitigated_at: null,
  restored_at: `${deployment.split('/')[1]}T15:00:00.000Z`,
  caused_by_deployment_id: deployment,
  link_kind: null,
  cause_class: null,
  reassignment_count: null,
  owner_found_at: null,
  observed_at: '2026-03-01T00:00:00.000Z',
})
