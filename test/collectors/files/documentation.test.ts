import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { describeEntities } from '#collectors/files/describe.ts'

const README = 'collectors/files/README.md'
const HEADING = '## Entities\n\n'

test('the document lists every entity and header as they are read', async () => {
  const text = await readFile(README, 'utf8')
  const written = text.slice(0, text.indexOf(HEADING) + HEADING.length)
  await expect(`${written}${describeEntities()}`).toMatchFileSnapshot(`../../../${README}`)
})
