import { parse } from 'graphql'
import { expect, test } from 'vitest'
import { ENVIRONMENTS } from '#collectors/github/approvals.ts'
import { BRANCH_RULES } from '#collectors/github/branch-rules.ts'
import {
  DEPLOYMENT_STATES,
  DEPLOYMENT_STATUSES,
  deploymentsByIdQuery,
  deploymentsQuery,
} from '#collectors/github/deployments.ts'
import { contentsQuery, FILE_HISTORY, TAGS, watchQuery } from '#collectors/github/file-history.ts'
import { ISSUE_COMMENTS, ISSUE_IDS, ISSUES } from '#collectors/github/issues.ts'
import { OWNER_FILES } from '#collectors/github/owner-files.ts'
import { PULL_REQUESTS } from '#collectors/github/pull-requests.ts'
import { repositoriesQuery } from '#collectors/github/repositories.ts'
import { TEAM_REPOSITORIES, TEAMS } from '#collectors/github/teams.ts'
import { costOf } from '#test/support/github/cost.ts'

// The examples of https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
test('the calculator agrees with the examples of the documentation', () => {
  const nodes = (query: string) => costOf(parse(query), {}).nodes
  expect(
    nodes(
      '{ viewer { repositories(first: 50) { edges { node { issues(first: 10) { totalCount } } } } } }',
    ),
  ).toBe(550)
  expect(
    nodes(`{ viewer {
      repositories(first: 50) { edges { node {
        pullRequests(first: 20) { edges { node { comments(first: 10) { totalCount } } } }
        issues(first: 20) { edges { node { comments(first: 10) { totalCount } } } }
      } } }
      followers(first: 10) { totalCount }
    } }`),
  ).toBe(22_060)
  const labels = `{ viewer { repositories(first: 100) { edges { node {
    issues(first: 50) { edges { node { labels(first: 60) { totalCount } } } } } } } } }`
  expect(costOf(parse(labels), {}).points).toBe(51)
})

const HUNDRED_IDS = Array.from({ length: 100 }, (_, index) => `id ${index}`)

// What a query costs at the size of page that it begins with.
test.each([
  [
    'repositories',
    repositoriesQuery(['pullRequests', 'issues', 'deployments']),
    { pageSize: 100 },
    { nodes: 400, points: 3 },
  ],
  ['teams', TEAMS, { pageSize: 20 }, { nodes: 2020, points: 1 }],
  ['team repositories', TEAM_REPOSITORIES, { pageSize: 100 }, { nodes: 100, points: 1 }],
  ['owner files', OWNER_FILES, {}, { nodes: 8, points: 1 }],
  ['watched files', watchQuery(10), {}, { nodes: 10, points: 1 }],
  ['file history', FILE_HISTORY, { pageSize: 50 }, { nodes: 50, points: 1 }],
  ['contents', contentsQuery(40), {}, { nodes: 0, points: 1 }],
  ['tags', TAGS, { pageSize: 100 }, { nodes: 100, points: 1 }],
  ['pull requests', PULL_REQUESTS, { pageSize: 50 }, { nodes: 650, points: 2 }],
  ['deployments', deploymentsQuery(false), { pageSize: 50 }, { nodes: 1050, points: 1 }],
  ['deployments with runs', deploymentsQuery(true), { pageSize: 50 }, { nodes: 2050, points: 1 }],
  [
    'deployments by id',
    deploymentsByIdQuery(false),
    { ids: HUNDRED_IDS },
    { nodes: 2000, points: 1 },
  ],
  [
    'deployments by id with runs',
    deploymentsByIdQuery(true),
    { ids: HUNDRED_IDS },
    { nodes: 4000, points: 2 },
  ],
  ['deployment states', DEPLOYMENT_STATES, { ids: HUNDRED_IDS }, { nodes: 0, points: 1 }],
  ['branch rules', BRANCH_RULES, {}, { nodes: 100, points: 1 }],
  ['environments', ENVIRONMENTS, {}, { nodes: 1100, points: 1 }],
  ['statuses', DEPLOYMENT_STATUSES, {}, { nodes: 100, points: 1 }],
  ['issues', ISSUES, { pageSize: 50 }, { nodes: 1650, points: 2 }],
  ['issue ids', ISSUE_IDS, { pageSize: 100 }, { nodes: 2100, points: 1 }],
  ['comments', ISSUE_COMMENTS, {}, { nodes: 100, points: 1 }],
])('a page of %s costs what it may', (_, query, variables, cost) => {
  expect(costOf(parse(query), variables)).toEqual(cost)
})
