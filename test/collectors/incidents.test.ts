import { expect, test } from 'vitest'
import { findReference } from '#collectors/incidents.ts'

test('a text names a deployment, without the punctuation around it', () => {
  expect(findReference(['all is lost', 'Caused by: <https://ci.example/4711>).'])).toBe(
    '<https://ci.example/4711',
  )
  expect(findReference(['deploy: ).', 'deployment = 4711;'])).toBe('4711')
})

test('what is longer than any id, commit or address names no deployment', () => {
  const id = 'a'.repeat(500)
  expect(findReference([`deploy: ${id}`])).toBe(id)
  expect(findReference([`deploy: ${id}a`, 'deploy: 4711'])).toBe('4711')
})

test('a word of hundreds of thousands of characters takes no time', () => {
  const started = performance.now()
  const words = [`${')'.repeat(200_000)}x`, 'deploy:'.repeat(30_000), ' '.repeat(200_000)]
  expect(findReference(words.map((word) => `deploy: ${word}`))).toBeNull()
  expect(performance.now() - started).toBeLessThan(2_000)
})
