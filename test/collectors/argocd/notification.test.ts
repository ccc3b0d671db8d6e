import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Application, reduceApplication, toDeployments } from '#collectors/argocd/application.ts'
import { argoCdNotification } from '#collectors/argocd/notification.ts'
import { anApplication, anEntry } from '#test/support/argocd/applications.ts'

const RULES = { labels: {}, bots: new Set<string>(), address: null }

test('a notification tells what a reading of its application tells', () => {
  const app = anApplication('shop-prod', [
    anEntry(0, 'a', '2026-06-01T01:00:00Z'),
    anEntry(1, 'b', '2026-06-01T02:00:00Z'),
  ])
  expect(argoCdNotification(RULES).parse({ app })).toEqual({
    fact: toDeployments(Application.parse(reduceApplication(app, RULES)), RULES),
  })
})

test('a notification without a deployment is ignored with the reason', () => {
  // What a template makes of parts that are not there yet.
  const app = { ...anApplication('shop-prod'), status: { history: null, operationState: null } }
  expect(argoCdNotification(RULES).parse({ app })).toEqual({
    ignored: 'shop-prod deployed nothing yet',
  })
})

test('a notification of another template is refused with the place', () => {
  const { error } = argoCdNotification(RULES).safeParse({ text: 'shop-prod is deployed' })
  expect(error?.issues[0]?.path).toEqual(['app'])
})

// A real application, shortened. It is not part of this repository.
const FIXTURE = '../shared/fixtures/argocd/application.json'

test.skipIf(!existsSync(FIXTURE))(
  'a real application has five deployments and one sync again',
  () => {
    const app: unknown = JSON.parse(readFileSync(FIXTURE, 'utf8'))
    const told = toDeployments(Application.parse(reduceApplication(app, RULES)), RULES)
    expect(
      told.map(({ row }) => [
        row.native_id,
        row.version?.slice(0, 7),
        row.started_at,
        row.finished_at,
        row.initiator_kind,
        row.kind,
      ]),
    ).toEqual([
      [
        'argocd/shop-prod/0',
        'e2be347',
        '2024-05-25T19:13:58.000Z',
        '2024-05-25T19:13:59.000Z',
        'bot',
        null,
      ],
      [
        'argocd/shop-prod/1',
        'db195fe',
        '2024-05-31T17:52:45.000Z',
        '2024-05-31T17:52:48.000Z',
        'human',
        null,
      ],
      [
        'argocd/shop-prod/2',
        '995737f',
        '2024-05-31T17:56:46.000Z',
        '2024-05-31T17:56:46.000Z',
        'bot',
        null,
      ],
      [
        'argocd/shop-prod/3',
        'cfc9e32',
        '2024-05-31T18:22:49.000Z',
        '2024-05-31T18:22:51.000Z',
        'bot',
        null,
      ],
      [
        'argocd/shop-prod/5',
        'b9526b6',
        '2024-05-31T18:38:01.000Z',
        '2024-05-31T18:38:02.000Z',
        'bot',
        null,
      ],
    ])
    expect(told[0]?.commits[0]?.repository).toBe('github.com/acme/infra-helm-charts')
    expect(told[0]?.place).toMatchObject({ name: 'shop-prod', around: ['shop-prod'] })
  },
)
