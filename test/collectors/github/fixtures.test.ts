import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ruleSuiteRecord } from '#collectors/github/rule-suites.ts'
import { PropertiesPage } from '#collectors/github/teams.ts'

// Answers that GitHub documents. They are not part of this repository.
const FIXTURES = '../shared/fixtures/github-rest'
const isThere = existsSync(FIXTURES)

const read = (name: string): unknown => JSON.parse(readFileSync(join(FIXTURES, name), 'utf8'))

test.skipIf(!isThere)(
  'documented rule suites are a bypass, and a warning of a rule on trial',
  () => {
    const suites = read('orgs.org.rulesets.rule-suites.default.json') as object[]
    const rows = suites.map((suite) => ruleSuiteRecord.parse({ ...suite, subject: 'a' }).row)
    expect(rows.map(({ result, produced_at: at }) => [result, at])).toEqual([
      ['bypass', '2023-07-06T08:43:03.000Z'],
      ['warn', '2023-07-07T08:43:03.000Z'],
    ])
  },
)

test.skipIf(!isThere)('documented values of custom properties can be read', () => {
  const page = PropertiesPage.parse(read('orgs.org.properties.values.default.json'))
  expect(page[0]?.properties).toContainEqual({ property_name: 'team', value: 'octocat' })
})
