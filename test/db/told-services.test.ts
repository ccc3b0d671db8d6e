import fc from 'fast-check'
import { expect, test } from 'vitest'
import { saveToldDeployments } from '#collectors/told-deployment.ts'
import { linkWholeService } from '#db/change-services.ts'
import { deleteChangesToScore, listChangesToScore } from '#db/changes-to-score.ts'
import type { Database } from '#db/connection.ts'
import { deleteFactsWhere, markGone } from '#db/facts.ts'
import { addChanges, addService } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'
import { addToldIncident } from '#test/support/incident.ts'
import { aPlace, aTold, NAMING, saveTold } from '#test/support/told.ts'
import { watch } from '#test/support/watch.ts'

const NOW = new Date('2026-06-01T12:00:00Z')
const SHA = 'a1b2c3d4e5f60718293a4b5c6d7e8f9001122334'

type Step = (db: Database) => Promise<unknown>

const service =
  (id: string, row: Partial<Parameters<typeof addService>[2]> = {}): Step =>
  (db) =>
    addService(db, id, { team: null, covered: null, ...row })

const deployment =
  (id: string, name: string, told: Parameters<typeof aTold>[1] = {}): Step =>
  (db) =>
    saveTold(db, aTold(id, { place: aPlace(name), ...told }))

const incident =
  (id: string, named: string, cause: string | null = null): Step =>
  (db) =>
    addToldIncident(db, id, cause, named)

const change: Step = (db) => addChanges(db, 'shop', ['2026-05-31'], { merge_sha: SHA })

const listDeployments = async (db: Database) => {
  const rows = await db.selectFrom('deployments').selectAll().orderBy('native_id').execute()
  return rows.map((row) => [row.native_id, row.service_id, row.environment_tier, row.sha])
}

const listIncidents = async (db: Database) => {
  const rows = await db.selectFrom('incidents').selectAll().orderBy('native_id').execute()
  return rows.map((row) => [row.native_id, row.service_id, row.caused_by_deployment_id])
}

const STEPS: readonly Step[] = [
  service('shop', { name: 'The Shop' }),
  service('basket-api', { name: 'Basket' }),
  service('basket-web', { name: 'Basket' }),
  service('pay-pre', {}),
  change,
  deployment('by name', 'shop-prod'),
  deployment('by tag', 'shop-staging', { imageTags: [`main-${SHA.slice(0, 9)}`] }),
  deployment('by commit', 'shop', { commits: [{ repository: 'local/shop', sha: SHA }] }),
  deployment('by one way', 'pay-pre-prod'),
  deployment('of nobody', 'mail-prod'),
  incident('by id', 'SHOP'),
  incident('by name', 'the shop', SHA),
  incident('by two names', 'Basket'),
  incident('by no name', 'mail'),
]

test('what names a service has it in whatever order both are told', async () => {
  const order = fc.shuffledSubarray([...STEPS], { minLength: STEPS.length })
  await fc.assert(
    fc.asyncProperty(order, async (steps) => {
      const db = await testDatabase()
      for (const step of steps) await step(db)
      expect(await listDeployments(db)).toEqual([
        ['by commit', 'shop', null, SHA],
        ['by name', 'shop', 'production', null],
        ['by one way', 'pay-pre', 'production', null],
        ['by tag', 'shop', 'staging', SHA],
        ['of nobody', 'mail-prod', 'production', null],
      ])
      expect(await listIncidents(db)).toEqual([
        ['by id', 'shop', null],
        ['by name', 'shop', SHA],
        ['by no name', 'mail', null],
        ['by two names', 'Basket', null],
      ])
    }),
    { numRuns: 30 },
  )
})

