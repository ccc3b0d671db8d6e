import { expect, test } from 'vitest'
import { adoptionSentence } from '#app/outcomes-headline.ts'
import { findGoldenPath } from '#lib/queries/golden-paths.ts'
import type { MetricResult } from '#scorecards/result.ts'
import { addPath } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'
import { aResult } from '#test/support/results.ts'

async function sentenceOf(results: readonly Partial<MetricResult>[]): Promise<string> {
  const db = await testDatabase()
  await addPath(db, { id: 'deploy', name: 'Deploy path' })
  const path = await findGoldenPath(db, 'deploy')
  const adoption = results.map((one) => aResult({ scope: { pathId: 'deploy' }, ...one }))
  return adoptionSentence(path === undefined ? [] : [path], adoption)
}

test('the headline counts the paths on track, and names those off track', async () => {
  expect(await sentenceOf([{ value: 0.8, band: 'good' }])).toBe(
    'Total adoption is on track on 1 of 1 golden path, and off track on none.',
  )
  expect(await sentenceOf([{ value: 0.1, band: 'bad' }])).toBe(
    'Total adoption is on track on 0 of 1 golden path, and off track on Deploy path.',
  )
})

test('of figures without a value the headline says that nothing can be told', async () => {
  expect(await sentenceOf([{ value: null, band: 'insufficient', status: 'no_denominator' }])).toBe(
    'Adoption cannot be told of any golden path yet; beside each stands why.',
  )
  expect(await sentenceOf([])).toBe('Adoption has not been computed for this moment.')
})
