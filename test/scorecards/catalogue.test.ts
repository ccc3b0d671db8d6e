import { expect, test } from 'vitest'
import { definitions, renderCatalogue } from '#scorecards/catalogue.ts'

// `npm run unit -- -u` writes it anew.
test('METRICS.md says what the definitions say', async () => {
  await expect(renderCatalogue()).toMatchFileSnapshot('../../METRICS.md')
})

test('no two metrics share an id or a key', () => {
  expect(new Set(definitions.map(({ id }) => id)).size).toBe(definitions.length)
  expect(new Set(definitions.map(({ key }) => key)).size).toBe(definitions.length)
})
