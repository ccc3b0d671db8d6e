import { expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import { upsertFacts } from '#db/facts.ts'
import {
  aBackstage,
  aComponent,
  aGroup,
  collectBackstage,
  NOW,
} from '#test/support/backstage/catalogue.ts'
import { testDatabase } from '#test/support/database.ts'

const LATER = new Date('2026-06-02T12:00:00Z')

const owners = (db: Database) =>
  db
    .selectFrom('service_owners')
    .select(['service_id', 'team_id', 'owned_from', 'owned_to', 'decided_by'])
    .orderBy('service_id')
    .orderBy('owned_from')
    .execute()

const owner = (team: string | null, from: Date, to: Date | null = null, service = 'shop') => ({
  service_id: service,
  team_id: team,
  owned_from: from.toISOString(),
  owned_to: to?.toISOString() ?? null,
  decided_by: 'Backstage',
})

test('groups are teams with their parents, and components are services with their place', async () => {
  const boxes = aGroup('Boxes', { parent: 'acme', profile: { displayName: 'The Boxes' } })
  const acme = aGroup('acme', { type: 'organization' })
  const shop = aComponent('shop', 'group:default/boxes')
  shop.spec['system'] = 'system:default/sales'
  shop.metadata.annotations = {
    'backstage.io/source-location': 'url:https://github.com/acme/mono/tree/main/services/shop/',
  }
  const backstage = await aBackstage([boxes, acme, shop])
  const db = await testDatabase()
  const outcome = await collectBackstage(db, backstage)
  expect(outcome).toMatchObject({ status: 'ok', read: 4, quarantined: 0 })
  const teams = await db.selectFrom('teams').selectAll().orderBy('id').execute()
  expect(teams).toMatchObject([
    { id: 'acme', name: 'acme', parent_id: null, active_to: null },
    { id: 'boxes', name: 'The Boxes', parent_id: 'acme', active_to: null },
  ])
  const services = await db.selectFrom('services').selectAll().execute()
  expect(services).toMatchObject([
    {
      id: 'shop',
      name: 'shop',
      repository_id: 'github.com/acme/mono',
      repository_path: 'services/shop',
      workload_class: 'http',
      lifecycle: 'production',
      system: 'sales',
      source_id: 'catalog',
    },
  ])
  expect(await owners(db)).toEqual([owner('boxes', NOW)])
})

test.each([
  [{ 'github.com/project-slug': 'acme/shop' }, 'acme/shop', ''],
  [
    {
      'github.com/project-slug': 'acme/shop',
      'backstage.io/source-location': 'url:https://github.com/acme/shop/tree/main/back',
    },
    'github.com/acme/shop',
    'back',
  ],
  [
    {
      'github.com/project-slug': 'acme/shop',
      'backstage.io/managed-by-location': 'url:https://github.com/acme/all/blob/main/shop.yaml',
    },
    'acme/shop',
    '',
  ],
  [
    {
      'backstage.io/managed-by-location':
        'url:https://github.com/acme/mono/blob/main/a/b/catalog-info.yaml',
    },
    'github.com/acme/mono',
    'a/b',
  ],
  [
    { 'backstage.io/source-location': 'url:https://gitlab.com/acme/sub/shop/-/tree/main/x/' },
    'gitlab.com/acme/sub/shop',
    'x',
  ],
  [{ 'backstage.io/source-location': 'file:/srv/shop' }, null, ''],
  [{}, null, ''],
])('annotations %j place a service in %s', async (annotations, repository, path) => {
  const shop = aComponent('shop', 'group:default/boxes')
  shop.metadata.annotations = annotations as Record<string, string>
  const db = await testDatabase()
  await collectBackstage(db, await aBackstage([shop]))
  const services = await db.selectFrom('services').selectAll().execute()
  expect(services).toMatchObject([{ repository_id: repository, repository_path: path }])
})

test('a new owner ends the time of the former, and what was before the first reading is unknown', async () => {
  const shop = aComponent('shop', 'group:default/boxes')
  const backstage = await aBackstage([shop])
  const db = await testDatabase()
  await collectBackstage(db, backstage)
  shop.relations = [{ type: 'ownedBy', targetRef: 'group:default/tapes' }]
  await collectBackstage(db, backstage, { now: LATER })
  expect(await owners(db)).toEqual([owner('boxes', NOW, LATER), owner('tapes', LATER)])
})

test('a person as owner is nobody, several teams are unknown, and no name is kept', async () => {
  const kinds = {
    person: ['user:default/jane'],
    several: ['group:default/boxes', 'group:default/tapes'],
    both: ['user:default/jane', 'group:default/boxes'],
  }
  const components = Object.entries(kinds).map(([name, targets]) =>
    aComponent(name, targets[0] ?? '', {
      relations: targets.map((targetRef) => ({ type: 'ownedBy', targetRef })),
    }),
  )
  const db = await testDatabase()
  const backstage = await aBackstage([...components, aGroup('boxes')])
  await collectBackstage(db, backstage)
  expect(await owners(db)).toEqual([
    owner('boxes', NOW, null, 'both'),
    owner(null, NOW, null, 'person'),
  ])
  const everything = await Promise.all(
    (['teams', 'services', 'service_owners', 'cursors'] as const).map((table) =>
      db.selectFrom(table).selectAll().execute(),
    ),
  )
  expect(JSON.stringify(everything)).not.toContain('jane')
  expect(backstage.requests.map(({ url }) => url.search).join()).not.toMatch(/members|email/)
})

test('an owner that Backstage did not find is the one that the component names', async () => {
  const shop = aComponent('shop', 'CNCF', { relations: [] })
  const db = await testDatabase()
  await collectBackstage(db, await aBackstage([shop]))
  expect(await owners(db)).toEqual([owner('cncf', NOW)])
})

test('what the catalogue no longer lists ends, and comes back with its own history', async () => {
  const backstage = await aBackstage([
    aGroup('boxes'),
    aComponent('shop', 'group:default/boxes'),
    aComponent('stays', 'group:default/boxes'),
  ])
  const former = [...backstage.entities]
  const db = await testDatabase()
  await collectBackstage(db, backstage)
  backstage.entities.splice(0, 2)
  await collectBackstage(db, backstage, { now: LATER })
  const stateOf = async () => [
    await db.selectFrom('services').select(['id', 'gone_at']).orderBy('id').execute(),
    await db.selectFrom('teams').select(['id', 'active_to']).execute(),
  ]
  expect(await stateOf()).toEqual([
    [
      { id: 'shop', gone_at: LATER.toISOString() },
      { id: 'stays', gone_at: null },
    ],
    [{ id: 'boxes', active_to: LATER.toISOString() }],
  ])
  expect(await owners(db)).toEqual([owner('boxes', NOW, LATER), owner('boxes', NOW, null, 'stays')])
  backstage.entities.splice(0, 1, ...former)
  const again = new Date('2026-06-03T12:00:00Z')
  await collectBackstage(db, backstage, { now: again })
  expect(await stateOf()).toMatchObject([
    [{ gone_at: null }, { gone_at: null }],
    [{ active_to: null }],
  ])
  expect(await owners(db)).toContainEqual(owner('boxes', again))
})

test('an empty catalogue is not believed when it held something before', async () => {
  const backstage = await aBackstage([aComponent('shop', 'group:default/boxes')])
  const db = await testDatabase()
  await collectBackstage(db, backstage)
  backstage.entities.length = 0
  const outcome = await collectBackstage(db, backstage, { now: LATER })
  expect(outcome).toMatchObject({
    status: 'failed',
    changed: 0,
    error:
      'catalog: lists no component, though it listed 1 before: check what its token may see; npx desirepath collect --anew catalog believes it',
  })
  expect(await owners(db)).toEqual([owner('boxes', NOW)])
})

test('an entity that cannot be read is put aside, and nothing is taken for gone', async () => {
  const shop = aComponent('shop', 'group:default/boxes')
  const tea = aComponent('tea', 'group:default/boxes')
  const backstage = await aBackstage([shop, tea])
  const db = await testDatabase()
  await collectBackstage(db, backstage)
  backstage.entities[1] = { ...tea, metadata: null } as never
  backstage.entities.pop()
  backstage.entities.push({ ...tea, metadata: { ...tea.metadata, name: 7 } } as never)
  const outcome = await collectBackstage(db, backstage, { now: LATER })
  expect(outcome).toMatchObject({ status: 'partial', quarantined: 1 })
  const gone = await db
    .selectFrom('services')
    .select('id')
    .where('gone_at', 'is not', null)
    .execute()
  expect(gone).toEqual([])
})

test('an entity that cannot be read is put aside with nothing of a person', async () => {
  const shop = aComponent('shop', 'user:default/jane')
  const faulty = {
    ...shop,
    metadata: {
      ...shop.metadata,
      title: 7,
      annotations: { 'acme.io/contact': 'jane', 'github.com/project-slug': 'acme/shop' },
    },
    relations: [
      { type: 'hasMember', targetRef: 'user:default/jane' },
      { type: 'ownedBy', targetRef: 'user:default/jane', target: { name: 'jane' } },
      { type: 'ownedBy', targetRef: 'group:default/boxes' },
      { type: 'ownedBy', targetRef: { name: 'jane' } },
    ],
  }
  const { name: _, ...metadata } = faulty.metadata
  const nameless = { ...faulty, metadata: { ...metadata, uid: 'uid-x' } }
  const db = await testDatabase()
  const backstage = await aBackstage([faulty as never, nameless as never])
  const outcome = await collectBackstage(db, backstage)
  expect(outcome).toMatchObject({ status: 'partial', quarantined: 2 })
  const aside = await db.selectFrom('quarantine').selectAll().execute()
  expect(JSON.stringify(aside)).toMatch(/acme\/shop.*boxes.*metadata\.title.*relations\[2\]/)
  expect(JSON.stringify(aside)).not.toContain('jane')
})

test('two components of one name in different namespaces are two services', async () => {
  const other = aComponent('shop', 'group:default/boxes')
  const inSpace = { ...other, metadata: { ...other.metadata, uid: 'uid-x', namespace: 'Eu' } }
  const db = await testDatabase()
  await collectBackstage(db, await aBackstage([other, inSpace]))
  const services = await db.selectFrom('services').select('id').orderBy('id').execute()
  expect(services).toEqual([{ id: 'Eu/shop' }, { id: 'shop' }])
})

test('a catalogue that is believed first keeps its teams, services and owners', async () => {
  const told = { source_id: 'files', observed_at: NOW.toISOString() }
  const db = await testDatabase()
  await upsertFacts(db, 'teams', [
    {
      id: 'boxes',
      name: 'As the files say',
      kind: null,
      parent_id: null,
      active_from: null,
      active_to: null,
      size_bucket: null,
      ...told,
    },
  ])
  await upsertFacts(db, 'service_owners', [
    {
      service_id: 'shop',
      team_id: 'wood',
      owned_from: '2025-01-01T00:00:00.000Z',
      owned_to: null,
      decided_by: 'services.csv',
      ...told,
    },
  ])
  const backstage = await aBackstage([
    aGroup('boxes'),
    aComponent('shop', 'group:default/boxes'),
    aComponent('tea', 'group:default/boxes'),
  ])
  await collectBackstage(db, backstage, { believedFirst: ['files'] })
  const teams = await db.selectFrom('teams').select('name').execute()
  expect(teams).toEqual([{ name: 'As the files say' }])
  const stored = await db.selectFrom('service_owners').select(['service_id', 'team_id']).execute()
  expect(stored).toEqual([
    { service_id: 'shop', team_id: 'wood' },
    { service_id: 'tea', team_id: 'boxes' },
  ])
})
