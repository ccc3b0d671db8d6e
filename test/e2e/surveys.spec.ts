import { expect, type Page, test } from '@playwright/test'
import { rowsOf, tableOf, wordsOf } from '#test/e2e/reading.ts'
import { daysAgo, inWords } from '#test/e2e/seeded.ts'

/**
 * 38 people answered: of Accounts five said 9 or 10 and one 6 or less, of three groups three and
 * three, of two hidden groups one and one. 16 - 12 of 38 are 11 points. In spring all had as many of
 * either kind, which is 0.
 */
const AUTUMN = '/surveys/autumn?source=files'
const groups = (page: Page) => tableOf(page, 'Standard HTTP service, by group')

test('closed waves are listed, the newest first, and one that is open is not', async ({ page }) => {
  await page.goto('/surveys')
  const waves = await rowsOf(tableOf(page, 'Closed waves'))
  expect(waves.map(([name, , closed]) => [name, closed])).toEqual([
    ['Autumn survey', inWords(daysAgo(42))],
    ['Spring survey', inWords(daysAgo(210))],
  ])
  expect(await wordsOf(page)).not.toContain('Winter')
})

test('an open wave has no page', async ({ page }) => {
  const response = await page.goto('/surveys/open?source=files')
  expect(response?.status()).toBe(404)
})

test('a score stands beside that of the wave before', async ({ page }) => {
  await page.goto(AUTUMN)
  const card = page.getByRole('article', { name: 'Internal NPS-style score' })
  await expect(card.locator('.figure')).toHaveText('11')
  await expect(card.locator('.change')).toHaveText(
    `11 points better than on ${inWords(daysAgo(210))} (0 → 11)`,
  )
})

test('nothing is compared where the address says so', async ({ page }) => {
  await page.goto(`${AUTUMN}&cmp=off`)
  await expect(page.locator('main .change')).toHaveCount(0)
  await expect(page.getByRole('main')).toContainText('No earlier wave stands beside it')
})

test('a group of five is shown, and a smaller one hides its score and how many answered', async ({
  page,
}) => {
  await page.goto(AUTUMN)
  const rows = new Map((await rowsOf(groups(page))).map((cells) => [cells[0], cells.slice(1)]))
  expect([...rows.keys()]).toEqual([
    'Accounts',
    'Basket',
    'Checkout',
    'Delivery',
    'Elevation',
    'Fraud',
  ])
  expect(rows.get('Accounts')?.[0]).toContain('80%')
  expect(rows.get('Accounts')?.[1]).toContain('50')
  for (const group of ['Elevation', 'Fraud']) {
    for (const cell of rows.get(group) ?? []) {
      expect(cell).toContain('fewer than 5 answers')
      expect(cell.replace('fewer than 5 answers', '')).not.toMatch(/\d/)
    }
  }
})

test('a file and the interface hide what the page hides', async ({ request }) => {
  const csv = await (
    await request.get('/export/survey-figures.csv?survey=autumn&source=files')
  ).text()
  const elevation = csv.split('\n').filter((line) => line.includes('elevation'))
  expect(elevation).toHaveLength(3)
  for (const line of elevation) {
    expect(line).toMatch(/^http-service,elevation,SAT-0\d,,,/)
    expect(line).toMatch(/,,,,suppressed_privacy$/)
  }
  const body = await (await request.get('/api/v1/surveys')).json()
  expect(body.items.map(({ waveId }: { waveId: string }) => waveId)).toEqual(['autumn', 'spring'])
  const hidden = body.items[0].results.filter(
    ({ parameters }: { parameters: { group?: string } }) => parameters.group === 'elevation',
  )
  expect(hidden).toHaveLength(3)
  for (const result of hidden) {
    expect(result).toMatchObject({ value: null, n: null, numerator: null, denominator: null })
  }
})

