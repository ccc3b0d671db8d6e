import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'
import { rowsOf, tableOf } from '#test/e2e/reading.ts'
import { ADDRESSES, daysAgo, emptyURL, inDigits, inWords, mondayBefore } from '#test/e2e/seeded.ts'

/** 17 weeks ago. */
const EARLIER = inDigits(daysAgo(119))

const PATH_ROW = 'Standard HTTP service'
const row = (page: Page, name = PATH_ROW) => page.getByRole('article', { name, exact: true })

test.describe('an empty database', () => {
  const EMPTY = [
    '/',
    '/golden-paths',
    '/teams',
    '/data',
    '/metrics/ADO-02',
    '/golden-paths/http-service',
    '/teams/checkout',
  ]

  for (const address of EMPTY) {
    test(`before anything was collected ${address} says what to run`, async ({ page }) => {
      await page.goto(`${emptyURL()}${address}`)
      await expect(page.getByRole('main')).toContainText('npx desirepath collect')
      await expect(page.getByRole('main')).toContainText('npx desirepath score')
    })
  }

  test('before anything was collected home offers a demonstration', async ({ page }) => {
    await page.goto(emptyURL())
    await expect(page.getByText('npx desirepath demo create')).toBeVisible()
  })

  test('only a demonstration is called one', async ({ page }) => {
    const banner = page.getByRole('complementary', { name: 'Demonstration data' })
    await page.goto('/')
    await expect(banner).toBeVisible()
    await page.goto(emptyURL())
    await expect(banner).toHaveCount(0)
  })
})

test.describe('an address of nothing', () => {
  const UNKNOWN = [
    '/golden-paths/nowhere',
    '/teams/nobody',
    '/metrics/XXX-99',
    '/metrics/ADO-02?path=nowhere',
    '/metrics/ADO-04?path=http-service&team=nobody',
    '/no/such/page',
  ]

  for (const address of UNKNOWN) {
    test(`${address} is not found, and shows ways on`, async ({ page }) => {
      const response = await page.goto(address)
      expect(response?.status()).toBe(404)
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Nothing here')
      const main = page.getByRole('main')
      await expect(main.getByRole('link', { name: 'Teams' })).toBeVisible()
      await main.getByRole('searchbox').fill('checkout')
      await page.keyboard.press('Enter')
      await expect(page).toHaveURL('/search?q=checkout')
      await expect(main.getByRole('link', { name: 'Checkout', exact: true })).toBeVisible()
    })
  }
})

