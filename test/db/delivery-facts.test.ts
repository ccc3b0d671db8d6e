import { expect, test } from 'vitest'
import { listDelivery } from '#db/delivery-facts.ts'
import { upsertFacts } from '#db/facts.ts'
import { addService, addTeam, day } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'

const aChange = (native_id: string, repository_id: string, service_id: string | null) => ({
  source_id: 'made',
  native_id,
  observed_at: day('2026-01-01'),
  repository_id,
  service_id,
  number: null,
  first_commit_at: null,
  opened_at: null,
  ready_at: null,
  first_review_at: null,
  approved_at: null,
  merged_at: day('2026-01-01'),
  merge_sha: null,
  size_lines: null,
  author_kind: 'human' as const,
  reverts: null,
})

test('a change is of the services of its repository; of the one that it names where it has none', async () => {
  const db = await testDatabase()
  await addTeam(db, 'payments')
  await addService(db, 'shop', { team: 'payments' })
  await addService(db, 'mail', { team: 'payments' })
  await upsertFacts(db, 'changes', [
    aChange('own', 'local/shop', 'shop'),
    aChange('of the repository', 'local/mail', 'shop'),
    aChange('of the service', 'local/nobody', 'shop'),
    aChange('of nobody', 'local/nobody', null),
  ])
  const changesOf = async (id: string) => {
    const { changes } = await listDelivery(db, { services: [id], repositories: [`local/${id}`] })
    return changes.map(({ native_id }) => native_id).toSorted()
  }
  expect(await changesOf('shop')).toEqual(['of the service', 'own'])
  expect(await changesOf('mail')).toEqual(['of the repository'])
})
