import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { Explanation } from '#app/api/shapes.ts'
import {
  AFTER,
  addMovingTeams,
  MOVING_DIFFERENCE,
  MOVING_PARTS,
} from '#test/support/change-story.ts'
import { servedDatabase } from '#test/support/served.ts'

// The fourteen weeks before the later day begin with the earlier.
const ASKED = `ev=ADO-02@path:http-service&asof=${AFTER}&range=14w`

const near = (amount: number) => expect.closeTo(amount, 12)

async function anApp() {
  const served = await servedDatabase()
  await addMovingTeams(served.db)
  return served
}

const Answer = z.object({ items: z.array(Explanation) })

test('the interface tells the parts of a difference, which add up to it', async () => {
  const { get } = await anApp()
  const answer = await get(`/api/v1/explanations?${ASKED}`)
  const { items } = Answer.parse(await answer.json())
  expect(items).toMatchObject([
    {
      metricId: 'ADO-02',
      scope: { pathId: 'http-service' },
      before: { numerator: 6, denominator: 7, unit: 'fraction of teams' },
      after: { numerator: 5, denominator: 6 },
      difference: near(MOVING_DIFFERENCE),
      untold: null,
    },
  ])
  const parts = Object.fromEntries(items[0]?.parts.map(({ part, amount }) => [part, amount]) ?? [])
  expect(parts).toEqual(
    Object.fromEntries(Object.entries(MOVING_PARTS).map(([part, amount]) => [part, near(amount)])),
  )
})

test('the rows of the file add up to the same difference, and name the teams', async () => {
  const { get } = await anApp()
  const file = await (await get(`/export/explanation.csv?${ASKED}`)).text()
  const rows = z
    .array(z.object({ Part: z.string(), Team: z.string(), Amount: z.string() }))
    .parse(parse(file, { columns: true, comment: '#', comment_no_infix: true }))
  const sum = rows.reduce((total, { Amount }) => total + Number(Amount), 0)
  expect(sum).toBeCloseTo(MOVING_DIFFERENCE, 12)
  expect(rows.filter(({ Amount }) => Math.abs(Number(Amount)) > 1e-9)).toEqual([
    { Part: 'Newcomers', Team: 'fresh', Amount: expect.any(String) },
    { Part: 'Leavers', Team: 'left', Amount: expect.any(String) },
    { Part: 'Rate', Team: 'moved', Amount: expect.any(String) },
    { Part: 'Data gaps', Team: 'dark', Amount: expect.any(String) },
  ])
})

test('what cannot be told apart says why, and its file has no rows', async () => {
  const { get } = await anApp()
  const asked = `ev=ADO-02@path:http-service&asof=${AFTER}&range=52w`
  const { items } = Answer.parse(await (await get(`/api/v1/explanations?${asked}`)).json())
  expect(items).toMatchObject([{ difference: null, parts: [], untold: 'no_value_before' }])
  const file = await (await get(`/export/explanation.csv?${asked}`)).text()
  expect(file.trimEnd().split('\n').at(-1)?.trim()).toBe('Part,Team,Amount')
})

test('compared with nothing there is nothing to explain', async () => {
  const { get } = await anApp()
  const { items } = Answer.parse(await (await get(`/api/v1/explanations?${ASKED}&cmp=off`)).json())
  expect(items).toEqual([])
})

test('a question that names no figure is refused', async () => {
  const { get } = await anApp()
  const answer = await get('/api/v1/explanations?ev=nothing')
  expect([answer.status, await answer.json()]).toMatchObject([
    400,
    { detail: expect.stringMatching(/^ev: "nothing" means nothing here; expected a figure: /) },
  ])
  expect((await get('/api/v1/explanations')).status).toBe(400)
})
