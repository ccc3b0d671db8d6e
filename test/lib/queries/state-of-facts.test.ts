import { appendFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openDatabase } from '#db/connection.ts'
import { migrateToLatest } from '#db/migrate.ts'
import { stateOfFacts } from '#lib/queries/state-of-facts.ts'
import { aFolder } from '#test/support/cli.ts'

test('it is another after every change of configuration or database, and of nothing else', async () => {
  const folder = aFolder({
    'desirepath.yaml': 'organisation: { name: Acme }\ndatabase: ./facts.db',
  })
  const configuration = join(folder, 'desirepath.yaml')
  vi.stubEnv('DESIREPATH_CONFIG', configuration)
  onTestFinished(() => void vi.unstubAllEnvs())
  const states = new Set<string | null>()
  const seen = async () => {
    states.add(await stateOfFacts())
    states.add(await stateOfFacts())
    return states.size
  }
  expect(await seen()).toBe(1)

  const writer = openDatabase(join(folder, 'facts.db'))
  onTestFinished(() => writer.destroy())
  await migrateToLatest(writer)
  expect(await seen()).toBe(2)
  await writer
    .insertInto('published_run')
    .values({ name: 'current', run: 1 })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ run: 1 }))
    .execute()
  expect(await seen()).toBe(3)
  await writer.selectFrom('published_run').selectAll().execute()
  expect(await seen()).toBe(3)

  appendFileSync(configuration, '\n# seen\n')
  utimesSync(configuration, new Date('2026-04-01'), new Date('2026-04-01'))
  expect(await seen()).toBe(4)

  writeFileSync(configuration, 'organisation: {}')
  utimesSync(configuration, new Date('2026-05-01'), new Date('2026-05-01'))
  expect(await stateOfFacts()).toBeNull()
})
