import { expect, type Page, test } from '@playwright/test'
import { columnsOf, expectRowsBehind, headlines, rowsOf, tableOf } from '#test/e2e/reading.ts'
import {
  adoptedOn,
  daysAgo,
  FIRST_WEEK_END,
  inDigits,
  inWords,
  MONDAY,
  mondayAfter,
  partialOn,
  weeksLater,
} from '#test/e2e/seeded.ts'

const SERVICE = '/golden-paths/http-service'
const PORTAL = '/golden-paths/portal'
const ENVIRONMENTS = '/golden-paths/environments'
const KIT = '/golden-paths/observability'

const card = (page: Page, metric: string) =>
  page.getByRole('article', { name: metric, exact: true })

test('every team stands by name with its state, since when, why, and when it first adopted', async ({
  page,
}) => {
  await page.goto(SERVICE)
  const adopted = (team: string, weeks: number) => {
    const day = inWords(adoptedOn(weeks))
    return [team, 'Adopted', day, 'by choice', day]
  }
  const never = (team: string, state: string, since: Date) => [
    team,
    state,
    inWords(since),
    '',
    'never',
  ]
  expect(await columnsOf(tableOf(page, 'Teams by name'), [0, 1, 2, 3, 4])).toEqual([
    adopted('Accounts', 38),
    adopted('Basket', 36),
    adopted('Checkout', 30),
    adopted('Delivery', 22),
    adopted('Elevation', 14),
    never('Fraud', 'Not using', FIRST_WEEK_END),
    never('Gateway', 'Not using', FIRST_WEEK_END),
    never('History', 'Not using', FIRST_WEEK_END),
    // Its last change on the path came 44 days ago, so 16 days ago it had left 28 days.
    ['Identity', 'Lapsed', inWords(mondayAfter(daysAgo(16))), '', inWords(adoptedOn(36))],
    // Approved 15 weeks ago.
    never('Journal', 'Exempt', mondayAfter(daysAgo(105))),
    // Read until 140 days ago; with more than 5.6 of 28 days missing nobody can say.
    [
      'Kitchen',
      'Unknown',
      inWords(mondayAfter(daysAgo(134.4))),
      'by choice',
      inWords(adoptedOn(30)),
    ],
    never('Platform', 'Not eligible', FIRST_WEEK_END),
  ])
})

test('a state has its reason beside it', async ({ page }) => {
  await page.goto(SERVICE)
  const reason = (team: string) =>
    tableOf(page, 'Teams by name').getByRole('row', { name: team }).getByRole('cell').last()
  await expect(reason('Identity')).toHaveText('no new use since it left')
  await expect(reason('Journal')).toHaveText('a full exception is active')
  await expect(reason('Kitchen')).toHaveText(/too little was covered to say/)
})

test('adoption is shown by choice, in total and where the choice was free', async ({ page }) => {
  await page.goto(SERVICE)
  for (const metric of [
    'Voluntary adoption rate',
    'Total adoption rate',
    'Adoption where the choice was free',
  ]) {
    await expect(card(page, metric)).toContainText('5 of 9 teams')
    await expect(card(page, metric)).toContainText('95% interval 27% to 81%')
  }
})

test('the total is never shown without the part of it that was told to', async ({ page }) => {
  await page.goto(PORTAL)
  await expect(card(page, 'Total adoption rate')).toContainText(
    '100% of the adopters came under a mandate',
  )
})

test('too few cases give counts and no percentage', async ({ page }) => {
  await page.goto(SERVICE)
  // Five teams were on the path 13 weeks ago, identity left; eight are needed.
  const lapses = card(page, 'Lapse rate')
  await expect(lapses).toContainText('not enough data')
  await expect(lapses).toContainText('1 of 5 teams')
  await expect(lapses.locator('.figure')).not.toContainText('%')
})

test('the share of work on the path is of the work of all teams that could use it', async ({
  page,
}) => {
  await page.goto(SERVICE)
  const depth = card(page, 'Share of in-scope work that runs on the path (depth)')
  await expect(depth.locator('.figure')).toHaveText('56%')
  await expect(depth).toContainText('40 of 72 activities')
  // Five teams 8 of 8, four 0 of 8: se = √(9/8 · (5·3.56² + 4·4.44²)) / 72, t(8) = 2.306.
  await expect(depth).toContainText('95% interval 15% to 96%')
})

test('the ways around the path are told apart', async ({ page }) => {
  await page.goto(SERVICE)
  const depth = card(page, 'Share of in-scope work that runs on the path (depth)')
  // Identity left a workflow of its own behind; fraud, gateway and history nothing.
  await expect(depth).toContainText('8 by another pipeline')
  await expect(depth).toContainText('24 beside the path, detour not known')
})

