import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { ALERTS } from '#collectors/github/alerts.ts'
import { reduceReview } from '#collectors/github/approvals.ts'
import { ruleSuiteRecord } from '#collectors/github/rule-suites.ts'
import { pickRun, runRecord } from '#collectors/github/runs.ts'
import { PropertiesPage } from '#collectors/github/teams.ts'
import { aPath } from '#test/support/collect-clones.ts'

// Answers that GitHub documents. They are not part of this repository.
const FIXTURES = '../shared/fixtures/github-rest'
const isThere = existsSync(FIXTURES)

const RUNS = {
  repositoryId: 'github.com/acme/shop',
  paths: [
    aPath({ evidence: [{ kind: 'workflow-pin', uses: 'acme/paths/.github/workflows/ship.yml' }] }),
  ],
}

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

test.skipIf(!isThere)(
  'a documented run that called the workflow of a path is an open attempt at it',
  () => {
    const { workflow_runs: runs } = read('repos.owner.repo.actions.runs.default.json') as {
      workflow_runs: object[]
    }
    const referenced_workflows = [{ path: 'acme/paths/.github/workflows/ship.yml@main' }]
    const [run] = runs.map((one) => pickRun(RUNS, { ...one, referenced_workflows }))
    const row = { native_id: 'run 30433642 1 path', started_at: '2020-01-22T19:33:08.000Z' }
    expect(runRecord.parse(run)).toMatchObject({ rows: [{ ...row, result: 'open' }] })
  },
)

test.skipIf(!isThere)('a documented approval is reduced to what was decided by what kind', () => {
  const [review] = read('repos.owner.repo.actions.runs.run_id.approvals.default.json') as unknown[]
  const nobody = new Set<string>()
  const rules = { bots: nobody, platform: nobody, environments: [] }
  expect(reduceReview(review, ['staging'], rules)).toEqual([{ state: 'approved', by: 'human' }])
  expect(reduceReview(review, ['production'], rules)).toEqual([])
})

test.skipIf(!isThere)(
  'documented alerts can be rated, and of a secret nothing is looked at',
  () => {
    const rated = ALERTS.map(({ place, severity }) => {
      const alerts = read(`repos.owner.repo.${place.replaceAll('/', '.')}.default.json`)
      return z.array(severity).parse(alerts)
    })
    expect(rated).toEqual([['high', 'medium'], ['error', 'error'], [null]])
  },
)

test.skipIf(!isThere)('documented values of custom properties can be read', () => {
  const page = PropertiesPage.parse(read('orgs.org.properties.values.default.json'))
  expect(page[0]?.properties).toContainEqual({ property_name: 'team', value: 'octocat' })
})
