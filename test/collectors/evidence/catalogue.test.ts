import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  type CatalogueFile,
  catalogueReader,
  chooseDescription,
} from '#collectors/evidence/catalogue.ts'

const read = (file: CatalogueFile, text: string) => {
  const reader = catalogueReader(file)
  if (reader === null) throw new TypeError(`${file} is a catalogue file`)
  return reader.read(text)
}
const componentOf = (file: CatalogueFile, text: string) => read(file, text).component

const NOTHING = { name: null, owners: [], type: null, lifecycle: null, system: null, tier: null }

const aBackstageFile = (owner: string) => `
kind: System
metadata: { name: shop }
---
kind: Component
metadata:
  name: basket
  annotations: { example.com/version: 2 }
spec: { owner: ${owner}, type: http, lifecycle: production, system: shop }
`

test('the first component of a Backstage file names the owner', () => {
  expect(read('catalog-info.yaml', aBackstageFile('team-a'))).toEqual({
    component: {
      name: 'basket',
      owners: ['team-a'],
      type: 'http',
      lifecycle: 'production',
      system: 'shop',
      tier: null,
    },
    annotations: { 'example.com/version': '2' },
  })
})

test('an owner is a team however it is written, and the name of a person is not kept', () => {
  const ownersOf = (owner: string) =>
    componentOf('catalog-info.yaml', aBackstageFile(owner))?.owners
  expect(ownersOf('group:default/team-a')).toEqual(['team-a'])
  expect(ownersOf('group:Team-A')).toEqual(['team-a'])
  expect(ownersOf('default/team-a')).toEqual(['team-a'])
  expect(ownersOf('user:default/jane')).toEqual([])
})

test('a file that multiplies itself by aliases is refused', () => {
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]']
  for (const [index, name] of [...'bcdefghij'].entries()) {
    const former = 'abcdefghij'[index]
    bomb.push(`${name}: &${name} [${Array(9).fill(`*${former}`).join(', ')}]`)
  }
  const text = `kind: X\nmetadata: {}\n${bomb.join('\n')}`
  expect(() => read('catalog-info.yaml', text)).toThrow()
})

test('an OpsLevel file describes a component, a service, or only who owns the repository', () => {
  const basket = { ...NOTHING, name: 'Basket', owners: ['order_team'], tier: 'tier_1' }
  const described = '{ name: Basket, owner: order_team, tier: tier_1 }'
  expect(componentOf('opslevel.yml', `version: 1\nservice: ${described}`)).toEqual(basket)
  expect(componentOf('opslevel.yml', `version: 1\ncomponent: ${described}`)).toEqual(basket)
  expect(componentOf('opslevel.yml', 'version: 1\nrepository: { owner: Order Team }')).toEqual({
    ...NOTHING,
    owners: ['order-team'],
  })
  expect(componentOf('opslevel.yml', 'version: 1')).toBeNull()
})

test('a Cortex file names groups as owners, and keeps no person', () => {
  const text = `
openapi: 3.0.1
info:
  title: Basket
  x-cortex-tag: basket
  x-cortex-type: service
  x-cortex-owners:
    - { type: GROUP, name: Team A, provider: OKTA }
    - { type: email, email: jane@example.com }
    - { type: group, name: team-b }
`
  expect(componentOf('cortex.yaml', text)).toEqual({
    ...NOTHING,
    name: 'basket',
    type: 'service',
    owners: ['team-a', 'team-b'],
  })
  expect(componentOf('cortex.yaml', 'info: { x-cortex-tag: a, x-cortex-type: team }')).toBeNull()
})

test('a Datadog file of every version of its schema names the team', () => {
  const basket = { ...NOTHING, name: 'basket', owners: ['team-a'], tier: '1', system: 'shop' }
  const v1 =
    'schema-version: v1\ninfo: { dd-service: basket, service-tier: 1 }\norg: { owner: Team A, application: shop }'
  expect(componentOf('service.datadog.yaml', v1)).toEqual(basket)
  const v2 = 'schema-version: v2\ndd-service: basket\ndd-team: team-a'
  expect(componentOf('service.datadog.yaml', v2)).toEqual({ ...basket, tier: null, system: null })
  const v22 =
    'schema-version: v2.2\ndd-service: basket\nteam: team-a\napplication: shop\ntier: "1"\ntype: web\nlifecycle: production'
  expect(componentOf('service.datadog.yaml', v22)).toEqual({
    ...basket,
    type: 'web',
    lifecycle: 'production',
  })
  const v3 = `
apiVersion: v3
kind: system
metadata: { name: shop, owner: somebody-else }
---
apiVersion: v3
kind: service
metadata: { name: basket, owner: team-a, additionalOwners: [{ name: sre, type: operator }] }
spec: { tier: "1", type: web, componentOf: ["system:shop"] }
`
  expect(componentOf('entity.datadog.yaml', v3)).toEqual({ ...basket, type: 'web' })
})

test('a service that Datadog only gives additional owners has all of them', () => {
  const text =
    'apiVersion: v3\nkind: service\nmetadata: { name: basket, additionalOwners: [{ name: a }, { name: b }] }'
  expect(componentOf('entity.datadog.yaml', text)?.owners).toEqual(['a', 'b'])
})

test.each<[CatalogueFile, string]>([
  ['opslevel.yml', 'service: [1]'],
  ['cortex.yaml', 'openapi: 3.0.1'],
  ['service.datadog.yaml', 'team: a'],
  ['entity.datadog.yaml', 'apiVersion: v3\nkind: service'],
  ['catalog-info.yaml', 'kind: ['],
])('a %s of another shape is refused', (file, text) => {
  expect(() => read(file, text)).toThrow()
})

test('the first file that names exactly one team is believed, else the first', () => {
  const description = (file: CatalogueFile, ...owners: string[]) => ({
    file,
    component: { ...NOTHING, owners },
  })
  const person = description('catalog-info.yaml')
  const two = description('cortex.yaml', 'a', 'b')
  const one = description('service.datadog.yaml', 'c')
  expect(chooseDescription([person, two, one])).toBe(one)
  expect(chooseDescription([person, two])).toBe(person)
  expect(chooseDescription([])).toBeNull()
})

// Catalogue files of Backstage's own. They are not part of this repository.
const FIXTURES = '../shared/fixtures/backstage'

test.skipIf(!existsSync(FIXTURES))('real Backstage files can be read', () => {
  const ofFile = (name: string) => {
    const { name: called, owners } =
      componentOf('catalog-info.yaml', readFileSync(join(FIXTURES, name), 'utf8')) ?? NOTHING
    return [called, owners]
  }
  expect(ofFile('artist-lookup-component.yaml')).toEqual(['artist-lookup', ['team-a']])
  expect(ofFile('scaffolded-component.yaml')).toEqual(['artist-lookup', ['team-a']])
  // It names an owner that is nowhere described.
  expect(ofFile('backstage-own-catalog-info.yaml')).toEqual(['backstage-existing', ['cncf']])
  expect(ofFile('org.yaml')).toEqual([null, []])
  expect(ofFile('team-a-group.yaml')).toEqual([null, []])
})
