import { expect, type Locator, type Page } from '@playwright/test'

/** The table with such words in its caption, also inside a closed detail. */
export const tableOf = (scope: Page | Locator, caption: string) =>
  scope.locator('table', { hasText: caption })

/** The text of every row in the body of a table, cell by cell. */
export function rowsOf(table: Locator): Promise<string[][]> {
  return table
    .locator('tbody tr')
    .evaluateAll((rows) =>
      rows.map((row) => [...row.children].map((cell) => cell.textContent.trim())),
    )
}

/** The same of some columns, by index. */
export async function columnsOf(table: Locator, columns: readonly number[]): Promise<string[][]> {
  return (await rowsOf(table)).map((row) => columns.map((column) => row[column] ?? ''))
}

/** All words of a page's content, also inside closed details, with a space between elements. */
export function wordsOf(page: Page): Promise<string> {
  return page.getByRole('main').evaluate((main) => {
    const texts = document.createTreeWalker(main, NodeFilter.SHOW_TEXT)
    const words: string[] = []
    while (texts.nextNode()) words.push(texts.currentNode.textContent ?? '')
    return words.join(' ')
  })
}

/**
 * Every number of a page that opens to its rows, but for the cells of tables; those of surveys have none,
 * and open to their wave.
 */
export const headlines = (page: Page) =>
  page.locator('main [data-metric]:not(td, [data-metric^="SAT"]) a')

/** Follows a number once, and counts the rows behind it. */
export async function expectRowsBehind(page: Page, headline: Locator): Promise<void> {
  const figure = (await headline.textContent()) ?? ''
  await headline.click()
  const number = page.getByRole('region', { name: 'The number' })
  await expect(number.locator('.figure')).toHaveText(figure)
  const rows = page.getByRole('region', { name: 'The rows behind it' })
  const nothing = rows.getByText('There is no row in scope.')
  if (/\d/.test(figure) || (await nothing.count()) === 0) {
    await expect(rows.locator('[data-sum="agrees"]')).toBeVisible()
    await expectCounts(number, rows)
  }
}

/** `7 of 10 teams` has seven rows above the line, and three more below it. */
async function expectCounts(number: Locator, rows: Locator): Promise<void> {
  // biome-ignore lint/performance/useDomNodeTextContent: as it is seen, where lines do not run into each other
  const text = await number.innerText()
  const [, numerator, denominator] = /(\d+) of (\d+) /.exec(text) ?? []
  if (numerator === undefined) return
  const counted = await rowsIn(rows, /^Counted/)
  const notCounted = await rowsIn(rows, /^Not counted/)
  expect(`${counted} of ${counted + notCounted}`).toBe(`${numerator} of ${denominator}`)
}

const rowsIn = (rows: Locator, set: RegExp) =>
  rows.getByRole('region', { name: set }).locator('tbody tr').count()