test('a name means what it did before once its service has gone, and the service again when it is back', async () => {
  const db = await testDatabase()
  await deployment('1', 'shop-prod')(db)
  await incident('1', 'The Shop')(db)
  const seen = []
  const goes: Step = (of) => deleteFactsWhere(of, 'services', { id: 'shop' })
  const isMarked: Step = (of) => markGone(of, 'services', 'catalog', NOW, () => true)
  const comes = service('shop', { name: 'The Shop' })
  const isRenamed = service('shop', { name: 'Store' })
  for (const step of [comes, isRenamed, isMarked, comes, goes]) {
    await step(db)
    seen.push([(await listDeployments(db))[0]?.[1], (await listIncidents(db))[0]?.[1]])
  }
  expect(seen).toEqual([
    ['shop', 'shop'],
    ['shop', 'The Shop'],
    ['shop-prod', 'The Shop'],
    ['shop', 'shop'],
    ['shop-prod', 'The Shop'],
  ])
})

test('a service that has gone makes no name ambiguous, and keeps the incidents that no other is meant by', async () => {
  const db = await testDatabase()
  await incident('1', 'Basket')(db)
  const seen = []
  const api = service('basket-api', { name: 'Basket' })
  const apiGoes = service('basket-api', { name: 'Basket', gone_at: NOW.toISOString() })
  const webGoes = service('basket-web', { name: 'Basket', gone_at: NOW.toISOString() })
  const web = service('basket-web', { name: 'Basket' })
  for (const step of [api, apiGoes, web, api, apiGoes, webGoes, web]) {
    await step(db)
    seen.push((await listIncidents(db))[0]?.[1])
  }
  expect(seen).toEqual([
    'basket-api',
    'basket-api',
    'basket-web',
    'Basket',
    'basket-web',
    'Basket',
    'basket-web',
  ])
})

test('of two services whose ids differ in case alone each is found by its own, and neither by another', async () => {
  const db = await testDatabase()
  for (const id of ['shop', 'Shop']) await service(id)(db)
  for (const told of ['Shop', 'shop', 'SHOP']) await incident(told, told)(db)
  expect(await listIncidents(db)).toEqual([
    ['SHOP', 'SHOP', null],
    ['Shop', 'Shop', null],
    ['shop', 'shop', null],
  ])
})

test('an environment of nobody’s own is left out as soon as the name is understood, and comes back', async () => {
  const db = await testDatabase()
  // `prod` is production, `preview-prod` none of a service's own; both are ways to take it apart.
  await deployment('1', 'shop-preview-prod')(db)
  const seen = [await listDeployments(db)]
  for (const step of [
    service('shop'),
    deployment('1', 'shop-preview-prod'),
    service('shop-preview'),
    service('shop-preview', { gone_at: NOW.toISOString() }),
  ]) {
    await step(db)
    seen.push(await listDeployments(db))
  }
  const unknown = [['1', 'shop-preview-prod', null, null]]
  expect(seen).toEqual([unknown, [], [], unknown, []])
})

/** Of one of three deployments, by the names of one service, with what decides of them. */
const telling = fc
  .record({
    id: fc.constantFrom('1', '2', '3'),
    name: fc.constantFrom('shop', 'shop-prod', 'shop-preview', 'shop-preview-prod'),
    outcome: fc.constantFrom('success', 'failure'),
    kind: fc.constantFrom('rollback', null),
    commits: fc.constantFrom([], [{ repository: 'local/shop', sha: SHA }]),
    imageTags: fc.constantFrom([], [`main-${SHA.slice(0, 9)}`]),
    unless: fc.constantFrom([], [], ['1'], ['2']),
  })
  .map(({ id, name, outcome, kind, ...told }) => {
    const { row } = aTold(id)
    return aTold(id, { ...told, place: aPlace(name), row: { ...row, outcome, kind } })
  })

const listAll = (db: Database) =>
  db.selectFrom('deployments').selectAll().orderBy('native_id').execute()

