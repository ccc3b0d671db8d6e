import { expect, test } from '@playwright/test'
import { rowsOf, tableOf } from '#test/e2e/reading.ts'

test.beforeEach(({ page }) => page.goto('/teams'))

test('every team has a state on every path, teams and paths by name', async ({ page }) => {
  const states = await rowsOf(tableOf(page, 'State of each team'))
  // Portal, environments, kit, service. Every second team asks for environments through the path.
  expect(states).toEqual([
    ['Accounts', 'Adopted', 'Adopted', 'Not using', 'Adopted'],
    ['Basket', 'Adopted', 'Not using', 'Partial', 'Adopted'],
    ['Checkout', 'Adopted', 'Adopted', 'Not using', 'Adopted'],
    ['Delivery', 'Adopted', 'Not using', 'Not using', 'Adopted'],
    ['Elevation', 'Adopted', 'Adopted', 'Not using', 'Adopted'],
    ['Fraud', 'Adopted', 'Not using', 'Not using', 'Not using'],
    ['Gateway', 'Adopted', 'Adopted', 'Not using', 'Not using'],
    ['History', 'Not using', 'Not using', 'Not using', 'Not using'],
    ['Identity', 'Not using', 'Adopted', 'Not using', 'Lapsed'],
    ['Journal', 'Not using', 'Not using', 'Not using', 'Exempt'],
    ['Kitchen', 'Unknown', 'Adopted', 'Unknown', 'Unknown'],
    ['Platform', 'Not eligible', 'Not eligible', 'Not eligible', 'Not eligible'],
  ])
})

test('the page says that it is no ranking, and has no number by which to rank', async ({
  page,
}) => {
  await expect(page.getByText('This is no ranking')).toBeVisible()
  expect((await rowsOf(tableOf(page, 'State of each team'))).flat().join(' ')).not.toMatch(/\d/)
})

test('a state is told by word and shape, not by colour alone', async ({ page }) => {
  const cell = page.getByRole('row', { name: 'Identity' }).getByRole('cell').last()
  await expect(cell).toHaveText('Lapsed')
  await expect(cell.locator('svg')).toBeVisible()
})

test('a team opens from its name', async ({ page }) => {
  await page.getByRole('link', { name: 'Journal' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Journal')
})
