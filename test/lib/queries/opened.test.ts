import { expect, test } from 'vitest'
import { findMeasurement } from '#lib/queries/measurements.ts'
import { openMeasurement } from '#lib/queries/opened.ts'
import { openedSets } from '#scorecards/result.ts'
import { scoreAll } from '#scorecards/run.ts'
import { addDeployments, addPath, addService, addTeam, cover } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'

const NOW = new Date('2026-03-02T10:00:00Z')

test('a figure of deliveries opens to the deployments that it counted', async () => {
  const db = await testDatabase()
  const covered = { from: '2025-10-06', to: '2026-03-02' }
  await addPath(db)
  await addTeam(db, 'payments')
  await addService(db, 'payments', { team: 'payments', covered })
  await cover(db, 'entity:deployments', { ...covered, sourceId: 'pipelines' })
  const days = ['2026-02-03', '2026-02-10', '2026-02-17']
  await addDeployments(db, 'payments', days)
  await scoreAll(db, { now: NOW })
  const subject = { metricId: 'SPD-03', teamId: 'payments' }
  const kept = await findMeasurement(db, subject, NOW)
  expect(kept?.evidence.map(({ kind }) => kind)).toEqual(['query'])
  const opened = await openMeasurement(db, subject, NOW)
  const counted = opened && openedSets(opened).find(({ kind }) => kind === 'counted')
  expect(counted?.ids.toSorted()).toEqual(days.map((one) => `pipelines:payments/${one}`))
  expect(opened?.numerator).toBe(days.length)
})