test('tellings leave the same rows whenever the service comes to be known, one by one or at once', async () => {
  const tellings = fc.array(telling, { minLength: 1, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(tellings, fc.nat({ max: 6 }), fc.boolean(), async (all, position, once) => {
      const rows: Awaited<ReturnType<typeof listAll>>[] = []
      for (const known of [0, position]) {
        const db = await testDatabase()
        const isAtOnce = known === 0 && once
        const tell: Step[] = isAtOnce ? [(of) => saveTold(of, ...all)] : all.map(tellOne)
        for (const step of tell.toSpliced(known, 0, service('shop'), change)) await step(db)
        rows.push(await listAll(db))
        await service('shop', { gone_at: NOW.toISOString() })(db)
        await service('shop')(db)
        rows.push(await listAll(db))
      }
      expect(rows).toEqual(Array.from(rows, () => rows[0]))
    }),
    { numRuns: 60 },
  )
})

test('tellings of different deployments leave the same rows in whatever order, before the service and after', async () => {
  const tellings = fc
    .uniqueArray(telling, { minLength: 2, selector: ({ row }) => row.native_id })
    .map((all) => all.map((one) => tellOne({ ...one, unless: [one.row.native_id] })))
  const steps = tellings.map((all) => [...all, service('shop'), change])
  const orders = steps.chain((all) => {
    const order = fc.shuffledSubarray(all, { minLength: all.length })
    return fc.tuple(order, order)
  })
  await fc.assert(
    fc.asyncProperty(orders, async (both) => {
      const rows: Awaited<ReturnType<typeof listAll>>[] = []
      for (const order of both) {
        const db = await testDatabase()
        for (const step of order) await step(db)
        rows.push(await listAll(db))
      }
      expect(rows[1]).toEqual(rows[0])
    }),
    { numRuns: 40 },
  )
})

const tellOne =
  (told: ReturnType<typeof aTold>): Step =>
  (db) =>
    saveTold(db, told)

test('what went to no service’s own counts as told before, and stays what it was first', async () => {
  const db = await testDatabase()
  await service('shop')(db)
  const { row } = aTold('1')
  const place = aPlace('shop-preview-prod')
  const first = aTold('1', { place, unless: ['1'] })
  const later = { ...row, finished_at: '2026-06-02T00:00:00.000Z' }
  await saveTold(db, first)
  const again = await saveTold(
    db,
    { ...first, row: later },
    aTold('1/failed', { place, row: { ...row, native_id: '1/failed' }, unless: ['1/failed', '1'] }),
  )
  expect(again.ignored).toEqual(['it was told before', 'it was told before'])
  await deleteFactsWhere(db, 'services', { id: 'shop' })
  const stored = await db.selectFrom('deployments').select(['native_id', 'finished_at']).execute()
  expect(stored).toEqual([{ native_id: '1', finished_at: row.finished_at }])
})

test('what went to no service’s own keeps what was told of it once, and when', async () => {
  const db = await testDatabase()
  await service('shop')(db)
  const rollback = { kind: 'rollback', rollback_of: '0' } as const
  const { row } = aTold('1')
  const place = aPlace('shop-preview-prod')
  await saveTold(db, aTold('1', { place, row: { ...row, ...rollback } }))
  const later = { sourceId: 'argo', naming: NAMING, observedAt: new Date('2026-06-02T12:00:00Z') }
  await saveToldDeployments(db, later, [aTold('1', { place })])
  await deleteFactsWhere(db, 'services', { id: 'shop' })
  const stored = await db.selectFrom('deployments').selectAll().execute()
  expect(stored).toMatchObject([{ ...rollback, observed_at: NOW.toISOString() }])
})

test('a deployment that is told to have gone to no service’s own is one no more', async () => {
  const db = await testDatabase()
  await service('shop')(db)
  await deployment('1', 'shop-prod')(db)
  await deployment('1', 'shop-preview')(db)
  expect(await listDeployments(db)).toEqual([])
  await deployment('1', 'shop-prod')(db)
  expect(await listDeployments(db)).toEqual([['1', 'shop', 'production', null]])
})

test('a commit that nothing tells of any more stays known while services go and come back', async () => {
  const db = await testDatabase()
  const tell = (imageTags: string[]) => deployment('1', 'shop-preview-prod', { imageTags })(db)
  const isGone = { gone_at: NOW.toISOString() }
  await service('shop-preview')(db)
  await addChanges(db, 'shop-preview', ['2026-05-31'], { merge_sha: SHA })
  await tell([SHA.slice(0, 9)])
  // As an upgrade from before finds it.
  await db.deleteFrom('told_deployments').execute()
  await tell([])
  const seen = []
  for (const step of [
    service('shop-preview', isGone),
    service('shop'),
    service('shop', isGone),
    service('shop-preview'),
  ]) {
    await step(db)
    seen.push(await listDeployments(db))
  }
  const unplaced = [['1', 'shop-preview-prod', null, SHA]]
  expect(seen).toEqual([unplaced, [], unplaced, [['1', 'shop-preview', 'production', SHA]]])
})

test('a deployment that was deleted does not come back with its service', async () => {
  const db = await testDatabase()
  await deployment('1', 'shop-prod')(db)
  await deleteFactsWhere(db, 'deployments', { source_id: 'argo' })
  await service('shop')(db)
  expect(await listDeployments(db)).toEqual([])
})

test('a deployment that its source took back stays so', async () => {
  const db = await testDatabase()
  await deployment('1', 'shop-prod')(db)
  await markGone(db, 'deployments', 'argo', NOW, () => true)
  await service('shop')(db)
  const rows = await db.selectFrom('deployments').select(['service_id', 'gone_at']).execute()
  expect(rows).toEqual([{ service_id: 'shop', gone_at: NOW.toISOString() }])
})

test('an incident finds the cause again that its service had', async () => {
  const db = await testDatabase()
  for (const step of [
    service('other'),
    deployment('1', 'shop-prod', { commits: [{ repository: 'local/shop', sha: SHA }] }),
    deployment('2', 'other-prod', { commits: [{ repository: 'local/other', sha: SHA }] }),
    incident('1', 'The Shop', SHA),
  ]) {
    await step(db)
  }
  expect(await listIncidents(db)).toEqual([['1', 'The Shop', '2']])
  await service('shop', { name: 'The Shop' })(db)
  expect(await listIncidents(db)).toEqual([['1', 'shop', '1']])
})

test('a service is looked for by those that may mean it, and what stays as it was is not scored again', async () => {
  const db = await testDatabase()
  for (let index = 0; index < 100; index++) {
    await deployment(`${index}`, `other${index}-prod`)(db)
    await incident(`${index}`, `other ${index}`)(db)
  }
  await deployment('mine', 'shop-prod')(db)
  await incident('mine', 'shop')(db)
  await deleteChangesToScore(db, await listChangesToScore(db))
  const { watched, countRead, listSteps } = watch(db)
  await service('mail')(watched)
  expect([countRead('told'), countRead('service_told')]).toEqual([0, 0])
  await service('shop')(watched)
  expect([countRead('told'), countRead('service_told')]).toEqual([1, 1])
  const steps = await listSteps()
  expect(steps.filter((step) => /^SCAN (keys|told|incidents|deployments)/.test(step))).toEqual([])
  const noted = await listChangesToScore(db)
  const services = noted.filter(({ subject_kind: kind }) => kind === 'service')
  // The incident is called by the id already.
  expect(services.map((one) => one.subject_id).toSorted()).toEqual(['shop', 'shop-prod'])
})

test('what a service is called is looked at by none that reads only where it is, and the reverse', async () => {
  const db = await testDatabase()
  await service('shop')(db)
  await deployment('1', 'shop-prod')(db)
  await incident('1', 'shop')(db)
  await addChanges(db, 'shop', ['2026-05-31'], await linkWholeService(db, 'local/shop'))
  const { watched, countRead } = watch(db)
  const read = () => ['repository_key', 'told', 'service_told'].map(countRead)
  await service('shop', { name: 'The Shop', lifecycle: 'production' })(watched)
  expect(read()).toEqual([0, 0, 1])
  await service('shop', { name: 'The Shop', repository_path: 'web' })(watched)
  expect(read()).toEqual([1, 0, 1])
  await service('shop', { name: 'The Shop', repository_path: 'web', repository_id: null })(watched)
  expect(read()).toEqual([2, 1, 1])
})
