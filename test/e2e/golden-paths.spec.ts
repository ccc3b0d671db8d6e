import { expect, type Page, test } from '@playwright/test'
import { expectRowsBehind, headlines } from '#test/e2e/reading.ts'
import { daysAgo, inWords, MONDAY } from '#test/e2e/seeded.ts'

test.beforeEach(({ page }) => page.goto('/golden-paths'))

const figuresOf = (page: Page, path: string) =>
  page
    .getByRole('row', { name: path })
    .locator('[data-metric]')
    .evaluateAll((cells) =>
      cells.map((cell) => [...cell.querySelectorAll('a, .note')].map((part) => part.textContent)),
    )

/** Basket's changes on the kit before the figures: at most those of the last 21 days. */
const onKit = [2, 4, 9, 11, 16, 18].filter((days) => daysAgo(days) < MONDAY).length

/** Requests of 91 days up to the figures, one in 14 days; usable so many days before a week's end. */
const requestsUsable = (days: number) =>
  Array.from({ length: 20 }, (_, index) => daysAgo(14 * index + days)).filter(
    (usable) => usable < MONDAY && usable.getTime() >= MONDAY.getTime() - 91 * 24 * 60 * 60 * 1000,
  ).length
// Two requests in 28 days are fewer than five, so 91 days count: six teams on the path, five not.
const onPath = 6 * requestsUsable(5)
const allRequests = onPath + 5 * requestsUsable(2)

const percent = (share: number) => `${Math.round(100 * share)}%`

const PATHS = [
  {
    path: 'Standard HTTP service',
    because: 'five of nine teams work on it, eight changes each',
    figures: [
      ['56%', '5 of 9 teams'],
      ['56%', '5 of 9 teams'],
      ['56%', '40 of 72 activities'],
      // The same five teams, all of whose work is on it.
      ['0%', '0 of 40 activities'],
      // Checkout, of five services that were read.
      ['20%', '1 of 5 services'],
      // The version of checkout and kitchen is not known; the others are four, and five are needed.
      ['not enough data', '4 cases'],
    ],
  },
  {
    path: 'Developer portal',
    because: 'seven of ten teams; a file that is there has no version',
    figures: [
      ['70%', '7 of 10 teams'],
      ['0%', '0 of 10 teams'],
      ['70%', '56 of 80 activities'],
      ['0%', '0 of 56 activities'],
      ['does not apply'],
      ['does not apply'],
    ],
  },
  {
    path: 'Environments on demand',
    because: 'six of eleven teams ask through it',
    figures: [
      ['55%', '6 of 11 teams'],
      ['55%', '6 of 11 teams'],
      [percent(onPath / allRequests), `${onPath} of ${allRequests} activities`],
      // Two requests in 28 days of six adopters; twenty are needed.
      ['not enough data', '0 of 12 activities'],
      ['does not apply'],
      ['does not apply'],
    ],
  },
  {
    path: 'Observability kit',
    because: 'one team has begun',
    figures: [
      ['0%', '0 of 10 teams'],
      ['0%', '0 of 10 teams'],
      [percent(onKit / 80), `${onKit} of 80 activities`],
      // Nobody has been on it for eight weeks.
      ['no cases'],
      ['does not apply'],
      ['does not apply'],
    ],
  },
] as const

for (const { path, because, figures } of PATHS) {
  test(`${path} in figures: ${because}`, async ({ page }) => {
    expect(await figuresOf(page, path)).toEqual(figures)
  })
}

test('the paths stand by name, each with its owner, purpose and age', async ({ page }) => {
  const since = (weeks: number) => inWords(daysAgo(7 * weeks))
  await expect(page.getByRole('rowheader')).toHaveText([
    `Developer portalPlatform · discovery · since ${since(39)}`,
    `Environments on demandPlatform · provisioning · since ${since(39)}`,
    `Observability kitPlatform · operations · since ${since(8)}`,
    `Standard HTTP servicePlatform · deployment · since ${since(39)}`,
  ])
})

test('a path opens from its name', async ({ page }) => {
  await page.getByRole('link', { name: 'Observability kit' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Observability kit')
})

for (const { path } of PATHS) {
  test(`${path}: each figure opens to rows that add up to it`, async ({ page }) => {
    const row = page.getByRole('row', { name: path })
    for (let index = 0; index < 6; index += 1) {
      await page.goto('/golden-paths')
      await expectRowsBehind(page, row.locator('[data-metric] a').nth(index))
    }
  })
}

test('six figures of four paths open', async ({ page }) => {
  await expect(headlines(page)).toHaveCount(24)
})
