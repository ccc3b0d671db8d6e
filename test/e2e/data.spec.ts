import { expect, type Page, test } from '@playwright/test'
import { columnsOf, rowsOf, tableOf } from '#test/e2e/reading.ts'
import { daysAgo, inWords } from '#test/e2e/seeded.ts'

test.beforeEach(({ page }) => page.goto('/data'))

const source = (page: Page, name: string) => page.getByRole('region', { name, exact: true })

test('a source that failed is named with its error and its last success', async ({ page }) => {
  const helpdesk = source(page, 'helpdesk')
  await expect(helpdesk).toContainText('Failed')
  await expect(helpdesk).toContainText(`last success ${inWords(daysAgo(35))}`)
  await expect(helpdesk).toContainText('helpdesk: ./tickets: the folder does not exist')
})

test('a source whose run ended well is late when a part of it stops in the past', async ({
  page,
}) => {
  const clones = source(page, 'clones')
  await expect(clones).toContainText('Late')
  await expect(clones).toContainText(
    `complete only until ${inWords(daysAgo(140))} in 1 of 11 parts`,
  )
})

test('a source with a record in quarantine is partial', async ({ page }) => {
  await expect(source(page, 'files')).toContainText('Partial')
  await expect(source(page, 'files')).toContainText('1 record could not be read')
})

test('coverage is shown by source', async ({ page }) => {
  const covered = (name: string) => source(page, name).locator('[data-metric="DQ-01"]')
  // Ten of eleven repositories; all three kinds of record; nothing since 35 days.
  await expect(covered('clones')).toHaveText('91%')
  await expect(covered('files')).toHaveText('100%')
  await expect(covered('helpdesk')).toHaveText('0%')
})

test('coverage opens to what was read', async ({ page }) => {
  await source(page, 'clones').locator('[data-metric="DQ-01"] a').click()
  await expect(page.getByRole('dialog', { name: 'Source coverage' })).toBeVisible()
  await expect(page.getByRole('heading', { name: 'The rows behind it' })).toBeVisible()
})

test('each part of a source says from when until when it is complete', async ({ page }) => {
  const tables = source(page, 'clones').locator('table')
  const [from, today] = [inWords(daysAgo(280)), inWords(daysAgo(0))]
  const parts = await columnsOf(tables, [0, 1, 2])
  expect(parts).toHaveLength(11)
  expect(parts.slice(0, 2)).toEqual([
    ['git.example/acme/kitchen-api', from, inWords(daysAgo(140))],
    ['git.example/acme/accounts-api', from, today],
  ])
})

test('a record in quarantine has its place, its reason and itself', async ({ page }) => {
  const quarantine = page.getByRole('region', { name: 'Quarantine' })
  expect(await columnsOf(quarantine.locator('table'), [0, 1])).toEqual([
    ['exceptions.csv:7', 'files'],
  ])
  await expect(quarantine).toContainText('expires_on: expected a day, not "soon"')
  await quarantine.getByText('The record as it came').click()
  await expect(quarantine.locator('pre')).toBeVisible()
  await expect(quarantine.locator('pre')).toContainText('E-9')
})

test('markup in a record is text, not markup', async ({ page }) => {
  const record = page.getByRole('region', { name: 'Quarantine' }).locator('pre')
  await expect(record).toContainText('<b>basket</b>')
  await expect(record.locator('b')).toHaveCount(0)
})

test('every run is listed with how it ended and what it read, the newest first', async ({
  page,
}) => {
  const runs = await rowsOf(tableOf(page.getByRole('region', { name: 'Runs' }), 'The newest first'))
  expect(runs.map(([name, , ended, , ...counts]) => [name, ended, ...counts])).toEqual([
    ['clones', 'Complete', '120', '4', '0'],
    ['files', 'Partial', '120', '4', '1'],
    ['helpdesk', 'Failedhelpdesk: ./tickets: the folder does not exist', '0', '0', '0'],
    ['helpdesk', 'Complete', '120', '4', '0'],
  ])
})