test.describe('an earlier moment', () => {
  const EARLIER_END = mondayBefore(new Date(EARLIER))

  test('an earlier day shows the figures of that day', async ({ page }) => {
    await page.goto(`/?asof=${EARLIER}`)
    // Elevation joined 14 weeks ago, and identity had not left: five. Journal had no exception yet.
    await expect(row(page).locator('.headline')).toContainText('50%')
    await expect(row(page).locator('.headline')).toContainText('5 of 10 teams')
    // The first to join the portal merged its seventh change 116 days ago.
    await expect(row(page, 'Developer portal').locator('.headline')).toContainText('0 of 10 teams')
    // It came nine weeks later.
    await expect(row(page, 'Observability kit')).toContainText('not computed yet')
  })

  test('an earlier day shows the states of that day', async ({ page }) => {
    await page.goto(`/teams?asof=${EARLIER}`)
    const states = new Map(
      (await rowsOf(tableOf(page, 'State of each team'))).map((cells) => [cells[0], cells]),
    )
    expect(['Elevation', 'Identity', 'Journal'].map((team) => states.get(team)?.[4])).toEqual([
      'Not using',
      'Adopted',
      'Not using',
    ])
  })

  test('an earlier day is said, with the week end that its figures stand for', async ({ page }) => {
    await page.goto(`/golden-paths/http-service?asof=${EARLIER}`)
    await expect(page.locator('.as-of')).toContainText(
      `As of ${inWords(EARLIER_END)}, 00:00 UTC, the newest figures on ${inWords(new Date(EARLIER))}`,
    )
  })

  test('the rows behind a number of an earlier day are those of that day', async ({ page }) => {
    await page.goto(`/?asof=${EARLIER}`)
    await row(page).locator('[data-metric="ADO-02"] a').click()
    await expect(page.locator('[data-sum="agrees"]')).toContainText('5 counted, of 10')
  })

  test('an earlier day lasts from link to link', async ({ page }) => {
    await page.goto(`/?asof=${EARLIER}`)
    const asked = () => new URL(page.url()).searchParams.get('asof')
    const ways = [
      page.locator('#path-http-service').getByRole('link'),
      page.getByRole('main').getByRole('link', { name: 'Basket' }).first(),
      page.locator('main [data-metric] a').first(),
      page.getByRole('dialog').getByRole('link', { name: 'Close' }),
      page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: 'Golden paths' }),
      page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: 'Teams' }),
      page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: 'Outcomes' }),
      page.getByRole('list', { name: 'Sources' }).getByRole('link', { name: 'helpdesk' }),
    ]
    for (const way of ways) {
      const before = page.url()
      if (way === ways.at(-1)) await page.getByRole('button', { name: /need a look/ }).click()
      await way.click()
      await expect(page).not.toHaveURL(before)
      expect(asked()).toBe(EARLIER)
    }
  })

  test('a day chosen in the form keeps what else the address asks for', async ({ page }) => {
    await page.goto('/metrics/ADO-02?path=http-service')
    await page.getByRole('button', { name: /^13 weeks to/ }).click()
    await page.getByLabel('Look back to').fill(EARLIER)
    await page.getByRole('button', { name: 'Show' }).click()
    await expect(page).toHaveURL(`/metrics/ADO-02?path=http-service&asof=${EARLIER}`)
    await expect(page.getByRole('region', { name: 'The number' })).toContainText('5 of 10 teams')
  })

  test('a day before the first figures has none, and says so', async ({ page }) => {
    await page.goto(`/?asof=${inDigits(daysAgo(400))}`)
    await expect(page.getByText('No figures were computed for this moment.')).toBeVisible()
  })

  const REFUSED = ['soon', '2026-02-30', '2999-01-01', '<b>now</b>']

  for (const asked of REFUSED) {
    test(`asof=${asked} is named and refused, and the newest figures stand`, async ({ page }) => {
      await page.goto(`/?asof=${encodeURIComponent(asked)}`)
      const notice = page.getByRole('status')
      await expect(notice).toContainText(`asof=${asked}`)
      await expect(notice).toContainText('The newest figures are shown instead')
      await expect(row(page).locator('.headline')).toContainText('5 of 9 teams')
    })
  }

  const SOON = [
    '/golden-paths?asof=soon',
    '/golden-paths/portal?asof=soon',
    '/teams?asof=soon',
    '/teams/checkout?asof=soon',
    '/metrics/ADO-02?asof=soon',
    '/metrics/ADO-02?path=portal&asof=soon',
    '/data?asof=soon',
  ]

  for (const address of SOON) {
    test(`${address} names the day that it cannot show`, async ({ page }) => {
      await page.goto(address)
      await expect(page.getByRole('status')).toContainText('asof=soon')
    })
  }
})

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false })

  test('home has its numbers', async ({ page }) => {
    await page.goto('/')
    await expect(row(page).locator('.headline')).toContainText('56%')
    await expect(row(page).locator('.headline')).toContainText('5 of 9 teams')
  })

  test('trends are drawn, and open as tables', async ({ page }) => {
    await page.goto('/')
    await expect(row(page).locator('.trend svg path.total')).toBeVisible()
    await row(page).getByText('The same as a table').click()
    await expect(row(page).getByRole('table')).toBeVisible()
    await expect(row(page).locator('tbody tr')).toHaveCount(25)
  })

  test('the chart of a golden path has its table', async ({ page }) => {
    await page.goto('/golden-paths/http-service?range=2y')
    await page.locator('.chart').getByText('The same as a table').click()
    await expect(page.locator('.chart tbody tr')).toHaveCount(104)
    await expect(page.locator('.trend svg path.total').first()).toBeVisible()
  })

  test('the weeks of a team are drawn', async ({ page }) => {
    await page.goto('/teams/checkout')
    await expect(page.locator('.strip rect.key-adopted').first()).toBeVisible()
  })

  test('a number leads to its rows', async ({ page }) => {
    await page.goto('/golden-paths')
    await page.locator('[data-metric="ADO-02"] a').first().click()
    await expect(page.locator('[data-sum="agrees"]')).toContainText('7 counted, of 10')
  })

  test('an earlier day can be chosen', async ({ page }) => {
    await page.goto('/')
    await page.getByRole('button', { name: /^13 weeks to/ }).click()
    await page.getByLabel('Look back to').fill(EARLIER)
    await page.getByRole('button', { name: 'Show' }).click()
    await expect(row(page).locator('.headline')).toContainText('5 of 10 teams')
  })
})

const REVIEW = ADDRESSES.find((address) => address.startsWith('/review/'))
const FACES = [
  ...ADDRESSES,
  '/teams/nobody',
  '/?asof=soon',
  '/golden-paths/http-service?in=group:commerce',
  `${REVIEW}?present=1`,
  `${REVIEW}?present=1&slide=3`,
]

