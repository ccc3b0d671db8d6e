import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { testDatabase } from '#test/support/database.ts'
import { aGitHub, collectGitHub } from '#test/support/github/collect.ts'
import { aPullRequest, aRepository, aWorld } from '#test/support/github/store.ts'

const MANY = Array.from({ length: 60 }, (_, index) =>
  aPullRequest(index + 1, new Date(Date.UTC(2026, 4, 1, index)).toISOString()),
)

const aBusyGitHub = () =>
  aGitHub(aWorld({ repositories: [aRepository('shop', { pullRequests: MANY })] }))

test('an app signs in with its key, and reads with the token that it gets', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
  const github = await aBusyGitHub()
  const outcome = await collectGitHub(await testDatabase(), github, {
    auth: () => ({ appId: 1, installationId: 2, privateKey: pem }),
  })
  expect(outcome).toMatchObject({ status: 'ok', error: null })
  const [first, ...others] = github.requests
  expect(first?.url.pathname).toBe('/api/v3/app/installations/2/access_tokens')
  expect(others.every(({ authorization }) => authorization.endsWith(github.token))).toBe(true)
})

/** A part of an answer, and why the rest is missing. */
const inPart = (error: object) => ({
  status: 200,
  body: { data: { repository: null }, errors: [{ message: 'Too much.', ...error }] },
})

test.each([
  ['does not answer', { status: 504 }],
  ['gives a part for want of time', inPart({})],
  ['gives a part since it is too much', inPart({ type: 'RESOURCE_LIMITS_EXCEEDED' })],
])('when GitHub %s the page is halved, and grows again', async (_, fault) => {
  const github = await aBusyGitHub()
  const sizes: unknown[] = []
  // Repositories, teams, then the first page of pull requests.
  github.faults.push(null, null, { status: 502 }, fault)
  github.sawVariables = (variables) => sizes.push(variables['pageSize'])
  const db = await testDatabase()
  const outcome = await collectGitHub(db, github)
  expect(outcome).toMatchObject({ status: 'ok', error: null })
  // 50 and 25 failed; 12 went well, then a quarter more each time.
  expect(sizes.slice(2, 6)).toEqual([12, 15, 19, 24])
  expect(await db.selectFrom('changes').selectAll().execute()).toHaveLength(60)
})

test('a tenth of the points is left to others, and the next run goes on', async () => {
  const github = await aBusyGitHub()
  // The list costs 2 points; after it 499 of 5,000 are left.
  github.remaining = 501
  const db = await testDatabase()
  const outcome = await collectGitHub(db, github)
  expect(outcome).toMatchObject({
    status: 'failed',
    error: 'gh: only the reserve of the rate limit is left; waiting until 2026-06-01T13:00:00.000Z',
  })
  expect(github.counts.requests).toBe(1)
  github.remaining = null
  expect(await collectGitHub(db, github)).toMatchObject({ status: 'ok' })
})

test('a limit that is used up for long ends the run, which says until when', async () => {
  const github = await aBusyGitHub()
  github.faults.push({ status: 403, headers: { 'retry-after': '1800' } })
  const { status, error } = await collectGitHub(await testDatabase(), github)
  expect(status).toBe('failed')
  expect(error).toMatch(/asked too often; not again before 2026-06-01T12:30:00\.000Z$/)
})

test('no message holds the token', async () => {
  const github = await aBusyGitHub()
  const echo = { message: `bad token ${github.token}` }
  github.faults.push({ status: 401, body: echo })
  const { error } = await collectGitHub(await testDatabase(), github)
  expect(error).toBe('gh: GitHub refuses the sign-in: bad token [secret]')
})
