import { expect, type Page, test } from '@playwright/test'
import { columnsOf, rowsOf, tableOf } from '#test/e2e/reading.ts'
import { daysAgo, inWords, MONDAY } from '#test/e2e/seeded.ts'

const set = (page: Page, name: string) => page.getByRole('region', { name, exact: true })
const namesIn = async (page: Page, name: string) =>
  (await columnsOf(set(page, name).locator('table'), [0])).flat()

test('the rows of an adoption rate are the teams, each in one set', async ({ page }) => {
  await page.goto('/metrics/ADO-02?path=http-service')
  const sets = {
    counted: await namesIn(page, 'Counted'),
    notCounted: await namesIn(page, 'Not counted'),
    unknown: await namesIn(page, 'Unknown'),
    excepted: await namesIn(page, 'Left out: under an exception'),
    notEligible: await namesIn(page, 'Left out: not eligible'),
  }
  expect(sets).toEqual({
    counted: ['Accounts', 'Basket', 'Checkout', 'Delivery', 'Elevation'],
    notCounted: ['Fraud', 'Gateway', 'History', 'Identity'],
    unknown: ['Kitchen'],
    excepted: ['Journal'],
    notEligible: ['Platform'],
  })
})

test('the sum is told: what is counted, of how many, and what is in neither', async ({ page }) => {
  await page.goto('/metrics/ADO-02?path=http-service')
  await expect(page.locator('[data-sum="agrees"]')).toHaveText(
    '5 counted, of 9 (5 + 4 not counted); 3 in neither; 12 rows in all.',
  )
})

test('a row shows the state, the rule that decided it and what the rule saw', async ({ page }) => {
  await page.goto('/metrics/ADO-02?path=http-service')
  const identity = set(page, 'Not counted').getByRole('row', { name: 'Identity' })
  await expect(identity).toContainText('Lapsed')
  await expect(identity).toContainText('R5-stay-lapsed')
  // No use in 28 days, in which it merged eight changes.
  await expect(identity).toContainText('0 uses of the path among 8 pieces of work in 28 days')
})

