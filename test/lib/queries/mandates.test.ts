import { expect, test } from 'vitest'
import { listMandates } from '#lib/queries/mandates.ts'
import { addMandate, day } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'

test('mandates of a path are listed as they were announced, with whom they cover', async () => {
  const db = await testDatabase()
  await addMandate(db, {
    native_id: 'M-1',
    announced_at: day('2026-02-01'),
    effective_at: day('2026-06-01'),
    team_scope: '["payments","search"]',
  })
  await addMandate(db, {
    native_id: 'M-2',
    announced_at: day('2025-09-01'),
    ended_at: day('2026-01-01'),
    kind: 'outcome',
  })
  await addMandate(db, {
    native_id: 'M-3',
    announced_at: day('2025-01-01'),
    path_id: 'batch',
  })
  expect(await listMandates(db, 'http-service')).toEqual([
    {
      id: 'M-2',
      kind: 'outcome',
      announcedAt: new Date(day('2025-09-01')),
      effectiveAt: new Date(day('2025-09-01')),
      endedAt: new Date(day('2026-01-01')),
      scope: 'all',
    },
    {
      id: 'M-1',
      kind: 'interface',
      announcedAt: new Date(day('2026-02-01')),
      effectiveAt: new Date(day('2026-06-01')),
      endedAt: null,
      scope: ['payments', 'search'],
    },
  ])
})

test('a path without mandates has none', async () => {
  expect(await listMandates(await testDatabase(), 'http-service')).toEqual([])
})
