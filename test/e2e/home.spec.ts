import { expect, type Page, test } from '@playwright/test'
import { expectRowsBehind, headlines, rowsOf, tableOf } from '#test/e2e/reading.ts'
import {
  adoptedOn,
  daysAgo,
  FIRST_WEEK_END,
  inDigits,
  inWords,
  MONDAY,
  mondayAfter,
  mondayBefore,
  monthsAgo,
} from '#test/e2e/seeded.ts'

const pathRow = (page: Page, name: string) => page.getByRole('article', { name, exact: true })

test.beforeEach(({ page }) => page.goto('/'))

/*
 * Eleven teams own a service; the platform team owns none, and no path is meant for it. Kitchen's
 * repository was not read for 20 weeks: unknown wherever changes are the work. That leaves ten
 * teams, and nine on the service path, where journal is on an exception.
 */
const TOTALS = [
  {
    path: 'Standard HTTP service',
    // Accounts to elevation: five. Identity left.
    share: '56%',
    counts: '5 of 9 teams',
    // Wilson: (5/9 + z²/18 ± z √(20/729 + z²/324)) / (1 + z²/9).
    interval: '27% to 81%',
    // 5/10, 6/10.
    bounds: '50% to 60%',
    verdict: 'Watch',
  },
  {
    path: 'Developer portal',
    // Accounts to gateway: seven.
    share: '70%',
    counts: '7 of 10 teams',
    interval: '40% to 89%',
    // 7/11, 8/11.
    bounds: '64% to 73%',
    // From 70 % on, but the interval begins below.
    verdict: 'On track, uncertain',
  },
  {
    path: 'Observability kit',
    // Basket began three weeks ago: six of its eight changes at most, which is partial.
    share: '0%',
    counts: '0 of 10 teams',
    // z² / (10 + z²) = 0.278.
    interval: '0% to 28%',
    // 0/11, 1/11.
    bounds: '0% to 9%',
    verdict: 'Off track',
  },
] as const

for (const { path, share, counts, interval, bounds, verdict } of TOTALS) {
  test(`${path}: the total says of how many, how sure, and what the unknown could change`, async ({
    page,
  }) => {
    const row = pathRow(page, path)
    await expect(row.locator('[data-metric="ADO-02"]')).toHaveText(share)
    for (const text of [counts, `95% interval ${interval}`, `${bounds} at worst`, verdict]) {
      await expect(row.locator('.headline')).toContainText(text)
    }
  })
}

test('requests are read for every team, so nobody is unknown on the environments path', async ({
  page,
}) => {
  // Every second of the eleven teams asks through the path: accounts, checkout … kitchen.
  const headline = pathRow(page, 'Environments on demand').locator('.headline')
  await expect(headline).toContainText('55%')
  await expect(headline).toContainText('6 of 11 teams')
  await expect(headline).toContainText('95% interval 28% to 79%')
  await expect(headline).not.toContainText('unknown')
})

/** By choice, under a mandate, where the choice was free. */
const MOTIVES = [
  {
    path: 'Standard HTTP service',
    because: 'it has no mandate, so five chose it',
    shares: ['56%', '0%', '56%'],
    counts: ['5 of 9 teams', '0 of 5 adopters of known motive', '5 of 9 teams'],
  },
  {
    path: 'Developer portal',
    because: 'it was ordered for all 24 weeks ago, before the first team joined',
    shares: ['0%', '100%', 'no cases'],
    counts: ['0 of 10 teams', '7 of 7 adopters of known motive'],
  },
  {
    path: 'Environments on demand',
    because: 'it has no mandate, so six chose it',
    shares: ['55%', '0%', '55%'],
    counts: ['6 of 11 teams', '0 of 6 adopters of known motive', '6 of 11 teams'],
  },
  {
    path: 'Observability kit',
    because: 'nobody adopted it, and nobody lists its mandates',
    shares: ['0%', 'no data', 'source not connected'],
    counts: ['0 of 10 teams', 'no adopter of known motive'],
  },
] as const

for (const { path, because, shares, counts } of MOTIVES) {
  test(`${path} tells choice from mandate: ${because}`, async ({ page }) => {
    const split = pathRow(page, path).locator('.split')
    await expect(split.locator('.value')).toHaveText([...shares])
    await expect(split.locator('.small')).toHaveText([...counts])
  })
}

test('every team of a path is in one state, counted in words beside the bar', async ({ page }) => {
  const legend = pathRow(page, 'Standard HTTP service').locator('.legend').getByRole('listitem')
  await expect(legend).toHaveText([
    '5 adopted by choice',
    '1 lapsed',
    '3 not using',
    '1 unknown',
    '1 exempt',
    '1 not eligible',
  ])
})

