import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { describeEntities } from '#collectors/files/describe.ts'
import { testDatabase } from '#test/support/database.ts'
import { collectFolder, testFolder, writeIn } from '#test/support/files.ts'

const README = 'collectors/files/README.md'
const HEADING = '## Entities\n\n'

test('the document lists every entity and header as they are read', async () => {
  const text = await readFile(README, 'utf8')
  const written = text.slice(0, text.indexOf(HEADING) + HEADING.length)
  await expect(`${written}${describeEntities()}`).toMatchFileSnapshot(`../../../${README}`)
})

test('the line of a deployment in the document can be read', async () => {
  const text = await readFile('docs/sources/deployments.md', 'utf8')
  const [, line = ''] = /```json\n(.*)\n```/.exec(text) ?? []
  const folder = testFolder()
  writeIn(folder, 'deployments.ndjson', `${line}\n`)
  const db = await testDatabase()
  expect(await collectFolder(db, folder)).toMatchObject({ status: 'ok', changed: 1 })
})
