import { expect, test } from 'vitest'
import { listCoveredScopes } from '#lib/queries/coverage.ts'
import { cover, day } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'

const period = (from: string, to: string) => ({ from: new Date(day(from)), to: new Date(day(to)) })

test('what was read is listed by source and scope, with the gaps between its intervals', async () => {
  const db = await testDatabase()
  await cover(db, 'entity:tickets', { from: '2026-02-01', to: '2026-02-03', sourceId: 'desk' })
  await cover(db, 'repository:b', { from: '2026-01-01', to: '2026-03-01' })
  await cover(db, 'repository:a', { from: '2026-02-01', to: '2026-03-01' })
  await cover(db, 'repository:a', { from: '2025-12-01', to: '2026-01-01' })
  await cover(db, 'repository:a', { from: '2025-11-01', to: '2025-12-01', sourceId: 'attic' })

  expect(await listCoveredScopes(db)).toEqual([
    { sourceId: 'attic', scope: 'repository:a', intervals: [period('2025-11-01', '2025-12-01')] },
    {
      sourceId: 'clones',
      scope: 'repository:a',
      intervals: [period('2025-12-01', '2026-01-01'), period('2026-02-01', '2026-03-01')],
    },
    { sourceId: 'clones', scope: 'repository:b', intervals: [period('2026-01-01', '2026-03-01')] },
    { sourceId: 'desk', scope: 'entity:tickets', intervals: [period('2026-02-01', '2026-02-03')] },
  ])
})

test('where nothing was read there are no scopes', async () => {
  expect(await listCoveredScopes(await testDatabase())).toEqual([])
})
