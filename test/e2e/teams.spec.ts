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

test('the teams of a group are listed alone, and the address, the file and other screens keep to it', async ({
  page,
  request,
}) => {
  await page.getByRole('button', { name: 'all teams' }).click()
  await page.getByLabel('Teams of').selectOption('commerce')
  await page.getByRole('button', { name: 'Show' }).first().click()
  await expect(page).toHaveURL(/\/teams\?in=group(:|%3A)commerce$/)
  const names = (await rowsOf(tableOf(page, 'State of each team'))).map(([name]) => name)
  expect(names).toEqual(['Accounts', 'Basket'])
  await expect(page.getByRole('status')).toContainText(
    'Teams: only those of commerce and the teams below it.',
  )
  const file = await page.locator('a.csv[href*="team-states"]').getAttribute('href')
  const rows = (await (await request.get(file ?? '')).text()).trim().split('\n')
  expect(rows.filter((row) => !row.startsWith('#')).slice(1)).toEqual([
    expect.stringMatching(/^Accounts,/),
    expect.stringMatching(/^Basket,/),
  ])
  await page.getByRole('link', { name: 'Golden paths', exact: true }).click()
  await expect(page).toHaveURL(/in=group/)
  await expect(page.getByRole('status')).toContainText('of the whole organisation')
  await page.getByRole('link', { name: 'Show all teams' }).click()
  await expect(page).toHaveURL(/\/golden-paths$/)
})

test('the page of a golden path lists teams and services of one team alone', async ({ page }) => {
  await page.goto('/golden-paths/http-service?in=team:identity')
  expect((await rowsOf(tableOf(page, 'Teams by name'))).map(([name]) => name)).toEqual(['Identity'])
  await expect(tableOf(page, '1 service on Standard HTTP service')).toContainText('identity-api')
})

test('a group that nobody knows is named, and all teams are shown', async ({ page }) => {
  for (const text of ['group:nowhere', 'everyone']) {
    await page.goto(`/teams?in=${text}`)
    await expect(page.getByRole('status')).toContainText(
      `The address asks for in=${text}, which is no group or team`,
    )
    expect(await rowsOf(tableOf(page, 'State of each team'))).toHaveLength(12)
  }
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
