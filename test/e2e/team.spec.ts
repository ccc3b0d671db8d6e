import { expect, type Page, test } from '@playwright/test'
import {
  columnsOf,
  expectRowsBehind,
  headlines,
  rowsOf,
  tableOf,
  wordsOf,
} from '#test/e2e/reading.ts'
import {
  adoptedOn,
  daysAgo,
  FIRST_WEEK_END,
  inWords,
  MONDAY,
  mondayAfter,
  partialOn,
  triedOn,
  weeksLater,
} from '#test/e2e/seeded.ts'

const onPath = (page: Page, name: string) => page.getByRole('article', { name, exact: true })

test('a team sees its own state on each path, since when and why', async ({ page }) => {
  await page.goto('/teams/checkout')
  const portal = onPath(page, 'Developer portal')
  await expect(portal).toContainText('Adopted')
  // The mandate was announced before the team began, and is in force.
  await expect(portal).toContainText(
    `since ${inWords(adoptedOn(16))}, under a mandate; a mandate is in force`,
  )
  await expect(onPath(page, 'Standard HTTP service')).toContainText(
    `since ${inWords(adoptedOn(30))}, by choice`,
  )
  await expect(onPath(page, 'Observability kit')).toContainText('Not using')
})

/** A run of weeks as the table tells it. */
function run(state: string, first: Date, end: Date): string[] {
  const weeks = Math.round((end.getTime() - first.getTime()) / (7 * 24 * 60 * 60 * 1000))
  return [state, inWords(first), inWords(weeksLater(end, -1)), String(weeks)]
}
const NOW = weeksLater(MONDAY, 1)

test('its history on a path tells every state, newest first', async ({ page }) => {
  await page.goto('/teams/checkout')
  const table = tableOf(onPath(page, 'Standard HTTP service'), 'newest first')
  expect(await columnsOf(table, [0, 1, 2, 3])).toEqual([
    run('Adopted', adoptedOn(30), NOW),
    run('Partial', partialOn(30), adoptedOn(30)),
    run('Trying', triedOn(30), partialOn(30)),
    run('Not using', FIRST_WEEK_END, triedOn(30)),
  ])
})

test('a team that left sees when its use fell and when it was gone', async ({ page }) => {
  await page.goto('/teams/identity')
  const table = tableOf(onPath(page, 'Standard HTTP service'), 'newest first')
  // Four of eight changes beside the path 30 days ago, one week's grace; no use in 28 days since 16.
  const [partial, lapsed] = [mondayAfter(daysAgo(23)), mondayAfter(daysAgo(16))]
  expect((await columnsOf(table, [0, 1, 2, 3])).slice(0, 3)).toEqual([
    run('Lapsed', lapsed, NOW),
    run('Partial', partial, lapsed),
    run('Adopted', adoptedOn(36), partial),
  ])
})

test('the weeks are drawn, and told in words', async ({ page }) => {
  await page.goto('/teams/checkout')
  const strip = onPath(page, 'Standard HTTP service').getByRole('img')
  await expect(strip).toHaveAccessibleName(
    `States on Standard HTTP service, week by week from ${inWords(FIRST_WEEK_END)} to ${inWords(MONDAY)}`,
  )
  await expect(strip.locator('rect.key-adopted')).toBeVisible()
})

test('its figures are of its own work and services', async ({ page }) => {
  await page.goto('/teams/checkout')
  const figures = onPath(page, 'Standard HTTP service').locator('.small-figure')
  // Eight changes in 28 days, all on the path; twenty are needed for a bypass, five for a drift.
  await expect(figures).toHaveText([
    /100%8 of 8 activities$/,
    /not enough data0 of 8 activities$/,
    /not enough data1 of 1 services$/,
    /no cases$/,
    // Eight of the ten who were asked answered, four of them content.
    /^Internal NPS-style score.*8 cases$/,
    /50%4 of 8 answers$/,
    /80%8 of 10 people$/,
  ])
})

test('its services show what proves their use', async ({ page }) => {
  await page.goto('/teams/basket')
  const rows = await rowsOf(tableOf(page, 'Each service on each golden path'))
  expect(rows.find(([, path]) => path === 'Standard HTTP service')).toEqual([
    'basket-api',
    'Standard HTTP service',
    'Outdated',
    '1',
    '2 versions, 168 days',
    expect.stringContaining('Makefile.common@bask36'),
  ])
})

test('its exceptions are listed, and the one past its day is said to be', async ({ page }) => {
  await page.goto('/teams/journal')
  expect(await columnsOf(tableOf(page, 'Open ones first'), [0, 1, 6])).toEqual([
    ['Standard HTTP service', 'Past its expiry', inWords(daysAgo(12))],
  ])
  await expect(onPath(page, 'Standard HTTP service')).toContainText('Exempt')
})

const TEAMS = [
  'Accounts',
  'Basket',
  'Checkout',
  'Delivery',
  'Elevation',
  'Fraud',
  'Gateway',
  'History',
  'Identity',
  'Journal',
  'Kitchen',
  'Platform',
]

for (const team of TEAMS) {
  test(`the page of ${team} names no other team, and ranks nobody`, async ({ page }) => {
    await page.goto(`/teams/${team.toLowerCase()}`)
    const words = await wordsOf(page)
    expect(TEAMS.filter((name) => new RegExp(`\\b${name}\\b`).test(words))).toEqual([team])
    const links = await page
      .locator('main a[href^="/teams/"]')
      .evaluateAll((all) =>
        all.map((link) => new URL(link.getAttribute('href') ?? '', location.href).pathname),
      )
    expect(links.filter((path) => path !== `/teams/${team.toLowerCase()}`)).toEqual([])
    // So a metric is called.
    const own = words.replaceAll('top two boxes', '')
    expect(own).not.toMatch(/\b(rank|ranking|best|worst|top|bottom|leader|average)\b/i)
  })
}

test('each of its numbers opens to its own rows', async ({ page }) => {
  await page.goto('/teams/checkout')
  const count = await headlines(page).count()
  // Work, bypass, lag and drift on four paths.
  expect(count).toBe(16)
  for (let index = 0; index < count; index += 1) {
    await page.goto('/teams/checkout')
    await expectRowsBehind(page, headlines(page).nth(index))
  }
})