test('what was left out of a total is counted, and so is what was read', async ({ page }) => {
  // Eleven repositories of equal weight, ten of them read: 10/11.
  const left = pathRow(page, 'Standard HTTP service').locator('.headline').getByRole('listitem')
  await expect(left).toHaveText([
    '1 unknown, left out',
    '1 under an exception',
    '1 not eligible',
    '91% covered',
  ])
})

test('the figures stand for the end of the last whole week', async ({ page }) => {
  await expect(page.getByText(`As of ${inWords(MONDAY)}, 00:00 UTC`)).toBeVisible()
})

test('the sources are named with how far they reach, the worst first', async ({ page }) => {
  await page.getByRole('button', { name: /sources need a look/ }).click()
  const sources = page.getByRole('list', { name: 'Sources' }).getByRole('listitem')
  await expect(sources).toHaveText([
    new RegExp(`^helpdesk.*Failed.*last success ${inWords(daysAgo(35))}`),
    new RegExp(`^clones.*Late.*complete only until ${inWords(daysAgo(140))} in 1 of 11 parts`),
    new RegExp(
      `^files.*Partial.*1 record could not be read; complete until ${inWords(daysAgo(0))}`,
    ),
  ])
})

/** Adopters of the service path at a week end; kitchen only while its repository was read. */
function adoptersAt(weekEnd: Date): number {
  const joined = [38, 36, 30, 22, 14].filter((weeks) => adoptedOn(weeks) <= weekEnd).length
  // Its fourth change beside the path came 12 days after it left: under 60 % twice, then partial.
  const identityStays = adoptedOn(36) <= weekEnd && weekEnd < mondayAfter(daysAgo(23))
  const kitchenKnown = adoptedOn(30) <= weekEnd && isKitchenRead(weekEnd)
  return joined + Number(identityStays) + Number(kitchenKnown)
}

/** Four of five days of the last 28 must be read: 5.6 may be missing. */
const isKitchenRead = (weekEnd: Date) => weekEnd <= daysAgo(140 - 5.6)

/** Eleven, without kitchen while it is unknown and journal since its exception was approved. */
const eligibleAt = (weekEnd: Date) =>
  11 - Number(!isKitchenRead(weekEnd)) - Number(weekEnd >= daysAgo(105))

function expectedMonth(mark: Date): string[] {
  const weekEnd = mondayBefore(mark)
  if (weekEnd < FIRST_WEEK_END) return [inDigits(mark), 'no data', 'no data', 'no data']
  const [adopted, eligible] = [adoptersAt(weekEnd), eligibleAt(weekEnd)]
  const share = `${Math.round((100 * adopted) / eligible)}%`
  return [inDigits(weekEnd), share, share, `${adopted} of ${eligible}`]
}

test('the trend is a table of 24 months, with no data where nothing was measured', async ({
  page,
}) => {
  const months = Array.from({ length: 25 }, (_, back) => expectedMonth(monthsAgo(back)))
  const table = tableOf(pathRow(page, 'Standard HTTP service'), 'over 24 months')
  expect(await rowsOf(table)).toEqual(months)
})

test('the trend says in a sentence how far it went', async ({ page }) => {
  const trend = pathRow(page, 'Developer portal').getByRole('img')
  await expect(trend).toHaveAccessibleName(
    new RegExp(`Rose from 0% .* to 70% \\(${inWords(MONDAY)}\\)\\.`),
  )
})

for (const { path } of MOTIVES) {
  test(`${path}: one click on a number leads to the rows that add up to it`, async ({ page }) => {
    const count = await pathRow(page, path).locator('[data-metric] a').count()
    expect(count).toBe(3)
    for (let index = 0; index < count; index += 1) {
      await page.goto('/')
      await expectRowsBehind(page, pathRow(page, path).locator('[data-metric] a').nth(index))
    }
  })
}

test('the share under a mandate opens to the adopters, each with its motive', async ({ page }) => {
  await pathRow(page, 'Developer portal').getByRole('link', { name: '100%' }).click()
  const counted = page.getByRole('region', { name: 'Counted', exact: true })
  await expect(counted.getByRole('cell', { name: 'under a mandate' })).toHaveCount(7)
})

test('every number of the page opens', async ({ page }) => {
  // Four paths with total, choice and free choice; by area total, support and exceptions of each, and
  // where environments are the work the wait and what failed.
  await expect(headlines(page)).toHaveCount(12 + 4 + 4 + 4 + 2)
})
