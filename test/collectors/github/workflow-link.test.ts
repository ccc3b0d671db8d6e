import { expect, test } from 'vitest'
import { wantsWorkflows } from '#collectors/github/workflow-link.ts'
import { aPath } from '#test/support/collect-clones.ts'
import { testDatabase } from '#test/support/database.ts'
import { aGitHub, collectGitHub } from '#test/support/github/collect.ts'
import {
  aDeployment,
  aRepository,
  aRun,
  aWorld,
  type StoredRun,
  toSha,
} from '#test/support/github/store.ts'

const at = (day: number) => `2026-05-${String(day).padStart(2, '0')}T00:00:00Z`

const workflow = (...components: string[]) =>
  `jobs:\n${components.map((one, index) => `  j${index}:\n    uses: ${one}@v1\n`).join('')}`

const DEPLOY = aPath(
  {
    work: 'deployments',
    evidence: [{ kind: 'workflow-pin', uses: 'acme/deploy' }],
    offPath: [{ kind: 'workflow-file', glob: '.github/workflows/*manual*.yml' }],
  },
  'deploy',
)
const CANARY = aPath(
  { work: 'deployments', evidence: [{ kind: 'workflow-pin', uses: 'acme/canary' }] },
  'canary',
)
const REVIEW = aPath({ evidence: [{ kind: 'workflow-pin', uses: 'acme/review' }] }, 'review')

const FILES = {
  '.github/workflows/ship.yml': workflow('acme/deploy', 'acme/review'),
  '.github/workflows/both.yml': workflow('acme/deploy', 'acme/canary'),
  '.github/workflows/review.yml': workflow('acme/review'),
  '.github/workflows/manual.yml': 'on: push',
}

const SHA = toSha('deployed')

const aRunOf = (path: string) =>
  aRun(7, at(20), { path: `.github/workflows/${path}`, headSha: SHA })

interface Case {
  readonly run?: StoredRun
  readonly logUrl?: string
  readonly createdAt?: string
  /** Applied to every answer. */
  readonly change?: (answer: unknown) => unknown
}

/** How the one deployment of a repository was done. */
async function linkOf(
  { run, logUrl = 'https://github.com/acme/shop/actions/runs/7', createdAt = at(20), change }: Case,
  paths = [DEPLOY, CANARY, REVIEW],
) {
  const deployment = aDeployment(createdAt, {
    commitOid: SHA,
    statuses: [{ state: 'SUCCESS', createdAt, logUrl }],
  })
  const repository = aRepository('shop', {
    commits: [{ oid: toSha('first'), committedDate: at(10), files: FILES }],
    deployments: [deployment],
    runs: run === undefined ? [] : [run],
  })
  const github = await aGitHub(aWorld({ repositories: [repository] }))
  if (change) github.faults.push(...Array.from({ length: 50 }, () => ({ change })))
  const db = await testDatabase()
  const outcome = await collectGitHub(db, github, { paths })
  expect(outcome).toMatchObject({ status: 'ok', error: null })
  return db.selectFrom('deployments').select(['path_id', 'mechanism']).executeTakeFirstOrThrow()
}

const NOTHING = { path_id: null, mechanism: null }

test.each([
  ['referred to the path', 'ship.yml', { path_id: 'deploy', mechanism: 'path' }],
  ['is a detour of the path', 'manual.yml', { path_id: 'deploy', mechanism: 'parallel_pipeline' }],
  ['referred to two paths', 'both.yml', NOTHING],
  ['referred to a path that carries no deployments', 'review.yml', NOTHING],
  ['nobody knows', 'other.yml', NOTHING],
])('a deployment by a workflow that %s is told so', async (_, file, link) => {
  expect(await linkOf({ run: aRunOf(file) })).toEqual(link)
})

test.each<[string, Case]>([
  ['no address of a run', { run: aRunOf('ship.yml'), logUrl: 'https://ci.example/7' }],
  ['the address of another run', { run: { ...aRunOf('ship.yml'), id: 8 } }],
  ['a run that is not on its commit', { run: { ...aRunOf('ship.yml'), headSha: toSha('other') } }],
  ['a time before the file referred to the path', { run: aRunOf('ship.yml'), createdAt: at(5) }],
])('nothing is told of a deployment with %s', async (_, one) => {
  expect(await linkOf(one)).toEqual(NOTHING)
})

test('runs are asked for only where a path carries deployments that workflows prove', () => {
  const byFile = aPath({ work: 'deployments', evidence: [{ kind: 'file-present', path: 'a' }] })
  expect(wantsWorkflows([REVIEW, byFile])).toBe(false)
  expect(wantsWorkflows([REVIEW, DEPLOY])).toBe(true)
})

test('a sign-in that may not see checks still reads the deployments', async () => {
  const hide = (answer: unknown) => {
    const { repository } = (answer as Answer).data ?? {}
    const nodes = (repository?.list?.nodes ?? []).filter((node) => 'commit' in node)
    for (const node of nodes) node.commit = { checkSuites: null }
    const errors = nodes.map((_, index) => ({
      type: 'FORBIDDEN',
      path: ['repository', 'list', 'nodes', index, 'commit', 'checkSuites'],
      message: 'Resource not accessible by personal access token',
    }))
    return errors.length === 0 ? answer : { ...(answer as object), errors }
  }
  expect(await linkOf({ run: aRunOf('ship.yml'), change: hide })).toEqual(NOTHING)
})

interface Answer {
  readonly data?: {
    readonly repository?: { readonly list?: { readonly nodes?: { commit?: unknown }[] } }
  }
}
