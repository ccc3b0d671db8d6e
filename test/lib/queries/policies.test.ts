import { expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import { upsertFacts } from '#db/facts.ts'
import { listPolicies } from '#lib/queries/policies.ts'
import { day } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'

const FACT = { source_id: 'files', observed_at: day('2026-03-02') }

const addEvidence = (db: Database, subject: string, on: string, result: 'pass' | 'fail') =>
  upsertFacts(db, 'policy_evidence', [
    {
      ...FACT,
      native_id: `${subject}/${on}`,
      subject_type: 'service',
      subject_id: subject,
      requirement_id: 'P-1',
      result,
      severity: null,
      produced_at: day(on),
      ingested_at: null,
      collector_kind: null,
      verified: null,
      waiver_id: null,
      url: null,
    },
  ])

test('a subject counts with its newest result at the moment, and only while the policy is in force', async () => {
  const db = await testDatabase()
  await upsertFacts(db, 'policy_requirements', [
    {
      ...FACT,
      native_id: 'P-1',
      name: 'Signed images',
      path_id: null,
      workload_class: null,
      data_classification: null,
      required_from: day('2026-01-01'),
      required_to: day('2026-06-01'),
    },
  ])
  await addEvidence(db, 'basket-api', '2026-01-10', 'fail')
  await addEvidence(db, 'basket-api', '2026-02-10', 'pass')
  await addEvidence(db, 'checkout-api', '2026-01-10', 'pass')
  const at = async (date: string) =>
    (await listPolicies(db, new Date(day(date)))).map(({ name, results }) => [name, results])
  expect(await at('2026-01-15')).toEqual([['Signed images', { fail: 1, pass: 1 }]])
  expect(await at('2026-03-01')).toEqual([['Signed images', { pass: 2 }]])
  expect([await at('2025-12-31'), await at('2026-06-01')]).toEqual([[], []])
})
