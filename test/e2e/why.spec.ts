import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'
import { columnsOf } from '#test/e2e/reading.ts'
import { inWords, MONDAY, weeksLater } from '#test/e2e/seeded.ts'

// Half a year ago nobody used the portal; now seven of ten do, and nobody came or left.
const PORTAL = '/metrics/ADO-02?path=portal&range=26w'

const why = (page: Page) => page.getByRole('region', { name: 'Why it changed', exact: true })

test('the parts of a difference stand in a table and add up to it', async ({ page }) => {
  await page.goto(PORTAL)
  await expect(why(page)).toContainText(
    `to 70% on ${inWords(MONDAY)}: 70.0 points more. All of it is from other results of those counted both times.`,
  )
  expect(await columnsOf(why(page).locator('table'), [0, 2])).toEqual([
    ['Newcomers', '0'],
    ['Leavers', '0'],
    ['Rate', '+70.0'],
    ['Mix', '0'],
    ['Data gaps', '0'],
    ['Definition', '0'],
  ])
  await expect(why(page).locator('tfoot')).toContainText('+70.0')
})

test('a part opens to its teams, and these to theirs', async ({ page }) => {
  await page.goto(PORTAL)
  const rate = why(page).locator('tr[data-part="rate"]')
  await expect(rate.getByRole('link', { name: 'Accounts' })).toBeHidden()
  await rate.getByText('7 teams, counted both times, with other results').click()
  await expect(rate.getByRole('listitem')).toHaveCount(7)
  await expect(rate.getByRole('listitem').first()).toHaveText('Accounts+10.0')
  await rate.getByRole('link', { name: 'Accounts' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Accounts')
})

test('who gains and who loses as much is told, though the figure stayed', async ({ page }) => {
  await page.goto('/metrics/ADO-02?path=http-service')
  await expect(why(page)).toContainText(
    'as much as before. What raised it and what lowered it cancel out.',
  )
  const rate = why(page).locator('tr[data-part="rate"]')
  await rate.locator('summary').click()
  await expect(rate.getByRole('listitem')).toHaveText(['Elevation+11.1', 'Identity−11.1'])
})

test('the table is a file whose rows add up, too', async ({ page }) => {
  await page.goto(PORTAL)
  const address = await why(page).getByRole('link', { name: 'CSV' }).getAttribute('href')
  const text = await (await page.request.get(address ?? '')).text()
  const rows = text
    .split(/\r?\n/)
    .filter((line) => /^(?:Rate|Mix|Newcomers|Leavers|Data|Def)/.test(line))
  const sum = rows.reduce((total, row) => total + Number(row.split(',')[2]), 0)
  expect(sum).toBeCloseTo(0.7, 12)
})

test('where nothing is known of the other moment it says so, and compared with nothing it is silent', async ({
  page,
}) => {
  await page.goto('/metrics/ADO-02?path=observability&range=26w')
  await expect(why(page)).toContainText(`There is no figure of ${inWords(weeksLater(MONDAY, -26))}`)
  await expect(why(page).locator('table')).toHaveCount(0)
  await page.goto(`${PORTAL}&cmp=off`)
  await expect(page.getByRole('region', { name: 'Over time' })).toBeVisible()
  await expect(why(page)).toHaveCount(0)
})

for (const width of [1440, 390]) {
  test(`it can be read by everybody and does not break the page, ${width} wide`, async ({
    page,
  }) => {
    await page.setViewportSize({ width, height: 900 })
    await page.goto(PORTAL)
    await why(page).locator('summary').click()
    const { violations } = await new AxeBuilder({ page }).include('.why').analyze()
    expect(violations).toEqual([])
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )
    expect(overflow).toBe(0)
  })
}
