import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DEFAULT_RULES, RequestRules, readRequest } from '#lib/environment-request.ts'
import { toLine } from '#lib/yaml-faults.ts'

const REQUEST = `apiVersion: platform.kubedojo.io/v1
kind: EnvironmentRequest
metadata:
  name: payments-staging
spec:
  owner: payments
  purpose: integration-test
  lifetime: 14d
  region: eu-central-1
  dataClassification: internal
  services:
    - name: payments-api
      replicas: 2
`

/** Each fault of the request with one line changed, as it is printed. */
function listFaults(from: string, to: string, rules: object = {}): string[] {
  expect(REQUEST).toContain(from)
  const reading = readRequest(REQUEST.replace(from, to), RequestRules.parse(rules))
  return 'faults' in reading ? reading.faults.map((fault) => toLine('r.yaml', fault)) : []
}

test('a request without faults is read', () => {
  expect(readRequest(REQUEST, DEFAULT_RULES)).toMatchObject({
    value: {
      name: 'payments-staging',
      namespace: null,
      team: null,
      owner: 'payments',
      lifetimeMs: 14 * 24 * 60 * 60 * 1000,
    },
  })
})

test('an owner is the team that asks where the rules list the teams, else who knows', () => {
  const asksFor = (rules: object, text = REQUEST) => readRequest(text, RequestRules.parse(rules))
  const listed = { allowed: { team: ['payments'] } }
  expect(asksFor(listed)).toMatchObject({ value: { team: 'payments', owner: null } })
  expect(asksFor({ fields: { team: 'spec.owner' } })).toMatchObject({
    value: { team: null, owner: 'payments' },
  })
  expect(asksFor({}, REQUEST.replace('owner:', 'team:'))).toMatchObject({
    value: { team: 'payments', owner: null },
  })
  expect(listFaults('owner: payments', 'owner: jane.doe', listed)).toHaveLength(1)
})

test.each([
  [
    'apiVersion: platform.kubedojo.io/v1',
    'apiVersion: one',
    'r.yaml:1:13: apiVersion: expected a group and version such as platform.acme.com/v1, not "one"',
  ],
  [
    'kind: EnvironmentRequest',
    'kind: Request',
    'r.yaml:2:7: kind: expected EnvironmentRequest, not "Request"',
  ],
  [
    '  name: payments-staging',
    '  name: Payments',
    'r.yaml:4:9: metadata.name: expected small letters, digits, dots and dashes, not "Payments"',
  ],
  [
    '  name: payments-staging',
    '  names: x',
    'r.yaml:4:3: metadata.name: is missing: expected a text',
  ],
  [
    '  owner: payments\n',
    '',
    'r.yaml:6:3: spec.team: is missing: expected the id of a team, also as spec.owner',
  ],
  [
    '  owner: payments\n',
    '  ownr: payments\n',
    'r.yaml:6:3: spec.team: is missing: expected the id of a team, also as spec.owner; does ownr mean owner?',
  ],
  [
    'owner: payments',
    'owner: Ada Lovelace',
    'r.yaml:6:10: spec.owner: expected the id of a team, not "Ada Lovelace"',
  ],
  [
    'owner: payments',
    'owner: [a]',
    'r.yaml:6:10: spec.owner: expected the id of a team, not ["a"]',
  ],
  [
    'purpose: integration-test',
    'purpose: ""',
    'r.yaml:7:12: spec.purpose: expected a word for what it is for, not ""',
  ],
  [
    'lifetime: 14d',
    'lifetime: 14',
    'r.yaml:8:13: spec.lifetime: expected a lifetime such as 14d, 72h, 30m or P14D, not 14',
  ],
  [
    'lifetime: 14d',
    'lifetime: 0d',
    'r.yaml:8:13: spec.lifetime: expected a lifetime such as 14d, 72h, 30m or P14D, not "0d"',
  ],
  [
    '      replicas: 2',
    '      replicas: -1',
    'r.yaml:13:17: spec.services.0.replicas: expected at least 0, not -1',
  ],
  [
    '      replicas: 2',
    '      port: 99999',
    'r.yaml:13:13: spec.services.0.port: expected at most 65535, not 99999',
  ],
])('%j as %j is a fault with its place', (from, to, fault) => {
  expect(listFaults(from, to)).toEqual([fault])
})

test('an organisation says which values it allows, what it needs and where that stands', () => {
  const region = { allowed: { region: ['eu-west-1', 'eu-north-1'] } }
  expect(listFaults('region: eu-central-1', 'region: mars', region)).toEqual([
    'r.yaml:9:11: spec.region: expected eu-west-1, eu-north-1, not "mars"',
  ])
  const needs = { required: ['region'], fields: { region: 'spec.where.region' } }
  expect(listFaults('  region: eu-central-1\n', '', needs)).toEqual([
    'r.yaml:6:3: spec.where.region: is missing: expected a region',
  ])
})

test('every fault is told at once, and broken YAML with its place', () => {
  expect(
    listFaults('  owner: payments\n  purpose: integration-test\n  lifetime: 14d\n', ''),
  ).toHaveLength(3)
  expect(listFaults('owner: payments', 'owner: [payments')[0]).toMatch(/^r\.yaml:\d+:\d+: /)
  const nothing = readRequest('', DEFAULT_RULES)
  expect('faults' in nothing && nothing.faults.map(({ path }) => path)).toEqual([
    'apiVersion',
    'kind',
    'metadata',
    'spec',
    'spec.team',
    'spec.purpose',
    'spec.lifetime',
  ])
})

test.each([
  ['30m', 30],
  ['72h', 72 * 60],
  ['2w', 14 * 24 * 60],
  ['P1DT2H', 26 * 60],
  ['PT45M', 45],
])('a lifetime of %s is %d minutes', (lifetime, minutes) => {
  const reading = readRequest(REQUEST.replace('14d', lifetime), DEFAULT_RULES)
  expect(reading).toMatchObject({ value: { lifetimeMs: minutes * 60_000 } })
})

// Request files of three organisations. They are not part of this repository.
const FIXTURES = '../shared/fixtures/environment-requests'
const isThere = existsSync(FIXTURES)

test.skipIf(!isThere).each([
  ['payments-staging.yaml', { team: null, owner: 'payments-team' }, 14 * 24],
  ['commerce-staging.yaml', { team: 'commerce', owner: null }, 72],
  // Its owner is a person, and is not read.
  ['demo-profile.yaml', { team: 'payments', owner: null }, 8],
])('%s is a request of %j for %d hours', (file, asks, hours) => {
  const reading = readRequest(readFileSync(join(FIXTURES, file), 'utf8'), DEFAULT_RULES)
  expect(reading).toMatchObject({ value: { ...asks, lifetimeMs: hours * 3_600_000 } })
})