test('a row leads to its team', async ({ page }) => {
  await page.goto('/metrics/ADO-02?path=http-service')
  await set(page, 'Unknown').getByRole('link', { name: 'Kitchen' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Kitchen')
})

test('the rows of a share of work are pieces of work in its window', async ({ page }) => {
  await page.goto('/metrics/ADO-04?path=http-service')
  // Five teams with eight changes on the path, four with eight beside it.
  await expect(set(page, 'Counted').locator('tbody tr')).toHaveCount(40)
  await expect(set(page, 'Not counted').locator('tbody tr')).toHaveCount(32)
  const windowStart = new Date(MONDAY.getTime() - 28 * 24 * 60 * 60 * 1000)
  await expect(page.getByRole('region', { name: 'The number' })).toContainText(
    `from ${inWords(windowStart)}, 00:00 UTC up to ${inWords(MONDAY)}, 00:00 UTC`,
  )
})

test('work around the path says how it was done', async ({ page }) => {
  await page.goto('/metrics/ADO-04?path=http-service')
  const identity = set(page, 'Not counted').getByRole('row', { name: /Identity/ })
  await expect(identity).toHaveCount(8)
  await expect(identity.first()).toContainText('another pipeline')
})

test('the rows of a drift rate are services, and one that was not read is unknown', async ({
  page,
}) => {
  await page.goto('/metrics/ADO-10?path=http-service')
  expect(await namesIn(page, 'Counted')).toEqual(['checkout-api'])
  expect(await namesIn(page, 'Not counted')).toEqual([
    'accounts-api',
    'basket-api',
    'delivery-api',
    'elevation-api',
  ])
  expect(await namesIn(page, 'Unknown')).toEqual(['kitchen-api'])
})

test('the rows of exceptions tell the open one from those that are not', async ({ page }) => {
  await page.goto('/metrics/GOV-06?path=http-service')
  expect(await namesIn(page, 'Counted')).toEqual(['E-1'])
  // Rejected and closed; what is not decided yet is no exception.
  expect(await namesIn(page, 'Left out: not open')).toEqual(['E-3', 'E-4'])
})

test('the rows of a waiting time are requests with their wait', async ({ page }) => {
  await page.goto('/metrics/SPD-01?path=environments')
  const waits = await columnsOf(set(page, 'Counted').locator('table'), [1, 5])
  const minutes = ['Accounts', 'Checkout', 'Elevation', 'Gateway', 'Identity', 'Kitchen'].flatMap(
    (team, index) => Array<string[]>(2).fill([team, `${12 + 2 * index} minutes`]),
  )
  expect(waits.toSorted()).toEqual(minutes)
})

test('coverage of a source with many parts is their mean', async ({ page }) => {
  await page.goto('/metrics/DQ-01?source=clones')
  // Ten of eleven repositories in full, kitchen not at all: 10/11.
  await expect(page.locator('.figure')).toHaveText('91%')
  await expect(set(page, 'Counted').locator('tbody tr')).toHaveCount(10)
  expect(await rowsOf(set(page, 'Not counted').locator('table'))).toEqual([
    ['git.example/acme/kitchen-api', inWords(daysAgo(280)), inWords(daysAgo(140)), '0%'],
  ])
})

test('a source that read nothing of the window covers 0 %, which is a number', async ({ page }) => {
  await page.goto('/metrics/DQ-01?source=helpdesk')
  // It reaches until 35 days ago; the window begins 28 days before a Monday of these seven days.
  await expect(page.locator('.figure')).toHaveText('0%')
  await expect(page.getByRole('region', { name: 'The number' })).toContainText('Off track')
  expect((await columnsOf(set(page, 'Not counted').locator('table'), [2])).flat()).toEqual(['28'])
})

test('a metric says what it means and when it misleads', async ({ page }) => {
  await page.goto('/metrics/ADO-02?path=http-service')
  const meaning = page.getByRole('region', { name: 'What it means' })
  for (const term of ['Formula', 'Who is counted', 'What is missing', 'Misleads when']) {
    await expect(meaning.getByText(term, { exact: true })).toBeVisible()
  }
  await expect(meaning).toContainText('ADO-02, total_adoption_rate, version 1.0.0')
})

test('a figure stands beside its target in the chart, the table and the file', async ({
  page,
  request,
}) => {
  await page.goto('/metrics/ADO-02?path=http-service&cmp=target')
  const section = page.getByRole('region', { name: 'Over time' })
  await expect(section.locator('figcaption')).toContainText('Dashed: the target.')
  await expect(section.locator('.recharts-line')).toHaveCount(2)
  const [newest] = await rowsOf(tableOf(page, 'Total adoption rate, by week'))
  expect(newest?.slice(1)).toEqual(['56%', '9', '80%'])
  const file = await section.locator('a.csv').getAttribute('href')
  const lines = (await (await request.get(file ?? '')).text()).trim().split('\n')
  expect(lines.at(-1)).toMatch(/,9,0\.8$/)
})

test('every place where a metric was measured says how it changed', async ({ page }) => {
  await page.goto('/metrics/ADO-02?cmp=target')
  const table = tableOf(page, 'Where it was measured')
  await expect(table.getByRole('columnheader').last()).toHaveText('Change against the target')
  // 80 % is the target of the service alone.
  expect((await columnsOf(table, [4])).flat()).toEqual(['', '', '', '24 points to go'])
  await page.goto('/metrics/ADO-02?cmp=off')
  await expect(table.getByRole('columnheader').last()).toHaveText('Status')
})

test('without a path a metric lists every place where it was measured', async ({ page }) => {
  await page.goto('/metrics/ADO-02')
  expect(await columnsOf(tableOf(page, 'Where it was measured'), [0, 1, 2])).toEqual([
    ['Developer portal', '70%', '7 of 10 teams'],
    ['Environments on demand', '55%', '6 of 11 teams'],
    ['Observability kit', '0%', '0 of 10 teams'],
    ['Standard HTTP service', '56%', '5 of 9 teams'],
  ])
})

test('a figure over the time shown stands beside the time before, and opens to its rows', async ({
  page,
}) => {
  await page.goto('/metrics/ADO-04?path=http-service')
  const over = page.getByRole('region', { name: 'Over the time shown' })
  const rows = over.locator('tbody tr')
  await expect(rows).toHaveCount(2)
  // Two changes a week in 13 weeks of each of nine teams; of five all, of Identity seven weeks on the path.
  await expect(rows.first()).toContainText('144 of 234')
  await rows.first().getByRole('link').click()
  const drawer = page.getByRole('dialog')
  await expect(drawer.getByRole('heading', { level: 2 }).first()).toContainText('Share of in-scope')
  await expect(drawer).toContainText('144')
})

test('a figure over time may be told month by month', async ({ page }) => {
  await page.goto('/metrics/ADO-04?path=http-service')
  const series = page.getByRole('region', { name: 'Over time', exact: true })
  await series.getByRole('link', { name: 'by month' }).click()
  await expect(page).toHaveURL(/bucket=month/)
  await expect(series.getByRole('link', { name: 'by month' })).toHaveAttribute(
    'aria-current',
    'true',
  )
})
