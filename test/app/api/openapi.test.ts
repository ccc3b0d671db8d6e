import { glob } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { toOpenApi } from '#app/api/openapi.ts'
import { ROUTES } from '#app/api/routes.ts'

const Document = z.object({
  openapi: z.literal('3.1.0'),
  paths: z.record(z.string(), z.unknown()),
  components: z.object({ schemas: z.record(z.string(), z.record(z.string(), z.unknown())) }),
})
const document = Document.parse(toOpenApi())

test('the document names every route that there is, and no other', async () => {
  const files = await Array.fromAsync(glob('app/api/v1/*/route.ts'))
  const routes = files
    .map((file) => `/${file.replace('/route.ts', '').replace(/^app\//, '')}`)
    .filter((path) => !path.endsWith('openapi.json'))
  expect(Object.keys(document.paths).toSorted()).toEqual(routes.toSorted())
  expect(Object.keys(ROUTES).toSorted()).toEqual(routes.toSorted())
})

test('every reference leads to a schema', () => {
  const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]*)"/g)]
  expect(references.length).toBeGreaterThan(0)
  const known = Object.keys(document.components.schemas)
  expect(references.map(([, name]) => name).filter((name) => !known.includes(name ?? ''))).toEqual(
    [],
  )
})