async function expectNoViolation(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle')
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => ({ id, at: nodes.map(({ html }) => html) }))).toEqual([])
}

for (const colorScheme of ['light', 'dark'] as const) {
  for (const address of FACES) {
    test(`${address} breaks no accessibility rule in ${colorScheme} colours`, async ({ page }) => {
      await page.emulateMedia({ colorScheme })
      await page.goto(address)
      await expectNoViolation(page)
    })
  }

  test(`an empty page breaks no accessibility rule in ${colorScheme} colours`, async ({ page }) => {
    await page.emulateMedia({ colorScheme })
    await page.goto(emptyURL())
    await expectNoViolation(page)
  })
}

test.describe('on a narrow screen', () => {
  test.use({ viewport: { width: 320, height: 640 } })

  for (const address of FACES) {
    test(`${address} does not scroll sideways, and breaks no accessibility rule`, async ({
      page,
    }) => {
      await page.goto(address)
      const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      expect(beyond).toBe(0)
      await expectNoViolation(page)
    })
  }
})

test('the first key press offers to skip to the content', async ({ page }) => {
  await page.goto('/')
  await page.keyboard.press('Tab')
  const skip = page.getByRole('link', { name: 'Skip to the content' })
  await expect(skip).toBeFocused()
  await expect(skip).toBeInViewport()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('main')).toBeFocused()
})

test('a number is reached by key, and opens by key', async ({ page }) => {
  await page.goto('/')
  const number = page.locator('main [data-metric] a').first()
  for (let presses = 0; presses < 30; presses += 1) {
    await page.keyboard.press('Tab')
    if (await number.evaluate((link) => link === document.activeElement)) break
  }
  await expect(number).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'The rows behind it' })).toBeVisible()
})

test('what has the focus is seen to have it', async ({ page }) => {
  await page.goto('/')
  const unseen: string[] = []
  for (let presses = 0; presses < 25; presses += 1) {
    await page.keyboard.press('Tab')
    // Chromium rings the parts of a date field itself.
    const focused = page.locator('a:focus, button:focus, summary:focus')
    if ((await focused.count()) === 0) continue
    const outline = await focused.evaluate((element) => getComputedStyle(element).outlineStyle)
    if (outline === 'none') unseen.push((await focused.textContent()) ?? '')
  }
  expect(unseen).toEqual([])
})

test('the screen that is shown is marked among the screens', async ({ page }) => {
  const marked = page.getByRole('navigation', { name: 'Screens' }).locator('[aria-current]')
  await page.goto('/teams/checkout')
  await expect(marked).toHaveText(['Teams'])
  await page.getByRole('link', { name: 'Data', exact: true }).click()
  await expect(marked).toHaveText(['Data'])
})

test('each page has a title and one heading of its own', async ({ page }) => {
  const titles = new Map<string, string>()
  for (const address of ADDRESSES) {
    await page.goto(address)
    await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1)
    titles.set(address, await page.title())
  }
  expect([...titles.values()].filter((title) => !/^(.+ · )?Desirepath$/.test(title))).toEqual([])
  expect(titles.get('/golden-paths/http-service')).toBe('Standard HTTP service · Desirepath')
})

test('the icon that a page names is there', async ({ page, request }) => {
  await page.goto('/')
  const icon = await page.locator('link[rel="icon"]').getAttribute('href')
  expect((await request.get(icon ?? '')).status()).toBe(200)
})

for (const address of ADDRESSES) {
  test(`${address} meets no error, misses no file and asks no other host`, async ({
    page,
    baseURL,
  }) => {
    const faults: string[] = []
    const own = new URL(baseURL ?? '').host
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text())
    })
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('requestfailed', (request) => faults.push(`failed: ${request.url()}`))
    page.on('request', (request) => {
      if (new URL(request.url()).host !== own) faults.push(`elsewhere: ${request.url()}`)
    })
    page.on('response', (response) => {
      if (response.status() >= 400) faults.push(`${response.status()}: ${response.url()}`)
    })
    await page.goto(address)
    await page.waitForLoadState('networkidle')
    expect(faults).toEqual([])
  })
}

for (const address of ADDRESSES) {
  test(`${address} prints its content, without what only a screen can do`, async ({ page }) => {
    await page.goto(address)
    await page.emulateMedia({ media: 'print' })
    await expect(page.getByRole('navigation', { name: 'Screens' })).toBeHidden()
    await expect(page.getByRole('button', { name: 'Show' })).toBeHidden()
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await expect(
      page.locator('main').locator('p, table, li').filter({ visible: true }).first(),
    ).toBeVisible()
  })
}