test('bypass is counted among teams that adopted eight weeks ago or before', async ({ page }) => {
  await page.goto(SERVICE)
  const bypass = card(page, 'Bypass rate of adopters')
  await expect(bypass.locator('.figure')).toHaveText('0%')
  await expect(bypass).toContainText('0 of 40 activities')
  await expect(bypass).toContainText('5 teams that adopted at least 8 weeks ago')
})

test('the versions in use are counted', async ({ page }) => {
  await page.goto(SERVICE)
  const versions = page.getByRole('region', { name: 'Versions and drift' })
  // Accounts, delivery and elevation took version 3; basket stays on the first.
  await expect(versions).toContainText('Versions in use: 3 (3), 1 (1)')
  await expect(versions.locator('.legend').getByRole('listitem')).toHaveText([
    '3 services current',
    '1 service outdated',
    '1 service drifted',
    '5 services not using',
    '1 service unknown',
  ])
})

test('each service shows its version and for how long there has been a newer one', async ({
  page,
}) => {
  await page.goto(SERVICE)
  const table = tableOf(page, '11 services on Standard HTTP service')
  const services = await columnsOf(table, [0, 2, 3, 4])
  // What needs work comes first: drifted, then outdated. Version 2 came 24 weeks ago: 168 days.
  expect(services.slice(0, 2)).toEqual([
    ['checkout-api', 'Drifted', '', ''],
    ['basket-api', 'Outdated', '1', '2 versions, 168 days'],
  ])
  expect(services.slice(-3)).toEqual([
    ['accounts-api', 'Current', '3', ''],
    ['delivery-api', 'Current', '3', ''],
    ['elevation-api', 'Current', '3', ''],
  ])
})

test('drift is a share of the services that were read', async ({ page }) => {
  await page.goto(SERVICE)
  const drift = card(page, 'Drift rate')
  await expect(drift.locator('.figure')).toHaveText('20%')
  await expect(drift).toContainText('1 of 5 services')
  await expect(drift).toContainText('95% interval 4% to 62%')
  // With kitchen: 1/6, 2/6; five of six repositories were read.
  await expect(drift).toContainText('17% to 33% at worst')
  await expect(drift).toContainText('83% covered')
})

test('version lag of four services is not enough to say', async ({ page }) => {
  await page.goto(SERVICE)
  const lag = card(page, 'Version lag')
  await expect(lag.locator('.figure')).toHaveText('not enough data')
  await expect(lag).toContainText('4 cases')
  await expect(lag).not.toContainText('nine in ten')
})

test('exceptions stand open ones first, with how they stand and until when', async ({ page }) => {
  await page.goto(SERVICE)
  const exceptions = page.getByRole('region', { name: 'Exceptions' })
  expect(await columnsOf(tableOf(exceptions, 'Open ones first'), [0, 1, 2, 6, 7])).toEqual([
    ['Journal', 'Past its expiry', 'the whole team', inWords(daysAgo(12)), '1'],
    ['Gateway', 'Requested', 'the whole team', inWords(daysAgo(-30)), '1'],
    ['Basket', 'Closed: path extended', 'basket-batch', inWords(daysAgo(-30)), '2'],
    ['Fraud', 'Rejected', 'the whole team', inWords(daysAgo(-30)), '1'],
  ])
})

test('exceptions are counted by team, and those past their day', async ({ page }) => {
  await page.goto(SERVICE)
  // Journal, beside nine teams that could use the path.
  await expect(card(page, 'Teams on an exception')).toContainText('1 of 10 teams')
  // Of four only journal's is approved and not closed.
  await expect(card(page, 'Exceptions past expiry')).toContainText('1 of 1 exceptions')
  await expect(card(page, 'Exceptions past expiry')).toContainText('100%')
})

test('a gap that several teams asked an exception for is a candidate for the roadmap', async ({
  page,
}) => {
  await page.goto(SERVICE)
  const exceptions = page.getByRole('region', { name: 'Exceptions' })
  // Journal, gateway and basket in 180 days; fraud's was rejected. 3/9 of the eligible, 1 + 1 + 2
  // renewals; open for 112, 14 and 112 − 21 days.
  await expect(exceptions.locator('.candidates').getByRole('listitem')).toHaveText([
    'no-grpc: 3 teams, 33% of the eligible; 4 renewals; open for 91 days at the median',
  ])
})

test('a mandate is told with whom it binds and since when', async ({ page }) => {
  await page.goto(PORTAL)
  await expect(page.getByRole('main')).toContainText(
    `Mandate to use this path for all teams: announced ${inWords(daysAgo(168))}, in force from ${inWords(daysAgo(84))}`,
  )
})