test('the groups of a path can be had as a file', async ({ page, request }) => {
  await page.goto(AUTUMN)
  const address = await page.locator('a.csv[href*="survey-groups"]').getAttribute('href')
  const csv = await (await request.get(address ?? '')).text()
  const rows = csv.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  expect(rows).toEqual([
    'Group,Response rate,Internal NPS-style score,Satisfied users (top two boxes)',
    'Accounts,0.8,50,0.5',
    'Basket,0.8,0,0.5',
    'Checkout,0.8,0,0.5',
    'Delivery,0.8,0,0.5',
    'Elevation,,,',
    'Fraud,,,',
  ])
})

test('what may be quoted is quoted, as text', async ({ page }) => {
  await page.goto(AUTUMN)
  await expect(page.locator('.quotes li').first()).toHaveText('the build waits for hours')
})

test('the last score of a path stands on the outcomes and opens to its wave', async ({ page }) => {
  await page.goto('/')
  const column = page.getByRole('region', { name: 'Satisfaction' })
  await expect(column).toContainText(`in the survey that closed on ${inWords(daysAgo(42))}`)
  await column.locator('[data-metric="SAT-01"] a').click()
  await expect(page).toHaveURL('/surveys/autumn?path=http-service&source=files')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Autumn survey')
})

test('a path has its last scores, and a team that answered has its own', async ({ page }) => {
  await page.goto('/golden-paths/http-service')
  await expect(
    page.getByRole('article', { name: 'Internal NPS-style score' }).locator('.figure'),
  ).toHaveText('11')
  await page.goto('/teams/accounts')
  await expect(page.locator('[data-metric="SAT-01"]')).toHaveText('50')
  await page.goto('/teams/fraud')
  await expect(page.locator('[data-metric="SAT-01"]')).toHaveText('fewer than 5 answers')
})

test('a survey figure has its page, a drawer and an answer of the interface, without a row of a person', async ({
  page,
  request,
}) => {
  await page.goto('/metrics/SAT-01')
  const places = tableOf(page, 'Where it was measured')
  await expect(places.getByRole('row', { name: 'Standard HTTP service' })).toContainText('11')
  await places.getByRole('link', { name: 'Standard HTTP service' }).click()
  await expect(page.locator('.figure')).toHaveText('11')
  const behind = page.getByRole('region', { name: 'What is behind it' })
  await expect(behind).toContainText('A group with fewer than 5 answers shows neither a score')
  await expect(behind.getByRole('link', { name: 'Its wave' })).toHaveAttribute(
    'href',
    '/surveys/autumn?path=http-service&source=files',
  )
  await page.goto('/?ev=SAT-01@path:http-service')
  await expect(page.getByRole('dialog').locator('.figure')).toHaveText('11')
  const answer = await request.get('/api/v1/figures?ev=SAT-01@path:http-service')
  const [figure] = (await answer.json()).items
  expect([Math.round(figure.value), figure.evidence]).toEqual([11, []])
})

test('a group that is hidden is hidden in the drawer and the interface, too', async ({
  page,
  request,
}) => {
  await page.goto('/?ev=SAT-01@path:http-service,team:fraud')
  await expect(page.getByRole('dialog').locator('.figure')).toHaveText('fewer than 5 answers')
  const answer = await request.get('/api/v1/figures?ev=SAT-01@path:http-service,team:fraud')
  const [figure] = (await answer.json()).items
  expect(figure).toMatchObject({ status: 'suppressed_privacy', value: null, n: null, ci: null })
})

test('before the first wave closed there is none, and the page says what brings them', async ({
  page,
}) => {
  await page.goto('/surveys?range=2019')
  await expect(page.getByRole('main')).toContainText('No wave had closed by this moment')
  await expect(page.getByRole('main')).toContainText('npx desirepath collect')
})

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false })

  test('a wave has its scores and groups', async ({ page }) => {
    await page.goto(AUTUMN)
    await expect(groups(page).locator('tbody tr')).toHaveCount(6)
    await expect(
      page.getByRole('article', { name: 'Internal NPS-style score' }).locator('.figure'),
    ).toHaveText('11')
  })
})
