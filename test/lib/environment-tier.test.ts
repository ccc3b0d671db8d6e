import { expect, test } from 'vitest'
import { TIER_RULES, tierOf } from '#lib/environment-tier.ts'

test.each([
  ['production', 'production'],
  ['Prod', 'production'],
  ['prod/eu-west', 'production'],
  ['eu-prod', 'production'],
  ['aws-prod-1', 'production'],
  ['live', 'production'],
  ['preprod', 'staging'],
  ['pre-production', 'staging'],
  ['shop-pre-prod', 'staging'],
  ['nonprod', 'staging'],
  ['staging', 'staging'],
  ['app-uat', 'staging'],
  ['qa2', 'test'],
  ['prod-test', 'test'],
  ['dev', 'development'],
  ['github-pages', null],
  ['Preview – shop', null],
])('%s is of the tier %s', (environment, tier) => {
  expect(tierOf(environment, TIER_RULES)).toEqual({ tier })
})

test.each(['reproduction', 'delivery', 'product-data', 'internal', 'moon'])(
  '%s is not mapped',
  (environment) => {
    expect(tierOf(environment, TIER_RULES)).toBe('unmapped')
  },
)

test('the first rule that matches decides', () => {
  const rules = [
    { match: 'prod-canary', tier: 'staging' },
    { match: 'prod*', tier: 'production' },
  ]
  expect(tierOf('prod-canary', rules)).toEqual({ tier: 'staging' })
})