test('no mandate and no list of mandates are two different things', async ({ page }) => {
  await page.goto(SERVICE)
  await expect(page.getByText('none: every use is by choice')).toBeVisible()
  await page.goto(KIT)
  await expect(page.getByText('nobody keeps a list of them')).toBeVisible()
})

test('an environment is timed from the request until it can be used', async ({ page }) => {
  await page.goto(ENVIRONMENTS)
  const wait = card(page, 'Median time to a usable environment')
  // Six teams twice in 28 days, after 12, 14 … 22 minutes: the sixth and seventh of twelve wait
  // 16, half of them are done; ranks 3 and 10 bound it, and with 22 all are done.
  await expect(wait.locator('.figure')).toHaveText('16 min')
  await expect(wait).toContainText('12 cases')
  await expect(wait).toContainText('95% interval 14 min to 20 min')
  await expect(wait).toContainText('nine in ten within 22 min')
  await expect(wait).toContainText('On track')
})

test('the weeks of the path are drawn as a chart of teams by state', async ({ page }) => {
  await page.goto(`${SERVICE}?range=2y`)
  const chart = page.locator('.chart')
  await expect(chart.locator('svg.recharts-surface').first()).toBeVisible()
  // Adopted, partial, trying, lapsed, not using, unknown, exempt.
  await expect(chart.locator('path.recharts-area-area')).toHaveCount(7)
  const drawn = await chart
    .locator('path.recharts-area-area')
    .evaluateAll((areas) => areas.every((area) => (area.getAttribute('d') ?? '').length > 10))
  expect(drawn).toBe(true)
})

test('the chart has its table beside it, with a row for each week of two years', async ({
  page,
}) => {
  await page.goto(`${SERVICE}?range=2y`)
  await page.locator('.chart').getByText('The same as a table').click()
  const table = page.getByRole('table', {
    name: 'Teams by state on Standard HTTP service, by week',
  })
  await expect(table).toBeVisible()
  const rows = await rowsOf(table)
  expect(rows).toHaveLength(104)
  // Newest first; adopted, partial, trying, lapsed, not using, unknown, exempt.
  expect(rows[0]).toEqual([inDigits(MONDAY), '5', '0', '0', '1', '3', '1', '1'])
  // Before the path there was nothing to count.
  expect(rows.at(-1)).toEqual([inDigits(weeksLater(MONDAY, -103)), ...Array(7).fill('no data')])
})

test('adoption by week falls when a team leaves, and its gap is no zero', async ({ page }) => {
  await page.goto(`${SERVICE}?range=2y`)
  const rows = await rowsOf(tableOf(page, 'Adoption of Standard HTTP service, by week'))
  const at = (weekEnd: Date) => rows.find(([day]) => day === inDigits(weekEnd))
  const left = mondayAfter(daysAgo(23))
  expect([at(weeksLater(left, -1)), at(left), at(weeksLater(FIRST_WEEK_END, -1))]).toEqual([
    [inDigits(weeksLater(left, -1)), '67%', '67%', '6 of 9'],
    [inDigits(left), '56%', '56%', '5 of 9'],
    [inDigits(weeksLater(FIRST_WEEK_END, -1)), 'no data', 'no data', 'no data'],
  ])
})

test('the path says who keeps it, whom it is for and how its use is seen', async ({ page }) => {
  await page.goto(SERVICE)
  const main = page.getByRole('main')
  await expect(main.getByRole('link', { name: 'Platform' }).first()).toBeVisible()
  await expect(main).toContainText('services with workload http')
  await expect(main).toContainText('changes merged to the main line of its services')
})

test('a team is partial from its third change on the path', async ({ page }) => {
  await page.goto(KIT)
  const basket = tableOf(page, 'Teams by name').getByRole('row', { name: 'Basket' })
  await expect(basket).toContainText('Partial')
  await expect(basket).toContainText(inWords(partialOn(3)))
})

/** Cards of each page: what is measured of every path, and requests where environments are the work. */
const CARDS = { [SERVICE]: 23, [PORTAL]: 23, [KIT]: 23, [ENVIRONMENTS]: 27 }

for (const [address, count] of Object.entries(CARDS)) {
  test(`${address}: each number opens in one click to rows that add up to it`, async ({ page }) => {
    await page.goto(address)
    await expect(headlines(page)).toHaveCount(count)
    for (let index = 0; index < count; index += 1) {
      await page.goto(address)
      await expectRowsBehind(page, headlines(page).nth(index))
    }
  })
}

test('who stays is told by cohort, and of all that are old enough', async ({ page, request }) => {
  await page.goto(SERVICE)
  const table = tableOf(page, 'adopted Standard HTTP service in the same four weeks')
  const rows = await rowsOf(table)
  const [first, , after4] = rows.at(-1) ?? []
  // Seven teams adopted it, identity and kitchen among them, and none left within four weeks.
  expect([first, after4]).toEqual(['All old enough', '100%7 of 7'])
  // Newest first; of each it is said how many adopted.
  const adopted = rows.slice(0, -1).map(([, teams]) => Number(teams))
  expect(adopted.reduce((sum, teams) => sum + teams, 0)).toBe(7)
  const address = await page.locator('a.csv[href*="retention"]').getAttribute('href')
  const csv = await (await request.get(address ?? '')).text()
  expect(csv).toContain('\nall,4,1,7,7,ok\n')
})

test('every cell of a cohort opens to the teams in it', async ({ page }) => {
  await page.goto(SERVICE)
  const table = tableOf(page, 'adopted Standard HTTP service in the same four weeks')
  const cells = table.getByRole('link')
  for (const text of await cells.allTextContents()) {
    const [, share = ''] = /(\d+ of \d+)$/.exec(text) ?? []
    await cells.filter({ hasText: share }).first().click()
    const rows = page.getByRole('region', { name: 'The rows behind it' })
    await expect(rows.locator('[data-sum="agrees"]')).toBeVisible()
    await page.goto(SERVICE)
  }
  const cell = table.getByRole('row').last().getByRole('link').first()
  await expect(cell).toContainText('7 of 7')
  await cell.click()
  const drawer = page.getByRole('dialog')
  await expect(drawer.getByRole('heading', { level: 2 }).first()).toHaveText(
    'Retention by adoption cohort: all old enough, 4 weeks later',
  )
  await expect(drawer.getByRole('table').getByRole('row')).toHaveCount(8)
})

test('a path that is no longer configured says so, and keeps its history', async ({ page }) => {
  await page.goto('/golden-paths')
  const former = page.getByRole('region', { name: 'No longer configured' })
  await expect(former).toContainText(`since ${inWords(daysAgo(70))}`)
  await former.getByRole('link', { name: 'Batch jobs' }).click()
  await expect(page.getByRole('status')).toContainText(
    `No longer configured since ${inWords(daysAgo(70))}`,
  )
})

const contents = (page: Page) => page.getByRole('navigation', { name: 'On this page' })

test('what the page holds stands in view by name, and leads there by key', async ({ page }) => {
  await page.goto(SERVICE)
  const links = contents(page).getByRole('link')
  const headings = await page.locator('main > .section > h2').allTextContents()
  expect(headings.length).toBeGreaterThan(5)
  expect(await links.allTextContents()).toEqual(headings)
  await links.getByText('Who stays').focus()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(`${SERVICE}#retention`)
  const marked = contents(page).locator('[aria-current="location"]')
  await expect(marked).toHaveText('Who stays')
  await expect(contents(page)).toBeInViewport()
  // The heading is below what stays in view, not under it.
  const bar = await contents(page).boundingBox()
  const heading = await page.getByRole('heading', { name: 'Who stays' }).boundingBox()
  expect(heading?.y).toBeGreaterThanOrEqual((bar?.y ?? 0) + (bar?.height ?? 0))
  await page.keyboard.press('End')
  await expect(marked).toHaveText('Exceptions')
})

test('what the page holds is not printed', async ({ page }) => {
  await page.goto(SERVICE)
  await page.emulateMedia({ media: 'print' })
  await expect(contents(page)).toBeHidden()
})

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } })

  test('what the page holds is behind a button that says what is being read', async ({ page }) => {
    await page.goto(SERVICE)
    const link = contents(page).getByRole('link', { name: 'Teams' })
    const button = contents(page).getByRole('button', { name: 'On this page' })
    await expect(link).toBeHidden()
    await button.click()
    await link.click()
    await expect(link).toBeHidden()
    await expect(page).toHaveURL(`${SERVICE}#teams`)
    await expect(button).toHaveText('On this page Teams')
    await expect(button).toBeInViewport()
  })

  test('the counts above the drawing stand on one line', async ({ page }) => {
    await page.goto(SERVICE)
    const tops = await page
      .locator('.stations .teams')
      .evaluateAll((counts) => counts.map((count) => count.getBoundingClientRect().top))
    expect(tops).toHaveLength(4)
    expect(new Set(tops).size).toBe(1)
  })
})

test('figures can be held against the target of the path', async ({ page }) => {
  await page.goto(SERVICE)
  await page.getByRole('button', { name: /^against / }).click()
  await page.getByRole('link', { name: 'The target of the golden path' }).click()
  await expect(page).toHaveURL(`${SERVICE}?cmp=target`)
  // Five of nine are 56 %.
  await expect(page.getByRole('article', { name: 'Total adoption rate' })).toContainText(
    '24 points to go: 80%',
  )
  await expect(page.getByRole('button', { name: 'against the target' })).toBeVisible()
})
